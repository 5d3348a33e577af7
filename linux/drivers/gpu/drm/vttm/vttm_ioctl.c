// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The ioctls. include/uapi/drm/vttm_drm.h describes them.
 */

#include <linux/capability.h>
#include <linux/mm.h>
#include <linux/overflow.h>

#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/ttm/ttm_backup_stats.h>
#include <drm/ttm/ttm_tt.h>
#include <drm/vttm_drm.h>

#include "vttm.h"

static struct vttm_bo *vttm_bo_lookup(struct drm_file *file, u32 handle)
{
	struct drm_gem_object *gem = drm_gem_object_lookup(file, handle);

	return gem ? gem_to_vttm_bo(gem) : NULL;
}

static void vttm_bo_put(struct vttm_bo *bo)
{
	drm_gem_object_put(&bo->ttm.base);
}

/* Look up a buffer and reserve it. Undone by vttm_bo_release(). */
static struct vttm_bo *vttm_bo_acquire(struct drm_file *file, u32 handle)
{
	struct vttm_bo *bo = vttm_bo_lookup(file, handle);
	int ret;

	if (!bo)
		return ERR_PTR(-ENOENT);

	ret = ttm_bo_reserve(&bo->ttm, true, false, NULL);
	if (ret) {
		vttm_bo_put(bo);
		return ERR_PTR(ret);
	}

	return bo;
}

/* Unlike ttm_bo_unreserve(), this does not count as a use of the buffer. */
static void vttm_bo_release(struct vttm_bo *bo)
{
	dma_resv_unlock(bo->ttm.base.resv);
	vttm_bo_put(bo);
}

/*
 * A buffer is populated as a whole. So a buffer that is larger than TTM's page
 * limit, by default half of RAM, could never be used. Neither could one with
 * more page pointers than kvcalloc() can allocate.
 */
static u64 vttm_max_pages(void)
{
	return min_t(u64, ttm_tt_pages_limit(), INT_MAX / sizeof(struct page *));
}

#define VTTM_CREATE_FLAGS \
	(VTTM_CREATE_SWAPOUT | VTTM_CREATE_VRAM | VTTM_CREATE_SHARED)

/* Check whether the buffer fits into the place where it will be used. */
static bool vttm_create_fits(struct vttm_device *vttm,
			     const struct drm_vttm_create *args)
{
	if (args->flags & VTTM_CREATE_SWAPOUT &&
	    args->size >> PAGE_SHIFT > vttm_gtt_pages(vttm))
		return false;

	return !(args->flags & VTTM_CREATE_VRAM) ||
	       args->size <= vttm->vram_size;
}

static int vttm_create_check(struct vttm_device *vttm,
			     const struct drm_vttm_create *args)
{
	if (args->flags & ~VTTM_CREATE_FLAGS || args->pad ||
	    args->caching > VTTM_CACHING_UNCACHED)
		return -EINVAL;
	if (!args->size || !PAGE_ALIGNED(args->size))
		return -EINVAL;
	if (args->flags & VTTM_CREATE_VRAM && !vttm->vram)
		return -EINVAL;
	if (overflows_type(args->size, size_t) ||
	    args->size >> PAGE_SHIFT > vttm_max_pages() ||
	    !vttm_create_fits(vttm, args))
		return -E2BIG;

	return 0;
}

/**
 * vttm_create_ioctl() - DRM_IOCTL_VTTM_CREATE
 * @drm: The device.
 * @data: A struct drm_vttm_create.
 * @file: The client.
 *
 * Return: 0 or a negative errno, see the uAPI header.
 */
int vttm_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct vttm_device *vttm = to_vttm_device(drm);
	struct drm_vttm_create *args = data;
	struct vttm_bo *bo;
	int ret;

	ret = vttm_create_check(vttm, args);
	if (ret)
		return ret;

	bo = vttm_bo_create(vttm, args, args->flags & VTTM_CREATE_SHARED ?
			    file->driver_priv : NULL);
	if (IS_ERR(bo))
		return PTR_ERR(bo);

	ret = drm_gem_handle_create(file, &bo->ttm.base, &args->handle);
	vttm_bo_put(bo);

	return ret;
}

/**
 * vttm_mmap_ioctl() - DRM_IOCTL_VTTM_MMAP
 * @drm: The device.
 * @data: A struct drm_vttm_mmap.
 * @file: The client.
 *
 * Return: 0 or a negative errno, see the uAPI header.
 */
