// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for shmem_take_folio() when it succeeds: the block is what it was
 * before the insert, and the file has nothing left of it. The obstacles to a
 * take are in shmem_transfer_state.c.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/pagemap.h>
#include <linux/swap.h>

#include "shmem_transfer_kunit.h"

/* Insert a block, and drop its reference. */
static void transfer_give(struct kunit *test, const struct transfer_block *block,
			  pgoff_t index)
{
	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, block, index));
	transfer_put(block);
}

static void transfer_take_round_trip(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, test->param_value);
	unsigned int order = block.kind.order;
	pgoff_t index = transfer_nr(&block);
	struct transfer_block taken;

	transfer_give(test, &block, index);
	taken = transfer_take(test, &block, index, 0, order);
	KUNIT_EXPECT_PTR_EQ(test, taken.page, block.page);
	KUNIT_EXPECT_EQ(test, taken.kind.order, order);
	KUNIT_EXPECT_TRUE(test, xa_empty(&t->mapping->i_pages));
	transfer_expect_counters(test, &t->empty, NULL);
	transfer_free(&taken);
}

/* Take it back and insert it again, at the same place every time. */
static void transfer_take_then_insert(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, test->param_value);
	pgoff_t index = transfer_nr(&block);
	struct page *page = block.page;
	int i;

	for (i = 0; i < 3; i++) {
		transfer_give(test, &block, index);
		block = transfer_take(test, &block, index, 0, block.kind.order);
		KUNIT_EXPECT_PTR_EQ(test, block.page, page);
	}
	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, index));
	transfer_expect_inserted(test, &block, index);
	transfer_expect_counters(test, &t->empty, &block);
	transfer_remove(test, &block, index);
}

/* Taking a folio leaves a hole, which has room for another one. */
static void transfer_take_leaves_hole(struct kunit *test)
{
	static const struct transfer_kind small = TRANSFER_FOLIO(0);
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, test->param_value);
	struct transfer_block other = transfer_alloc(test, test->param_value);
	struct transfer_block page = transfer_alloc(test, &small);
	pgoff_t index = transfer_nr(&block);

	transfer_give(test, &block, index);
	block = transfer_take(test, &block, index, 0, block.kind.order);
	transfer_give(test, &page, 2 * index - 1);
	KUNIT_EXPECT_EQ(test, t->mapping->nrpages, 1);
	page = transfer_take(test, &page, 2 * index - 1, 0, 0);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &other, index));
	transfer_expect_inserted(test, &other, index);
	transfer_remove(test, &other, index);

	transfer_expect_new(test, &block);
	transfer_free(&block);
	transfer_free(&page);
}

/* Of ten neighbours of different order, take every second. The others stay. */
static void transfer_take_among_neighbours(struct kunit *test)
{
	struct transfer_block blocks[2 * 10];
	pgoff_t index[ARRAY_SIZE(blocks)];
	int i;

	transfer_needs_order(test, ARRAY_SIZE(blocks) / 2 - 1);
	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		struct transfer_kind kind = { i / 2, i & 1, "neighbour" };

		blocks[i] = transfer_alloc(test, &kind);
		index[i] = (2 + (i & 1)) << kind.order;
		KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &blocks[i], index[i]));
	}
	for (i = 0; i < ARRAY_SIZE(blocks); i += 2) {
		transfer_put(&blocks[i]);
		blocks[i] = transfer_take(test, &blocks[i], index[i], 0, blocks[i].kind.order);
	}
	for (i = 1; i < ARRAY_SIZE(blocks); i += 2)
		transfer_expect_inserted(test, &blocks[i], index[i]);
	for (i = 0; i < ARRAY_SIZE(blocks); i += 2)
		transfer_free(&blocks[i]);
	for (i = 1; i < ARRAY_SIZE(blocks); i += 2)
		transfer_remove(test, &blocks[i], index[i]);
}

