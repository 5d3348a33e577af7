// SPDX-License-Identifier: GPL-2.0 AND MIT
/*
 * Helpers for the suites for backup and restore. Every test checks global
 * counters: it fails if it does not give back everything that it has taken.
 */
#include <kunit/static_stub.h>
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/memcontrol.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/swapops.h>
#include <linux/vmstat.h>

#ifdef CONFIG_X86
#include <asm/set_memory.h>
#endif

#include <drm/ttm/ttm_backup.h>
#include <drm/ttm/ttm_backup_stats.h>
#include <drm/ttm/ttm_pool.h>

#include "ttm_backup_kunit_helpers.h"
#include "../ttm_pool_internal.h"

/**
 * ttm_backup_kunit_node_stat() - Sum of a counter over all nodes
 * @item: The counter.
 *
 * This is exact, unlike global_node_page_state(): it includes per-CPU differences.
 *
 * Return: Its value, in pages.
 */
long ttm_backup_kunit_node_stat(enum node_stat_item item)
{
	long sum = 0;
	int nid, cpu;

	for_each_online_node(nid) {
		pg_data_t *pgdat = NODE_DATA(nid);

		sum += atomic_long_read(&pgdat->vm_stat[item]);
		for_each_online_cpu(cpu)
			sum += per_cpu_ptr(pgdat->per_cpu_nodestats, cpu)->vm_node_stat_diff[item];
	}
	return sum;
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_node_stat);

/**
 * ttm_backup_kunit_ok() - Check whether the test has been successful so far
 * @test: The test.
 *
 * Return: true if so.
 */
bool ttm_backup_kunit_ok(struct kunit *test)
{
	return READ_ONCE(test->status) == KUNIT_SUCCESS;
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_ok);

/*
 * While a CPU folds its difference into the sum, it is in neither. Once
 * something else is wrong, there is no point in waiting for that.
 */
static long node_stat_settled(struct kunit *test, enum node_stat_item item,
			      long want)
{
	long is = ttm_backup_kunit_node_stat(item);
	int i;

	for (i = 0; i < 50 && is != want && ttm_backup_kunit_ok(test); i++) {
		fsleep(2000);
		is = ttm_backup_kunit_node_stat(item);
	}
	return is;
}

static unsigned long folio_splits(void)
{
#if defined(CONFIG_VM_EVENT_COUNTERS) && defined(CONFIG_TRANSPARENT_HUGEPAGE)
	unsigned long events[NR_VM_EVENT_ITEMS];

	all_vm_events(events);
	return events[THP_SPLIT_PAGE];
#else
	return 0;
#endif
}

static void open_books(struct ttm_backup_kunit_books *books)
{
	unsigned int order;
	int i;

	books->gpu_active = ttm_backup_kunit_node_stat(NR_GPU_ACTIVE);
	books->shmem = ttm_backup_kunit_node_stat(NR_SHMEM);
	books->folio_splits = folio_splits();
	for (i = 0; i < TTM_BACKUP_NR_EVENTS; i++)
		books->events[i] = ttm_backup_event_total(i);
	for (i = 0; i < TTM_BACKUP_NR_SIZED; i++)
		for (order = 0; order < NR_PAGE_ORDERS; order++)
			books->blocks[i][order] = ttm_backup_blocks_total(i, order);
}

/**
 * ttm_backup_kunit_init() - Begin a test, and record the global counters
 * @test: The test.
 *
 * Skips the test without swap space. For the init of a suite.
 *
 * Return: 0.
 */
int ttm_backup_kunit_init(struct kunit *test)
{
	struct ttm_backup_kunit *priv;

	if (!ttm_backup_bytes_avail())
		kunit_skip(test, "no swap space, and nothing is backed up without");

	priv = kunit_kzalloc(test, sizeof(*priv), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, priv);

	priv->devs = ttm_test_devices_basic(test);
	priv->zero_copy = ttm_backup_zero_copy;
	open_books(&priv->base);
	test->priv = priv;

	return 0;
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_init);

/**
 * ttm_backup_kunit_exit() - End a test: destroy its objects, restore the switch
 * @test: The test.
 *
 * For the exit of a suite.
 */
void ttm_backup_kunit_exit(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;

	if (!priv)
		return;

	ttm_backup_kunit_put(test);
	ttm_test_devices_put(test, priv->devs);
	WRITE_ONCE(ttm_backup_zero_copy, priv->zero_copy);
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_exit);

