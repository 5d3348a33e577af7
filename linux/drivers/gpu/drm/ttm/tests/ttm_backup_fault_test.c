// SPDX-License-Identifier: GPL-2.0 AND MIT
/*
 * Backups and restores that fail in the middle: no page is lost, a second
 * attempt completes them, and a ttm_tt can be destroyed in any state.
 *
 * The places that can fail are not listed here but counted: a test makes the
 * first one that its task reaches fail, then the second, and so on until there
 * are no more.
 */
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>

#include <drm/ttm/ttm_backup.h>
#include <drm/ttm/ttm_backup_stats.h>

#include "ttm_backup_kunit_helpers.h"

#define ORDERS TTM_BACKUP_KUNIT_ORDERS

static int ttm_backup_fault_test_init(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_FAULT_INJECTION))
		kunit_skip(test, "no fault injection");
	return ttm_backup_kunit_init(test);
}

static void restore(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_restore(test, false, false), 0);
	ttm_backup_kunit_expect_content(test);
	ttm_backup_kunit_expect_caching(test);
	ttm_backup_kunit_expect_books(test);
}

struct ttm_backup_partial_case {
	const char *description;
	const s8 *orders;
	enum ttm_caching caching;
	/* The number of pages that the first attempt backs up. */
	pgoff_t first;
	bool zero_copy;
	bool zero_copy_retry;
	bool writeback;
};

static const struct ttm_backup_partial_case ttm_backup_partial_cases[] = {
	{
		.description = "Inserted, then inserted",
		.orders = ORDERS(0, 0, 0, 0, 0, 0, 0, 0),
		.caching = ttm_cached,
		.first = 4,
		.zero_copy = true,
		.zero_copy_retry = true,
	},
	{
		.description = "Inserted, then copied",
		.orders = ORDERS(2, 1, 1, 3),
		.caching = ttm_cached,
		.first = 8,
		.zero_copy = true,
	},
	{
		.description = "Copied, then inserted",
		.orders = ORDERS(9, 9),
		.caching = ttm_cached,
		.first = 512,
		.zero_copy_retry = true,
	},
	{
		.description = "Copied, then copied",
		.orders = ORDERS(2, 2),
		.caching = ttm_cached,
		.first = 4,
	},
	{
		.description = "Half of a block is not backed up",
		.orders = ORDERS(2, 2, 2),
		.caching = ttm_cached,
		.first = 4,
		.zero_copy = true,
		.zero_copy_retry = true,
	},
	{
		.description = "Write-combined",
		.orders = ORDERS(3, 3, 0),
		.caching = ttm_write_combined,
		.first = 8,
		.zero_copy = true,
		.zero_copy_retry = true,
	},
	{
		.description = "Written back",
		.orders = ORDERS(4, 4),
		.caching = ttm_cached,
		.first = 16,
		.zero_copy = true,
		.zero_copy_retry = true,
		.writeback = true,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_partial, ttm_backup_partial_cases, description);

/*
 * The first place that can fail makes TTM back up only half of the pages. If an
 * allocation fails instead, and its caller can do without, all of the pages are
 * backed up. In that case take them back as they were, and try again.
 */
static struct ttm_tt *backup_half(struct kunit *test)
{
	const struct ttm_backup_partial_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, params->caching, params->orders);
	pgoff_t first = params->first;
	unsigned int nth = 1;
	long ret;

	for (;;) {
		ttm_backup_kunit_fail_nth(nth);
		ret = ttm_backup_kunit_backup(test, params->zero_copy, params->writeback);
		KUNIT_ASSERT_TRUE(test, ttm_backup_kunit_failed());
		if (ret != tt->num_pages || !params->zero_copy || nth++ == 4)
			break;
		KUNIT_ASSERT_EQ(test, ttm_backup_kunit_restore(test, true, false), 0);
	}
	KUNIT_EXPECT_EQ(test, ret, first);
	ttm_backup_kunit_expect_usage(test, tt->num_pages - first, params->zero_copy ? first : 0,
				      params->zero_copy ? 0 : first);
	ttm_backup_kunit_expect_books(test);
	return tt;
}

/* A second attempt backs up the rest, in its own mode. */
static void ttm_backup_partial_retry(struct kunit *test)
{
	const struct ttm_backup_partial_case *params = test->param_value;
	struct ttm_tt *tt = backup_half(test);
	pgoff_t first = params->first, second = tt->num_pages - first;

	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, params->zero_copy_retry, false),
			second);
	ttm_backup_kunit_expect_usage(test, 0,
				      (params->zero_copy ? first : 0) +
				      (params->zero_copy_retry ? second : 0),
				      (params->zero_copy ? 0 : first) +
				      (params->zero_copy_retry ? 0 : second));
	ttm_backup_kunit_expect_books(test);
	restore(test);
}

/* Pages that were not backed up come back together with those that were. */
static void ttm_backup_partial_restore(struct kunit *test)
{
	struct ttm_tt *tt = backup_half(test);

	restore(test);
	ttm_backup_kunit_expect_usage(test, tt->num_pages, 0, 0);
}

/* The end of the test destroys the ttm_tt. */
static void ttm_backup_partial_destroy(struct kunit *test)
{
	backup_half(test);
}

