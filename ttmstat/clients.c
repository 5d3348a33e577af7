// SPDX-License-Identifier: GPL-2.0
/* The processes with buffers on a TTM device, from /proc/PID/fdinfo/FD. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ttmstat.h"

/* "12 KiB": DRM drops the unit for bytes and goes up to MiB. */
static uint64_t read_size(char *text)
{
	uint64_t size = strtoull(read_word(&text), NULL, 10);
	const char *unit = read_word(&text);

	if (!strcmp(unit, "KiB"))
		return size << 10;
	if (!strcmp(unit, "MiB"))
		return size << 20;
	return size;
}

/* @key is @name, or @name-REGION for one of several memory regions. */
static bool names(const char *key, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(key, name, len) && (!key[len] || key[len] == '-');
}

/* Returns whether it is a line that only this TTM writes. */
static bool read_line(struct client *c, const char *key, char *value)
{
	if (!strcmp(key, "drm-driver"))
		copy_text(c->device.driver, sizeof(c->device.driver),
			  read_word(&value));
	else if (!strcmp(key, "drm-pdev"))
		copy_text(c->device.dev, sizeof(c->device.dev),
			  read_word(&value));
	else if (!strcmp(key, "drm-client-id"))
		c->id = strtoull(value, NULL, 10);
	else if (names(key, "drm-total"))
		c->total += read_size(value);
	else if (names(key, "drm-resident"))
		c->resident += read_size(value);
	else if (names(key, "ttm-inserted"))
		return c->inserted += read_size(value), true;
	else if (names(key, "ttm-copied"))
		return c->copied += read_size(value), true;
	else if (names(key, "ttm-swapped"))
		return c->swapped += read_size(value), true;
	return false;
}

/* False unless the descriptor is of a TTM device that tells about backups. */
static bool read_fdinfo(struct client *c, int dir, const char *fd)
{
	char text[8192], *line, *save, *colon;
	bool tells = false;

	if (read_file(dir, fd, text, sizeof(text)) < 0)
		return false;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		colon = strchr(line, ':');
		if (!colon)
			continue;
		*colon = '\0';
		tells |= read_line(c, line, colon + 1);
	}
	return tells && c->device.driver[0];
}

static struct client *find(const struct clients *all, const struct client *c)
{
	unsigned int i;

	for (i = 0; i < all->nr; i++) {
		struct client *other = &all->client[i];

		if (other->id == c->id &&
		    !strcmp(other->device.driver, c->device.driver) &&
		    !strcmp(other->device.dev, c->device.dev))
			return other;
	}
	return NULL;
}

/* Keep control characters from the caller's terminal. */
static void read_comm(struct client *c, int process)
{
	char *p;

	if (read_file(process, "comm", c->name, sizeof(c->name)) < 0)
		c->name[0] = '\0';
	c->name[strcspn(c->name, "\n")] = '\0';
	for (p = c->name; *p; p++)
		if (iscntrl((unsigned char)*p))
			*p = '?';
}

/* A client that processes share belongs to the one with the lowest number. */
static void add_client(struct clients *all, int process, int fdinfo,
		       const char *pid, const char *fd)
{
	struct client *same, c = { .pid = atoi(pid) };

	if (!read_fdinfo(&c, fdinfo, fd))
		return;
	read_comm(&c, process);
	same = find(all, &c);
	if (same && c.pid < same->pid)
		*same = c;
	if (same)
		return;
	all->client = must(realloc(all->client, (all->nr + 1) * sizeof(c)));
	all->client[all->nr++] = c;
}

static void add_process(struct clients *all, int proc, const char *pid)
{
	int fdinfo, process = dir_open(proc, pid);
	struct dirent *d;
	DIR *dir;

	if (process < 0)
		return;
	fdinfo = dir_open(process, "fdinfo");
	all->hidden += fdinfo < 0 && (errno == EACCES || errno == EPERM);
	dir = fdinfo < 0 ? NULL : fdopendir(fdinfo);
	while (dir && (d = readdir(dir)))
		if (isdigit((unsigned char)d->d_name[0]))
			add_client(all, process, fdinfo, pid, d->d_name);
	if (dir)
		closedir(dir);
	close(process);
}

/* The largest comes first. */
static int by_total(const void *a, const void *b)
{
	const struct client *x = a, *y = b;

	if (x->total != y->total)
		return x->total < y->total ? 1 : -1;
	return x->pid != y->pid ? (x->pid < y->pid ? -1 : 1) :
		(x->id > y->id) - (x->id < y->id);
}

/* Returns 0, or an errno if there is no /proc. */
int clients_read(struct clients *c)
{
	int proc = dir_open(root_fd(), "proc");
	DIR *dir = proc < 0 ? NULL : fdopendir(proc);
	struct dirent *d;

	*c = (struct clients){ 0 };
	if (!dir)
		return errno;
	while ((d = readdir(dir)))
		if (isdigit((unsigned char)d->d_name[0]))
			add_process(c, proc, d->d_name);
	closedir(dir);
	if (c->nr)
		qsort(c->client, c->nr, sizeof(*c->client), by_total);
	return 0;
}