/**
 * ttm_backup_kunit_device() - Create the TTM device
 * @test: The test.
 * @alloc_flags: TTM_ALLOCATION_POOL_* flags of its pool.
 *
 * This is not part of init, because the test chooses the flags.
 */
void ttm_backup_kunit_device(struct kunit *test, unsigned int alloc_flags)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_device *bdev;
	int err;

	bdev = kunit_kzalloc(test, sizeof(*bdev), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bdev);

	err = ttm_device_kunit_init(priv->devs, bdev, alloc_flags);
	KUNIT_ASSERT_EQ(test, err, 0);
	priv->devs->ttm_dev = bdev;
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_device);

/**
 * ttm_backup_kunit_tt() - Create a ttm_tt that can be backed up, without pages
 * @test: The test.
 * @caching: Its caching mode.
 * @num_pages: Its size.
 * @dma: Whether it has DMA addresses.
 *
 * Its pool allocates zeroed pages, so that content that a restore does not
 * bring back is noticed.
 *
 * Return: The ttm_tt, which is the one under test from now on.
 */
struct ttm_tt *ttm_backup_kunit_tt(struct kunit *test, enum ttm_caching caching,
				   pgoff_t num_pages, bool dma)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_buffer_object *bo;
	struct ttm_tt *tt;
	int err;

	if (!priv->devs->ttm_dev)
		ttm_backup_kunit_device(test, 0);

	tt = kunit_kzalloc(test, sizeof(*tt), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tt);

	bo = ttm_bo_kunit_init(test, priv->devs, num_pages << PAGE_SHIFT, NULL);
	err = dma ? ttm_sg_tt_init(tt, bo, TTM_TT_FLAG_ZERO_ALLOC, caching) :
		    ttm_tt_init(tt, bo, TTM_TT_FLAG_ZERO_ALLOC, caching, 0);
	drm_gem_object_release(&bo->base);
	KUNIT_ASSERT_EQ(test, err, 0);

	priv->tt = tt;
	tt->page_flags |= TTM_TT_FLAG_EXTERNAL | TTM_TT_FLAG_EXTERNAL_MAPPABLE;
	KUNIT_ASSERT_EQ(test, ttm_tt_setup_backup(tt), 0);

	return tt;
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_tt);

/* Allocate a block as ttm_pool_alloc_page() does. */
static struct page *alloc_block(gfp_t gfp, unsigned int order)
{
	struct folio *folio;

	folio = folio_alloc(gfp | __GFP_ZERO | __GFP_NOWARN, order);
	if (!folio)
		return NULL;

	lruvec_stat_mod_folio(folio, NR_GPU_ACTIVE, 1 << order);
	return &folio->page;
}

static void set_caching(struct kunit *test, struct ttm_tt *tt)
{
#ifdef CONFIG_X86
	pgoff_t i, run;

	for (i = 0; i < tt->num_pages; i += run) {
		for (run = 0; i + run < tt->num_pages && tt->pages[i + run]; run++)
			;
		if (run && tt->caching == ttm_write_combined)
			KUNIT_ASSERT_EQ(test, set_pages_array_wc(tt->pages + i, run), 0);
		else if (run && tt->caching == ttm_uncached)
			KUNIT_ASSERT_EQ(test, set_pages_array_uc(tt->pages + i, run), 0);
		run += !run;
	}
#endif
}

/**
 * ttm_backup_kunit_poison() - Poison a page as memory_failure() does
 * @page: A page of the ttm_tt.
 */
void ttm_backup_kunit_poison(struct page *page)
{
	SetPageHWPoison(page);
	num_poisoned_pages_inc(page_to_pfn(page));
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_poison);

/**
 * ttm_backup_kunit_cure() - Undo ttm_backup_kunit_poison()
 * @page: The page.
 */
void ttm_backup_kunit_cure(struct page *page)
{
	ClearPageHWPoison(page);
	num_poisoned_pages_sub(page_to_pfn(page), 1);
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_cure);

/**
 * ttm_backup_kunit_craft() - Create a ttm_tt made of blocks of the given orders, filled
 * @test: The test.
 * @caching: Its caching mode.
 * @orders: See TTM_BACKUP_KUNIT_ORDERS().
 *
 * Skips the test if there is no free block of an order.
 *
 * Return: The ttm_tt, which is the one under test from now on.
 */
