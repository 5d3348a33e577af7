/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Interface of ttm_writeback.c to backups and restores.
 */
#ifndef _TTM_WRITEBACK_INTERNAL_H_
#define _TTM_WRITEBACK_INTERNAL_H_

#include <linux/types.h>

struct ttm_device;
struct ttm_tt;

void ttm_writeback_add(struct ttm_device *bdev, struct ttm_tt *tt,
		       pgoff_t nr_pages);
void ttm_writeback_del(struct ttm_tt *tt);

#endif /* _TTM_WRITEBACK_INTERNAL_H_ */
