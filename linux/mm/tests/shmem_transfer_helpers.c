// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fixture and the checkers of the KUnit suites for mm/shmem_transfer.c.
 */
#include <linux/file.h>
#include <linux/highmem.h>
#include <linux/initrd.h>
#include <linux/memcontrol.h>
#include <linux/migrate.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "../swap.h"
#include "shmem_transfer_kunit.h"

/* Parameters. */

static const struct transfer_kind every_kind[] = {
	TRANSFER_FOLIO(0),
	TRANSFER_FOLIO(1), TRANSFER_COMPOUND(1),
	TRANSFER_FOLIO(2), TRANSFER_COMPOUND(2),
	TRANSFER_FOLIO(3), TRANSFER_COMPOUND(3),
	TRANSFER_FOLIO(4), TRANSFER_COMPOUND(4),
	TRANSFER_FOLIO(5), TRANSFER_COMPOUND(5),
	TRANSFER_FOLIO(6), TRANSFER_COMPOUND(6),
	TRANSFER_FOLIO(7), TRANSFER_COMPOUND(7),
	TRANSFER_FOLIO(8), TRANSFER_COMPOUND(8),
	TRANSFER_FOLIO(9), TRANSFER_COMPOUND(9),
};

static const struct transfer_kind some_kinds[] = {
	TRANSFER_FOLIO(0),
	TRANSFER_FOLIO(1),
	TRANSFER_FOLIO(2), TRANSFER_COMPOUND(2),
	TRANSFER_FOLIO(4),
	TRANSFER_FOLIO(9), TRANSFER_COMPOUND(9),
};

static const void *transfer_next_kind(const struct transfer_kind *kind,
				      const struct transfer_kind *end,
				      char *desc)
{
	if (kind == end)
		return NULL;
	strscpy(desc, kind->desc, KUNIT_PARAM_DESC_SIZE);
	return kind;
}

/**
 * transfer_every_kind_gen_params() - Every kind that the page cache can hold
 * @test: The test.
 * @prev: The last kind, or NULL.
 * @desc: Where to put its description.
 *
 * Return: The next kind, or NULL.
 */
const void *transfer_every_kind_gen_params(struct kunit *test, const void *prev,
					   char *desc)
{
	const struct transfer_kind *last = prev;

	return transfer_next_kind(last ? last + 1 : every_kind,
				  every_kind + ARRAY_SIZE(every_kind), desc);
}

/**
 * transfer_some_kinds_gen_params() - A selection, for slow cases
 * @test: The test.
 * @prev: The last kind, or NULL.
 * @desc: Where to put its description.
 *
 * Return: The next kind, or NULL.
 */
const void *transfer_some_kinds_gen_params(struct kunit *test, const void *prev,
					   char *desc)
{
	const struct transfer_kind *last = prev;

	return transfer_next_kind(last ? last + 1 : some_kinds,
				  some_kinds + ARRAY_SIZE(some_kinds), desc);
}

/* The fixture. */

/**
 * transfer_init() - Give the case an empty file
 * @test: The test.
 *
 * Return: 0 or a negative errno.
 */
int transfer_init(struct kunit *test)
{
	struct transfer_test *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	/* The page cache grows while the initramfs is unpacked. */
	wait_for_initramfs();
	t->file = shmem_file_setup("shmem_transfer", TRANSFER_FILE_SIZE,
				   mk_vma_flags(VMA_NORESERVE_BIT));
	if (IS_ERR(t->file))
		return PTR_ERR(t->file);
	shmem_allow_transfer(t->file);
	t->inode = file_inode(t->file);
	t->mapping = t->inode->i_mapping;
	test->priv = t;
	t->empty = transfer_count(test);
	return 0;
}

static void transfer_close(void *file)
{
	/* Do not use fput(), which closes the file later. */
	__fput_sync(file);
}

/**
 * transfer_exit() - Close the file, and check that the case left nothing behind
 * @test: The test.
 */
