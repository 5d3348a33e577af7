// SPDX-License-Identifier: GPL-2.0
#include "card.h"

#include <drm/qxl_drm.h>

/* 32 bits a pixel, in the words of the device. */
#define FORMAT_XRGB	32

/*
 * As wide as a row of one page allows. The driver adds a row, so as not to count
 * from one.
 */
static int create_surface(int fd, uint64_t size, uint32_t *handle)
{
	struct drm_qxl_alloc_surf args = {
		.format = FORMAT_XRGB,
		.width = VT_PAGE / 4 / 4,
		.height = size / (VT_PAGE / 4) - 1,
		.stride = VT_PAGE / 4,
	};
	int ret = vt_ioctl(fd, DRM_IOCTL_QXL_ALLOC_SURF, &args);

	*handle = args.handle;
	return ret;
}

static int create(int fd, uint64_t size, enum place place, uint32_t *handle)
{
	struct drm_qxl_alloc args = { .size = size };
	int ret;

	if (place == PLACE_SURFACES)
		return create_surface(fd, size, handle);
	if (place != PLACE_VRAM)
		return -EINVAL;
	ret = vt_ioctl(fd, DRM_IOCTL_QXL_ALLOC, &args);
	*handle = args.handle;
	return ret;
}

static int offset(int fd, uint32_t handle, uint64_t *offset)
{
	struct drm_qxl_map args = { .handle = handle };
	int ret = vt_ioctl(fd, DRM_IOCTL_QXL_MAP, &args);

	*offset = args.offset;
	return ret;
}

/*
 * Has the device draw in the surface, so the surface has to be in its memory.
 */
int qxl_use_surface(int fd, uint32_t handle)
{
	struct drm_qxl_update_area args = {
		.handle = handle, .bottom = 1, .right = 1,
	};

	return vt_ioctl(fd, DRM_IOCTL_QXL_UPDATE_AREA, &args);
}

const struct driver qxl = {
	.name = "qxl",
	.create = create,
	.offset = offset,
};
