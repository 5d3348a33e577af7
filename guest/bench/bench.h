/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE		4096UL
#define PAGES_PER_MIB	(1048576UL / PAGE)
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* system.c: reading from the kernel, and settings. */

void die(const char *what) __attribute__((noreturn));
void write_file(const char *path, const char *text);
double read_value(const char *path, const char *name);
unsigned long free_blocks(unsigned int order);
double now_ns(void);
unsigned long set_pages_limit(unsigned long nr_pages);
void limit_order(unsigned int order);
void unlimit_order(void);
void need_plain_orders(void);
void wait_for_writeback(void);
void evict_swap_cache(void);

/* buffer.c: buffers of a given shape and content. */

/*
 * How a buffer is made: its size in pages, its blocks' order, its caching, and
 * whether TTM swaps it out instead of the driver's shrinker backing it up.
 */
struct shape {
	size_t nr_pages;
	unsigned int order;
	unsigned int caching;
	bool swapout;
};

extern const char *const cachings[3];

struct buffer {
	struct shape shape;
	uint32_t handle;
};

void buffers_open(void);
void buffers_prepare(void);
struct buffer buffer_create(struct shape shape, bool filled);
void buffer_verify(const struct buffer *b);
void buffer_shrink(const struct buffer *b, bool writeback);
void buffer_swap_out(const struct buffer *b);
void buffer_restore(const struct buffer *b);
void buffer_touch(const struct buffer *b);
void buffer_close(const struct buffer *b);

/* paths.c: the ways of backing up that this kernel has. */

/* "copy" and "zero_copy", or "stock" alone; ends with NULL. */
const char *const *paths(void);
void only_path(const char *path);
void choose_path(const char *path);
void limit_take(const char *path, const struct shape *shape);
bool can_heal(const char *path, const struct shape *shape);

/* cost.c, at_limit.c, device.c, io.c, limits.c, growth.c, parallel.c: the parts. */

struct options {
	size_t mib;
	unsigned int clients;
	const unsigned int *orders;
	unsigned int cachings;
	const char *device;
};

void part_cost(const struct options *o);
void part_at_limit(const struct options *o);
void part_device(const struct options *o);
void part_io(const struct options *o);
void part_limits(const struct options *o);
void part_growth(const struct options *o);
void part_parallel(const struct options *o);

/* report.c: rows of the CSV. */

void row(const char *op, const char *path, const struct shape *shape,
	 const char *state, double value, const char *unit);

/* A call of the driver being measured: its own clock and allocations. */
struct sample {
	const char *op;
	double ns, alloc_pages, blocks;
};

struct sample sample_begin(const char *op);
struct sample sample_end(struct sample begin);
void healed_rows(struct sample s, const char *path, const struct shape *shape,
		 const char *state);

#endif
