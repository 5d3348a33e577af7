// SPDX-License-Identifier: GPL-2.0 AND MIT
/*
 * Swapout and swap-in of a ttm_tt by TTM itself, through the hooks of a driver
 * that is not aware of it, and the LRU lists that have to follow.
 *
 * Needs swap space: run it by writing to /sys/kernel/debug/kunit/ttm_swapout/run
 * after swapon.
 */
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/shmem_fs.h>
#include <linux/sizes.h>

#include <drm/ttm/ttm_backup.h>
#include <drm/ttm/ttm_backup_stats.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_pool.h>

#include "ttm_backup_kunit_helpers.h"
#include "ttm_mock_manager.h"
#include "../ttm_pool_internal.h"

#define ORDERS TTM_BACKUP_KUNIT_ORDERS

/*
 * The driver: it has a pool of its own, and marks its pages while it has them,
 * like drivers with an IOMMU or a device table that refers to the pages.
 */
static struct {
	struct ttm_pool *pool;
	/* The test has put blocks into the page vector. */
	bool crafted;
	/* Fail once after the pages have been allocated. */
	bool fail_late;
	/* The only buffer that may be swapped out; NULL allows all. */
	struct ttm_buffer_object *candidate;
	pgoff_t marked;
	unsigned int bad;
} mock;

static int mock_populate(struct ttm_device *bdev, struct ttm_tt *tt,
			 struct ttm_operation_ctx *ctx)
{
	int ret = 0;

	if (!mock.crafted || ttm_tt_is_backed_up(tt) ||
	    tt->page_flags & TTM_TT_FLAG_SWAPPED)
		ret = ttm_pool_alloc(mock.pool, tt, ctx);
	if (ret)
		return ret;

	if (mock.fail_late) {
		mock.fail_late = false;
		ttm_pool_free(mock.pool, tt);
		return -ENODEV;
	}
	mock.marked += tt->num_pages;
	return 0;
}

static void mock_unpopulate(struct ttm_device *bdev, struct ttm_tt *tt)
{
	pgoff_t i;

	/* The driver uses the page vector to find what it has to undo. */
	for (i = 0; i < tt->num_pages; i++)
		if (!tt->pages[i] || ttm_backup_page_ptr_is_handle(tt->pages[i]) ||
		    (!ttm_pool_uses_dma_alloc(mock.pool) &&
		     !folio_ref_count(page_folio(tt->pages[i]))))
			mock.bad++;
	mock.marked -= tt->num_pages;
	ttm_pool_free(mock.pool, tt);
}

static bool mock_eviction_valuable(struct ttm_buffer_object *bo,
				   const struct ttm_place *place)
{
	return !mock.candidate || bo == mock.candidate;
}

static struct ttm_device_funcs mock_funcs;

/* Install these hooks for the device. Its other hooks stay. */
static void mock_driver(struct kunit *test, unsigned int alloc_flags)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_device *bdev;

	ttm_backup_kunit_device(test, alloc_flags);
	bdev = priv->devs->ttm_dev;
	mock_funcs = *bdev->funcs;
	mock_funcs.ttm_tt_populate = mock_populate;
	mock_funcs.ttm_tt_unpopulate = mock_unpopulate;
	mock_funcs.eviction_valuable = mock_eviction_valuable;
	bdev->funcs = &mock_funcs;

	memset(&mock, 0, sizeof(mock));
	mock.pool = kunit_kzalloc(test, sizeof(*mock.pool), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mock.pool);
	ttm_pool_init(mock.pool, priv->devs->dev, NUMA_NO_NODE, alloc_flags);
}

static int ttm_swapout_init(struct kunit *test)
{
	int ret = ttm_backup_kunit_init(test);

	memset(&mock, 0, sizeof(mock));
	return ret;
}

static void ttm_swapout_exit(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;

	if (priv && priv->tt && ttm_tt_is_populated(priv->tt))
		ttm_tt_unpopulate(priv->devs->ttm_dev, priv->tt);
	if (priv && priv->tt)
		ttm_tt_fini(priv->tt);
	if (priv)
		priv->tt = NULL;
	if (mock.pool)
		ttm_pool_fini(mock.pool);
	KUNIT_EXPECT_EQ(test, mock.marked, 0);
	KUNIT_EXPECT_EQ(test, mock.bad, 0);
	ttm_backup_kunit_exit(test);
}

struct ttm_swapout_case {
	const char *description;
	/* Either the blocks, or how many pages to get from the pool. */
	const s8 *orders;
	pgoff_t pool_pages;
	enum ttm_caching caching;
	unsigned int alloc_flags;
	bool dma;
};