struct ttm_tt *ttm_backup_kunit_craft(struct kunit *test,
				      enum ttm_caching caching,
				      const s8 *orders)
{
	pgoff_t i = 0, num_pages = 0;
	struct ttm_tt *tt;
	const s8 *order;

	for (order = orders; *order != TTM_BACKUP_KUNIT_END; order++) {
		if (*order > 0 && !IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE))
			kunit_skip(test, "the page cache holds single pages only");
		num_pages += *order < 0 ? 1 : 1UL << *order;
	}

	tt = ttm_backup_kunit_tt(test, caching, num_pages, false);
	for (order = orders; *order != TTM_BACKUP_KUNIT_END; order++) {
		struct page *page;
		pgoff_t j;

		if (*order == TTM_BACKUP_KUNIT_HOLE) {
			i++;
			continue;
		}
		page = alloc_block(GFP_HIGHUSER, *order);
		if (!page)
			kunit_skip(test, "no free block of order %d", *order);
		for (j = 0; j < 1UL << *order; j++)
			tt->pages[i++] = page++;
	}

	set_caching(test, tt);
	ttm_backup_kunit_fill(test);
	return tt;
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_craft);

/**
 * ttm_backup_kunit_put() - Destroy the ttm_tt, whatever its state
 * @test: The test.
 *
 * Checks that nothing of it is left.
 */
void ttm_backup_kunit_put(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_tt *tt = priv->tt;
	long active, shmem;

	if (!tt)
		return;

	if (!ttm_tt_is_backed_up(tt))
		ttm_pool_free(&priv->devs->ttm_dev->pool, tt);
	ttm_tt_fini(tt);
	priv->tt = NULL;

	active = node_stat_settled(test, NR_GPU_ACTIVE, priv->base.gpu_active);
	shmem = node_stat_settled(test, NR_SHMEM, priv->base.shmem);
	KUNIT_EXPECT_EQ(test, active, priv->base.gpu_active);
	KUNIT_EXPECT_EQ(test, shmem, priv->base.shmem);
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_put);

static struct page *limited_alloc_page(struct ttm_pool *pool, gfp_t gfp,
				       unsigned int order)
{
	struct ttm_backup_kunit *priv = kunit_get_current_test()->priv;
	bool reclaim = gfp & __GFP_RECLAIM;
	struct page *page;

	priv->pool_tries[reclaim][order]++;
	if (order && priv->pool_refused[reclaim])
		return NULL;
	priv->pool_dirty += !(gfp & __GFP_ZERO);
	if (order > priv->pool_max_order || !priv->pool_allocs)
		return NULL;

	page = alloc_block(gfp, order);
	if (page) {
		priv->pool_allocs--;
		priv->pool_page = page;
	}
	return page;
}

/**
 * ttm_backup_kunit_limit_pool() - Make memory scarce for the pool
 * @test: The test.
 * @max_order: The largest order that it can allocate from now on.
 * @allocs: How many blocks it can allocate.
 */
void ttm_backup_kunit_limit_pool(struct kunit *test, unsigned int max_order,
				 unsigned int allocs)
{
	struct ttm_backup_kunit *priv = test->priv;

	priv->pool_max_order = max_order;
	priv->pool_allocs = allocs;
	memset(priv->pool_tries, 0, sizeof(priv->pool_tries));
	memset(priv->pool_refused, 0, sizeof(priv->pool_refused));
	priv->pool_dirty = 0;
	kunit_activate_static_stub(test, ttm_pool_alloc_page, limited_alloc_page);
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_limit_pool);

/**
 * ttm_backup_kunit_refuse_pool() - Leave the pool single pages only
 * @test: The test, which has called ttm_backup_kunit_limit_pool().
 * @reclaim: Of those that memory would be reclaimed for; or of those that are
 *           free anyway.
 */
void ttm_backup_kunit_refuse_pool(struct kunit *test, bool reclaim)
{
	struct ttm_backup_kunit *priv = test->priv;

	priv->pool_refused[reclaim] = true;
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_refuse_pool);

/**
 * ttm_backup_kunit_occupy() - Have a place in the backup where nothing can go
 * @test: The test.
 * @i: The place. A page is neither inserted nor copied there, nor read from there.
 *
 * What a read from swap that has failed leaves behind.
 */
void ttm_backup_kunit_occupy(struct kunit *test, pgoff_t i)
{
	struct ttm_backup_kunit *priv = test->priv;
	void *marker = swp_to_radix_entry(make_poisoned_swp_entry());
	void *was = xa_store_irq(&priv->tt->backup->f_mapping->i_pages, i, marker, GFP_KERNEL);

	KUNIT_ASSERT_NULL(test, was);
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_occupy);

