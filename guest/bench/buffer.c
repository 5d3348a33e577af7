// SPDX-License-Identifier: GPL-2.0
/* Buffers of a given shape, whose content tells where each word belongs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "common/vttm_client.h"

const char *const cachings[] = { "cached", "wc", "uncached" };

static int node = -1;

void buffers_open(void)
{
	node = open(VTTM_NODE, O_RDWR);
	if (node < 0)
		die(VTTM_NODE);
}

static void vttm(unsigned long request, void *arg, const char *what)
{
	if (vttm_ioctl(node, request, arg) < 0)
		die(what);
}

static uint64_t *map(const struct buffer *b)
{
	void *p = vttm_map(node, b->handle, b->shape.nr_pages * PAGE);

	if (p == MAP_FAILED)
		die("mmap of a buffer");
	return p;
}

/* Every word differs, so that no swap device can compress it. */
static uint64_t word(const struct buffer *b, size_t i)
{
	return (((i * PAGE + b->handle) << 5) + b->shape.order) * 0x9e3779b97f4a7c15;
}

static size_t words(const struct buffer *b)
{
	return b->shape.nr_pages * PAGE / sizeof(uint64_t);
}

/*
 * TTM keeps freed WC pages in the order they had. To empty its pools, all shrinkers
 * are called, so there must be no buffers. The place of free memory changes the cost
 * of an allocation by up to about 50 instructions a page.
 */
void buffers_prepare(void)
{
	write_file("/proc/sys/vm/drop_caches", "2");
	write_file("/proc/sys/vm/compact_memory", "1");
}

/* Write only the first word: that populates the whole buffer. */
struct buffer buffer_create(struct shape shape, bool filled)
{
	struct drm_vttm_create create = {
		.size = shape.nr_pages * PAGE,
		.caching = shape.caching,
		.flags = shape.swapout ? VTTM_CREATE_SWAPOUT : 0,
	};
	struct buffer b = { .shape = shape };
	uint64_t *p;
	size_t i;

	vttm(DRM_IOCTL_VTTM_CREATE, &create, "VTTM_CREATE");
	b.handle = create.handle;
	p = map(&b);
	limit_order(shape.order);
	*p = word(&b, 0);
	unlimit_order();
	for (i = 0; filled && i < words(&b); i++)
		p[i] = word(&b, i);
	/* Zapping page tables belongs to neither path. */
	munmap(p, shape.nr_pages * PAGE);
	return b;
}

void buffer_verify(const struct buffer *b)
{
	uint64_t *p = map(b);
	size_t i;

	for (i = 0; i < words(b); i++) {
		if (p[i] == word(b, i))
			continue;
		fprintf(stderr, "bench: wrong content in page %zu\n",
			i * sizeof(*p) / PAGE);
		exit(1);
	}
	munmap(p, b->shape.nr_pages * PAGE);
}

void buffer_shrink(const struct buffer *b, bool writeback)
{
	struct drm_vttm_shrink args = {
		.handle = b->handle,
		.flags = writeback ? VTTM_SHRINK_WRITEBACK : 0,
	};

	vttm(DRM_IOCTL_VTTM_SHRINK, &args, "VTTM_SHRINK");
}

/* It is the only buffer that TTM can swap out. */
void buffer_swap_out(const struct buffer *b)
{
	struct drm_vttm_shrink args = {
		.flags = VTTM_SHRINK_SWAPOUT,
		.nr_pages = b->shape.nr_pages,
	};

	vttm(DRM_IOCTL_VTTM_SHRINK, &args, "VTTM_SHRINK_SWAPOUT");
	if (args.shrunk != b->shape.nr_pages) {
		errno = EBUSY;
		die("VTTM_SHRINK_SWAPOUT of a whole buffer");
	}
}

/* Brings it back by a page fault, not by a use of the device. */
void buffer_touch(const struct buffer *b)
{
	volatile uint64_t *p = map(b);

	(void)*p;
	munmap((void *)p, b->shape.nr_pages * PAGE);
}

void buffer_restore(const struct buffer *b)
{
	struct drm_vttm_restore args = { .handle = b->handle };

	vttm(DRM_IOCTL_VTTM_RESTORE, &args, "VTTM_RESTORE");
}

void buffer_close(const struct buffer *b)
{
	struct drm_gem_close args = { .handle = b->handle };

	vttm(DRM_IOCTL_GEM_CLOSE, &args, "GEM_CLOSE");
}