struct ttm_backup_fault_case {
	const char *description;
	const s8 *orders;
	enum ttm_caching caching;
	bool zero_copy;
	bool writeback;
	bool destroy;
	/* Restore by taking back. */
	bool take;
	/* Pieces are copied into larger blocks, so there may be two of a page. */
	bool heals;
	/* Only fail each step-th place. */
	unsigned int step;
	/* The largest order that the pool has for the restore, if limited. */
	unsigned int max_order;
};

static const struct ttm_backup_fault_case ttm_backup_fault_cases[] = {
	{
		.description = "Inserted",
		.orders = ORDERS(3, 1, 0),
		.caching = ttm_cached,
		.zero_copy = true,
		.step = 1,
	},
	{
		.description = "Inserted and written back",
		.orders = ORDERS(2, 0),
		.caching = ttm_cached,
		.zero_copy = true,
		.writeback = true,
		.step = 1,
	},
	{
		.description = "Inserted, write-combined",
		.orders = ORDERS(2, 0),
		.caching = ttm_write_combined,
		.zero_copy = true,
		.step = 1,
	},
	{
		.description = "Inserted, order 10",
		.orders = ORDERS(10),
		.caching = ttm_cached,
		.zero_copy = true,
		.step = 1,
	},
	{
		.description = "Copied",
		.orders = ORDERS(3, 1, 0),
		.caching = ttm_cached,
		.step = 1,
	},
	{
		.description = "One block, write-combined",
		.orders = ORDERS(3),
		.caching = ttm_write_combined,
		.zero_copy = true,
		.step = 1,
	},
	{
		.description = "One block, copied, uncached",
		.orders = ORDERS(3),
		.caching = ttm_uncached,
		.step = 1,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_fault, ttm_backup_fault_cases, description);

static pgoff_t pages_in_backup(struct kunit *test)
{
	struct ttm_backup_usage usage = ttm_backup_kunit_usage(test);

	return usage.inserted + usage.copied;
}

/* Something in a backup has failed. Complete the backup, and restore everything. */
static void complete_backup(struct kunit *test, long ret)
{
	const struct ttm_backup_fault_case *params = test->param_value;
	struct ttm_backup_kunit *priv = test->priv;
	pgoff_t left = priv->tt->num_pages - pages_in_backup(test);

	KUNIT_EXPECT_EQ(test, max(ret, 0L), pages_in_backup(test));
	if (!params->zero_copy)
		KUNIT_EXPECT_EQ(test, ttm_backup_kunit_usage(test).inserted, 0);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_usage(test).resident, left);
	ttm_backup_kunit_expect_books(test);
	if (ret <= 0)
		ttm_backup_kunit_expect_caching(test);

	if (left)
		KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, params->zero_copy, false),
				left);
	KUNIT_ASSERT_EQ(test, pages_in_backup(test), priv->tt->num_pages);
	restore(test);
}

/* Make the nth place in a backup fail. Returns whether there is one. */
static bool fail_in_backup(struct kunit *test, unsigned int nth)
{
	const struct ttm_backup_fault_case *params = test->param_value;
	bool failed;
	long ret;

	ttm_backup_kunit_craft(test, params->caching, params->orders);
	ttm_backup_kunit_fail_nth(nth);
	ret = ttm_backup_kunit_backup(test, params->zero_copy, params->writeback);
	failed = ttm_backup_kunit_failed();
	complete_backup(test, ret);
	ttm_backup_kunit_put(test);
	return failed;
}

static u64 count_fallbacks(void)
{
	u64 pages = 0;
	int reason;

	for (reason = TTM_BACKUP_FALLBACK_OFF; reason <= TTM_BACKUP_FALLBACK_OTHER; reason++)
		pages += ttm_backup_event_total(reason);
	return pages;
}

/* Any failure leads to a copy or a second attempt, and to nothing worse. */
static void ttm_backup_fault_each(struct kunit *test)
{
	const struct ttm_backup_fault_case *params = test->param_value;
	u64 fallbacks = count_fallbacks();
	struct ttm_backup_kunit *priv = test->priv;
	unsigned int nth = 1;

	while (fail_in_backup(test, nth) && ttm_backup_kunit_ok(test))
		nth += params->step;

	/* At least once for half a backup, and once for each block. */
	KUNIT_EXPECT_GT(test, nth, 2);
	KUNIT_EXPECT_EQ(test, count_fallbacks() - fallbacks,
			ttm_backup_event_total(TTM_BACKUP_COPIED) -
			priv->base.events[TTM_BACKUP_COPIED]);
}

/* If copying a block fails in the middle, it is split, and its pages are copied. */
static void ttm_backup_fault_split(struct kunit *test)
{
	u64 whole, single, was_whole = 0, was_single = 0;
	unsigned int nth = 1;
	bool failed;

	do {
		ttm_backup_kunit_craft(test, ttm_cached, ORDERS(3));
		ttm_backup_kunit_fail_nth(nth++);
		ttm_backup_kunit_backup(test, false, false);
		failed = ttm_backup_kunit_failed();

		whole = ttm_backup_kunit_blocks(test, TTM_BACKUP_COPIED, 3);
		single = ttm_backup_kunit_blocks(test, TTM_BACKUP_COPIED, 0);
		KUNIT_EXPECT_EQ(test, (whole - was_whole) * 8 + single - was_single,
				ttm_backup_kunit_usage(test).copied);
		was_whole = whole;
		was_single = single;
		ttm_backup_kunit_put(test);
	} while (failed && ttm_backup_kunit_ok(test));

	KUNIT_EXPECT_GT(test, whole, 0);
	KUNIT_EXPECT_GT(test, single, 0);
}