int vttm_mmap_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_vttm_mmap *args = data;
	struct vttm_bo *bo;

	if (args->pad)
		return -EINVAL;

	bo = vttm_bo_lookup(file, args->handle);
	if (!bo)
		return -ENOENT;

	args->offset = drm_vma_node_offset_addr(&bo->ttm.base.vma_node);
	vttm_bo_put(bo);

	return 0;
}

static u32 vttm_tt_state(struct ttm_tt *tt)
{
	u32 state = 0;

	if (!tt)
		return 0;

	if (ttm_tt_is_populated(tt))
		state |= VTTM_STATE_POPULATED;
	if (ttm_tt_is_backed_up(tt))
		state |= VTTM_STATE_BACKED_UP;
	if (tt->page_flags & TTM_TT_FLAG_SWAPPED)
		state |= VTTM_STATE_SWAPPED_OUT;

	return state;
}

static u32 vttm_bo_state(struct vttm_bo *bo)
{
	u32 state = vttm_tt_state(bo->ttm.ttm);

	if (vttm_bo_is_in(bo, TTM_PL_TT))
		state |= VTTM_STATE_GTT;
	if (vttm_bo_is_in(bo, TTM_PL_VRAM))
		state |= VTTM_STATE_VRAM;
	if (!dma_resv_test_signaled(bo->ttm.base.resv, DMA_RESV_USAGE_BOOKKEEP))
		state |= VTTM_STATE_BUSY;
	if (bo->dontneed)
		state |= VTTM_STATE_DONTNEED;
	if (bo->purged)
		state |= VTTM_STATE_PURGED;

	return state;
}

static void vttm_info_sizes(struct drm_vttm_info *args,
			    const struct ttm_backup_usage *usage)
{
	unsigned int order;

	for (order = 0; order < NR_PAGE_ORDERS; order++)
		args->by_order[min(order, VTTM_INFO_ORDERS - 1)] +=
			usage->by_order[order];
}

/**
 * vttm_info_ioctl() - DRM_IOCTL_VTTM_INFO
 * @drm: The device.
 * @data: A struct drm_vttm_info.
 * @file: The client.
 *
 * Return: 0 or a negative errno, see the uAPI header.
 */
int vttm_info_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_vttm_info *args = data;
	struct ttm_backup_usage usage;
	struct vttm_bo *bo;

	if (args->pad)
		return -EINVAL;

	bo = vttm_bo_acquire(file, args->handle);
	if (IS_ERR(bo))
		return PTR_ERR(bo);

	vttm_bo_usage(bo, &usage);
	args->size = bo->ttm.base.size;
	args->caching = bo->caching;
	args->state = vttm_bo_state(bo);
	args->resident = usage.resident;
	args->inserted = usage.inserted;
	args->copied = usage.copied;
	args->swapped = usage.swapped;
	memset(args->by_order, 0, sizeof(args->by_order));
	vttm_info_sizes(args, &usage);
	vttm_bo_release(bo);

	return 0;
}

/**
 * vttm_madvise_ioctl() - DRM_IOCTL_VTTM_MADVISE
 * @drm: The device.
 * @data: A struct drm_vttm_madvise.
 * @file: The client.
 *
 * Return: 0 or a negative errno, see the uAPI header.
 */
int vttm_madvise_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_vttm_madvise *args = data;
	struct vttm_bo *bo;
	int ret = 0;

	if (args->pad || args->madv > VTTM_MADV_DONTNEED)
		return -EINVAL;

	bo = vttm_bo_acquire(file, args->handle);
	if (IS_ERR(bo))
		return PTR_ERR(bo);

	if (args->madv == VTTM_MADV_DONTNEED && !vttm_bo_is_shrinkable(bo)) {
		ret = -EINVAL;
	} else {
		vttm_bo_set_dontneed(bo, args->madv == VTTM_MADV_DONTNEED);
		args->retained = !bo->purged;
	}
	vttm_bo_release(bo);

	return ret;
}