void transfer_exit(struct kunit *test)
{
	struct transfer_test *t = test->priv;

	if (!t)
		return;
	shmem_truncate_range(t->inode, 0, -1);
	transfer_expect_counters(test, &t->empty, NULL);
	KUNIT_EXPECT_FALSE_MSG(test, test_taint(TAINT_BAD_PAGE),
			       "a page was freed in a bad state, see dmesg");
	transfer_close(t->file);
}

/**
 * transfer_needs_swap() - Skip the case if there is no swap
 * @test: The test.
 */
void transfer_needs_swap(struct kunit *test)
{
	if (get_nr_swap_pages() < 2 * TRANSFER_FILE_PAGES)
		kunit_skip(test, "no swap: kunit.autorun=0, swapon, run the suite from debugfs");
}

static void transfer_unmount(void *mnt)
{
	mntput(mnt);
}

/**
 * transfer_mounted_file() - Make a file on a tmpfs of its own
 * @test: The test, which closes and unmounts it when it ends.
 * @allowed: Whether folios may be handed over to it.
 *
 * Return: A file of TRANSFER_FILE_SIZE, which accounts its pages one by one.
 */
struct file *transfer_mounted_file(struct kunit *test, bool allowed)
{
	struct file_system_type *type = get_fs_type("tmpfs");
	struct vfsmount *mnt;
	struct file *file;

	KUNIT_ASSERT_NOT_NULL(test, type);
	mnt = vfs_kern_mount(type, 0, "shmem_transfer", NULL);
	put_filesystem(type);
	KUNIT_ASSERT_FALSE(test, IS_ERR(mnt));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, transfer_unmount, mnt));

	file = shmem_file_setup_with_mnt(mnt, "shmem_transfer", TRANSFER_FILE_SIZE,
					 mk_vma_flags(VMA_NORESERVE_BIT));
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, transfer_close, file));
	if (allowed)
		shmem_allow_transfer(file);
	return file;
}

/* Blocks. */

static u64 transfer_word(u64 seed, unsigned long page, unsigned long word)
{
	return (seed + (page << 12) + word) * 0x9e3779b97f4a7c15ULL;
}

static void transfer_fill_page(struct page *page, u64 seed, unsigned long nr)
{
	u64 *words = kmap_local_page(page);
	unsigned long i;

	for (i = 0; i < PAGE_SIZE / sizeof(*words); i++)
		words[i] = transfer_word(seed, nr, i);
	kunmap_local(words);
}

static bool transfer_page_is(struct page *page, u64 seed, unsigned long nr)
{
	u64 *words = kmap_local_page(page);
	bool same = true;
	unsigned long i;

	for (i = 0; same && i < PAGE_SIZE / sizeof(*words); i++)
		same = words[i] == transfer_word(seed, nr, i);
	kunmap_local(words);
	return same;
}

/**
 * transfer_needs_order() - Skip the case where the page cache has no such folios
 * @test: The test.
 * @order: The order it inserts.
 */
void transfer_needs_order(struct kunit *test, unsigned int order)
{
	struct transfer_test *t = test->priv;

	if (order > mapping_max_folio_order(t->mapping))
		kunit_skip(test, "the page cache holds no folios of order %u", order);
}

/**
 * transfer_needs_thp_swap() - Skip the case where write-out splits its folios
 * @test: The test, whose parameter is the kind.
 */
void transfer_needs_thp_swap(struct kunit *test)
{
	const struct transfer_kind *kind = test->param_value;

	if (kind->order && !IS_ENABLED(CONFIG_THP_SWAP))
		kunit_skip(test, "needs CONFIG_THP_SWAP");
}

/**
 * transfer_alloc() - Allocate pages to insert, and fill them
 * @test: The test. It ends if there is no memory, and is skipped if the page
 *        cache cannot hold them.
 * @kind: What to allocate.
 *
 * Return: The block. The caller frees it or inserts it.
 */