static const struct ttm_backup_fault_case ttm_restore_fault_cases[] = {
	{
		.description = "Inserted, then resumed",
		.orders = ORDERS(3, 1, 0),
		.caching = ttm_cached,
		.zero_copy = true,
		.step = 1,
	},
	{
		.description = "Inserted, then destroyed",
		.orders = ORDERS(3, 1, 0),
		.caching = ttm_cached,
		.zero_copy = true,
		.destroy = true,
		.step = 1,
	},
	{
		.description = "Inserted, write-combined, then resumed",
		.orders = ORDERS(3, 2, 1),
		.caching = ttm_write_combined,
		.zero_copy = true,
		.step = 1,
	},
	{
		.description = "Inserted, write-combined, then destroyed",
		.orders = ORDERS(3, 2, 1),
		.caching = ttm_write_combined,
		.zero_copy = true,
		.destroy = true,
		.step = 1,
	},
	{
		.description = "Written back, then resumed",
		.orders = ORDERS(4, 0),
		.caching = ttm_cached,
		.zero_copy = true,
		.writeback = true,
		.step = 3,
	},
	{
		.description = "Written back, then destroyed",
		.orders = ORDERS(4, 0),
		.caching = ttm_cached,
		.zero_copy = true,
		.writeback = true,
		.destroy = true,
		.step = 3,
	},
	{
		.description = "Copied, then resumed",
		.orders = ORDERS(3, 1, 0),
		.caching = ttm_cached,
		.step = 1,
	},
	{
		.description = "Copied, then destroyed",
		.orders = ORDERS(3, 1, 0),
		.caching = ttm_cached,
		.destroy = true,
		.step = 1,
	},
	{
		.description = "Inserted and taken, then resumed",
		.orders = ORDERS(3, 1, 0),
		.caching = ttm_cached,
		.zero_copy = true,
		.take = true,
		.step = 1,
	},
	{
		.description = "Inserted and taken, then destroyed",
		.orders = ORDERS(3, 1, 0),
		.caching = ttm_cached,
		.zero_copy = true,
		.take = true,
		.destroy = true,
		.step = 1,
	},
	{
		.description = "Inserted and taken, uncached, then resumed",
		.orders = ORDERS(3, 2, 1),
		.caching = ttm_uncached,
		.zero_copy = true,
		.take = true,
		.step = 1,
	},
	{
		.description = "Inserted and taken, uncached, then destroyed",
		.orders = ORDERS(3, 2, 1),
		.caching = ttm_uncached,
		.zero_copy = true,
		.take = true,
		.destroy = true,
		.step = 1,
	},
	{
		.description = "Written back and taken, then resumed",
		.orders = ORDERS(4, 1, 0),
		.caching = ttm_cached,
		.zero_copy = true,
		.writeback = true,
		.take = true,
		.step = 1,
	},
	{
		.description = "Written back and taken, then destroyed",
		.orders = ORDERS(4, 1, 0),
		.caching = ttm_cached,
		.zero_copy = true,
		.writeback = true,
		.take = true,
		.destroy = true,
		.step = 1,
	},
	{
		.description = "Inserted and healed, then resumed",
		.orders = ORDERS(4, 3, 2, 1, 1, 2, 3, 1, 0, 0),
		.caching = ttm_write_combined,
		.zero_copy = true,
		.take = true,
		.heals = true,
		.step = 3,
	},
	{
		.description = "Inserted and healed, then destroyed",
		.orders = ORDERS(4, 3, 2, 1, 1, 2, 3, 1, 0, 0),
		.caching = ttm_write_combined,
		.zero_copy = true,
		.take = true,
		.heals = true,
		.destroy = true,
		.step = 3,
	},
	{
		.description = "Written back and healed, then resumed",
		.orders = ORDERS(2, 2, 2, 2, 0),
		.caching = ttm_cached,
		.zero_copy = true,
		.writeback = true,
		.take = true,
		.heals = true,
		.step = 1,
	},
	{
		.description = "Written back and healed, then destroyed",
		.orders = ORDERS(2, 2, 2, 2, 0),
		.caching = ttm_cached,
		.zero_copy = true,
		.writeback = true,
		.take = true,
		.heals = true,
		.destroy = true,
		.step = 1,
	},
	{
		.description = "Order 9 to smaller blocks, then resumed",
		.orders = ORDERS(9, 9, 1),
		.caching = ttm_cached,
		.zero_copy = true,
		.max_order = 4,
		.step = 199,
	},
	{
		.description = "Order 9 to smaller blocks, then destroyed",
		.orders = ORDERS(9, 9, 1),
		.caching = ttm_cached,
		.zero_copy = true,
		.max_order = 4,
		.destroy = true,
		.step = 199,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_restore_fault, ttm_restore_fault_cases, description);

/* A resumed restore leaves blocks that are not aligned to their size. Try those. */
static void resume_and_repeat(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;

	restore(test);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, true, false), priv->tt->num_pages);
	ttm_backup_kunit_expect_usage(test, 0, priv->tt->num_pages, 0);
	restore(test);
}

/*
 * Pages that have been restored and are not write-back cached must go to TTM's
 * pools, and not back to the system. The block that the restore was filling may
 * go there as well.
 */
