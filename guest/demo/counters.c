// SPDX-License-Identifier: GPL-2.0
/* The kernel's counters, and the present state of the machine. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "demo.h"

#define TTM_STATS	"/sys/kernel/debug/ttm/backup_stats"
#define VTTM_STATS	"/sys/kernel/debug/dri/%u/vttm_backup"

static char vttm_stats[64];

/* The lines of /proc/vmstat, and the names in the report. */
static const struct {
	const char *prefix, *name;
} vm_events[] = {
	{ "allocstall_", "alloc_stalls" },	/* one line a zone: summed */
	{ "compact_stall ", "compact_stalls" },
	{ "compact_success ", "compact_successes" },
	{ "pageoutrun ", "kswapd_runs" },
	{ "pgscan_kswapd ", "kswapd_scanned" },
	{ "pgsteal_kswapd ", "kswapd_reclaimed" },
	{ "pswpout ", "pswpout" },
	{ "pswpin ", "pswpin" },
	{ "thp_swpout ", "thp_swpout" },
	{ "thp_swpout_fallback ", "thp_swpout_fallback" },
	{ "oom_kill ", "oom_kills" },
};

/* A whole file as one string; a static buffer, overwritten by the next call. */
static char *read_file(const char *path)
{
	static char buf[32768];
	size_t len = 0;
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	while (len < sizeof(buf) - 1 &&
	       (n = read(fd, buf + len, sizeof(buf) - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	if (n < 0)
		return NULL;
	buf[len] = '\0';
	return buf;
}

/* Fails, saying so, if the running kernel lacks a file that is needed. */
int counters_open(const char *node)
{
	struct stat st;

	if (stat(node, &st) < 0) {
		fprintf(stderr, "demo: %s: %m\n", node);
		return -1;
	}
	snprintf(vttm_stats, sizeof(vttm_stats), VTTM_STATS, minor(st.st_rdev));
	if (access(TTM_STATS, R_OK) < 0) {
		fprintf(stderr, "demo: " TTM_STATS ": %m\n");
		return -1;
	}
	if (access(vttm_stats, R_OK) < 0) {
		fprintf(stderr, "demo: %s: %m\n", vttm_stats);
		return -1;
	}
	return 0;
}

/* The index of the counter called @name, or that of the end. */
static unsigned int find(const struct counters *c, const char *name)
{
	unsigned int i;

	for (i = 0; i < c->nr && strcmp(c->counter[i].name, name); i++)
		;
	return i;
}

static void add(struct counters *c, const char *name, uint64_t value)
{
	unsigned int i = find(c, name);

	if (i == MAX_COUNTERS)
		return;
	if (i == c->nr) {
		snprintf(c->counter[i].name, sizeof(c->counter[i].name), "%s",
			 name);
		c->counter[i].value = 0;
		c->nr++;
	}
	c->counter[i].value += value;
}

/* Lines "name value", all of them; TTM's page counts are called pages_*. */
static int read_driver(struct counters *c, const char *path,
		       const char *prefix)
{
	char *line, *save, *text = read_file(path);
	char name[32], full[40];
	uint64_t value;

	if (!text)
		return -1;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "%31s %" SCNu64, name, &value) != 2)
			continue;
		snprintf(full, sizeof(full), "%s%s",
			 strncmp(name, "fallback_", 9) ? prefix : "", name);
		add(c, full, value);
	}
	return 0;
}

static void add_vm_event(struct counters *c, const char *line)
{
	uint64_t value;
	size_t i;

	for (i = 0; i < sizeof(vm_events) / sizeof(vm_events[0]); i++)
		if (!strncmp(line, vm_events[i].prefix,
			     strlen(vm_events[i].prefix)) &&
		    sscanf(line, "%*s %" SCNu64, &value) == 1)
			add(c, vm_events[i].name, value);
}

static int read_vmstat(struct counters *c)
{
	char *line, *save, *text = read_file("/proc/vmstat");

	if (!text)
		return -1;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		add_vm_event(c, line);
	return 0;
}

