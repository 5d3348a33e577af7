// SPDX-License-Identifier: GPL-2.0
/*
 * What a page costs on its way out of a buffer and back, copied and not.
 *
 * Prints CSV: op,path,order,caching,state,value,unit. The values are the
 * kernel's own, from vttm's debugfs file, so that system calls and page faults
 * of this program are not in them. Under QEMU's -icount a nanosecond is an
 * instruction, and the numbers repeat.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm/vttm_drm.h>

#define NODE		"/dev/dri/renderD128"
#define ZERO_COPY	"/sys/module/ttm/parameters/zero_copy"
#define STATS		"/sys/kernel/debug/dri/128/vttm_backup"
#define FAIL		"/sys/kernel/debug/fail_page_alloc/"
#define RECLAIM		"/sys/fs/cgroup/memory.reclaim"
#define PAGE		4096UL

static const char *const paths[] = { "copy", "zero_copy" };
static size_t nr_pages = 16384;
static int node;

struct cost {
	double ns, alloc_pages;
};

static void die(const char *what)
{
	fprintf(stderr, "bench: %s: %m\n", what);
	exit(1);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

/* The line "name value" of a file. */
static double read_value(const char *path, const char *name)
{
	char line[256];
	size_t len = strlen(name);
	double value = -1;
	FILE *f = fopen(path, "r");

	if (!f)
		die(path);
	while (value < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, len) && strchr(" :\t", line[len]))
			value = strtod(line + len + 1, NULL);
	fclose(f);
	if (value < 0) {
		errno = ENODATA;
		die(name);
	}
	return value;
}

static struct cost read_cost(const char *op)
{
	char ns[32], alloc[32];

	snprintf(ns, sizeof(ns), "%s_ns", op);
	snprintf(alloc, sizeof(alloc), "%s_alloc_pages", op);
	return (struct cost){ read_value(STATS, ns), read_value(STATS, alloc) };
}

static void vttm(unsigned long request, void *arg, const char *what)
{
	while (ioctl(node, request, arg) < 0)
		if (errno != EINTR)
			die(what);
}

/* Let the page allocator refuse this task anything above the order. */
static void limit_order(unsigned int order)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", order + 1);
	write_file(FAIL "min-order", text);
	write_file(FAIL "verbose", "0");
	write_file(FAIL "ignore-gfp-wait", "0");
	write_file(FAIL "ignore-gfp-highmem", "0");
	write_file(FAIL "times", "-1");
	write_file(FAIL "task-filter", "1");
	write_file(FAIL "probability", "100");
	write_file("/proc/self/make-it-fail", "1");
}

static void unlimit_order(void)
{
	write_file("/proc/self/make-it-fail", "0");
	write_file(FAIL "probability", "0");
}

static uint64_t word(size_t page, unsigned int order)
{
	return (page * 64 + order + 1) * 0x9e3779b97f4a7c15;
}

