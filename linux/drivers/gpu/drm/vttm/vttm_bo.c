// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Buffer objects: their life cycle, their use, and their shrinker accounting.
 *
 * The pages of a buffer are counted, as shrinkable or purgeable, from the time
 * its struct ttm_tt is populated until they are freed or backed up. A partially
 * backed-up buffer counts as backed up: TTM does not back up the rest before
 * the buffer has been restored. TTM counts the pages of a buffer whose restore
 * was interrupted.
 */

#include <linux/mm.h>
#include <linux/slab.h>

#include <drm/drm_gem.h>
#include <drm/drm_gem_ttm_helper.h>
#include <drm/drm_prime.h>
#include <drm/ttm/ttm_tt.h>
#include <drm/vttm_drm.h>

#include "vttm.h"

/**
 * vttm_bo_is_shrinkable() - check whether the shrinker may back up the buffer
 * @bo: The buffer.
 *
 * Return: true if it may; otherwise TTM swaps the buffer out.
 */
bool vttm_bo_is_shrinkable(struct vttm_bo *bo)
{
	return !(bo->flags & VTTM_CREATE_SWAPOUT);
}

/**
 * vttm_bo_account() - count pages for the shrinker
 * @bo: The buffer, reserved.
 * @nr_pages: Number of pages added; negative if they are removed.
 */
void vttm_bo_account(struct vttm_bo *bo, long nr_pages)
{
	struct vttm_device *vttm = vttm_bo_device(bo);

	if (!vttm_bo_is_shrinkable(bo))
		return;

	atomic_long_add(nr_pages,
			bo->dontneed ? &vttm->purgeable : &vttm->shrinkable);
}

static bool vttm_bo_is_swapped_out(const struct vttm_bo *bo)
{
	const struct ttm_tt *tt = bo->ttm.ttm;

	return tt && tt->page_flags & TTM_TT_FLAG_SWAPPED;
}

static int vttm_bo_swap_in(struct vttm_bo *bo, struct ttm_operation_ctx *ctx)
{
	struct vttm_sample sample;
	int ret;

	vttm_sample_begin(&sample);
	ret = ttm_bo_populate(&bo->ttm, ctx);
	vttm_sample_end(&sample, &vttm_bo_device(bo)->swapin,
			ret ? 0 : bo->ttm.ttm->num_pages);

	return ret;
}

/* Populate the buffer where it is, for access by the CPU. */
static int vttm_bo_populate(struct vttm_bo *bo, struct ttm_operation_ctx *ctx)
{
	int ret;

	if (vttm_bo_is_swapped_out(bo))
		ret = vttm_bo_swap_in(bo, ctx);
	else
		ret = ttm_bo_populate(&bo->ttm, ctx);
	if (ret)
		return ret;

	ttm_bo_move_to_lru_tail_unlocked(&bo->ttm);
	return 0;
}

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
 * Populates and restores the buffer under the reservation. Reclaim that this
 * enters may call our shrinker, which only uses trylock. The page allocator may
 * choose an OOM victim, as for any other fault.
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

	/* For a retry that may wait, TTM has dropped the reservation. */
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

/* The buffer is no longer used, so remove it from the shared bulk move. */
static void vttm_gem_free(struct drm_gem_object *gem)
{
	struct vttm_bo *bo = gem_to_vttm_bo(gem);

	if (bo->shared) {
		dma_resv_lock(bo->ttm.base.resv, NULL);
		ttm_bo_set_bulk_move(&bo->ttm, NULL);
		dma_resv_unlock(bo->ttm.base.resv);
	}
	ttm_bo_fini(&bo->ttm);
}

/* An importer would make all shared buffers of the client wait. */
static struct dma_buf *vttm_gem_export(struct drm_gem_object *gem, int flags)
{
	if (gem_to_vttm_bo(gem)->shared)
		return ERR_PTR(-EPERM);

	return drm_gem_prime_export(gem, flags);
}

/* For fdinfo. Called without the reservation, so this is only a snapshot. */
static enum drm_gem_object_status vttm_gem_status(struct drm_gem_object *gem)
{
	struct vttm_bo *bo = gem_to_vttm_bo(gem);
	enum drm_gem_object_status status = 0;

