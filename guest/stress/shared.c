// SPDX-License-Identifier: GPL-2.0
/* Shared by all processes: settings for the clients, and their findings. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "stress.h"

/* How long a call that began with faults injected may take to fail. */
#define AFTERMATH	(3 * SECOND)

struct shared *shared;

const char *const op_names[NR_OPS] = {
	[OP_CREATE] = "create", [OP_CLOSE] = "close", [OP_FILL] = "fill",
	[OP_VERIFY] = "verify", [OP_TOUCH] = "touch", [OP_REMAP] = "remap",
	[OP_SHRINK] = "shrink", [OP_WRITEBACK] = "shrink+write",
	[OP_SHRINK_ALL] = "shrink all", [OP_SWAPOUT] = "swap out",
	[OP_RESTORE] = "restore",
	[OP_PURGE] = "purge", [OP_INFO] = "info",
};

_Noreturn void die(const char *what)
{
	fprintf(stderr, "stress: %s: %s\n", what, strerror(errno));
	exit(3);
}

void shared_create(const struct options *opt)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (shared == MAP_FAILED || mlock(shared, sizeof(*shared)))
		die("shared memory");
	shared->opt = *opt;
}

bool faults_lately(void)
{
	return now_ns() < shared->faults_until;
}

void faults_begin(void)
{
	shared->faults_until = UINT64_MAX;
}

void faults_end(void)
{
	shared->faults_until = now_ns() + AFTERMATH;
}

/* Messages that do not fit are still counted. */
static void write_note(const char *format, va_list args)
{
	unsigned int nr = atomic_fetch_add(&shared->notes, 1);

	if (nr < MAX_NOTES)
		vsnprintf(shared->note[nr], NOTE_LEN, format, args);
}

void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_note(format, args);
	va_end(args);
}

void error(const char *format, ...)
{
	va_list args;

	shared->errors++;
	va_start(args, format);
	write_note(format, args);
	va_end(args);
}

void wrong(const char *format, ...)
{
	va_list args;

	shared->wrong++;
	va_start(args, format);
	write_note(format, args);
	va_end(args);
}