struct transfer_block transfer_alloc(struct kunit *test,
				     const struct transfer_kind *kind)
{
	transfer_needs_order(test, kind->order);
	return transfer_alloc_any(test, kind);
}

/**
 * transfer_alloc_any() - Allocate pages as a driver does, and fill them
 * @test: The test, which ends if there is no memory.
 * @kind: What to allocate.
 *
 * Return: The block. The caller frees it or inserts it.
 */
struct transfer_block transfer_alloc_any(struct kunit *test,
					 const struct transfer_kind *kind)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block = { .kind = *kind, .seed = ++t->seed << 32 };
	gfp_t gfp = GFP_HIGHUSER | __GFP_RETRY_MAYFAIL | __GFP_NOWARN;
	long i;

	if (kind->shape != TRANSFER_IS_PLAIN)
		gfp |= __GFP_COMP;
	block.page = alloc_pages(gfp, kind->order);
	KUNIT_ASSERT_NOT_NULL_MSG(test, block.page, "no memory of %s",
				  kind->desc);
	if (kind->shape == TRANSFER_IS_FOLIO)
		page_rmappable_folio(block.page);
	for (i = 0; i < transfer_nr(&block); i++)
		transfer_fill_page(block.page + i, block.seed, i);
	return block;
}

/**
 * transfer_free() - Free a block as a driver does
 * @block: The block, which has not been inserted.
 */
void transfer_free(struct transfer_block *block)
{
	if (block->kind.shape == TRANSFER_IS_PLAIN)
		__free_pages(block->page, block->kind.order);
	else
		folio_put(transfer_folio(block));
	block->page = NULL;
}

/**
 * transfer_insert() - Insert a block into the test's file
 * @test: The test.
 * @block: The block.
 * @index: Where.
 *
 * Return: As shmem_insert_folio().
 */
int transfer_insert(struct kunit *test, const struct transfer_block *block,
		    pgoff_t index)
{
	struct transfer_test *t = test->priv;

	return shmem_insert_folio(t->file, transfer_folio(block),
				  block->kind.order, index, false, GFP_KERNEL);
}

/**
 * transfer_insert_write() - Like transfer_insert(), with immediate writeback
 * @test: The test.
 * @block: The block.
 * @index: Where.
 *
 * Return: As shmem_insert_folio().
 */
int transfer_insert_write(struct kunit *test,
			  const struct transfer_block *block, pgoff_t index)
{
	struct transfer_test *t = test->priv;

	return shmem_insert_folio(t->file, transfer_folio(block),
				  block->kind.order, index, true, GFP_KERNEL);
}

/**
 * transfer_put() - Drop the reference that allocating the block gave
 * @block: The block, which has been inserted.
 */
void transfer_put(const struct transfer_block *block)
{
	folio_put(transfer_folio(block));
}

/**
 * transfer_remove() - Truncate an inserted block, and free it
 * @test: The test.
 * @block: The block, resident and in one piece, its reference still ours.
 * @index: Where it is.
 */
void transfer_remove(struct kunit *test, const struct transfer_block *block,
		     pgoff_t index)
{
	struct transfer_test *t = test->priv;
	struct folio *folio = transfer_folio(block);
	loff_t start = (loff_t)index << PAGE_SHIFT;
	loff_t size = transfer_nr(block) << PAGE_SHIFT;

	shmem_truncate_range(t->inode, start, start + size - 1);
	KUNIT_EXPECT_NULL(test, folio->mapping);
	/* So dropping our reference frees it. */
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	transfer_put(block);
}

/**
 * transfer_take() - Take what is at one page of an inserted block
 * @test: The test, which ends if it cannot be had.
 * @was: The block.
 * @index: Where it was inserted.
 * @i: The page.
 * @max_order: The order to ask for.
 *
 * Return: What was taken: the whole block, if it is still in one piece.
 */
