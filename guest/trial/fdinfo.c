// SPDX-License-Identifier: GPL-2.0
/* Reads /proc/PID/fdinfo of all DRM files, again and again. */
#include <dirent.h>

#include "trial.h"

static unsigned long nr_clients, nr_lines;

/* A line of DRM's: a key, a colon, a tab, a value. */
static void check_line(const char *line)
{
	const char *colon = strchr(line, ':');

	nr_lines++;
	if (!colon || colon[1] != '\t' || !colon[2])
		wrong("the line '%s'", line);
}

static void check_file(char *text)
{
	char *line, *next = NULL;
	bool ours = false;

	for (line = strtok_r(text, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next)) {
		ours |= !strncmp(line, "drm-driver:\tvttm", 16);
		if (!strncmp(line, "drm-", 4))
			check_line(line);
	}
	nr_clients += ours;
}

/* The process or the file may have gone. */
static void read_file(const char *dir, const char *name)
{
	char path[64], text[4096];
	ssize_t len = -1;
	int fd;

	snprintf(path, sizeof(path), "%.40s/%.16s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return;
	text[len] = 0;
	check_file(text);
}

static void for_each_number(const char *dir, void (*call)(const char *, const char *))
{
	struct dirent *entry;
	DIR *d = opendir(dir);

	if (!d)
		return;
	while ((entry = readdir(d)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			call(dir, entry->d_name);
	closedir(d);
}

static void read_process(const char *dir, const char *pid)
{
	char path[40];

	snprintf(path, sizeof(path), "%.6s/%.16s/fdinfo", dir, pid);
	for_each_number(path, read_file);
}

static volatile sig_atomic_t ended;

static void on_term(int sig)
{
	(void)sig;
	ended = 1;
}

/* Until SIGTERM, but not for more than @seconds. */
void poll_fdinfo(unsigned long seconds)
{
	double until = now() + seconds;

	signal(SIGTERM, on_term);
	while (!ended && now() < until)
		for_each_number("/proc", read_process);
	seen("%lu times the fdinfo of a client, %lu lines of DRM's", nr_clients,
	     nr_lines);
	if (!nr_clients)
		wrong("there was no client");
}
