// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Writing backups to swap, before memory runs out.
 *
 * A backup frees nothing by itself: it makes pages reclaimable. Reclaim writes
 * them when it gets to them, and the first writes need memory of their own. A
 * shrinker that has been asked again and again can start earlier. It does not
 * find the buffers any more, though, for those that are backed up are on no LRU
 * list. So the device has a queue of the backups that have not been written,
 * the oldest first. It is an estimate: what reclaim has written, or what has
 * been dropped, is found out when its turn comes.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/shmem_fs.h>
#include <linux/sizes.h>

#include <drm/ttm/ttm_device.h>
#include <drm/ttm/ttm_tt.h>
#include <drm/ttm/ttm_writeback.h>

#include "ttm_writeback_internal.h"

/* What is claimed from a backup at once, in pages: a multiple of any folio. */
#define TTM_WRITEBACK_PAGES (SZ_2M >> PAGE_SHIFT)

/* Under the lru_lock, but not for those who only want to know how many. */
static void ttm_writeback_account(struct ttm_device *bdev, long nr_pages)
{
	WRITE_ONCE(bdev->unwritten_pages, bdev->unwritten_pages + nr_pages);
}

static void ttm_writeback_dequeue(struct ttm_writeback *wb)
{
	ttm_writeback_account(wb->bdev, -(long)wb->nr_pages);
	list_del(&wb->link);
	wb->nr_pages = 0;
	/* ttm_writeback_del() looks at it without the lock. */
	WRITE_ONCE(wb->bdev, NULL);
}

/**
 * ttm_writeback_add() - Remember that a backup is to be written
 * @bdev: The TTM device.
 * @tt: The struct ttm_tt that has been backed up.
 * @nr_pages: How many pages of it have, now.
 *
 * Context: Any that may take the lru_lock of @bdev. Not concurrently with
 * another call for @tt.
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
 * ttm_writeback_del() - Forget a backup
 * @tt: The struct ttm_tt that is restored, or destroyed.
 *
 * Context: As ttm_writeback_add().
 */
void ttm_writeback_del(struct ttm_tt *tt)
{
	struct ttm_writeback *wb = &tt->writeback;
	struct ttm_device *bdev = READ_ONCE(wb->bdev);

	/* Only a walk can take it off the queue meanwhile. */
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
 * ttm_device_unwritten() - How much of the backups has not been written
 * @bdev: The TTM device.
 *
 * For the count_objects() of a driver's shrinker that calls
 * ttm_device_writeback().
 *
 * Context: Any that may take a spinlock.
 *
 * Return: An estimate, in pages, which may be too large; 0 if it is not sensible
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
 * @to_scan: How many pages to look at, at least, if there are so many.
 * @scanned: The number of pages looked at is added to this.
 *
 * The oldest backups go first. Best effort, and not if swap is half full, a file
 * or in memory: reclaim does it then.
 *
 * Context: Process context; may sleep. May be called from reclaim that allows
 * __GFP_IO and __GFP_FS. Takes no reservation.
 *
 * Return: The number of pages whose write-out has been started.
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
