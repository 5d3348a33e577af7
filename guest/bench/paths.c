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
 * Blocks are taken back as they are if no larger ones can be had instead. What a
 * restore makes of larger ones is not a take, nor is what copying does: it gets
 * the blocks that it would get. Until unlimit_order().
 */
void limit_take(const char *path, const struct shape *shape)
{
	if (!strcmp(path, "zero_copy"))
		limit_order(shape->order);
}

/*
 * Would a restore put these blocks into larger ones? Those below 64 KiB, and with cached
 * pages, for what the caching mode costs has rows of its own.
 */
bool can_heal(const char *path, const struct shape *shape)
{
	return !strcmp(path, "zero_copy") && shape->order < 4 && !shape->caching;
}