/**
 * ttm_backup_kunit_vacate() - Undo ttm_backup_kunit_occupy()
 * @test: The test.
 * @i: The place.
 */
void ttm_backup_kunit_vacate(struct kunit *test, pgoff_t i)
{
	struct ttm_backup_kunit *priv = test->priv;
	void *was = xa_erase_irq(&priv->tt->backup->f_mapping->i_pages, i);

	KUNIT_ASSERT_TRUE(test, xa_is_value(was));
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_vacate);

static u64 content(const struct ttm_backup_kunit *priv, pgoff_t i)
{
	return (priv->seed + i + 1) * GOLDEN_RATIO_64;
}

/**
 * ttm_backup_kunit_pages() - The pages that are in the ttm_tt now
 * @test: The test.
 *
 * Return: A copy of the page vector, NULL for all that is not a page. Freed with
 * the test.
 */
struct page **ttm_backup_kunit_pages(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_tt *tt = priv->tt;
	struct page **pages;
	pgoff_t i;

	pages = kunit_kcalloc(test, tt->num_pages, sizeof(*pages), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pages);
	for (i = 0; i < tt->num_pages; i++)
		if (!ttm_backup_page_ptr_is_handle(tt->pages[i]))
			pages[i] = tt->pages[i];
	return pages;
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_pages);

/* Record the pages and the orders of their blocks. */
static void remember_pages(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_tt *tt = priv->tt;
	pgoff_t i, nr;

	priv->orig = ttm_backup_kunit_pages(test);
	priv->orig_order = kunit_kzalloc(test, tt->num_pages, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, priv->orig_order);

	for (i = 0; i < tt->num_pages; i += nr) {
		unsigned int order = tt->pages[i] ? ttm_backup_kunit_order(tt->pages[i]) : 0;

		nr = 1UL << order;
		memset(priv->orig_order + i, order, nr);
	}
}

/**
 * ttm_backup_kunit_fill() - Fill every page with unique content
 * @test: The test.
 *
 * Also records the pages and the orders of their blocks.
 */
void ttm_backup_kunit_fill(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_tt *tt = priv->tt;
	pgoff_t i;

	priv->seed += tt->num_pages;
	remember_pages(test);

	for (i = 0; i < tt->num_pages; i++) {
		void *addr;

		if (!tt->pages[i])
			continue;
		addr = kmap_local_page(tt->pages[i]);
		memset64(addr, content(priv, i), PAGE_SIZE / sizeof(u64));
		kunmap_local(addr);
	}
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_fill);

/**
 * ttm_backup_kunit_backup() - Make one attempt to back up
 * @test: The test.
 * @zero_copy: Insert; otherwise copy.
 * @writeback: Start writing immediately.
 *
 * ttm_tt_backup() accepts a ttm_tt only once, but ttm_pool_backup() allows
 * retrying a partial backup.
 *
 * Return: As ttm_tt_backup().
 */
long ttm_backup_kunit_backup(struct kunit *test, bool zero_copy, bool writeback)
{
	const struct ttm_backup_flags flags = { .writeback = writeback };
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_tt *tt = priv->tt;
	u32 backed_up = tt->page_flags & TTM_TT_FLAG_BACKED_UP;
	long ret;

	WRITE_ONCE(ttm_backup_zero_copy, zero_copy);
	tt->page_flags &= ~TTM_TT_FLAG_BACKED_UP;
	ret = ttm_tt_backup(priv->devs->ttm_dev, tt, flags);
	tt->page_flags |= backed_up;
	return ret;
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_backup);

/**
 * ttm_backup_kunit_restore() - Restore everything
 * @test: The test.
 * @zero_copy: Take; otherwise copy.
 * @interruptible: Whether a signal may end the restore.
 *
 * Return: As ttm_tt_restore().
 */
int ttm_backup_kunit_restore(struct kunit *test, bool zero_copy, bool interruptible)
{
	const struct ttm_operation_ctx ctx = { .interruptible = interruptible };
	struct ttm_backup_kunit *priv = test->priv;

	WRITE_ONCE(ttm_backup_zero_copy, zero_copy);
	return ttm_tt_restore(priv->devs->ttm_dev, priv->tt, &ctx);
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_restore);

/**
 * ttm_backup_kunit_fail_nth() - Inject a failure
 * @nth: The number of the place to fail, of those that this task reaches from
 *       now on.
 *
 * These are all places of fault injection: backup_fault_inject, shmem_insert,
 * failslab...
 */
