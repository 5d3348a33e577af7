// SPDX-License-Identifier: GPL-2.0
/*
 * ttmstat: shows how GPU buffers are moved out of memory and back, and whether they
 * are copied. See ttmstat.8.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ttmstat.h"

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* A signal that our parent ignores stays ignored. */
static void catch(int sig)
{
	struct sigaction old, action = { .sa_handler = on_signal };

	sigaction(sig, NULL, &old);
	if (old.sa_handler != SIG_IGN)
		sigaction(sig, &action, NULL);
}

/*
 * Sleep, unless there was a signal, which may come at any time. Returns false if the
 * program should end, also because the reader of the output is gone.
 */
static bool wait_for(struct timespec time)
{
	struct pollfd out = { .fd = STDOUT_FILENO };
	sigset_t block, before;
	int ready = 0;

	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, &before);
	if (!interrupted)
		ready = ppoll(&out, 1, &time, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return !interrupted && !ready;
}

/* The time until @start plus a multiple of @interval, the next one. */
static struct timespec until_next(double start, double interval)
{
	struct timespec ts;
	double since, wait;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	since = (double)ts.tv_sec + (double)ts.tv_nsec / 1e9 - start;
	wait = interval - (since - interval * (double)(uint64_t)(since / interval));
	ts.tv_sec = (time_t)wait;
	ts.tv_nsec = (long)((wait - (double)ts.tv_sec) * 1e9);
	return ts;
}

static void print_one(const struct options *o, const struct snapshot *s,
		      const struct snapshot *before)
{
	if (o->json)
		print_json(s, before, o->interval > 0);
	else if (o->interval > 0)
		print_row(s, before, o->unit);
	else
		print_text(s, o->unit);
	flush_or_exit();
}

static int stat_once(const struct options *o)
{
	struct snapshot s;

	if (!snapshot_read(&s))
		return explain(errno);
	print_one(o, &s, NULL);
	snapshot_free(&s);
	return EXIT_SUCCESS;
}

static int stat_repeatedly(const struct options *o)
{
	struct snapshot before = { .seconds = 0 }, s;
	double start = 0;
	unsigned long n;

	for (n = 0; !o->count || n < o->count; n++) {
		if (n && !wait_for(until_next(start, o->interval)))
			break;
		if (!snapshot_read(&s))
			return explain(errno);
		print_one(o, &s, n ? &before : NULL);
		snapshot_free(&before);
		before = s;
		if (!n)
			start = s.seconds;
	}
	snapshot_free(&before);
	return EXIT_SUCCESS;
}

/* Say how many processes are missing from the list, and why. */
static void note_clients(const struct clients *c)
{
	if (c->hidden)
		fprintf(stderr, "ttmstat: %u processes of other users and of the kernel are left out\n  fix: run it with sudo\n",
			c->hidden);
	else if (!c->nr)
		fputs("ttmstat: no process has buffers on a device that tells where they are, as vttm does\n",
		      stderr);
}

static int stat_clients(const struct options *o)
{
	struct clients c;
	int err;

	if (!file_exists(ZERO_COPY))
		return explain(ENOENT);
	err = clients_read(&c);
	if (err)
		return explain(err);
	if (o->json)
		print_clients_json(&c);
	else
		print_clients(&c, o->unit);
	flush_or_exit();
	note_clients(&c);
	free(c.client);
	return EXIT_SUCCESS;
}

static int list_devices(const struct options *o)
{
	struct gpus g;

	gpus_read(&g);
	if (o->json)
		print_gpus_json(&g);
	else if (g.nr)
		print_gpus(&g);
	flush_or_exit();
	if (!g.nr)
		fputs("ttmstat: this machine has no DRM device\n", stderr);
	free(g.gpu);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct options o;

	signal(SIGPIPE, SIG_IGN);
	catch(SIGINT);
	catch(SIGTERM);
	o = options_parse(argc, argv);
	if (root_open(o.root) < 0)
		bad_usage(strerror(errno), o.root);
	if (o.clients)
		return stat_clients(&o);
	if (o.devices)
		return list_devices(&o);
	return o.interval > 0 ? stat_repeatedly(&o) : stat_once(&o);
}
