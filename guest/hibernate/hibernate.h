/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hibernate - sleep with GPU buffers, and verify every byte of them
 *
 * Fills buffers of one kind, has the kernel suspend or hibernate, and checks the buffers
 * afterwards: how long it takes until the first is back, and whether every word is right.
 */
#ifndef HIBERNATE_H
#define HIBERNATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum verdict {
	VERDICT_OK,
	VERDICT_CORRUPT,	/* content damaged */
	VERDICT_USAGE,
	VERDICT_BROKEN,		/* no buffers, or the kernel lacks something */
	VERDICT_REFUSED,	/* the kernel did not sleep; the content is right */
};

/* -- kinds.c: what the device offers --------------------------------------- */

struct kind {
	const char *name, *text;
	uint32_t create_flags;	/* of DRM_IOCTL_VTTM_CREATE */
};

extern const struct kind kinds[];
extern const unsigned int nr_kinds;
const struct kind *kind_find(const char *name);

/* -- buffers.c ------------------------------------------------------------- */

struct buffer {
	uint64_t *map;
	size_t size;
};

struct buffers {
	int fd;
	unsigned int nr;
	size_t total;
	uint64_t seed;
	bool quiet;		/* no word on how far it is */
	struct buffer *buffer;
};

int buffers_create(struct buffers *b, const char *node, const struct kind *kind,
		   size_t total, size_t size);
void buffers_fill(struct buffers *b);
uint64_t buffers_verify_one(const struct buffers *b, unsigned int i);
uint64_t buffers_verify(const struct buffers *b);
void buffers_damage(struct buffers *b);

/* -- counters.c: what the kernel counted ----------------------------------- */

enum counter {
	ALLOCATED,	/* pages, by whomever */
	ALLOC_STALLS,
	WRITTEN,	/* pages, to swap; not those of the image */
	READ,
	PREPARE_ALLOCATED, /* of the pages, those to get the buffers out of the way */
	PREPARE_NS,
	INSERTED,	/* by TTM, without copying */
	COPIED,
	RESTORED,
	NR_COUNTERS
};

struct counters {
	uint64_t value[NR_COUNTERS];
};

extern const char *const counter_names[NR_COUNTERS];
int counters_read(struct counters *c);

/* -- sleep.c --------------------------------------------------------------- */

/* "disk", or "freeze:devices" with what /sys/power/pm_test is to be. */
struct step {
	char state[16], test[16];
};

int step_parse(struct step *step, const char *text);
int step_sleep(const struct step *step);

uint64_t now_ms(void);

#endif
