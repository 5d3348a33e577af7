// SPDX-License-Identifier: GPL-2.0
/* One vttm buffer, created and mapped. It lives as long as its client. */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <drm/vttm_drm.h>

#include "demo.h"

static int retry_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret < 0 && errno == EINTR);
	return ret;
}

int surface_create(struct surface *s, int fd, const struct surface_plan *plan)
{
	struct drm_vttm_create create = {
		.size = plan->size,
		.caching = plan->caching,
	};
	struct drm_vttm_mmap map = { 0 };

	if (retry_ioctl(fd, DRM_IOCTL_VTTM_CREATE, &create) < 0)
		return -1;
	map.handle = create.handle;
	if (retry_ioctl(fd, DRM_IOCTL_VTTM_MMAP, &map) < 0)
		return -1;
	*s = (struct surface){
		.fd = fd, .handle = create.handle, .size = create.size,
	};
	s->map = mmap(NULL, s->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		      (off_t)map.offset);
	return s->map == MAP_FAILED ? -1 : 0;
}

/* True if the next touch has something to bring back. */
bool surface_backed_up(const struct surface *s)
{
	struct drm_vttm_info info = { .handle = s->handle };

	return retry_ioctl(s->fd, DRM_IOCTL_VTTM_INFO, &info) == 0 &&
	       (info.state & VTTM_STATE_BACKED_UP);
}
