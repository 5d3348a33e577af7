// SPDX-License-Identifier: GPL-2.0
/*
 * Allocations that fail, TTM's own fault point and those of shmem's inserts, at
 * several rates in a turn. Slab and page allocations fail only for the clients and
 * for kswapd. The fault points are ours, and strike any task.
 */
#include <drivers/vttm/vttm_test.h>

#include <dirent.h>

#include "stress.h"

enum kind { SLAB, PAGES, TTM, CHARGE, ACCOUNT, STORE, WRITEBACK };

/* More faults than there can be. The rest tells how many there were. */
#define TIMES		1000000000LL

struct fault_kind fault_kinds[] = {
	[SLAB] = { .name = "failslab", .dir = "failslab" },
	[PAGES] = { .name = "fail_page_alloc", .dir = "fail_page_alloc" },
	[TTM] = { .name = "ttm backup", .dir = VT_TTM_FAULTS },
	[CHARGE] = { .name = "insert: charge",
		     .dir = "shmem_insert/fail_charge" },
	[ACCOUNT] = { .name = "insert: account",
		      .dir = "shmem_insert/fail_account" },
	[STORE] = { .name = "insert: store", .dir = "shmem_insert/fail_store" },
	[WRITEBACK] = { .name = "insert: writeback",
			.dir = "shmem_insert/fail_writeback" },
};

const unsigned int nr_fault_kinds = ARRAY_SIZE(fault_kinds);

static bool set(enum kind kind, const char *attr, unsigned long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", value);
	return !vt_inject(fault_kinds[kind].dir, attr, text);
}

static long long get(enum kind kind, const char *attr)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s",
		 fault_kinds[kind].dir, attr);
	return vt_read_number(path);
}

static bool arm(enum kind kind, bool tasks)
{
	return set(kind, "verbose", 0) && set(kind, "interval", 1) &&
	       set(kind, "task-filter", tasks) && set(kind, "times", TIMES);
}

/* Counts what has been injected since the last time. */
static unsigned long collect(enum kind kind)
{
	long long left = get(kind, "times");

	if (left < 0 || left >= TIMES)
		return 0;
	set(kind, "times", TIMES);
	fault_kinds[kind].injected += (uint64_t)(TIMES - left);
	return (unsigned long)(TIMES - left);
}

static unsigned long disarm(enum kind kind)
{
	set(kind, "probability", 0);
	return collect(kind);
}

static void set_rate(enum kind kind, const unsigned int *rates,
		     unsigned int nr, struct rng *rng)
{
	if (!set(kind, "probability", rates[rng_below(rng, nr)]))
		error("%s: %s", fault_kinds[kind].name, strerror(errno));
}

/* kswapd's inserts get faults, too. */
static void have_kswapd_fail(void)
{
	char path[64], name[32];
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	FILE *f;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%.16s/comm", entry->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fgets(name, sizeof(name), f) &&
		    !strncmp(name, "kswapd", 6)) {
			snprintf(path, sizeof(path), "/proc/%.16s/make-it-fail",
				 entry->d_name);
			vt_write_text(path, "1");
		}
		fclose(f);
	}
	if (dir)
		closedir(dir);
}

static const unsigned int alloc_rates[] = { 1, 2, 5, 15, 40 };

static bool begin_failslab(struct rng *rng)
{
	(void)rng;
	have_kswapd_fail();
	faults_begin();
	return arm(SLAB, true) && set(SLAB, "ignore-gfp-wait", 0) &&
	       set(SLAB, "cache-filter", 0);
}

static void strike_failslab(struct rng *rng)
{
	set_rate(SLAB, alloc_rates, ARRAY_SIZE(alloc_rates), rng);
	pass_time(200 + rng_below(rng, 500));
	turn_failslab.strikes += collect(SLAB);
}

static void end_failslab(void)
{
	turn_failslab.strikes += disarm(SLAB);
	faults_end();
}

static bool begin_page_alloc(struct rng *rng)
{
	(void)rng;
	have_kswapd_fail();
	faults_begin();
	return arm(PAGES, true) && set(PAGES, "ignore-gfp-wait", 0) &&
	       set(PAGES, "ignore-gfp-highmem", 0);
}

/* Single pages as well, or only large blocks, of which more may fail. */
static void strike_page_alloc(struct rng *rng)
{
	static const unsigned int block_rates[] = { 5, 30, 70, 100 };
	unsigned int order = rng_one_in(rng, 2) ? 0 : 1 + rng_below(rng, 9);

	set(PAGES, "probability", 0);
	set(PAGES, "min-order", order);
	if (order)
		set_rate(PAGES, block_rates, ARRAY_SIZE(block_rates), rng);
	else
		set_rate(PAGES, alloc_rates, ARRAY_SIZE(alloc_rates), rng);
	pass_time(200 + rng_below(rng, 500));
	turn_page_alloc.strikes += collect(PAGES);
}

static void end_page_alloc(void)
{
	turn_page_alloc.strikes += disarm(PAGES);
	faults_end();
}

static bool begin_ttm_faults(struct rng *rng)
{
	(void)rng;
	faults_begin();
	return arm(TTM, false);
}

/* It interrupts restores. With more than a few percent, none would end. */
static void strike_ttm_faults(struct rng *rng)
{
	static const unsigned int rates[] = { 1, 3, 8 };

	set_rate(TTM, rates, ARRAY_SIZE(rates), rng);
	pass_time(200 + rng_below(rng, 500));
	turn_ttm_faults.strikes += collect(TTM);
}

static void end_ttm_faults(void)
{
	turn_ttm_faults.strikes += disarm(TTM);
	faults_end();
}

static bool begin_insert_faults(struct rng *rng)
{
	enum kind kind;

	(void)rng;
	for (kind = CHARGE; kind <= WRITEBACK; kind++)
		if (!arm(kind, false))
			return false;
	return true;
}

/* No call of a client may fail because of it: the copy path takes over. */
static void strike_insert_faults(struct rng *rng)
{
	static const unsigned int rates[] = { 0, 1, 10, 50, 100 };
	enum kind kind;

	for (kind = CHARGE; kind <= WRITEBACK; kind++)
		set_rate(kind, rates, ARRAY_SIZE(rates), rng);
	pass_time(200 + rng_below(rng, 500));
	for (kind = CHARGE; kind <= WRITEBACK; kind++)
		turn_insert_faults.strikes += collect(kind);
}

static void end_insert_faults(void)
{
	enum kind kind;

	for (kind = CHARGE; kind <= WRITEBACK; kind++)
		turn_insert_faults.strikes += disarm(kind);
}

struct turn turn_failslab = {
	.name = "failslab", .budget = 140, .begin = begin_failslab,
	.strike = strike_failslab, .end = end_failslab, .unit = "faults",
};

struct turn turn_page_alloc = {
	.name = "page-alloc", .budget = 140, .begin = begin_page_alloc,
	.strike = strike_page_alloc, .end = end_page_alloc, .unit = "faults",
};

struct turn turn_ttm_faults = {
	.name = "ttm-faults", .budget = 140, .begin = begin_ttm_faults,
	.strike = strike_ttm_faults, .end = end_ttm_faults, .unit = "faults",
};

struct turn turn_insert_faults = {
	.name = "insert-faults", .budget = 140, .begin = begin_insert_faults,
	.strike = strike_insert_faults, .end = end_insert_faults,
	.unit = "faults",
};