struct transfer_block transfer_take(struct kunit *test,
				    const struct transfer_block *was,
				    pgoff_t index, long i,
				    unsigned int max_order)
{
	struct transfer_test *t = test->priv;
	struct transfer_block piece = {
		.kind.desc = was->kind.desc,
		.seed = was->seed,
		.first = i,
	};
	struct folio *folio;

	folio = shmem_take_folio(t->file, index + i, max_order, GFP_HIGHUSER,
				 NUMA_NO_NODE);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(folio), "%s: page %ld: %pe",
			       was->kind.desc, i, folio);
	KUNIT_EXPECT_LE(test, folio_order(folio), max_order);
	piece.page = &folio->page;
	piece.kind.order = folio_order(folio);
	transfer_expect_new(test, &piece);
	return piece;
}

/**
 * transfer_take_all() - Take all that the file has of a block, and free it
 * @test: The test.
 * @was: The block, which may have been taken apart, and have holes.
 * @index: Where it was inserted.
 * @max_order: The order to ask for.
 *
 * Return: The number of pieces that it was in.
 */
long transfer_take_all(struct kunit *test, const struct transfer_block *was,
		       pgoff_t index, unsigned int max_order)
{
	struct transfer_test *t = test->priv;
	struct transfer_block piece;
	long i, next, pieces = 0;

	for (i = 0; i < transfer_nr(was); i = next) {
		next = i + 1;
		if (!xa_load(&t->mapping->i_pages, index + i))
			continue;
		piece = transfer_take(test, was, index, i, max_order);
		next = i + transfer_nr(&piece);
		transfer_free(&piece);
		pieces++;
	}
	return pieces;
}

/* Operations on an inserted folio. */

/**
 * transfer_resident() - The folio at an index, wherever it may be
 * @t: The test's data.
 * @index: The index.
 *
 * Return: The folio, in the page cache or in the swap cache, with a reference;
 * or NULL.
 */
struct folio *transfer_resident(struct transfer_test *t, pgoff_t index)
{
	struct folio *folio = filemap_get_entry(t->mapping, index);
	swp_entry_t swap;

	if (!xa_is_value(folio))
		return folio;
	/* The entry of a large folio is that of its first page. */
	swap = radix_to_swp_entry(folio);
	swap.val += index & ((1UL << xa_get_order(&t->mapping->i_pages, index)) - 1);
	return swap_cache_get_folio(swap);
}

/**
 * transfer_isolate() - Isolate a folio as reclaim or compaction do
 * @test: The test.
 * @index: Where the folio is.
 *
 * Return: The folio, with a reference that folio_putback_lru() drops.
 */
struct folio *transfer_isolate(struct kunit *test, pgoff_t index)
{
	struct transfer_test *t = test->priv;
	struct folio *folio = filemap_get_folio(t->mapping, index);

	KUNIT_ASSERT_FALSE(test, IS_ERR(folio));
	KUNIT_EXPECT_TRUE(test, folio_isolate_lru(folio));
	/* Isolating took a reference of its own. */
	folio_put(folio);
	return folio;
}

/**
 * transfer_migrate() - Migrate a folio
 * @test: The test.
 * @index: Where it is.
 *
 * As compaction, memory offlining and contiguous allocation do it.
 *
 * Return: The folio that is there now, without a reference.
 */
struct folio *transfer_migrate(struct kunit *test, pgoff_t index)
{
	struct migration_target_control target = {
		.gfp_mask = GFP_HIGHUSER_MOVABLE | __GFP_RETRY_MAYFAIL,
		.reason = MR_CONTIG_RANGE,
	};
	struct transfer_test *t = test->priv;
	struct folio *folio, *moved;
	LIST_HEAD(list);

	if (!IS_ENABLED(CONFIG_MIGRATION))
		kunit_skip(test, "needs CONFIG_MIGRATION");
	folio = transfer_isolate(test, index);
	target.nid = folio_nid(folio);
	list_add(&folio->lru, &list);
	KUNIT_EXPECT_EQ(test, 0,
			migrate_pages(&list, alloc_migration_target, NULL,
				      (unsigned long)&target, MIGRATE_SYNC,
				      MR_CONTIG_RANGE, NULL));
	/* A small folio is in a batch of this CPU. */
	lru_add_drain_all();
	moved = xa_load(&t->mapping->i_pages, index);
	KUNIT_EXPECT_PTR_NE(test, moved, folio);
	return moved;
}

