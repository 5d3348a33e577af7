// SPDX-License-Identifier: GPL-2.0 AND MIT
/*
 * Backup and restore of a ttm_tt: which pages are handed over to the backup,
 * which are copied and why, and that all of them come back.
 *
 * Needs swap space, which is not there yet when suites run at boot: run it by
 * writing to /sys/kernel/debug/kunit/ttm_backup/run after swapon.
 */
#include <linux/dma-direct.h>
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>

#include <drm/drm_print.h>
#include <drm/ttm/ttm_backup.h>
#include <drm/ttm/ttm_backup_stats.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_pool.h>

#include "ttm_backup_kunit_helpers.h"

#define ORDERS TTM_BACKUP_KUNIT_ORDERS
#define HOLE TTM_BACKUP_KUNIT_HOLE

/* The largest order of a folio in the page cache limits this. */
#define INSERT_ORDER(order) min_t(unsigned int, order, MAX_PAGECACHE_ORDER)

struct ttm_backup_case {
	const char *description;
	/* Either the blocks, or the number of pages to get from the pool. */
	const s8 *orders;
	pgoff_t pool_pages;
	enum ttm_caching caching;
	unsigned int alloc_flags;
	bool dma;
};

static const struct ttm_backup_case ttm_backup_cases[] = {
	{
		.description = "One page",
		.orders = ORDERS(0),
		.caching = ttm_cached,
	},
	{
		.description = "Smallest block",
		.orders = ORDERS(1),
		.caching = ttm_cached,
	},
	{
		.description = "Order 9",
		.orders = ORDERS(9),
		.caching = ttm_cached,
	},
	{
		.description = "Order 10, which the page cache cannot hold",
		.orders = ORDERS(10),
		.caching = ttm_cached,
	},
	{
		.description = "Mixed orders",
		.orders = ORDERS(9, 4, 2, 1, 0),
		.caching = ttm_cached,
	},
	{
		.description = "Mixed orders, write-combined",
		.orders = ORDERS(9, 4, 2, 1, 0),
		.caching = ttm_write_combined,
	},
	{
		.description = "Mixed orders, uncached",
		.orders = ORDERS(9, 4, 2, 1, 0),
		.caching = ttm_uncached,
	},
	{
		.description = "Order 10, write-combined",
		.orders = ORDERS(10),
		.caching = ttm_write_combined,
	},
	{
		.description = "From the pool",
		.pool_pages = 1750,
		.caching = ttm_cached,
	},
	{
		.description = "From the pool, write-combined",
		.pool_pages = 1750,
		.caching = ttm_write_combined,
	},
	{
		.description = "From the pool, uncached",
		.pool_pages = 1750,
		.caching = ttm_uncached,
	},
	{
		.description = "From the DMA32 pool",
		.pool_pages = 70,
		.caching = ttm_cached,
		.alloc_flags = TTM_ALLOCATION_POOL_USE_DMA32,
	},
	{
		.description = "From the DMA32 pool, write-combined",
		.pool_pages = 70,
		.caching = ttm_write_combined,
		.alloc_flags = TTM_ALLOCATION_POOL_USE_DMA32,
	},
	{
		.description = "With DMA addresses",
		.pool_pages = 70,
		.caching = ttm_cached,
		.dma = true,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_round_trip, ttm_backup_cases, description);

static struct ttm_tt *populate(struct kunit *test,
			       const struct ttm_backup_case *params)
{
	struct ttm_operation_ctx ctx = { };
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_tt *tt;

	ttm_backup_kunit_device(test, params->alloc_flags);
	if (params->orders)
		return ttm_backup_kunit_craft(test, params->caching, params->orders);

	tt = ttm_backup_kunit_tt(test, params->caching, params->pool_pages, params->dma);
	KUNIT_ASSERT_EQ(test, ttm_pool_alloc(&priv->devs->ttm_dev->pool, tt, &ctx), 0);
	ttm_backup_kunit_fill(test);
	return tt;
}

static void expect_dma_addresses(struct kunit *test, const struct ttm_tt *tt)
{
	struct ttm_backup_kunit *priv = test->priv;
	pgoff_t i, bad = 0;

	for (i = 0; tt->dma_address && i < tt->num_pages; i++)
		bad += tt->dma_address[i] !=
		       phys_to_dma(priv->devs->dev, page_to_phys(tt->pages[i]));
	KUNIT_EXPECT_EQ(test, bad, 0);
}

/* The page vector has only handles, and they are sequential. */
static void expect_handles(struct kunit *test, const struct ttm_tt *tt)
{
	unsigned long first;
	pgoff_t i, bad = 0;

	KUNIT_ASSERT_TRUE(test, ttm_backup_page_ptr_is_handle(tt->pages[0]));
	first = ttm_backup_page_ptr_to_handle(tt->pages[0]);
	KUNIT_EXPECT_GT(test, (long)first, 0);

	for (i = 0; i < tt->num_pages; i++)
		bad += tt->pages[i] != ttm_backup_handle_to_page_ptr(first + i);
	KUNIT_EXPECT_EQ(test, bad, 0);
}

/* Every block is in the backup as it was, or in as few pieces as possible. */
static void expect_native_orders(struct kunit *test, const struct ttm_tt *tt)
{
	struct ttm_backup_kunit *priv = test->priv;
	unsigned int order;
	pgoff_t i;

	for (i = 0; i < tt->num_pages; i += 1UL << order) {
		order = ttm_backup_kunit_expect_inserted(test, i);
		KUNIT_ASSERT_EQ(test, order, INSERT_ORDER(priv->orig_order[i]));
	}
}

static void expect_in_backup(struct kunit *test, const struct ttm_tt *tt,
			     bool inserted)
{
	struct ttm_backup_kunit *priv = test->priv;

	expect_handles(test, tt);
	if (inserted)
		expect_native_orders(test, tt);
	ttm_backup_kunit_expect_usage(test, 0, inserted ? tt->num_pages : 0,
				      inserted ? 0 : tt->num_pages);
	ttm_backup_kunit_expect_books(test);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_count_wb(priv->orig, tt->num_pages),
			tt->num_pages);
}

static void expect_restored(struct kunit *test, const struct ttm_tt *tt)
{
	KUNIT_EXPECT_FALSE(test, ttm_tt_is_backed_up(tt));
	ttm_backup_kunit_expect_content(test);
	ttm_backup_kunit_expect_usage(test, tt->num_pages, 0, 0);
	ttm_backup_kunit_expect_books(test);
	ttm_backup_kunit_expect_caching(test);
	expect_dma_addresses(test, tt);
}

static void restore(struct kunit *test, const struct ttm_tt *tt)
{
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_restore(test, false, false), 0);
	expect_restored(test, tt);
}

/* Skip the test if blocks of the pool are too large for the page cache. */
static void skip_unless_whole(struct kunit *test)
{
	const struct ttm_backup_case *params = test->param_value;

	if (params->pool_pages > 1 && !IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE))
		kunit_skip(test, "the page cache holds single pages only");
}

static struct ttm_tt *round_trip(struct kunit *test, bool zero_copy)
{
	struct ttm_tt *tt = populate(test, test->param_value);

	if (zero_copy)
		skip_unless_whole(test);
	ttm_backup_kunit_expect_caching(test);
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, zero_copy, false),
			tt->num_pages);
	KUNIT_EXPECT_TRUE(test, ttm_tt_is_backed_up(tt));
	expect_in_backup(test, tt, zero_copy);
	restore(test, tt);
	return tt;
}

static void ttm_backup_insert(struct kunit *test)
{
	const struct ttm_tt *tt = round_trip(test, true);
	const u64 want[TTM_BACKUP_NR_EVENTS] = {
		[TTM_BACKUP_INSERTED] = tt->num_pages,
		[TTM_BACKUP_RESTORED] = tt->num_pages,
	};

	ttm_backup_kunit_expect_events(test, want);
	ttm_backup_kunit_expect_splits(test, 0);
}

static void ttm_backup_copy(struct kunit *test)
{
	const struct ttm_tt *tt = round_trip(test, false);
	const u64 want[TTM_BACKUP_NR_EVENTS] = {
		[TTM_BACKUP_COPIED] = tt->num_pages,
		[TTM_BACKUP_FALLBACK_OFF] = tt->num_pages,
		[TTM_BACKUP_RESTORED] = tt->num_pages,
	};

	ttm_backup_kunit_expect_events(test, want);
}

