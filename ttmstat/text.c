// SPDX-License-Identifier: GPL-2.0
/* The default output: does it work, and if not, why not? */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ttmstat.h"

/* From this share of insertable pages on it works, with exceptions. */
#define WORKS	0.9

#define COLUMNS	"<DEVICE|BACKED UP|INSERTED|COPIED|RESTORED|TAKEN|SPLIT|READ BACK|HEALED|PIECES"

static const struct {
	const char *event, *because;
} reasons[] = {
	{ FALLBACK "off", "zero copy was switched off" },
	{ FALLBACK "nomem", "no memory to insert, or the memory cgroup is full" },
	{ FALLBACK "busy", "something else held a reference to the page" },
	{ FALLBACK "misaligned", "its place in the buffer does not suit its size" },
	{ FALLBACK "exists", "the backup had something in its place" },
	{ FALLBACK "unsupported", "this kernel cannot insert, or not blocks of this size" },
	{ FALLBACK "other", "another error" },
	{ POISONED, "bad memory: neither inserted nor copied" },
	{ KEPT, "in use by something else, and no memory to copy it" },
};

static const char *short_name(const struct event *e)
{
	/* The kernel's name for it is that of a reason to copy as well. */
	if (!strcmp(e->name, KEPT))
		return "kept";
	return e->name + (is_fallback(e) ? strlen(FALLBACK) : 0);
}

/* @on: What happened while it was switched on, @off: what was copied else. */
static void print_works(const struct counters *on, struct event off)
{
	struct event inserted = counters_get(on, INSERTED);
	struct event tried = counters_get(on, BACKED_UP);
	const struct event *reason = main_fallback(on);
	bool works = inserted.pages >= tried.pages * WORKS;

	printf("zero copy: on, %s: %s of %s inserted", works ? "works" :
	       inserted.pages ? "works in part" : "DOES NOT WORK",
	       share(inserted, tried), amount(tried, UNIT_HUMAN));
	if (!works && reason)
		printf(", mainly because: %s", short_name(reason));
	if (off.pages)
		printf(" (%s more were copied while it was off)",
		       amount(off, UNIT_HUMAN));
	putchar('\n');
}

/* Copies while it was switched off do not count. */
static struct counters while_on(const struct counters *c)
{
	const struct event off = counters_get(c, FALLBACK "off");
	struct counters on = *c;
	unsigned int i;

	for (i = 0; i < on.nr; i++) {
		struct event *e = &on.event[i];

		if (strcmp(e->name, COPIED) && strcmp(e->name, off.name))
			continue;
		e->pages -= off.pages;
		e->bytes -= off.bytes;
	}
	return on;
}

/* Which devices could have used it, and when. */
static void print_unused(const struct snapshot *s)
{
	const struct gpus *all = &s->gpus;
	const char *before = "zero copy: on, not used yet: ";
	unsigned int i;
	bool any = false;

	for (i = 0; i < all->nr; i++) {
		const struct gpu *g = &all->gpu[i];

		if (!*gpu_does(g))
			continue;
		printf("%s%s %s", any ? "; " : before, device_name(&g->id),
		       gpu_does(g));
		any = true;
	}
	if (any)
		putchar('\n');
	else if (all->nr)
		puts("zero copy: on, not used: TTM neither backs up nor swaps out what this machine's devices have");
	else
		printf("%snothing has been backed up%s since it was switched on\n",
		       before, s->swaps_out ? " or swapped out" : "");
}

static void print_verdict(const struct snapshot *s)
{
	struct counters on = while_on(&s->total);

	if (!s->zero_copy)
		puts("zero copy: OFF, everything is copied; to switch it on: echo 1 > /" ZERO_COPY);
	else if (s->zero_copy < 0)
		puts("zero copy: unknown, this kernel has no switch for it");
	else if (counters_get(&on, BACKED_UP).pages <= 0)
		print_unused(s);
	else
		print_works(&on, counters_get(&s->total, FALLBACK "off"));
}

