// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Content of /proc/PID/fdinfo/FD for a client: DRM's usual lines, and where the
 * pages of its buffers are.
 */

#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_backup_stats.h>

#include "vttm.h"

/* Returns false if a signal arrived while waiting for another user of the buffer. */
static bool vttm_bo_add_usage(struct vttm_bo *bo, struct ttm_backup_usage *sum)
{
	struct ttm_backup_usage usage;

	if (ttm_bo_reserve(&bo->ttm, true, false, NULL))
		return false;
	vttm_bo_usage(bo, &usage);
	dma_resv_unlock(bo->ttm.base.resv);

	sum->inserted += usage.inserted;
	sum->copied += usage.copied;
	sum->swapped += usage.swapped;
	return true;
}

/* Drop the table's lock for each buffer, because reserving one may sleep. */
static bool vttm_client_usage(struct drm_file *file,
			      struct ttm_backup_usage *sum)
{
	struct drm_gem_object *gem;
	bool complete = true;
	int id;

	spin_lock(&file->table_lock);
	idr_for_each_entry(&file->object_idr, gem, id) {
		if (!gem)
			continue;
		drm_gem_object_get(gem);
		spin_unlock(&file->table_lock);

		complete = vttm_bo_add_usage(gem_to_vttm_bo(gem), sum);
		drm_gem_object_put(gem);

		spin_lock(&file->table_lock);
		if (!complete)
			break;
	}
	spin_unlock(&file->table_lock);

	return complete;
}

/**
 * vttm_show_fdinfo() - print the memory usage of a client
 * @p: Where to print.
 * @file: The client.
 *
 * Context: Process context; waits for the reservation of each buffer.
 */
void vttm_show_fdinfo(struct drm_printer *p, struct drm_file *file)
{
	struct ttm_backup_usage sum = {};

	drm_show_memory_stats(p, file);

	/* After a signal, print nothing rather than incomplete sums. */
	if (vttm_client_usage(file, &sum))
		ttm_print_backup_usage(p, &sum);
}