/* Page out as madvise(MADV_PAGEOUT) does. Returns false if there is nothing left. */
static bool transfer_page_out(struct transfer_test *t, pgoff_t index, long nr)
{
	struct folio *folio;
	bool resident = false;
	LIST_HEAD(list);
	long i;

	for (i = 0; i < nr; i++) {
		folio = transfer_resident(t, index + i);
		if (!folio)
			continue;
		resident = true;
		folio_wait_writeback(folio);
		folio_put(folio);
	}
	if (!resident)
		return false;

	/* The end of writeback may have put the folios into a batch of some CPU. */
	lru_add_drain_all();
	for (i = 0; i < nr; i++) {
		folio = transfer_resident(t, index + i);
		if (!folio)
			continue;
		if (folio_isolate_lru(folio))
			list_add(&folio->lru, &list);
		folio_put(folio);
	}
	reclaim_pages(&list);
	return true;
}

/**
 * transfer_swap_out() - Swap out what is in a range of the file
 * @test: The test.
 * @index: The first page.
 * @nr: The number of pages.
 *
 * Reclaims the range until the content is only on the swap device. This takes
 * two rounds: the first writes the folios, the second frees them.
 */
void transfer_swap_out(struct kunit *test, pgoff_t index, long nr)
{
	int rounds;

	for (rounds = 0; rounds < 10; rounds++)
		if (!transfer_page_out(test->priv, index, nr))
			return;
	KUNIT_FAIL(test, "what is at %lu cannot be reclaimed", index);
}

/**
 * transfer_swapped_block() - Allocate a block, insert it, swap it out
 * @test: The test.
 * @kind: What to allocate.
 * @index: Where to insert it.
 *
 * Return: The block. Its pages are free.
 */
struct transfer_block transfer_swapped_block(struct kunit *test,
					     const struct transfer_kind *kind,
					     pgoff_t index)
{
	struct transfer_block block = transfer_alloc(test, kind);

	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, index));
	transfer_put(&block);
	transfer_swap_out(test, index, transfer_nr(&block));
	return block;
}

/**
 * transfer_settle() - Wait until nothing happens to a folio any more
 * @test: The test.
 * @folio: The folio, in the page cache or in the swap cache.
 * @refs: How many references there are beside the cache's.
 *
 * The end of I/O wakes the waiters before it drops its own reference.
 */
void transfer_settle(struct kunit *test, struct folio *folio, int refs)
{
	unsigned long end = jiffies + 10 * HZ;

	refs += folio_nr_pages(folio);
	folio_wait_writeback(folio);
	lru_add_drain_all();
	while (folio_ref_count(folio) != refs && time_before(jiffies, end))
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), refs);
}

/* Checkers of a block. */

/**
 * transfer_snapshot() - Remember the struct pages of a block
 * @test: The test, which frees them.
 * @block: The block.
 *
 * Return: A copy of them.
 */
struct page *transfer_snapshot(struct kunit *test,
			       const struct transfer_block *block)
{
	size_t size = transfer_nr(block) * sizeof(struct page);
	struct page *snapshot = kunit_kmalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, snapshot);
	memcpy(snapshot, block->page, size);
	return snapshot;
}

/*
 * Find the first difference between two states of a page. Returns NULL if there
 * is none.
 *
 * With @exact, every word must be the same. Otherwise the tail pages of a block
 * that was not compound may differ in fields that have no meaning there:
 * instead of stale list pointers they may have what a folio keeps in its tails.
 */
