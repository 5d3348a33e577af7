// SPDX-License-Identifier: GPL-2.0
/* The best rate of a swap device: sequential I/O past the page cache. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define CHUNK		(2UL << 20)

typedef ssize_t (*transfer_fn)(int fd, void *buf, size_t len, off_t offset);

static ssize_t device_write(int fd, void *buf, size_t len, off_t offset)
{
	return pwrite(fd, buf, len, offset);
}

static void transfer_all(int fd, void *chunk, size_t mib, transfer_fn transfer)
{
	size_t at;

	for (at = 0; at < mib << 20; at += CHUNK)
		if (transfer(fd, chunk, CHUNK, (off_t)at) != (ssize_t)CHUNK)
			die("I/O of the swap device");
}

static void measure(int fd, void *chunk, size_t mib, transfer_fn transfer,
		    const char *state)
{
	struct shape shape = { .nr_pages = mib * PAGES_PER_MIB, .order = 9 };
	double start = now_ns();

	transfer_all(fd, chunk, mib, transfer);
	row("device", "stock", &shape, state,
	    (now_ns() - start) / (double)shape.nr_pages, "ns/page");
}

/* Destroys what is on the device. */
void part_device(const struct options *o)
{
	void *chunk = aligned_alloc(CHUNK, CHUNK);
	int fd;

	if (!o->device || !chunk)
		die("--device");
	fd = open(o->device, O_RDWR | O_DIRECT | O_EXCL);
	if (fd < 0)
		die(o->device);
	memset(chunk, 0x5a, CHUNK);
	/* A device that allocates memory on the first write has done so now. */
	transfer_all(fd, chunk, o->mib, device_write);
	measure(fd, chunk, o->mib, device_write, "written");
	measure(fd, chunk, o->mib, pread, "swapped");
	free(chunk);
	close(fd);
}
