// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for shmem_insert_folios() and shmem_take_folios(): several blocks
 * at once give the same result as one after the other. A block that is refused
 * ends the run before it, and neither it nor the blocks after it change.
 */
#include <linux/folio_batch.h>
#include <linux/pagemap.h>

#include "shmem_transfer_kunit.h"

/* Blocks of one order, and their place in the file. */
struct transfer_run {
	struct transfer_block blocks[FOLIO_BATCH_SIZE];
	unsigned int order;
	unsigned int nr;
	pgoff_t index;
};

static pgoff_t transfer_run_index(const struct transfer_run *run, unsigned int i)
{
	return run->index + ((pgoff_t)i << run->order);
}

/* Allocate as many blocks as fit into the file from @place on, or into a batch. */
static struct transfer_run *transfer_run_alloc(struct kunit *test,
					       const struct transfer_kind *kind,
					       pgoff_t place)
{
	struct transfer_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, run);
	run->order = kind->order;
	run->index = place << kind->order;
	run->nr = min_t(unsigned long, FOLIO_BATCH_SIZE,
			(TRANSFER_FILE_PAGES - run->index) >> kind->order);
	for (i = 0; i < run->nr; i++)
		run->blocks[i] = transfer_alloc(test, kind);
	return run;
}

static int transfer_run_insert(struct kunit *test, struct transfer_run *run)
{
	struct transfer_test *t = test->priv;
	struct folio_batch batch;
	unsigned int i;

	folio_batch_init(&batch);
	for (i = 0; i < run->nr; i++)
		folio_batch_add(&batch, transfer_folio(&run->blocks[i]));
	return shmem_insert_folios(t->file, &batch, run->order, run->index,
				   false, GFP_KERNEL);
}

/* Insert all of them, and drop their references. */
static void transfer_run_give(struct kunit *test, struct transfer_run *run)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, run->nr, transfer_run_insert(test, run));
	for (i = 0; i < run->nr; i++)
		transfer_put(&run->blocks[i]);
}

static int transfer_run_take(struct kunit *test, const struct transfer_run *run,
			     unsigned int order, struct folio_batch *batch)
{
	struct transfer_test *t = test->priv;

	return shmem_take_folios(t->file, run->index, order, run->nr,
				 MAX_PAGE_ORDER, GFP_HIGHUSER, NUMA_NO_NODE,
				 batch);
}

/* The first @nr are in the state of new folios. Free them. */
static void transfer_run_taken(struct kunit *test, struct transfer_run *run,
			       const struct folio_batch *batch, unsigned int nr)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, nr, folio_batch_count(batch));
	for (i = 0; i < nr; i++) {
		KUNIT_EXPECT_PTR_EQ(test, batch->folios[i],
				    transfer_folio(&run->blocks[i]));
		transfer_expect_new(test, &run->blocks[i]);
		transfer_free(&run->blocks[i]);
	}
}

/* The file contains the first @nr blocks and nothing else. */
static void transfer_run_expect(struct kunit *test, struct transfer_run *run,
				const struct transfer_counters *before,
				unsigned int nr)
{
	struct transfer_counters sum = *before;
	long pages = (long)nr << run->order;
	unsigned int i;

	sum.i_blocks += pages;
	sum.alloced += pages;
	sum.nrpages += pages;
	sum.file_pages += pages;
	sum.shmem += pages;
	sum.committed += pages;
	if (IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) && run->order >= HPAGE_PMD_ORDER)
		sum.shmem_thps += pages;
	transfer_expect_counters(test, &sum, NULL);
	for (i = 0; i < nr; i++)
		transfer_expect_inserted(test, &run->blocks[i],
					 transfer_run_index(run, i));
}

static void transfer_run_remove(struct kunit *test, struct transfer_run *run,
				unsigned int from)
{
	unsigned int i;

	for (i = from; i < run->nr; i++)
		transfer_remove(test, &run->blocks[i], transfer_run_index(run, i));
}

static void transfer_run_round_trip(struct kunit *test)
{
	/* At the root of the xarray, inside a node, and across two nodes. */
	static const pgoff_t places[] = { 0, 1, 50, 2000 };
	const struct transfer_kind *kind = test->param_value;
	struct transfer_test *t = test->priv;
	struct transfer_run *run;
	struct folio_batch batch;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		if ((places[i] + 2) << kind->order > TRANSFER_FILE_PAGES)
			break;
		run = transfer_run_alloc(test, kind, places[i]);
		KUNIT_ASSERT_EQ(test, run->nr, transfer_run_insert(test, run));
		transfer_run_expect(test, run, &t->empty, run->nr);
		while (run->nr)
			transfer_put(&run->blocks[--run->nr]);

		run->nr = FOLIO_BATCH_SIZE;
		KUNIT_ASSERT_EQ(test, 0, transfer_run_take(test, run, run->order, &batch));
		transfer_run_taken(test, run, &batch, folio_batch_count(&batch));
		KUNIT_EXPECT_TRUE(test, xa_empty(&t->mapping->i_pages));
		transfer_expect_counters(test, &t->empty, NULL);
	}
}

