// SPDX-License-Identifier: GPL-2.0
/* The sizes of blocks in which buffers went out and came back. */
#include <stdio.h>

#include "ttmstat.h"

/*
 * The count of @event in blocks of @order. It has no name past the last order.
 */
static struct event of_order(const struct counters *c, const char *event,
			     unsigned int order)
{
	char name[sizeof(c->event[0].name)];

	snprintf(name, sizeof(name), "%s" BY_ORDER "%u", event, order);
	return counters_get(c, name);
}

static void add_row(struct table *t, const char *name, const struct counters *c,
		    unsigned int order, enum unit unit)
{
	struct event inserted = of_order(c, INSERTED, order);
	struct event copied = of_order(c, COPIED, order);
	struct event restored = of_order(c, RESTORED, order);

	if (!inserted.pages && !copied.pages && !restored.pages)
		return;
	table_cell(t, name);
	table_cell(t, block_size(order));
	table_cell(t, amount(inserted, unit));
	table_cell(t, amount(copied, unit));
	table_cell(t, amount(restored, unit));
	table_cell(t, share(restored, counters_get(c, RESTORED)));
	table_cell(t, amount(of_order(c, TAKEN, order), unit));
}

static void add_rows(struct table *t, const char *name,
		     const struct counters *c, enum unit unit)
{
	unsigned int order;

	for (order = 0; of_order(c, INSERTED, order).name[0]; order++)
		add_row(t, name, c, order, unit);
}

/* Whether the kernel counts sizes and there is something to show. */
static bool has_sizes(const struct counters *c)
{
	return of_order(c, INSERTED, 0).name[0] &&
	       (counters_get(c, BACKED_UP).pages > 0 ||
		counters_get(c, RESTORED).pages > 0);
}

/* With one device, its sizes are those of all. */
void print_sizes(const struct snapshot *s, enum unit unit)
{
	struct table *t;
	unsigned int i;

	if (!has_sizes(&s->total))
		return;
	t = table_new("<DEVICE|BLOCKS OF|INSERTED|COPIED|RESTORED|OF RESTORED|TAKEN");
	for (i = 0; i < s->nr_devices; i++)
		add_rows(t, device_name(&s->device[i].id),
			 &s->device[i].counters, unit);
	if (s->nr_devices != 1)
		add_rows(t, "all", &s->total, unit);
	putchar('\n');
	table_print(t);
}
