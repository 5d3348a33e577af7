// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for shmem_readback_folio(), and for taking the folios that it has
 * read. They need swap: boot with kunit.autorun=0, and run this suite from
 * debugfs after swapon.
 */
#include <linux/mempolicy.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include <linux/swap_ops.h>
#include <linux/swapops.h>
#include <linux/zswap.h>

#include "../swap.h"
#include "shmem_transfer_kunit.h"

static int transfer_read(struct kunit *test, pgoff_t index, pgoff_t nr)
{
	struct transfer_test *t = test->priv;

	return transfer_readback(t->file, index, nr, GFP_HIGHUSER);
}

static long transfer_count_resident(struct transfer_test *t, pgoff_t index, long nr)
{
	struct folio *folio;
	long i, resident = 0;

	for (i = 0; i < nr; i++) {
		folio = transfer_resident(t, index + i);
		if (!folio)
			continue;
		folio_put(folio);
		resident++;
	}
	return resident;
}

/* Are folios read in one piece? With zswap, they are read page by page. */
static bool transfer_reads_whole(void)
{
	return IS_ENABLED(CONFIG_THP_SWAP) && zswap_never_enabled();
}

/* The order that a block has after it was swapped out and read back. */
static unsigned int transfer_swap_order(const struct transfer_block *block)
{
	return transfer_reads_whole() ? block->kind.order : 0;
}

static void transfer_expect_not_taken(struct kunit *test, pgoff_t index, int err)
{
	struct transfer_counters before = transfer_count(test);
	struct transfer_test *t = test->priv;
	void *entry = xa_load(&t->mapping->i_pages, index);

	KUNIT_ASSERT_PTR_EQ(test, ERR_PTR(err),
			    shmem_take_folio(t->file, index, MAX_PAGE_ORDER,
					     GFP_HIGHUSER, NUMA_NO_NODE));
	KUNIT_EXPECT_PTR_EQ(test, entry, xa_load(&t->mapping->i_pages, index));
	transfer_expect_counters(test, &before, NULL);
}

/* Read back the folio at @index, check its order, and take it. */
static void transfer_expect_readback(struct kunit *test,
				     const struct transfer_block *block,
				     pgoff_t index)
{
	unsigned int order = transfer_swap_order(block);
	struct transfer_test *t = test->priv;
	long pieces;

	KUNIT_ASSERT_EQ(test, 0, transfer_read(test, index, transfer_nr(block)));
	KUNIT_EXPECT_EQ(test, xa_get_order(&t->mapping->i_pages, index), order);
	KUNIT_EXPECT_FALSE(test, xa_is_value(xa_load(&t->mapping->i_pages, index)));
	/* Reading puts small folios into a batch of some CPU. */
	lru_add_drain_all();
	if (order != block->kind.order)
		return;
	pieces = transfer_take_all(test, block, index, order);
	KUNIT_EXPECT_EQ(test, pieces, 1);
}

static void transfer_readback_order(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_counters swapped;
	struct transfer_block block;
	pgoff_t index;

	transfer_needs_swap(test);
	index = 1UL << ((const struct transfer_kind *)test->param_value)->order;
	block = transfer_swapped_block(test, test->param_value, index);
	swapped = transfer_count(test);
	KUNIT_EXPECT_EQ(test, swapped.swapped, transfer_nr(&block));
	transfer_expect_not_taken(test, index, -ENOENT);

	transfer_expect_readback(test, &block, index);
	if (transfer_swap_order(&block) == block.kind.order)
		transfer_expect_counters(test, &t->empty, NULL);
}

/* While a folio is being written, or just after that, it need not be read. */
static void transfer_readback_swap_cache(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block, taken;
	struct folio *folio;
	long nr;

	transfer_needs_swap(test);
	block = transfer_alloc(test, test->param_value);
	folio = transfer_folio(&block);
	nr = transfer_nr(&block);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert_write(test, &block, 0));
	if (transfer_swap_order(&block) != block.kind.order) {
		transfer_put(&block);
		kunit_skip(test, "needs CONFIG_THP_SWAP, and zswap never on");
	}
	transfer_expect_not_taken(test, 0, -ENOENT);
	KUNIT_EXPECT_TRUE(test, folio_test_swapcache(folio));

	KUNIT_EXPECT_EQ(test, 0, transfer_read(test, 0, nr));
	KUNIT_EXPECT_FALSE(test, folio_test_swapcache(folio));
	KUNIT_EXPECT_FALSE(test, folio_test_writeback(folio));
	transfer_settle(test, folio, 1);
	transfer_expect_inserted(test, &block, 0);
	transfer_expect_counters(test, &t->empty, &block);
	transfer_put(&block);

	taken = transfer_take(test, &block, 0, 0, block.kind.order);
	KUNIT_EXPECT_PTR_EQ(test, taken.page, block.page);
	transfer_expect_counters(test, &t->empty, NULL);
	transfer_free(&taken);
}