/* Disturb a block, so that a transfer of it alone fails with @err. */
static void transfer_disturb(struct kunit *test, const struct transfer_block *block,
			     int err)
{
	struct folio *folio = transfer_folio(block);

	if (err == -EBUSY)
		folio_get(folio);
	else
		transfer_poison(&folio->page);
}

static void transfer_calm(struct kunit *test, const struct transfer_block *block,
			  int err)
{
	struct folio *folio = transfer_folio(block);

	if (err == -EBUSY)
		folio_put(folio);
	else
		transfer_cure(&folio->page);
}

static const int transfer_run_errors[] = {
	-EBUSY,
#ifdef CONFIG_MEMORY_FAILURE
	-EHWPOISON,
#endif
};

static void transfer_run_insert_ends(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(2);
	static const unsigned int bad[] = { 0, 1, 17, FOLIO_BATCH_SIZE - 1 };
	struct transfer_test *t = test->priv;
	struct transfer_run *run;
	struct page *snapshot;
	unsigned int i, j;
	int err;

	for (i = 0; i < ARRAY_SIZE(bad) * ARRAY_SIZE(transfer_run_errors); i++) {
		j = bad[i % ARRAY_SIZE(bad)];
		err = transfer_run_errors[i / ARRAY_SIZE(bad)];
		run = transfer_run_alloc(test, &kind, 3);
		transfer_disturb(test, &run->blocks[j], err);
		snapshot = transfer_snapshot(test, &run->blocks[j]);

		KUNIT_EXPECT_EQ(test, (int)j ?: err, transfer_run_insert(test, run));
		transfer_run_expect(test, run, &t->empty, j);
		transfer_expect_untouched(test, &run->blocks[j], snapshot);
		transfer_calm(test, &run->blocks[j], err);
		while (run->nr > j) {
			transfer_expect_new(test, &run->blocks[--run->nr]);
			transfer_free(&run->blocks[run->nr]);
		}
		transfer_run_remove(test, run, 0);
	}
}

/* The place of one of the blocks is occupied. */
static void transfer_run_insert_occupied(struct kunit *test)
{
	static const struct transfer_kind kinds[] = {
		TRANSFER_FOLIO(0), TRANSFER_FOLIO(3), TRANSFER_FOLIO(6)
	};
	static const struct transfer_kind page = TRANSFER_FOLIO(0);
	struct transfer_block other;
	struct transfer_counters before;
	struct transfer_run *run;
	unsigned int i, j;
	pgoff_t there;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		run = transfer_run_alloc(test, &kinds[i], 1);
		j = run->nr / 2;
		/* Its last page. */
		there = transfer_run_index(run, j + 1) - 1;
		other = transfer_alloc(test, &page);
		KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &other, there));
		before = transfer_count(test);

		KUNIT_EXPECT_EQ(test, j, transfer_run_insert(test, run));
		transfer_run_expect(test, run, &before, j);
		transfer_expect_inserted(test, &other, there);
		while (run->nr > j) {
			transfer_expect_new(test, &run->blocks[--run->nr]);
			transfer_free(&run->blocks[run->nr]);
		}
		transfer_run_remove(test, run, 0);
		transfer_remove(test, &other, there);
	}
}

static void transfer_run_insert_fails(struct kunit *test)
{
	static const enum shmem_insert_step steps[] = {
		SHMEM_INSERT_CHARGE, SHMEM_INSERT_STORE
	};
	static const struct transfer_kind kind = TRANSFER_FOLIO(1);
	struct transfer_test *t = test->priv;
	struct transfer_run *run = transfer_run_alloc(test, &kind, 0);
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		transfer_inject(test, steps[i]);
		KUNIT_EXPECT_EQ(test, -ENOMEM, transfer_run_insert(test, run));
		transfer_expect_injected(test, steps[i]);
		transfer_expect_counters(test, &t->empty, NULL);
		for (j = 0; j < run->nr; j++)
			transfer_expect_new(test, &run->blocks[j]);
	}
	for (j = 0; j < run->nr; j++)
		transfer_free(&run->blocks[j]);
}

/* The file system has no room for all of them, but for one. */
static void transfer_run_insert_no_room(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(1);
	struct transfer_test *t = test->priv;
	struct transfer_run *run = transfer_run_alloc(test, &kind, 0);

	transfer_inject(test, SHMEM_INSERT_ACCOUNT);
	KUNIT_EXPECT_EQ(test, 1, transfer_run_insert(test, run));
	transfer_expect_injected(test, SHMEM_INSERT_ACCOUNT);
	transfer_run_expect(test, run, &t->empty, 1);
	while (run->nr > 1) {
		transfer_expect_new(test, &run->blocks[--run->nr]);
		transfer_free(&run->blocks[run->nr]);
	}
	transfer_run_remove(test, run, 0);
}

