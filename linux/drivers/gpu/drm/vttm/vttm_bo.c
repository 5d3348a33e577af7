// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Buffer objects: their life, their pages, and the shrinker's account of them.
 *
 * A buffer's pages are counted from the moment its struct ttm_tt is populated
 * until they are freed or backed up, as shrinkable or as purgeable. A buffer
 * that is backed up in part counts as backed up: TTM does not back up the rest
 * before the buffer has been restored. One that is restored in part, by a restore
 * that was interrupted, is for TTM to count.
 */

#include <linux/mm.h>
#include <linux/slab.h>

#include <drm/drm_gem.h>
#include <drm/drm_gem_ttm_helper.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_pool.h>
#include <drm/ttm/ttm_tt.h>
#include <drm/vttm_drm.h>

#include "vttm.h"

/**
 * struct vttm_tt - the pages of a buffer
 * @base: Embedded struct ttm_tt.
 * @bo: The buffer. Buffers do not move, so this never changes.
 */
struct vttm_tt {
	struct ttm_tt base;
	struct vttm_bo *bo;
};

static const struct ttm_place vttm_sys_place = {
	.mem_type = TTM_PL_SYSTEM,
};

static struct ttm_placement vttm_sys_placement = {
	.num_placement = 1,
	.placement = &vttm_sys_place,
};

static struct vttm_bo *vttm_tt_bo(struct ttm_tt *tt)
{
	return container_of(tt, struct vttm_tt, base)->bo;
}

static void vttm_bo_account(struct vttm_bo *bo, long nr_pages)
{
	struct vttm_device *vttm = vttm_bo_device(bo);

	atomic_long_add(nr_pages,
			bo->dontneed ? &vttm->purgeable : &vttm->shrinkable);
}

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

static struct ttm_tt *vttm_tt_create(struct ttm_buffer_object *tbo,
				     u32 page_flags)
{
	struct vttm_bo *bo = to_vttm_bo(tbo);
	struct vttm_tt *vtt;

	vtt = kzalloc_obj(*vtt);
	if (!vtt)
		return NULL;

	vtt->bo = bo;
	/* The pages are ours: the shrinker swaps them out, not TTM's LRU. */
	page_flags |= TTM_TT_FLAG_EXTERNAL | TTM_TT_FLAG_EXTERNAL_MAPPABLE;
	if (ttm_tt_init(&vtt->base, tbo, page_flags, vttm_bo_caching(bo), 0))
		goto err_free;
	if (ttm_tt_setup_backup(&vtt->base))
		goto err_fini;

	return &vtt->base;

err_fini:
	ttm_tt_fini(&vtt->base);
err_free:
	kfree(vtt);
	return NULL;
}

static void vttm_tt_destroy(struct ttm_device *tdev, struct ttm_tt *tt)
{
	struct vttm_tt *vtt = container_of(tt, struct vttm_tt, base);

	ttm_tt_fini(tt);
	kfree(vtt);
}

static int vttm_tt_restore(struct ttm_device *tdev, struct ttm_tt *tt,
			   struct ttm_operation_ctx *ctx)
{
	struct vttm_device *vttm = vttm_bo_device(vttm_tt_bo(tt));
	struct vttm_sample sample;
	int ret;

	vttm_sample_begin(&sample);
	ret = ttm_tt_restore(tdev, tt, ctx);
	vttm_sample_end(&sample, &vttm->restore, ret ? 0 : tt->num_pages);

	return ret;
}

static int vttm_tt_populate(struct ttm_device *tdev, struct ttm_tt *tt,
			    struct ttm_operation_ctx *ctx)
{
	struct vttm_bo *bo = vttm_tt_bo(tt);
	int ret;

	/* The content is gone; fresh zeroes would pass for it. */
	if (bo->purged)
		return -EFAULT;

	if (ttm_tt_is_backed_up(tt))
		ret = vttm_tt_restore(tdev, tt, ctx);
	else
		ret = ttm_pool_alloc(&tdev->pool, tt, ctx);
	if (ret)
		return ret;

	vttm_bo_account(bo, tt->num_pages);
	return 0;
}

static void vttm_tt_unpopulate(struct ttm_device *tdev, struct ttm_tt *tt)
{
	ttm_pool_free(&tdev->pool, tt);
	vttm_bo_account(vttm_tt_bo(tt), -(long)tt->num_pages);
}

static void vttm_evict_flags(struct ttm_buffer_object *tbo,
			     struct ttm_placement *placement)
{
	*placement = vttm_sys_placement;
}

