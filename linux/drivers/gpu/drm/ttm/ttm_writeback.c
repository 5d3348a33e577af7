// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Write backups to swap before memory runs out.
 *
 * A backup frees no memory by itself: it makes pages reclaimable. Reclaim
 * writes them when it gets to them, and the first writes need memory of their
 * own. A shrinker that is called again and again can start writing earlier. But
 * it does not find the buffers any more, because buffers that are backed up are
 * on no LRU list. So the device has a queue of the backups that have not been
 * written, the oldest first. The queue is an estimate: pages that reclaim has
 * written, or that have been dropped, are noticed only when their turn comes.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/shmem_fs.h>
#include <linux/sizes.h>

#include <drm/ttm/ttm_device.h>
#include <drm/ttm/ttm_tt.h>
#include <drm/ttm/ttm_writeback.h>

#include "ttm_writeback_internal.h"

/* How many pages to claim from a backup at once: a multiple of any folio. */
#define TTM_WRITEBACK_PAGES (SZ_2M >> PAGE_SHIFT)

/* Call with the lru_lock held. Readers of the counter do not take it. */
static void ttm_writeback_account(struct ttm_device *bdev, long nr_pages)
{
	WRITE_ONCE(bdev->unwritten_pages, bdev->unwritten_pages + nr_pages);
}

static void ttm_writeback_dequeue(struct ttm_writeback *wb)
{
	ttm_writeback_account(wb->bdev, -(long)wb->nr_pages);
	list_del(&wb->link);
	wb->nr_pages = 0;
	/* ttm_writeback_del() reads this without the lock. */
	WRITE_ONCE(wb->bdev, NULL);
}

/**
 * ttm_writeback_add() - Queue a backup for writeback
 * @bdev: The TTM device.
 * @tt: The struct ttm_tt that has been backed up.
 * @nr_pages: How many of its pages have just been backed up.
 *
 * Context: Any context that may take the lru_lock of @bdev. Must not run
 * concurrently with another call for @tt.
 */
void ttm_writeback_add(struct ttm_device *bdev, struct ttm_tt *tt,
		       pgoff_t nr_pages)
{
	struct ttm_writeback *wb = &tt->writeback;

	spin_lock(&bdev->lru_lock);
	if (!wb->bdev) {
		WRITE_ONCE(wb->bdev, bdev);
		list_add_tail(&wb->link, &bdev->unwritten);
	}
	wb->next = 0;
	wb->nr_pages += nr_pages;
	ttm_writeback_account(bdev, nr_pages);
	spin_unlock(&bdev->lru_lock);
}

/**
 * ttm_writeback_del() - Remove a backup from the queue
 * @tt: The struct ttm_tt that is restored or destroyed.
 *
 * Context: As ttm_writeback_add().
 */
void ttm_writeback_del(struct ttm_tt *tt)
{
	struct ttm_writeback *wb = &tt->writeback;
	struct ttm_device *bdev = READ_ONCE(wb->bdev);

	/* Only ttm_writeback_claim() can remove it from the queue concurrently. */
	if (!bdev)
		return;

	spin_lock(&bdev->lru_lock);
	if (wb->bdev)
		ttm_writeback_dequeue(wb);
	spin_unlock(&bdev->lru_lock);
}

/*
 * Claim the next pages of the oldest backup that has not been written.
 *
 * Return: The backup, with a reference, or NULL if there is none. Sets @start
 * to the first page.
 */
static struct file *ttm_writeback_claim(struct ttm_device *bdev, pgoff_t *start)
{
	struct ttm_writeback *wb;
	struct file *backup = NULL;
	struct ttm_tt *tt;
	pgoff_t nr;

	spin_lock(&bdev->lru_lock);
	wb = list_first_entry_or_null(&bdev->unwritten, typeof(*wb), link);
	if (wb) {
		tt = container_of(wb, struct ttm_tt, writeback);
		backup = get_file(tt->backup);
		*start = wb->next;
		wb->next += TTM_WRITEBACK_PAGES;
		nr = min_t(pgoff_t, wb->nr_pages, TTM_WRITEBACK_PAGES);
		wb->nr_pages -= nr;
		ttm_writeback_account(bdev, -(long)nr);
		if (wb->next >= tt->num_pages)
			ttm_writeback_dequeue(wb);
	}
	spin_unlock(&bdev->lru_lock);

	return backup;
}

/**
 * ttm_device_unwritten() - Estimate how much of the backups has not been written
 * @bdev: The TTM device.
 *
 * For the count_objects() callback of a driver's shrinker that calls
 * ttm_device_writeback().
 *
 * Context: Any context that may take a spinlock.
 *
 * Return: The number of pages, which may be too large; 0 if it makes no sense
 * to write early.
 */
unsigned long ttm_device_unwritten(struct ttm_device *bdev)
{
	unsigned long nr_pages = READ_ONCE(bdev->unwritten_pages);

	return nr_pages && shmem_writeback_sensible() ? nr_pages : 0;
}
EXPORT_SYMBOL_GPL(ttm_device_unwritten);

/**
 * ttm_device_writeback() - Start writing backups to swap
 * @bdev: The TTM device.
 * @to_scan: The minimum number of pages to look at, if there are that many.
 * @scanned: The number of pages looked at is added to this.
 *
 * The oldest backups are written first. This is best effort. Nothing is written
 * if swap is half full, or is a file or in memory: it is left to reclaim then.
 *
 * Context: Process context; may sleep. May be called from reclaim that allows
 * __GFP_IO and __GFP_FS. Takes no reservation.
 *
 * Return: The number of pages for which writeback was started.
 */
unsigned long ttm_device_writeback(struct ttm_device *bdev,
				   unsigned long to_scan,
				   unsigned long *scanned)
{
	unsigned long done = 0, started = 0;
	struct file *backup;
	pgoff_t start;

	if (!shmem_writeback_sensible())
		return 0;

	while (done < to_scan && (backup = ttm_writeback_claim(bdev, &start))) {
		started += shmem_writeback_start(backup, start,
						 TTM_WRITEBACK_PAGES);
		fput(backup);
		done += TTM_WRITEBACK_PAGES;
	}

	*scanned += done;
	return started;
}
EXPORT_SYMBOL_GPL(ttm_device_writeback);
