/* SPDX-License-Identifier: GPL-2.0 OR MIT */
#ifndef _TTM_BACKUP_INTERNAL_H_
#define _TTM_BACKUP_INTERNAL_H_

#include <linux/types.h>

struct dentry;
struct ttm_pool;
struct ttm_tt;

extern bool ttm_backup_zero_copy;

/**
 * enum ttm_backup_event - what happened to a page that was backed up
 * @TTM_BACKUP_INSERTED: Handed over to shmem as it was.
 * @TTM_BACKUP_COPIED: Copied to shmem, for one of the reasons below.
 * @TTM_BACKUP_RESTORED: Brought back into its buffer.
 * @TTM_BACKUP_TAKEN: Brought back by taking it out of shmem as it was.
 * @TTM_BACKUP_NR_SIZED: The number of events before this one. These are counted
 *                       by the size of the block that contains the page.
 * @TTM_BACKUP_SPLIT: Belonged to a block that was split to order 0, because
 *                    it could not be inserted as a whole.
 * @TTM_BACKUP_READBACK: Taken after having been read back from swap.
 * @TTM_BACKUP_FALLBACK_OFF: Copied because zero copy is switched off.
 * @TTM_BACKUP_FALLBACK_NOMEM: Copied: no memory for an xarray node or in the
 *                             memory cgroup.
 * @TTM_BACKUP_FALLBACK_BUSY: Copied: somebody else held a reference.
 * @TTM_BACKUP_FALLBACK_MISALIGNED: Copied: its place in the buffer is not
 *                                  aligned to its order.
 * @TTM_BACKUP_FALLBACK_EXISTS: Copied: the backup already had something in its
 *                              place.
 * @TTM_BACKUP_FALLBACK_UNSUPPORTED: Copied: this kernel cannot insert at all,
 *                                   or not at this order.
 * @TTM_BACKUP_FALLBACK_OTHER: Copied, for another reason.
 * @TTM_BACKUP_POISONED: Neither inserted nor copied but left where it was,
 *                       because reading it would raise a machine check.
 * @TTM_BACKUP_BUSY: Left where it was: only a part of its block could be
 *                   copied, and the block could not be split because somebody
 *                   held a reference.
 * @TTM_BACKUP_HEALED: Brought back into a larger block than it had in the
 *                     backup, though it could have been taken.
 * @TTM_BACKUP_PIECES: Taken in a smaller block than its place in the buffer
 *                     allows.
 * @TTM_BACKUP_LOST: Poisoned or unreadable in the backup, and replaced with a
 *                   cleared page.
 * @TTM_BACKUP_SWAPOUT: Backed up by TTM itself, not by a driver's shrinker. It
 *                      is also counted as inserted or copied.
 * @TTM_BACKUP_SWAPIN: Restored after that; also counted as restored.
 * @TTM_BACKUP_NR_EVENTS: The number of events.
 */
enum ttm_backup_event {
	TTM_BACKUP_INSERTED,
	TTM_BACKUP_COPIED,
	TTM_BACKUP_RESTORED,
	TTM_BACKUP_TAKEN,
	TTM_BACKUP_NR_SIZED,
	TTM_BACKUP_SPLIT = TTM_BACKUP_NR_SIZED,
	TTM_BACKUP_READBACK,
	TTM_BACKUP_FALLBACK_OFF,
	TTM_BACKUP_FALLBACK_NOMEM,
	TTM_BACKUP_FALLBACK_BUSY,
	TTM_BACKUP_FALLBACK_MISALIGNED,
	TTM_BACKUP_FALLBACK_EXISTS,
	TTM_BACKUP_FALLBACK_UNSUPPORTED,
	TTM_BACKUP_FALLBACK_OTHER,
	TTM_BACKUP_POISONED,
	TTM_BACKUP_BUSY,
	TTM_BACKUP_HEALED,
	TTM_BACKUP_PIECES,
	TTM_BACKUP_LOST,
	TTM_BACKUP_SWAPOUT,
	TTM_BACKUP_SWAPIN,
	TTM_BACKUP_NR_EVENTS,
};

void ttm_backup_counters_init(struct ttm_pool *pool);
void ttm_backup_counters_fini(struct ttm_pool *pool);
void ttm_backup_count(struct ttm_pool *pool, enum ttm_backup_event event,
		      unsigned long pages);
void ttm_backup_count_blocks(struct ttm_pool *pool, enum ttm_backup_event event,
			     unsigned int order, unsigned long blocks);
u64 ttm_backup_event_total(enum ttm_backup_event event);
u64 ttm_backup_blocks_total(enum ttm_backup_event event, unsigned int order);
enum ttm_backup_event ttm_backup_fallback_reason(int err);
pgoff_t ttm_backup_swapped_pages(const struct ttm_tt *tt);
bool ttm_backup_handle_is_copied(unsigned long handle);
void ttm_backup_stats_debugfs_init(struct dentry *root);

#endif
