// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Statistics of what happened to the pages that were backed up, why, and in
 * blocks of which size. ttm_tt_backup_usage() has them for one struct ttm_tt.
 * debugfs has them for each device, and for all devices together.
 */
#include <linux/debugfs.h>
#include <linux/export.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>

#include <drm/drm_print.h>
#include <drm/drm_util.h>
#include <drm/ttm/ttm_backup.h>
#include <drm/ttm/ttm_backup_stats.h>
#include <drm/ttm/ttm_device.h>
#include <drm/ttm/ttm_pool.h>
#include <drm/ttm/ttm_tt.h>

#include "ttm_backup_internal.h"
#include "ttm_pool_internal.h"

bool ttm_backup_zero_copy = true;
EXPORT_SYMBOL_FOR_TESTS_ONLY(ttm_backup_zero_copy);
module_param_named(zero_copy, ttm_backup_zero_copy, bool, 0644);
MODULE_PARM_DESC(zero_copy,
		 "Hand pages over to shmem when backing up, instead of copying them (default: true)");

/**
 * struct ttm_backup_counters - blocks and pages by what happened to them
 * @blocks: Number of blocks of each order, by the sized events of
 *          &enum ttm_backup_event. They are converted to pages when read.
 * @pages: Number of pages of PAGE_SIZE, by the other events.
 *
 * Per CPU, so that parallel shrinkers share no cache line.
 */
struct ttm_backup_counters {
	unsigned long blocks[TTM_BACKUP_NR_SIZED][NR_PAGE_ORDERS];
	unsigned long pages[TTM_BACKUP_NR_EVENTS - TTM_BACKUP_NR_SIZED];
};

static DEFINE_PER_CPU(struct ttm_backup_counters, ttm_backup_all);

/**
 * ttm_backup_counters_init() - Give a pool counters of its own
 * @pool: The pool.
 *
 * If there is no memory for them, the pool has none: nothing depends on them.
 *
 * Context: Process context.
 */
void ttm_backup_counters_init(struct ttm_pool *pool)
{
	pool->counters = alloc_percpu(struct ttm_backup_counters);
}

/**
 * ttm_backup_counters_fini() - Free the counters of a pool
 * @pool: The pool. There must be no more backups or restores of its pages.
 *
 * Context: Process context.
 */
void ttm_backup_counters_fini(struct ttm_pool *pool)
{
	free_percpu(pool->counters);
	pool->counters = NULL;
}

/**
 * ttm_backup_count() - Count an event in pages
 * @pool: The pool that the pages came from or go to.
 * @event: The event, which must not be one of the sized ones.
 * @pages: The number of pages of PAGE_SIZE.
 *
 * Context: Any.
 */
void ttm_backup_count(struct ttm_pool *pool, enum ttm_backup_event event,
		      unsigned long pages)
{
	unsigned int i = event - TTM_BACKUP_NR_SIZED;

	this_cpu_add(ttm_backup_all.pages[i], pages);
	if (pool->counters)
		this_cpu_add(pool->counters->pages[i], pages);
}

/**
 * ttm_backup_count_blocks() - Count an event in blocks
 * @pool: The pool that the blocks came from or go to.
 * @event: The event, which must be one of the sized ones.
 * @order: The order of the blocks.
 * @blocks: The number of blocks.
 *
 * Context: Any.
 */
void ttm_backup_count_blocks(struct ttm_pool *pool, enum ttm_backup_event event,
			     unsigned int order, unsigned long blocks)
{
	this_cpu_add(ttm_backup_all.blocks[event][order], blocks);
	if (pool->counters)
		this_cpu_add(pool->counters->blocks[event][order], blocks);
}

static u64 ttm_backup_sum_blocks(struct ttm_backup_counters __percpu *counters,
				 enum ttm_backup_event event,
				 unsigned int order)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(counters, cpu)->blocks[event][order]);
	return sum;
}

static u64 ttm_backup_sum(struct ttm_backup_counters __percpu *counters,
			  enum ttm_backup_event event)
{
	unsigned int i = event - TTM_BACKUP_NR_SIZED;
	unsigned int order;
	u64 sum = 0;
	int cpu;

	if (event < TTM_BACKUP_NR_SIZED) {
		for (order = 0; order < NR_PAGE_ORDERS; order++)
			sum += ttm_backup_sum_blocks(counters, event, order) << order;
		return sum;
	}

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(counters, cpu)->pages[i]);
	return sum;
}