static const struct ttm_swapout_case ttm_swapout_cases[] = {
	{
		.description = "One page",
		.orders = ORDERS(0),
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
		.description = "From the pool",
		.pool_pages = 750,
		.caching = ttm_cached,
	},
	{
		.description = "From the pool, write-combined",
		.pool_pages = 750,
		.caching = ttm_write_combined,
	},
	{
		.description = "From the pool, uncached",
		.pool_pages = 750,
		.caching = ttm_uncached,
	},
	{
		.description = "From the DMA32 pool",
		.pool_pages = 70,
		.caching = ttm_cached,
		.alloc_flags = TTM_ALLOCATION_POOL_USE_DMA32,
	},
	{
		.description = "With DMA addresses",
		.pool_pages = 70,
		.caching = ttm_cached,
		.dma = true,
	},
	{
		.description = "With DMA addresses, write-combined",
		.pool_pages = 70,
		.caching = ttm_write_combined,
		.dma = true,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_swapout, ttm_swapout_cases, description);

static int populate(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_operation_ctx ctx = { };

	return ttm_tt_populate(priv->devs->ttm_dev, priv->tt, &ctx);
}

static int swapout(struct kunit *test, bool zero_copy)
{
	struct ttm_backup_kunit *priv = test->priv;

	WRITE_ONCE(ttm_backup_zero_copy, zero_copy);
	return ttm_tt_swapout(priv->devs->ttm_dev, priv->tt, GFP_KERNEL, false);
}

/* Create the ttm_tt under test, and let its driver populate it. */
static struct ttm_tt *populated(struct kunit *test,
				const struct ttm_swapout_case *params)
{
	struct ttm_tt *tt;

	mock_driver(test, params->alloc_flags);
	mock.crafted = params->orders;
	if (params->orders)
		tt = ttm_backup_kunit_craft(test, params->caching, params->orders);
	else
		tt = ttm_backup_kunit_tt(test, params->caching,
					 params->pool_pages, params->dma);

	/* The driver does not back it up. */
	tt->page_flags &= ~(TTM_TT_FLAG_EXTERNAL | TTM_TT_FLAG_EXTERNAL_MAPPABLE);
	ttm_backup_fini(tt->backup);
	tt->backup = NULL;

	KUNIT_ASSERT_EQ(test, populate(test), 0);
	if (!params->orders)
		ttm_backup_kunit_fill(test);
	return tt;
}

static void expect_populated(struct kunit *test, const struct ttm_tt *tt)
{
	KUNIT_EXPECT_TRUE(test, ttm_tt_is_populated((struct ttm_tt *)tt));
	KUNIT_EXPECT_FALSE(test, ttm_tt_is_swapped(tt));
	KUNIT_EXPECT_NULL(test, tt->backup);
	KUNIT_EXPECT_EQ(test, tt->retained_pages, 0);
	KUNIT_EXPECT_EQ(test, mock.marked, tt->num_pages);
	ttm_backup_kunit_expect_content(test);
	ttm_backup_kunit_expect_caching(test);
}

static void expect_swapped(struct kunit *test, const struct ttm_tt *tt,
			   bool handed_over, pgoff_t retained)
{
	KUNIT_EXPECT_FALSE(test, ttm_tt_is_populated((struct ttm_tt *)tt));
	KUNIT_EXPECT_TRUE(test, tt->page_flags & TTM_TT_FLAG_SWAPPED);
	KUNIT_EXPECT_EQ(test, ttm_tt_is_backed_up(tt), handed_over);
	KUNIT_EXPECT_EQ(test, tt->retained_pages, retained);
	/* After a copy, the entries of the page vector are meaningless. */
	if (handed_over)
		KUNIT_EXPECT_EQ(test, ttm_pool_retained_pages(tt), retained);
	KUNIT_EXPECT_EQ(test, mock.marked, 0);
}

/* Every page is handed over, and the very same pages come back. */
static void ttm_swapout_hands_over(struct kunit *test)
{
	const struct ttm_swapout_case *params = test->param_value;
	struct ttm_tt *tt = populated(test, params);
	unsigned long allocated = ttm_tt_pages_allocated();
	int i;

	if (params->pool_pages > 1 && !IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE))
		kunit_skip(test, "the page cache holds single pages only");

	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_EQ(test, swapout(test, true), tt->num_pages);
		expect_swapped(test, tt, true, 0);
		ttm_backup_kunit_expect_usage(test, 0, tt->num_pages, 0);
		ttm_backup_kunit_expect_books(test);
		KUNIT_EXPECT_EQ(test, ttm_tt_pages_allocated(), allocated - tt->num_pages);

		KUNIT_ASSERT_EQ(test, populate(test), 0);
		expect_populated(test, tt);
		ttm_backup_kunit_expect_books(test);
		KUNIT_EXPECT_EQ(test, ttm_tt_pages_allocated(), allocated);
		ttm_backup_kunit_expect_event(test, TTM_BACKUP_TAKEN,
					      (i + 1) * tt->num_pages);
		ttm_backup_kunit_expect_event(test, TTM_BACKUP_SWAPOUT,
					      (i + 1) * tt->num_pages);
		ttm_backup_kunit_expect_event(test, TTM_BACKUP_SWAPIN,
					      (i + 1) * tt->num_pages);
	}
}

