/* SPDX-License-Identifier: GPL-2.0 OR MIT */
#ifndef _VTTM_H_
#define _VTTM_H_

#include <linux/atomic.h>
#include <linux/dma-resv.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/types.h>

#include <drm/drm_device.h>
#include <drm/ttm/ttm_bo.h>
#include <drm/ttm/ttm_device.h>
#include <drm/ttm/ttm_placement.h>
#include <drm/ttm/ttm_tt.h>
#include <drm/vttm_drm.h>

struct dev_pm_ops;
struct drm_file;
struct drm_printer;
struct shrinker;
struct ttm_backup_usage;

/**
 * struct vttm_stat - totals of all calls of one kind
 * @calls: Number of calls, including failed ones.
 * @pages: Number of pages moved.
 * @ns: Time spent.
 * @alloc_pages: Pages that the page allocator handed out during the calls, on
 *	the CPU of the call.
 */
struct vttm_stat {
	atomic64_t calls;
	atomic64_t pages;
	atomic64_t ns;
	atomic64_t alloc_pages;
};

/**
 * struct vttm_sample - a call being measured
 * @ns: Start time.
 * @alloc_pages: Allocation count of the CPU at the start.
 */
struct vttm_sample {
	u64 ns;
	unsigned long alloc_pages;
};

/**
 * struct vttm_gtt - the table of system memory that is bound to the device
 * @lock: Protects the other fields. Do not allocate memory under it.
 * @bound: List of the struct vttm_tt that are bound.
 * @pages: Number of pages bound.
 * @binds: How often a buffer was bound.
 * @stale: Number of pages that had changed while they were bound.
 */
struct vttm_gtt {
	struct mutex lock; /* see above */
	struct list_head bound;
	u64 pages;
	u64 binds;
	u64 stale;
};

/**
 * struct vttm_device - the virtual device
 * @drm: Embedded DRM device.
 * @ttm: Embedded TTM device.
 * @pools: Pools, one on each NUMA node in turn, as many as the module parameter
 *	asks for; NULL if there are none.
 * @nr_pools: Number of @pools.
 * @next_pool: The next buffer gets this pool, modulo @nr_pools.
 * @gtt: The GTT.
 * @vram: The memory used as VRAM, NULL if there is none.
 * @vram_size: Size of @vram in bytes.
 * @pm_notifier: Called when the machine is about to hibernate.
 * @hibernating: The machine is about to hibernate.
 * @busy: Number of fences that have not signaled yet.
 * @shrinker: The mm shrinker.
 * @shrinkable: Pages in populated buffers whose content is needed.
 * @purgeable: Pages in populated buffers whose content is not needed.
 * @backup: Calls that backed a buffer up.
 * @restore: Calls that restored a backed-up buffer.
 * @swapout: Calls that let TTM swap buffers out.
 * @swapin: Page faults that swapped a buffer in, including what TTM swapped out
 *	to make room for it.
 * @prepare: Preparations for hibernation, without the eviction from VRAM. Only
 *	the pages that the shrinker backs up are counted.
 */
struct vttm_device {
	struct drm_device drm;
	struct ttm_device ttm;
	struct ttm_pool *pools;
	unsigned int nr_pools;
	atomic_t next_pool;
	struct vttm_gtt gtt;
	void *vram;
	size_t vram_size;
	struct notifier_block pm_notifier;
	bool hibernating;
	atomic_t busy;
	struct shrinker *shrinker;
	atomic_long_t shrinkable;
	atomic_long_t purgeable;
	struct vttm_stat backup;
	struct vttm_stat restore;
	struct vttm_stat swapout;
	struct vttm_stat swapin;
	struct vttm_stat prepare;
};

/**
 * struct vttm_shared - state that the shared buffers of one client have in common
 * @ref: Reference count: one for the client, one for each buffer.
 * @ttm: The TTM device.
 * @resv: The reservation of the buffers.
 * @bulk: Bulk move of the buffers on the LRU.
 */