static void destroy_interrupted(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;
	long pooled = -ttm_backup_kunit_node_stat(NR_GPU_RECLAIM);
	struct page **pages = ttm_backup_kunit_pages(test);
	pgoff_t i, num_pages = priv->tt->num_pages;
	long not_wb = 0;

	for (i = 0; i < num_pages; i++)
		not_wb += !!pages[i];

	ttm_backup_kunit_put(test);
	pooled += ttm_backup_kunit_node_stat(NR_GPU_RECLAIM);
	not_wb -= ttm_backup_kunit_count_wb(pages, num_pages);
	KUNIT_EXPECT_GE(test, pooled, not_wb);
}

/*
 * Leave the first block of one ttm_tt in the pool, so that the next one starts
 * with pages that already have its caching mode, and continues with pages that
 * do not.
 */
static void craft_with_pool(struct kunit *test)
{
	const struct ttm_backup_fault_case *params = test->param_value;

	if (params->caching != ttm_cached) {
		ttm_backup_kunit_craft(test, params->caching, ORDERS(params->orders[0]));
		ttm_backup_kunit_put(test);
	}
	ttm_backup_kunit_craft(test, params->caching, params->orders);
}

/* Make the nth place in a restore fail. Returns whether there is one. */
static bool fail_in_restore(struct kunit *test, unsigned int nth)
{
	const struct ttm_backup_fault_case *params = test->param_value;
	bool failed;
	int ret;

	craft_with_pool(test);
	KUNIT_ASSERT_GT(test, ttm_backup_kunit_backup(test, params->zero_copy, params->writeback),
			0);
	ttm_backup_kunit_fail_nth(nth);
	ret = ttm_backup_kunit_restore(test, params->take, true);
	failed = ttm_backup_kunit_failed();

	if (ret) {
		KUNIT_EXPECT_TRUE(test, failed && (ret == -EINTR || ret == -ENOMEM));
		if (ret == -EINTR && params->take && params->zero_copy &&
		    !params->writeback && !params->heals)
			ttm_backup_kunit_expect_books(test);
		if (params->destroy)
			destroy_interrupted(test);
		else
			resume_and_repeat(test);
	} else {
		ttm_backup_kunit_expect_content(test);
		ttm_backup_kunit_expect_caching(test);
	}
	ttm_backup_kunit_put(test);
	return failed;
}

/* If it is interrupted anywhere, a restore can be resumed, or its ttm_tt destroyed. */
static void ttm_restore_fault_each(struct kunit *test)
{
	const struct ttm_backup_fault_case *params = test->param_value;
	unsigned int nth = 1;

	if (params->max_order)
		ttm_backup_kunit_limit_pool(test, params->max_order, UINT_MAX);
	while (fail_in_restore(test, nth) && ttm_backup_kunit_ok(test))
		nth += params->step;

	KUNIT_EXPECT_GT(test, nth, params->step);
	if (params->max_order && !params->destroy)
		ttm_backup_kunit_expect_splits(test, 0);
}

struct ttm_restore_signal_case {
	const char *description;
	const s8 *orders;
	bool zero_copy;
	bool interruptible;
	bool killable;
	int signal;
	unsigned int calls;
};

static const struct ttm_restore_signal_case ttm_restore_signal_cases[] = {
	{
		.description = "Any, between blocks that are taken",
		.orders = ORDERS(4, 3, 0, 0),
		.zero_copy = true,
		.interruptible = true,
		.signal = SIGUSR1,
		.calls = 4,
	},
	{
		.description = "Any, between pages that are copied",
		.orders = ORDERS(4),
		.interruptible = true,
		.signal = SIGUSR1,
		.calls = 16,
	},
	{
		.description = "A fatal one, between pages that are copied",
		.orders = ORDERS(4),
		.killable = true,
		.signal = SIGKILL,
		.calls = 16,
	},
	{
		.description = "Not fatal, to one who is killable",
		.orders = ORDERS(4),
		.killable = true,
		.signal = SIGUSR1,
		.calls = 1,
	},
	{
		.description = "Fatal, to one who is not to see errors",
		.orders = ORDERS(4),
		.signal = SIGKILL,
		.calls = 1,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_restore_signal, ttm_restore_signal_cases, description);

/* Restore with a signal pending. Each call makes progress, and the last one succeeds. */
static void ttm_restore_signal(struct kunit *test)
{
	const struct ttm_restore_signal_case *params = test->param_value;
	const struct ttm_operation_ctx ctx = {
		.interruptible = params->interruptible,
		.killable = params->killable,
	};
	struct ttm_backup_kunit *priv = test->priv;
	unsigned int calls = 0;
	int ret;

	ttm_backup_kunit_craft(test, ttm_cached, params->orders);
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, params->zero_copy, false),
			priv->tt->num_pages);

	allow_kernel_signal(params->signal);
	send_sig(params->signal, current, 1);
	do {
		ret = ttm_tt_restore(priv->devs->ttm_dev, priv->tt, &ctx);
		calls++;
	} while (ret == -ERESTARTSYS && calls < params->calls);
	KUNIT_EXPECT_TRUE(test, signal_pending(current));
	flush_signals(current);
	disallow_signal(params->signal);

	KUNIT_EXPECT_EQ(test, ret, 0);
	KUNIT_EXPECT_EQ(test, calls, params->calls);
	if (ret)
		restore(test);
	ttm_backup_kunit_expect_content(test);
	ttm_backup_kunit_expect_books(test);
}