/* With the off switch everything is as before. */
static void ttm_swapout_copies(struct kunit *test)
{
	struct ttm_tt *tt = populated(test, test->param_value);

	KUNIT_ASSERT_EQ(test, swapout(test, false), tt->num_pages);
	expect_swapped(test, tt, false, 0);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_INSERTED, 0);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_COPIED, tt->num_pages);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_FALLBACK_OFF, tt->num_pages);

	KUNIT_ASSERT_EQ(test, populate(test), 0);
	expect_populated(test, tt);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_TAKEN, 0);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_RESTORED, tt->num_pages);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_SWAPOUT, tt->num_pages);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_SWAPIN, tt->num_pages);
}

static const struct ttm_swapout_case ttm_swapout_mixed_case = {
	.orders = ORDERS(9, 3, 0),
	.caching = ttm_write_combined,
};

static const struct ttm_swapout_case ttm_swapout_pages_case = {
	.orders = ORDERS(0, 0, 0, 0),
	.caching = ttm_write_combined,
};

static const struct ttm_swapout_case ttm_swapout_page_case = {
	.orders = ORDERS(0),
	.caching = ttm_write_combined,
};

/* A buffer comes back the way it was swapped out, whatever the switch is by then. */
static void ttm_swapout_switch_flipped(struct kunit *test)
{
	struct ttm_tt *tt = populated(test, &ttm_swapout_mixed_case);
	int i;

	for (i = 0; i < 4; i++) {
		KUNIT_ASSERT_EQ(test, swapout(test, i % 2), tt->num_pages);
		WRITE_ONCE(ttm_backup_zero_copy, !(i % 2));
		KUNIT_ASSERT_EQ(test, populate(test), 0);
		expect_populated(test, tt);
	}
}

/* Pages from the DMA API cannot be handed over. */
static void ttm_swapout_dma_alloc(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_operation_ctx ctx = { };
	struct ttm_buffer_object *bo;
	struct ttm_tt *tt;

	mock_driver(test, TTM_ALLOCATION_POOL_USE_DMA_ALLOC);
	tt = kunit_kzalloc(test, sizeof(*tt), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tt);
	bo = ttm_bo_kunit_init(test, priv->devs, 70 << PAGE_SHIFT, NULL);
	KUNIT_ASSERT_EQ(test, ttm_sg_tt_init(tt, bo, 0, ttm_cached), 0);
	drm_gem_object_release(&bo->base);
	KUNIT_ASSERT_EQ(test, ttm_tt_populate(priv->devs->ttm_dev, tt, &ctx), 0);

	WRITE_ONCE(ttm_backup_zero_copy, true);
	KUNIT_EXPECT_EQ(test, ttm_tt_swapout(priv->devs->ttm_dev, tt, GFP_KERNEL, false),
			tt->num_pages);
	expect_swapped(test, tt, false, 0);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_FALLBACK_UNSUPPORTED, tt->num_pages);
	KUNIT_EXPECT_EQ(test, ttm_tt_populate(priv->devs->ttm_dev, tt, &ctx), 0);
	KUNIT_EXPECT_FALSE(test, ttm_tt_is_swapped(tt));

	ttm_tt_unpopulate(priv->devs->ttm_dev, tt);
	ttm_tt_fini(tt);
}

/*
 * A page that is neither handed over nor copied stays, still counts against the
 * limit, and is part of the content that comes back.
 */
