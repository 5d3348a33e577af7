// SPDX-License-Identifier: GPL-2.0
/*
 * swaps - all swap off, and on again as it was
 *
 * busybox's swapoff and swapon know no priorities. Without priorities the kernel
 * fills all areas alike.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>

static const char usage_text[] =
	"usage: swaps off >LIST    switch all swap off\n"
	"       swaps on <LIST     switch it on\n"
	"LIST has a path and a priority a line. A negative one is the kernel's choice.\n";

struct area {
	char path[64];
	int priority;
};

static bool parse(struct area *a, const char *line, const char *format)
{
	return line[0] == '/' && sscanf(line, format, a->path, &a->priority) == 2;
}

static bool complain(const char *what, const char *path)
{
	fprintf(stderr, "swaps: %s %s: %s\n", what, path, strerror(errno));
	return false;
}

static bool switch_on(const struct area *a)
{
	int flags = a->priority < 0 ? 0 : SWAP_FLAG_PREFER | a->priority;

	return !swapon(a->path, flags) || complain("swapon", a->path);
}

static bool switch_off(const struct area *a)
{
	if (swapoff(a->path))
		return complain("swapoff", a->path);
	printf("%s %d\n", a->path, a->priority);
	return true;
}

int main(int argc, char **argv)
{
	bool on = argc == 2 && !strcmp(argv[1], "on"), ok = true;
	struct area areas[8];
	unsigned int nr = 0, i;
	char line[256];
	FILE *f;

	if (argc != 2 || (!on && strcmp(argv[1], "off"))) {
		fputs(usage_text, stderr);
		return 2;
	}
	f = on ? stdin : fopen("/proc/swaps", "re");
	while (f && nr < sizeof(areas) / sizeof(areas[0]) &&
	       fgets(line, sizeof(line), f))
		nr += parse(&areas[nr], line,
			    on ? "%63s %d" : "%63s %*s %*s %*s %d");
	for (i = 0; i < nr; i++)
		ok &= on ? switch_on(&areas[i]) : switch_off(&areas[i]);
	return ok ? 0 : 1;
}