/* Nothing was allocated: the pages are the same, in blocks of the same order. */
static void expect_taken(struct kunit *test, const struct ttm_tt *tt)
{
	struct ttm_backup_kunit *priv = test->priv;
	pgoff_t i, moved = 0;
	unsigned int order;

	for (i = 0; i < tt->num_pages; i++)
		moved += tt->pages[i] != priv->orig[i];
	KUNIT_EXPECT_EQ(test, moved, 0);

	for (i = 0; i < tt->num_pages; i += 1UL << order) {
		order = INSERT_ORDER(priv->orig_order[i]);
		KUNIT_EXPECT_EQ(test, ttm_backup_kunit_order(tt->pages[i]), order);
	}
}

static void ttm_backup_take(struct kunit *test)
{
	struct ttm_tt *tt = populate(test, test->param_value);
	const u64 want[TTM_BACKUP_NR_EVENTS] = {
		[TTM_BACKUP_INSERTED] = 2 * tt->num_pages,
		[TTM_BACKUP_RESTORED] = 2 * tt->num_pages,
		[TTM_BACKUP_TAKEN] = 2 * tt->num_pages,
	};
	int i;

	skip_unless_whole(test);
	ttm_backup_kunit_limit_pool(test, 0, 0);
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, false),
				tt->num_pages);
		KUNIT_ASSERT_EQ(test, ttm_backup_kunit_restore(test, true, false), 0);
		expect_restored(test, tt);
		expect_taken(test, tt);
	}
	ttm_backup_kunit_expect_events(test, want);
	ttm_backup_kunit_expect_splits(test, 0);
}

/* Pages that were backed up with the switch in one position come back in the other. */
static void ttm_backup_switch_flipped(struct kunit *test)
{
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, ORDERS(9, 3, 0));
	int i;

	for (i = 0; i < 4; i++) {
		bool zero_copy = i % 2;

		KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, zero_copy, false),
				tt->num_pages);
		ttm_backup_kunit_expect_usage(test, 0, zero_copy ? tt->num_pages : 0,
					      zero_copy ? 0 : tt->num_pages);
		KUNIT_ASSERT_EQ(test, ttm_backup_kunit_restore(test, !zero_copy, false), 0);
		expect_restored(test, tt);
	}
}

struct ttm_backup_refusal_case {
	const char *description;
	const s8 *orders;
	/* The page that cannot be inserted, if there is one. */
	pgoff_t page;
	/* How many pages are in blocks that are split after a refusal. */
	pgoff_t split;
	bool retry;
	/* The largest order that the pool has, if limited. */
	unsigned int max_order;
};

static const struct ttm_backup_refusal_case ttm_backup_misaligned_cases[] = {
	{
		.description = "Order 2 at page 1",
		.orders = ORDERS(0, 2),
		.split = 4,
	},
	{
		.description = "Order 9 at page 1",
		.orders = ORDERS(0, 9),
		.split = 512,
	},
	{
		.description = "Order 9 at page 256",
		.orders = ORDERS(8, 9, 3),
		.split = 512,
	},
	{
		.description = "Order 10 at page 512, whose halves do suit",
		.orders = ORDERS(9, 10),
	},
	{
		.description = "Order 10 at page 1",
		.orders = ORDERS(0, 10),
		.split = 1024,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_misaligned, ttm_backup_misaligned_cases, description);

/* A block whose place is not aligned to its size is inserted page by page. */
static void ttm_backup_misaligned(struct kunit *test)
{
	const struct ttm_backup_refusal_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, params->orders);
	const u64 want[TTM_BACKUP_NR_EVENTS] = {
		[TTM_BACKUP_INSERTED] = tt->num_pages,
		[TTM_BACKUP_SPLIT] = params->split,
		[TTM_BACKUP_RESTORED] = tt->num_pages,
	};
	unsigned int order;
	pgoff_t i, single = 0;

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, false), tt->num_pages);
	expect_handles(test, tt);
	ttm_backup_kunit_expect_usage(test, 0, tt->num_pages, 0);
	ttm_backup_kunit_expect_books(test);

	for (i = 0; i < tt->num_pages; i += 1UL << order) {
		struct ttm_backup_kunit *priv = test->priv;

		order = ttm_backup_kunit_expect_inserted(test, i);
		single += !order && priv->orig_order[i];
	}
	KUNIT_EXPECT_EQ(test, single, params->split);

	restore(test, tt);
	ttm_backup_kunit_expect_events(test, want);
}

/* All pages were inserted, except some that were copied for @reason. */
static void expect_copied(struct kunit *test, const struct ttm_tt *tt,
			  enum ttm_backup_event reason, pgoff_t copied,
			  pgoff_t split)
{
	u64 want[TTM_BACKUP_NR_EVENTS] = {
		[TTM_BACKUP_INSERTED] = tt->num_pages - copied,
		[TTM_BACKUP_COPIED] = copied,
		[TTM_BACKUP_SPLIT] = split,
	};

	want[reason] = copied;
	ttm_backup_kunit_expect_events(test, want);
	ttm_backup_kunit_expect_usage(test, 0, tt->num_pages - copied, copied);
	ttm_backup_kunit_expect_books(test);
}

static const struct ttm_backup_refusal_case ttm_backup_busy_cases[] = {
	{
		.description = "Single page",
		.orders = ORDERS(1, 0, 0),
		.page = 2,
	},
	{
		.description = "Order 3",
		.orders = ORDERS(3, 1),
	},
	{
		.description = "Order 3, through a tail page",
		.orders = ORDERS(1, 1, 0, 0, 1, 3, 0),
		.page = 13,
	},
	{
		.description = "Order 9",
		.orders = ORDERS(9, 3),
	},
	{
		.description = "Order 10",
		.orders = ORDERS(10, 3),
		.page = 1000,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_busy, ttm_backup_busy_cases, description);

/* A block with another reference is copied as a whole, and not split. */
static void ttm_backup_busy(struct kunit *test)
{
	const struct ttm_backup_refusal_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, params->orders);
	struct page *page = tt->pages[params->page];
	unsigned int order = ttm_backup_kunit_order(page);

	get_page(page);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, true, false), tt->num_pages);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_order(page), order);
	put_page(page);

	expect_copied(test, tt, TTM_BACKUP_FALLBACK_BUSY, 1UL << order, 0);
	restore(test, tt);
}

static const struct ttm_backup_refusal_case ttm_backup_take_busy_cases[] = {
	{
		.description = "Single page",
		.orders = ORDERS(1, 1, 0),
		.page = 4,
	},
	{
		.description = "First block",
		.orders = ORDERS(3, 1),
	},
	{
		.description = "Block in the middle",
		.orders = ORDERS(3, 3, 2, 0),
		.page = 8,
		.max_order = 3,
	},
	{
		.description = "Order 9",
		.orders = ORDERS(9, 4),
	},
	{
		.description = "Order 9, where there is room for order 10",
		.orders = ORDERS(9, 9, 9, 9),
		.page = 1024,
	},
	{
		.description = "Single page, where there is room for order 4",
		.orders = ORDERS(4, 0, 0, 1, 2, 3, 4),
		.page = 16,
		.max_order = 3,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_take_busy, ttm_backup_take_busy_cases, description);

/* A folio with another reference is copied back, the others are taken. */
static void ttm_backup_take_busy(struct kunit *test)
{
	const struct ttm_backup_refusal_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, params->orders);
	struct folio *folio;
	pgoff_t nr;

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, false), tt->num_pages);
	folio = filemap_get_folio(tt->backup->f_mapping, params->page);
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(folio));
	nr = folio_nr_pages(folio);
	if (params->max_order)
		ttm_backup_kunit_limit_pool(test, params->max_order, UINT_MAX);

	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_restore(test, true, false), 0);
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	folio_put(folio);

	expect_restored(test, tt);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_TAKEN, tt->num_pages - nr);
	ttm_backup_kunit_expect_splits(test, 0);
}