static void ttm_swapout_retains(struct kunit *test)
{
	struct ttm_tt *tt = populated(test, &ttm_swapout_pages_case);
	unsigned long allocated = ttm_tt_pages_allocated();
	struct page *poisoned = tt->pages[1];

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "pages cannot be poisoned");

	ttm_backup_kunit_poison(poisoned);
	KUNIT_EXPECT_EQ(test, swapout(test, true), 3);
	expect_swapped(test, tt, true, 1);
	KUNIT_EXPECT_EQ(test, ttm_tt_pages_allocated(), allocated - 3);
	ttm_backup_kunit_cure(poisoned);

	KUNIT_ASSERT_EQ(test, populate(test), 0);
	KUNIT_EXPECT_PTR_EQ(test, tt->pages[1], poisoned);
	expect_populated(test, tt);
	KUNIT_EXPECT_EQ(test, ttm_tt_pages_allocated(), allocated);
}

/* All pages stay: there is no progress, but nothing is lost. */
static void ttm_swapout_retains_all(struct kunit *test)
{
	struct ttm_tt *tt = populated(test, &ttm_swapout_page_case);
	unsigned long allocated = ttm_tt_pages_allocated();
	struct page *poisoned = tt->pages[0];

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "pages cannot be poisoned");

	ttm_backup_kunit_poison(poisoned);
	KUNIT_EXPECT_EQ(test, swapout(test, true), -EBUSY);
	expect_swapped(test, tt, true, 1);
	KUNIT_EXPECT_EQ(test, ttm_tt_pages_allocated(), allocated);
	ttm_backup_kunit_cure(poisoned);

	KUNIT_ASSERT_EQ(test, populate(test), 0);
	expect_populated(test, tt);
	KUNIT_EXPECT_EQ(test, ttm_tt_pages_allocated(), allocated);
}

/* The driver fails after the content has come back. It is not lost. */
static void ttm_swapout_driver_fails(struct kunit *test)
{
	struct ttm_tt *tt = populated(test, test->param_value);
	unsigned long allocated = ttm_tt_pages_allocated();

	KUNIT_ASSERT_EQ(test, swapout(test, true), tt->num_pages);
	mock.fail_late = true;
	KUNIT_EXPECT_EQ(test, populate(test), -ENODEV);
	expect_swapped(test, tt, true, tt->num_pages);
	KUNIT_EXPECT_EQ(test, ttm_tt_pages_allocated(), allocated);

	KUNIT_ASSERT_EQ(test, populate(test), 0);
	expect_populated(test, tt);
	KUNIT_EXPECT_EQ(test, ttm_tt_pages_allocated(), allocated);
}

/* Whatever fails during swap-in, the next attempt continues. */
static void ttm_swapout_interrupted(struct kunit *test)
{
	struct ttm_tt *tt = populated(test, test->param_value);
	unsigned long allocated = ttm_tt_pages_allocated();
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_operation_ctx ctx = { .interruptible = true };
	unsigned int nth, failures = 0;
	int ret;

	if (!IS_ENABLED(CONFIG_FAULT_INJECTION))
		kunit_skip(test, "nothing can be made to fail");

	KUNIT_ASSERT_EQ(test, swapout(test, true), tt->num_pages);
	for (nth = 1; !ttm_tt_is_populated(tt) && nth < 1000; nth++) {
		ttm_backup_kunit_fail_nth(nth % 7);
		ret = ttm_tt_populate(priv->devs->ttm_dev, tt, &ctx);
		ttm_backup_kunit_failed();
		failures += !!ret;
		if (ret)
			KUNIT_EXPECT_EQ(test, ttm_tt_pages_allocated(),
					allocated - tt->num_pages + tt->retained_pages);
	}
	KUNIT_EXPECT_GT(test, failures, 0);
	expect_populated(test, tt);
	KUNIT_EXPECT_EQ(test, ttm_tt_pages_allocated(), allocated);
}

/* With several blocks, some can be restored and others not. */
static const struct ttm_swapout_case ttm_swapout_parts_cases[] = {
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
		.description = "From the pool, uncached",
		.pool_pages = 750,
		.caching = ttm_uncached,
	},
	{
		.description = "With DMA addresses, write-combined",
		.pool_pages = 70,
		.caching = ttm_write_combined,
		.dma = true,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_swapout_parts, ttm_swapout_parts_cases, description);

/* Swap out, and interrupt the swap-in after a part of it. */
static void swap_in_part(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_operation_ctx ctx = { .interruptible = true };
	struct ttm_tt *tt = priv->tt;
	unsigned int nth;

	if (!IS_ENABLED(CONFIG_FAULT_INJECTION))
		kunit_skip(test, "nothing can be made to fail");

	for (nth = 1; nth < 20 && !ttm_tt_restored_pages(tt); nth++) {
		if (ttm_tt_is_populated(tt))
			KUNIT_ASSERT_EQ(test, swapout(test, true), tt->num_pages);
		ttm_backup_kunit_fail_nth(nth);
		ttm_tt_populate(priv->devs->ttm_dev, tt, &ctx);
		ttm_backup_kunit_failed();
	}
	KUNIT_ASSERT_GT(test, ttm_tt_restored_pages(tt), 0);
}