/**
 * ttm_backup_event_total() - Sum up the pages of an event since module load
 * @event: The event.
 *
 * Context: Any. Concurrent counting may be missed.
 * Return: The sum over all CPUs, in pages of PAGE_SIZE.
 */
u64 ttm_backup_event_total(enum ttm_backup_event event)
{
	return ttm_backup_sum(&ttm_backup_all, event);
}
EXPORT_SYMBOL_FOR_TESTS_ONLY(ttm_backup_event_total);

/**
 * ttm_backup_blocks_total() - Sum up the blocks of an event since module load
 * @event: The event, one of the sized ones.
 * @order: The order of the blocks.
 *
 * Context: Any. Concurrent counting may be missed.
 * Return: The sum over all CPUs.
 */
u64 ttm_backup_blocks_total(enum ttm_backup_event event, unsigned int order)
{
	return ttm_backup_sum_blocks(&ttm_backup_all, event, order);
}
EXPORT_SYMBOL_FOR_TESTS_ONLY(ttm_backup_blocks_total);

/**
 * ttm_backup_fallback_reason() - Get the event for a page that was not inserted
 * @err: The error from ttm_backup_insert_folios(), or 0 if the insert was not
 *       tried because zero copy is switched off.
 *
 * Context: Any.
 * Return: The event to count the page to.
 */
enum ttm_backup_event ttm_backup_fallback_reason(int err)
{
	switch (err) {
	case 0:
		return TTM_BACKUP_FALLBACK_OFF;
	case -ENOMEM:
		return TTM_BACKUP_FALLBACK_NOMEM;
	case -EBUSY:
		return TTM_BACKUP_FALLBACK_BUSY;
	case -EINVAL:
		return TTM_BACKUP_FALLBACK_MISALIGNED;
	case -EEXIST:
		return TTM_BACKUP_FALLBACK_EXISTS;
	case -EOPNOTSUPP:
		return TTM_BACKUP_FALLBACK_UNSUPPORTED;
	default:
		return TTM_BACKUP_FALLBACK_OTHER;
	}
}

/**
 * ttm_backup_swapped_pages() - Count the pages of a backup that are in swap
 * @tt: The ttm_tt.
 *
 * Context: Any. The result may already be out of date on return.
 * Return: The number of pages.
 */
pgoff_t ttm_backup_swapped_pages(const struct ttm_tt *tt)
{
	return tt->backup && shmem_file(tt->backup) ?
		READ_ONCE(SHMEM_I(file_inode(tt->backup))->swapped) : 0;
}

/**
 * ttm_tt_backup_usage() - Tell where the pages of a ttm_tt are
 * @pool: The pool that the pages were allocated from.
 * @tt: The ttm_tt.
 * @usage: Filled in with the result.
 *
 * Context: The caller holds the reservation of the buffer object.
 */
void ttm_tt_backup_usage(struct ttm_pool *pool, const struct ttm_tt *tt,
			 struct ttm_backup_usage *usage)
{
	unsigned int order;
	pgoff_t i, nr;

	*usage = (struct ttm_backup_usage) {
		.swapped = ttm_backup_swapped_pages(tt),
	};

	/* It was swapped out by copying, so the page vector has freed pages. */
	if (tt->page_flags & TTM_TT_FLAG_SWAPPED && !ttm_tt_is_backed_up(tt)) {
		usage->copied = tt->num_pages;
		return;
	}

	/* Imported buffers only have DMA addresses. */
	for (i = 0; tt->pages && i < tt->num_pages; i += nr) {
		const struct page *p = tt->pages[i];

		nr = 1;
		if (!p)
			continue;
		if (!ttm_backup_page_ptr_is_handle(p)) {
			order = ttm_pool_page_order(pool, p);
			nr = 1UL << order;
			usage->by_order[order] += nr;
			usage->resident += nr;
		} else if (ttm_backup_handle_is_copied(ttm_backup_page_ptr_to_handle(p))) {
			usage->copied++;
		} else if (ttm_backup_page_ptr_to_handle(p)) {
			usage->inserted++;
		}
	}
}
EXPORT_SYMBOL_GPL(ttm_tt_backup_usage);

static void ttm_print_kib(struct drm_printer *p, const char *name,
			  pgoff_t pages)
{
	drm_printf(p, "ttm-%s:\t%llu KiB\n", name,
		   (u64)pages << (PAGE_SHIFT - 10));
}

/**
 * ttm_print_backup_usage() - Print how much memory is in backups, as fdinfo lines
 * @p: The printer.
 * @usage: The sum over the buffers of a client.
 *
 * Context: Any context that @p allows.
 */
