// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Cost of backup and restore, swapout and swapin, and preparing for
 * hibernation, in the debugfs file "vttm_backup".
 */

#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>

#include <drm/drm_debugfs.h>
#include <drm/ttm/ttm_backup_stats.h>

#include "vttm.h"

#ifdef CONFIG_VM_EVENT_COUNTERS
/* Context: Migration is disabled. Other tasks on this CPU are counted as well. */
static unsigned long vttm_cpu_alloc_pages(void)
{
	unsigned long nr_pages = 0;
	int zid;

	for (zid = 0; zid < MAX_NR_ZONES; zid++)
		nr_pages += this_cpu_read(vm_event_states.event[PGALLOC_NORMAL -
								ZONE_NORMAL + zid]);

	return nr_pages;
}
#else
static unsigned long vttm_cpu_alloc_pages(void)
{
	return 0;
}
#endif

/**
 * vttm_sample_begin() - begin measuring a call
 * @sample: State for vttm_sample_end().
 *
 * Context: Keeps the task on its CPU until vttm_sample_end(). The task may
 * sleep.
 */
void vttm_sample_begin(struct vttm_sample *sample)
{
	migrate_disable();
	sample->alloc_pages = vttm_cpu_alloc_pages();
	sample->ns = ktime_get_ns();
}

/**
 * vttm_sample_end() - account a call
 * @sample: The state from vttm_sample_begin().
 * @stat: The totals to add the call to.
 * @pages: The number of pages that the call has moved.
 */
void vttm_sample_end(struct vttm_sample *sample, struct vttm_stat *stat,
		     long pages)
{
	atomic64_inc(&stat->calls);
	atomic64_add(pages, &stat->pages);
	atomic64_add(ktime_get_ns() - sample->ns, &stat->ns);
	atomic64_add(vttm_cpu_alloc_pages() - sample->alloc_pages,
		     &stat->alloc_pages);
	migrate_enable();
}

static void vttm_stat_show(struct seq_file *m, const char *name,
			   const struct vttm_stat *stat)
{
	seq_printf(m, "%s_calls %lld\n", name, atomic64_read(&stat->calls));
	seq_printf(m, "%s_pages %lld\n", name, atomic64_read(&stat->pages));
	seq_printf(m, "%s_ns %lld\n", name, atomic64_read(&stat->ns));
	seq_printf(m, "%s_alloc_pages %lld\n", name,
		   atomic64_read(&stat->alloc_pages));
}

static int vttm_stats_show(struct seq_file *m, void *unused)
{
	struct drm_debugfs_entry *entry = m->private;
	struct vttm_device *vttm = to_vttm_device(entry->dev);

	vttm_stat_show(m, "backup", &vttm->backup);
	vttm_stat_show(m, "restore", &vttm->restore);
	vttm_stat_show(m, "swapout", &vttm->swapout);
	vttm_stat_show(m, "swapin", &vttm->swapin);
	vttm_stat_show(m, "prepare", &vttm->prepare);

	return 0;
}

/**
 * vttm_bo_usage() - get where the pages of a buffer are
 * @bo: The buffer, reserved.
 * @usage: Filled in with the result, all 0 if the buffer has no pages of system
 *	memory.
 */
void vttm_bo_usage(struct vttm_bo *bo, struct ttm_backup_usage *usage)
{
	struct ttm_tt *tt = bo->ttm.ttm;

	*usage = (struct ttm_backup_usage) {};
	if (tt && (ttm_tt_is_populated(tt) || ttm_tt_is_swapped(tt)))
		ttm_tt_backup_usage(bo->pool, tt, usage);
}

/**
 * vttm_stats_init() - create the device's debugfs files
 * @vttm: The device.
 */
void vttm_stats_init(struct vttm_device *vttm)
{
	drm_debugfs_add_file(&vttm->drm, "vttm_backup", vttm_stats_show, NULL);
	vttm_gtt_stats_init(vttm);
	ttm_device_create_backup_debugfs(&vttm->ttm, vttm->drm.debugfs_root,
					 "ttm_backup_stats");
}
