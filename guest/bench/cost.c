// SPDX-License-Identifier: GPL-2.0
/* What a page costs, backed up and restored, or swapped out and in, without any I/O. */
#include "bench.h"

static void back_up(const struct buffer *b)
{
	buffer_shrink(b, false);
}

/* The ways out and back: by the driver's shrinker, or by TTM. */
static const struct way {
	const char *out, *in;
	bool swapout;
	void (*leave)(const struct buffer *b);
	void (*come_back)(const struct buffer *b);
} ways[] = {
	{ "backup", "restore", false, back_up, buffer_restore },
	{ "swapout", "swapin", true, buffer_swap_out, buffer_touch },
};

static void cost_rows(struct sample s, const char *path,
		      const struct shape *shape)
{
	row(s.op, path, shape, "resident", s.ns / (double)shape->nr_pages,
	    "ns/page");
	row(s.op, path, shape, "resident", s.alloc_pages, "pages");
	row(s.op, path, shape, "resident", s.blocks, "free_blocks_order9");
}

static void come_back(const struct way *way, const char *path,
		      const struct buffer *b)
{
	limit_take(path, &b->shape);
	way->come_back(b);
	unlimit_order();
}

static void measure(const struct way *way, const char *path, struct shape shape)
{
	struct sample s;
	struct buffer b;

	buffers_prepare();
	b = buffer_create(shape, true);
	s = sample_begin(way->out);
	way->leave(&b);
	cost_rows(sample_end(s), path, &shape);

	s = sample_begin(way->in);
	come_back(way, path, &b);
	cost_rows(sample_end(s), path, &shape);

	buffer_verify(&b);
	buffer_close(&b);
}

/* Once without measuring: the first run has to fill caches. */
static void warm_up(const struct way *way, const char *path, struct shape shape)
{
	struct buffer b;

	buffers_prepare();
	b = buffer_create(shape, false);
	way->leave(&b);
	come_back(way, path, &b);
	buffer_close(&b);
}

/* Restores of pieces in memory into larger blocks. */
static void measure_healed(const struct way *way, const char *path,
			   struct shape shape)
{
	struct sample s;
	struct buffer b;

	buffers_prepare();
	b = buffer_create(shape, true);
	way->leave(&b);
	s = sample_begin(way->in);
	way->come_back(&b);
	healed_rows(sample_end(s), path, &shape, "healed");
	buffer_verify(&b);
	buffer_close(&b);
}

static void measure_all(const struct way *way, const char *path,
			struct shape shape)
{
	shape.swapout = way->swapout;
	warm_up(way, path, shape);
	measure(way, path, shape);
	if (can_heal(path, &shape))
		measure_healed(way, path, shape);
}

void part_cost(const struct options *o)
{
	struct shape shape = { .nr_pages = o->mib * PAGES_PER_MIB };
	const char *const *path;
	const unsigned int *order;
	size_t way;

	/*
	 * Copying comes first, so that it finds memory as the stock kernel
	 * does.
	 */
	for (path = paths(); *path; path++)
		for (shape.caching = 0; shape.caching < o->cachings; shape.caching++)
			for (order = o->orders; *order != ~0U; order++) {
				shape.order = *order;
				choose_path(*path);
				for (way = 0; way < ARRAY_SIZE(ways); way++)
					measure_all(&ways[way], *path, shape);
			}
}
