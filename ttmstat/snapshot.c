// SPDX-License-Identifier: GPL-2.0
/* All counters of backups at one time. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ttmstat.h"

#define DRI_DIR		DEBUG_DIR "/dri"
#define DEVICE_STATS	"ttm_backup_stats"

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int read_zero_copy(void)
{
	char text[8];

	if (read_file(root_fd(), ZERO_COPY, text, sizeof(text)) < 1)
		return -1;
	return strchr("Yy1", text[0]) ? 1 : 0;
}

/* "xe dev=0000:03:00.0 unique=0000:03:00.0", in a file called name. */
static void read_name(struct device_id *d, int dir, const char *fallback)
{
	char text[512] = "", *line = text, *word;

	d->dev[0] = '\0';
	if (read_file(dir, "name", text, sizeof(text)) < 1) {
		copy_text(d->driver, sizeof(d->driver), fallback);
		return;
	}
	copy_text(d->driver, sizeof(d->driver), read_word(&line));
	for (word = read_word(&line); *word; word = read_word(&line))
		if (!strncmp(word, "dev=", 4))
			copy_text(d->dev, sizeof(d->dev), word + 4);
}

/* Each device has one directory and symbolic links to it by minor number. */
static bool is_known(const struct snapshot *s, const struct stat *st)
{
	unsigned int i;

	for (i = 0; i < s->nr_devices; i++)
		if (s->device[i].dir == st->st_dev &&
		    s->device[i].ino == st->st_ino)
			return true;
	return false;
}

static void add_device(struct snapshot *s, int dri, const char *name)
{
	struct device *d;
	struct stat st;
	int dir = dir_open(dri, name);

	if (dir < 0)
		return;
	if (fstat(dir, &st) || is_known(s, &st))
		goto close;

	s->device = must(realloc(s->device,
				 (s->nr_devices + 1) * sizeof(*d)));
	d = &s->device[s->nr_devices];
	if (!counters_read(&d->counters, dir, DEVICE_STATS))
		goto close;
	d->dir = st.st_dev;
	d->ino = st.st_ino;
	read_name(&d->id, dir, name);
	s->nr_devices++;
close:
	close(dir);
}

int compare_devices(const struct device_id *a, const struct device_id *b)
{
	int driver = strcmp(a->driver, b->driver);

	return driver ? driver : strcmp(a->dev, b->dev);
}

static int by_name(const void *a, const void *b)
{
	const struct device *x = a, *y = b;

	return compare_devices(&x->id, &y->id);
}

/* None, if the kernel only counts them all together. */
static void read_devices(struct snapshot *s)
{
	int dri = dir_open(root_fd(), DRI_DIR);
	DIR *dir = dri < 0 ? NULL : fdopendir(dri);
	struct dirent *d;

	if (!dir)
		return;
	while ((d = readdir(dir)))
		if (d->d_name[0] != '.')
			add_device(s, dri, d->d_name);
	closedir(dir);
	if (s->nr_devices)
		qsort(s->device, s->nr_devices, sizeof(*s->device), by_name);
}

/* False, with errno set, if the kernel does not tell. */
bool snapshot_read(struct snapshot *s)
{
	*s = (struct snapshot){ .zero_copy = read_zero_copy() };
	if (!counters_read(&s->total, root_fd(), TTM_STATS))
		return false;
	s->seconds = now();
	read_devices(s);
	s->swaps_out = counters_get(&s->total, SWAPOUT).name[0];
	if (s->swaps_out)
		gpus_read(&s->gpus);
	return true;
}

void snapshot_free(struct snapshot *s)
{
	free(s->device);
	free(s->gpus.gpu);
	*s = (struct snapshot){ 0 };
}

/* "vttm", "xe 0000:03:00.0"; a static buffer. */
const char *device_name(const struct device_id *id)
{
	static char name[sizeof(id->driver) + sizeof(id->dev)];

	if (!id->dev[0] || !strcmp(id->driver, id->dev))
		return id->driver;
	snprintf(name, sizeof(name), "%s %s", id->driver, id->dev);
	return name;
}