struct vttm_shared {
	struct kref ref;
	struct ttm_device *ttm;
	struct dma_resv resv;
	struct ttm_lru_bulk_move bulk;
};

/**
 * struct vttm_bo - a buffer object
 * @ttm: Embedded TTM buffer object, which embeds the GEM object.
 * @shared: State shared with other buffers of the client, or NULL.
 * @pool: The pool that its pages come from.
 * @caching: CPU caching mode, one of VTTM_CACHING_*.
 * @flags: VTTM_CREATE_* bits.
 * @resident: All of its content is in memory. Changes under the reservation.
 * @dontneed: The content may be purged. Changes under the reservation.
 * @purged: The content has been purged and cannot come back. Changes under the
 *	reservation.
 */
struct vttm_bo {
	struct ttm_buffer_object ttm;
	struct vttm_shared *shared;
	struct ttm_pool *pool;
	u32 caching;
	u32 flags;
	bool resident;
	bool dontneed;
	bool purged;
};

/**
 * struct vttm_entry - entry of the device's table for one page
 * @pfn: The page frame.
 * @dma: Its DMA address, 0 if it has none.
 */
struct vttm_entry {
	unsigned long pfn;
	dma_addr_t dma;
};

/**
 * struct vttm_tt - the pages of a buffer
 * @base: Embedded struct ttm_tt.
 * @bo: The buffer. It never changes.
 * @entries: The entries that are bound, NULL if there are none.
 * @link: Entry in the device's list of bound struct vttm_tt.
 */
struct vttm_tt {
	struct ttm_tt base;
	struct vttm_bo *bo;
	struct vttm_entry *entries;
	struct list_head link;
};

static inline struct vttm_device *to_vttm_device(struct drm_device *drm)
{
	return container_of(drm, struct vttm_device, drm);
}

static inline struct vttm_device *ttm_to_vttm_device(struct ttm_device *tdev)
{
	return container_of(tdev, struct vttm_device, ttm);
}

static inline struct vttm_bo *to_vttm_bo(struct ttm_buffer_object *tbo)
{
	return container_of(tbo, struct vttm_bo, ttm);
}

static inline struct vttm_bo *gem_to_vttm_bo(struct drm_gem_object *gem)
{
	return container_of(gem, struct vttm_bo, ttm.base);
}

static inline struct vttm_tt *to_vttm_tt(struct ttm_tt *tt)
{
	return container_of(tt, struct vttm_tt, base);
}

static inline struct vttm_device *vttm_bo_device(struct vttm_bo *bo)
{
	return to_vttm_device(bo->ttm.base.dev);
}

static inline bool vttm_bo_is_in(const struct vttm_bo *bo, u32 mem_type)
{
	return bo->ttm.resource && bo->ttm.resource->mem_type == mem_type;
}

/* vttm_bo.c */
extern bool vttm_stop_on_error;

struct vttm_bo *vttm_bo_create(struct vttm_device *vttm,
			       const struct drm_vttm_create *args,
			       struct vttm_shared *shared);
void vttm_bo_account(struct vttm_bo *bo, long nr_pages);
int vttm_bo_use(struct vttm_bo *bo, struct ttm_operation_ctx *ctx);
long vttm_bo_shrink(struct vttm_bo *bo, struct ttm_operation_ctx *ctx,
		    bool writeback);
bool vttm_bo_is_shrinkable(struct vttm_bo *bo);
bool vttm_bo_is_disposable(struct vttm_bo *bo);
void vttm_bo_set_dontneed(struct vttm_bo *bo, bool dontneed);

/* vttm_fdinfo.c */
void vttm_show_fdinfo(struct drm_printer *p, struct drm_file *file);

/* vttm_fence.c */
int vttm_bo_keep_busy(struct vttm_bo *bo, unsigned int ms);
void vttm_fences_fini(struct vttm_device *vttm);