void ttm_backup_kunit_fail_nth(unsigned int nth)
{
#ifdef CONFIG_FAULT_INJECTION
	current->fail_nth = nth;
#endif
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_fail_nth);

/**
 * ttm_backup_kunit_failed() - Check for the injected failure, and stop injection
 *
 * Return: true if the failure has happened.
 */
bool ttm_backup_kunit_failed(void)
{
#ifdef CONFIG_FAULT_INJECTION
	return !xchg(&current->fail_nth, 0);
#else
	return false;
#endif
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_failed);

/**
 * ttm_backup_kunit_usage() - Get where the pages are
 * @test: The test.
 *
 * Return: See ttm_tt_backup_usage().
 */
struct ttm_backup_usage ttm_backup_kunit_usage(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_backup_usage usage;

	ttm_tt_backup_usage(&priv->devs->ttm_dev->pool, priv->tt, &usage);
	return usage;
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_usage);

/**
 * ttm_backup_kunit_expect_usage() - Check where the pages are
 * @test: The test.
 * @resident: How many are in the ttm_tt.
 * @inserted: How many were inserted into the backup.
 * @copied: How many were copied there.
 */
void ttm_backup_kunit_expect_usage(struct kunit *test, pgoff_t resident,
				   pgoff_t inserted, pgoff_t copied)
{
	struct ttm_backup_usage usage = ttm_backup_kunit_usage(test);

	KUNIT_EXPECT_EQ(test, usage.resident, resident);
	KUNIT_EXPECT_EQ(test, usage.inserted, inserted);
	KUNIT_EXPECT_EQ(test, usage.copied, copied);
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_expect_usage);

/**
 * ttm_backup_kunit_expect_books() - Check that the global counters add up
 * @test: The test.
 *
 * If no restore is in progress, each page belongs to the GPU or to shmem, or is
 * swapped out.
 */
void ttm_backup_kunit_expect_books(struct kunit *test)
{
	struct ttm_backup_usage usage = ttm_backup_kunit_usage(test);
	struct ttm_backup_kunit *priv = test->priv;
	long active = priv->base.gpu_active + usage.resident;
	long shmem = priv->base.shmem + usage.inserted + usage.copied - usage.swapped;

	KUNIT_EXPECT_EQ(test, node_stat_settled(test, NR_GPU_ACTIVE, active), active);
	KUNIT_EXPECT_EQ(test, node_stat_settled(test, NR_SHMEM, shmem), shmem);
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_expect_books);

/**
 * ttm_backup_kunit_expect_event() - Check the pages of an event
 * @test: The test.
 * @event: The event.
 * @pages: Its pages since the test began.
 */
void ttm_backup_kunit_expect_event(struct kunit *test,
				   enum ttm_backup_event event, u64 pages)
{
	struct ttm_backup_kunit *priv = test->priv;
	u64 count = ttm_backup_event_total(event) - priv->base.events[event];

	KUNIT_EXPECT_EQ_MSG(test, count, pages, "event %d", event);
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_expect_event);

/**
 * ttm_backup_kunit_expect_events() - Check the pages of all events
 * @test: The test.
 * @want: TTM_BACKUP_NR_EVENTS elements, the pages since the test began.
 */
void ttm_backup_kunit_expect_events(struct kunit *test, const u64 *want)
{
	int i;

	for (i = 0; i < TTM_BACKUP_NR_EVENTS; i++)
		ttm_backup_kunit_expect_event(test, i, want[i]);
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_expect_events);

/**
 * ttm_backup_kunit_blocks() - Get the number of blocks counted for an event
 * @test: The test.
 * @event: The event, one of the sized ones.
 * @order: The order.
 *
 * Return: The number of blocks since the test began.
 */
u64 ttm_backup_kunit_blocks(struct kunit *test, enum ttm_backup_event event,
			    unsigned int order)
{
	struct ttm_backup_kunit *priv = test->priv;

	return ttm_backup_blocks_total(event, order) - priv->base.blocks[event][order];
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_blocks);

/**
 * ttm_backup_kunit_expect_splits() - Check how many folios were split
 * @test: The test.
 * @splits: How many of PMD order since the test began.
 */
void ttm_backup_kunit_expect_splits(struct kunit *test, unsigned long splits)
{
	struct ttm_backup_kunit *priv = test->priv;

	KUNIT_EXPECT_EQ(test, folio_splits() - priv->base.folio_splits, splits);
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_expect_splits);