/* The file ends before the run does. */
static void transfer_run_insert_beyond(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(0);
	struct transfer_run *run = transfer_run_alloc(test, &kind, 10);
	int ret;

	run->index = TRANSFER_FILE_PAGES - 2;
	ret = transfer_run_insert(test, run);
	KUNIT_EXPECT_GE(test, ret, 1);
	KUNIT_EXPECT_LE(test, ret, 2);
	while (run->nr > ret)
		transfer_free(&run->blocks[--run->nr]);
	transfer_run_remove(test, run, 0);
}

static void transfer_run_take_ends(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(2);
	static const unsigned int bad[] = { 0, 1, 17, FOLIO_BATCH_SIZE - 1 };
	struct transfer_run *run;
	struct folio_batch batch;
	unsigned int i, j;
	int err;

	for (i = 0; i < ARRAY_SIZE(bad) * ARRAY_SIZE(transfer_run_errors); i++) {
		j = bad[i % ARRAY_SIZE(bad)];
		err = transfer_run_errors[i / ARRAY_SIZE(bad)];
		run = transfer_run_alloc(test, &kind, 3);
		transfer_run_give(test, run);
		transfer_disturb(test, &run->blocks[j], err);

		KUNIT_EXPECT_EQ(test, j ? 0 : err,
				transfer_run_take(test, run, run->order, &batch));
		if (j)
			transfer_run_taken(test, run, &batch, j);
		transfer_calm(test, &run->blocks[j], err);
		/* So that they are as transfer_expect_inserted() wants them. */
		for (; j < run->nr; j++) {
			folio_get(transfer_folio(&run->blocks[j]));
			lru_add_drain_all();
			transfer_expect_inserted(test, &run->blocks[j],
						 transfer_run_index(run, j));
		}
		transfer_run_remove(test, run, bad[i % ARRAY_SIZE(bad)]);
	}
}

/* If the order is not the expected one, only the first folio is taken. */
static void transfer_run_take_other_order(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(2);
	static const unsigned int orders[] = { 0, 1, 3, 5 };
	struct transfer_test *t = test->priv;
	struct transfer_run *run;
	struct folio_batch batch;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		run = transfer_run_alloc(test, &kind, 8);
		transfer_run_give(test, run);
		KUNIT_EXPECT_EQ(test, 0, transfer_run_take(test, run, orders[i], &batch));
		transfer_run_taken(test, run, &batch, 1);
		shmem_truncate_range(t->inode, 0, -1);
	}
}

/* A hole, and a smaller folio. */
static void transfer_run_take_gap(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(2);
	static const struct transfer_kind small = TRANSFER_FOLIO(1);
	struct transfer_test *t = test->priv;
	struct transfer_run *run = transfer_run_alloc(test, &kind, 2);
	struct transfer_block block, piece = transfer_alloc(test, &small);
	struct folio_batch batch;
	pgoff_t gap;

	transfer_run_give(test, run);
	gap = transfer_run_index(run, 7);
	block = transfer_take(test, &run->blocks[7], gap, 0, 2);
	transfer_free(&block);
	KUNIT_ASSERT_EQ(test, 0, transfer_run_take(test, run, 2, &batch));
	transfer_run_taken(test, run, &batch, 7);

	run->index = gap;
	KUNIT_EXPECT_EQ(test, -ENOENT, transfer_run_take(test, run, 2, &batch));
	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &piece, gap));
	transfer_put(&piece);
	KUNIT_ASSERT_EQ(test, 0, transfer_run_take(test, run, 2, &batch));
	KUNIT_ASSERT_EQ(test, 1, folio_batch_count(&batch));
	KUNIT_EXPECT_PTR_EQ(test, batch.folios[0], transfer_folio(&piece));
	transfer_free(&piece);
	shmem_truncate_range(t->inode, 0, -1);
}

static struct kunit_case transfer_run_cases[] = {
	KUNIT_CASE_PARAM(transfer_run_round_trip, transfer_every_kind_gen_params),
	KUNIT_CASE(transfer_run_insert_ends),
	KUNIT_CASE(transfer_run_insert_occupied),
	KUNIT_CASE(transfer_run_insert_fails),
	KUNIT_CASE(transfer_run_insert_no_room),
	KUNIT_CASE(transfer_run_insert_beyond),
	KUNIT_CASE(transfer_run_take_ends),
	KUNIT_CASE(transfer_run_take_other_order),
	KUNIT_CASE(transfer_run_take_gap),
	{}
};

static struct kunit_suite transfer_run_suite = {
	.name = "shmem_transfer_run",
	.init = transfer_init,
	.exit = transfer_exit,
	.test_cases = transfer_run_cases,
};

kunit_test_suite(transfer_run_suite);
