// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's counters. They are part of the image, so a thawed process reads what
 * happened until the image was made, without the writing of the image.
 */
#include <inttypes.h>
#include <string.h>

#include "hibernate.h"

static const char vmstat[] = "/proc/vmstat";
static const char ttm[] = "/sys/kernel/debug/ttm/backup_stats";
static const char vttm[] = "/sys/kernel/debug/dri/128/vttm_backup";

const char *const counter_names[NR_COUNTERS] = {
	[ALLOCATED] = "pages_allocated",
	[ALLOC_STALLS] = "alloc_stalls",
	[WRITTEN] = "pages_written",
	[READ] = "pages_read",
	[PREPARE_ALLOCATED] = "prepare_alloc_pages",
	[PREPARE_NS] = "prepare_ns",
	[INSERTED] = "pages_inserted",
	[COPIED] = "pages_copied",
	[RESTORED] = "pages_restored",
};

/* The beginning of a line, and the counter it adds to. Some have one line for each zone. */
static const struct {
	const char *file, *prefix;
	enum counter counter;
} lines[] = {
	{ vmstat, "pgalloc_", ALLOCATED },
	{ vmstat, "allocstall_", ALLOC_STALLS },
	{ vmstat, "pswpout ", WRITTEN },
	{ vmstat, "pswpin ", READ },
	{ ttm, "inserted ", INSERTED },
	{ ttm, "copied ", COPIED },
	{ ttm, "restored ", RESTORED },
	{ vttm, "prepare_alloc_pages ", PREPARE_ALLOCATED },
	{ vttm, "prepare_ns ", PREPARE_NS },
};

static void add_line(struct counters *c, const char *file, const char *line)
{
	uint64_t value;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (lines[i].file == file &&
		    !strncmp(line, lines[i].prefix, strlen(lines[i].prefix)) &&
		    sscanf(line, "%*s %" SCNu64, &value) == 1)
			c->value[lines[i].counter] += value;
}

static int add_file(struct counters *c, const char *path)
{
	FILE *f = fopen(path, "re");
	char line[128];

	if (!f) {
		fprintf(stderr, "hibernate: %s: %m\n", path);
		return -1;
	}
	while (fgets(line, sizeof(line), f))
		add_line(c, path, line);
	fclose(f);
	return 0;
}

int counters_read(struct counters *c)
{
	memset(c, 0, sizeof(*c));
	return add_file(c, vmstat) < 0 || add_file(c, ttm) < 0 ||
	       add_file(c, vttm) < 0 ? -1 : 0;
}
