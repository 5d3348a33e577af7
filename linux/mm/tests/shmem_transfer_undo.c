// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for shmem_insert_folio() when it fails in the middle: the block
 * and all counters must be unchanged, and the owner must still be able to use
 * the block in any way.
 */
#include <linux/debugfs.h>
#include <linux/pagemap.h>

#include "shmem_transfer_kunit.h"

static const struct {
	enum shmem_insert_step step;
	int err;
} steps[] = {
	{ SHMEM_INSERT_CHARGE, -ENOMEM },
	{ SHMEM_INSERT_ACCOUNT, -ENOSPC },
	{ SHMEM_INSERT_STORE, -ENOMEM },
};

/* Make each step fail. */
static void transfer_expect_undone(struct kunit *test,
				   const struct transfer_block *block)
{
	struct transfer_counters before = transfer_count(test);
	struct page *snapshot = transfer_snapshot(test, block);
	int i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		transfer_inject(test, steps[i].step);
		KUNIT_EXPECT_EQ(test, steps[i].err,
				transfer_insert(test, block, 0));
		transfer_expect_injected(test, steps[i].step);
		transfer_expect_untouched(test, block, snapshot);
		transfer_expect_counters(test, &before, NULL);
	}
}

static void transfer_needs_injection(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_FAULT_INJECTION))
		kunit_skip(test, "needs CONFIG_FAULT_INJECTION");
}

/* The owner continues to use the block, and frees it in the end. */
static void transfer_undo_then_free(struct kunit *test)
{
	struct transfer_block block;

	transfer_needs_injection(test);
	block = transfer_alloc(test, test->param_value);
	transfer_expect_undone(test, &block);
	transfer_free(&block);
}

/* The owner tries again, with success. */
static void transfer_undo_then_insert(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block;

	transfer_needs_injection(test);
	block = transfer_alloc(test, test->param_value);
	transfer_expect_undone(test, &block);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, 0));
	transfer_expect_inserted(test, &block, 0);
	transfer_expect_counters(test, &t->empty, &block);
	transfer_remove(test, &block, 0);
}

/* The owner copies page by page, as TTM does when it has split a block. */
static void transfer_undo_then_split(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(3);
	struct transfer_block block;
	long i;

	transfer_needs_injection(test);
	block = transfer_alloc(test, &kind);
	transfer_expect_undone(test, &block);
	KUNIT_ASSERT_EQ(test, 0, folio_split_owned(transfer_folio(&block), 0));
	for (i = 0; i < transfer_nr(&block); i++)
		__free_page(block.page + i);
}

/* Flags that the owner had set stay set. */
static void transfer_undo_keeps_flags(struct kunit *test)
{
	static const struct transfer_kind kinds[] = {
		TRANSFER_FOLIO(0), TRANSFER_FOLIO(2), TRANSFER_COMPOUND(2)
	};
	struct transfer_block block;
	struct folio *folio;
	int i;

	transfer_needs_injection(test);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		block = transfer_alloc(test, &kinds[i]);
		folio = transfer_folio(&block);
		folio_mark_uptodate(folio);
		folio_set_referenced(folio);
		transfer_expect_undone(test, &block);
		folio_set_dirty(folio);
		transfer_expect_undone(test, &block);
		folio_clear_uptodate(folio);
		transfer_expect_undone(test, &block);
		transfer_free(&block);
	}
}

/* For a folio from folio_alloc(), which is already rmappable. */
static void transfer_undo_folio(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_COMPOUND(4);
	struct transfer_test *t = test->priv;
	struct transfer_block block;
	struct folio *folio;

	transfer_needs_injection(test);
	block = transfer_alloc(test, &kind);
	folio = page_rmappable_folio(block.page);
	transfer_expect_undone(test, &block);
	KUNIT_EXPECT_TRUE(test, folio_test_large_rmappable(folio));

	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, 0));
	transfer_expect_inserted(test, &block, 0);
	transfer_expect_counters(test, &t->empty, &block);
	transfer_remove(test, &block, 0);
}

/* Repeated failures do not add up, not even where counters are batched. */
static void transfer_undo_often(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(1);
	struct transfer_block block;
	int i;

	transfer_needs_injection(test);
	block = transfer_alloc(test, &kind);
	for (i = 0; i < 100; i++)
		transfer_expect_undone(test, &block);
	transfer_free(&block);
}

