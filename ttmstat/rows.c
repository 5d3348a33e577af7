// SPDX-License-Identifier: GPL-2.0
/* One row at a time, as vmstat does: what happened since the last row. */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ttmstat.h"

#define COLUMNS	(sizeof(columns) / sizeof(columns[0]))

/*
 * @part, @whole: An amount or, with @whole, a share. In human units a row is 80
 * characters wide with most reasons. Swapouts and swap-ins are part of the other
 * columns, and would not fit.
 */
static const struct {
	const char *title, *part, *whole;
	int width;
} columns[] = {
	{ "INSERTED", INSERTED, NULL, 8 },
	{ "COPIED", COPIED, NULL, 7 },
	{ "INS%", INSERTED, BACKED_UP, 5 },
	{ "RESTORED", RESTORED, NULL, 8 },
	{ "TAKEN", TAKEN, NULL, 7 },
	{ "TAKEN%", TAKEN, RESTORED, 6 },
	{ "SPLIT", SPLIT, NULL, 7 },
	{ "READBACK", READBACK, NULL, 8 },
};

static void print_cell(size_t i, const char *text, enum unit unit)
{
	int width = columns[i].width;

	if (!columns[i].whole && unit == UNIT_PAGES)
		width = 9;
	if (!columns[i].whole && unit == UNIT_BYTES)
		width = 14;
	printf("%*s ", width, text);
}

/* The height of the terminal, or of a common one if there is none. */
static unsigned int screen_rows(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_row < 4)
		return 24;
	return size.ws_row;
}

/* Print it again when the last one is about to leave the screen. */
static void print_header(enum unit unit)
{
	static unsigned int left;
	size_t i;

	if (left--)
		return;
	left = screen_rows() - 3;
	fputs("ZCOPY ", stdout);
	for (i = 0; i < COLUMNS; i++)
		print_cell(i, columns[i].title, unit);
	puts("WHY COPIED");
}

static void print_reason(const struct counters *c)
{
	const struct event *e = main_fallback(c);

	puts(e ? e->name + strlen(FALLBACK) : "-");
}

static void print_columns(const struct counters *c, enum unit unit,
			  const char *(*show)(struct event, enum unit))
{
	size_t i;

	for (i = 0; i < COLUMNS; i++) {
		struct event part = counters_get(c, columns[i].part);

		print_cell(i, columns[i].whole ?
			   share(part, counters_get(c, columns[i].whole)) :
			   show(part, unit), unit);
	}
}

/* Totals if there was no row @before. */
void print_row(const struct snapshot *s, const struct snapshot *before,
	       enum unit unit)
{
	static const char *const words[] = { "?", "OFF", "on" };
	struct counters c = s->total;

	if (before)
		counters_rate(&c, &s->total, &before->total,
			      s->seconds - before->seconds);
	print_header(unit);
	printf("%5s ", words[s->zero_copy + 1]);
	print_columns(&c, unit, before ? rate : amount);
	print_reason(&c);
}