static const struct ttm_backup_refusal_case ttm_backup_exists_cases[] = {
	{
		.description = "Single page",
		.orders = ORDERS(0, 0),
		.page = 1,
	},
	{
		.description = "Head of order 3",
		.orders = ORDERS(3),
		.split = 8,
	},
	{
		.description = "Inside of order 9",
		.orders = ORDERS(9, 0),
		.page = 100,
		.split = 512,
	},
	{
		.description = "In the second half of order 10",
		.orders = ORDERS(10),
		.page = 1023,
		.split = 512,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_exists, ttm_backup_exists_cases, description);

/* If the backup already has content in a place, that is overwritten. */
static void ttm_backup_exists(struct kunit *test)
{
	const struct ttm_backup_refusal_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, params->orders);
	struct folio *folio;

	folio = shmem_read_folio_gfp(tt->backup->f_mapping, params->page, GFP_KERNEL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(folio));
	folio_put(folio);

	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, true, false), tt->num_pages);
	expect_copied(test, tt, TTM_BACKUP_FALLBACK_EXISTS, 1, params->split);
	restore(test, tt);
}

static const struct ttm_backup_refusal_case ttm_backup_poisoned_cases[] = {
	{
		.description = "Head of order 3",
		.orders = ORDERS(3, 1),
		.split = 8,
	},
	{
		.description = "Inside of order 3, then retried",
		.orders = ORDERS(3, 1),
		.page = 5,
		.split = 8,
		.retry = true,
	},
	{
		.description = "Last of order 9",
		.orders = ORDERS(9, 0),
		.page = 511,
		.split = 512,
	},
	{
		.description = "In the second half of order 10, then retried",
		.orders = ORDERS(10),
		.page = 600,
		.split = 512,
		.retry = true,
	},
	{
		.description = "Single page among others",
		.orders = ORDERS(0, 0, 0),
		.page = 1,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_poisoned, ttm_backup_poisoned_cases, description);

/* A poisoned page stays where it is, and no other page stays because of it. */
static void ttm_backup_poisoned(struct kunit *test)
{
	const struct ttm_backup_refusal_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, params->orders);
	struct page *page = tt->pages[params->page];
	const u64 want[TTM_BACKUP_NR_EVENTS] = {
		[TTM_BACKUP_INSERTED] = tt->num_pages - 1,
		[TTM_BACKUP_SPLIT] = params->split,
		[TTM_BACKUP_POISONED] = 1,
	};

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "pages cannot be poisoned");

	ttm_backup_kunit_poison(page);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, true, false), tt->num_pages - 1);
	ttm_backup_kunit_cure(page);

	KUNIT_EXPECT_PTR_EQ(test, tt->pages[params->page], page);
	ttm_backup_kunit_expect_usage(test, 1, tt->num_pages - 1, 0);
	ttm_backup_kunit_expect_books(test);
	ttm_backup_kunit_expect_events(test, want);

	if (params->retry) {
		KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, true, false), 1);
		ttm_backup_kunit_expect_usage(test, 0, tt->num_pages, 0);
	}
	restore(test, tt);
}

/* A restore by copying does not need the poisoned page, so it is not read. */
static void ttm_backup_poisoned_restore(struct kunit *test)
{
	const struct ttm_backup_refusal_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, params->orders);
	struct page *page = tt->pages[params->page];

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "pages cannot be poisoned");

	ttm_backup_kunit_poison(page);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, true, false), tt->num_pages - 1);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_restore(test, false, false), 0);
	ttm_backup_kunit_cure(page);

	KUNIT_EXPECT_PTR_EQ(test, tt->pages[params->page], page);
	expect_restored(test, tt);
}

struct ttm_backup_caching_case {
	const char *description;
	enum ttm_caching caching;
};

static const struct ttm_backup_caching_case ttm_backup_caching_cases[] = {
	{ .description = "Cached", .caching = ttm_cached },
	{ .description = "Write-combined", .caching = ttm_write_combined },
	{ .description = "Uncached", .caching = ttm_uncached },
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_caching, ttm_backup_caching_cases, description);

/* If nothing was backed up, the caller is told why, and nothing has changed. */
static void ttm_backup_nothing(struct kunit *test)
{
	const struct ttm_backup_caching_case *params = test->param_value;
	const struct ttm_backup_case page = {
		.caching = params->caching, .pool_pages = 1, .dma = true,
	};
	struct ttm_tt *tt = populate(test, &page);

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "pages cannot be poisoned");

	ttm_backup_kunit_poison(tt->pages[0]);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, true, false), -EHWPOISON);
	ttm_backup_kunit_cure(tt->pages[0]);

	expect_restored(test, tt);
}

/* A poisoned page is not read without zero copy either. The others are copied. */
static void ttm_backup_poisoned_copy(struct kunit *test)
{
	const struct ttm_backup_refusal_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, params->orders);
	struct page *page = tt->pages[params->page];
	struct ttm_backup_kunit *priv = test->priv;
	pgoff_t nr = 1UL << priv->orig_order[params->page];
	const u64 want[TTM_BACKUP_NR_EVENTS] = {
		[TTM_BACKUP_COPIED] = tt->num_pages - 1,
		[TTM_BACKUP_FALLBACK_OFF] = tt->num_pages - 1,
		[TTM_BACKUP_SPLIT] = nr > 1 ? nr : 0,
		[TTM_BACKUP_POISONED] = 1,
	};

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "pages cannot be poisoned");

	ttm_backup_kunit_poison(page);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, false, false), tt->num_pages - 1);
	KUNIT_EXPECT_PTR_EQ(test, tt->pages[params->page], page);
	ttm_backup_kunit_expect_usage(test, 1, 0, tt->num_pages - 1);
	ttm_backup_kunit_expect_events(test, want);

	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_restore(test, false, false), 0);
	ttm_backup_kunit_cure(page);
	KUNIT_EXPECT_PTR_EQ(test, tt->pages[params->page], page);
	expect_restored(test, tt);
}

struct ttm_restore_lost_case {
	const char *description;
	const s8 *orders;
	enum ttm_caching caching;
	bool zero_copy;
	bool copies_back;
	/* The page is not poisoned, but cannot be read from swap. */
	bool unreadable;
	pgoff_t page;
	/* How many pages are lost with it. */
	pgoff_t lost;
};

static const struct ttm_restore_lost_case ttm_restore_lost_cases[] = {
	{
		.description = "The first page",
		.orders = ORDERS(0, 0, 0),
		.caching = ttm_cached,
		.zero_copy = true,
		.lost = 1,
	},
	{
		.description = "The last page, copied",
		.orders = ORDERS(0, 0, 0),
		.caching = ttm_cached,
		.copies_back = true,
		.page = 2,
		.lost = 1,
	},
	{
		.description = "Inside of order 3, write-combined",
		.orders = ORDERS(2, 1, 1, 3, 4),
		.caching = ttm_write_combined,
		.zero_copy = true,
		.page = 13,
		.lost = 1,
	},
	{
		.description = "Inside of order 3, copied",
		.orders = ORDERS(3, 3),
		.caching = ttm_cached,
		.copies_back = true,
		.page = 13,
		.lost = 1,
	},
	{
		.description = "The first of order 9",
		.orders = ORDERS(9, 9),
		.caching = ttm_cached,
		.zero_copy = true,
		.lost = 1,
	},
	{
		.description = "Not readable",
		.orders = ORDERS(0, 0, 0, 3),
		.caching = ttm_cached,
		.zero_copy = true,
		.unreadable = true,
		.page = 1,
		.lost = 1,
	},
	{
		.description = "Not readable, order 3, uncached",
		.orders = ORDERS(3, 3, 0),
		.caching = ttm_uncached,
		.zero_copy = true,
		.unreadable = true,
		.page = 8,
		.lost = 8,
	},
	{
		.description = "Not readable, to be copied back",
		.orders = ORDERS(0, 0, 0),
		.caching = ttm_cached,
		.zero_copy = true,
		.copies_back = true,
		.unreadable = true,
		.page = 1,
		.lost = 1,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_restore_lost, ttm_restore_lost_cases, description);

/* Put the folio into the state that a failed read leaves behind. */
static void make_unreadable(struct kunit *test, struct folio *folio)
{
	struct ttm_backup_kunit *priv = test->priv;
	unsigned long scanned = 0;

	ttm_device_writeback(priv->devs->ttm_dev, ULONG_MAX, &scanned);
	folio_lock(folio);
	folio_wait_writeback(folio);
	KUNIT_ASSERT_TRUE(test, folio_test_swapcache(folio));
	folio_clear_uptodate(folio);
	folio_unlock(folio);
}

/* Lose a page while it is in the backup. Returns it if it has to be cured. */
static struct page *lose_page(struct kunit *test, struct ttm_tt *tt)
{
	const struct ttm_restore_lost_case *params = test->param_value;
	struct address_space *mapping = tt->backup->f_mapping;
	struct folio *folio = filemap_get_folio(mapping, params->page);
	struct page *page = NULL;

	KUNIT_ASSERT_FALSE(test, IS_ERR(folio));
	if (params->unreadable) {
		make_unreadable(test, folio);
	} else {
		page = folio_file_page(folio, params->page);
		ttm_backup_kunit_poison(page);
	}
	folio_put(folio);
	return page;
}

/* Everything is restored except that page. The loss is reported once. */
static void ttm_restore_lost(struct kunit *test)
{
	const struct ttm_restore_lost_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, params->caching, params->orders);
	const bool take = !params->copies_back;
	struct page *page;

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE) && !params->unreadable)
		kunit_skip(test, "pages cannot be poisoned");
	if (params->lost > 1 && !IS_ENABLED(CONFIG_THP_SWAP))
		kunit_skip(test, "swap has single pages only");

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, params->zero_copy, false),
			tt->num_pages);
	page = lose_page(test, tt);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_restore(test, take, false), -EIO);
	ttm_backup_kunit_expect_usage(test, tt->num_pages, 0, 0);
	KUNIT_EXPECT_TRUE(test, ttm_tt_is_backed_up(tt));
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_restore(test, take, false), 0);
	if (page)
		ttm_backup_kunit_cure(page);

	ttm_backup_kunit_expect_lost(test, params->page, params->lost);
	expect_restored(test, tt);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_LOST, params->lost);

	/* Nothing is left of the loss that affects the next backup. */
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, true, false), tt->num_pages);
	ttm_backup_kunit_expect_usage(test, 0, tt->num_pages, 0);
	restore(test, tt);
}

