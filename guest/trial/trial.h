/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trial: what is tried for an hour once rather than tested each day. Each trial prints
 * what it has seen, and ends with 0 if all of it was as it has to be.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include <drivers/vttm/vttm_test.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Ends the trial: it could not be made, or went wrong. */
_Noreturn void fail(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* Says what is wrong, the first few times, and has the trial fail in the end. */
void wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool any_wrong(void);

/* Prints a line of what was seen, at once. */
void seen(const char *format, ...) __attribute__((format(printf, 1, 2)));

double now(void);
int open_vttm(void);

/* The trials. @arg is a number that means something else for each of them. */
void poll_fdinfo(unsigned long seconds);
void race_one_buffer(unsigned long seconds);
void leave_to_sibling(unsigned long seconds);
void switch_swap_off(unsigned long mib);
void keep_to_commit_limit(unsigned long mib);
void use_all_sizes(unsigned long largest_mib);

#endif