static const char *transfer_page_diff(const struct page *was,
				      const struct page *now, bool exact)
{
	if (was->flags.f != now->flags.f)
		return "flags";
	if (page_ref_count(was) != page_ref_count(now))
		return "reference count";
	if (atomic_read(&was->_mapcount) != atomic_read(&now->_mapcount))
		return "mapcount or type";
	if (was->private != now->private)
		return "private";
	if (was->mapping != now->mapping)
		return "mapping";
#ifdef CONFIG_MEMCG
	if (was->memcg_data != now->memcg_data)
		return "memcg data";
#endif
	if (PageTail(was) != PageTail(now))
		return "compound info";
	if (exact && memcmp(was, now, sizeof(*was)))
		return "list, index or overlaid word";
	return NULL;
}

/**
 * transfer_expect_untouched() - Check that nothing about a block has changed
 * @test: The test.
 * @block: The block.
 * @snapshot: Its struct pages as they were.
 */
void transfer_expect_untouched(struct kunit *test,
			       const struct transfer_block *block,
			       const struct page *snapshot)
{
	const char *diff;
	long i;

	for (i = 0; i < transfer_nr(block); i++) {
		diff = transfer_page_diff(snapshot + i, block->page + i,
					  block->kind.shape != TRANSFER_IS_PLAIN || !i);
		if (!diff)
			continue;
		KUNIT_FAIL(test, "%s: page %ld: %s changed: %*ph -> %*ph",
			   block->kind.desc, i, diff,
			   (int)sizeof(struct page), snapshot + i,
			   (int)sizeof(struct page), block->page + i);
		return;
	}
	transfer_expect_content(test, block);
}

/* Flags of a new page: those that belong to its place in the folio, and no others. */
static unsigned long transfer_new_flags(unsigned int order, long i)
{
	if (!order || i > 1)
		return 0;
	return i ? order | BIT(PG_large_rmappable) : BIT(PG_head);
}

/*
 * Find the first difference to a page from folio_alloc(). Returns NULL if there
 * is none.
 */
static const char *transfer_page_oddity(const struct folio *folio,
					unsigned int order, long i)
{
	const struct page *page = &folio->page + i;

	if ((page->flags.f & (PAGE_FLAGS_CHECK_AT_PREP | __PG_HWPOISON)) !=
	    transfer_new_flags(order, i))
		return "flags";
	if (page_ref_count(page) != !i)
		return "reference count";
	if (PageTail(page) != !!i || (i && page_folio(page) != folio))
		return "compound info";
	/* The folio has fields in the first two tail pages. */
	if (i == 1 || i == 2)
		return NULL;
	if (atomic_read(&page->_mapcount) != -1)
		return "mapcount or type";
	if (page_private(page))
		return "private";
	if (page->mapping != (i ? TAIL_MAPPING : NULL))
		return "mapping";
#ifdef CONFIG_MEMCG
	if (page->memcg_data)
		return "memcg data";
#endif
	return NULL;
}

/* Check these fields: the folio is not mapped, pinned or queued for splitting. */
static bool transfer_folio_is_new(const struct folio *folio, unsigned int order)
{
	return folio_order(folio) == order &&
	       folio_nr_pages(folio) == 1L << order &&
	       !folio_mapcount(folio) && !folio_memcg_charged((struct folio *)folio) &&
	       (!order || !folio_entire_mapcount(folio)) &&
	       (order < 2 || (!atomic_read(&folio->_pincount) &&
			      list_empty(&folio->_deferred_list)));
}

/**
 * transfer_expect_new() - Check that a block is what folio_alloc() returns
 * @test: The test, which ends if it is not: freeing it might do harm.
 * @block: The block, with its old content.
 */
void transfer_expect_new(struct kunit *test, const struct transfer_block *block)
{
	struct folio *folio = transfer_folio(block);
	const char *oddity;
	long i;

	for (i = 0; i < transfer_nr(block); i++) {
		oddity = transfer_page_oddity(folio, block->kind.order, i);
		if (oddity)
			KUNIT_FAIL_AND_ABORT(test, "%s: page %ld is not new: %s: %*ph",
					     block->kind.desc, i, oddity,
					     (int)sizeof(struct page), block->page + i);
	}
	KUNIT_ASSERT_TRUE_MSG(test, transfer_folio_is_new(folio, block->kind.order),
			      "%s: the folio is not new", block->kind.desc);
	transfer_expect_content(test, block);
}