/* A larger order is allowed than that of the folio, and the node is the right one. */
static void transfer_take_smaller_than_allowed(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, test->param_value);
	int nid = page_to_nid(block.page);

	transfer_give(test, &block, 0);
	KUNIT_ASSERT_PTR_EQ(test, transfer_folio(&block),
			    shmem_take_folio(t->file, 0, MAX_PAGE_ORDER,
					     GFP_HIGHUSER_MOVABLE, nid));
	transfer_expect_new(test, &block);
	transfer_free(&block);
}

/* The last page of the file, which is not complete. */
static void transfer_take_last_page(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(0);
	struct transfer_block block = transfer_alloc(test, &kind);

	transfer_give(test, &block, TRANSFER_FILE_PAGES - 1);
	block = transfer_take(test, &block, TRANSFER_FILE_PAGES - 1, 0, 0);
	transfer_free(&block);
}

/* Folios that shmem has allocated can be taken as well. */
static void transfer_take_shmems_own(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct page *page = shmem_read_mapping_page(t->mapping, 7);
	struct transfer_block block = {};

	KUNIT_ASSERT_FALSE(test, IS_ERR(page));
	put_page(page);
	lru_add_drain_all();
	KUNIT_ASSERT_PTR_EQ(test, page_folio(page),
			    shmem_take_folio(t->file, 7, 0, GFP_HIGHUSER, NUMA_NO_NODE));
	block.page = page;
	KUNIT_EXPECT_TRUE(test, pages_identical(page, ZERO_PAGE(0)));
	transfer_expect_counters(test, &t->empty, NULL);
	transfer_free(&block);
}

/* The file. */

static void transfer_expect_file_refused(struct kunit *test, struct file *file)
{
	struct transfer_counters before = transfer_count(test);

	KUNIT_EXPECT_PTR_EQ(test, ERR_PTR(-EOPNOTSUPP),
			    shmem_take_folio(file, 0, 0, GFP_HIGHUSER, NUMA_NO_NODE));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, transfer_readback(file, 0, 1, GFP_HIGHUSER));
	KUNIT_EXPECT_EQ(test, 5, shmem_readback_start(file, 0, 5, GFP_HIGHUSER, NUMA_NO_NODE));
	transfer_expect_counters(test, &before, NULL);
}

static void transfer_take_other_file(struct kunit *test)
{
	static const struct file_operations fops;
	struct file *file = anon_inode_getfile("other", &fops, NULL, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	transfer_expect_file_refused(test, file);
	__fput_sync(file);
}

/* The creator of this file has not called shmem_allow_transfer(). It has a page. */
static void transfer_take_users_file(struct kunit *test)
{
	struct file *file = transfer_mounted_file(test, false);
	struct page *page = shmem_read_mapping_page(file->f_mapping, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(page));
	lru_add_drain_all();
	transfer_expect_file_refused(test, file);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 2);
	KUNIT_EXPECT_PTR_EQ(test, page->mapping, file->f_mapping);
	put_page(page);
	shmem_truncate_range(file_inode(file), 0, -1);
}

static struct kunit_case transfer_take_cases[] = {
	KUNIT_CASE_PARAM(transfer_take_round_trip, transfer_every_kind_gen_params),
	KUNIT_CASE_PARAM(transfer_take_then_insert, transfer_every_kind_gen_params),
	KUNIT_CASE_PARAM(transfer_take_leaves_hole, transfer_some_kinds_gen_params),
	KUNIT_CASE(transfer_take_among_neighbours),
	KUNIT_CASE_PARAM(transfer_take_smaller_than_allowed, transfer_some_kinds_gen_params),
	KUNIT_CASE(transfer_take_last_page),
	KUNIT_CASE(transfer_take_shmems_own),
	KUNIT_CASE(transfer_take_other_file),
	KUNIT_CASE(transfer_take_users_file),
	{}
};

static struct kunit_suite transfer_take_suite = {
	.name = "shmem_transfer_take",
	.init = transfer_init,
	.exit = transfer_exit,
	.test_cases = transfer_take_cases,
};

kunit_test_suite(transfer_take_suite);
