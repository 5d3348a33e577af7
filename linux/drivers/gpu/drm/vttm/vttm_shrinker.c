// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The mm shrinker, modelled on xe's.
 */

#include <linux/moduleparam.h>
#include <linux/sched/signal.h>
#include <linux/shrinker.h>

#include <drm/drm_managed.h>
#include <drm/ttm/ttm_backup.h>
#include <drm/ttm/ttm_tt.h>
#include <drm/ttm/ttm_writeback.h>

#include "vttm.h"

/* Whether a walk over the buffers ends at the first that does not go, as xe's. */
bool vttm_stop_on_error;
module_param_named(stop_on_error, vttm_stop_on_error, bool, 0644);
MODULE_PARM_DESC(stop_on_error,
		 "A walk of the shrinker ends at the first buffer that cannot go (default: N)");

/**
 * struct vttm_shrink - one request to shrink buffers
 * @ctx: How to wait.
 * @to_scan: Stop when attempts have covered this many pages.
 * @to_shrink: Stop when this many pages are freed or backed up.
 * @scanned: Pages attempted so far.
 * @shrunk: Pages freed or backed up so far.
 */
struct vttm_shrink {
	struct ttm_operation_ctx ctx;
	unsigned long to_scan;
	unsigned long to_shrink;
	unsigned long scanned;
	unsigned long shrunk;
};

/* Only kswapd, which nobody waits for, writes, if it may back up at all. */
static bool vttm_may_write(const struct shrink_control *sc)
{
	return !ttm_bo_shrink_avoid_wait() && (sc->gfp_mask & __GFP_IO);
}

/* What a walk over the buffers may do to them. */
enum vttm_walk {
	VTTM_WALK_PURGE,
	VTTM_WALK_BACKUP,
	VTTM_WALK_WRITEBACK,
};

static bool vttm_shrink_done(const struct vttm_shrink *shrink)
{
	if (shrink->ctx.interruptible && signal_pending(current))
		return true;

	return shrink->scanned >= shrink->to_scan ||
	       shrink->shrunk >= shrink->to_shrink;
}

/* False if the walk is to end here. */
static bool vttm_walk_one(struct vttm_shrink *shrink, struct vttm_bo *bo,
			  enum vttm_walk walk)
{
	long ret;

	if (!vttm_bo_is_shrinkable(bo))
		return true;
	if (walk == VTTM_WALK_PURGE && !vttm_bo_is_disposable(bo))
		return true;
	if (!ttm_bo_shrink_suitable(&bo->ttm, &shrink->ctx))
		return true;

	shrink->scanned += bo->ttm.ttm->num_pages;
	ret = vttm_bo_shrink(bo, &shrink->ctx, walk == VTTM_WALK_WRITEBACK);
	if (ret > 0)
		shrink->shrunk += ret;

	return ret >= 0 || !READ_ONCE(vttm_stop_on_error);
}

/*
 * Least recently used first. Trylock only: the task that runs this may hold
 * the reservation of one of the buffers, when its allocation for that buffer
 * entered reclaim.
 */
static void vttm_walk(struct vttm_device *vttm, struct vttm_shrink *shrink,
		      enum vttm_walk walk)
{
	struct ttm_lru_walk_arg arg = {
		.ctx = &shrink->ctx,
		.trylock_only = true,
	};
	struct ttm_buffer_object *tbo;
	struct ttm_bo_lru_cursor curs;

	if (vttm_shrink_done(shrink))
		return;

	ttm_bo_lru_for_each_reserved_guarded(&curs, &vttm->ttm.sysman, &arg,
					     tbo) {
		if (!vttm_walk_one(shrink, to_vttm_bo(tbo), walk) ||
		    vttm_shrink_done(shrink))
			return;
	}
}

/* Write what earlier walks have backed up, if that is still to be done. */
static void vttm_write_back(struct vttm_device *vttm, struct vttm_shrink *shrink)
{
	if (vttm_shrink_done(shrink))
		return;

	shrink->shrunk += ttm_device_writeback(&vttm->ttm,
					       shrink->to_scan - shrink->scanned,
					       &shrink->scanned);
}

