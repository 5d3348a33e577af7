/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * For the stock kernel that the bench compares with: what vttm asks of TTM's
 * part of the series, answered without it.
 */
#ifndef _TTM_BACKUP_STATS_H_
#define _TTM_BACKUP_STATS_H_

#include <linux/mmzone.h>

#include <drm/ttm/ttm_backup.h>
#include <drm/ttm/ttm_tt.h>

struct dentry;
struct drm_printer;
struct ttm_device;
struct ttm_pool;

struct ttm_backup_usage {
	pgoff_t resident;
	pgoff_t inserted;
	pgoff_t copied;
	pgoff_t swapped;
	pgoff_t by_order[NR_PAGE_ORDERS];
};

/* Block sizes are TTM's own there. */
static inline void ttm_tt_backup_usage(struct ttm_pool *pool,
				       const struct ttm_tt *tt,
				       struct ttm_backup_usage *usage)
{
	pgoff_t i;

	*usage = (struct ttm_backup_usage) {};
	/* What the page vector has then has been freed. */
	if (tt->page_flags & TTM_TT_FLAG_SWAPPED) {
		usage->copied = tt->num_pages;
		return;
	}
	for (i = 0; i < tt->num_pages; i++) {
		if (ttm_backup_page_ptr_is_handle(tt->pages[i]))
			usage->copied++;
		else if (tt->pages[i])
			usage->resident++;
	}
}

static inline void ttm_print_backup_usage(struct drm_printer *p,
					  const struct ttm_backup_usage *usage)
{
}

static inline void ttm_device_create_backup_debugfs(struct ttm_device *bdev,
						    struct dentry *parent,
						    const char *name)
{
}

#endif