/* A poisoned page is not reused, neither from TTM's pool nor from the system. */
static void ttm_backup_poisoned_freed(struct kunit *test)
{
	const struct ttm_backup_caching_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, params->caching, ORDERS(3, 0));
	long pooled = ttm_backup_kunit_node_stat(NR_GPU_RECLAIM);
	struct page *page = tt->pages[5];

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "pages cannot be poisoned");

	ttm_backup_kunit_poison(page);
	ttm_backup_kunit_put(test);
	/* The single page may be pooled, but not the block that had a poisoned page. */
	KUNIT_EXPECT_LE(test, ttm_backup_kunit_node_stat(NR_GPU_RECLAIM) - pooled, 1);
	/* The allocator has taken the page out, and it is not part of anything. */
	KUNIT_EXPECT_FALSE(test, PageCompound(page));
	KUNIT_EXPECT_FALSE(test, PageBuddy(page));
	KUNIT_EXPECT_EQ(test, page_count(page), 0);

	/* The page is lost, but must not be counted against the next test. */
	ttm_backup_kunit_cure(page);
}

/* Entries without a page have nothing to back up, and get a page on restore. */
static void ttm_backup_holes(struct kunit *test)
{
	const struct ttm_backup_caching_case *params = test->param_value;
	const pgoff_t holes = 4;
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_tt *tt;

	tt = ttm_backup_kunit_craft(test, params->caching,
				    ORDERS(2, HOLE, HOLE, 1, HOLE, 0, 0, HOLE));
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, false),
			tt->num_pages - holes);
	KUNIT_EXPECT_NULL(test, tt->pages[4]);
	KUNIT_EXPECT_NULL(test, tt->pages[5]);
	KUNIT_EXPECT_NULL(test, tt->pages[8]);
	KUNIT_EXPECT_NULL(test, tt->pages[11]);
	ttm_backup_kunit_expect_usage(test, 0, tt->num_pages - holes, 0);
	ttm_backup_kunit_expect_books(test);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_count_wb(priv->orig, tt->num_pages),
			tt->num_pages - holes);

	restore(test, tt);
}

/* Purging frees without keeping anything. */
static void ttm_backup_purge(struct kunit *test)
{
	const struct ttm_backup_caching_case *params = test->param_value;
	const struct ttm_backup_flags flags = { .purge = true };
	const u64 want[TTM_BACKUP_NR_EVENTS] = { };
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_tt *tt;

	tt = ttm_backup_kunit_craft(test, params->caching, ORDERS(9, 3, 0));
	KUNIT_EXPECT_EQ(test, ttm_tt_backup(priv->devs->ttm_dev, tt, flags), tt->num_pages);

	KUNIT_EXPECT_NULL(test, memchr_inv(tt->pages, 0, tt->num_pages * sizeof(*tt->pages)));
	ttm_backup_kunit_expect_usage(test, 0, 0, 0);
	ttm_backup_kunit_expect_books(test);
	ttm_backup_kunit_expect_events(test, want);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_count_wb(priv->orig, tt->num_pages),
			tt->num_pages);
}

/* After a purge, the ttm_tt can be populated again, with the right caching mode. */
static void ttm_backup_purge_restore(struct kunit *test)
{
	const struct ttm_backup_caching_case *params = test->param_value;
	const struct ttm_backup_flags flags = { .purge = true };
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_tt *tt;

	tt = ttm_backup_kunit_craft(test, params->caching, ORDERS(4, 0));
	KUNIT_ASSERT_EQ(test, ttm_tt_backup(priv->devs->ttm_dev, tt, flags), tt->num_pages);
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_restore(test, false, false), 0);

	ttm_backup_kunit_expect_usage(test, tt->num_pages, 0, 0);
	ttm_backup_kunit_expect_books(test);
	ttm_backup_kunit_expect_caching(test);
}

/* The pool may not hand over pages from the DMA API. They are not NR_GPU_ACTIVE. */
static void ttm_backup_dma_alloc(struct kunit *test)
{
	struct ttm_operation_ctx ctx = { };
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_pool *pool;
	struct ttm_tt *tt;

	ttm_backup_kunit_device(test, TTM_ALLOCATION_POOL_USE_DMA_ALLOC);
	pool = &priv->devs->ttm_dev->pool;
	tt = ttm_backup_kunit_tt(test, ttm_cached, 4, false);
	KUNIT_ASSERT_EQ(test, ttm_pool_alloc(pool, tt, &ctx), 0);

	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, true, false), -EBUSY);
	ttm_backup_kunit_expect_usage(test, tt->num_pages, 0, 0);

	ttm_pool_free(pool, tt);
	ttm_tt_fini(tt);
	priv->tt = NULL;
}

struct ttm_backup_reshape_case {
	const char *description;
	const s8 *orders;
	unsigned int max_order;
};

static const struct ttm_backup_reshape_case ttm_backup_reshape_cases[] = {
	{
		.description = "Order 9 to order 9",
		.orders = ORDERS(9),
		.max_order = 9,
	},
	{
		.description = "Order 9 to order 8",
		.orders = ORDERS(9, 2),
		.max_order = 8,
	},
	{
		.description = "Order 9 to single pages",
		.orders = ORDERS(9),
		.max_order = 0,
	},
	{
		.description = "Order 9 twice to order 10",
		.orders = ORDERS(9, 9),
		.max_order = 10,
	},
	{
		.description = "Order 10 to order 3",
		.orders = ORDERS(10),
		.max_order = 3,
	},
	{
		.description = "Single pages to order 3",
		.orders = ORDERS(0, 0, 0, 0, 0, 0, 0, 0),
		.max_order = 3,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_reshape, ttm_backup_reshape_cases, description);

/*
 * Whatever blocks it is restored into, a folio is dropped once, as a whole.
 * Dropping a part of it would split it.
 */
static void ttm_backup_reshape(struct kunit *test)
{
	const struct ttm_backup_reshape_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, params->orders);
	int i;

	ttm_backup_kunit_limit_pool(test, params->max_order, UINT_MAX);
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, false),
				tt->num_pages);
		ttm_backup_kunit_expect_usage(test, 0, tt->num_pages, 0);
		restore(test, tt);
		KUNIT_EXPECT_LE(test, ttm_backup_kunit_order(tt->pages[0]), params->max_order);
	}
	ttm_backup_kunit_expect_splits(test, 0);
}

