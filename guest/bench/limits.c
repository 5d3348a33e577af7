// SPDX-License-Identifier: GPL-2.0
/*
 * The limits of memory: the lowest cost of copying a page and of touching one cache
 * line of it. Only in real time; the best of several passes.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define PASSES		8

/* The compiler must not see that the sum is unused. */
static volatile unsigned char sink;

static void copy_pages(unsigned char *to, const unsigned char *from, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		memcpy(to + i * PAGE, from + i * PAGE, PAGE);
}

static void touch_pages(unsigned char *to, const unsigned char *from, size_t nr)
{
	unsigned char sum = 0;
	size_t i;

	(void)from;
	for (i = 0; i < nr; i++)
		sum += to[i * PAGE]++;
	sink = sum;
}

static void measure(const char *path, struct shape shape, unsigned char *pages,
		    void (*work)(unsigned char *to, const unsigned char *from,
				 size_t nr))
{
	double start, ns, best = 0;
	int pass;

	for (pass = 0; pass < PASSES; pass++) {
		start = now_ns();
		work(pages, pages + shape.nr_pages * PAGE, shape.nr_pages);
		ns = now_ns() - start;
		if (!pass || ns < best)
			best = ns;
	}
	row("limit", path, &shape, "resident", best / (double)shape.nr_pages,
	    "ns/page");
}

void part_limits(const struct options *o)
{
	struct shape shape = { .nr_pages = o->mib * PAGES_PER_MIB };
	size_t bytes = 2 * shape.nr_pages * PAGE;
	unsigned char *pages = aligned_alloc(PAGE, bytes);

	if (!pages)
		die("memory");
	memset(pages, 0x5a, bytes);
	measure("copy_page", shape, pages, copy_pages);
	measure("touch_line", shape, pages, touch_pages);
	free(pages);
}