struct ttm_restore_undo_case {
	const char *description;
	const s8 *orders;
	enum ttm_caching caching;
	bool zero_copy;
	bool purge;
	/* How many calls a signal ends, each after one page or block. */
	unsigned int calls;
	/* How many pages are restored then, and can be backed up again. */
	pgoff_t restored;
};

static const struct ttm_restore_undo_case ttm_restore_undo_cases[] = {
	{
		.description = "Between blocks that are taken",
		.orders = ORDERS(4, 3, 0, 0),
		.caching = ttm_cached,
		.zero_copy = true,
		.calls = 2,
		.restored = 24,
	},
	{
		.description = "Between blocks that are taken, write-combined",
		.orders = ORDERS(4, 3, 0, 0),
		.caching = ttm_write_combined,
		.zero_copy = true,
		.calls = 1,
		.restored = 16,
	},
	{
		.description = "Inside of a block that is copied",
		.orders = ORDERS(4),
		.caching = ttm_cached,
		.calls = 6,
		.restored = 6,
	},
	{
		.description = "Inside of a block from the pool, uncached",
		.orders = ORDERS(4, 2),
		.caching = ttm_uncached,
		.calls = 9,
		.restored = 9,
	},
	{
		.description = "Inside of the block after that, write-combined",
		.orders = ORDERS(4, 2),
		.caching = ttm_write_combined,
		.calls = 17,
		.restored = 18,
	},
	{
		.description = "Inside of a block, purged",
		.orders = ORDERS(4, 2),
		.caching = ttm_write_combined,
		.purge = true,
		.calls = 9,
		.restored = 9,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_restore_undo, ttm_restore_undo_cases, description);

static int tt_populate(struct ttm_device *bdev, struct ttm_tt *tt,
		       struct ttm_operation_ctx *ctx)
{
	return ttm_tt_restore(bdev, tt, ctx);
}

/* Create a reserved buffer object for the ttm_tt. */
static struct ttm_buffer_object *craft_bo(struct kunit *test, struct ttm_tt *tt)
{
	static struct ttm_device_funcs funcs;
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_buffer_object *bo;

	funcs = ttm_dev_funcs;
	funcs.ttm_tt_populate = tt_populate;
	priv->devs->ttm_dev->funcs = &funcs;
	bo = ttm_bo_kunit_init(test, priv->devs, tt->num_pages << PAGE_SHIFT, NULL);
	bo->ttm = tt;
	bo->resource = kunit_kzalloc(test, sizeof(*bo->resource), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bo->resource);
	dma_resv_lock(bo->base.resv, NULL);
	ttm_resource_init(bo, &(struct ttm_place) { .mem_type = TTM_PL_SYSTEM }, bo->resource);
	return bo;
}

static void drop_bo(struct ttm_buffer_object *bo)
{
	ttm_resource_fini(ttm_manager_type(bo->bdev, TTM_PL_SYSTEM), bo->resource);
	dma_resv_unlock(bo->base.resv);
	drm_gem_object_release(&bo->base);
}

/* Is the buffer where a shrinker finds it? */
static bool can_be_found(struct ttm_buffer_object *bo)
{
	struct ttm_resource *res;

	list_for_each_entry(res, &bo->bdev->unevictable, lru.link)
		if (res == bo->resource)
			return false;
	return true;
}

/* Start a restore with a signal pending. */
static void restore_in_part(struct kunit *test, struct ttm_buffer_object *bo, unsigned int calls)
{
	struct ttm_operation_ctx ctx = { .interruptible = true };

	allow_kernel_signal(SIGUSR1);
	send_sig(SIGUSR1, current, 1);
	while (calls--)
		KUNIT_EXPECT_EQ(test, ttm_bo_populate(bo, &ctx), -ERESTARTSYS);
	flush_signals(current);
	disallow_signal(SIGUSR1);
}

/* The pages of an interrupted restore are backed up again. */
static void ttm_restore_undo(struct kunit *test)
{
	const struct ttm_restore_undo_case *params = test->param_value;
	const struct ttm_bo_shrink_flags flags = { .purge = params->purge };
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_operation_ctx ctx = {};
	struct ttm_backup_usage usage;
	struct ttm_buffer_object *bo;
	struct ttm_device *bdev;
	struct ttm_tt *tt;

	/* This leaves a block in the pool, if there is a pool for this caching mode. */
	ttm_backup_kunit_craft(test, params->caching, ORDERS(4));
	ttm_backup_kunit_put(test);
	tt = ttm_backup_kunit_craft(test, params->caching, params->orders);
	bdev = priv->devs->ttm_dev;
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, params->zero_copy, false),
			tt->num_pages);
	bo = craft_bo(test, tt);
	KUNIT_EXPECT_FALSE(test, can_be_found(bo));
	KUNIT_EXPECT_FALSE(test, ttm_bo_shrink_suitable(bo, &ctx));
	restore_in_part(test, bo, params->calls);

	KUNIT_EXPECT_TRUE(test, can_be_found(bo));
	bo->pin_count = 1;
	KUNIT_EXPECT_FALSE(test, ttm_bo_shrink_suitable(bo, &ctx));
	bo->pin_count = 0;
	KUNIT_EXPECT_TRUE(test, ttm_bo_shrink_suitable(bo, &ctx));
	KUNIT_EXPECT_EQ(test, ttm_device_interrupted(bdev), params->restored);
	KUNIT_EXPECT_EQ(test, ttm_bo_shrink(&ctx, bo, flags), params->restored);
	KUNIT_EXPECT_EQ(test, ttm_device_interrupted(bdev), 0);
	KUNIT_EXPECT_FALSE(test, can_be_found(bo));
	KUNIT_EXPECT_FALSE(test, ttm_bo_shrink_suitable(bo, &ctx));
	ttm_backup_kunit_expect_books(test);
	usage = ttm_backup_kunit_usage(test);
	KUNIT_EXPECT_EQ(test, usage.resident, 0);
	KUNIT_EXPECT_EQ(test, usage.inserted + usage.copied, params->purge ? 0 : tt->num_pages);

	if (!params->purge)
		restore(test);
	drop_bo(bo);
}

