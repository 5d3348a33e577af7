// SPDX-License-Identifier: GPL-2.0
/* How the cost grows with the size of a buffer and with the number of them. */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

#define LARGE_ORDER	9

static void growth_row(const char *axis, size_t x, const char *path,
		       struct sample s, size_t nr_pages)
{
	printf("%s,%zu,%s,%s,%.2f,ns/page\n", axis, x, s.op, path,
	       s.ns / (double)nr_pages);
	fflush(stdout);
}

/* @nr buffers of a shape, all backed up, then all restored. */
static void measure(const char *axis, size_t x, const char *path,
		    struct shape shape, size_t nr)
{
	struct buffer *b = calloc(nr, sizeof(*b));
	struct sample s;
	size_t i;

	if (!b)
		die("buffers");
	buffers_prepare();
	for (i = 0; i < nr; i++)
		b[i] = buffer_create(shape, false);

	s = sample_begin("backup");
	for (i = 0; i < nr; i++)
		buffer_shrink(&b[i], false);
	growth_row(axis, x, path, sample_end(s), nr * shape.nr_pages);

	s = sample_begin("restore");
	limit_take(path, &shape);
	for (i = 0; i < nr; i++)
		buffer_restore(&b[i]);
	unlimit_order();
	growth_row(axis, x, path, sample_end(s), nr * shape.nr_pages);

	for (i = 0; i < nr; i++)
		buffer_close(&b[i]);
	free(b);
}

void part_growth(const struct options *o)
{
	struct shape shape = { .order = LARGE_ORDER };
	const char *const *path;
	size_t x;

	for (path = paths(); *path; path++) {
		choose_path(*path);
		for (x = 1; x <= o->mib; x *= 4) {
			shape.nr_pages = x * PAGES_PER_MIB;
			measure("size_mib", x, *path, shape, 1);
		}
		/* 256 MiB in all, in ever smaller buffers. */
		for (x = 1; x <= 4096; x *= 4) {
			shape.nr_pages = 256 * PAGES_PER_MIB / x;
			measure("buffers", x, *path, shape, x);
		}
	}
}
