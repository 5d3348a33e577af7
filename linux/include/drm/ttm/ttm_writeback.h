/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Write backups to swap before memory runs out.
 */
#ifndef _TTM_WRITEBACK_H_
#define _TTM_WRITEBACK_H_

#include <linux/list.h>
#include <linux/types.h>

struct ttm_device;

/**
 * struct ttm_writeback - entry of a backup in the queue for writeback
 *
 * Protected by the lru_lock of @bdev.
 */
struct ttm_writeback {
	/** @link: Entry in ttm_device.unwritten. */
	struct list_head link;
	/** @bdev: The device with the queue, or NULL if the backup is not queued. */
	struct ttm_device *bdev;
	/** @next: The index of the first page that has not been claimed yet. */
	pgoff_t next;
	/** @nr_pages: Upper bound of the pages that have not been written. */
	pgoff_t nr_pages;
};

unsigned long ttm_device_unwritten(struct ttm_device *bdev);
unsigned long ttm_device_writeback(struct ttm_device *bdev,
				   unsigned long to_scan,
				   unsigned long *scanned);

#endif /* _TTM_WRITEBACK_H_ */