struct ttm_backup_sizes_case {
	const char *description;
	const s8 *orders;
	/* Somebody else holds a reference to the first page during the backup. */
	bool busy;
	bool zero_copy;
	/* Restore by taking back. */
	bool take;
	/* The largest order that the pool has for the restore. */
	unsigned int max_order;
	/* The blocks that are counted for each event. */
	const s8 *inserted, *copied, *taken, *restored;
};

static const struct ttm_backup_sizes_case ttm_backup_sizes_cases[] = {
	{
		.description = "Inserted and taken",
		.orders = ORDERS(9, 4, 2, 1, 0),
		.zero_copy = true,
		.take = true,
		.inserted = ORDERS(9, 4, 2, 1, 0),
		.taken = ORDERS(9, 4, 2, 1, 0),
		.restored = ORDERS(9, 4, 2, 1, 0),
	},
	{
		.description = "Order 10, inserted and taken",
		.orders = ORDERS(10, 3),
		.zero_copy = true,
		.take = true,
		.inserted = ORDERS(10, 3),
		.taken = ORDERS(10, 3),
		.restored = ORDERS(10, 3),
	},
	{
		.description = "Misaligned, so in single pages",
		.orders = ORDERS(0, 2, 0),
		.zero_copy = true,
		.take = true,
		.inserted = ORDERS(0, 0, 0, 0, 0, 0),
		.taken = ORDERS(0, 0, 0, 0, 0, 0),
		.restored = ORDERS(0, 0, 0, 0, 0, 0),
	},
	{
		.description = "Busy, so copied as a whole",
		.orders = ORDERS(2, 1),
		.busy = true,
		.zero_copy = true,
		.take = true,
		.inserted = ORDERS(1),
		.copied = ORDERS(2),
		.taken = ORDERS(0, 0, 0, 0, 1),
		.restored = ORDERS(0, 0, 0, 0, 1),
	},
	{
		.description = "Copied",
		.orders = ORDERS(4, 2, 1, 0),
		.max_order = 4,
		.copied = ORDERS(4, 2, 1, 0),
		.restored = ORDERS(4, 2, 1, 0),
	},
	{
		.description = "Copied, and back into smaller blocks",
		.orders = ORDERS(3, 3),
		.max_order = 2,
		.copied = ORDERS(3, 3),
		.restored = ORDERS(2, 2, 2, 2),
	},
	{
		.description = "Inserted, and copied back into larger blocks",
		.orders = ORDERS(0, 0, 1, 2, 0),
		.zero_copy = true,
		.max_order = 3,
		.inserted = ORDERS(0, 0, 1, 2, 0),
		.restored = ORDERS(3, 0),
	},
	{
		.description = "Copied, and taken as far as it goes",
		.orders = ORDERS(1, 0),
		.take = true,
		.copied = ORDERS(1, 0),
		.taken = ORDERS(0, 0, 0),
		.restored = ORDERS(0, 0, 0),
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_sizes, ttm_backup_sizes_cases, description);

/* Count the blocks of each order. Inserted ones are limited by the page cache. */
static void count_blocks(const s8 *orders, bool inserted, u64 *blocks)
{
	unsigned int order;

	memset(blocks, 0, NR_PAGE_ORDERS * sizeof(*blocks));
	for (; orders && *orders != TTM_BACKUP_KUNIT_END; orders++) {
		order = inserted ? INSERT_ORDER(*orders) : *orders;
		blocks[order] += 1ULL << (*orders - order);
	}
}

static void expect_counted(struct kunit *test, enum ttm_backup_event event,
			   const s8 *orders)
{
	const struct ttm_backup_sizes_case *params = test->param_value;
	u64 want[NR_PAGE_ORDERS];
	unsigned int order;

	count_blocks(orders, params->zero_copy, want);
	for (order = 0; order < NR_PAGE_ORDERS; order++)
		KUNIT_EXPECT_EQ_MSG(test, ttm_backup_kunit_blocks(test, event, order),
				    want[order], "event %d, order %u", event, order);
}

static void expect_consists_of(struct kunit *test, const s8 *orders, bool inserted)
{
	struct ttm_backup_usage usage = ttm_backup_kunit_usage(test);
	u64 want[NR_PAGE_ORDERS];
	unsigned int order;

	count_blocks(orders, inserted, want);
	for (order = 0; order < NR_PAGE_ORDERS; order++)
		KUNIT_EXPECT_EQ_MSG(test, usage.by_order[order], want[order] << order,
				    "order %u", order);
}

/* Check the block sizes of transferred pages, and of the ttm_tt afterwards. */
static void ttm_backup_sizes(struct kunit *test)
{
	const struct ttm_backup_sizes_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, params->orders);
	struct page *page = tt->pages[0];

	/*
	 * A page that was copied is in a batch of the CPU that copied it, and
	 * can be taken from there only on that CPU.
	 */
	set_cpus_allowed_ptr(current, cpumask_of(raw_smp_processor_id()));

	expect_consists_of(test, params->orders, false);
	if (params->busy)
		get_page(page);
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, params->zero_copy, false),
			tt->num_pages);
	if (params->busy)
		put_page(page);
	expect_consists_of(test, NULL, false);

	ttm_backup_kunit_limit_pool(test, params->max_order, UINT_MAX);
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_restore(test, params->take, false), 0);
	expect_restored(test, tt);

	expect_counted(test, TTM_BACKUP_INSERTED, params->inserted);
	expect_counted(test, TTM_BACKUP_COPIED, params->copied);
	expect_counted(test, TTM_BACKUP_TAKEN, params->taken);
	expect_counted(test, TTM_BACKUP_RESTORED, params->restored);
	expect_consists_of(test, params->restored, params->zero_copy);
}

struct ttm_backup_writeback_case {
	const char *description;
	const s8 *orders;
	bool zero_copy;
	bool take;
};

static const struct ttm_backup_writeback_case ttm_backup_writeback_cases[] = {
	{
		.description = "Single pages, inserted",
		.orders = ORDERS(0, 0, 0),
		.zero_copy = true,
	},
	{
		.description = "Order 9, inserted",
		.orders = ORDERS(9),
		.zero_copy = true,
	},
	{
		.description = "Mixed orders, inserted",
		.orders = ORDERS(10, 4, 0),
		.zero_copy = true,
	},
	{
		.description = "Mixed orders, copied",
		.orders = ORDERS(9, 4, 0),
	},
	{
		.description = "Mixed orders, inserted and taken",
		.orders = ORDERS(10, 4, 0),
		.zero_copy = true,
		.take = true,
	},
	{
		.description = "Mixed orders, copied and taken",
		.orders = ORDERS(9, 4, 0),
		.take = true,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_writeback, ttm_backup_writeback_cases, description);

/* The block is written to swap immediately, in one piece, and read back. */
static void ttm_backup_writeback(struct kunit *test)
{
	const struct ttm_backup_writeback_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, params->orders);

	if (params->zero_copy && params->orders[0] > 0 && !IS_ENABLED(CONFIG_THP_SWAP))
		kunit_skip(test, "needs CONFIG_THP_SWAP");
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, params->zero_copy, true),
			tt->num_pages);
	ttm_backup_kunit_expect_usage(test, 0, params->zero_copy ? tt->num_pages : 0,
				      params->zero_copy ? 0 : tt->num_pages);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_usage(test).swapped, tt->num_pages);
	ttm_backup_kunit_expect_books(test);
	ttm_backup_kunit_expect_splits(test, 0);

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_restore(test, params->take, false), 0);
	expect_restored(test, tt);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_usage(test).swapped, 0);
}

/* Backups that are not written immediately are written later, the oldest first. */
static void ttm_backup_writeback_later(struct kunit *test)
{
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, ORDERS(9, 4, 0));
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_device *bdev = priv->devs->ttm_dev;
	unsigned long scanned = 0;

	if (!IS_ENABLED(CONFIG_THP_SWAP))
		kunit_skip(test, "needs CONFIG_THP_SWAP");
	KUNIT_EXPECT_EQ(test, ttm_device_unwritten(bdev), 0);
	KUNIT_EXPECT_EQ(test, ttm_device_writeback(bdev, 1, &scanned), 0);
	KUNIT_EXPECT_EQ(test, scanned, 0);

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, false), tt->num_pages);
	KUNIT_EXPECT_EQ(test, ttm_device_unwritten(bdev), tt->num_pages);
	KUNIT_EXPECT_EQ(test, ttm_device_writeback(bdev, 1, &scanned), 512);
	KUNIT_EXPECT_EQ(test, scanned, 512);
	KUNIT_EXPECT_EQ(test, ttm_device_unwritten(bdev), 17);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_usage(test).swapped, 512);
	KUNIT_EXPECT_EQ(test, ttm_device_writeback(bdev, 1, &scanned), 17);
	KUNIT_EXPECT_EQ(test, ttm_device_unwritten(bdev), 0);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_usage(test).swapped, tt->num_pages);
	KUNIT_EXPECT_EQ(test, ttm_device_writeback(bdev, ULONG_MAX, &scanned), 0);
	ttm_backup_kunit_expect_splits(test, 0);
	restore(test, tt);
}

