/* SPDX-License-Identifier: GPL-2.0 OR MIT */
#ifndef _TTM_BACKUP_STATS_H_
#define _TTM_BACKUP_STATS_H_

#include <linux/mmzone.h>
#include <linux/types.h>

struct dentry;
struct drm_printer;
struct ttm_device;
struct ttm_pool;
struct ttm_tt;

/**
 * struct ttm_backup_usage - where the pages of one struct ttm_tt are
 * @resident: Pages in the ttm_tt itself.
 * @inserted: Pages in the backup that were handed over as they were.
 * @copied: Pages in the backup that were copied there.
 * @swapped: Pages of the backup that are only on the swap device.
 * @by_order: Of @resident, the pages in blocks of each order.
 *
 * All values are in pages of PAGE_SIZE. @swapped overlaps @inserted and @copied.
 */
struct ttm_backup_usage {
	pgoff_t resident;
	pgoff_t inserted;
	pgoff_t copied;
	pgoff_t swapped;
	pgoff_t by_order[NR_PAGE_ORDERS];
};

void ttm_tt_backup_usage(struct ttm_pool *pool, const struct ttm_tt *tt,
			 struct ttm_backup_usage *usage);
void ttm_print_backup_usage(struct drm_printer *p,
			    const struct ttm_backup_usage *usage);

#ifdef CONFIG_DEBUG_FS
void ttm_device_create_backup_debugfs(struct ttm_device *bdev,
				      struct dentry *parent, const char *name);
#else
static inline void ttm_device_create_backup_debugfs(struct ttm_device *bdev,
						    struct dentry *parent,
						    const char *name)
{
}
#endif

#endif
