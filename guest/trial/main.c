// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdatomic.h>

#include "trial.h"

#define MAX_TOLD	10

static const struct {
	const char *name;
	void (*run)(unsigned long arg);
} trials[] = {
	{ "fdinfo", poll_fdinfo },
	{ "one-buffer", race_one_buffer },
	{ "cgroups", leave_to_sibling },
	{ "swapoff", switch_swap_off },
	{ "overcommit", keep_to_commit_limit },
	{ "sizes", use_all_sizes },
};

static atomic_ulong nr_wrong;

void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("trial: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	exit(3);
}

void wrong(const char *format, ...)
{
	va_list args;

	if (nr_wrong++ >= MAX_TOLD)
		return;
	va_start(args, format);
	fputs("wrong: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

bool any_wrong(void)
{
	return nr_wrong;
}

void seen(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	putchar('\n');
	fflush(stdout);
	va_end(args);
}

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

int open_vttm(void)
{
	int fd = vt_open();

	if (fd < 0)
		fail("no vttm device");
	return fd;
}

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(trials); i++) {
		if (argc != 3 || strcmp(argv[1], trials[i].name))
			continue;
		trials[i].run(strtoul(argv[2], NULL, 0));
		if (nr_wrong)
			seen("%lu wrong", (unsigned long)nr_wrong);
		return any_wrong();
	}
	fail("usage: trial fdinfo|one-buffer|cgroups|swapoff|overcommit|sizes NUMBER");
}