/* The whole folio is read, no matter which of its pages is requested. */
static void transfer_readback_middle(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(4);
	struct transfer_test *t = test->priv;
	struct transfer_block block;

	transfer_needs_swap(test);
	block = transfer_swapped_block(test, &kind, 16);
	KUNIT_ASSERT_EQ(test, 0, transfer_read(test, 16 + 7, 1));
	KUNIT_EXPECT_EQ(test, xa_get_order(&t->mapping->i_pages, 16 + 7),
			transfer_swap_order(&block));
	transfer_expect_file_content(test, &block, 16, 0, 16);
}

/* The folios of the range, with holes before, between and behind them. */
static const struct {
	struct transfer_kind kind;
	pgoff_t index;
} scattered[] = {
	{ TRANSFER_FOLIO(4), 16 },
	{ TRANSFER_FOLIO(2), 32 },
	{ TRANSFER_FOLIO(0), 37 },
	{ TRANSFER_COMPOUND(3), 40 },
	{ TRANSFER_FOLIO(6), 64 },
	{ TRANSFER_COMPOUND(9), 512 },
};

/* One call reads all of them. After that, each can be taken without reading. */
static void transfer_readback_range(struct kunit *test)
{
	struct transfer_block blocks[ARRAY_SIZE(scattered)];
	struct transfer_test *t = test->priv;
	struct folio *folio;
	int i;

	transfer_needs_swap(test);
	if (!zswap_never_enabled())
		kunit_skip(test, "zswap has been on");
	for (i = 0; i < ARRAY_SIZE(scattered); i++)
		blocks[i] = transfer_swapped_block(test, &scattered[i].kind, scattered[i].index);

	KUNIT_ASSERT_EQ(test, 0, transfer_read(test, 16, 1024 - 16));
	for (i = 0; i < ARRAY_SIZE(scattered); i++) {
		folio = transfer_resident(t, scattered[i].index);
		KUNIT_EXPECT_NOT_NULL_MSG(test, folio, "%s was not read", scattered[i].kind.desc);
		if (!folio)
			continue;
		KUNIT_EXPECT_EQ(test, folio_order(folio), transfer_swap_order(&blocks[i]));
		folio_put(folio);
	}
	KUNIT_EXPECT_NULL(test, xa_load(&t->mapping->i_pages, 36));
	KUNIT_EXPECT_NULL(test, xa_load(&t->mapping->i_pages, 48));

	for (i = 0; i < ARRAY_SIZE(scattered); i++)
		transfer_expect_readback(test, &blocks[i], scattered[i].index);
	if (IS_ENABLED(CONFIG_THP_SWAP))
		transfer_expect_counters(test, &t->empty, NULL);
}

/* This also reads many single pages at once, instead of leaving them to readahead. */
static void transfer_readback_singles(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(0);
	const int nr = 3 * SWAP_CLUSTER_MAX;
	struct transfer_test *t = test->priv;
	struct transfer_block *blocks;
	int i;

	transfer_needs_swap(test);
	blocks = kunit_kcalloc(test, nr, sizeof(*blocks), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, blocks);
	for (i = 0; i < nr; i++) {
		blocks[i] = transfer_alloc(test, &kind);
		KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &blocks[i], i));
		transfer_put(&blocks[i]);
	}
	transfer_swap_out(test, 0, nr);

	KUNIT_ASSERT_EQ(test, 0, transfer_read(test, 0, nr));
	KUNIT_EXPECT_EQ(test, transfer_count_resident(t, 0, nr), nr);
	for (i = 0; i < nr; i++)
		transfer_expect_readback(test, &blocks[i], i);
	transfer_expect_counters(test, &t->empty, NULL);
}

/* Resident folios are left alone. */
static void transfer_readback_resident(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, test->param_value);
	pgoff_t index = transfer_nr(&block);
	struct page *snapshot;

	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, index));
	snapshot = transfer_snapshot(test, &block);
	KUNIT_EXPECT_EQ(test, 0, transfer_read(test, index, index));
	KUNIT_EXPECT_EQ(test, 0, transfer_read(test, index, 0));
	snapshot->lru = block.page->lru;
	transfer_expect_untouched(test, &block, snapshot);
	transfer_expect_inserted(test, &block, index);
	transfer_expect_counters(test, &t->empty, &block);
	transfer_remove(test, &block, index);
}

