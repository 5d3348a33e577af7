// SPDX-License-Identifier: GPL-2.0
#include "card.h"

#include <drm/radeon_drm.h>

static int create(int fd, uint64_t size, enum place place, uint32_t *handle)
{
	struct drm_radeon_gem_create args = {
		.size = size,
		.initial_domain = place == PLACE_VRAM ? RADEON_GEM_DOMAIN_VRAM :
							RADEON_GEM_DOMAIN_CPU,
	};
	int ret;

	if (place == PLACE_SURFACES)
		return -EINVAL;
	ret = vt_ioctl(fd, DRM_IOCTL_RADEON_GEM_CREATE, &args);
	*handle = args.handle;
	return ret;
}

static int offset(int fd, uint32_t handle, uint64_t *offset)
{
	struct drm_radeon_gem_mmap args = { .handle = handle };
	int ret = vt_ioctl(fd, DRM_IOCTL_RADEON_GEM_MMAP, &args);

	*offset = args.addr_ptr;
	return ret;
}

/* Where the buffer is: RADEON_GEM_DOMAIN_*, or a negative errno. */
int radeon_domain(int fd, uint32_t handle)
{
	struct drm_radeon_gem_busy args = { .handle = handle };
	int ret = vt_ioctl(fd, DRM_IOCTL_RADEON_GEM_BUSY, &args);

	return ret ? ret : (int)args.domain;
}

const struct driver radeon = {
	.name = "radeon",
	.create = create,
	.offset = offset,
};
