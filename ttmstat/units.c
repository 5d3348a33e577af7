// SPDX-License-Identifier: GPL-2.0
/* Amounts, rates and shares for people. */
#include <stdio.h>
#include <unistd.h>

#include "ttmstat.h"

#define BUFFER	32

/* The next of several static buffers, enough for one line of output. */
static char *buffer(void)
{
	static char buf[16][BUFFER];
	static unsigned int next;

	return buf[next++ % 16];
}

/* One decimal where it says something: 9.5, but 10 and 3. */
static void print_number(char *text, size_t size, double value,
			 const char *suffix, const char *per)
{
	bool tenths = value < 9.95 && (int)(value * 10 + 0.5) % 10;

	snprintf(text, size, "%.*f%s%s", tenths ? 1 : 0, value, suffix, per);
}

static const char *human(double bytes, const char *per)
{
	static const char *const suffix[] = { "", "K", "M", "G", "T" };
	char *text = buffer();
	unsigned int i = 0;

	/* 1023.5 would be printed as 1024. */
	for (; bytes >= 1023.5 && i < 4; i++)
		bytes /= 1024;
	print_number(text, BUFFER, bytes, suffix[i], bytes ? per : "");
	return text;
}

static const char *show(struct event e, enum unit unit, const char *per)
{
	char *text;

	if (unit == UNIT_HUMAN)
		return human(e.bytes, per);
	text = buffer();
	print_number(text, BUFFER, unit == UNIT_PAGES ? e.pages : e.bytes,
		     "", "");
	return text;
}

/* The size of a block of 2^order pages. */
const char *block_size(unsigned int order)
{
	return human((double)(sysconf(_SC_PAGESIZE) << order), "");
}

const char *amount(struct event e, enum unit unit)
{
	return show(e, unit, "");
}

/* A rate looks different from an amount only in human units. */
const char *rate(struct event e, enum unit unit)
{
	return show(e, unit, "/s");
}

/* 0 % and 100 % only if it is exactly that. */
const char *share(struct event part, struct event whole)
{
	double percent;
	char *text;

	if (whole.pages <= 0)
		return "-";
	if (part.pages <= 0)
		return "0%";
	if (part.pages >= whole.pages)
		return "100%";
	percent = part.pages * 100 / whole.pages;
	text = buffer();
	snprintf(text, BUFFER, "%.1f%%", percent < 0.1 ? 0.1 :
		 percent > 99.9 ? 99.9 : percent);
	return text;
}