/* Time in the kernel on all CPUs; the file counts in ticks. */
static int read_cpu_time(struct counters *c)
{
	uint64_t system, irq, softirq;
	char *text = read_file("/proc/stat");

	if (!text || sscanf(text, "cpu %*u %*u %" SCNu64 " %*u %*u %" SCNu64
			    " %" SCNu64, &system, &irq, &softirq) != 3)
		return -1;
	add(c, "cpu_system_ms", (system + irq + softirq) * 1000 /
	    (uint64_t)sysconf(_SC_CLK_TCK));
	return 0;
}

/* The time that tasks waited for memory. Not every kernel counts it. */
static void read_pressure(struct counters *c)
{
	char *total, *text = read_file("/proc/pressure/memory");
	uint64_t us;

	total = text ? strstr(text, "total=") : NULL;
	if (total && sscanf(total, "total=%" SCNu64, &us) == 1)
		add(c, "memory_stall_us", us);
}

int counters_read(struct counters *c)
{
	c->nr = 0;
	if (read_driver(c, TTM_STATS, "pages_") < 0 ||
	    read_driver(c, vttm_stats, "") < 0 ||
	    read_vmstat(c) < 0 || read_cpu_time(c) < 0)
		return -1;
	read_pressure(c);
	return 0;
}

uint64_t counters_get(const struct counters *c, const char *name)
{
	unsigned int i = find(c, name);

	return i < c->nr ? c->counter[i].value : 0;
}

/* Of "pages_restored", the sum of "pages_restored_order_0" and so on. */
struct sizes counters_sizes(const struct counters *c, const char *name)
{
	char sized[sizeof(c->counter[0].name)];
	struct sizes sizes = { .all = 0 };
	unsigned int order, i;

	for (order = 0; ; order++) {
		snprintf(sized, sizeof(sized), "%s_order_%u", name, order);
		i = find(c, sized);
		if (i == c->nr)
			return sizes;
		sizes_add(&sizes, order, c->counter[i].value);
	}
}

void counters_delta(struct counters *c, const struct counters *since)
{
	unsigned int i;

	for (i = 0; i < c->nr; i++)
		c->counter[i].value -= counters_get(since, c->counter[i].name);
}

/* Above it no zone is short of memory. */
uint64_t high_watermark_kib(void)
{
	char *line, *save, *text = read_file("/proc/zoneinfo");
	uint64_t pages, kib = 0;

	for (line = text ? strtok_r(text, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save))
		if (sscanf(line, " high %" SCNu64, &pages) == 1)
			kib += pages * PAGE_BYTES / 1024;
	return kib;
}

/* Free blocks of 2 MiB, and what is free in large ones, of one line of /proc/buddyinfo. */
static void add_blocks(struct gauges *g, char *line)
{
	char *save, *word = strtok_r(line, " ", &save);
	uint64_t blocks;
	int column;

	/* "Node 0, zone NAME", then one number an order. */
	for (column = 0; word; word = strtok_r(NULL, " ", &save), column++) {
		if (column < 4 + 4)
			continue;
		blocks = strtoull(word, NULL, 10);
		g->free_64k_kib += blocks * PAGE_BYTES / 1024 << (column - 4);
		if (column >= 4 + 9)
			g->blocks_order9 += blocks << (column - 4 - 9);
	}
}

int gauges_read(struct gauges *g)
{
	char *line, *save, *text = read_file("/proc/buddyinfo");
	struct sysinfo si;

	if (!text || sysinfo(&si) < 0)
		return -1;
	g->free_kib = (uint64_t)si.freeram * si.mem_unit / 1024;
	g->swap_used_kib =
		(uint64_t)(si.totalswap - si.freeswap) * si.mem_unit / 1024;
	g->blocks_order9 = 0;
	g->free_64k_kib = 0;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		add_blocks(g, line);
	return 0;
}
