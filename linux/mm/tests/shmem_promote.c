// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for shmem_insert_block(): a block that was allocated without
 * __GFP_COMP becomes a folio, or stays exactly what it was.
 */
#include <linux/kthread.h>
#include <linux/pagemap.h>

#include "shmem_transfer_kunit.h"

static const struct transfer_kind plain_kinds[] = {
	TRANSFER_PLAIN(0), TRANSFER_PLAIN(1), TRANSFER_PLAIN(2), TRANSFER_PLAIN(3),
	TRANSFER_PLAIN(4), TRANSFER_PLAIN(5), TRANSFER_PLAIN(6), TRANSFER_PLAIN(7),
	TRANSFER_PLAIN(8), TRANSFER_PLAIN(9),
};

KUNIT_ARRAY_PARAM_DESC(plain, plain_kinds, desc);

static int promote(struct kunit *test, const struct transfer_block *block, pgoff_t index)
{
	struct transfer_test *t = test->priv;

	return shmem_insert_block(t->file, block->page, block->kind.order, index,
				  false, GFP_KERNEL);
}

static void promote_round_trip(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, test->param_value);
	pgoff_t index = transfer_nr(&block);

	KUNIT_ASSERT_EQ(test, 0, promote(test, &block, index));
	transfer_expect_inserted(test, &block, index);
	transfer_expect_counters(test, &t->empty, &block);
	transfer_expect_file_content(test, &block, index, 0, transfer_nr(&block));
	transfer_remove(test, &block, index);
	transfer_expect_counters(test, &t->empty, NULL);
}

/* Taking it back returns a folio: the same pages, in the state of a new one. */
static void promote_then_take(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, test->param_value);
	struct transfer_block taken;

	KUNIT_ASSERT_EQ(test, 0, promote(test, &block, 0));
	transfer_put(&block);
	taken = transfer_take(test, &block, 0, 0, block.kind.order);
	KUNIT_EXPECT_PTR_EQ(test, taken.page, block.page);
	KUNIT_EXPECT_EQ(test, taken.kind.order, block.kind.order);
	transfer_expect_counters(test, &t->empty, NULL);

	KUNIT_ASSERT_EQ(test, 0, promote(test, &taken, 0));
	transfer_expect_inserted(test, &taken, 0);
	transfer_remove(test, &taken, 0);
}

/* Failures. */

static const struct {
	enum shmem_insert_step step;
	int err;
} steps[] = {
	{ SHMEM_INSERT_CHARGE, -ENOMEM },
	{ SHMEM_INSERT_ACCOUNT, -ENOSPC },
	{ SHMEM_INSERT_STORE, -ENOMEM },
};

static void promote_expect_undone(struct kunit *test, const struct transfer_block *block)
{
	struct transfer_counters before = transfer_count(test);
	struct page *snapshot = transfer_snapshot(test, block);
	int i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		transfer_inject(test, steps[i].step);
		KUNIT_EXPECT_EQ(test, steps[i].err, promote(test, block, 0));
		transfer_expect_injected(test, steps[i].step);
		transfer_expect_untouched(test, block, snapshot);
		transfer_expect_counters(test, &before, NULL);
	}
}

static void promote_needs_injection(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_FAULT_INJECTION))
		kunit_skip(test, "needs CONFIG_FAULT_INJECTION");
}

/* The owner tries again, with success, or frees the block. */
static void promote_undo(struct kunit *test)
{
	struct transfer_block block;

	promote_needs_injection(test);
	block = transfer_alloc(test, test->param_value);
	promote_expect_undone(test, &block);
	KUNIT_ASSERT_EQ(test, 0, promote(test, &block, 0));
	transfer_expect_inserted(test, &block, 0);
	transfer_remove(test, &block, 0);

	block = transfer_alloc(test, test->param_value);
	promote_expect_undone(test, &block);
	transfer_free(&block);
}

/* It is still good for split_page(). */
static void promote_undo_then_split(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_PLAIN(3);
	struct transfer_block block;
	long i;

	promote_needs_injection(test);
	block = transfer_alloc(test, &kind);
	promote_expect_undone(test, &block);
	split_page(block.page, kind.order);
	for (i = 0; i < transfer_nr(&block); i++)
		__free_page(block.page + i);
}

/* Refusals. */

static void promote_expect_refused_at(struct kunit *test, const struct transfer_block *block,
				      pgoff_t index, int err, bool bug)
{
	struct transfer_counters before = transfer_count(test);
	struct page *snapshot = transfer_snapshot(test, block);

	kunit_warning_suppress(test) {
		KUNIT_ASSERT_EQ(test, err, promote(test, block, index));
		if (!bug || TRANSFER_WARNS_OF_EACH)
			KUNIT_EXPECT_SUPPRESSED_WARNING_COUNT(test,
							      bug && IS_ENABLED(CONFIG_DEBUG_VM));
	}
	transfer_expect_untouched(test, block, snapshot);
	transfer_expect_counters(test, &before, NULL);
}

static void promote_expect_refused(struct kunit *test, const struct transfer_block *block,
				   int err, bool bug)
{
	promote_expect_refused_at(test, block, 0, err, bug);
}

/* A place that nothing of this order suits. */
static void promote_refuse_place(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_PLAIN(2);
	struct transfer_block block = transfer_alloc(test, &kind);

	promote_expect_refused_at(test, &block, 1, -EINVAL, false);
	promote_expect_refused_at(test, &block, TRANSFER_FILE_PAGES, -EINVAL, false);
	transfer_free(&block);
}

