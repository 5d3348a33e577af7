// SPDX-License-Identifier: GPL-2.0
/* Rows of the CSV, and the driver's own account of a call. */
#include <stdio.h>

#include "bench.h"

#define STATS		"/sys/kernel/debug/dri/128/vttm_backup"
#define BLOCK_ORDER	9

void row(const char *op, const char *path, const struct shape *shape,
	 const char *state, double value, const char *unit)
{
	printf("%s,%s,%u,%s,%s,%.2f,%s\n", op, path, shape->order,
	       cachings[shape->caching], state, value, unit);
	fflush(stdout);
}

static double stat(const char *op, const char *what)
{
	char name[48];

	snprintf(name, sizeof(name), "%s_%s", op, what);
	return read_value(STATS, name);
}

/*
 * The values are the kernel's own, so that system calls and page faults of
 * this program are not in them. Under -icount a nanosecond is an instruction.
 */
struct sample sample_begin(const char *op)
{
	return (struct sample){
		.op = op,
		.blocks = (double)free_blocks(BLOCK_ORDER),
		.alloc_pages = stat(op, "alloc_pages"),
		.ns = stat(op, "ns"),
	};
}

/* The cost since sample_begin(), and the blocks that became free. */
struct sample sample_end(struct sample begin)
{
	return (struct sample){
		.op = begin.op,
		.ns = stat(begin.op, "ns") - begin.ns,
		.alloc_pages = stat(begin.op, "alloc_pages") - begin.alloc_pages,
		.blocks = (double)free_blocks(BLOCK_ORDER),
	};
}

/* The cost of a restore into larger blocks. */
void healed_rows(struct sample s, const char *path, const struct shape *shape,
		 const char *state)
{
	row(s.op, path, shape, state, s.ns / (double)shape->nr_pages, "ns/page");
	row(s.op, path, shape, state, s.alloc_pages, "pages");
}