static int vttm_move(struct ttm_buffer_object *tbo, bool evict,
		     struct ttm_operation_ctx *ctx,
		     struct ttm_resource *new_mem, struct ttm_place *hop)
{
	ttm_bo_move_null(tbo, new_mem);
	return 0;
}

const struct ttm_device_funcs vttm_ttm_funcs = {
	.ttm_tt_create		= vttm_tt_create,
	.ttm_tt_populate	= vttm_tt_populate,
	.ttm_tt_unpopulate	= vttm_tt_unpopulate,
	.ttm_tt_destroy		= vttm_tt_destroy,
	.eviction_valuable	= ttm_bo_eviction_valuable,
	.evict_flags		= vttm_evict_flags,
	.move			= vttm_move,
};

static vm_fault_t vttm_errno_to_fault(int err)
{
	switch (err) {
	case -EINTR:
	case -ERESTARTSYS:
	case -EAGAIN:
		return VM_FAULT_NOPAGE;
	case -ENOMEM:
		return VM_FAULT_OOM;
	default:
		return VM_FAULT_SIGBUS;
	}
}

/*
 * Populates, which restores, under the reservation: reclaim that this enters
 * may call our shrinker, which only ever trylocks. The page allocator is
 * left to choose an OOM victim, as for any other fault.
 */
static vm_fault_t vttm_vm_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct ttm_buffer_object *tbo = vma->vm_private_data;
	struct ttm_operation_ctx ctx = { .interruptible = true };
	vm_fault_t ret;
	int err;

	ret = ttm_bo_vm_reserve(tbo, vmf);
	if (ret)
		return ret;

	/* ttm_bo_vm_fault_reserved() would turn -ENOMEM into SIGBUS. */
	err = vttm_bo_populate(to_vttm_bo(tbo), &ctx);
	if (err)
		ret = vttm_errno_to_fault(err);
	else
		ret = ttm_bo_vm_fault_reserved(vmf, vma->vm_page_prot,
					       TTM_BO_VM_NUM_PREFAULT);

	/* On a retry that may wait TTM has dropped the reservation. */
	if (ret == VM_FAULT_RETRY && !(vmf->flags & FAULT_FLAG_RETRY_NOWAIT))
		return ret;

	dma_resv_unlock(tbo->base.resv);
	return ret;
}

static const struct vm_operations_struct vttm_vm_ops = {
	.fault	= vttm_vm_fault,
	.open	= ttm_bo_vm_open,
	.close	= ttm_bo_vm_close,
	.access	= ttm_bo_vm_access,
};

static void vttm_gem_free(struct drm_gem_object *gem)
{
	ttm_bo_fini(&gem_to_vttm_bo(gem)->ttm);
}

/* For fdinfo; called without the reservation, so only a snapshot. */
static enum drm_gem_object_status vttm_gem_status(struct drm_gem_object *gem)
{
	struct vttm_bo *bo = gem_to_vttm_bo(gem);
	enum drm_gem_object_status status = 0;

	if (ttm_tt_is_populated(bo->ttm.ttm))
		status |= DRM_GEM_OBJECT_RESIDENT;
	if (bo->dontneed)
		status |= DRM_GEM_OBJECT_PURGEABLE;

	return status;
}

static const struct drm_gem_object_funcs vttm_gem_funcs = {
	.free	= vttm_gem_free,
	.mmap	= drm_gem_ttm_mmap,
	.status	= vttm_gem_status,
	.vm_ops	= &vttm_vm_ops,
};

static void vttm_bo_destroy(struct ttm_buffer_object *tbo)
{
	drm_gem_object_release(&tbo->base);
	kfree(to_vttm_bo(tbo));
}

/**
 * vttm_bo_create() - create a buffer object without pages
 * @vttm: The device.
 * @size: Size in bytes, a multiple of the page size.
 * @caching: One of VTTM_CACHING_*.
 *
 * Return: The buffer, with one GEM reference for the caller, or an error
 * pointer.
 */
struct vttm_bo *vttm_bo_create(struct vttm_device *vttm, size_t size,
			       u32 caching)
{
	struct vttm_bo *bo;
	int ret;

	bo = kzalloc_obj(*bo);
	if (!bo)
		return ERR_PTR(-ENOMEM);

	bo->caching = caching;
	bo->ttm.base.funcs = &vttm_gem_funcs;
	drm_gem_private_object_init(&vttm->drm, &bo->ttm.base, size);

	/* On failure this calls vttm_bo_destroy(). */
	ret = ttm_bo_init_validate(&vttm->ttm, &bo->ttm, ttm_bo_type_device,
				   &vttm_sys_placement, 0, true, NULL, NULL,
				   vttm_bo_destroy);

	return ret ? ERR_PTR(ret) : bo;
}

