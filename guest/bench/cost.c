// SPDX-License-Identifier: GPL-2.0
/* What a page costs, backed up and restored without any I/O. */
#include "bench.h"

static void cost_rows(struct sample s, const char *path,
		      const struct shape *shape)
{
	row(s.op, path, shape, "resident", s.ns / (double)shape->nr_pages,
	    "ns/page");
	row(s.op, path, shape, "resident", s.alloc_pages, "pages");
	row(s.op, path, shape, "resident", s.blocks, "free_blocks_order9");
}

static void measure(const char *path, struct shape shape)
{
	struct sample s;
	struct buffer b;

	buffers_prepare();
	b = buffer_create(shape, true);
	s = sample_begin("backup");
	buffer_shrink(&b, false);
	cost_rows(sample_end(s), path, &shape);

	s = sample_begin("restore");
	limit_take(path, &shape);
	buffer_restore(&b);
	unlimit_order();
	cost_rows(sample_end(s), path, &shape);

	buffer_verify(&b);
	buffer_close(&b);
}

/* Once without measuring: the first run pays for caches that fill up. */
static void warm_up(const char *path, struct shape shape)
{
	struct buffer b;

	buffers_prepare();
	b = buffer_create(shape, false);
	buffer_shrink(&b, false);
	limit_take(path, &shape);
	buffer_restore(&b);
	unlimit_order();
	buffer_close(&b);
}

/* Pieces that are in memory, and come back in larger blocks. */
static void measure_healed(const char *path, struct shape shape)
{
	struct sample s;
	struct buffer b;

	buffers_prepare();
	b = buffer_create(shape, true);
	buffer_shrink(&b, false);
	s = sample_begin("restore");
	buffer_restore(&b);
	healed_rows(sample_end(s), path, &shape, "healed");
	buffer_verify(&b);
	buffer_close(&b);
}

void part_cost(const struct options *o)
{
	struct shape shape = { .nr_pages = o->mib * PAGES_PER_MIB };
	const char *const *path;
	const unsigned int *order;

	for (shape.caching = 0; shape.caching < o->cachings; shape.caching++)
		for (order = o->orders; *order != ~0U; order++)
			for (path = paths(); *path; path++) {
				shape.order = *order;
				choose_path(*path);
				warm_up(*path, shape);
				measure(*path, shape);
				if (can_heal(*path, &shape))
					measure_healed(*path, shape);
			}
}
