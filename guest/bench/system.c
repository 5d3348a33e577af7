// SPDX-License-Identifier: GPL-2.0
/* Reading from the kernel, and settings, through files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define FAIL		"/sys/kernel/debug/fail_page_alloc/"
#define RECLAIM		"/sys/fs/cgroup/memory.reclaim"
#define BENEFICIAL	"/sys/module/vttm/parameters/beneficial_order"
#define PAGES_LIMIT	"/sys/module/ttm/parameters/pages_limit"
#define MAX_ORDERS	16

void die(const char *what)
{
	fprintf(stderr, "bench: %s: %m\n", what);
	exit(1);
}

void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

/* The line "name value" or "name: value" of a file. */
double read_value(const char *path, const char *name)
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

/* Free blocks of an order, larger ones counted as what they can be split to. */
unsigned long free_blocks(unsigned int order)
{
	unsigned long free, sum = 0;
	char line[256], *p;
	unsigned int i;
	FILE *f = fopen("/proc/buddyinfo", "r");

	if (!f)
		die("/proc/buddyinfo");
	while (fgets(line, sizeof(line), f)) {
		p = strstr(line, "zone");
		p = p ? strpbrk(p + 5, "0123456789") : NULL;
		/* "zone DMA32" ends in digits of its own. */
		if (p && p[-1] != ' ')
			p = strchr(p, ' ');
		for (i = 0; p && *p && *p != '\n' && i < MAX_ORDERS; i++) {
			free = strtoul(p, &p, 10);
			if (i >= order)
				sum += free << (i - order);
			while (*p == ' ')
				p++;
		}
	}
	fclose(f);
	return sum;
}

double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/*
 * Set the number of pages that TTM may have before it swaps out. Returns the
 * old one.
 */
unsigned long set_pages_limit(unsigned long nr_pages)
{
	unsigned long limit;
	char text[24] = "";
	int fd = open(PAGES_LIMIT, O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		die(PAGES_LIMIT);
	close(fd);
	limit = strtoul(text, NULL, 10);
	snprintf(text, sizeof(text), "%lu", nr_pages);
	write_file(PAGES_LIMIT, text);
	return limit;
}

/* Have the page allocator refuse this task orders above this one. */
void limit_order(unsigned int order)
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

/* Only for this task: others allocate, too. */
void unlimit_order(void)
{
	write_file("/proc/self/make-it-fail", "0");
}

/* If vttm prefers an order, rows cannot be compared. */
void need_plain_orders(void)
{
	char order[8] = "";
	int fd = open(BENEFICIAL, O_RDONLY);

	if (fd < 0 || read(fd, order, sizeof(order) - 1) < 0)
		die(BENEFICIAL);
	close(fd);
	if (atoi(order)) {
		fprintf(stderr, "bench: vttm prefers blocks of order %d\n"
			"  fix: load it with beneficial_order=0, or boot with vttm.beneficial_order=0\n",
			atoi(order));
		exit(1);
	}
}

/* Wait until no page is under write-back. */
void wait_for_writeback(void)
{
	while (read_value("/proc/vmstat", "nr_writeback") > 0)
		usleep(100);
}

/* Reclaim may free less than requested. That is no error. */
static void reclaim(const char *amount)
{
	int fd = open(RECLAIM, O_WRONLY);

	if (fd < 0 || (write(fd, amount, strlen(amount)) < 0 && errno != EAGAIN))
		die(RECLAIM);
	close(fd);
}

/* Have pages that were written to swap leave memory. */
void evict_swap_cache(void)
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