/**
 * vttm_bo_populate() - make a buffer's pages present, with their content
 * @bo: The buffer, reserved.
 * @ctx: How to wait and allocate.
 *
 * Counts as a use of the buffer for the order in which the shrinker takes them.
 *
 * Return: 0; -EFAULT if the content was purged; -ENOMEM; -EINTR or
 * -ERESTARTSYS, only if @ctx allows it. What an interrupted restore has
 * brought back is kept, and the next call resumes it.
 */
int vttm_bo_populate(struct vttm_bo *bo, struct ttm_operation_ctx *ctx)
{
	int ret;

	ret = ttm_bo_populate(&bo->ttm, ctx);
	if (ret)
		return ret;

	ttm_bo_move_to_lru_tail_unlocked(&bo->ttm);
	return 0;
}

/**
 * vttm_bo_is_disposable() - may the content be thrown away?
 * @bo: The buffer, reserved.
 *
 * Return: Whether its client said so, or nobody can access it any more: a
 * buffer without GEM references only waits for its destruction.
 */
bool vttm_bo_is_disposable(struct vttm_bo *bo)
{
	return bo->dontneed || !kref_read(&bo->ttm.base.refcount);
}

static long vttm_bo_purge(struct vttm_bo *bo, struct ttm_operation_ctx *ctx)
{
	long ret;

	ret = ttm_bo_shrink(ctx, &bo->ttm,
			    (struct ttm_bo_shrink_flags) { .purge = true });
	if (ret > 0) {
		bo->purged = true;
		/* TTM marks what it purged as backed up, with nothing in it. */
		ttm_tt_clear_backed_up(bo->ttm.ttm);
	}

	return ret;
}

static long vttm_bo_backup(struct vttm_bo *bo, struct ttm_operation_ctx *ctx,
			   bool writeback)
{
	struct vttm_device *vttm = vttm_bo_device(bo);
	struct vttm_sample sample;
	long ret;

	vttm_sample_begin(&sample);
	ret = ttm_bo_shrink(ctx, &bo->ttm, (struct ttm_bo_shrink_flags) {
			    .writeback = writeback });
	vttm_sample_end(&sample, &vttm->backup, max(ret, 0L));

	return ret;
}

/**
 * vttm_bo_shrink() - purge a buffer if it is disposable, else back it up
 * @bo: The buffer, reserved.
 * @ctx: How to wait.
 * @writeback: Start write-out to swap at once.
 *
 * Context: Process context. From reclaim, backing up needs __GFP_FS, and
 * @writeback needs __GFP_IO.
 * Return: The number of pages freed or backed up, 0 if none of the buffer's can
 * be for good; -EBUSY if there are no pages, no swap space or no memory for it;
 * -EINTR, only if @ctx allows it.
 */
long vttm_bo_shrink(struct vttm_bo *bo, struct ttm_operation_ctx *ctx,
		    bool writeback)
{
	bool counted = bo->ttm.ttm && ttm_tt_is_populated(bo->ttm.ttm);
	long ret;

	if (!ttm_bo_shrink_suitable(&bo->ttm, ctx))
		return -EBUSY;

	if (vttm_bo_is_disposable(bo))
		ret = vttm_bo_purge(bo, ctx);
	else
		ret = vttm_bo_backup(bo, ctx, writeback);
	if (ret > 0 && counted)
		vttm_bo_account(bo, -(long)bo->ttm.ttm->num_pages);

	return ret;
}

/**
 * vttm_bo_set_dontneed() - say whether a buffer's content is still needed
 * @bo: The buffer, reserved.
 * @dontneed: It is not.
 *
 * A buffer that is backed up stays so; only pages in the buffer are purged.
 */
void vttm_bo_set_dontneed(struct vttm_bo *bo, bool dontneed)
{
	struct ttm_tt *tt = bo->ttm.ttm;
	long nr_pages = ttm_tt_is_populated(tt) ? tt->num_pages : 0;

	dma_resv_assert_held(bo->ttm.base.resv);

	vttm_bo_account(bo, -nr_pages);
	bo->dontneed = dontneed;
	vttm_bo_account(bo, nr_pages);
}
