/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stress - clients that make random calls, while a director has one thing after
 * another go wrong around them
 *
 * Client processes create, map, touch, shrink, restore, purge and close buffers
 * of vttm, together more than memory holds, and verify every word of them. The
 * director runs turns: each lets one disturbance, later two, strike for a few
 * seconds. After a pass through all turns the clients verify what they have and
 * end, and the machine must have as much of everything as before.
 *
 * The seed decides what is done and in which order, but not when a client meets
 * a disturbance.
 */
#ifndef STRESS_H
#define STRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "common/clock.h"

#define PAGE_BYTES	4096UL
#define PAGE_WORDS	(PAGE_BYTES / sizeof(uint64_t))
#define MIB		(1024 * 1024UL)
#define MIB_PAGES	(MIB / PAGE_BYTES)
#define SECOND		1000000000ULL
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define MAX_CLIENTS	64
#define MAX_BUFFERS	64	/* of one client */
#define MAX_PAGES	4096U	/* of one buffer: 16 MiB */

struct options {
	uint64_t seed;
	unsigned int seconds;	/* of the whole campaign; 0: one pass */
	unsigned int turn_ms;
	unsigned int clients;	/* 0: as many as memory asks for */
	const char *turns;	/* names between spaces; NULL for all */
	bool tap;
	/* Break something on purpose: the campaign has to notice. */
	bool corrupt, leak, hang;
};

/* -- random.c: the same numbers for the same seed ------------------------- */

struct rng {
	uint64_t state;
};

struct rng rng_make(uint64_t seed, uint64_t which);
unsigned int rng_below(struct rng *rng, unsigned int end);
bool rng_one_in(struct rng *rng, unsigned int n);

/* -- shared.c: what all processes share ------------------------------------ */

enum op {
	OP_CREATE, OP_CLOSE, OP_FILL, OP_VERIFY, OP_TOUCH, OP_REMAP, OP_SHRINK,
	OP_WRITEBACK, OP_SHRINK_ALL, OP_SWAPOUT, OP_RESTORE, OP_PURGE, OP_INFO,
	NR_OPS
};

extern const char *const op_names[NR_OPS];

/* One client, as the director and the watchdog see it. */
struct member {
	pid_t pid;		/* 0: none is running */
	bool killed;		/* by the director */
	unsigned int life;	/* how many there have been before it */
	_Atomic uint64_t progress;
	_Atomic int doing;	/* enum op, or -1 */
	_Atomic size_t held;	/* pages of its buffers */
};

#define MAX_NOTES	256
#define NOTE_LEN	200

/*
 * Locked into memory, so that a client without memory can still report.
 *
 * @budget: Pages a client may hold.
 * @swapout: The percentage of new buffers that TTM is to swap out.
 * @vram: The percentage that is to be in VRAM.
 * @faults_until: Until then, by now_ns(), calls may fail for lack of memory.
 * @fills: The number of the last content of a page; 0 is that of a new buffer.
 * @wrong: Pages that did not hold what was written.
 * @errors: Everything else that must not happen.
 * @beat: Increases as long as the director makes progress.
 */
struct shared {
	struct options opt;
	struct member member[MAX_CLIENTS];
	atomic_bool stop, corrupt, leak;
	_Atomic size_t budget;
	_Atomic unsigned int swapout, vram;
	_Atomic uint64_t faults_until;
	_Atomic uint32_t fills;
	_Atomic uint64_t ops[NR_OPS], refused[NR_OPS];
	_Atomic uint64_t sigbus, purged, written, verified;
	_Atomic uint64_t wrong, errors;
	_Atomic uint64_t beat;
	atomic_bool hung;
	_Atomic unsigned int notes;
	char note[MAX_NOTES][NOTE_LEN];
};

extern struct shared *shared;

void shared_create(const struct options *opt);
bool faults_lately(void);
void faults_begin(void);
void faults_end(void);
/* Says what went wrong in the report. Counts one error, one wrong page or nothing. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void die(const char *what);

/* -- pattern.c: words that tell where they belong --------------------------- */

/* Content of one page: who wrote it, where, and when. */
struct place {
	uint32_t fill;
	unsigned int client, slot, page;
};

void page_write(uint64_t *page, struct place place);
/* -1, or the first word that is wrong. */
int page_check(const uint64_t *page, struct place place);
void word_describe(uint64_t word, char *text, size_t size);

/* -- buffer.c: one buffer, whose every page is known ------------------------- */

struct buffer {
	int fd;
	uint32_t handle;	/* 0: none */
	uint32_t pages;
	uint32_t flags;		/* VTTM_CREATE_* */
	unsigned int client, slot;
	uint64_t *map;
	uint32_t fill[MAX_PAGES];	/* by page; 0: never written */
};

bool buffer_create(struct buffer *b, int fd, uint32_t pages, uint32_t caching,
		   uint32_t flags);
void buffer_close(struct buffer *b);
void buffer_remap(struct buffer *b);
void buffer_write(struct buffer *b, uint32_t page);
void buffer_verify(struct buffer *b, uint32_t page);
void buffer_shrink(struct buffer *b, bool writeback);
void buffer_swap_out(struct buffer *b);
void buffer_restore(struct buffer *b);
void buffer_ask(struct buffer *b);
/* False if the content is gone. */
bool buffer_offer(struct buffer *b, bool shrink);
void catch_sigbus(void);

