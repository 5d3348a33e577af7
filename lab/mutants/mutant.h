/* SPDX-License-Identifier: GPL-2.0-only */
/* The lab's own: what make.awk builds into the files that it changes. */
#ifndef _LINUX_MUTANT_H
#define _LINUX_MUTANT_H

#include <linux/types.h>

extern unsigned int mutant_active;
extern u8 mutant_reached[];

/* Is this the change to make? Notes that it could have been. */
static __always_inline bool mutant(unsigned int number)
{
	mutant_reached[number] = 1;
	return number == mutant_active;
}

#define mutant_drop(number, ...) \
	do { if (!mutant(number)) { __VA_ARGS__; } } while (0)

#define mutant_compare(number, a, op, other, b) \
	(mutant(number) ? (a) other (b) : (a) op (b))

#endif
