// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for shmem_insert_folio() when it succeeds, and for what the rest
 * of mm can do with the folio afterwards.
 */
#include <linux/kthread.h>
#include <linux/pagemap.h>
#include <linux/swap.h>

#include "shmem_transfer_kunit.h"

static void transfer_round_trip(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, test->param_value);
	pgoff_t index = transfer_nr(&block);

	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, index));
	transfer_expect_inserted(test, &block, index);
	transfer_expect_counters(test, &t->empty, &block);
	transfer_expect_file_content(test, &block, index, 0, transfer_nr(&block));

	transfer_remove(test, &block, index);
	transfer_expect_counters(test, &t->empty, NULL);
}

/* The caller drops its reference before the file goes away, as usual. */
static void transfer_file_outlives_caller(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, test->param_value);
	long nr = transfer_nr(&block);

	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, 0));
	transfer_put(&block);
	KUNIT_EXPECT_EQ(test, folio_ref_count(transfer_folio(&block)), nr);
	transfer_expect_counters(test, &t->empty, &block);
	transfer_expect_file_content(test, &block, 0, 0, nr);

	shmem_truncate_range(t->inode, 0, -1);
	transfer_expect_counters(test, &t->empty, NULL);
}

static void transfer_last_page(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(0);
	struct transfer_block block = transfer_alloc(test, &kind);

	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, TRANSFER_FILE_PAGES - 1));
	transfer_expect_inserted(test, &block, TRANSFER_FILE_PAGES - 1);
	transfer_remove(test, &block, TRANSFER_FILE_PAGES - 1);
}

/* Insert folios of all orders next to each other. None may affect its neighbour. */
static void transfer_neighbours(struct kunit *test)
{
	/* Ten orders, each of them twice. */
	struct transfer_block blocks[2 * 10];
	int i;

	transfer_needs_order(test, ARRAY_SIZE(blocks) / 2 - 1);
	/*
	 * Each is at twice its size behind the last one, so it is aligned and
	 * separate.
	 */
	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		struct transfer_kind kind = { i / 2, i & 1, "neighbour" };

		blocks[i] = transfer_alloc(test, &kind);
		KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &blocks[i],
							 (2 + (i & 1)) << kind.order));
	}
	for (i = 0; i < ARRAY_SIZE(blocks); i++)
		transfer_expect_inserted(test, &blocks[i], (2 + (i & 1)) << (i / 2));
	for (i = 0; i < ARRAY_SIZE(blocks); i++)
		transfer_remove(test, &blocks[i], (2 + (i & 1)) << (i / 2));
}

/* The folio was given up because memory is short, so it is to be written next. */
static void transfer_goes_to_lru_tail(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(3);
	struct transfer_block first = transfer_alloc(test, &kind);
	struct transfer_block second = transfer_alloc(test, &kind);

	if (page_zone(first.page) == page_zone(second.page)) {
		KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &first, 0));
		KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &second, 8));
		KUNIT_EXPECT_PTR_EQ(test, first.page->lru.next, &second.page->lru);
		transfer_remove(test, &first, 0);
		transfer_remove(test, &second, 8);
		return;
	}
	transfer_free(&first);
	transfer_free(&second);
	kunit_skip(test, "the two are in different zones");
}

/* Truncate one page of the folio. The other pages must not change. */
static void transfer_truncate_part(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, test->param_value);
	long nr = transfer_nr(&block), hole = nr / 2 + nr / 4;
	pgoff_t index = nr;
	loff_t start = (loff_t)(index + hole) << PAGE_SHIFT;

	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, index));
	transfer_put(&block);

	shmem_truncate_range(t->inode, start, start + PAGE_SIZE - 1);
	KUNIT_EXPECT_NULL(test, xa_load(&t->mapping->i_pages, index + hole));
	KUNIT_EXPECT_EQ(test, t->mapping->nrpages, nr - 1);
	transfer_expect_file_content(test, &block, index, 0, hole);
	transfer_expect_file_content(test, &block, index, hole + 1, nr);
}

static void transfer_insert_then_migrate(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, test->param_value);
	pgoff_t index = transfer_nr(&block);

	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, index));
	transfer_put(&block);
	transfer_migrate(test, index);
	KUNIT_EXPECT_EQ(test, xa_get_order(&t->mapping->i_pages, index),
			block.kind.order);
	transfer_expect_counters(test, &t->empty, &block);
	transfer_expect_file_content(test, &block, index, 0, transfer_nr(&block));
}

/* A thread that takes speculative references on the pages. */
struct transfer_sniffer {
	struct task_struct *task;
	struct page *page;
	long nr;
	unsigned long taken;
};

static int transfer_sniff(void *data)
{
	struct transfer_sniffer *sniffer = data;
	struct page *page;
	struct folio *folio;
	long i;

	while (!kthread_should_stop()) {
		page = READ_ONCE(sniffer->page);
		for (i = 0; page && i < READ_ONCE(sniffer->nr); i++) {
			folio = page_folio(page + i);
			if (!folio_try_get(folio))
				continue;
			sniffer->taken++;
			folio_put(folio);
		}
		cond_resched();
	}
	return 0;
}

static void transfer_stop_sniffing(void *sniffer)
{
	kthread_stop(((struct transfer_sniffer *)sniffer)->task);
}

