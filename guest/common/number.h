/* SPDX-License-Identifier: GPL-2.0 */
/* The numbers that are options of demo, hibernate and stress. */
#ifndef NUMBER_H
#define NUMBER_H

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Wrong usage is status 2 with all of them. */
static inline uint64_t number(const char *text, uint64_t min, uint64_t max)
{
	char *end;
	uint64_t n;

	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || n < min || n > max) {
		fprintf(stderr, "%s: not a number from %" PRIu64 " to %" PRIu64
			": %s\n", program_invocation_short_name, min, max, text);
		exit(2);
	}
	return n;
}

#endif
