/* SPDX-License-Identifier: GPL-2.0 OR MIT */
#ifndef _VTTM_H_
#define _VTTM_H_

#include <linux/atomic.h>
#include <linux/types.h>

#include <drm/drm_device.h>
#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_device.h>

struct drm_file;
struct drm_printer;
struct shrinker;

/**
 * struct vttm_stat - what the calls of one kind have done and cost so far
 * @calls: Number of calls, failed ones included.
 * @pages: Pages that moved.
 * @ns: Time spent.
 * @alloc_pages: Pages the page allocator handed out meanwhile on the CPU
 *	of the call.
 */
struct vttm_stat {
	atomic64_t calls;
	atomic64_t pages;
	atomic64_t ns;
	atomic64_t alloc_pages;
};

/**
 * struct vttm_sample - a call being measured
 * @ns: When it began.
 * @alloc_pages: Allocation count of its CPU when it began.
 */
struct vttm_sample {
	u64 ns;
	unsigned long alloc_pages;
};

/**
 * struct vttm_device - the virtual device
 * @drm: Embedded DRM device.
 * @ttm: Embedded TTM device. All buffers stay in TTM_PL_SYSTEM.
 * @shrinker: The mm shrinker.
 * @shrinkable: Pages in populated buffers whose content is needed.
 * @purgeable: Pages in populated buffers whose content is not.
 * @backup: Calls that backed a buffer up.
 * @restore: Calls that restored a backed-up buffer.
 */
struct vttm_device {
	struct drm_device drm;
	struct ttm_device ttm;
	struct shrinker *shrinker;
	atomic_long_t shrinkable;
	atomic_long_t purgeable;
	struct vttm_stat backup;
	struct vttm_stat restore;
};

/**
 * struct vttm_bo - a buffer object
 * @ttm: Embedded TTM buffer object, which embeds the GEM object.
 * @caching: CPU caching mode, one of VTTM_CACHING_*.
 * @dontneed: The content may be purged. Changes under the reservation.
 * @purged: The content has been purged, for good. Changes under the
 *	reservation.
 */
struct vttm_bo {
	struct ttm_buffer_object ttm;
	u32 caching;
	bool dontneed;
	bool purged;
};

static inline struct vttm_device *to_vttm_device(struct drm_device *drm)
{
	return container_of(drm, struct vttm_device, drm);
}

static inline struct vttm_bo *to_vttm_bo(struct ttm_buffer_object *tbo)
{
	return container_of(tbo, struct vttm_bo, ttm);
}

static inline struct vttm_bo *gem_to_vttm_bo(struct drm_gem_object *gem)
{
	return container_of(gem, struct vttm_bo, ttm.base);
}

static inline struct vttm_device *vttm_bo_device(struct vttm_bo *bo)
{
	return to_vttm_device(bo->ttm.base.dev);
}

/* vttm_bo.c */
extern const struct ttm_device_funcs vttm_ttm_funcs;
extern bool vttm_stop_on_error;

struct vttm_bo *vttm_bo_create(struct vttm_device *vttm, size_t size,
			       u32 caching);
int vttm_bo_populate(struct vttm_bo *bo, struct ttm_operation_ctx *ctx);
long vttm_bo_shrink(struct vttm_bo *bo, struct ttm_operation_ctx *ctx,
		    bool writeback);
bool vttm_bo_is_disposable(struct vttm_bo *bo);
void vttm_bo_set_dontneed(struct vttm_bo *bo, bool dontneed);

/* vttm_fdinfo.c */
void vttm_show_fdinfo(struct drm_printer *p, struct drm_file *file);

/* vttm_ioctl.c */
int vttm_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int vttm_mmap_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int vttm_info_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int vttm_madvise_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int vttm_shrink_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int vttm_restore_ioctl(struct drm_device *drm, void *data, struct drm_file *file);

/* vttm_shrinker.c */
int vttm_shrinker_init(struct vttm_device *vttm);
unsigned long vttm_shrink_all(struct vttm_device *vttm, unsigned long nr_pages,
			      bool writeback);

/* vttm_stats.c */
void vttm_sample_begin(struct vttm_sample *sample);
void vttm_sample_end(struct vttm_sample *sample, struct vttm_stat *stat,
		     long pages);
void vttm_stats_init(struct vttm_device *vttm);

#endif
