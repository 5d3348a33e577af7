// SPDX-License-Identifier: GPL-2.0
/* One vttm buffer, created and mapped. It lives as long as its client. */
#include "demo.h"
#include "common/vttm_client.h"

int surface_create(struct surface *s, int fd, const struct surface_plan *plan)
{
	struct drm_vttm_create create = {
		.size = plan->size,
		.caching = plan->caching,
	};

	if (vttm_ioctl(fd, DRM_IOCTL_VTTM_CREATE, &create) < 0)
		return -1;
	*s = (struct surface){
		.fd = fd, .handle = create.handle, .size = create.size,
	};
	s->map = vttm_map(fd, s->handle, s->size);
	return s->map == MAP_FAILED ? -1 : 0;
}

void surface_destroy(struct surface *s)
{
	struct drm_gem_close args = { .handle = s->handle };

	munmap(s->map, s->size);
	vttm_ioctl(s->fd, DRM_IOCTL_GEM_CLOSE, &args);
}

/*
 * Does what a driver does before the GPU uses a buffer. Then all of it is in
 * memory.
 */
int surface_use(const struct surface *s)
{
	struct drm_vttm_restore args = { .handle = s->handle };

	return vttm_ioctl(s->fd, DRM_IOCTL_VTTM_RESTORE, &args);
}

/* True if the next touch has something to bring back. */
bool surface_backed_up(const struct surface *s)
{
	struct drm_vttm_info info = { .handle = s->handle };

	return vttm_ioctl(s->fd, DRM_IOCTL_VTTM_INFO, &info) == 0 &&
	       (info.state & VTTM_STATE_BACKED_UP);
}

/* Adds the surface's pages in memory. */
int surface_count(const struct surface *s, struct sizes *sizes)
{
	struct drm_vttm_info info = { .handle = s->handle };
	unsigned int order;

	if (vttm_ioctl(s->fd, DRM_IOCTL_VTTM_INFO, &info) < 0)
		return -1;
	for (order = 0; order < VTTM_INFO_ORDERS; order++)
		sizes_add(sizes, order, info.by_order[order]);
	return 0;
}