/* A reference on the half-filled block: it stays, and can be backed up later. */
static void ttm_restore_undo_busy(struct kunit *test)
{
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, ORDERS(4, 2));
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_bo_shrink_flags flags = {};
	struct ttm_operation_ctx ctx = {};
	struct ttm_buffer_object *bo;
	struct folio *folio;

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, false, false), tt->num_pages);
	ttm_backup_kunit_limit_pool(test, MAX_PAGE_ORDER, UINT_MAX);
	bo = craft_bo(test, tt);
	restore_in_part(test, bo, 18);

	folio = page_folio(priv->pool_page);
	folio_get(folio);
	KUNIT_EXPECT_EQ(test, ttm_bo_shrink(&ctx, bo, flags), -EBUSY);
	KUNIT_EXPECT_TRUE(test, can_be_found(bo));
	folio_put(folio);
	KUNIT_EXPECT_EQ(test, ttm_bo_shrink(&ctx, bo, flags), 19);
	restore(test);
	drop_bo(bo);
}

/* None of the restored pages can be backed up. A shrinker still finds the buffer. */
static void ttm_restore_undo_nothing(struct kunit *test)
{
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, ORDERS(0, 0, 0));
	struct ttm_bo_shrink_flags flags = {};
	struct ttm_operation_ctx ctx = {};
	struct ttm_buffer_object *bo;
	struct page *page;

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "pages cannot be poisoned");

	/*
	 * Copied pages are restored one by one, so the signal ends that after
	 * the first.
	 */
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, false, false), tt->num_pages);
	WRITE_ONCE(ttm_backup_zero_copy, true);
	bo = craft_bo(test, tt);
	restore_in_part(test, bo, 1);
	page = tt->pages[0];
	ttm_backup_kunit_poison(page);
	KUNIT_EXPECT_EQ(test, ttm_bo_shrink(&ctx, bo, flags), 0);
	ttm_backup_kunit_cure(page);

	KUNIT_EXPECT_TRUE(test, can_be_found(bo));
	KUNIT_EXPECT_EQ(test, ttm_tt_restored_pages(tt), 1);
	KUNIT_EXPECT_EQ(test, ttm_bo_shrink(&ctx, bo, flags), 1);
	restore(test);
	drop_bo(bo);
}

static void *panic_page(struct page *page)
{
	return PageHighMem(page) ? NULL : page_address(page);
}

/* The panic handler draws on pages, not on what there is in their place. */
static void ttm_backup_panic(struct kunit *test)
{
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached,
						   ORDERS(0, TTM_BACKUP_KUNIT_HOLE, 0));
	struct ttm_buffer_object *bo = craft_bo(test, tt);
	struct page **pages = tt->pages;

	KUNIT_EXPECT_PTR_EQ(test, ttm_bo_kmap_try_from_panic(bo, 0), panic_page(pages[0]));
	KUNIT_EXPECT_NULL(test, ttm_bo_kmap_try_from_panic(bo, 1));
	KUNIT_EXPECT_PTR_EQ(test, ttm_bo_kmap_try_from_panic(bo, 2), panic_page(pages[2]));
	KUNIT_EXPECT_NULL(test, ttm_bo_kmap_try_from_panic(bo, 3));

	bo->resource->bus.is_iomem = true;
	KUNIT_EXPECT_NULL(test, ttm_bo_kmap_try_from_panic(bo, 0));
	bo->resource->bus.is_iomem = false;
	tt->pages = NULL;
	KUNIT_EXPECT_NULL(test, ttm_bo_kmap_try_from_panic(bo, 0));
	tt->pages = pages;

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, false), 2);
	KUNIT_EXPECT_NULL(test, ttm_bo_kmap_try_from_panic(bo, 0));
	restore(test);
	drop_bo(bo);
}

/*
 * A page that was not backed up is poisoned while the block that it would be
 * copied into is half restored.
 */
static void ttm_restore_lost_retained(struct kunit *test)
{
	const struct ttm_operation_ctx ctx = { .interruptible = true };
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, ORDERS(3, 1, 1, 2));
	struct ttm_backup_kunit *priv = test->priv;
	struct page *page = tt->pages[13];

	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "pages cannot be poisoned");

	ttm_backup_kunit_fail_nth(1);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, true, false), 8);
	KUNIT_ASSERT_TRUE(test, ttm_backup_kunit_failed());
	ttm_backup_kunit_limit_pool(test, MAX_PAGE_ORDER, UINT_MAX);

	allow_kernel_signal(SIGUSR1);
	send_sig(SIGUSR1, current, 1);
	KUNIT_EXPECT_EQ(test, ttm_tt_restore(priv->devs->ttm_dev, tt, &ctx), -ERESTARTSYS);
	flush_signals(current);
	disallow_signal(SIGUSR1);

	KUNIT_EXPECT_PTR_EQ(test, tt->pages[13], page);
	ttm_backup_kunit_poison(page);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_restore(test, true, false), -EIO);
	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_restore(test, true, false), 0);
	ttm_backup_kunit_cure(page);

	ttm_backup_kunit_expect_lost(test, 13, 1);
	ttm_backup_kunit_expect_content(test);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_LOST, 1);
	ttm_backup_kunit_expect_books(test);
}