struct ttm_backup_unwritten_case {
	const char *description;
	bool copied;
	bool written;
	bool destroyed;
};

static const struct ttm_backup_unwritten_case ttm_backup_unwritten_cases[] = {
	{ .description = "Restored" },
	{ .description = "Destroyed", .destroyed = true },
	{ .description = "Written at once", .written = true },
	{ .description = "Copied, as 7.3 does", .copied = true },
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_unwritten, ttm_backup_unwritten_cases, description);

/* Backups that no longer exist are not in the queue. */
static void ttm_backup_unwritten(struct kunit *test)
{
	const struct ttm_backup_unwritten_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, ORDERS(4, 0));
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_device *bdev = priv->devs->ttm_dev;
	const unsigned long queued = params->copied || params->written ? 0 : 17;
	unsigned long scanned = 0;

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, !params->copied, params->written),
			tt->num_pages);
	KUNIT_EXPECT_EQ(test, ttm_device_unwritten(bdev), queued);
	if (params->destroyed)
		ttm_backup_kunit_put(test);
	else
		restore(test, tt);
	KUNIT_EXPECT_EQ(test, ttm_device_unwritten(bdev), 0);
	KUNIT_EXPECT_EQ(test, ttm_device_writeback(bdev, ULONG_MAX, &scanned), 0);
	KUNIT_EXPECT_EQ(test, scanned, 0);
}

/* After it was gutted, a buffer has no content that could come back. */
static void ttm_backup_gutted(struct kunit *test)
{
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, ORDERS(4, 0));
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_placement nowhere = {};
	struct ttm_operation_ctx ctx = {};
	struct ttm_buffer_object *bo;

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, false), tt->num_pages);
	bo = ttm_bo_kunit_init(test, priv->devs, PAGE_SIZE, NULL);
	bo->ttm = tt;
	dma_resv_lock(bo->base.resv, NULL);
	KUNIT_EXPECT_EQ(test, ttm_bo_validate(bo, &nowhere, &ctx), 0);
	dma_resv_unlock(bo->base.resv);
	drm_gem_object_release(&bo->base);

	KUNIT_EXPECT_FALSE(test, ttm_tt_is_swapped(tt));
	KUNIT_EXPECT_EQ(test, tt->backup->f_mapping->nrpages, 0);
	ttm_backup_kunit_expect_usage(test, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, ttm_device_unwritten(priv->devs->ttm_dev), 0);
}

/* A shrinker's walk that ends at an error would never get past this buffer. */
static void ttm_backup_poisoned_shrink(struct kunit *test)
{
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, ORDERS(0));
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_operation_ctx ctx = {};
	struct ttm_buffer_object *bo;

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "pages cannot be poisoned");

	bo = ttm_bo_kunit_init(test, priv->devs, PAGE_SIZE, NULL);
	bo->ttm = tt;
	ttm_backup_kunit_poison(tt->pages[0]);
	dma_resv_lock(bo->base.resv, NULL);
	KUNIT_EXPECT_EQ(test, ttm_bo_shrink(&ctx, bo, (struct ttm_bo_shrink_flags) {}), 0);
	dma_resv_unlock(bo->base.resv);
	ttm_backup_kunit_cure(tt->pages[0]);
	drm_gem_object_release(&bo->base);
	ttm_backup_kunit_expect_usage(test, 1, 0, 0);
}

struct ttm_backup_heal_case {
	const char *description;
	const s8 *orders;
	enum ttm_caching caching;
	/* The pages are written to swap, so they have to be read. */
	bool swapped;
	/* The largest order that the pool has. */
	unsigned int max_order;
	/*
	 * The blocks that are there in the end, and the pages that were taken
	 * in pieces.
	 */
	const s8 *want;
	pgoff_t healed, pieces;
};

static const struct ttm_backup_heal_case ttm_backup_heal_cases[] = {
	{
		.description = "Read from swap",
		.orders = ORDERS([0 ... 63] = 0),
		.swapped = true,
		.max_order = 10,
		.want = ORDERS(6),
		.healed = 64,
	},
	{
		.description = "Read from swap, with blocks of order 5 to be had",
		.orders = ORDERS([0 ... 63] = 0),
		.swapped = true,
		.max_order = 5,
		.want = ORDERS(5, 5),
		.healed = 64,
	},
	{
		.description = "Read from swap, with no block to be had",
		.orders = ORDERS([0 ... 31] = 0),
		.swapped = true,
		.max_order = 3,
		.want = ORDERS([0 ... 31] = 0),
		.pieces = 32,
	},
	{
		.description = "Resident",
		.orders = ORDERS([0 ... 63] = 0),
		.max_order = 10,
		.want = ORDERS(6),
		.healed = 64,
	},
	{
		.description = "Resident, with no block free",
		.orders = ORDERS([0 ... 31] = 0),
		.max_order = 3,
		.want = ORDERS([0 ... 31] = 0),
		.pieces = 32,
	},
	{
		.description = "Pieces between blocks that are none",
		.orders = ORDERS(4, 3, 2, 1, 1, 4, [6 ... 21] = 0, 6),
		.max_order = 10,
		.want = ORDERS(4, 4, 4, 4, 6),
		.healed = 32,
	},
	{
		.description = "The same, read from swap",
		.orders = ORDERS(4, 3, 2, 1, 1, 4, [6 ... 21] = 0, 6),
		.swapped = true,
		.max_order = 10,
		.want = ORDERS(4, 4, 4, 4, 6),
		.healed = 32,
	},
	{
		.description = "Uncached",
		.orders = ORDERS(4, [1 ... 16] = 0, 3),
		.caching = ttm_uncached,
		.swapped = true,
		.max_order = 10,
		.want = ORDERS(4, 4, 3),
		.healed = 16,
	},
	{
		.description = "No room for larger blocks",
		.orders = ORDERS(3, 0, 0, 0),
		.swapped = true,
		.max_order = 10,
		.want = ORDERS(3, 0, 0, 0),
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_heal, ttm_backup_heal_cases, description);

/*
 * Memory is reclaimed only for pages that have to be read, and no order is
 * tried again after a failure. Blocks are zeroed, because there may be pages
 * into which nothing is copied.
 */
static void expect_tries(struct kunit *test)
{
	const struct ttm_backup_heal_case *params = test->param_value;
	struct ttm_backup_kunit *priv = test->priv;
	unsigned int order;

	KUNIT_EXPECT_EQ(test, priv->pool_dirty, 0);
	for (order = 0; order < NR_PAGE_ORDERS; order++) {
		if (!params->swapped)
			KUNIT_EXPECT_EQ(test, priv->pool_tries[1][order], 0);
		if (order > params->max_order)
			KUNIT_EXPECT_LE(test, priv->pool_tries[params->swapped][order], 1);
	}
}

/* Pieces are restored into the blocks that the buffer has room for, if available. */
static void ttm_backup_heal(struct kunit *test)
{
	const struct ttm_backup_heal_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, params->caching, params->orders);

	if (params->swapped && !IS_ENABLED(CONFIG_THP_SWAP))
		kunit_skip(test, "needs CONFIG_THP_SWAP");
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, params->swapped),
			tt->num_pages);
	ttm_backup_kunit_limit_pool(test, params->max_order, UINT_MAX);
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_restore(test, true, false), 0);

	expect_restored(test, tt);
	expect_consists_of(test, params->want, false);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_HEALED, params->healed);
	/* Pages under writeback cannot be taken. */
	if (!params->swapped) {
		ttm_backup_kunit_expect_event(test, TTM_BACKUP_PIECES, params->pieces);
		ttm_backup_kunit_expect_event(test, TTM_BACKUP_TAKEN,
					      tt->num_pages - params->healed);
	}
	ttm_backup_kunit_expect_splits(test, 0);
	expect_tries(test);

	/* After that, the buffer is whole: the next round trip copies nothing. */
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, false), tt->num_pages);
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_restore(test, true, false), 0);
	expect_consists_of(test, params->want, false);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_HEALED, params->healed);
}