/* -- client.c ---------------------------------------------------------------- */

_Noreturn void client_main(unsigned int id);

/* -- crew.c: the client processes --------------------------------------------- */

void crew_start(void);
void crew_tend(void);
void crew_kill(unsigned int id);
void crew_stop(bool gently);
void crew_budget(unsigned int percent);
size_t crew_held(void);
/* The number of clients so far that the director has not killed itself. */
unsigned int crew_lost(void);

/* -- watchdog.c ---------------------------------------------------------------- */

void watchdog_start(void);
void watchdog_stop(void);
void beat(void);
/* Sleeps, tends the crew, and returns whether the campaign goes on. */
bool pass_time(unsigned int ms);

/* -- device.c: vttm, loaded as it is wanted --------------------------------- */

/* As large as the largest buffer, so that VRAM is soon full. */
#define VRAM_MIB	(MAX_PAGES / MIB_PAGES)

bool device_is_module(void);
/* As it was, but with VRAM. */
bool device_reload(void);
bool device_has_vram(void);

/* -- turn-limits.c ----------------------------------------------------------- */

/* Set the usual shares of new buffers for TTM to swap out and for VRAM. */
void limits_usual(void);

/* -- turn-*.c: what can go wrong --------------------------------------------- */

/**
 * struct turn - a disturbance
 * @name: One word.
 * @budget: The most percent of memory that all buffers may take.
 * @alone: Does not go together with another.
 * @begin: False if this machine lacks what it needs. May be NULL.
 * @strike: Strikes once, and takes its time. May be NULL.
 * @end: Undoes what @begin did, and what was left by @strike. May be NULL.
 * @strikes: How often it has struck in the campaign.
 * @unit: The unit of @strikes.
 */
struct turn {
	const char *name;
	unsigned int budget;
	bool alone;
	bool (*begin)(struct rng *rng);
	void (*strike)(struct rng *rng);
	void (*end)(void);
	unsigned long strikes;
	const char *unit;
};

extern struct turn turn_calm, turn_failslab, turn_page_alloc, turn_ttm_faults,
	turn_insert_faults, turn_swap_full, turn_swapoff, turn_cgroup,
	turn_compaction, turn_poison, turn_kill, turn_switch, turn_reload,
	turn_pages_limit, turn_vram, turn_test_resume;

/*
 * Make a request that may take the kernel minutes if swap is full or the host is
 * busy. The director shows progress meanwhile. After @limit_ms the request is ended;
 * if it does not end then, it hangs. 0 or an errno.
 */
int ask(const char *file, const char *text, unsigned int limit_ms);
/* The child's status as from wait(), or -1 after @limit_ms. */
int wait_for_child(pid_t pid, unsigned int limit_ms);

/* No request to the kernel may take that long, even on the slowest host. */
#define LONG_MS		(10 * 60 * 1000)

struct fault_kind {
	const char *name, *dir;
	uint64_t injected;
};

extern struct fault_kind fault_kinds[];
extern const unsigned int nr_fault_kinds;

/* -- turn-group.c: memory cgroups ------------------------------------------------------ */

#define GROUPS		"/sys/fs/cgroup/stress"
#define GROUP_ALL	GROUPS "/all"
#define GROUP_VICTIM	GROUPS "/victim"

void groups_create(void);
void groups_remove(void);
/* The cgroup for a client that is started now. */
const char *group_of_clients(void);

/* -- turn-swap.c ------------------------------------------------------------------------ */

bool swap_off(void);
void swap_on(void);

/* -- account.c: what the machine has, and had ---------------------------------------- */

enum account_line {
	ACCOUNT_FREE, ACCOUNT_SWAP, ACCOUNT_SHMEM, ACCOUNT_FILE,
	ACCOUNT_GPU_ACTIVE, ACCOUNT_BUFFERS, ACCOUNT_COMMITTED,
	ACCOUNT_MEMCG, ACCOUNT_MEMCG_SWAP, ACCOUNT_DYING, ACCOUNT_POISONED,
	NR_ACCOUNT
};

struct account {
	long long value[NR_ACCOUNT];
};

void account_take(struct account *a);
/* Waits a while for it. */
bool account_balances(const struct account *before, struct account *after);
void account_print(const struct account *before, const struct account *after);

/* -- kmsg.c: what the kernel says meanwhile -------------------------------------------- */

struct complaints {
	unsigned long splats, oom_kills, memcg_oom_kills;
};

void kmsg_open(void);
void kmsg_say(const char *what);
/* Reads the messages since the last call. */
void kmsg_read(struct complaints *sum);

/* -- campaign.c --------------------------------------------------------------------------- */

extern struct turn *const turns[];
extern const unsigned int nr_turns;

/* Returns whether everything went well. */
bool campaign(void);

/* -- report.c -------------------------------------------------------------------------------- */

void report_start(void);
/* Prints one line, and before it what went wrong since the last. */
void report_case(bool ok, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void report_skip(const char *name);
void report_accounts(const struct account *before, const struct account *after);
void report_summary(const struct complaints *complaints);
/* False if a case failed. */
bool report_end(void);

#endif
