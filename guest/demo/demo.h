/* SPDX-License-Identifier: GPL-2.0 */
/*
 * demo - GPU clients that hold more buffer memory than the machine has
 *
 * Several client processes own surfaces (vttm buffers) that together exceed
 * memory. The coordinator gives one client at a time a turn; the client
 * touches some of its surfaces, verifies every page and rewrites part of
 * them. Everything a run does follows from the seed, so two runs with the
 * same options do the same work in the same order.
 */
#ifndef DEMO_H
#define DEMO_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/clock.h"

#define PAGE_BYTES	4096UL
#define PAGE_WORDS	(PAGE_BYTES / sizeof(uint64_t))
#define MAX_CLIENTS	32
#define MAX_SURFACES	1024	/* of one client */
#define MAX_FAULTS	65536	/* fault-ins recorded in one run */
#define MAX_FRAMES	16384	/* drawn in one run */

/* The exit status of demo: the worst that happened. */
enum verdict {
	VERDICT_OK = 0,
	VERDICT_CORRUPT = 1,	/* a page did not hold what was written */
	VERDICT_USAGE = 2,
	VERDICT_BROKEN = 3,	/* a client died or the kernel lacks something */
	VERDICT_TIMEOUT = 4,
};

struct options {
	const char *label;	/* names the output files and progress lines */
	const char *out;	/* directory for the output files */
	const char *node;	/* DRM device node */
	uint64_t seed;
	size_t total;		/* bytes of all surfaces of all clients */
	unsigned int clients;
	unsigned int rounds;	/* turns each client gets to use its surfaces */
	unsigned int frames;	/* seconds in which a client draws frames, or 0 */
	unsigned int wc;	/* percent of the surfaces, write-combined */
	unsigned int timeout;	/* seconds */
	bool incompressible;	/* what the surfaces hold */
	bool corrupt;		/* damage one page: the run has to notice */
};

/* -- plan.c: what is done, and in which order ---------------------------- */

/* To count is only to ask what the surfaces are made of. */
enum phase {
	PHASE_FILL, PHASE_USE, PHASE_FRAMES, PHASE_CHECK, PHASE_COUNT, PHASES
};

struct surface_plan {
	size_t size;
	uint32_t caching;	/* VTTM_CACHING_* */
};

struct client_plan {
	unsigned int nr;
	struct surface_plan surface[MAX_SURFACES];
};

struct plan {
	uint64_t seed;
	unsigned int clients;
	unsigned int rounds;
	unsigned int wc;
	bool incompressible;
	bool corrupt;
	struct client_plan client[MAX_CLIENTS];
};

/* One client's turn. */
struct turn {
	enum phase phase;
	unsigned int round;	/* or for how many seconds to draw frames */
};

const char *phase_name(enum phase phase);
void plan_make(struct plan *plan, const struct options *opt);
void plan_order(const struct plan *plan, unsigned int round,
		unsigned int order[MAX_CLIENTS]);
bool plan_uses(const struct plan *plan, unsigned int client,
	       struct turn turn, unsigned int surface);
bool plan_rewrites(const struct plan *plan, unsigned int client,
		   struct turn turn, unsigned int surface);
size_t plan_bytes(const struct plan *plan);
unsigned int plan_surfaces(const struct plan *plan);

/* -- pattern.c: content that does not repeat ----------------------------- */

uint64_t mix(uint64_t a, uint64_t b);
void pattern_write(uint64_t *page, uint64_t key, bool compressible);
bool pattern_matches(const uint64_t *page, uint64_t key, bool compressible);
bool pattern_begins(const uint64_t *page, uint64_t key);

/* -- sizes.c: blocks of 64 KiB and of 2 MiB are what a GPU wants --------- */

/* Pages, by the size of the blocks they are in. */
struct sizes {
	uint64_t single;
	uint64_t medium;	/* from 64 KiB on, below 2 MiB */
	uint64_t large;		/* from 2 MiB on */
	uint64_t all;		/* these, and what is in blocks of other sizes */
};

void sizes_add(struct sizes *sizes, unsigned int order, uint64_t pages);
double sizes_share(const struct sizes *sizes, uint64_t part);

/* -- surface.c: one vttm buffer ------------------------------------------ */

struct surface {
	int fd;
	uint32_t handle;
	uint32_t generation;	/* of the content, 0 = never written */
	size_t size;
	uint64_t *map;
};

int surface_create(struct surface *s, int fd, const struct surface_plan *plan);
void surface_destroy(struct surface *s);
int surface_use(const struct surface *s);
bool surface_backed_up(const struct surface *s);
int surface_count(const struct surface *s, struct sizes *sizes);

