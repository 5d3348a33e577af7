/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Writing backups to swap, before memory runs out.
 */
#ifndef _TTM_WRITEBACK_H_
#define _TTM_WRITEBACK_H_

#include <linux/list.h>
#include <linux/types.h>

struct ttm_device;

/**
 * struct ttm_writeback - a backup's place among those that are not written
 *
 * Protected by the lru_lock of @bdev.
 */
struct ttm_writeback {
	/** @link: In ttm_device.unwritten. */
	struct list_head link;
	/** @bdev: The device in whose queue it is, or NULL if in none. */
	struct ttm_device *bdev;
	/** @next: The index of the first page that no walk has come to. */
	pgoff_t next;
	/** @nr_pages: How many pages may not have been written. */
	pgoff_t nr_pages;
};

unsigned long ttm_device_unwritten(struct ttm_device *bdev);
unsigned long ttm_device_writeback(struct ttm_device *bdev,
				   unsigned long to_scan,
				   unsigned long *scanned);

#endif /* _TTM_WRITEBACK_H_ */
