/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * User-space interface of vttm, the virtual TTM device.
 *
 * vttm is a DRM driver without hardware. Its buffer objects are memory that TTM
 * allocates, backs up or swaps out under memory pressure, and restores on
 * access, exactly as it does for a GPU driver.
 *
 * Version 1.2. Every ioctl is allowed on render nodes. Reserved fields and
 * unknown flags must be zero, or the call fails with EINVAL.
 */
#ifndef _UAPI_VTTM_DRM_H_
#define _UAPI_VTTM_DRM_H_

#include "drm.h"

#if defined(__cplusplus)
extern "C" {
#endif

#define DRM_VTTM_CREATE		0x00
#define DRM_VTTM_MMAP		0x01
#define DRM_VTTM_INFO		0x02
#define DRM_VTTM_MADVISE	0x03
#define DRM_VTTM_SHRINK		0x04
#define DRM_VTTM_RESTORE	0x05
#define DRM_VTTM_BUSY		0x06

/* CPU caching mode of the pages of a buffer while they are in the buffer. */
#define VTTM_CACHING_CACHED	0
#define VTTM_CACHING_WC		1
#define VTTM_CACHING_UNCACHED	2

/* Flags of drm_vttm_create, since version 1.2. */
#define VTTM_CREATE_SWAPOUT	0x1 /* TTM swaps it out, not our shrinker */
#define VTTM_CREATE_VRAM	0x2 /* it is in VRAM when the device uses it */
#define VTTM_CREATE_SHARED	0x4 /* has one reservation with others */

/**
 * struct drm_vttm_create - create a buffer object
 * @size: In: size in bytes, a non-zero multiple of the page size.
 * @caching: In: one of VTTM_CACHING_*.
 * @flags: In: VTTM_CREATE_* bits.
 * @handle: Out: GEM handle of the new buffer.
 * @pad: In: must be 0.
 *
 * The content starts as zeroes. Pages are allocated on first access, all of
 * them at once.
 *
 * VTTM_CREATE_SWAPOUT: TTM swaps the buffer out when the populated buffers
 * exceed TTM's page limit, and the shrinker ignores it. The device uses the
 * buffer through its GTT, where DRM_IOCTL_VTTM_RESTORE puts it.
 *
 * VTTM_CREATE_VRAM: the buffer starts in VRAM, and DRM_IOCTL_VTTM_RESTORE puts
 * it there again. When others need the room, it is moved to the GTT (with
 * VTTM_CREATE_SWAPOUT) or to system memory. CPU access does not move it.
 *
 * VTTM_CREATE_SHARED: the buffer shares a reservation, and a place in the order
 * of use, with all such buffers of this client. Using one is using all of them,
 * and while one is busy, all are. They cannot be exported: EPERM.
 *
 * Errors: EINVAL for size 0, an unaligned size, an unknown caching mode or
 * flag, or VTTM_CREATE_VRAM on a device without VRAM; E2BIG for a size that
 * exceeds TTM's page limit, by default half of the machine's memory
 * (/sys/module/ttm/parameters/pages_limit), or the size of the VRAM or GTT that
 * the buffer is for, or that is 1 TiB or more; ENOMEM; ENOSPC if there is no
 * room for another mapping offset.
 */
struct drm_vttm_create {
	__u64 size;
	__u32 caching;
	__u32 flags;
	__u32 handle;
	__u32 pad;
};

/**
 * struct drm_vttm_mmap - get the fake offset to mmap() a buffer at
 * @handle: In: GEM handle.
 * @pad: In: must be 0.
 * @offset: Out: offset for mmap() on this file descriptor.
 *
 * Errors: ENOENT for a handle that is not this client's.
 */
struct drm_vttm_mmap {
	__u32 handle;
	__u32 pad;
	__u64 offset;
};

/* State bits in drm_vttm_info.state. */
#define VTTM_STATE_POPULATED	0x1 /* every page is in the buffer */
#define VTTM_STATE_BACKED_UP	0x2 /* some pages are in the backup */
#define VTTM_STATE_DONTNEED	0x4 /* may be purged */
#define VTTM_STATE_PURGED	0x8 /* content is gone */
#define VTTM_STATE_SWAPPED_OUT	0x10 /* TTM has swapped it out; since 1.2 */
#define VTTM_STATE_GTT		0x20 /* bound to the GTT; since 1.2 */
#define VTTM_STATE_VRAM		0x40 /* in VRAM; since 1.2 */
#define VTTM_STATE_BUSY		0x80 /* the device is using it; since 1.2 */

#define VTTM_INFO_ORDERS	16U

/**
 * struct drm_vttm_info - where a buffer's pages are
 * @handle: In: GEM handle.
 * @pad: In: must be 0.
 * @size: Out: size in bytes.
 * @caching: Out: one of VTTM_CACHING_*.
 * @state: Out: VTTM_STATE_* bits.
 * @resident: Out: pages in the buffer.
 * @inserted: Out: pages now in the backup that were inserted (not copied).
 * @copied: Out: pages now in the backup that were copied there.
 * @swapped: Out: pages of the backup that are only on the swap device.
 * @by_order: Out: of the resident pages, those in blocks of 2^n pages, at index
 *            n. The last element includes larger blocks. Since version 1.1.
 *
 * A buffer that was never accessed, or was purged, has no pages anywhere. A
 * buffer in VRAM has no pages that are counted here. A buffer that TTM has
 * swapped out is also VTTM_STATE_BACKED_UP if its pages were handed over. If
 * all of them were copied, it is not, and all count as @copied.
 *
 * Errors: ENOENT for a handle that is not this client's.
 */
struct drm_vttm_info {
	__u32 handle;
	__u32 pad;
	__u64 size;
	__u32 caching;
	__u32 state;
	__u64 resident;
	__u64 inserted;
	__u64 copied;
	__u64 swapped;
	__u64 by_order[VTTM_INFO_ORDERS];
};

#define VTTM_MADV_WILLNEED	0
#define VTTM_MADV_DONTNEED	1

/**
 * struct drm_vttm_madvise - tell whether the content of a buffer is still needed
 * @handle: In: GEM handle.
 * @madv: In: VTTM_MADV_WILLNEED or VTTM_MADV_DONTNEED.
 * @retained: Out: 0 if the content has been purged, otherwise 1.
 * @pad: In: must be 0.
 *
 * The shrinker purges DONTNEED buffers before it backs up any others. Buffers
 * that are already in the backup stay there. Access to a purged buffer raises
 * SIGBUS. Its content does not come back, regardless of later advice.
 *
 * Errors: EINVAL for an unknown advice, and for VTTM_MADV_DONTNEED on a
 * VTTM_CREATE_SWAPOUT buffer, which is never purged; ENOENT.
 */
struct drm_vttm_madvise {
	__u32 handle;
	__u32 madv;
	__u32 retained;
	__u32 pad;
};

#define VTTM_SHRINK_WRITEBACK	0x1 /* start writing to swap immediately */
#define VTTM_SHRINK_SWAPOUT	0x2 /* TTM swaps buffers out; since version 1.2 */

/**
 * struct drm_vttm_shrink - back up buffers now
 * @handle: In: GEM handle of the one buffer to back up, or 0 for the buffers
 *          of all clients, least recently used first (needs CAP_SYS_ADMIN).
 * @flags: In: VTTM_SHRINK_* bits.
 * @nr_pages: In: with handle 0, the minimum number of pages to shrink by, not
 *            0. Otherwise must be 0.
 * @shrunk: Out: pages backed up or purged.
 *
 * DONTNEED buffers are purged, all others are backed up. With handle 0, it is
 * no error to find fewer than @nr_pages: buffers in use are skipped.
 *
 * With VTTM_SHRINK_SWAPOUT, TTM swaps out VTTM_CREATE_SWAPOUT buffers instead.
 * This flag requires handle 0 and excludes all other flags. Unlike the
 * shrinker, it waits for buffers that are busy.
 *
 * Errors: EINVAL, also for a VTTM_CREATE_SWAPOUT buffer's handle; ENOENT; EACCES
 * without the capability for handle 0; EBUSY if the one buffer has no pages to
 * shrink (never accessed, backed up already, purged, in VRAM) or there is no swap
 * space or memory for them; EINTR.
 */
struct drm_vttm_shrink {
	__u32 handle;
	__u32 flags;
	__u64 nr_pages;
	__u64 shrunk;
};

/**
 * struct drm_vttm_restore - let the device use a buffer
 * @handle: In: GEM handle.
 * @pad: In: must be 0.
 *
 * Populates the buffer and restores its content, as a page fault does, and puts
 * it where the device uses it, see drm_vttm_create.
 *
 * Errors: ENOENT; EFAULT if the buffer was purged; EIO, once, if content was
 * lost because it was poisoned in the backup or could not be read from swap:
 * everything else has been restored then, and the lost content is zeroes;
 * ENOMEM; EINTR.
 */
struct drm_vttm_restore {
	__u32 handle;
	__u32 pad;
};

#define VTTM_BUSY_MAX_MS	10000U

/**
 * struct drm_vttm_busy - keep a buffer busy, as work of a GPU does
 * @handle: In: GEM handle.
 * @ms: In: for how many milliseconds, from 1 to VTTM_BUSY_MAX_MS.
 *
 * Puts a fence on the buffer's reservation that signals after @ms. This does
 * not populate the buffer.
 *
 * Since version 1.2. Errors: EINVAL; ENOENT; ENOMEM; EINTR.
 */
struct drm_vttm_busy {
	__u32 handle;
	__u32 ms;
};

#define DRM_IOCTL_VTTM_CREATE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_VTTM_CREATE, struct drm_vttm_create)
#define DRM_IOCTL_VTTM_MMAP \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_VTTM_MMAP, struct drm_vttm_mmap)
#define DRM_IOCTL_VTTM_INFO \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_VTTM_INFO, struct drm_vttm_info)
#define DRM_IOCTL_VTTM_MADVISE \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_VTTM_MADVISE, struct drm_vttm_madvise)
#define DRM_IOCTL_VTTM_SHRINK \
	DRM_IOWR(DRM_COMMAND_BASE + DRM_VTTM_SHRINK, struct drm_vttm_shrink)
#define DRM_IOCTL_VTTM_RESTORE \
	DRM_IOW(DRM_COMMAND_BASE + DRM_VTTM_RESTORE, struct drm_vttm_restore)
#define DRM_IOCTL_VTTM_BUSY \
	DRM_IOW(DRM_COMMAND_BASE + DRM_VTTM_BUSY, struct drm_vttm_busy)

#if defined(__cplusplus)
}
#endif

#endif /* _UAPI_VTTM_DRM_H_ */
