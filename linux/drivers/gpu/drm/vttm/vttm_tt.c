// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The pages of buffers: where they come from, and who is told when they come
 * and go. TTM calls all of this under the buffer's reservation.
 */

#include <linux/slab.h>

#include <drm/ttm/ttm_pool.h>

#include "vttm.h"

static enum ttm_caching vttm_bo_caching(const struct vttm_bo *bo)
{
	switch (bo->caching) {
	case VTTM_CACHING_WC:
		return ttm_write_combined;
	case VTTM_CACHING_UNCACHED:
		return ttm_uncached;
	default:
		return ttm_cached;
	}
}

/* Create the page vector, and DMA addresses if the device wants them. */
static int vttm_tt_init(struct ttm_tt *tt, struct vttm_bo *bo, u32 page_flags)
{
	enum ttm_caching caching = vttm_bo_caching(bo);

	if (vttm_has_dma_addresses())
		return ttm_sg_tt_init(tt, &bo->ttm, page_flags, caching);

	return ttm_tt_init(tt, &bo->ttm, page_flags, caching, 0);
}

/*
 * Make the pages ours, so that the shrinker swaps them out instead of TTM. Set
 * the flags late, because ttm_sg_tt_init() does not allocate a page vector if
 * they are set.
 */
static int vttm_tt_make_ours(struct ttm_tt *tt)
{
	tt->page_flags |= TTM_TT_FLAG_EXTERNAL | TTM_TT_FLAG_EXTERNAL_MAPPABLE;

	return ttm_tt_setup_backup(tt);
}

/**
 * vttm_tt_create() - &ttm_device_funcs.ttm_tt_create
 * @tbo: The buffer.
 * @page_flags: Flags that TTM wants for the pages.
 *
 * Return: The new struct ttm_tt, or NULL if there is no memory for it.
 */
struct ttm_tt *vttm_tt_create(struct ttm_buffer_object *tbo, u32 page_flags)
{
	struct vttm_bo *bo = to_vttm_bo(tbo);
	struct vttm_tt *vtt;

	vtt = kzalloc_obj(*vtt);
	if (!vtt)
		return NULL;

	vtt->bo = bo;
	INIT_LIST_HEAD(&vtt->link);
	if (vttm_tt_init(&vtt->base, bo, page_flags))
		goto err_free;
	if (vttm_bo_is_shrinkable(bo) && vttm_tt_make_ours(&vtt->base))
		goto err_fini;

	return &vtt->base;

err_fini:
	ttm_tt_fini(&vtt->base);
err_free:
	kfree(vtt);
	return NULL;
}

/**
 * vttm_tt_destroy() - &ttm_device_funcs.ttm_tt_destroy
 * @tdev: The TTM device.
 * @tt: The struct ttm_tt.
 */
void vttm_tt_destroy(struct ttm_device *tdev, struct ttm_tt *tt)
{
	struct vttm_tt *vtt = to_vttm_tt(tt);

	ttm_tt_fini(tt);
	kfree(vtt);
}

/* Restore backups of the shrinker through the device, and TTM's through the pool. */
static int vttm_tt_restore(struct ttm_device *tdev, struct ttm_tt *tt,
			   struct ttm_operation_ctx *ctx)
{
	struct vttm_device *vttm = ttm_to_vttm_device(tdev);
	struct vttm_bo *bo = to_vttm_tt(tt)->bo;
	struct vttm_sample sample;
	int ret;

	vttm_sample_begin(&sample);
	if (vttm_bo_is_shrinkable(bo))
		ret = ttm_tt_restore(tdev, tt, ctx);
	else
		ret = ttm_pool_alloc(bo->pool, tt, ctx);
	vttm_sample_end(&sample, &vttm->restore, ret ? 0 : tt->num_pages);

	return ret;
}

/**
 * vttm_tt_populate() - &ttm_device_funcs.ttm_tt_populate
 * @tdev: The TTM device.
 * @tt: The struct ttm_tt.
 * @ctx: How to wait and allocate.
 *
 * Return: 0 or a negative errno, see vttm_bo_use().
 */
int vttm_tt_populate(struct ttm_device *tdev, struct ttm_tt *tt,
		     struct ttm_operation_ctx *ctx)
{
	struct vttm_bo *bo = to_vttm_tt(tt)->bo;
	int ret;

	/* The content is gone, and fresh zeroes would look like content. */
	if (bo->purged)
		return -EFAULT;

	if (ttm_tt_is_backed_up(tt))
		ret = vttm_tt_restore(tdev, tt, ctx);
	else
		ret = ttm_pool_alloc(bo->pool, tt, ctx);
	if (ret)
		return ret;

	WRITE_ONCE(bo->resident, true);
	vttm_bo_account(bo, tt->num_pages);
	return 0;
}

/**
 * vttm_tt_unpopulate() - &ttm_device_funcs.ttm_tt_unpopulate
 * @tdev: The TTM device.
 * @tt: The struct ttm_tt, populated.
 */
void vttm_tt_unpopulate(struct ttm_device *tdev, struct ttm_tt *tt)
{
	struct vttm_tt *vtt = to_vttm_tt(tt);

	vttm_gtt_unbind(ttm_to_vttm_device(tdev), vtt);
	ttm_pool_free(vtt->bo->pool, tt);
	WRITE_ONCE(vtt->bo->resident, false);
	vttm_bo_account(vtt->bo, -(long)tt->num_pages);
}
