/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * For the stock kernel that the lab compares with: it has no queue of what is to be
 * written, and nothing of a restore that was interrupted can be backed up.
 */
#ifndef _TTM_WRITEBACK_H_
#define _TTM_WRITEBACK_H_

#include <linux/gfp.h>

struct ttm_device;

static inline bool ttm_bo_shrink_may_backup(gfp_t gfp_mask)
{
	return gfp_mask & __GFP_FS;
}

static inline unsigned long ttm_device_unwritten(struct ttm_device *bdev)
{
	return 0;
}

static inline unsigned long ttm_device_writeback(struct ttm_device *bdev,
						 unsigned long to_scan,
						 unsigned long *scanned)
{
	return 0;
}

static inline unsigned long ttm_device_interrupted(struct ttm_device *bdev)
{
	return 0;
}

#endif