/* Swap out one buffer at a time. It is no error if there are no more. */
static int vttm_swap_out(struct vttm_device *vttm, struct drm_vttm_shrink *args)
{
	struct ttm_operation_ctx ctx = { .interruptible = true };
	struct vttm_sample sample;
	int ret;

	args->shrunk = 0;
	vttm_sample_begin(&sample);
	do {
		ret = ttm_device_swapout(&vttm->ttm, &ctx, GFP_KERNEL);
		if (ret > 0)
			args->shrunk += ret;
	} while (ret > 0 && args->shrunk < args->nr_pages);
	vttm_sample_end(&sample, &vttm->swapout, args->shrunk);

	if (args->shrunk || (ret != -EINTR && ret != -ERESTARTSYS))
		return 0;
	return ret;
}

static int vttm_shrink_clients(struct drm_device *drm,
			       struct drm_vttm_shrink *args)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EACCES;
	if (!args->nr_pages)
		return -EINVAL;
	if (args->flags & VTTM_SHRINK_SWAPOUT)
		return vttm_swap_out(to_vttm_device(drm), args);

	args->shrunk = vttm_shrink_all(to_vttm_device(drm),
				       min_t(u64, args->nr_pages, ULONG_MAX),
				       args->flags & VTTM_SHRINK_WRITEBACK);
	return 0;
}

static int vttm_shrink_buffer(struct drm_file *file,
			      struct drm_vttm_shrink *args)
{
	struct ttm_operation_ctx ctx = { .interruptible = true };
	struct vttm_bo *bo;
	long ret;

	if (args->nr_pages || args->flags & VTTM_SHRINK_SWAPOUT)
		return -EINVAL;

	bo = vttm_bo_acquire(file, args->handle);
	if (IS_ERR(bo))
		return PTR_ERR(bo);

	ret = -EINVAL;
	if (vttm_bo_is_shrinkable(bo))
		ret = vttm_bo_shrink(bo, &ctx,
				     args->flags & VTTM_SHRINK_WRITEBACK);
	vttm_bo_release(bo);
	if (ret <= 0)
		return ret ?: -EBUSY;

	args->shrunk = ret;
	return 0;
}

/**
 * vttm_shrink_ioctl() - DRM_IOCTL_VTTM_SHRINK
 * @drm: The device.
 * @data: A struct drm_vttm_shrink.
 * @file: The client.
 *
 * Return: 0 or a negative errno, see the uAPI header.
 */
int vttm_shrink_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_vttm_shrink *args = data;

	switch (args->flags) {
	case 0:
	case VTTM_SHRINK_WRITEBACK:
	case VTTM_SHRINK_SWAPOUT:
		break;
	default:
		return -EINVAL;
	}

	if (!args->handle)
		return vttm_shrink_clients(drm, args);

	return vttm_shrink_buffer(file, args);
}

/**
 * vttm_restore_ioctl() - DRM_IOCTL_VTTM_RESTORE
 * @drm: The device.
 * @data: A struct drm_vttm_restore.
 * @file: The client.
 *
 * Return: 0 or a negative errno, see the uAPI header.
 */
int vttm_restore_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_vttm_restore *args = data;
	/* The caller can be told about -ENOMEM, so do not invoke the OOM killer. */
	struct ttm_operation_ctx ctx = {
		.interruptible = true,
		.gfp_retry_mayfail = true,
	};
	struct vttm_bo *bo;
	int ret;

	if (args->pad)
		return -EINVAL;

	bo = vttm_bo_acquire(file, args->handle);
	if (IS_ERR(bo))
		return PTR_ERR(bo);

	ret = vttm_bo_use(bo, &ctx);
	vttm_bo_release(bo);

	return ret;
}

/**
 * vttm_busy_ioctl() - DRM_IOCTL_VTTM_BUSY
 * @drm: The device.
 * @data: A struct drm_vttm_busy.
 * @file: The client.
 *
 * Return: 0 or a negative errno, see the uAPI header.
 */
int vttm_busy_ioctl(struct drm_device *drm, void *data, struct drm_file *file)
{
	struct drm_vttm_busy *args = data;
	struct vttm_bo *bo;
	int ret;

	if (!args->ms || args->ms > VTTM_BUSY_MAX_MS)
		return -EINVAL;

	bo = vttm_bo_acquire(file, args->handle);
	if (IS_ERR(bo))
		return PTR_ERR(bo);

	ret = vttm_bo_keep_busy(bo, args->ms);
	vttm_bo_release(bo);

	return ret;
}