/* Only the requested page of the range can be read. */
static void transfer_readback_past_end(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(2);
	struct transfer_block block;

	transfer_needs_swap(test);
	block = transfer_swapped_block(test, &kind, TRANSFER_FILE_PAGES - 4);
	KUNIT_EXPECT_EQ(test, 0, transfer_read(test, TRANSFER_FILE_PAGES - 4, 512));
	transfer_expect_readback(test, &block, TRANSFER_FILE_PAGES - 4);
	KUNIT_EXPECT_EQ(test, -EINVAL, transfer_read(test, TRANSFER_FILE_PAGES, 1));
}

/* What there is in the first 64 pages, and what a count of pieces finds in it. */
static const struct {
	struct transfer_kind kind;
	pgoff_t index;
} pieces[] = {
	{ TRANSFER_FOLIO(2), 4 },
	{ TRANSFER_FOLIO(0), 8 },
	{ TRANSFER_FOLIO(4), 16 },
	{ TRANSFER_FOLIO(0), 33 },
	{ TRANSFER_FOLIO(3), 40 },
};

static const struct {
	pgoff_t index, nr;
	/* How far it is to the first that is no piece, and how many are there. */
	pgoff_t count, there;
} piece_counts[] = {
	{ 0, 16, 16, 5 }, { 0, 64, 16, 5 }, { 4, 20, 12, 5 }, { 6, 10, 10, 3 },
	{ 0, 6, 6, 2 }, { 5, 2, 2, 2 }, { 9, 3, 3, 0 }, { 0, 17, 16, 5 },
	{ 16, 16, 0, 0 }, { 18, 4, 0, 0 }, { 32, 32, 32, 9 }, { 42, 3, 3, 3 },
};

static void transfer_expect_pieces(struct kunit *test, bool swapped)
{
	struct transfer_test *t = test->priv;
	pgoff_t n;
	int i;

	for (i = 0; i < ARRAY_SIZE(piece_counts); i++) {
		n = 1234;
		KUNIT_EXPECT_EQ(test, piece_counts[i].count,
				shmem_count_pieces(t->file, piece_counts[i].index,
						   piece_counts[i].nr, 4, &n));
		KUNIT_EXPECT_EQ_MSG(test, n, swapped ? piece_counts[i].there : 0,
				    "of %lu from %lu on", piece_counts[i].nr,
				    piece_counts[i].index);
	}
	for (i = 0; i < ARRAY_SIZE(pieces); i++)
		for (n = 0; n < 1UL << pieces[i].kind.order; n++)
			KUNIT_EXPECT_EQ(test, (1UL << pieces[i].kind.order) - n,
					shmem_extent(t->file, pieces[i].index + n));
	KUNIT_EXPECT_EQ(test, 1, shmem_extent(t->file, 0));
	KUNIT_EXPECT_EQ(test, 1, shmem_extent(t->file, 9));
}

/* How large folios are is known whether they are resident or in swap. */
static void transfer_count_pieces(struct kunit *test)
{
	struct transfer_block block;
	int i;

	transfer_needs_swap(test);
	if (!transfer_reads_whole())
		kunit_skip(test, "needs CONFIG_THP_SWAP, and zswap never on");
	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		block = transfer_alloc(test, &pieces[i].kind);
		KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, pieces[i].index));
		transfer_put(&block);
	}
	transfer_expect_pieces(test, false);
	transfer_swap_out(test, 0, 64);
	transfer_expect_pieces(test, true);
}

/* There is no memory for two pages at once: what comes next is read all the same. */
static void transfer_readback_goes_on(struct kunit *test)
{
#ifdef CONFIG_FAIL_PAGE_ALLOC
	static const struct transfer_kind kind = TRANSFER_FOLIO(1);
	struct transfer_test *t = test->priv;
	struct transfer_block block;
	pgoff_t come_to;
	bool failed;
	int i;

	transfer_needs_swap(test);
	if (!transfer_reads_whole())
		kunit_skip(test, "needs CONFIG_THP_SWAP, and zswap never on");
	for (i = 0; i < 4; i += 2) {
		block = transfer_alloc(test, &kind);
		KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, i));
		transfer_put(&block);
	}
	transfer_swap_out(test, 0, 4);
	current->fail_nth = 1;
	come_to = shmem_readback_start(t->file, 0, 4, GFP_NOWAIT, NUMA_NO_NODE);
	failed = !current->fail_nth;
	current->fail_nth = 0;
	KUNIT_EXPECT_TRUE(test, failed);
	KUNIT_EXPECT_EQ(test, come_to, 4);
	KUNIT_EXPECT_EQ(test, transfer_count_resident(t, 0, 4), 4);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, 0, transfer_read(test, i, 1));