static bool page_has(struct page *page, u64 word)
{
	u64 *addr = kmap_local_page(page);
	int i;

	for (i = 0; i < PAGE_SIZE / sizeof(u64); i++)
		if (addr[i] != word)
			break;
	kunmap_local(addr);
	return i == PAGE_SIZE / sizeof(u64);
}

/**
 * ttm_backup_kunit_expect_content() - Check that every page has its old content
 * @test: The test.
 */
void ttm_backup_kunit_expect_content(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_tt *tt = priv->tt;
	pgoff_t i, missing = 0, bad = 0;

	for (i = 0; i < tt->num_pages; i++) {
		if (!tt->pages[i] || ttm_backup_page_ptr_is_handle(tt->pages[i]))
			missing++;
		else if (priv->orig[i] && !page_has(tt->pages[i], content(priv, i)))
			bad++;
	}
	KUNIT_EXPECT_EQ(test, missing, 0);
	KUNIT_EXPECT_EQ(test, bad, 0);
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_expect_content);

/**
 * ttm_backup_kunit_expect_lost() - Check that pages with lost content are cleared
 * @test: The test.
 * @i: The first page. From now on ttm_backup_kunit_expect_content() skips them.
 * @nr: How many.
 */
void ttm_backup_kunit_expect_lost(struct kunit *test, pgoff_t i, pgoff_t nr)
{
	struct ttm_backup_kunit *priv = test->priv;

	for (; nr; nr--, i++) {
		KUNIT_EXPECT_TRUE(test, page_has(priv->tt->pages[i], 0));
		priv->orig[i] = NULL;
	}
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_expect_lost);

/* Is the page write-back cached in the kernel's own mapping? */
static bool page_is_wb(const struct page *page)
{
#ifdef CONFIG_X86
	unsigned int level;
	pte_t *pte;

	if (PageHighMem(page))
		return true;
	pte = lookup_address((unsigned long)page_address(page), &level);
	return pte && !(pte_flags(*pte) & (_PAGE_PWT | _PAGE_PCD));
#else
	return true;
#endif
}

/**
 * ttm_backup_kunit_count_wb() - Count pages that are write-back cached
 * @pages: The pages. NULL is none.
 * @num_pages: Length of @pages.
 *
 * In the kernel's own mapping.
 *
 * Return: How many.
 */
pgoff_t ttm_backup_kunit_count_wb(struct page **pages, pgoff_t num_pages)
{
	pgoff_t i, wb = 0;

	for (i = 0; i < num_pages; i++)
		wb += pages[i] && page_is_wb(pages[i]);
	return wb;
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_count_wb);

/**
 * ttm_backup_kunit_expect_caching() - Check that all pages have the right caching mode
 * @test: The test.
 */
void ttm_backup_kunit_expect_caching(struct kunit *test)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct ttm_tt *tt = priv->tt;
	bool wb = tt->caching == ttm_cached || !IS_ENABLED(CONFIG_X86);
	pgoff_t i, want = 0;

	for (i = 0; i < tt->num_pages; i++)
		want += wb || (tt->pages[i] && PageHighMem(tt->pages[i]));
	KUNIT_EXPECT_EQ(test, ttm_backup_kunit_count_wb(tt->pages, tt->num_pages), want);
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_expect_caching);

/**
 * ttm_backup_kunit_expect_inserted() - Check that the backup has the very same page
 * @test: The test.
 * @i: The index of the page.
 *
 * Its folio is complete, only the page cache holds references, and reclaim can
 * find it.
 *
 * Return: The order of the folio.
 */
unsigned int ttm_backup_kunit_expect_inserted(struct kunit *test, pgoff_t i)
{
	struct ttm_backup_kunit *priv = test->priv;
	struct folio *folio = filemap_get_folio(priv->tt->backup->f_mapping, i);
	unsigned int order;

	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(folio));
	order = folio_order(folio);

	KUNIT_EXPECT_PTR_EQ(test, folio_file_page(folio, i), priv->orig[i]);
	KUNIT_EXPECT_TRUE(test, page_is_wb(priv->orig[i]));
	KUNIT_EXPECT_EQ(test, folio_ref_count(folio), folio_nr_pages(folio) + 1);
	KUNIT_EXPECT_TRUE(test, folio_test_dirty(folio));
	KUNIT_EXPECT_TRUE(test, folio_test_lru(folio));

	folio_put(folio);
	return order;
}
EXPORT_SYMBOL_GPL(ttm_backup_kunit_expect_inserted);

MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_DESCRIPTION("KUnit helpers for backup and restore of a ttm_tt");
MODULE_LICENSE("GPL and additional rights");
