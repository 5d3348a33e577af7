/* SPDX-License-Identifier: GPL-2.0 AND MIT */
/*
 * Interfaces that the suites for backup and restore share: one ttm_tt at a
 * time, with blocks of chosen orders, and global counters that are checked
 * around it.
 */
#ifndef TTM_BACKUP_KUNIT_HELPERS_H
#define TTM_BACKUP_KUNIT_HELPERS_H

#include <linux/mm.h>

#include <drm/ttm/ttm_tt.h>

#include "ttm_kunit_helpers.h"
#include "../ttm_backup_internal.h"

/* Value in a list of orders for an entry without a page. */
#define TTM_BACKUP_KUNIT_HOLE -1
#define TTM_BACKUP_KUNIT_END -2

/* List of the orders of a ttm_tt's blocks, for parameter tables. */
#define TTM_BACKUP_KUNIT_ORDERS(...) \
	((const s8[]) { __VA_ARGS__, TTM_BACKUP_KUNIT_END })

/**
 * struct ttm_backup_kunit_books - counters of the whole kernel
 * @gpu_active: NR_GPU_ACTIVE, summed over the nodes, in pages.
 * @shmem: NR_SHMEM, summed over the nodes, in pages.
 * @folio_splits: Folios of PMD order that were split.
 * @events: What TTM counted.
 * @blocks: The blocks of the sized events, by order.
 */
struct ttm_backup_kunit_books {
	long gpu_active;
	long shmem;
	unsigned long folio_splits;
	u64 events[TTM_BACKUP_NR_EVENTS];
	u64 blocks[TTM_BACKUP_NR_SIZED][NR_PAGE_ORDERS];
};

/**
 * struct ttm_backup_kunit - state of a test, in its priv
 * @devs: The devices; @devs->ttm_dev is created by ttm_backup_kunit_device().
 * @tt: The ttm_tt under test, or NULL.
 * @orig: Copy of @tt->pages as they were before the first backup.
 * @orig_order: For each page, the order of the block it was in then.
 * @seed: Distinguishes the content of this ttm_tt from that of others.
 * @zero_copy: The switch as it was before the test.
 * @base: The counters as they were before the test.
 * @pool_max_order: The largest order that the pool allocates; used after
 *                  ttm_backup_kunit_limit_pool().
 * @pool_allocs: How many blocks the pool can still allocate; likewise.
 * @pool_tries: How many blocks of each order were requested since then: [0]
 *              free ones only, [1] including reclaim.
 * @pool_refused: Whether it gets only single pages instead of blocks; likewise.
 * @pool_page: The block that was allocated last.
 * @pool_dirty: How many blocks were requested that need not be zeroed.
 */
struct ttm_backup_kunit {
	struct ttm_test_devices *devs;
	struct ttm_tt *tt;
	struct page **orig;
	u8 *orig_order;
	u64 seed;
	bool zero_copy;
	struct ttm_backup_kunit_books base;
	unsigned int pool_max_order;
	unsigned int pool_allocs;
	unsigned int pool_tries[2][NR_PAGE_ORDERS];
	bool pool_refused[2];
	struct page *pool_page;
	unsigned int pool_dirty;
};

int ttm_backup_kunit_init(struct kunit *test);
void ttm_backup_kunit_exit(struct kunit *test);
bool ttm_backup_kunit_ok(struct kunit *test);

/* The order of the block whose first page this is. */
static inline unsigned int ttm_backup_kunit_order(const struct page *page)
{
	return folio_order(page_folio(page));
}

void ttm_backup_kunit_poison(struct page *page);
void ttm_backup_kunit_cure(struct page *page);

void ttm_backup_kunit_device(struct kunit *test, unsigned int alloc_flags);
struct ttm_tt *ttm_backup_kunit_tt(struct kunit *test, enum ttm_caching caching,
				   pgoff_t num_pages, bool dma);
struct ttm_tt *ttm_backup_kunit_craft(struct kunit *test,
				      enum ttm_caching caching,
				      const s8 *orders);
void ttm_backup_kunit_put(struct kunit *test);
void ttm_backup_kunit_limit_pool(struct kunit *test, unsigned int max_order,
				 unsigned int allocs);

void ttm_backup_kunit_refuse_pool(struct kunit *test, bool reclaim);

void ttm_backup_kunit_occupy(struct kunit *test, pgoff_t i);
void ttm_backup_kunit_vacate(struct kunit *test, pgoff_t i);

struct page **ttm_backup_kunit_pages(struct kunit *test);
void ttm_backup_kunit_fill(struct kunit *test);
long ttm_backup_kunit_backup(struct kunit *test, bool zero_copy, bool writeback);
int ttm_backup_kunit_restore(struct kunit *test, bool zero_copy, bool interruptible);

void ttm_backup_kunit_fail_nth(unsigned int nth);
bool ttm_backup_kunit_failed(void);

struct ttm_backup_usage ttm_backup_kunit_usage(struct kunit *test);
void ttm_backup_kunit_expect_usage(struct kunit *test, pgoff_t resident,
				   pgoff_t inserted, pgoff_t copied);
void ttm_backup_kunit_expect_books(struct kunit *test);
void ttm_backup_kunit_expect_event(struct kunit *test,
				   enum ttm_backup_event event, u64 pages);
void ttm_backup_kunit_expect_events(struct kunit *test,
				    const u64 *want);
u64 ttm_backup_kunit_blocks(struct kunit *test, enum ttm_backup_event event,
			    unsigned int order);
void ttm_backup_kunit_expect_splits(struct kunit *test, unsigned long splits);
void ttm_backup_kunit_expect_content(struct kunit *test);
void ttm_backup_kunit_expect_lost(struct kunit *test, pgoff_t i, pgoff_t nr);
void ttm_backup_kunit_expect_caching(struct kunit *test);
pgoff_t ttm_backup_kunit_count_wb(struct page **pages, pgoff_t num_pages);
long ttm_backup_kunit_node_stat(enum node_stat_item item);
unsigned int ttm_backup_kunit_expect_inserted(struct kunit *test, pgoff_t i);

#endif // TTM_BACKUP_KUNIT_HELPERS_H