/* -- tally.c: what the clients found, in memory they share ---------------- */

struct fault_in {
	uint64_t ns;
	uint64_t bytes;
};

struct tally {
	_Atomic size_t bytes_done;
	_Atomic unsigned long bad_pages;
	_Atomic unsigned int faults;
	_Atomic unsigned int churned;	/* buffers made and freed between frames */
	unsigned int frames, late_frames;	/* written by the one that draws */
	struct sizes sizes;	/* written in turns, by the client whose turn it is */
	struct fault_in fault[MAX_FAULTS];
	uint64_t frame_ns[MAX_FRAMES];
};

struct tally *tally_create(void);
void tally_fault(struct tally *tally, uint64_t ns, size_t bytes);

/* -- client.c ------------------------------------------------------------ */

struct client {
	const struct plan *plan;
	unsigned int id;
	int fd;
	struct tally *tally;
	struct surface surface[MAX_SURFACES];
};

_Noreturn void client_main(const struct plan *plan, unsigned int id,
			   const char *node, int turns, int replies,
			   struct tally *tally);
_Noreturn void client_die(const struct client *c, const char *what);
uint64_t client_key(const struct client *c, unsigned int i);
void client_draw(struct client *c, unsigned int i);

/* -- counters.c: what the kernel counted --------------------------------- */

#define MAX_COUNTERS	128

struct counter {
	char name[40];
	uint64_t value;
};

struct counters {
	unsigned int nr;
	struct counter counter[MAX_COUNTERS];
};

/* The state of the machine at one moment. */
struct gauges {
	uint64_t free_kib;
	uint64_t swap_used_kib;
	uint64_t blocks_order9;	/* free 2 MiB blocks; a 4 MiB block is two */
	uint64_t free_64k_kib;	/* free in blocks of 64 KiB and more */
};

int counters_open(const char *node);
int counters_read(struct counters *c);
uint64_t counters_get(const struct counters *c, const char *name);
struct sizes counters_sizes(const struct counters *c, const char *name);
void counters_delta(struct counters *c, const struct counters *since);
int gauges_read(struct gauges *g);
uint64_t high_watermark_kib(void);

/* -- sampler.c: the time series and the progress lines ------------------- */

struct sampler {
	FILE *file;
	const struct options *opt;
	const struct tally *tally;
	enum phase phase;
	size_t bytes_total;
	uint64_t started, next;
	unsigned int nr;
	struct counters base;
};

int sampler_start(struct sampler *s, const struct options *opt,
		  const struct tally *tally, size_t bytes_total);
int sampler_wait_ms(const struct sampler *s);
int sampler_tick(struct sampler *s);
int sampler_stop(struct sampler *s);

/* -- crew.c: the client processes ---------------------------------------- */

struct member {
	int pid;
	int turns, replies;	/* pipes to and from the client */
};

struct crew {
	unsigned int nr;
	struct member member[MAX_CLIENTS];
	uint64_t deadline;
};

int crew_start(struct crew *crew, const struct plan *plan,
	       const struct options *opt, struct tally *tally);
enum verdict crew_tell(struct crew *crew, unsigned int id, struct turn turn);
enum verdict crew_await(struct crew *crew, unsigned int id,
			struct sampler *sampler);
enum verdict crew_turn(struct crew *crew, unsigned int id, struct turn turn,
		       struct sampler *sampler);
void crew_dismiss(struct crew *crew);

/* -- frames.c: a client that draws frames, and others that want memory ----- */

/* Who owns what then; all others make buffers and free them. */
enum { FRAMES_DRAWER, FRAMES_IDLER, FRAMES_OWNERS };

struct frames {
	uint64_t ns;
	struct counters counters;	/* while frames were drawn */
};

size_t frames_share(unsigned int client, size_t total);
void frames_turn(struct client *c, unsigned int seconds);
enum verdict frames_run(struct frames *frames, struct crew *crew,
			unsigned int seconds, struct sampler *sampler);
void frames_write(FILE *f, const struct frames *frames, struct tally *tally);

/* -- result.c: the output files ------------------------------------------ */

struct result {
	const struct options *opt;
	const struct plan *plan;
	struct tally *tally;
	struct gauges start, end, after; /* after: the clients are gone */
	struct counters counters;	/* over the run */
	struct frames frames;
	uint64_t wall_ns;
	enum verdict verdict;
};

int result_write(const struct result *r);

#endif
