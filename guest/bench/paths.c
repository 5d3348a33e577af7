// SPDX-License-Identifier: GPL-2.0
/* The ways of backing up that this kernel has. */
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define ZERO_COPY	"/sys/module/ttm/parameters/zero_copy"

static const char *only[2];

/* From now on only that path is measured. */
void only_path(const char *path)
{
	only[0] = path;
}

const char *const *paths(void)
{
	static const char *const patched[] = { "copy", "zero_copy", NULL };
	static const char *const stock[] = { "stock", NULL };

	if (*only)
		return only;
	return access(ZERO_COPY, F_OK) ? stock : patched;
}

void choose_path(const char *path)
{
	if (strcmp(path, "stock"))
		write_file(ZERO_COPY, strcmp(path, "copy") ? "1" : "0");
}

/*
 * Have the kernel refuse larger blocks until unlimit_order(), so that blocks are
 * taken back as they are. This does not apply to restores into larger blocks and to
 * copying.
 */
void limit_take(const char *path, const struct shape *shape)
{
	if (!strcmp(path, "zero_copy"))
		limit_order(shape->order);
}

/*
 * Whether to measure restores of these blocks into larger ones: blocks below 64 KiB, and
 * only cached pages, because the cost of the caching mode has rows of its own.
 */
bool can_heal(const char *path, const struct shape *shape)
{
	return !strcmp(path, "zero_copy") && shape->order < 4 && !shape->caching;
}