static unsigned long vttm_shrinker_count(struct shrinker *shrinker,
					 struct shrink_control *sc)
{
	struct vttm_device *vttm = shrinker->private_data;
	bool may_backup = ttm_bo_shrink_may_backup(sc->gfp_mask);
	unsigned long nr_pages = 0;

	if (may_backup)
		nr_pages = min_t(u64, ttm_backup_bytes_avail() >> PAGE_SHIFT,
				 atomic_long_read(&vttm->shrinkable) +
				 ttm_device_interrupted(&vttm->ttm));
	nr_pages += atomic_long_read(&vttm->purgeable);
	if (may_backup && vttm_may_write(sc))
		nr_pages += ttm_device_unwritten(&vttm->ttm);

	return nr_pages ?: SHRINK_EMPTY;
}

/*
 * What costs least goes first: content nobody needs, then backing up, which
 * leaves it to reclaim when to write the pages to swap. Only kswapd goes on to
 * write them out itself: what has been backed up before, then what is busy.
 */
static unsigned long vttm_shrinker_scan(struct shrinker *shrinker,
					struct shrink_control *sc)
{
	struct vttm_device *vttm = shrinker->private_data;
	bool avoid_wait = ttm_bo_shrink_avoid_wait();
	struct vttm_shrink shrink = {
		.ctx.no_wait_gpu = avoid_wait,
		.to_scan = sc->nr_to_scan,
		.to_shrink = ULONG_MAX,
	};

	if (atomic_long_read(&vttm->purgeable))
		vttm_walk(vttm, &shrink, VTTM_WALK_PURGE);
	if (ttm_bo_shrink_may_backup(sc->gfp_mask)) {
		vttm_walk(vttm, &shrink, VTTM_WALK_BACKUP);
		if (vttm_may_write(sc)) {
			vttm_write_back(vttm, &shrink);
			vttm_walk(vttm, &shrink, VTTM_WALK_WRITEBACK);
		}
	}

	sc->nr_scanned = shrink.scanned;
	return shrink.scanned ? shrink.shrunk : SHRINK_STOP;
}

/**
 * vttm_shrink_all() - shrink the buffers of all clients
 * @vttm: The device.
 * @nr_pages: How many pages to free or back up at least.
 * @writeback: Start write-out to swap at once.
 *
 * Context: Process context, outside reclaim. Stops early on a signal.
 * Return: Pages freed or backed up.
 */
unsigned long vttm_shrink_all(struct vttm_device *vttm, unsigned long nr_pages,
			      bool writeback)
{
	struct vttm_shrink shrink = {
		.ctx.interruptible = true,
		.to_scan = ULONG_MAX,
		.to_shrink = nr_pages,
	};

	vttm_walk(vttm, &shrink, VTTM_WALK_PURGE);
	vttm_walk(vttm, &shrink,
		  writeback ? VTTM_WALK_WRITEBACK : VTTM_WALK_BACKUP);

	return shrink.shrunk;
}

static void vttm_shrinker_fini(struct drm_device *drm, void *arg)
{
	struct vttm_device *vttm = arg;

	shrinker_free(vttm->shrinker);
}

/**
 * vttm_shrinker_init() - register the device's mm shrinker
 * @vttm: The device, its TTM device initialised.
 *
 * The shrinker goes away with the DRM device.
 *
 * Return: 0 or -ENOMEM.
 */
int vttm_shrinker_init(struct vttm_device *vttm)
{
	vttm->shrinker = shrinker_alloc(0, "drm-vttm_gem:%s", vttm->drm.unique);
	if (!vttm->shrinker)
		return -ENOMEM;

	vttm->shrinker->count_objects = vttm_shrinker_count;
	vttm->shrinker->scan_objects = vttm_shrinker_scan;
	vttm->shrinker->private_data = vttm;
	shrinker_register(vttm->shrinker);

	return drmm_add_action_or_reset(&vttm->drm, vttm_shrinker_fini, vttm);
}
