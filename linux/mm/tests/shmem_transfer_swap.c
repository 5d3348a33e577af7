// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests that write inserted folios to swap and read them back. There is
 * no swap when suites run at boot, and KUnit does not rerun a case that it has
 * skipped. So boot with kunit.autorun=0, and run shmem_transfer_swap from
 * debugfs after swapon, and shmem_transfer_no_swap before.
 */
#include <linux/highmem.h>
#include <linux/pagemap.h>
#include <linux/swap.h>

#include "shmem_transfer_kunit.h"

/* The folio is in swap, and was not split on the way. */
static void transfer_expect_swapped(struct kunit *test,
				    const struct transfer_block *block,
				    pgoff_t index)
{
	struct transfer_test *t = test->priv;
	unsigned int order = IS_ENABLED(CONFIG_THP_SWAP) ? block->kind.order : 0;
	long nr = transfer_nr(block);

	KUNIT_EXPECT_TRUE(test, xa_is_value(xa_load(&t->mapping->i_pages, index)));
	KUNIT_EXPECT_EQ(test, xa_get_order(&t->mapping->i_pages, index), order);
	KUNIT_EXPECT_EQ(test, SHMEM_I(t->inode)->swapped, nr);
	KUNIT_EXPECT_EQ(test, SHMEM_I(t->inode)->alloced, nr);
	KUNIT_EXPECT_EQ(test, t->mapping->nrpages, 0);
}

static void transfer_writeback(struct kunit *test)
{
	struct transfer_block block;
	pgoff_t index;

	transfer_needs_swap(test);
	transfer_needs_thp_swap(test);
	block = transfer_alloc(test, test->param_value);
	index = transfer_nr(&block);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert_write(test, &block, index));
	transfer_expect_swapped(test, &block, index);

	folio_wait_writeback(transfer_folio(&block));
	KUNIT_EXPECT_FALSE(test, folio_test_locked(transfer_folio(&block)));
	KUNIT_EXPECT_FALSE(test, folio_test_dirty(transfer_folio(&block)));
	KUNIT_EXPECT_FALSE(test, folio_test_reclaim(transfer_folio(&block)));
	transfer_put(&block);
	transfer_swap_out(test, index, transfer_nr(&block));
	transfer_expect_file_content(test, &block, index, 0, transfer_nr(&block));
}

/* Write a range later: a folio that starts before the range is not part of it. */
static void transfer_writeback_later(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block;
	pgoff_t index;
	long nr;

	transfer_needs_swap(test);
	transfer_needs_thp_swap(test);
	block = transfer_alloc(test, test->param_value);
	nr = transfer_nr(&block);
	index = nr;
	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, index));
	KUNIT_EXPECT_EQ(test, 0, shmem_writeback_start(t->file, 0, index));
	KUNIT_EXPECT_EQ(test, 0, shmem_writeback_start(t->file, index + nr, nr));
	transfer_expect_inserted(test, &block, index);

	folio_lock(transfer_folio(&block));
	KUNIT_EXPECT_EQ(test, 0, shmem_writeback_start(t->file, 0, 3 * nr));
	folio_unlock(transfer_folio(&block));
	/* Shmem has no such folio, so nobody waits for that. */
	set_bit(PG_writeback, &transfer_folio(&block)->flags.f);
	KUNIT_EXPECT_EQ(test, 0, shmem_writeback_start(t->file, 0, 3 * nr));
	clear_bit(PG_writeback, &transfer_folio(&block)->flags.f);
	transfer_expect_inserted(test, &block, index);
	KUNIT_EXPECT_EQ(test, nr, shmem_writeback_start(t->file, 0, 3 * nr));
	transfer_expect_swapped(test, &block, index);
	KUNIT_EXPECT_EQ(test, 0, shmem_writeback_start(t->file, 0, 3 * nr));

	folio_wait_writeback(transfer_folio(&block));
	transfer_put(&block);
	transfer_swap_out(test, index, nr);
	transfer_expect_file_content(test, &block, index, 0, nr);
}

/* Zeroes are not written: swap only records them. */
static void transfer_writeback_zeroes(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block;
	struct page *page;
	long i;

	transfer_needs_swap(test);
	transfer_needs_thp_swap(test);
	block = transfer_alloc(test, test->param_value);
	for (i = 0; i < transfer_nr(&block); i++)
		clear_highpage(block.page + i);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert_write(test, &block, 0));
	transfer_expect_swapped(test, &block, 0);
	KUNIT_EXPECT_FALSE(test, folio_test_writeback(transfer_folio(&block)));
	KUNIT_EXPECT_FALSE(test, folio_test_reclaim(transfer_folio(&block)));
	transfer_put(&block);
	transfer_swap_out(test, 0, transfer_nr(&block));

	page = shmem_read_mapping_page(t->mapping, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(page));
	KUNIT_EXPECT_TRUE(test, pages_identical(page, ZERO_PAGE(0)));
	put_page(page);
}

/* Immediate writeback was requested but not possible. This is not an error. */
static void transfer_expect_not_written(struct kunit *test,
					const struct transfer_block *block)
{
	transfer_expect_inserted(test, block, 0);
	KUNIT_EXPECT_FALSE(test, folio_test_reclaim(transfer_folio(block)));
	transfer_remove(test, block, 0);
}

static void transfer_writeback_fails(struct kunit *test)
{
	struct transfer_block block = transfer_alloc(test, test->param_value);

	transfer_inject(test, SHMEM_INSERT_WRITEBACK);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert_write(test, &block, 0));
	transfer_expect_injected(test, SHMEM_INSERT_WRITEBACK);
	transfer_expect_not_written(test, &block);
}

