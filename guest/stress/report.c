// SPDX-License-Identifier: GPL-2.0
/* The output: one line for each turn, and a table at the end. */
#include <drivers/vttm/vttm_test.h>

#include <stdarg.h>

#include "stress.h"

static unsigned int cases, failures, skips;
static unsigned int notes_shown;
static uint64_t started;

/* Counted since boot, shown since the start of the campaign. */
static struct counter {
	const char *title, *file, *name;
	long long start;
} counters[] = {
	{ "inserted", VT_BACKUP_STATS, "inserted", 0 },
	{ "copied", VT_BACKUP_STATS, "copied", 0 },
	{ "taken back", VT_BACKUP_STATS, "taken", 0 },
	{ "restored, in all", VT_BACKUP_STATS, "restored", 0 },
	{ "read back", VT_BACKUP_STATS, "readback", 0 },
	{ "written to swap", NULL, "pswpout", 0 },
	{ "read from swap", NULL, "pswpin", 0 },
	{ "migrated", NULL, "pgmigrate_success", 0 },
};

/* Pages that went out and came back, by the order of their blocks. */
#define MAX_ORDERS	16

static struct sizes {
	long long out, back;
} sizes_start[MAX_ORDERS];

static long long count(const struct counter *c)
{
	return c->file ? vt_counter(c->file, c->name) : vt_vmstat(c->name);
}

/* -1 for an order that this kernel does not have. */
static long long count_sized(const char *event, unsigned int order)
{
	char name[40];

	snprintf(name, sizeof(name), "%s_order_%u", event, order);
	return vt_counter(VT_BACKUP_STATS, name);
}

/* False past the last order. */
static bool count_sizes(unsigned int order, struct sizes *sizes)
{
	sizes->out = count_sized("inserted", order) +
		     count_sized("copied", order);
	sizes->back = count_sized("restored", order);
	return sizes->back >= 0;
}

void report_start(void)
{
	unsigned int i;

	started = now_ns();
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		counters[i].start = count(&counters[i]);
	for (i = 0; i < MAX_ORDERS; i++)
		count_sizes(i, &sizes_start[i]);
	if (shared->opt.tap)
		printf("TAP version 13\n");
	printf("# seed %llu, %u clients, %llu MiB of buffers at most, turns of %u ms\n",
	       (unsigned long long)shared->opt.seed, shared->opt.clients,
	       (unsigned long long)(vt_budget(140) >> 20), shared->opt.turn_ms);
}

static void show_notes(void)
{
	unsigned int nr = shared->notes;

	for (; notes_shown < nr && notes_shown < MAX_NOTES; notes_shown++)
		printf("# %s\n", shared->note[notes_shown]);
	if (nr > MAX_NOTES && notes_shown == MAX_NOTES) {
		printf("# and more, which are only counted\n");
		notes_shown++;
	}
}

void report_case(bool ok, const char *name, const char *format, ...)
{
	char detail[160];
	va_list args;

	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	show_notes();
	cases++;
	failures += !ok;
	if (shared->opt.tap)
		printf("%s %u %s # %s\n", ok ? "ok" : "not ok", cases, name,
		       detail);
	else
		printf("%6.0f s  %-26s %s%s\n",
		       (double)(now_ns() - started) / 1e9, name, detail,
		       ok ? "" : "  FAILED");
}

void report_skip(const char *name)
{
	show_notes();
	cases++;
	skips++;
	if (shared->opt.tap)
		printf("ok %u %s # SKIP not on this machine\n", cases, name);
	else
		printf("%6.0f s  %-26s skipped: not on this machine\n",
		       (double)(now_ns() - started) / 1e9, name);
}

void report_accounts(const struct account *before, const struct account *after)
{
	printf("# %-30s %12s    %12s\n", "accounts", "at the start", "now");
	account_print(before, after);
}

static void line(const char *title, unsigned long long value)
{
	printf("#   %-28s %12llu\n", title, value);
}

static void show_operations(void)
{
	unsigned int op;

	printf("# operations%34s\n", "refused");
	for (op = 0; op < NR_OPS; op++)
		printf("#   %-28s %12llu %10llu\n", op_names[op],
		       (unsigned long long)shared->ops[op],
		       (unsigned long long)shared->refused[op]);
	line("accesses that got SIGBUS", shared->sigbus);
	line("buffers purged", shared->purged);
}

static void show_strikes(void)
{
	unsigned int i;
	char title[64];

	printf("# faults injected\n");
	for (i = 0; i < nr_fault_kinds; i++)
		line(fault_kinds[i].name, fault_kinds[i].injected);
	printf("# disturbances\n");
	for (i = 0; i < nr_turns; i++) {
		snprintf(title, sizeof(title), "%s: %s", turns[i]->name,
			 turns[i]->unit);
		if (turns[i] != &turn_calm)
			line(title, turns[i]->strikes);
	}
}

static void show_pages(void)
{
	size_t i;

	printf("# pages\n");
	line("written by clients", shared->written);
	line("verified by clients", shared->verified);
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		line(counters[i].title, (unsigned long long)
		     (count(&counters[i]) - counters[i].start));
}

static void show_sizes(void)
{
	struct sizes sizes;
	unsigned int order;

	printf("# pages, by the size of their blocks%9s %12s\n", "out", "back");
	for (order = 0; order < MAX_ORDERS && count_sizes(order, &sizes); order++)
		printf("#   %8lu KiB %28lld %12lld\n",
		       (PAGE_BYTES << order) / 1024,
		       sizes.out - sizes_start[order].out,
		       sizes.back - sizes_start[order].back);
}

void report_summary(const struct complaints *complaints)
{
	double seconds = (double)(now_ns() - started) / 1e9;

	show_notes();
	printf("# ----\n");
	printf("#   %-28s %12.0f s (%.2f h)\n", "time", seconds, seconds / 3600);
	show_operations();
	show_strikes();
	show_pages();
	show_sizes();
	printf("# to be zero\n");
	line("pages with wrong content", shared->wrong);
	line("unexpected errors", shared->errors);
	line("complaints of the kernel", complaints->splats);
	line("OOM kills", complaints->oom_kills);
	line("hangs", shared->hung);
	printf("# in cgroups at their limit\n");
	line("OOM kills there", complaints->memcg_oom_kills);
}

bool report_end(void)
{
	show_notes();
	if (shared->opt.tap)
		printf("1..%u\n", cases);
	printf("# %u passed, %u failed, %u skipped\n", cases - failures - skips,
	       failures, skips);
	return !failures && !shared->wrong && !shared->errors;
}