/* Too few blocks are left in the file system, so that accounting really fails. */
static void transfer_undo_file_system_full(struct kunit *test)
{
	static const struct transfer_kind kinds[] = { TRANSFER_FOLIO(2), TRANSFER_COMPOUND(2) };
	struct file *file = transfer_mounted_file(test, true);
	struct shmem_sb_info *sbinfo = file_inode(file)->i_sb->s_fs_info;
	struct transfer_counters before = transfer_count(test);
	struct transfer_block block;
	struct page *snapshot;
	int i;

	/* A kernel-internal mount ignores mount options. */
	sbinfo->max_blocks = 3;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		block = transfer_alloc(test, &kinds[i]);
		snapshot = transfer_snapshot(test, &block);
		KUNIT_EXPECT_EQ(test, -ENOSPC,
				shmem_insert_folio(file, transfer_folio(&block),
						   2, 0, false, GFP_KERNEL));
		transfer_expect_untouched(test, &block, snapshot);
		transfer_expect_counters(test, &before, NULL);
		KUNIT_EXPECT_EQ(test, 0, file_inode(file)->i_blocks);
		transfer_free(&block);
	}
}

/* Whoever tests a kernel can have each step fail. */
static void transfer_undo_fault_files(struct kunit *test)
{
	static const char * const names[] = {
		"fail_charge", "fail_account", "fail_store", "fail_writeback",
	};
	struct dentry *dir, *file;
	int i;

	if (!IS_ENABLED(CONFIG_FAULT_INJECTION_DEBUG_FS))
		kunit_skip(test, "needs CONFIG_FAULT_INJECTION_DEBUG_FS");
	dir = debugfs_lookup("shmem_insert", NULL);
	KUNIT_ASSERT_NOT_NULL(test, dir);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		file = debugfs_lookup(names[i], dir);
		KUNIT_EXPECT_NOT_NULL(test, file);
		dput(file);
	}
	dput(dir);
}

#ifdef CONFIG_FAULT_INJECTION
static void transfer_set_verbose(unsigned long verbose)
{
	int i;

	for (i = 0; i < SHMEM_INSERT_NR_STEPS; i++)
		shmem_insert_faults[i].verbose = verbose;
}

/* Returns whether there was an nth call that could fail. */
static bool transfer_fail_nth(struct kunit *test,
			      const struct transfer_block *block, int nth,
			      int *err)
{
	struct transfer_test *t = test->priv;
	bool failed;

	/* At index 0 of an empty file, order 0 would need no xarray node. */
	transfer_set_verbose(0);
	current->fail_nth = nth;
	*err = shmem_insert_folio(t->file, transfer_folio(block),
				  block->kind.order, transfer_nr(block),
				  false, GFP_NOWAIT);
	failed = !current->fail_nth;
	current->fail_nth = 0;
	transfer_set_verbose(2);
	return failed;
}

/*
 * Everything that can fail fails once: each step, and the allocation of each
 * xarray node. The latter is retried outside the lock and then succeeds.
 */
static void transfer_undo_each_fault(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	int nth, err, overcome = 0;
	bool failed;

	for (nth = 1, failed = true; failed && nth < 50; nth++) {
		struct transfer_block block = transfer_alloc(test, test->param_value);
		struct page *snapshot = transfer_snapshot(test, &block);

		failed = transfer_fail_nth(test, &block, nth, &err);
		if (err) {
			transfer_expect_untouched(test, &block, snapshot);
			transfer_expect_counters(test, &t->empty, NULL);
			transfer_free(&block);
			continue;
		}
		overcome += failed;
		transfer_expect_inserted(test, &block, transfer_nr(&block));
		transfer_remove(test, &block, transfer_nr(&block));
	}
	KUNIT_EXPECT_FALSE(test, failed);
	KUNIT_EXPECT_GT(test, nth, (int)ARRAY_SIZE(steps));
	if (IS_ENABLED(CONFIG_FAILSLAB))
		KUNIT_EXPECT_GT(test, overcome, 0);
}
#else
static void transfer_undo_each_fault(struct kunit *test)
{
	transfer_needs_injection(test);
}
#endif

static struct kunit_case transfer_undo_cases[] = {
	KUNIT_CASE_PARAM(transfer_undo_then_free, transfer_every_kind_gen_params),
	KUNIT_CASE_PARAM(transfer_undo_then_insert, transfer_every_kind_gen_params),
	KUNIT_CASE(transfer_undo_then_split),
	KUNIT_CASE(transfer_undo_keeps_flags),
	KUNIT_CASE(transfer_undo_folio),
	KUNIT_CASE(transfer_undo_often),
	KUNIT_CASE(transfer_undo_file_system_full),
	KUNIT_CASE(transfer_undo_fault_files),
	KUNIT_CASE_PARAM(transfer_undo_each_fault, transfer_every_kind_gen_params),
	{}
};

static struct kunit_suite transfer_undo_suite = {
	.name = "shmem_transfer_undo",
	.init = transfer_init,
	.exit = transfer_exit,
	.test_cases = transfer_undo_cases,
};

kunit_test_suite(transfer_undo_suite);