	if (READ_ONCE(bo->resident))
		status |= DRM_GEM_OBJECT_RESIDENT;
	if (READ_ONCE(bo->dontneed))
		status |= DRM_GEM_OBJECT_PURGEABLE;

	return status;
}

static const struct drm_gem_object_funcs vttm_gem_funcs = {
	.free	= vttm_gem_free,
	.export	= vttm_gem_export,
	.mmap	= drm_gem_ttm_mmap,
	.status	= vttm_gem_status,
	.vm_ops	= &vttm_vm_ops,
};

static void vttm_bo_destroy(struct ttm_buffer_object *tbo)
{
	struct vttm_bo *bo = to_vttm_bo(tbo);

	drm_gem_object_release(&tbo->base);
	if (bo->shared)
		vttm_shared_put(bo->shared);
	kfree(bo);
}

static struct vttm_bo *vttm_bo_alloc(struct vttm_device *vttm,
				     const struct drm_vttm_create *args)
{
	struct vttm_bo *bo;

	bo = kzalloc_obj(*bo);
	if (!bo)
		return NULL;

	bo->caching = args->caching;
	bo->flags = args->flags;
	/* Backups of the shrinker are restored from the device's own pool. */
	bo->pool = vttm_bo_is_shrinkable(bo) ? &vttm->ttm.pool :
					       vttm_next_pool(vttm);
	bo->ttm.base.funcs = &vttm_gem_funcs;
	drm_gem_private_object_init(&vttm->drm, &bo->ttm.base, args->size);

	return bo;
}

/* Buffers that share a reservation make room for each other. */
static void vttm_bo_evict_shared(struct vttm_bo *bo,
				 struct ttm_operation_ctx *ctx)
{
	if (!bo->shared)
		return;

	ctx->resv = &bo->shared->resv;
	ctx->allow_res_evict = true;
}

/* Holds the shared reservation. Frees the buffer on failure. */
static int vttm_bo_init_shared(struct vttm_device *vttm, struct vttm_bo *bo,
			       struct ttm_placement *placement,
			       struct vttm_shared *shared)
{
	struct ttm_operation_ctx ctx = { .interruptible = true };
	int ret;

	bo->shared = shared;
	vttm_shared_get(shared);
	vttm_bo_evict_shared(bo, &ctx);
	ret = ttm_bo_init_reserved(&vttm->ttm, &bo->ttm, ttm_bo_type_device,
				   placement, 0, &ctx, NULL, &shared->resv,
				   vttm_bo_destroy);
	if (!ret)
		ttm_bo_set_bulk_move(&bo->ttm, &shared->bulk);

	return ret;
}

/* Frees the buffer on failure. */
static int vttm_bo_init(struct vttm_device *vttm, struct vttm_bo *bo,
			struct vttm_shared *shared)
{
	struct ttm_placement placement;
	int ret;

	vttm_first_placement(bo, &placement);
	if (!shared)
		return ttm_bo_init_validate(&vttm->ttm, &bo->ttm,
					    ttm_bo_type_device, &placement, 0,
					    true, NULL, NULL, vttm_bo_destroy);

	dma_resv_lock(&shared->resv, NULL);
	ret = vttm_bo_init_shared(vttm, bo, &placement, shared);
	dma_resv_unlock(&shared->resv);
	return ret;
}

/**
 * vttm_bo_create() - create a buffer object without pages
 * @vttm: The device.
 * @args: The arguments of the client, already checked.
 * @shared: State that the buffer shares with others of its client, or NULL.
 *
 * Return: The buffer, with one GEM reference for the caller, or an error
 * pointer.
 */
struct vttm_bo *vttm_bo_create(struct vttm_device *vttm,
			       const struct drm_vttm_create *args,
			       struct vttm_shared *shared)
{
	struct vttm_bo *bo;
	int ret;

	bo = vttm_bo_alloc(vttm, args);
	if (!bo)
		return ERR_PTR(-ENOMEM);