/* With zero copy off, everything is copied as before, whatever its pieces are. */
static void ttm_backup_heal_off(struct kunit *test)
{
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, ORDERS(4, [1 ... 16] = 0));

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, true), tt->num_pages);
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_restore(test, false, false), 0);
	expect_restored(test, tt);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_HEALED, 0);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_TAKEN, 0);
}

/* One of the pages can be neither inserted nor copied. */
struct ttm_backup_occupied_case {
	const char *description;
	const s8 *orders;
	bool zero_copy;
	/* Somebody looks at the block. */
	bool busy;
	pgoff_t page;
	/* How many pages are backed up all the same, and how many are not for that. */
	long ret;
	pgoff_t resident;
	pgoff_t busy_pages;
};

static const struct ttm_backup_occupied_case ttm_backup_occupied_cases[] = {
	{
		.description = "The first, copied",
		.orders = ORDERS(0, 0),
		.ret = -EIO,
		.resident = 2,
	},
	{
		.description = "Behind a hole, copied",
		.orders = ORDERS(HOLE, 0, 0),
		.page = 1,
		.ret = -EIO,
		.resident = 2,
	},
	{
		.description = "Inside of a block, copied",
		.orders = ORDERS(3, 0),
		.page = 4,
		.ret = -EIO,
		.resident = 9,
	},
	{
		.description = "In the middle, copied",
		.orders = ORDERS(0, 0, 0),
		.page = 1,
		.ret = 1,
		.resident = 2,
	},
	{
		.description = "In the middle, inserted",
		.orders = ORDERS(0, 0, 0),
		.zero_copy = true,
		.page = 1,
		.ret = 1,
		.resident = 2,
	},
	{
		.description = "Busy",
		.orders = ORDERS(0, 0, 0),
		.zero_copy = true,
		.busy = true,
		.page = 1,
		.ret = 2,
		.resident = 1,
		.busy_pages = 1,
	},
	{
		.description = "Inside of a busy block",
		.orders = ORDERS(3, 0),
		.zero_copy = true,
		.busy = true,
		.page = 4,
		.ret = 1,
		.resident = 8,
		.busy_pages = 8,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_occupied, ttm_backup_occupied_cases, description);

/*
 * What cannot be copied either ends a backup, for the next will not fare better;
 * unless that is for being busy. All of it is there, and can go later.
 */
static void ttm_backup_occupied(struct kunit *test)
{
	const struct ttm_backup_occupied_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_write_combined, params->orders);
	pgoff_t done = max(params->ret, 0L);
	struct page *page = tt->pages[params->page];

	ttm_backup_kunit_occupy(test, params->page);
	if (params->busy)
		get_page(page);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, params->zero_copy, false),
			params->ret);
	if (params->busy)
		put_page(page);
	ttm_backup_kunit_vacate(test, params->page);

	KUNIT_EXPECT_EQ(test, ttm_tt_is_backed_up(tt), done > 0);
	ttm_backup_kunit_expect_usage(test, params->resident, params->zero_copy ? done : 0,
				      params->zero_copy ? 0 : done);
	ttm_backup_kunit_expect_books(test);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_BUSY, params->busy_pages);
	if (params->ret < 0 && params->orders[0] != HOLE)
		ttm_backup_kunit_expect_caching(test);

	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, true, false), params->resident);
	restore(test, tt);
}

/* The driver's pages stay mapped if none is backed up. */
static void ttm_backup_occupied_dma(struct kunit *test)
{
	static const struct ttm_backup_case params = {
		.pool_pages = 4,
		.dma = true,
	};
	struct ttm_tt *tt = populate(test, &params);

	ttm_backup_kunit_occupy(test, 0);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, false, false), -EIO);
	ttm_backup_kunit_vacate(test, 0);
	expect_restored(test, tt);
}

/* There is one way to back up a ttm_tt, and it is once. */
static void ttm_backup_twice(struct kunit *test)
{
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, ORDERS(1, 0));
	const struct ttm_backup_flags flags = { };
	struct ttm_backup_kunit *priv = test->priv;

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, false), tt->num_pages);
	kunit_warning_suppress(test) {
		KUNIT_EXPECT_EQ(test, ttm_tt_backup(priv->devs->ttm_dev, tt, flags), -EINVAL);
		KUNIT_EXPECT_SUPPRESSED_WARNING_COUNT(test, 1);
	}
	restore(test, tt);
}

/* Memory runs out in the middle, and what there is goes back. */
static void ttm_backup_alloc_fails(struct kunit *test)
{
	const struct ttm_backup_caching_case *params = test->param_value;
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_operation_ctx ctx = { };
	struct ttm_tt *tt;

	tt = ttm_backup_kunit_tt(test, params->caching, 4, false);
	ttm_backup_kunit_limit_pool(test, 0, 2);
	KUNIT_EXPECT_EQ(test, ttm_pool_alloc(&priv->devs->ttm_dev->pool, tt, &ctx), -ENOMEM);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_node_stat(NR_GPU_ACTIVE), priv->base.gpu_active);
	memset(tt->pages, 0, tt->num_pages * sizeof(*tt->pages));
}

/* The device cannot be told of any page. */
static int unmappable(struct kunit *test, int (*call)(struct kunit *test))
{
	struct ttm_backup_kunit *priv = test->priv;
	struct device *dev = priv->devs->dev;
	u64 *mask = dev->dma_mask;
	int ret = 0;

	kunit_warning_suppress(test) {
		dev->dma_mask = NULL;
		ret = call(test);
		dev->dma_mask = mask;
	}
	return ret;
}

static int alloc_pages_of(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_operation_ctx ctx = { };

	return ttm_pool_alloc(&priv->devs->ttm_dev->pool, priv->tt, &ctx);
}

static int take_back(struct kunit *test)
{
	return ttm_backup_kunit_restore(test, true, false);
}

static int copy_back(struct kunit *test)
{
	return ttm_backup_kunit_restore(test, false, false);
}

/* Pages that cannot be mapped for DMA are not lost: neither new ones nor content. */
static void ttm_backup_mapping_fails(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_tt *tt = ttm_backup_kunit_tt(test, ttm_cached, 20, true);

	ttm_backup_kunit_limit_pool(test, 0, UINT_MAX);
	KUNIT_EXPECT_EQ(test, unmappable(test, alloc_pages_of), -EFAULT);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_node_stat(NR_GPU_ACTIVE), priv->base.gpu_active);
	KUNIT_ASSERT_EQ(test, alloc_pages_of(test), 0);
	ttm_backup_kunit_fill(test);

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, false), tt->num_pages);
	/* New pages to copy into; a block to copy pieces into; pages taken back. */
	KUNIT_EXPECT_EQ(test, unmappable(test, copy_back), -EFAULT);
	ttm_backup_kunit_limit_pool(test, MAX_PAGE_ORDER, UINT_MAX);
	KUNIT_EXPECT_EQ(test, unmappable(test, take_back), -EFAULT);
	ttm_backup_kunit_limit_pool(test, 0, UINT_MAX);
	KUNIT_EXPECT_EQ(test, unmappable(test, take_back), -EFAULT);
	KUNIT_ASSERT_EQ(test, take_back(test), 0);
	expect_restored(test, tt);
}

struct ttm_backup_take_copied_case {
	const char *description;
	const s8 *orders;
	/* The first block is copied for that; otherwise all are. */
	bool busy;
	const s8 *want;
	pgoff_t taken;
};

static const struct ttm_backup_take_copied_case ttm_backup_take_copied_cases[] = {
	{
		.description = "All were copied",
		.orders = ORDERS(2, 0, 0, 0, 0),
		.want = ORDERS(3),
	},
	{
		.description = "The others were inserted",
		.orders = ORDERS(1, 0, 0),
		.busy = true,
		.want = ORDERS(1, 0, 0),
		.taken = 2,
	},
	{
		.description = "There is a hole",
		.orders = ORDERS(1, HOLE, 0),
		.busy = true,
		.want = ORDERS(1, 1),
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_take_copied, ttm_backup_take_copied_cases, description);

/* Copied pages that cannot be taken share a new block, but with no others. */
static void ttm_backup_take_copied(struct kunit *test)
{
	const struct ttm_backup_take_copied_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, params->orders);
	struct page *page = tt->pages[0];
	struct folio *folio;

	if (params->busy)
		get_page(page);
	KUNIT_ASSERT_GT(test, ttm_backup_kunit_backup(test, params->busy, false), 0);
	if (params->busy)
		put_page(page);

	folio = filemap_get_folio(tt->backup->f_mapping, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(folio));
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_restore(test, true, false), 0);
	folio_put(folio);
	expect_restored(test, tt);
	expect_consists_of(test, params->want, false);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_TAKEN, params->taken);
}

