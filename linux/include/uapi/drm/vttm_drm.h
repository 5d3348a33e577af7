/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * User-space interface of vttm, the virtual TTM device.
 *
 * vttm is a DRM driver without hardware: its buffer objects are system memory
 * that TTM allocates, backs up under memory pressure and restores on access,
 * exactly as it does for a GPU driver.
 *
 * Version 1.1. Every ioctl is allowed on render nodes. Reserved fields and
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

/* CPU caching mode of a buffer's pages while they are in the buffer. */
#define VTTM_CACHING_CACHED	0
#define VTTM_CACHING_WC		1
#define VTTM_CACHING_UNCACHED	2

/**
 * struct drm_vttm_create - create a buffer object
 * @size: In: size in bytes, a non-zero multiple of the page size.
 * @caching: In: one of VTTM_CACHING_*.
 * @flags: In: must be 0.
 * @handle: Out: GEM handle of the new buffer.
 * @pad: In: must be 0.
 *
 * The content starts as zeroes. Pages are allocated on first access, all of
 * them at once.
 *
 * Errors: EINVAL for size 0, an unaligned size, an unknown caching mode or
 * flag; E2BIG for a size beyond TTM's page limit, by default half of the
 * machine's memory (/sys/module/ttm/parameters/pages_limit), or of 1 TiB or
 * more; ENOMEM; ENOSPC without room for another mapping offset.
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
 * @swapped: Out: pages of the backup that are on the swap device only.
 * @by_order: Out: of the resident, the pages in blocks of 2^n pages, at n; at
 *            the last those in larger blocks, too. Since version 1.1.
 *
 * A buffer that was never accessed has no pages anywhere, a purged one has
 * none any more.
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
 * struct drm_vttm_madvise - say whether a buffer's content is still needed
 * @handle: In: GEM handle.
 * @madv: In: VTTM_MADV_WILLNEED or VTTM_MADV_DONTNEED.
 * @retained: Out: 0 if the content has been purged, else 1.
 * @pad: In: must be 0.
 *
 * The shrinker purges DONTNEED buffers before it backs up any other. Those
 * that are in the backup already stay there. Access to a purged buffer raises
 * SIGBUS; its content does not come back, whatever is advised later.
 *
 * Errors: EINVAL for an unknown advice; ENOENT.
 */
struct drm_vttm_madvise {
	__u32 handle;
	__u32 madv;
	__u32 retained;
	__u32 pad;
};

#define VTTM_SHRINK_WRITEBACK	0x1 /* start write-out to swap at once */

/**
 * struct drm_vttm_shrink - back up buffers now
 * @handle: In: GEM handle of the one buffer to back up, or 0 for the buffers
 *          of all clients, least recently used first (needs CAP_SYS_ADMIN).
 * @flags: In: VTTM_SHRINK_* bits.
 * @nr_pages: In: with handle 0, how many pages to shrink by at least, not 0.
 *            Otherwise must be 0.
 * @shrunk: Out: pages backed up or purged.
 *
 * DONTNEED buffers are purged, all others backed up. With handle 0 it is no
 * error to find less than @nr_pages: buffers in use are skipped.
 *
 * Errors: EINVAL; ENOENT; EACCES without the capability for handle 0; EBUSY
 * if the one buffer has no pages to shrink (never accessed, backed up already,
 * purged) or there is no swap space or memory for them; EINTR.
 */
struct drm_vttm_shrink {
	__u32 handle;
	__u32 flags;
	__u64 nr_pages;
	__u64 shrunk;
};

/**
 * struct drm_vttm_restore - populate a buffer and restore its content now
 * @handle: In: GEM handle.
 * @pad: In: must be 0.
 *
 * What a page fault does, for the whole buffer and without the mapping.
 *
 * Errors: ENOENT; EFAULT if the buffer was purged; EIO, once, if content is lost,
 * since it was poisoned in the backup or could not be read from swap: everything
 * else is restored then, and there are zeroes in its place; ENOMEM; EINTR.
 */
struct drm_vttm_restore {
	__u32 handle;
	__u32 pad;
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

#if defined(__cplusplus)
}
#endif

#endif /* _UAPI_VTTM_DRM_H_ */