	ret = vttm_bo_init(vttm, bo, shared);
	return ret ? ERR_PTR(ret) : bo;
}

static void vttm_bo_used(struct vttm_bo *bo)
{
	if (!bo->shared) {
		ttm_bo_move_to_lru_tail_unlocked(&bo->ttm);
		return;
	}

	spin_lock(&bo->ttm.bdev->lru_lock);
	ttm_lru_bulk_move_tail(&bo->shared->bulk);
	spin_unlock(&bo->ttm.bdev->lru_lock);
}

/*
 * Do this in two steps: if the placement allows several places and the buffer
 * is in the second one, TTM does not evict other buffers from the first one.
 */
static int vttm_bo_place(struct vttm_bo *bo, struct ttm_operation_ctx *ctx)
{
	struct ttm_placement placement;
	int ret;

	vttm_use_placement(bo, &placement);
	ret = ttm_bo_validate(&bo->ttm, &placement, ctx);
	if (ret != -ENOMEM)
		return ret;

	vttm_second_placement(bo, &placement);
	return ttm_bo_validate(&bo->ttm, &placement, ctx);
}

/**
 * vttm_bo_use() - make the content available in the place where the device uses it
 * @bo: The buffer, reserved.
 * @ctx: How to wait and allocate.
 *
 * This counts as a use of the buffer, and of the buffers that share its
 * reservation, for the order of shrinking and swapout.
 *
 * Return: 0; -EFAULT if the content was purged; -ENOMEM; -EINTR or
 * -ERESTARTSYS, only if @ctx allows it. Pages that an interrupted restore has
 * brought back are kept, and the next call resumes the restore.
 */
int vttm_bo_use(struct vttm_bo *bo, struct ttm_operation_ctx *ctx)
{
	int ret;

	if (bo->purged)
		return -EFAULT;

	vttm_bo_evict_shared(bo, ctx);
	ret = vttm_bo_place(bo, ctx);
	if (ret)
		return ret;

	ret = ttm_bo_populate(&bo->ttm, ctx);
	if (ret)
		return ret;

	vttm_bo_used(bo);
	return 0;
}

/**
 * vttm_bo_is_disposable() - check whether the content may be thrown away
 * @bo: The buffer, reserved.
 *
 * Return: true if the client said so, or if nobody can access the content any
 * more: a buffer without GEM references only waits for its destruction.
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
		/* It is not used again, so its place on the LRU does not matter. */
		ttm_bo_set_bulk_move(&bo->ttm, NULL);
		/* TTM marks a purged ttm_tt as backed up, although it has no content. */
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
 * vttm_bo_shrink() - purge a buffer if it is disposable, otherwise back it up
 * @bo: The buffer, reserved.
 * @ctx: How to wait.
 * @writeback: Start writing to swap immediately.
 *
 * Context: Process context. From reclaim, backing up needs __GFP_FS, and
 * @writeback needs __GFP_IO.
 * Return: The number of pages freed or backed up; 0 if the buffer has pages
 * that can never be backed up; -EBUSY if it has no pages, or there is no swap
 * space or no memory for them; -EINTR, only if @ctx allows it.
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
	if (ret > 0) {
		WRITE_ONCE(bo->resident, false);
		if (counted)
			vttm_bo_account(bo, -(long)bo->ttm.ttm->num_pages);
	}

	return ret;
}

/**
 * vttm_bo_set_dontneed() - set whether the content of a buffer is still needed
 * @bo: The buffer, reserved.
 * @dontneed: true if the content is not needed.
 *
 * A buffer that is backed up stays backed up. Only pages in the buffer are
 * purged.
 */
void vttm_bo_set_dontneed(struct vttm_bo *bo, bool dontneed)
{
	struct ttm_tt *tt = bo->ttm.ttm;
	long nr_pages = tt && ttm_tt_is_populated(tt) ? tt->num_pages : 0;

	dma_resv_assert_held(bo->ttm.base.resv);

	vttm_bo_account(bo, -nr_pages);
	WRITE_ONCE(bo->dontneed, dontneed);
	vttm_bo_account(bo, nr_pages);
}
