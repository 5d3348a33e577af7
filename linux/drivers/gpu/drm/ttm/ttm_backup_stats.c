// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * What happened to the pages that were backed up, and why: per device user
 * through ttm_tt_backup_usage(), summed up in debugfs.
 */
#include <linux/debugfs.h>
#include <linux/export.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>

#include <drm/drm_util.h>
#include <drm/ttm/ttm_backup.h>
#include <drm/ttm/ttm_backup_stats.h>
#include <drm/ttm/ttm_tt.h>

#include "ttm_backup_internal.h"

bool ttm_backup_zero_copy = true;
EXPORT_SYMBOL_FOR_TESTS_ONLY(ttm_backup_zero_copy);
module_param_named(zero_copy, ttm_backup_zero_copy, bool, 0644);
MODULE_PARM_DESC(zero_copy,
		 "Hand pages over to shmem when backing up, instead of copying them (default: true)");

/* Per CPU, so that parallel shrinkers share no cache line. */
static DEFINE_PER_CPU(unsigned long [TTM_BACKUP_NR_EVENTS], ttm_backup_events);

/**
 * ttm_backup_count() - Count pages to an event
 * @event: What happened.
 * @pages: To how many pages of PAGE_SIZE.
 *
 * Context: Any.
 */
void ttm_backup_count(enum ttm_backup_event event, unsigned long pages)
{
	this_cpu_add(ttm_backup_events[event], pages);
}

/**
 * ttm_backup_event_total() - Pages counted to an event since the module loaded
 * @event: The event.
 *
 * Context: Any. Concurrent counting may be missed.
 * Return: The sum over all CPUs, in pages of PAGE_SIZE.
 */
u64 ttm_backup_event_total(enum ttm_backup_event event)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(ttm_backup_events, cpu)[event]);
	return sum;
}
EXPORT_SYMBOL_FOR_TESTS_ONLY(ttm_backup_event_total);

/**
 * ttm_backup_fallback_reason() - The event for a page that was not inserted
 * @err: What ttm_backup_insert_folio() returned for it, or 0 if it was not
 *       asked because zero copy is switched off.
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

static pgoff_t ttm_backup_swapped_pages(const struct ttm_tt *tt)
{
	return tt->backup && shmem_file(tt->backup) ?
		READ_ONCE(SHMEM_I(file_inode(tt->backup))->swapped) : 0;
}

/**
 * ttm_tt_backup_usage() - Tell where the pages of a ttm_tt are
 * @tt: The ttm_tt.
 * @usage: Filled in.
 *
 * Context: The caller holds the reservation of the buffer object.
 */
void ttm_tt_backup_usage(const struct ttm_tt *tt,
			 struct ttm_backup_usage *usage)
{
	pgoff_t i;

	*usage = (struct ttm_backup_usage) {
		.swapped = ttm_backup_swapped_pages(tt),
	};

	for (i = 0; i < tt->num_pages; i++) {
		const struct page *p = tt->pages[i];

		if (!p)
			continue;
		if (!ttm_backup_page_ptr_is_handle(p))
			usage->resident++;
		else if (ttm_backup_handle_is_copied(ttm_backup_page_ptr_to_handle(p)))
			usage->copied++;
		else if (ttm_backup_page_ptr_to_handle(p))
			usage->inserted++;
	}
}
EXPORT_SYMBOL_GPL(ttm_tt_backup_usage);

#ifdef CONFIG_DEBUG_FS

static int backup_stats_show(struct seq_file *m, void *unused)
{
	static const char * const names[TTM_BACKUP_NR_EVENTS] = {
		[TTM_BACKUP_INSERTED] = "inserted",
		[TTM_BACKUP_COPIED] = "copied",
		[TTM_BACKUP_SPLIT] = "split",
		[TTM_BACKUP_RESTORED] = "restored",
		[TTM_BACKUP_TAKEN] = "taken",
		[TTM_BACKUP_FALLBACK_OFF] = "fallback_off",
		[TTM_BACKUP_FALLBACK_NOMEM] = "fallback_nomem",
		[TTM_BACKUP_FALLBACK_BUSY] = "fallback_busy",
		[TTM_BACKUP_FALLBACK_MISALIGNED] = "fallback_misaligned",
		[TTM_BACKUP_FALLBACK_EXISTS] = "fallback_exists",
		[TTM_BACKUP_FALLBACK_UNSUPPORTED] = "fallback_unsupported",
		[TTM_BACKUP_FALLBACK_OTHER] = "fallback_other",
		[TTM_BACKUP_POISONED] = "poisoned",
	};
	int i;

	for (i = 0; i < TTM_BACKUP_NR_EVENTS; i++)
		seq_printf(m, "%s %llu\n", names[i], ttm_backup_event_total(i));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(backup_stats);

/**
 * ttm_backup_stats_debugfs_init() - Create the debugfs file of the counters
 * @root: TTM's debugfs directory.
 *
 * Context: Module initialisation.
 */
void ttm_backup_stats_debugfs_init(struct dentry *root)
{
	debugfs_create_file("backup_stats", 0444, root, NULL,
			    &backup_stats_fops);
}

#endif /* CONFIG_DEBUG_FS */
