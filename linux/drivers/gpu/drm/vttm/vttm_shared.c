// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Shared buffers: buffers of one client that share one reservation and one
 * place on the LRU, like the buffers of one address space in amdgpu and xe.
 */

#include <linux/slab.h>

#include <drm/drm_file.h>

#include "vttm.h"

static void vttm_shared_release(struct kref *ref)
{
	struct vttm_shared *shared = container_of(ref, struct vttm_shared, ref);

	ttm_lru_bulk_move_fini(shared->ttm, &shared->bulk);
	dma_resv_fini(&shared->resv);
	kfree(shared);
}

/**
 * vttm_shared_get() - take a reference
 * @shared: The shared state.
 */
void vttm_shared_get(struct vttm_shared *shared)
{
	kref_get(&shared->ref);
}

/**
 * vttm_shared_put() - drop a reference
 * @shared: The shared state.
 */
void vttm_shared_put(struct vttm_shared *shared)
{
	kref_put(&shared->ref, vttm_shared_release);
}

/**
 * vttm_open() - &drm_driver.open
 * @drm: The device.
 * @file: The new client.
 *
 * Return: 0 or -ENOMEM.
 */
int vttm_open(struct drm_device *drm, struct drm_file *file)
{
	struct vttm_shared *shared;

	shared = kzalloc_obj(*shared);
	if (!shared)
		return -ENOMEM;

	kref_init(&shared->ref);
	shared->ttm = &to_vttm_device(drm)->ttm;
	dma_resv_init(&shared->resv);
	ttm_lru_bulk_move_init(&shared->bulk);
	file->driver_priv = shared;
	return 0;
}

/**
 * vttm_postclose() - &drm_driver.postclose
 * @drm: The device.
 * @file: The client that has gone. Its mappings may outlive it.
 */
void vttm_postclose(struct drm_device *drm, struct drm_file *file)
{
	vttm_shared_put(file->driver_priv);
}