static uint64_t *map_buffer(uint32_t handle)
{
	struct drm_vttm_mmap map = { .handle = handle };
	void *p;

	vttm(DRM_IOCTL_VTTM_MMAP, &map, "VTTM_MMAP");
	p = mmap(NULL, nr_pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
		 node, (off_t)map.offset);
	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

/* Every word differs, so that no swap device finds anything to save. */
static void fill(uint64_t *p, unsigned int order)
{
	size_t i, words = PAGE / sizeof(*p);

	for (i = 0; i < nr_pages * words; i++)
		p[i] = word(i / words, order) ^ (i % words << 32);
}

static void verify(const uint64_t *p, unsigned int order)
{
	size_t i, words = PAGE / sizeof(*p);

	for (i = 0; i < nr_pages * words; i++) {
		if (p[i] == (word(i / words, order) ^ (i % words << 32)))
			continue;
		fprintf(stderr, "bench: wrong content in page %zu\n", i / words);
		exit(1);
	}
}

static void print(const char *op, const char *path, unsigned int order,
		  const char *caching, const char *state, double value,
		  const char *unit)
{
	printf("%s,%s,%u,%s,%s,%.2f,%s\n", op, path, order, caching, state,
	       value, unit);
	fflush(stdout);
}

static void print_cost(const char *op, const char *path, unsigned int order,
		       const char *state, struct cost before)
{
	struct cost after = read_cost(op);

	print(op, path, order, "cached", state,
	      (after.ns - before.ns) / (double)nr_pages, "ns/page");
	print(op, path, order, "cached", state,
	      after.alloc_pages - before.alloc_pages, "pages");
}

/* Reclaim may fall short of what it was asked for, which is not an error. */
static void reclaim(const char *amount)
{
	int fd = open(RECLAIM, O_WRONLY);

	if (fd < 0 || (write(fd, amount, strlen(amount)) < 0 && errno != EAGAIN))
		die(RECLAIM);
	close(fd);
}

/* Have everything that went to swap leave memory as well. */
static void evict_swap_cache(void)
{
	int tries;

	for (tries = 0; tries < 50; tries++) {
		if (read_value("/proc/meminfo", "SwapCached") < 256)
			return;
		usleep(100000);
		reclaim("256M");
	}
	fprintf(stderr, "bench: the swap cache does not drain\n");
	exit(1);
}

static void back_up(const char *path, unsigned int order, const char *state,
		    uint32_t handle)
{
	bool swapped = !strcmp(state, "swapped");
	struct drm_vttm_shrink shrink = {
		.handle = handle,
		.flags = swapped ? VTTM_SHRINK_WRITEBACK : 0,
	};
	struct cost before = read_cost("backup");

	vttm(DRM_IOCTL_VTTM_SHRINK, &shrink, "VTTM_SHRINK");
	print_cost("backup", path, order, swapped ? "written" : state, before);
	if (swapped)
		evict_swap_cache();
}

static void restore(const char *path, unsigned int order, const char *state,
		    uint32_t handle)
{
	struct drm_vttm_restore args = { .handle = handle };
	struct cost before = read_cost("restore");

	vttm(DRM_IOCTL_VTTM_RESTORE, &args, "VTTM_RESTORE");
	print_cost("restore", path, order, state, before);
}

static uint32_t create_buffer(unsigned int order)
{
	struct drm_vttm_create create = { .size = nr_pages * PAGE };
	uint64_t *p;

	vttm(DRM_IOCTL_VTTM_CREATE, &create, "VTTM_CREATE");
	p = map_buffer(create.handle);
	limit_order(order);
	*p = 0;
	unlimit_order();
	fill(p, order);
	/* Zapping page tables is part of neither path. */
	munmap(p, nr_pages * PAGE);
	return create.handle;
}

static void run(const char *path, unsigned int order, const char *state)
{
	struct drm_gem_close buffer = { .handle = create_buffer(order) };
	uint64_t *p;

	back_up(path, order, state, buffer.handle);
	restore(path, order, state, buffer.handle);

	p = map_buffer(buffer.handle);
	verify(p, order);
	munmap(p, nr_pages * PAGE);
	vttm(DRM_IOCTL_GEM_CLOSE, &buffer, "GEM_CLOSE");
}

static const char usage[] =
	"usage: bench [MIB]\n"
	"Back up and restore a buffer of MIB MiB (64) at several orders, copying\n"
	"and not, resident and from swap. Prints CSV. Needs vttm, debugfs, swap\n"
	"space and CONFIG_FAIL_PAGE_ALLOC, and is meant to run under -icount.\n";

int main(int argc, char **argv)
{
	static const unsigned int orders[] = { 0, 3, 6, 9 };
	static const char *const states[] = { "resident", "swapped" };
	unsigned int i, j, k;

	if (argc > 1 && (argv[1][0] < '1' || argv[1][0] > '9')) {
		fputs(usage, argv[1][0] == '-' ? stdout : stderr);
		return argv[1][0] != '-';
	}
	if (argc > 1)
		nr_pages = strtoul(argv[1], NULL, 10) << 8;
	node = open(NODE, O_RDWR);
	if (node < 0)
		die(NODE);

	printf("op,path,order,caching,state,value,unit\n");
	for (k = 0; k < 2; k++)
		for (i = 0; i < 4; i++)
			for (j = 0; j < 2; j++) {
				write_file(ZERO_COPY, j ? "1" : "0");
				run(paths[j], orders[i], states[k]);
			}
	return 0;
}
