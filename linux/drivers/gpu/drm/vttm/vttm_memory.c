// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The device's memory: the TTM device, its placements, its pools, and the kind
 * of pages that they have. Module parameters select the kind of device.
 */

#include <linux/dma-mapping.h>
#include <linux/log2.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <drm/drm_managed.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_allocation.h>
#include <drm/ttm/ttm_pool.h>

#include "vttm.h"

static int vttm_set_order(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 0, MAX_PAGE_ORDER);
}

static const struct kernel_param_ops vttm_order_ops = {
	.set = vttm_set_order,
	.get = param_get_uint,
};

/* The same value as xe and amdgpu use. */
static unsigned int vttm_beneficial_order = const_ilog2(SZ_2M / PAGE_SIZE);
module_param_cb(beneficial_order, &vttm_order_ops, &vttm_beneficial_order, 0444);
MODULE_PARM_DESC(beneficial_order,
		 "Order of the only large blocks worth reclaiming memory for; 0: those of any order are (default: that of 2 MiB)");

static bool vttm_dma;
module_param_named(dma, vttm_dma, bool, 0444);
MODULE_PARM_DESC(dma, "Map all pages for DMA (default: N)");

static bool vttm_dma32;
module_param_named(dma32, vttm_dma32, bool, 0444);
MODULE_PARM_DESC(dma32, "The device reaches 4 GiB (default: N)");

static bool vttm_dma_alloc;
module_param_named(dma_alloc, vttm_dma_alloc, bool, 0444);
MODULE_PARM_DESC(dma_alloc,
		 "Pages are the DMA API's, which cannot be handed over nor backed up; implies dma (default: N)");

#define VTTM_MAX_POOLS	64

static int vttm_set_pools(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 0, VTTM_MAX_POOLS);
}

static const struct kernel_param_ops vttm_pools_ops = {
	.set = vttm_set_pools,
	.get = param_get_uint,
};

static unsigned int vttm_pools;
module_param_cb(pools, &vttm_pools_ops, &vttm_pools, 0444);
MODULE_PARM_DESC(pools,
		 "So many pools, one node's after the other, for the buffers that TTM swaps out (default: 0, the device's)");

/**
 * vttm_has_dma_addresses() - check whether the device maps pages for DMA
 *
 * Return: true if it does.
 */
bool vttm_has_dma_addresses(void)
{
	return vttm_dma || vttm_dma_alloc;
}

static unsigned int vttm_alloc_flags(void)
{
	unsigned int flags =
		TTM_ALLOCATION_POOL_BENEFICIAL_ORDER(vttm_beneficial_order);

	if (vttm_dma32)
		flags |= TTM_ALLOCATION_POOL_USE_DMA32;
	if (vttm_dma_alloc)
		flags |= TTM_ALLOCATION_POOL_USE_DMA_ALLOC;

	return flags;
}

static int vttm_dma_init(struct device *dev)
{
	if (!vttm_has_dma_addresses())
		return 0;

	return dma_coerce_mask_and_coherent(dev,
					    DMA_BIT_MASK(vttm_dma32 ? 32 : 64));
}

/**
 * vttm_next_pool() - choose the pool of the next buffer that TTM swaps out
 * @vttm: The device.
 *
 * Return: Each pool in turn, or the device's own pool if there are no others.
 */
struct ttm_pool *vttm_next_pool(struct vttm_device *vttm)
{
	unsigned int next;

	if (!vttm->nr_pools)
		return &vttm->ttm.pool;

	next = (unsigned int)atomic_inc_return(&vttm->next_pool);
	return &vttm->pools[next % vttm->nr_pools];
}

static int vttm_pools_init(struct vttm_device *vttm)
{
	int nid = first_online_node;

	if (!vttm_pools)
		return 0;

	vttm->pools = kzalloc_objs(*vttm->pools, vttm_pools);
	if (!vttm->pools)
		return -ENOMEM;

	for (; vttm->nr_pools < vttm_pools; vttm->nr_pools++) {
		ttm_pool_init(&vttm->pools[vttm->nr_pools], vttm->drm.dev, nid,
			      vttm_alloc_flags());
		nid = next_node_in(nid, node_online_map);
	}

	return 0;
}

static void vttm_pools_fini(struct vttm_device *vttm)
{
	while (vttm->nr_pools)
		ttm_pool_fini(&vttm->pools[--vttm->nr_pools]);
	kfree(vttm->pools);
}

/*
 * Delayed destruction of buffers uses the pools last. This runs after the
 * shrinker is gone, because drmm actions run in reverse order.
 */
static void vttm_memory_fini(struct drm_device *drm, void *arg)
{
	struct vttm_device *vttm = arg;

	drain_workqueue(vttm->ttm.wq);
	vttm_fences_fini(vttm);
	vttm_vram_fini(vttm);
	vttm_gtt_fini(vttm);
	vttm_pools_fini(vttm);
	ttm_device_fini(&vttm->ttm);

	drm_WARN_ON(drm, atomic_long_read(&vttm->shrinkable));
	drm_WARN_ON(drm, atomic_long_read(&vttm->purgeable));
}

static const struct ttm_device_funcs vttm_ttm_funcs = {
	.ttm_tt_create		= vttm_tt_create,
	.ttm_tt_populate	= vttm_tt_populate,
	.ttm_tt_unpopulate	= vttm_tt_unpopulate,
	.ttm_tt_destroy		= vttm_tt_destroy,
	.eviction_valuable	= ttm_bo_eviction_valuable,
	.evict_flags		= vttm_evict_flags,
	.move			= vttm_move,
	.io_mem_reserve		= vttm_io_mem_reserve,
	.io_mem_pfn		= vttm_io_mem_pfn,
	.access_memory		= vttm_access_memory,
};

/**
 * vttm_memory_init() - initialize the TTM device and everything that belongs to it
 * @vttm: The device.
 *
 * All of it is released with the DRM device.
 *
 * Return: 0 or a negative errno.
 */
int vttm_memory_init(struct vttm_device *vttm)
{
	struct drm_device *drm = &vttm->drm;
	int ret;

	ret = vttm_dma_init(drm->dev);
	if (ret)
		return ret;

	ret = ttm_device_init(&vttm->ttm, &vttm_ttm_funcs, drm->dev,
			      drm->anon_inode->i_mapping,
			      drm->vma_offset_manager, vttm_alloc_flags());
	if (ret)
		return ret;

	ret = drmm_add_action_or_reset(drm, vttm_memory_fini, vttm);
	if (ret)
		return ret;

	return vttm_gtt_init(vttm) ?: vttm_vram_init(vttm) ?:
	       vttm_pools_init(vttm);
}