struct ttm_restore_nomem_case {
	const char *description;
	const s8 *orders;
	unsigned int max_order;
	bool destroy;
};

static const struct ttm_restore_nomem_case ttm_restore_nomem_cases[] = {
	{
		.description = "At the end of a folio, then resumed",
		.orders = ORDERS(9, 9),
		.max_order = 9,
	},
	{
		.description = "At the end of a folio, then destroyed",
		.orders = ORDERS(9, 9),
		.max_order = 9,
		.destroy = true,
	},
	{
		.description = "Inside of a folio, then resumed",
		.orders = ORDERS(9),
		.max_order = 8,
	},
	{
		.description = "Inside of a folio, then destroyed",
		.orders = ORDERS(9),
		.max_order = 8,
		.destroy = true,
	},
};

KUNIT_ARRAY_PARAM_DESC(ttm_restore_nomem, ttm_restore_nomem_cases, description);

/* Pages that have been copied are dropped before a restore fails for lack of memory. */
static void ttm_restore_nomem(struct kunit *test)
{
	const struct ttm_restore_nomem_case *params = test->param_value;
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, params->orders);
	pgoff_t first = 1UL << params->max_order;

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, false), tt->num_pages);
	ttm_backup_kunit_limit_pool(test, params->max_order, 1);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_restore(test, false, false), -ENOMEM);

	KUNIT_EXPECT_TRUE(test, ttm_tt_is_backed_up(tt));
	ttm_backup_kunit_expect_usage(test, first, tt->num_pages - first, 0);
	ttm_backup_kunit_expect_books(test);

	if (params->destroy)
		return;
	ttm_backup_kunit_limit_pool(test, params->max_order, UINT_MAX);
	restore(test);
}

struct ttm_backup_destroy_case {
	const char *description;
	bool zero_copy;
	bool writeback;
	bool purge;
};

static const struct ttm_backup_destroy_case ttm_backup_destroy_cases[] = {
	{ .description = "Inserted", .zero_copy = true },
	{ .description = "Inserted and written back", .zero_copy = true, .writeback = true },
	{ .description = "Copied" },
	{ .description = "Copied and written back", .writeback = true },
	{ .description = "Purged", .purge = true },
};

KUNIT_ARRAY_PARAM_DESC(ttm_backup_destroy, ttm_backup_destroy_cases, description);

/* Enough rounds to distinguish a leak from other changes. */
#define DESTROY_ROUNDS 16
#define DESTROY_ORDER 10

static void backup_and_destroy(struct kunit *test)
{
	const struct ttm_backup_destroy_case *params = test->param_value;
	const struct ttm_backup_flags flags = {
		.purge = params->purge,
		.writeback = params->writeback,
	};
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_tt *tt;

	tt = ttm_backup_kunit_craft(test, ttm_cached, ORDERS(DESTROY_ORDER));
	WRITE_ONCE(ttm_backup_zero_copy, params->zero_copy);
	KUNIT_ASSERT_EQ(test, ttm_tt_backup(priv->devs->ttm_dev, tt, flags), tt->num_pages);
	ttm_backup_kunit_put(test);
}

/* Free pages on per-CPU lists, which can be thousands. */
static long free_on_lists(void)
{
	long pages = 0;
	int nid, i, cpu;

	for_each_online_node(nid)
		for (i = 0; i < MAX_NR_ZONES; i++)
			for_each_online_cpu(cpu)
				pages += per_cpu_ptr(NODE_DATA(nid)->node_zones[i].per_cpu_pageset,
						     cpu)->count;
	return pages;
}

/* If a page is dropped under writeback, reclaim frees it some time later. */
static long free_or_dropped(void)
{
	long pages = global_zone_page_state(NR_FREE_PAGES) + free_on_lists();

#ifdef CONFIG_SWAP
	pages += ttm_backup_kunit_node_stat(NR_SWAPCACHE);
#endif
	return pages;
}

static void ttm_backup_destroy(struct kunit *test)
{
	const long leak = (long)DESTROY_ROUNDS << DESTROY_ORDER;
	long free;
	int i;

	backup_and_destroy(test);
	free = free_or_dropped();
	for (i = 0; i < DESTROY_ROUNDS; i++)
		backup_and_destroy(test);
	KUNIT_EXPECT_LT(test, free - free_or_dropped(), leak / 4);
}

/* Only the page cache holds an inserted folio, so dropping it frees the folio. */
static void ttm_backup_destroy_frees(struct kunit *test)
{
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, ORDERS(3));
	struct folio *folio;

	KUNIT_ASSERT_EQ(test, ttm_backup_kunit_backup(test, true, false), tt->num_pages);
	folio = filemap_get_folio(tt->backup->f_mapping, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(folio));
	ttm_backup_kunit_put(test);

	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), 1);
	folio_put(folio);
}