#else
	kunit_skip(test, "needs CONFIG_FAIL_PAGE_ALLOC");
#endif
}

/* What is there is lost if it is poisoned, and only that page of it. */
static void transfer_lost_resident(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(2);
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, &kind);
	int i;

	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, 4));
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_FALSE(test, shmem_lost(t->file, 4 + i));
	if (IS_ENABLED(CONFIG_MEMORY_FAILURE)) {
		transfer_poison(block.page + 3);
		KUNIT_EXPECT_FALSE(test, shmem_lost(t->file, 6));
		KUNIT_EXPECT_TRUE(test, shmem_lost(t->file, 7));
		transfer_cure(block.page + 3);
	}
	transfer_expect_inserted(test, &block, 4);
	transfer_remove(test, &block, 4);
}

/* The device has lost the page: shmem leaves an error marker for good. */
static void transfer_readback_lost(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	void *marker = swp_to_radix_entry(make_poisoned_swp_entry());
	void *was = xa_store_irq(&t->mapping->i_pages, 3, marker, GFP_KERNEL);

	KUNIT_ASSERT_FALSE(test, xa_is_err(was));
	transfer_expect_not_taken(test, 3, -ENOENT);
	KUNIT_EXPECT_TRUE(test, shmem_lost(t->file, 3));
	KUNIT_EXPECT_FALSE(test, shmem_lost(t->file, 2));
	KUNIT_EXPECT_EQ(test, -EIO, transfer_read(test, 3, 1));
	KUNIT_EXPECT_EQ(test, -EIO, transfer_read(test, 3, 100));
	KUNIT_EXPECT_PTR_EQ(test, marker, xa_erase_irq(&t->mapping->i_pages, 3));
}

/**
 * transfer_read_page() - Read one page of a folio that is in swap, as others may
 * @test: The test, which is skipped where there are no such folios.
 * @index: Where the folio begins.
 * @offset: Which of its pages, which is in the swap cache then.
 */
void transfer_read_page(struct kunit *test, pgoff_t index, long offset)
{
#ifdef CONFIG_SWAP
	struct transfer_test *t = test->priv;
	struct swap_io_ctx io = {};
	struct folio *folio;
	swp_entry_t swap;

	if (!transfer_reads_whole())
		kunit_skip(test, "needs CONFIG_THP_SWAP, and zswap never on");
	swap = radix_to_swp_entry(xa_load(&t->mapping->i_pages, index));
	swap.val += offset;
	folio = swap_cache_alloc_folio(swap, GFP_HIGHUSER, BIT(0), NULL,
				       get_task_policy(current), NO_INTERLEAVE_INDEX);
	KUNIT_ASSERT_FALSE(test, IS_ERR(folio));
	swap_read_folio(&io, folio);
	swap_read_submit(&io);
	folio_put(folio);
#else
	kunit_skip(test, "needs CONFIG_SWAP");
#endif
}

/* One page has already been read: the others are read in pieces around it. */
static void transfer_readback_part_read(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(4);
	struct transfer_test *t = test->priv;
	struct transfer_block block;

	transfer_needs_swap(test);
	block = transfer_swapped_block(test, &kind, 0);
	transfer_read_page(test, 0, 3);

	shmem_readback_start(t->file, 0, 16, GFP_HIGHUSER, NUMA_NO_NODE);
	KUNIT_EXPECT_EQ(test, 0, transfer_read(test, 8, 8));
	KUNIT_EXPECT_EQ(test, xa_get_order(&t->mapping->i_pages, 8), 3);
	KUNIT_EXPECT_EQ(test, 0, transfer_read(test, 4, 4));
	KUNIT_EXPECT_EQ(test, xa_get_order(&t->mapping->i_pages, 4), 2);
	transfer_expect_file_content(test, &block, 0, 0, 16);
	lru_add_drain_all();
	KUNIT_EXPECT_EQ(test, transfer_take_all(test, &block, 0, 4), 5);
	transfer_expect_counters(test, &t->empty, NULL);
}

