// SPDX-License-Identifier: GPL-2.0
/* What a page costs to finished I/O, out to the swap device and back. */
#include "bench.h"

/* By the caller's clock, not the driver's: I/O goes on after the call. */
static void back_up(const char *path, const struct buffer *b)
{
	double start = now_ns();

	buffer_shrink(b, true);
	wait_for_writeback();
	row("backup", path, &b->shape, "written",
	    (now_ns() - start) / (double)b->shape.nr_pages, "ns/page");
}

static void restore(const char *path, const struct buffer *b)
{
	struct sample s = sample_begin("restore");

	limit_take(path, &b->shape);
	buffer_restore(b);
	unlimit_order();
	s = sample_end(s);
	row("restore", path, &b->shape, "swapped",
	    s.ns / (double)b->shape.nr_pages, "ns/page");
	row("restore", path, &b->shape, "swapped", s.alloc_pages, "pages");
}

/* Restores of pieces that are read back into larger blocks. */
static void measure_healed(const char *path, struct shape shape)
{
	struct sample s;
	struct buffer b;

	buffers_prepare();
	b = buffer_create(shape, true);
	buffer_shrink(&b, true);
	wait_for_writeback();
	evict_swap_cache();
	s = sample_begin("restore");
	buffer_restore(&b);
	healed_rows(sample_end(s), path, &shape, "swapped_healed");
	buffer_verify(&b);
	buffer_close(&b);
}

void part_io(const struct options *o)
{
	struct shape shape = { .nr_pages = o->mib * PAGES_PER_MIB };
	const char *const *path;
	const unsigned int *order;
	struct buffer b;

	for (path = paths(); *path; path++)
		for (order = o->orders; *order != ~0U; order++) {
			shape.order = *order;
			choose_path(*path);
			buffers_prepare();
			b = buffer_create(shape, true);
			back_up(*path, &b);
			evict_swap_cache();
			restore(*path, &b);
			buffer_verify(&b);
			buffer_close(&b);
			if (can_heal(*path, &shape))
				measure_healed(*path, shape);
		}
}
