// SPDX-License-Identifier: GPL-2.0
/* Counters of pages, a line each: "name pages bytes" or only "name pages". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ttmstat.h"

static bool read_number(char **line, double *value)
{
	char *end, *word = read_word(line);

	*value = (double)strtoull(word, &end, 10);
	return end != word && !*end;
}

/* Skip lines that are no counters. A later kernel may have some. */
static void add_line(struct counters *c, char *line)
{
	struct event *e = &c->event[c->nr];

	if (c->nr == MAX_EVENTS)
		return;
	copy_text(e->name, sizeof(e->name), read_word(&line));
	if (!read_number(&line, &e->pages))
		return;
	if (!read_number(&line, &e->bytes))
		e->bytes = e->pages * (double)sysconf(_SC_PAGESIZE);
	c->nr++;
}

/* False, with errno set, if the file has no counters. */
bool counters_read(struct counters *c, int at, const char *path)
{
	char text[16384], *line, *save;

	c->nr = 0;
	if (read_file(at, path, text, sizeof(text)) < 0)
		return false;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		add_line(c, line);
	if (counters_get(c, INSERTED).name[0])
		return true;
	errno = EPROTO;
	return false;
}

static struct event sum(const struct event a, const struct event b)
{
	return (struct event){
		.pages = a.pages + b.pages,
		.bytes = a.bytes + b.bytes,
	};
}

/* A counter that the kernel does not have has no name and is 0. */
struct event counters_get(const struct counters *c, const char *name)
{
	unsigned int i;

	for (i = 0; i < c->nr; i++)
		if (!strcmp(c->event[i].name, name))
			return c->event[i];
	if (!strcmp(name, BACKED_UP))
		return sum(counters_get(c, INSERTED), counters_get(c, COPIED));
	return (struct event){ .pages = 0 };
}

bool is_fallback(const struct event *e)
{
	return !strncmp(e->name, FALLBACK, strlen(FALLBACK));
}

/* The most frequent reason for copies, or NULL if no reason was counted. */
const struct event *main_fallback(const struct counters *c)
{
	const struct event *most = NULL;
	unsigned int i;

	for (i = 0; i < c->nr; i++) {
		const struct event *e = &c->event[i];

		if (is_fallback(e) && e->pages > (most ? most->pages : 0))
			most = e;
	}
	return most;
}

/* A counter that decreased started again: the module was loaded again. */
static double increase(double now, double before)
{
	return now < before ? now : now - before;
}

void counters_rate(struct counters *rate, const struct counters *now,
		   const struct counters *before, double seconds)
{
	unsigned int i;

	*rate = *now;
	for (i = 0; i < now->nr; i++) {
		struct event *e = &rate->event[i];
		struct event old = counters_get(before, e->name);

		e->pages = increase(e->pages, old.pages) / seconds;
		e->bytes = increase(e->bytes, old.bytes) / seconds;
	}
}
