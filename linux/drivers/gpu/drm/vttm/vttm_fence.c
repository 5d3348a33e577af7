// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Fences that are signaled by a timer, as if a GPU had finished its work.
 */

#include <linux/dma-fence.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/wait_bit.h>

#include "vttm.h"

/**
 * struct vttm_fence - a fence and its timer
 * @base: Embedded fence. The timer holds one reference.
 * @timer: Timer that signals the fence.
 * @vttm: The device.
 */
struct vttm_fence {
	struct dma_fence base;
	struct timer_list timer;
	struct vttm_device *vttm;
};

static const char *vttm_fence_name(struct dma_fence *fence)
{
	return "vttm";
}

static const struct dma_fence_ops vttm_fence_ops = {
	.get_driver_name	= vttm_fence_name,
	.get_timeline_name	= vttm_fence_name,
};

static void vttm_fence_timeout(struct timer_list *timer)
{
	struct vttm_fence *fence = timer_container_of(fence, timer, timer);
	struct vttm_device *vttm = fence->vttm;

	dma_fence_signal(&fence->base);
	dma_fence_put(&fence->base);
	/* The device may be gone after this. Only its address is used. */
	if (atomic_dec_and_test(&vttm->busy))
		wake_up_var(&vttm->busy);
}

static struct vttm_fence *vttm_fence_create(struct vttm_device *vttm)
{
	struct vttm_fence *fence;

	fence = kzalloc_obj(*fence);
	if (!fence)
		return NULL;

	fence->vttm = vttm;
	timer_setup(&fence->timer, vttm_fence_timeout, 0);
	dma_fence_init(&fence->base, &vttm_fence_ops, NULL,
		       dma_fence_context_alloc(1), 1);
	return fence;
}

/**
 * vttm_bo_keep_busy() - keep a buffer busy for some time
 * @bo: The buffer, reserved.
 * @ms: The time in milliseconds.
 *
 * Return: 0 or -ENOMEM.
 */
int vttm_bo_keep_busy(struct vttm_bo *bo, unsigned int ms)
{
	struct vttm_device *vttm = vttm_bo_device(bo);
	struct dma_resv *resv = bo->ttm.base.resv;
	struct vttm_fence *fence;
	int ret;

	ret = dma_resv_reserve_fences(resv, 1);
	if (ret)
		return ret;

	fence = vttm_fence_create(vttm);
	if (!fence)
		return -ENOMEM;

	dma_resv_add_fence(resv, &fence->base, DMA_RESV_USAGE_WRITE);
	atomic_inc(&vttm->busy);
	mod_timer(&fence->timer, jiffies + msecs_to_jiffies(ms));
	return 0;
}

/**
 * vttm_fences_fini() - wait until all fences have signaled
 * @vttm: The device, with no clients left.
 */
void vttm_fences_fini(struct vttm_device *vttm)
{
	wait_var_event(&vttm->busy, !atomic_read(&vttm->busy));
}