static void add_row(struct table *t, const char *name,
		    const struct counters *c, bool swaps_out, enum unit unit)
{
	struct event all = counters_get(c, BACKED_UP);
	struct event restored = counters_get(c, RESTORED);

	table_cell(t, name);
	table_cell(t, amount(all, unit));
	table_cell(t, share(counters_get(c, INSERTED), all));
	table_cell(t, amount(counters_get(c, COPIED), unit));
	table_cell(t, amount(restored, unit));
	table_cell(t, share(counters_get(c, TAKEN), restored));
	table_cell(t, amount(counters_get(c, SPLIT), unit));
	table_cell(t, amount(counters_get(c, READBACK), unit));
	table_cell(t, amount(counters_get(c, HEALED), unit));
	table_cell(t, amount(counters_get(c, PIECES), unit));
	if (!swaps_out)
		return;
	table_cell(t, amount(counters_get(c, SWAPOUT), unit));
	table_cell(t, amount(counters_get(c, SWAPIN), unit));
}

static void print_devices(const struct snapshot *s, enum unit unit)
{
	struct table *t = table_new(s->swaps_out ? COLUMNS "|SWAPOUT|SWAPIN" :
				    COLUMNS);
	unsigned int i;

	for (i = 0; i < s->nr_devices; i++)
		add_row(t, device_name(&s->device[i].id), &s->device[i].counters,
			s->swaps_out, unit);
	add_row(t, "all", &s->total, s->swaps_out, unit);
	table_print(t);
}

static const char *because(const char *event)
{
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (!strcmp(event, reasons[i].event))
			return reasons[i].because;
	return "a reason that this ttmstat does not know";
}

static bool is_reason(const struct event *e)
{
	return e->pages && (is_fallback(e) || !strcmp(e->name, POISONED) ||
			    !strcmp(e->name, KEPT));
}

static void print_reasons(const struct counters *c, enum unit unit)
{
	struct table *t = NULL;
	unsigned int i;

	for (i = 0; i < c->nr; i++) {
		const struct event *e = &c->event[i];

		if (!is_reason(e))
			continue;
		if (!t)
			t = table_new("<NOT INSERTED|PAGES|SIZE|<BECAUSE");
		table_cell(t, short_name(e));
		table_cell(t, amount(*e, UNIT_PAGES));
		table_cell(t, amount(*e, unit == UNIT_BYTES ? unit : UNIT_HUMAN));
		table_cell(t, because(e->name));
	}
	if (!t)
		return;
	putchar('\n');
	table_print(t);
}

static void print_lost(const struct counters *c)
{
	struct event lost = counters_get(c, LOST);

	if (lost.pages > 0)
		printf("\nLOST: %s of buffers, in bad memory or not readable from swap; dmesg tells which\n",
		       amount(lost, UNIT_HUMAN));
}

void print_gpus(const struct gpus *all)
{
	struct table *t = table_new("<DEVICE|<WHAT TTM DOES WITH ITS BUFFERS");
	unsigned int i;

	for (i = 0; i < all->nr; i++) {
		const struct gpu *g = &all->gpu[i];

		table_cell(t, device_name(&g->id));
		table_cell(t, *gpu_does(g) ? gpu_does(g) :
			   g->does & USES_TTM ?
			   "neither: has them in shmem of its own, which is swapped without TTM" :
			   "neither: does not use TTM");
	}
	table_print(t);
}

void print_text(const struct snapshot *s, enum unit unit)
{
	print_verdict(s);
	putchar('\n');
	print_devices(s, unit);
	print_sizes(s, unit);
	print_reasons(&s->total, unit);
	print_lost(&s->total);
	if (!s->gpus.nr)
		return;
	putchar('\n');
	print_gpus(&s->gpus);
}

static void add_bytes(struct table *t, uint64_t bytes, enum unit unit)
{
	struct event e = {
		.pages = (double)bytes / (double)sysconf(_SC_PAGESIZE),
		.bytes = (double)bytes,
	};

	table_cell(t, amount(e, unit));
}

void print_clients(const struct clients *c, enum unit unit)
{
	struct table *t = table_new("PID|<NAME|<DEVICE|TOTAL|RESIDENT|INSERTED|COPIED|SWAPPED");
	unsigned int i;
	char pid[16];

	for (i = 0; i < c->nr; i++) {
		const struct client *client = &c->client[i];

		snprintf(pid, sizeof(pid), "%d", client->pid);
		table_cell(t, pid);
		table_cell(t, client->name);
		table_cell(t, device_name(&client->device));
		add_bytes(t, client->total, unit);
		add_bytes(t, client->resident, unit);
		add_bytes(t, client->inserted, unit);
		add_bytes(t, client->copied, unit);
		add_bytes(t, client->swapped, unit);
	}
	table_print(t);
}