/* Restored pages are swapped out again, and nothing is lost. */
static void ttm_swapout_again(struct kunit *test)
{
	struct ttm_tt *tt = populated(test, test->param_value);
	unsigned long allocated = ttm_tt_pages_allocated();

	swap_in_part(test);
	KUNIT_EXPECT_GT(test, swapout(test, true), 0);
	expect_swapped(test, tt, true, 0);
	KUNIT_EXPECT_EQ(test, ttm_tt_pages_allocated(), allocated - tt->num_pages);
	KUNIT_ASSERT_EQ(test, populate(test), 0);
	expect_populated(test, tt);
	KUNIT_EXPECT_EQ(test, ttm_tt_pages_allocated(), allocated);
}

/* The device goes away: restored pages are unmapped, and can still be resumed. */
static void ttm_swapout_cancelled(struct kunit *test)
{
	struct ttm_tt *tt = populated(test, test->param_value);
	struct page **pages;

	swap_in_part(test);
	KUNIT_EXPECT_EQ(test, ttm_pool_restore_rewind(tt), 0);
	pages = ttm_backup_kunit_pages(test);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_count_wb(pages, tt->num_pages),
			ttm_pool_retained_pages(tt));
	KUNIT_ASSERT_EQ(test, populate(test), 0);
	expect_populated(test, tt);
}

/* The ttm_tt is destroyed in the middle of a swap-in. */
static void ttm_swapout_destroyed(struct kunit *test)
{
	struct ttm_tt *tt = populated(test, test->param_value);
	unsigned long allocated = ttm_tt_pages_allocated();
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_operation_ctx ctx = { .interruptible = true };
	pgoff_t nr = tt->num_pages;

	if (!IS_ENABLED(CONFIG_FAULT_INJECTION))
		kunit_skip(test, "nothing can be made to fail");

	KUNIT_ASSERT_EQ(test, swapout(test, true), nr);
	ttm_backup_kunit_fail_nth(2);
	ttm_tt_populate(priv->devs->ttm_dev, tt, &ctx);
	ttm_backup_kunit_failed();
	ttm_tt_unpopulate(priv->devs->ttm_dev, tt);
	ttm_tt_fini(tt);
	priv->tt = NULL;
	KUNIT_EXPECT_EQ(test, ttm_tt_pages_allocated(), allocated - nr);
}

/* Three buffers that are moved on the LRU list together. */
#define NR_BULK 3

struct ttm_swapout_bulk {
	struct ttm_lru_bulk_move move;
	struct dma_resv *resv;
	struct ttm_buffer_object *bo[NR_BULK];
};

enum ttm_swapout_action {
	TTM_SWAPOUT_SWAP,
	TTM_SWAPOUT_SWAP_NOTHING,
	TTM_SWAPOUT_FREE,
};

struct ttm_swapout_bulk_case {
	const char *description;
	unsigned int which;
	enum ttm_swapout_action action;
};

static const struct ttm_swapout_bulk_case ttm_swapout_bulk_cases[] = {
	{ "The first is swapped out", 0, TTM_SWAPOUT_SWAP },
	{ "The middle one is swapped out", 1, TTM_SWAPOUT_SWAP },
	{ "The last is swapped out", 2, TTM_SWAPOUT_SWAP },
	{ "The first is swapped out, and all of it stays", 0, TTM_SWAPOUT_SWAP_NOTHING },
	{ "The middle one is swapped out, and all of it stays", 1, TTM_SWAPOUT_SWAP_NOTHING },
	{ "The last is swapped out, and all of it stays", 2, TTM_SWAPOUT_SWAP_NOTHING },
	{ "The first is freed while swapped out", 0, TTM_SWAPOUT_FREE },
	{ "The middle one is freed while swapped out", 1, TTM_SWAPOUT_FREE },
	{ "The last is freed while swapped out", 2, TTM_SWAPOUT_FREE },
};

KUNIT_ARRAY_PARAM_DESC(ttm_swapout_bulk, ttm_swapout_bulk_cases, description);

static const struct ttm_place bulk_place = { .mem_type = TTM_PL_SYSTEM };
static struct ttm_placement bulk_placement = {
	.num_placement = 1,
	.placement = &bulk_place,
};

static struct dma_resv *resv_create(struct kunit *test)
{
	struct dma_resv *resv = kunit_kzalloc(test, sizeof(*resv), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, resv);
	dma_resv_init(resv);
	return resv;
}

