// SPDX-License-Identifier: GPL-2.0
/*
 * Two buffers, while TTM may have the pages of one: each page fault swaps one out and
 * the other in. Both paths get blocks of the same order. So copying finds blocks in
 * TTM's pools that it has just put there, with the right caching mode.
 */
#include "bench.h"

#define ROUNDS	2

static void round_trip(const struct buffer b[2])
{
	buffer_touch(&b[0]);
	buffer_touch(&b[1]);
}

static void measure(const char *path, struct shape shape)
{
	unsigned long limit = set_pages_limit(shape.nr_pages);
	struct buffer b[2];
	struct sample s;
	int i;

	buffers_prepare();
	for (i = 0; i < 2; i++)
		b[i] = buffer_create(shape, true);
	limit_order(shape.order);
	/* The first run fills TTM's pools. */
	round_trip(b);
	s = sample_begin("swapin");
	for (i = 0; i < ROUNDS; i++)
		round_trip(b);
	s = sample_end(s);
	unlimit_order();
	row("round_trip", path, &shape, "at_limit",
	    s.ns / (double)(2 * ROUNDS * shape.nr_pages), "ns/page");
	for (i = 0; i < 2; i++) {
		buffer_verify(&b[i]);
		buffer_close(&b[i]);
	}
	set_pages_limit(limit);
}

void part_at_limit(const struct options *o)
{
	struct shape shape = {
		.nr_pages = o->mib * PAGES_PER_MIB,
		.swapout = true,
	};
	const char *const *path;
	const unsigned int *order;

	for (path = paths(); *path; path++)
		for (shape.caching = 0; shape.caching < o->cachings; shape.caching++)
			for (order = o->orders; *order != ~0U; order++) {
				shape.order = *order;
				choose_path(*path);
				measure(*path, shape);
			}
}