/* Single pages, of which some are in swap and some resident. */
struct ttm_backup_heal_part_case {
	const char *description;
	const s8 *orders;
	/* The pages in swap. */
	pgoff_t from, to;
	const s8 *want;
	pgoff_t healed;
};

static const struct ttm_backup_heal_part_case ttm_backup_heal_part_cases[] = {
	{
		.description = "One block in swap",
		.orders = ORDERS([0 ... 79] = 0),
		.from = 64,
		.to = 80,
		.want = ORDERS([0 ... 63] = 0, 4),
		.healed = 16,
	},
	{
		.description = "Two in swap",
		.orders = ORDERS([0 ... 95] = 0),
		.from = 64,
		.to = 96,
		.want = ORDERS([0 ... 63] = 0, 5),
		.healed = 32,
	},
	{
		.description = "Two of which one is in swap",
		.orders = ORDERS([0 ... 95] = 0),
		.from = 64,
		.to = 80,
		.want = ORDERS([0 ... 63] = 0, 5),
		.healed = 32,
	},
	{
		.description = "Two of which half of one is in swap",
		.orders = ORDERS([0 ... 95] = 0),
		.from = 64,
		.to = 72,
		.want = ORDERS([0 ... 63] = 0, 4, [65 ... 80] = 0),
		.healed = 16,
	},
	{
		.description = "One in swap, before one that is whole",
		.orders = ORDERS([0 ... 79] = 0, 4),
		.from = 64,
		.to = 80,
		.want = ORDERS([0 ... 63] = 0, 4, 4),
		.healed = 16,
	},
	{
		.description = "Less than half of one is in swap, until it is read",
		.orders = ORDERS([0 ... 79] = 0),
		.from = 64,
		.to = 71,
		.want = ORDERS([0 ... 63] = 0, 4),
		.healed = 16,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_heal_part, ttm_backup_heal_part_cases, description);

/* Reclaim writes what is dirty. */
static void set_dirty(const struct ttm_tt *tt, pgoff_t from, pgoff_t to, bool dirty)
{
	struct folio *folio;

	for (; from < to; from++) {
		folio = filemap_get_folio(tt->backup->f_mapping, from);
		if (IS_ERR(folio))
			continue;
		if (dirty)
			folio_set_dirty(folio);
		else
			folio_clear_dirty(folio);
		folio_put(folio);
	}
}

/*
 * No block is free. For pages that would have to be read, and no others, memory
 * is reclaimed.
 */
static void ttm_backup_heal_part(struct kunit *test)
{
	const struct ttm_backup_heal_part_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, params->orders);
	struct ttm_backup_kunit *priv = test->priv;
	unsigned long scanned = 0;

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, false), tt->num_pages);
	set_dirty(tt, 0, params->from, false);
	set_dirty(tt, params->to, tt->num_pages, false);
	ttm_device_writeback(priv->devs->ttm_dev, ULONG_MAX, &scanned);
	set_dirty(tt, 0, params->from, true);
	set_dirty(tt, params->to, tt->num_pages, true);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_usage(test).swapped, params->to - params->from);

	ttm_backup_kunit_limit_pool(test, MAX_PAGE_ORDER, UINT_MAX);
	ttm_backup_kunit_refuse_pool(test, false);
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_restore(test, true, false), 0);
	expect_restored(test, tt);
	expect_consists_of(test, params->want, false);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_HEALED, params->healed);
}

/* What could not be had before pages were read is there when they have been. */
static void ttm_backup_heal_read(struct kunit *test)
{
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, ORDERS([0 ... 15] = 0));

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, true), tt->num_pages);
	ttm_backup_kunit_limit_pool(test, MAX_PAGE_ORDER, UINT_MAX);
	ttm_backup_kunit_refuse_pool(test, true);
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_restore(test, true, false), 0);
	expect_restored(test, tt);
	expect_consists_of(test, ORDERS(4), false);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_HEALED, 16);
}

/* What fdinfo tells, in the units that it has there. */
static void ttm_backup_prints(struct kunit *test)
{
	const struct ttm_backup_usage usage = { .inserted = 1, .copied = 3, .swapped = 1024 };
	struct drm_print_iterator iter = { .remain = PAGE_SIZE };
	const unsigned int kib = PAGE_SIZE / 1024;
	struct drm_printer p;
	char *is, *want;

	is = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, is);
	want = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, want);
	snprintf(want, PAGE_SIZE,
		 "ttm-inserted:\t%u KiB\nttm-copied:\t%u KiB\nttm-swapped:\t%u KiB\n",
		 kib, 3 * kib, 1024 * kib);
	iter.data = is;
	p = drm_coredump_printer(&iter);
	ttm_print_backup_usage(&p, &usage);
	KUNIT_EXPECT_STREQ(test, is, want);
}

static struct kunit_case ttm_backup_test_cases[] = {
	KUNIT_CASE_PARAM(ttm_backup_insert, ttm_backup_round_trip_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_copy, ttm_backup_round_trip_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_take, ttm_backup_round_trip_gen_params),
	KUNIT_CASE(ttm_backup_switch_flipped),
	KUNIT_CASE_PARAM(ttm_backup_misaligned, ttm_backup_misaligned_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_busy, ttm_backup_busy_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_take_busy, ttm_backup_take_busy_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_exists, ttm_backup_exists_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_poisoned, ttm_backup_poisoned_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_poisoned_restore, ttm_backup_poisoned_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_poisoned_copy, ttm_backup_poisoned_gen_params),
	KUNIT_CASE(ttm_backup_poisoned_shrink),
	KUNIT_CASE_PARAM(ttm_restore_lost, ttm_restore_lost_gen_params),
	KUNIT_CASE(ttm_backup_gutted),
	KUNIT_CASE_PARAM(ttm_backup_poisoned_freed, ttm_backup_caching_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_nothing, ttm_backup_caching_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_holes, ttm_backup_caching_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_purge, ttm_backup_caching_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_purge_restore, ttm_backup_caching_gen_params),
	KUNIT_CASE(ttm_backup_dma_alloc),
	KUNIT_CASE_PARAM(ttm_backup_reshape, ttm_backup_reshape_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_sizes, ttm_backup_sizes_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_writeback, ttm_backup_writeback_gen_params),
	KUNIT_CASE(ttm_backup_writeback_later),
	KUNIT_CASE_PARAM(ttm_backup_unwritten, ttm_backup_unwritten_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_heal, ttm_backup_heal_gen_params),
	KUNIT_CASE(ttm_backup_heal_off),
	KUNIT_CASE_PARAM(ttm_backup_heal_part, ttm_backup_heal_part_gen_params),
	KUNIT_CASE(ttm_backup_heal_read),
	KUNIT_CASE_PARAM(ttm_backup_occupied, ttm_backup_occupied_gen_params),
	KUNIT_CASE(ttm_backup_occupied_dma),
	KUNIT_CASE(ttm_backup_twice),
	KUNIT_CASE_PARAM(ttm_backup_alloc_fails, ttm_backup_caching_gen_params),
	KUNIT_CASE(ttm_backup_mapping_fails),
	KUNIT_CASE_PARAM(ttm_backup_take_copied, ttm_backup_take_copied_gen_params),
	KUNIT_CASE(ttm_backup_prints),
	{}
};

static struct kunit_suite ttm_backup_test_suite = {
	.name = "ttm_backup",
	.init = ttm_backup_kunit_init,
	.exit = ttm_backup_kunit_exit,
	.test_cases = ttm_backup_test_cases,
};

kunit_test_suites(&ttm_backup_test_suite);

MODULE_DESCRIPTION("KUnit tests for backup and restore of a ttm_tt");
MODULE_LICENSE("GPL and additional rights");