/* A buffer that the driver has populated. The reservation is held. */
static struct ttm_buffer_object *bo_create(struct kunit *test, struct dma_resv *resv,
					   struct ttm_lru_bulk_move *move, size_t size)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_operation_ctx ctx = { };
	struct ttm_buffer_object *bo;

	bo = kunit_kzalloc(test, sizeof(*bo), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bo);
	drm_gem_private_object_init(priv->devs->drm, &bo->base, size);
	bo->base.resv = resv;
	KUNIT_ASSERT_EQ(test, ttm_bo_init_reserved(priv->devs->ttm_dev, bo, ttm_bo_type_device,
						   &bulk_placement, PAGE_SIZE, &ctx, NULL,
						   resv, dummy_ttm_bo_destroy), 0);
	ttm_bo_set_bulk_move(bo, move);
	KUNIT_ASSERT_EQ(test, ttm_bo_populate(bo, &ctx), 0);
	return bo;
}

static void bulk_create(struct kunit *test, struct ttm_swapout_bulk *bulk)
{
	int i;

	bulk->resv = resv_create(test);
	ttm_lru_bulk_move_init(&bulk->move);

	dma_resv_lock(bulk->resv, NULL);
	for (i = 0; i < NR_BULK; i++)
		bulk->bo[i] = bo_create(test, bulk->resv, &bulk->move, PAGE_SIZE);
	dma_resv_unlock(bulk->resv);
}

/* Check that the bulk move has exactly these buffers. */
static void expect_bulk(struct kunit *test, struct ttm_swapout_bulk *bulk,
			unsigned int nr)
{
	struct ttm_lru_bulk_move_pos *pos = &bulk->move.pos[TTM_PL_SYSTEM][0];
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_device *bdev = priv->devs->ttm_dev;
	struct ttm_resource *res = pos->first;
	unsigned int found = !!res;

	dma_resv_lock(bulk->resv, NULL);
	spin_lock(&bdev->lru_lock);
	for (; res && res != pos->last && found <= NR_BULK; found++)
		res = container_of(list_next_entry(&res->lru, link), struct ttm_resource, lru);
	ttm_lru_bulk_move_tail(&bulk->move);
	spin_unlock(&bdev->lru_lock);
	dma_resv_unlock(bulk->resv);
	KUNIT_EXPECT_EQ(test, found, nr);
}

static void bulk_free(struct ttm_swapout_bulk *bulk, int i)
{
	struct ttm_buffer_object *bo = bulk->bo[i];

	if (!bo)
		return;
	dma_resv_lock(bulk->resv, NULL);
	ttm_bo_set_bulk_move(bo, NULL);
	dma_resv_unlock(bulk->resv);
	ttm_bo_fini(bo);
	bulk->bo[i] = NULL;
}

static void ttm_swapout_bulk(struct kunit *test)
{
	const struct ttm_swapout_bulk_case *params = test->param_value;
	bool stays = params->action == TTM_SWAPOUT_SWAP_NOTHING;
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_operation_ctx ctx = { };
	struct ttm_swapout_bulk bulk = { };
	struct ttm_buffer_object *bo;
	struct page *page;
	int i;

	if (stays && !IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "pages cannot be poisoned");

	mock_driver(test, 0);
	bulk_create(test, &bulk);
	expect_bulk(test, &bulk, NR_BULK);

	bo = bulk.bo[params->which];
	mock.candidate = bo;
	page = bo->ttm->pages[0];
	if (stays)
		ttm_backup_kunit_poison(page);
	WRITE_ONCE(ttm_backup_zero_copy, true);
	KUNIT_EXPECT_EQ(test, ttm_bo_swapout(priv->devs->ttm_dev, &ctx,
					     ttm_manager_type(priv->devs->ttm_dev, TTM_PL_SYSTEM),
					     GFP_KERNEL, S64_MAX, false), stays ? 0 : 1);
	if (stays)
		ttm_backup_kunit_cure(page);
	KUNIT_EXPECT_TRUE(test, ttm_tt_is_swapped(bo->ttm));
	expect_bulk(test, &bulk, NR_BULK - 1);

	if (params->action == TTM_SWAPOUT_FREE) {
		bulk_free(&bulk, params->which);
		expect_bulk(test, &bulk, NR_BULK - 1);
	} else {
		dma_resv_lock(bulk.resv, NULL);
		KUNIT_EXPECT_EQ(test, ttm_bo_populate(bo, &ctx), 0);
		dma_resv_unlock(bulk.resv);
		expect_bulk(test, &bulk, NR_BULK);
	}

	for (i = 0; i < NR_BULK; i++)
		bulk_free(&bulk, i);
	dma_resv_fini(bulk.resv);
}