void ttm_print_backup_usage(struct drm_printer *p,
			    const struct ttm_backup_usage *usage)
{
	ttm_print_kib(p, "inserted", usage->inserted);
	ttm_print_kib(p, "copied", usage->copied);
	ttm_print_kib(p, "swapped", usage->swapped);
}
EXPORT_SYMBOL_GPL(ttm_print_backup_usage);

#ifdef CONFIG_DEBUG_FS

static const char * const backup_event_names[TTM_BACKUP_NR_EVENTS] = {
	[TTM_BACKUP_INSERTED] = "inserted",
	[TTM_BACKUP_COPIED] = "copied",
	[TTM_BACKUP_RESTORED] = "restored",
	[TTM_BACKUP_TAKEN] = "taken",
	[TTM_BACKUP_SPLIT] = "split",
	[TTM_BACKUP_READBACK] = "readback",
	[TTM_BACKUP_FALLBACK_OFF] = "fallback_off",
	[TTM_BACKUP_FALLBACK_NOMEM] = "fallback_nomem",
	[TTM_BACKUP_FALLBACK_BUSY] = "fallback_busy",
	[TTM_BACKUP_FALLBACK_MISALIGNED] = "fallback_misaligned",
	[TTM_BACKUP_FALLBACK_EXISTS] = "fallback_exists",
	[TTM_BACKUP_FALLBACK_UNSUPPORTED] = "fallback_unsupported",
	[TTM_BACKUP_FALLBACK_OTHER] = "fallback_other",
	[TTM_BACKUP_POISONED] = "poisoned",
	[TTM_BACKUP_BUSY] = "busy",
	[TTM_BACKUP_HEALED] = "healed",
	[TTM_BACKUP_PIECES] = "pieces",
	[TTM_BACKUP_LOST] = "lost",
	[TTM_BACKUP_SWAPOUT] = "swapout",
	[TTM_BACKUP_SWAPIN] = "swapin",
};

static void backup_stats_show_sizes(struct seq_file *m,
				    struct ttm_backup_counters __percpu *counters,
				    enum ttm_backup_event event)
{
	unsigned int order;
	u64 pages;

	for (order = 0; order < NR_PAGE_ORDERS; order++) {
		pages = ttm_backup_sum_blocks(counters, event, order) << order;
		seq_printf(m, "%s_order_%u %llu %llu\n",
			   backup_event_names[event], order, pages,
			   pages << PAGE_SHIFT);
	}
}

static int backup_stats_show(struct seq_file *m, void *unused)
{
	struct ttm_backup_counters __percpu *counters =
		(void __percpu __force *)m->private;
	u64 pages;
	int i;

	for (i = 0; i < TTM_BACKUP_NR_EVENTS; i++) {
		pages = ttm_backup_sum(counters, i);
		seq_printf(m, "%s %llu %llu\n", backup_event_names[i], pages,
			   pages << PAGE_SHIFT);
	}
	for (i = 0; i < TTM_BACKUP_NR_SIZED; i++)
		backup_stats_show_sizes(m, counters, i);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(backup_stats);

static void backup_stats_create(const char *name, struct dentry *parent,
				struct ttm_backup_counters __percpu *counters)
{
	if (counters)
		debugfs_create_file(name, 0444, parent, (void __force *)counters,
				    &backup_stats_fops);
}

/**
 * ttm_backup_stats_debugfs_init() - Create the debugfs file with all counters
 * @root: TTM's debugfs directory.
 *
 * The file has one line for each event: its name, pages of PAGE_SIZE, bytes.
 * For the sized events, one line for each order of blocks follows:
 * "inserted_order_9", the pages in blocks of that order, bytes.
 *
 * Context: Module initialization.
 */
void ttm_backup_stats_debugfs_init(struct dentry *root)
{
	backup_stats_create("backup_stats", root, &ttm_backup_all);
}

/**
 * ttm_device_create_backup_debugfs() - Create the debugfs file of one device
 * @bdev: The device.
 * @parent: The debugfs directory. It must go away before @bdev does.
 * @name: The name of the file.
 *
 * The file has the same content as ttm/backup_stats, but for this device only.
 *
 * Context: Process context.
 */
void ttm_device_create_backup_debugfs(struct ttm_device *bdev,
				      struct dentry *parent, const char *name)
{
	backup_stats_create(name, parent, bdev->pool.counters);
}
EXPORT_SYMBOL_GPL(ttm_device_create_backup_debugfs);

#endif /* CONFIG_DEBUG_FS */