/* Folios are read back to the requested node, and so can be taken. */
static void transfer_readback_node(struct kunit *test)
{
	static const struct transfer_kind kinds[] = { TRANSFER_FOLIO(0), TRANSFER_FOLIO(4) };
	struct transfer_test *t = test->priv;
	struct transfer_block block;
	struct folio *folio;
	int i, nid;

	transfer_needs_swap(test);
	for_each_node_state(nid, N_MEMORY) {
		for (i = 0; i < ARRAY_SIZE(kinds); i++) {
			block = transfer_swapped_block(test, &kinds[i], 0);
			KUNIT_ASSERT_EQ(test, 0,
					shmem_readback_folio(t->file, 0, GFP_HIGHUSER, nid));
			lru_add_drain_all();
			folio = shmem_take_folio(t->file, 0, MAX_PAGE_ORDER, GFP_HIGHUSER, nid);
			KUNIT_ASSERT_FALSE(test, IS_ERR(folio));
			KUNIT_EXPECT_EQ(test, folio_nid(folio), nid);
			KUNIT_EXPECT_EQ(test, folio_order(folio), transfer_swap_order(&block));
			folio_put(folio);
			shmem_truncate_range(t->inode, 0, -1);
		}
	}
}

/* If the node has no memory, folios on any other node are fine. */
static void transfer_take_memoryless(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(4);
	struct transfer_test *t = test->priv;
	struct transfer_block block;
	struct folio *folio;
	int nid;

	for (nid = 0; nid < MAX_NUMNODES && node_state(nid, N_MEMORY); nid++)
		;
	if (nid == MAX_NUMNODES)
		kunit_skip(test, "every node there may be has memory");
	block = transfer_alloc(test, &kind);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, 0));
	transfer_put(&block);
	folio = shmem_take_folio(t->file, 0, MAX_PAGE_ORDER, GFP_HIGHUSER, nid);
	KUNIT_ASSERT_FALSE(test, IS_ERR(folio));
	folio_put(folio);
	transfer_expect_counters(test, &t->empty, NULL);
}

/*
 * Allocating a large folio fails once. It is read all the same, in the next
 * smaller pieces.
 */
static void transfer_readback_no_memory(struct kunit *test)
{
#ifdef CONFIG_FAIL_PAGE_ALLOC
	static const struct transfer_kind kinds[] = {
		TRANSFER_FOLIO(2), TRANSFER_FOLIO(4), TRANSFER_FOLIO(9)
	};
	struct transfer_test *t = test->priv;
	struct transfer_block block;
	bool failed;
	int i, err;

	transfer_needs_swap(test);
	if (!transfer_reads_whole())
		kunit_skip(test, "needs CONFIG_THP_SWAP, and zswap never on");
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		block = transfer_swapped_block(test, &kinds[i], 0);
		/* Injection does not affect allocations that can wait. */
		current->fail_nth = 1;
		err = transfer_readback(t->file, 0, transfer_nr(&block), GFP_NOWAIT);
		failed = !current->fail_nth;
		current->fail_nth = 0;
		KUNIT_EXPECT_TRUE(test, failed);
		KUNIT_EXPECT_EQ(test, err, 0);
		KUNIT_EXPECT_FALSE(test, xa_is_value(xa_load(&t->mapping->i_pages, 0)));
		KUNIT_EXPECT_EQ(test, xa_get_order(&t->mapping->i_pages, 0), kinds[i].order - 1);
		transfer_expect_file_content(test, &block, 0, 0, transfer_nr(&block));
		lru_add_drain_all();
		KUNIT_EXPECT_EQ(test, transfer_take_all(test, &block, 0, kinds[i].order), 2);
		transfer_expect_counters(test, &t->empty, NULL);
	}
#else
	kunit_skip(test, "needs CONFIG_FAIL_PAGE_ALLOC");
#endif
}

static struct kunit_case transfer_readback_cases[] = {
	KUNIT_CASE_PARAM(transfer_readback_order, transfer_every_kind_gen_params),
	KUNIT_CASE_PARAM(transfer_readback_swap_cache, transfer_some_kinds_gen_params),
	KUNIT_CASE(transfer_readback_middle),
	KUNIT_CASE(transfer_readback_range),
	KUNIT_CASE(transfer_readback_singles),
	KUNIT_CASE_PARAM(transfer_readback_resident, transfer_some_kinds_gen_params),
	KUNIT_CASE(transfer_readback_past_end),
	KUNIT_CASE(transfer_count_pieces),
	KUNIT_CASE(transfer_readback_goes_on),
	KUNIT_CASE(transfer_lost_resident),
	KUNIT_CASE(transfer_readback_lost),
	KUNIT_CASE(transfer_readback_part_read),
	KUNIT_CASE(transfer_readback_node),
	KUNIT_CASE(transfer_take_memoryless),
	KUNIT_CASE(transfer_readback_no_memory),
	{}
};

static struct kunit_suite transfer_readback_suite = {
	.name = "shmem_transfer_readback",
	.init = transfer_init,
	.exit = transfer_exit,
	.test_cases = transfer_readback_cases,
};

kunit_test_suite(transfer_readback_suite);