static void transfer_writeback_no_swap(struct kunit *test)
{
	struct transfer_block block;

	if (total_swap_pages)
		kunit_skip(test, "swap is on");
	block = transfer_alloc(test, test->param_value);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert_write(test, &block, 0));
	transfer_expect_not_written(test, &block);
}

/* The same with swap, but for a file that may not use it. */
static void transfer_writeback_not_allowed(struct kunit *test)
{
	struct transfer_test *t = test->priv, noswap = *t;
	struct shmem_sb_info *sbinfo;
	struct transfer_block block;

	if (!IS_ENABLED(CONFIG_SWAP))
		kunit_skip(test, "needs CONFIG_SWAP");
	noswap.file = transfer_mounted_file(test, true);
	noswap.inode = file_inode(noswap.file);
	sbinfo = noswap.inode->i_sb->s_fs_info;
	sbinfo->noswap = true;
	noswap.mapping = noswap.file->f_mapping;
	block = transfer_alloc(test, test->param_value);

	test->priv = &noswap;
	KUNIT_ASSERT_EQ(test, 0, transfer_insert_write(test, &block, 0));
	transfer_expect_not_written(test, &block);
	test->priv = t;
}

/* No immediate writeback, but memory becomes short. */
static void transfer_reclaim(struct kunit *test)
{
	struct transfer_block block;
	pgoff_t index;

	transfer_needs_swap(test);
	block = transfer_alloc(test, test->param_value);
	index = transfer_nr(&block);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, index));
	transfer_put(&block);
	transfer_swap_out(test, index, transfer_nr(&block));
	transfer_expect_swapped(test, &block, index);
	transfer_expect_file_content(test, &block, index, 0, transfer_nr(&block));
}

/* The place has a swap entry: of the same size, a smaller one, a larger one. */
static void transfer_refuse_swapped(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(2);
	static const struct {
		struct transfer_kind kind;
		pgoff_t index;
	} tries[] = {
		{ TRANSFER_FOLIO(2), 12 }, { TRANSFER_FOLIO(0), 12 },
		{ TRANSFER_FOLIO(0), 15 }, { TRANSFER_FOLIO(1), 14 },
		{ TRANSFER_FOLIO(3), 8 }, { TRANSFER_COMPOUND(9), 0 },
	};
	struct transfer_block swapped, block;
	struct page *snapshot;
	int i;

	transfer_needs_swap(test);
	swapped = transfer_swapped_block(test, &kind, 12);
	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		block = transfer_alloc(test, &tries[i].kind);
		snapshot = transfer_snapshot(test, &block);
		KUNIT_EXPECT_EQ(test, -EEXIST, transfer_insert(test, &block, tries[i].index));
		transfer_expect_untouched(test, &block, snapshot);
		transfer_free(&block);
	}
	transfer_expect_swapped(test, &swapped, 12);
	transfer_expect_file_content(test, &swapped, 12, 0, 4);
}

/* Swapped-out content is dropped without being read back. */
static void transfer_truncate_swapped(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block;

	transfer_needs_swap(test);
	block = transfer_swapped_block(test, test->param_value, 0);
	shmem_truncate_range(t->inode, 0, ((loff_t)transfer_nr(&block) << PAGE_SHIFT) - 1);
	KUNIT_EXPECT_TRUE(test, xa_empty(&t->mapping->i_pages));
	transfer_expect_counters(test, &t->empty, NULL);
}

static void transfer_truncate_swapped_part(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block;
	long nr;

	transfer_needs_swap(test);
	block = transfer_swapped_block(test, test->param_value, 0);
	nr = transfer_nr(&block);
	shmem_truncate_range(t->inode, 0, PAGE_SIZE - 1);
	KUNIT_EXPECT_NULL(test, xa_load(&t->mapping->i_pages, 0));
	transfer_expect_file_content(test, &block, 0, 1, nr);
}

static struct kunit_case transfer_swap_cases[] = {
	KUNIT_CASE_PARAM(transfer_writeback, transfer_some_kinds_gen_params),
	KUNIT_CASE_PARAM(transfer_writeback_later, transfer_some_kinds_gen_params),
	KUNIT_CASE_PARAM(transfer_writeback_zeroes, transfer_some_kinds_gen_params),
	KUNIT_CASE_PARAM(transfer_writeback_fails, transfer_some_kinds_gen_params),
	KUNIT_CASE_PARAM(transfer_writeback_not_allowed, transfer_some_kinds_gen_params),
	KUNIT_CASE_PARAM(transfer_reclaim, transfer_some_kinds_gen_params),
	KUNIT_CASE(transfer_refuse_swapped),
	KUNIT_CASE_PARAM(transfer_truncate_swapped, transfer_some_kinds_gen_params),
	KUNIT_CASE_PARAM(transfer_truncate_swapped_part, transfer_some_kinds_gen_params),
	{}
};

static struct kunit_suite transfer_swap_suite = {
	.name = "shmem_transfer_swap",
	.init = transfer_init,
	.exit = transfer_exit,
	.test_cases = transfer_swap_cases,
};

static struct kunit_case transfer_no_swap_cases[] = {
	KUNIT_CASE_PARAM(transfer_writeback_no_swap, transfer_some_kinds_gen_params),
	{}
};

static struct kunit_suite transfer_no_swap_suite = {
	.name = "shmem_transfer_no_swap",
	.init = transfer_init,
	.exit = transfer_exit,
	.test_cases = transfer_no_swap_cases,
};

kunit_test_suites(&transfer_swap_suite, &transfer_no_swap_suite);