/**
 * transfer_expect_inserted() - Check that a block is a proper folio of shmem
 * @test: The test.
 * @block: The block. Its reference is still ours, and nobody else has one.
 * @index: Where it is in the file.
 */
void transfer_expect_inserted(struct kunit *test,
			      const struct transfer_block *block,
			      pgoff_t index)
{
	struct transfer_test *t = test->priv;
	struct folio *folio = transfer_folio(block);
	unsigned int order = block->kind.order;
	long nr = transfer_nr(block);

	KUNIT_EXPECT_EQ(test, folio_order(folio), order);
	KUNIT_EXPECT_TRUE(test, !order || folio_test_large_rmappable(folio));
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), nr + 1);
	KUNIT_EXPECT_EQ(test, folio_mapcount(folio), 0);
	KUNIT_EXPECT_PTR_EQ(test, folio->mapping, t->mapping);
	KUNIT_EXPECT_EQ(test, folio->index, index);
	KUNIT_EXPECT_NULL(test, folio->private);
	KUNIT_EXPECT_TRUE(test, mem_cgroup_disabled() || folio_memcg_charged(folio));

	KUNIT_EXPECT_TRUE(test, folio_test_swapbacked(folio));
	KUNIT_EXPECT_TRUE(test, folio_test_uptodate(folio));
	KUNIT_EXPECT_TRUE(test, folio_test_dirty(folio));
	KUNIT_EXPECT_TRUE(test, folio_test_lru(folio));
	KUNIT_EXPECT_FALSE(test, folio_test_active(folio));
	KUNIT_EXPECT_FALSE(test, folio_test_locked(folio));
	KUNIT_EXPECT_FALSE(test, folio_test_writeback(folio));

	KUNIT_EXPECT_PTR_EQ(test, xa_load(&t->mapping->i_pages, index), folio);
	KUNIT_EXPECT_PTR_EQ(test, xa_load(&t->mapping->i_pages, index + nr - 1), folio);
	KUNIT_EXPECT_EQ(test, xa_get_order(&t->mapping->i_pages, index), order);
	transfer_expect_content(test, block);
}

/**
 * transfer_expect_content() - Check that the pages of a block have their content
 * @test: The test.
 * @block: The block.
 */
void transfer_expect_content(struct kunit *test,
			     const struct transfer_block *block)
{
	long i;

	for (i = 0; i < transfer_nr(block); i++) {
		if (transfer_page_is(block->page + i, block->seed, block->first + i))
			continue;
		KUNIT_FAIL(test, "%s: page %ld: wrong content",
			   block->kind.desc, i);
		return;
	}
}

/**
 * transfer_expect_file_content() - Check that the file has the content of a block
 * @test: The test.
 * @block: The block. Its pages may be free by now.
 * @index: Where it was inserted.
 * @from: The first of its pages to look at.
 * @to: The first one not to look at.
 */
void transfer_expect_file_content(struct kunit *test,
				  const struct transfer_block *block,
				  pgoff_t index, long from, long to)
{
	struct transfer_test *t = test->priv;
	struct page *page;
	bool same;
	long i;

	for (i = from; i < to; i++) {
		page = shmem_read_mapping_page(t->mapping, index + i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(page));
		same = transfer_page_is(page, block->seed, i);
		put_page(page);
		if (same)
			continue;
		KUNIT_FAIL(test, "%s: file page %lu: wrong content",
			   block->kind.desc, index + i);
		return;
	}
}

/* Checkers of counters. */

/* Sum over all nodes, including per-CPU differences. */
static long transfer_node_state(enum node_stat_item item)
{
	struct pglist_data *pgdat;
	long sum = 0;
	int cpu;

	for_each_online_pgdat(pgdat) {
		sum += atomic_long_read(&pgdat->vm_stat[item]);
		for_each_online_cpu(cpu)
			sum += per_cpu_ptr(pgdat->per_cpu_nodestats,
					   cpu)->vm_node_stat_diff[item];
	}
	return sum;
}

