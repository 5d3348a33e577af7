/* SPDX-License-Identifier: GPL-2.0 */
/* A client of vttm: its ioctls, and buffers mapped. For bench, demo and hibernate. */
#ifndef VTTM_CLIENT_H
#define VTTM_CLIENT_H

#include <errno.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <drm/vttm_drm.h>

#define VTTM_NODE	"/dev/dri/renderD128"

/* 0, or -1 with errno. */
static inline int vttm_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret < 0 && errno == EINTR);
	return ret;
}

/* MAP_FAILED with errno if it cannot be mapped. */
static inline void *vttm_map(int fd, uint32_t handle, size_t size)
{
	struct drm_vttm_mmap map = { .handle = handle };

	if (vttm_ioctl(fd, DRM_IOCTL_VTTM_MMAP, &map) < 0)
		return MAP_FAILED;
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    (off_t)map.offset);
}

#endif