/* One buffer by itself. */
static struct ttm_buffer_object *single_create(struct kunit *test, size_t size)
{
	struct dma_resv *resv;
	struct ttm_buffer_object *bo;
	pgoff_t i;

	mock_driver(test, 0);
	resv = resv_create(test);
	dma_resv_lock(resv, NULL);
	bo = bo_create(test, resv, NULL, size);
	dma_resv_unlock(resv);
	for (i = 0; i < bo->ttm->num_pages; i++)
		memset_page(bo->ttm->pages[i], 0, 1 + i % 200, PAGE_SIZE);
	return bo;
}

static void single_free(struct ttm_buffer_object *bo)
{
	struct dma_resv *resv = bo->base.resv;

	ttm_bo_fini(bo);
	dma_resv_fini(resv);
}

static int single_populate(struct ttm_buffer_object *bo, bool interruptible)
{
	struct ttm_operation_ctx ctx = { .interruptible = interruptible };
	int ret;

	dma_resv_lock(bo->base.resv, NULL);
	ret = ttm_bo_populate(bo, &ctx);
	dma_resv_unlock(bo->base.resv);
	return ret;
}

static s64 single_swapout(struct ttm_buffer_object *bo)
{
	struct ttm_operation_ctx ctx = { };

	return ttm_bo_swapout(bo->bdev, &ctx, ttm_manager_type(bo->bdev, TTM_PL_SYSTEM),
			      GFP_KERNEL, S64_MAX, false);
}

static void expect_single(struct kunit *test, struct ttm_buffer_object *bo)
{
	struct ttm_tt *tt = bo->ttm;
	pgoff_t i, bad = 0;
	u8 *byte;

	KUNIT_ASSERT_EQ(test, single_populate(bo, false), 0);
	for (i = 0; i < tt->num_pages; i++) {
		byte = kmap_local_page(tt->pages[i]);
		bad += byte[0] != 1 + i % 200 || memcmp(byte, byte + 1, PAGE_SIZE - 1);
		kunmap_local(byte);
	}
	KUNIT_EXPECT_EQ(test, bad, 0);
}

/* Swap out, and have a signal end coming back when the first page is there. */
static void single_in_part(struct kunit *test, struct ttm_buffer_object *bo)
{
	WRITE_ONCE(ttm_backup_zero_copy, true);
	KUNIT_ASSERT_EQ(test, single_swapout(bo), bo->ttm->num_pages);
	WRITE_ONCE(ttm_backup_zero_copy, false);
	allow_kernel_signal(SIGUSR1);
	send_sig(SIGUSR1, current, 1);
	KUNIT_EXPECT_EQ(test, single_populate(bo, true), -ERESTARTSYS);
	flush_signals(current);
	disallow_signal(SIGUSR1);
	WRITE_ONCE(ttm_backup_zero_copy, true);

	KUNIT_EXPECT_EQ(test, ttm_tt_restored_pages(bo->ttm), 1);
	/* All of the block that is half full. */
	KUNIT_EXPECT_EQ(test, bo->ttm->retained_pages, 1 << get_order(bo->base.size));
}

/* Whoever walks over buffers for memory finds it. */
static void ttm_swapout_found_again(struct kunit *test)
{
	struct ttm_buffer_object *bo = single_create(test, 4 * PAGE_SIZE);

	single_in_part(test, bo);
	KUNIT_EXPECT_EQ(test, single_swapout(bo), 1);
	KUNIT_EXPECT_EQ(test, ttm_tt_restored_pages(bo->ttm), 0);
	KUNIT_EXPECT_EQ(test, bo->ttm->retained_pages, 0);
	KUNIT_EXPECT_TRUE(test, ttm_tt_is_away(bo->ttm));
	expect_single(test, bo);
	single_free(bo);
}

/* The device goes: what the driver has mapped it has mapped no longer. */
static void ttm_swapout_device_goes(struct kunit *test)
{
	struct ttm_buffer_object *bo = single_create(test, 4 * PAGE_SIZE);

	single_in_part(test, bo);
	KUNIT_EXPECT_TRUE(test, ttm_backup_page_ptr_is_handle(bo->ttm->pages[0]));
	ttm_device_clear_dma_mappings(bo->bdev);
	/* In its place, as if it had never been away. */
	KUNIT_EXPECT_FALSE(test, ttm_backup_page_ptr_is_handle(bo->ttm->pages[0]));
	KUNIT_EXPECT_EQ(test, ttm_tt_restored_pages(bo->ttm), 1);
	expect_single(test, bo);

	ttm_device_clear_dma_mappings(bo->bdev);
	KUNIT_EXPECT_FALSE(test, ttm_tt_is_populated(bo->ttm));
	single_free(bo);
}