/**
 * transfer_count() - Read all counters
 * @test: The test.
 *
 * Return: Their values.
 */
struct transfer_counters transfer_count(struct kunit *test)
{
	struct transfer_test *t = test->priv;

	return (struct transfer_counters) {
		.i_blocks = t->inode->i_blocks / (PAGE_SIZE / 512),
		.alloced = SHMEM_I(t->inode)->alloced,
		.swapped = SHMEM_I(t->inode)->swapped,
		.nrpages = t->mapping->nrpages,
		.file_pages = transfer_node_state(NR_FILE_PAGES),
		.shmem = transfer_node_state(NR_SHMEM),
		.shmem_thps = transfer_node_state(NR_SHMEM_THPS),
		.committed = percpu_counter_sum(&vm_committed_as),
	};
}

/**
 * transfer_expect_counters() - Check the counters against earlier values
 * @test: The test.
 * @before: What they were.
 * @added: The block that has been added since, resident; or NULL.
 */
void transfer_expect_counters(struct kunit *test,
			      const struct transfer_counters *before,
			      const struct transfer_block *added)
{
	struct transfer_counters now = transfer_count(test);
	long nr = added ? transfer_nr(added) : 0;
	bool thp = IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) && added &&
		   added->kind.order >= HPAGE_PMD_ORDER;

	KUNIT_EXPECT_EQ(test, now.i_blocks, before->i_blocks + nr);
	KUNIT_EXPECT_EQ(test, now.alloced, before->alloced + nr);
	KUNIT_EXPECT_EQ(test, now.swapped, before->swapped);
	KUNIT_EXPECT_EQ(test, now.nrpages, before->nrpages + nr);
	KUNIT_EXPECT_EQ(test, now.file_pages, before->file_pages + nr);
	KUNIT_EXPECT_EQ(test, now.shmem, before->shmem + nr);
	KUNIT_EXPECT_EQ(test, now.shmem_thps,
			before->shmem_thps + (thp ? nr : 0));
	KUNIT_EXPECT_EQ(test, now.committed, before->committed + nr);
}

/* Poison. */

/**
 * transfer_poison() - Poison a page as memory_failure() does
 * @page: A page that no LRU has.
 */
void transfer_poison(struct page *page)
{
	SetPageHWPoison(page);
	num_poisoned_pages_inc(page_to_pfn(page));
}

/**
 * transfer_cure() - Undo transfer_poison()
 * @page: The page.
 */
void transfer_cure(struct page *page)
{
	ClearPageHWPoison(page);
	num_poisoned_pages_sub(page_to_pfn(page), 1);
}

/* Fault injection. */

/**
 * transfer_inject() - Make a step of the next insert fail
 * @test: The test, which is skipped if that is impossible.
 * @step: The step.
 */
void transfer_inject(struct kunit *test, enum shmem_insert_step step)
{
#ifdef CONFIG_FAULT_INJECTION
	struct fault_attr *fault = &shmem_insert_faults[step];

	/* Once, and without a message in the log. */
	atomic_set(&fault->times, 1);
	fault->verbose = 0;
	fault->probability = 100;
#else
	kunit_skip(test, "needs CONFIG_FAULT_INJECTION");
#endif
}

/**
 * transfer_expect_injected() - Check that the step has failed, and stop injection
 * @test: The test.
 * @step: The step.
 */
void transfer_expect_injected(struct kunit *test, enum shmem_insert_step step)
{
#ifdef CONFIG_FAULT_INJECTION
	struct fault_attr *fault = &shmem_insert_faults[step];

	KUNIT_EXPECT_EQ(test, atomic_read(&fault->times), 0);
	fault->probability = 0;
	fault->verbose = 2;
	atomic_set(&fault->times, 1);
#endif
}