/* Make the nth place in the backup of a referenced block fail. Is there one? */
static bool fail_in_busy_backup(struct kunit *test, unsigned int nth, u64 *busy)
{
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, ORDERS(3, 1, 0, 0));
	u64 before = ttm_backup_event_total(TTM_BACKUP_BUSY);
	struct page *page = tt->pages[0];
	struct ttm_backup_usage usage;
	bool failed;

	get_page(page);
	ttm_backup_kunit_fail_nth(nth);
	ttm_backup_kunit_backup(test, true, false);
	failed = ttm_backup_kunit_failed();
	*busy = ttm_backup_event_total(TTM_BACKUP_BUSY) - before;
	/* The block has been copied as a whole, or is there in one piece. */
	usage = ttm_backup_kunit_usage(test);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_order(page), 3);
	if (*busy) {
		KUNIT_EXPECT_EQ(test, *busy, 8);
		KUNIT_EXPECT_EQ(test, usage.resident, 8);
		KUNIT_EXPECT_EQ(test, usage.inserted, 4);
		KUNIT_EXPECT_PTR_EQ(test, tt->pages[7], page + 7);
	} else {
		KUNIT_EXPECT_TRUE(test, usage.copied >= 8 || usage.resident >= 8);
	}
	put_page(page);

	/* No part of a half copy is in the way of a second attempt. */
	if (usage.resident)
		KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, true, false), usage.resident);
	if (*busy)
		ttm_backup_kunit_expect_usage(test, 0, 12, 0);
	restore(test);
	ttm_backup_kunit_put(test);
	return failed;
}

/* A half-copied block that cannot be split stays, and the copy is dropped. */
static void ttm_backup_busy_partial(struct kunit *test)
{
	unsigned int nth = 1, stayed = 0;
	u64 busy;

	while (fail_in_busy_backup(test, nth, &busy) && ttm_backup_kunit_ok(test)) {
		stayed += !!busy;
		nth++;
	}
	KUNIT_EXPECT_GE(test, stayed, 7);
}

/* A large block that was not backed up stays; pieces beside it are healed. */
static void ttm_restore_heal_keeps(struct kunit *test)
{
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached,
						   ORDERS(0, 0, 1, 2, 3, 4));
	struct page *page = tt->pages[16];

	ttm_backup_kunit_fail_nth(1);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, true, false), 16);
	KUNIT_ASSERT_TRUE(test, ttm_backup_kunit_failed());
	ttm_backup_kunit_limit_pool(test, MAX_PAGE_ORDER, UINT_MAX);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_restore(test, true, false), 0);

	ttm_backup_kunit_expect_content(test);
	ttm_backup_kunit_expect_books(test);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_HEALED, 16);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_order(tt->pages[0]), 4);
	KUNIT_EXPECT_PTR_EQ(test, tt->pages[16], page);
}

/* Pieces that were not backed up are healed like those that were. */
static void ttm_restore_heal_retained(struct kunit *test)
{
	struct ttm_tt *tt = ttm_backup_kunit_craft(test, ttm_cached, ORDERS(4, 2, 2, 3));

	ttm_backup_kunit_fail_nth(1);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_backup(test, true, false), 16);
	KUNIT_ASSERT_TRUE(test, ttm_backup_kunit_failed());
	ttm_backup_kunit_limit_pool(test, MAX_PAGE_ORDER, UINT_MAX);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_restore(test, true, false), 0);

	ttm_backup_kunit_expect_content(test);
	ttm_backup_kunit_expect_books(test);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_TAKEN, 16);
	ttm_backup_kunit_expect_event(test, TTM_BACKUP_HEALED, 16);
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_order(tt->pages[16]), 4);
}

static struct kunit_case ttm_backup_fault_test_cases[] = {
	KUNIT_CASE_PARAM(ttm_backup_partial_retry, ttm_backup_partial_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_partial_restore, ttm_backup_partial_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_partial_destroy, ttm_backup_partial_gen_params),
	KUNIT_CASE(ttm_backup_busy_partial),
	KUNIT_CASE_PARAM(ttm_backup_fault_each, ttm_backup_fault_gen_params),
	KUNIT_CASE(ttm_backup_fault_split),
	KUNIT_CASE_PARAM(ttm_restore_fault_each, ttm_restore_fault_gen_params),
	KUNIT_CASE(ttm_restore_heal_keeps),
	KUNIT_CASE(ttm_restore_heal_retained),
	KUNIT_CASE_PARAM(ttm_restore_signal, ttm_restore_signal_gen_params),
	KUNIT_CASE_PARAM(ttm_restore_undo, ttm_restore_undo_gen_params),
	KUNIT_CASE(ttm_restore_undo_busy),
	KUNIT_CASE(ttm_restore_undo_nothing),
	KUNIT_CASE(ttm_restore_lost_retained),
	KUNIT_CASE(ttm_backup_panic),
	KUNIT_CASE_PARAM(ttm_restore_nomem, ttm_restore_nomem_gen_params),
	KUNIT_CASE_PARAM(ttm_backup_destroy, ttm_backup_destroy_gen_params),
	KUNIT_CASE(ttm_backup_destroy_frees),
	{}
};

static struct kunit_suite ttm_backup_fault_test_suite = {
	.name = "ttm_backup_fault",
	.init = ttm_backup_fault_test_init,
	.exit = ttm_backup_kunit_exit,
	.test_cases = ttm_backup_fault_test_cases,
};

kunit_test_suites(&ttm_backup_fault_test_suite);

MODULE_DESCRIPTION("KUnit tests for failing backups and restores of a ttm_tt");
MODULE_LICENSE("GPL and additional rights");