/* All of it is in swap before there is an image, and need not be in that. */
static void ttm_swapout_hibernation(struct kunit *test)
{
	struct ttm_buffer_object *bo;
	struct ttm_backup_usage usage;

	if (!IS_ENABLED(CONFIG_THP_SWAP))
		kunit_skip(test, "needs CONFIG_THP_SWAP");
	bo = single_create(test, SZ_16M);
	WRITE_ONCE(ttm_backup_zero_copy, true);
	KUNIT_ASSERT_EQ(test, ttm_device_prepare_hibernation(bo->bdev), 0);
	KUNIT_EXPECT_LE(test, ttm_backup_kunit_node_stat(NR_WRITEBACK),
			(long)totalram_pages() / 128);
	KUNIT_EXPECT_TRUE(test, ttm_tt_is_swapped(bo->ttm));
	ttm_tt_backup_usage(&bo->bdev->pool, bo->ttm, &usage);
	KUNIT_EXPECT_EQ(test, usage.inserted, bo->ttm->num_pages);
	KUNIT_EXPECT_EQ(test, usage.swapped, bo->ttm->num_pages);
	expect_single(test, bo);
	single_free(bo);
}

/* What was copied cannot be read: the buffer stays swapped out. */
static void ttm_swapout_copy_unreadable(struct kunit *test)
{
	struct ttm_tt *tt = populated(test, &ttm_swapout_pages_case);
	unsigned long allocated = ttm_tt_pages_allocated();

	KUNIT_ASSERT_EQ(test, swapout(test, false), tt->num_pages);
	shmem_truncate_range(file_inode(tt->backup), PAGE_SIZE, 2 * PAGE_SIZE - 1);
	ttm_backup_kunit_occupy(test, 1);
	KUNIT_EXPECT_EQ(test, populate(test), -EIO);
	expect_swapped(test, tt, false, 0);
	KUNIT_EXPECT_EQ(test, ttm_tt_pages_allocated(), allocated - tt->num_pages);

	ttm_backup_kunit_vacate(test, 1);
	KUNIT_ASSERT_EQ(test, populate(test), 0);
	ttm_backup_kunit_expect_lost(test, 1, 1);
	expect_populated(test, tt);
	KUNIT_EXPECT_EQ(test, ttm_tt_pages_allocated(), allocated);
}

static struct kunit_case ttm_swapout_test_cases[] = {
	KUNIT_CASE_PARAM(ttm_swapout_hands_over, ttm_swapout_gen_params),
	KUNIT_CASE_PARAM(ttm_swapout_copies, ttm_swapout_gen_params),
	KUNIT_CASE(ttm_swapout_switch_flipped),
	KUNIT_CASE(ttm_swapout_dma_alloc),
	KUNIT_CASE(ttm_swapout_retains),
	KUNIT_CASE(ttm_swapout_retains_all),
	KUNIT_CASE_PARAM(ttm_swapout_driver_fails, ttm_swapout_gen_params),
	KUNIT_CASE_PARAM(ttm_swapout_interrupted, ttm_swapout_gen_params),
	KUNIT_CASE_PARAM(ttm_swapout_again, ttm_swapout_parts_gen_params),
	KUNIT_CASE_PARAM(ttm_swapout_cancelled, ttm_swapout_parts_gen_params),
	KUNIT_CASE_PARAM(ttm_swapout_destroyed, ttm_swapout_gen_params),
	KUNIT_CASE_PARAM(ttm_swapout_bulk, ttm_swapout_bulk_gen_params),
	KUNIT_CASE(ttm_swapout_found_again),
	KUNIT_CASE(ttm_swapout_device_goes),
	KUNIT_CASE(ttm_swapout_hibernation),
	KUNIT_CASE(ttm_swapout_copy_unreadable),
	{}
};

static struct kunit_suite ttm_swapout_test_suite = {
	.name = "ttm_swapout",
	.init = ttm_swapout_init,
	.exit = ttm_swapout_exit,
	.test_cases = ttm_swapout_test_cases,
};

kunit_test_suites(&ttm_swapout_test_suite);

MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_DESCRIPTION("KUnit tests for swapout and swap-in of a ttm_tt");
MODULE_LICENSE("GPL and additional rights");