/* vttm_gtt.c */
int vttm_gtt_init(struct vttm_device *vttm);
void vttm_gtt_fini(struct vttm_device *vttm);
u64 vttm_gtt_pages(struct vttm_device *vttm);
int vttm_gtt_bind(struct vttm_device *vttm, struct vttm_tt *vtt);
void vttm_gtt_unbind(struct vttm_device *vttm, struct vttm_tt *vtt);
void vttm_gtt_check_all(struct vttm_device *vttm);
void vttm_gtt_stats_init(struct vttm_device *vttm);

/* vttm_ioctl.c */
int vttm_create_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int vttm_mmap_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int vttm_info_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int vttm_madvise_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int vttm_shrink_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int vttm_restore_ioctl(struct drm_device *drm, void *data, struct drm_file *file);
int vttm_busy_ioctl(struct drm_device *drm, void *data, struct drm_file *file);

/* vttm_memory.c */
int vttm_memory_init(struct vttm_device *vttm);
struct ttm_pool *vttm_next_pool(struct vttm_device *vttm);
bool vttm_has_dma_addresses(void);

/* vttm_move.c */
void vttm_use_placement(const struct vttm_bo *bo,
			struct ttm_placement *placement);
void vttm_second_placement(const struct vttm_bo *bo,
			   struct ttm_placement *placement);
void vttm_first_placement(const struct vttm_bo *bo,
			  struct ttm_placement *placement);
void vttm_evict_flags(struct ttm_buffer_object *tbo,
		      struct ttm_placement *placement);
int vttm_move(struct ttm_buffer_object *tbo, bool evict,
	      struct ttm_operation_ctx *ctx, struct ttm_resource *new_mem,
	      struct ttm_place *hop);

/* vttm_pm.c */
extern const struct dev_pm_ops vttm_pm_ops;

int vttm_pm_init(struct vttm_device *vttm);

/* vttm_shared.c */
int vttm_open(struct drm_device *drm, struct drm_file *file);
void vttm_postclose(struct drm_device *drm, struct drm_file *file);
void vttm_shared_get(struct vttm_shared *shared);
void vttm_shared_put(struct vttm_shared *shared);

/* vttm_shrinker.c */
int vttm_shrinker_init(struct vttm_device *vttm);
unsigned long vttm_shrink_all(struct vttm_device *vttm, unsigned long nr_pages,
			      bool writeback);

/* vttm_stats.c */
void vttm_sample_begin(struct vttm_sample *sample);
void vttm_sample_end(struct vttm_sample *sample, struct vttm_stat *stat,
		     long pages);
void vttm_bo_usage(struct vttm_bo *bo, struct ttm_backup_usage *usage);
void vttm_stats_init(struct vttm_device *vttm);

/* vttm_tt.c */
struct ttm_tt *vttm_tt_create(struct ttm_buffer_object *tbo, u32 page_flags);
void vttm_tt_destroy(struct ttm_device *tdev, struct ttm_tt *tt);
int vttm_tt_populate(struct ttm_device *tdev, struct ttm_tt *tt,
		     struct ttm_operation_ctx *ctx);
void vttm_tt_unpopulate(struct ttm_device *tdev, struct ttm_tt *tt);

/* vttm_vram.c */
int vttm_vram_init(struct vttm_device *vttm);
void vttm_vram_fini(struct vttm_device *vttm);
void vttm_vram_clear(struct vttm_device *vttm, const struct ttm_resource *res);
void vttm_vram_lose(struct vttm_device *vttm);
int vttm_io_mem_reserve(struct ttm_device *tdev, struct ttm_resource *res);
unsigned long vttm_io_mem_pfn(struct ttm_buffer_object *tbo,
			      unsigned long page_offset);
int vttm_access_memory(struct ttm_buffer_object *tbo, unsigned long offset,
		       void *buf, int len, int write);

#endif