static void transfer_sniff_at(struct transfer_sniffer *sniffer,
			      const struct transfer_block *block)
{
	WRITE_ONCE(sniffer->page, NULL);
	WRITE_ONCE(sniffer->nr, min(transfer_nr(block), 8));
	WRITE_ONCE(sniffer->page, block->page);
}

/* Insert until it works, while the thread takes references. */
static int transfer_insert_sniffed(struct kunit *test,
				   const struct transfer_block *block)
{
	unsigned long end = jiffies + 10 * HZ;
	int err;

	do {
		err = transfer_insert(test, block, 0);
	} while (err == -EBUSY && time_before(jiffies, end));
	return err;
}

/* Make an insert fail, while the thread takes references. -EBUSY is fine, too. */
static void transfer_fail_sniffed(struct kunit *test,
				  const struct transfer_block *block)
{
	int err;

	transfer_inject(test, SHMEM_INSERT_STORE);
	err = transfer_insert_sniffed(test, block);
	KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	transfer_expect_injected(test, SHMEM_INSERT_STORE);
	KUNIT_EXPECT_EQ(test, PageCompound(block->page),
			block->kind.order && block->kind.shape != TRANSFER_IS_PLAIN);
}

/* Take the folio back until it works, while the thread takes references. */
static struct folio *transfer_take_sniffed(struct kunit *test,
					   const struct transfer_block *block)
{
	struct transfer_test *t = test->priv;
	unsigned long end = jiffies + 10 * HZ;
	struct folio *folio;

	for (;;) {
		folio = shmem_take_folio(t->file, 0, block->kind.order,
					 GFP_HIGHUSER, NUMA_NO_NODE);
		if (folio != ERR_PTR(-EBUSY) || time_after(jiffies, end))
			return folio;
		/* It may have been put back into a batch of another CPU. */
		lru_add_drain_all();
	}
}

/* Split the folio, while the thread takes references: into single pages or not at all. */
static void transfer_split_sniffed(struct kunit *test,
				   const struct transfer_block *block)
{
	struct folio *folio = transfer_folio(block);
	unsigned long end = jiffies + 10 * HZ;
	long i;
	int err;

	do {
		err = folio_split_owned(folio, 0);
		KUNIT_EXPECT_EQ(test, folio_order(folio), err ? block->kind.order : 0);
	} while (err == -EBUSY && time_before(jiffies, end));
	KUNIT_ASSERT_EQ(test, 0, err);
	transfer_expect_content(test, block);
	for (i = 0; i < transfer_nr(block); i++)
		folio_put(page_folio(block->page + i));
}

static void transfer_one_sniffed(struct kunit *test,
				 struct transfer_sniffer *sniffer)
{
	struct transfer_block block = transfer_alloc(test, test->param_value);

	transfer_sniff_at(sniffer, &block);
	if (IS_ENABLED(CONFIG_FAULT_INJECTION))
		transfer_fail_sniffed(test, &block);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert_sniffed(test, &block));
	transfer_put(&block);
	KUNIT_ASSERT_PTR_EQ(test, transfer_folio(&block), transfer_take_sniffed(test, &block));
	KUNIT_EXPECT_EQ(test, folio_order(transfer_folio(&block)), block.kind.order);
	transfer_expect_content(test, &block);
	if (block.kind.order)
		transfer_split_sniffed(test, &block);
	else
		transfer_free(&block);
}

static void transfer_transient_references(struct kunit *test)
{
	struct transfer_sniffer *sniffer;
	unsigned long end;

	if (num_online_cpus() < 2)
		kunit_skip(test, "needs a second processor");

	sniffer = kunit_kzalloc(test, sizeof(*sniffer), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sniffer);
	sniffer->task = kthread_run(transfer_sniff, sniffer, "transfer_sniff");
	KUNIT_ASSERT_FALSE(test, IS_ERR(sniffer->task));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, transfer_stop_sniffing, sniffer));

	end = jiffies + HZ;
	while (time_before(jiffies, end))
		transfer_one_sniffed(test, sniffer);
	kunit_release_action(test, transfer_stop_sniffing, sniffer);
	KUNIT_EXPECT_GT(test, sniffer->taken, 0);
}

static struct kunit_case transfer_insert_cases[] = {
	KUNIT_CASE_PARAM(transfer_round_trip, transfer_every_kind_gen_params),
	KUNIT_CASE_PARAM(transfer_file_outlives_caller, transfer_every_kind_gen_params),
	KUNIT_CASE(transfer_last_page),
	KUNIT_CASE(transfer_neighbours),
	KUNIT_CASE(transfer_goes_to_lru_tail),
	KUNIT_CASE_PARAM(transfer_truncate_part, transfer_some_kinds_gen_params),
	KUNIT_CASE_PARAM(transfer_insert_then_migrate, transfer_some_kinds_gen_params),
	KUNIT_CASE_PARAM(transfer_transient_references, transfer_some_kinds_gen_params),
	{}
};

static struct kunit_suite transfer_insert_suite = {
	.name = "shmem_transfer_insert",
	.init = transfer_init,
	.exit = transfer_exit,
	.test_cases = transfer_insert_cases,
};

kunit_test_suite(transfer_insert_suite);