/* Not the caller's alone, as far as its first page tells. */
static void promote_refuse_head(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_PLAIN(2);
	struct transfer_block block = transfer_alloc(test, &kind);

	set_page_private(block.page, 1);
	promote_expect_refused(test, &block, -EINVAL, true);
	set_page_private(block.page, 0);
	transfer_free(&block);
}

static void promote_refuse_referenced(struct kunit *test)
{
	struct transfer_block block = transfer_alloc(test, test->param_value);

	get_page(block.page);
	promote_expect_refused(test, &block, -EBUSY, false);
	put_page(block.page);
	transfer_free(&block);
}

static void promote_refuse_poisoned(struct kunit *test)
{
	struct transfer_block block = transfer_alloc(test, test->param_value);
	struct page *last = block.page + transfer_nr(&block) - 1;

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE)) {
		transfer_free(&block);
		kunit_skip(test, "needs CONFIG_MEMORY_FAILURE");
	}
	transfer_poison(last);
	promote_expect_refused(test, &block, -EHWPOISON, false);
	transfer_cure(last);
	transfer_free(&block);
}

/* The tail pages are in a state that cannot become the tails of a folio. */
static void promote_refuse_tails(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_PLAIN(2);
	struct transfer_block block = transfer_alloc(test, &kind);
	struct transfer_test *t = test->priv;
	long i;

	set_page_private(block.page + 2, 1);
	promote_expect_refused(test, &block, -EINVAL, true);
	set_page_private(block.page + 2, 0);

	block.page[2].mapping = t->mapping;
	promote_expect_refused(test, &block, -EINVAL, true);
	block.page[2].mapping = NULL;

	split_page(block.page, kind.order);
	promote_expect_refused(test, &block, -EINVAL, true);
	for (i = 0; i < transfer_nr(&block); i++)
		__free_page(block.page + i);
}

/* Concurrent page-frame walkers. */

static struct page *promote_sniffed;

static int promote_sniff(void *taken)
{
	while (!kthread_should_stop()) {
		struct page *page = READ_ONCE(promote_sniffed);
		int i;

		for (i = 0; page && i < 4; i++) {
			struct folio *folio = page_folio(page + i);

			if (!folio_try_get(folio))
				continue;
			++*(unsigned long *)taken;
			folio_put(folio);
		}
		cond_resched();
	}
	return 0;
}

/* Make it fail, then succeed. Either attempt may meet a reference of the walker. */
static void promote_one_sniffed(struct kunit *test, const struct transfer_kind *kind)
{
	struct transfer_block block = transfer_alloc(test, kind);
	unsigned long end = jiffies + 10 * HZ;
	int err;

	WRITE_ONCE(promote_sniffed, block.page);
	/* Or there is none, where there is no preemption. */
	cond_resched();
	if (IS_ENABLED(CONFIG_FAULT_INJECTION)) {
		transfer_inject(test, SHMEM_INSERT_STORE);
		do {
			err = promote(test, &block, 0);
		} while (err == -EBUSY && time_before(jiffies, end));
		KUNIT_EXPECT_EQ(test, -ENOMEM, err);
		transfer_expect_injected(test, SHMEM_INSERT_STORE);
		KUNIT_EXPECT_FALSE(test, PageCompound(block.page));
	}
	do {
		err = promote(test, &block, 0);
	} while (err == -EBUSY && time_before(jiffies, end));
	KUNIT_ASSERT_EQ(test, 0, err);
	transfer_put(&block);
	transfer_expect_file_content(test, &block, 0, 0, transfer_nr(&block));
	WRITE_ONCE(promote_sniffed, NULL);
	shmem_truncate_range(((struct transfer_test *)test->priv)->inode, 0, -1);
}

static void promote_transient_references(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_PLAIN(2);
	unsigned long taken = 0, end = jiffies + HZ, limit = jiffies + 10 * HZ;
	struct task_struct *task;

	transfer_needs_order(test, kind.order);
	task = kthread_run(promote_sniff, &taken, "promote_sniff");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	/* With one CPU, and on a busy host, the walker may need a while to run. */
	while (time_before(jiffies, READ_ONCE(taken) ? end : limit)) {
		promote_one_sniffed(test, &kind);
		cond_resched();
	}
	kthread_stop(task);
	KUNIT_EXPECT_GT(test, taken, 0);
}

static struct kunit_case promote_cases[] = {
	KUNIT_CASE_PARAM(promote_round_trip, plain_gen_params),
	KUNIT_CASE_PARAM(promote_then_take, plain_gen_params),
	KUNIT_CASE_PARAM(promote_undo, plain_gen_params),
	KUNIT_CASE(promote_undo_then_split),
	KUNIT_CASE(promote_refuse_place),
	KUNIT_CASE(promote_refuse_head),
	KUNIT_CASE_PARAM(promote_refuse_referenced, plain_gen_params),
	KUNIT_CASE_PARAM(promote_refuse_poisoned, plain_gen_params),
	KUNIT_CASE(promote_refuse_tails),
	KUNIT_CASE(promote_transient_references),
	{}
};

static struct kunit_suite promote_suite = {
	.name = "shmem_promote",
	.init = transfer_init,
	.exit = transfer_exit,
	.test_cases = promote_cases,
};

kunit_test_suite(promote_suite);
