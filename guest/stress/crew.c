// SPDX-License-Identifier: GPL-2.0
/* Start the client processes, replace those that have exited, and stop them. */
#include <drivers/vttm/vttm_test.h>

#include "stress.h"

static bool running;
static unsigned int lost;

static void spawn(unsigned int id)
{
	struct member *m = &shared->member[id];
	pid_t pid;

	m->held = 0;
	m->doing = -1;
	m->killed = false;
	m->progress++;
	pid = vt_fork();
	if (!pid) {
		/* This decides which cgroup is charged for its buffers. */
		vt_cgroup_join(group_of_clients(), 0);
		client_main(id);
	}
	if (pid < 0)
		error("fork: %s", strerror(errno));
	m->pid = pid < 0 ? 0 : pid;
	m->life++;
}

/*
 * A client ended unexpectedly. kmsg tells whether the kernel was out of memory.
 */
static void judge_end(unsigned int id, int status)
{
	struct member *m = &shared->member[id];

	m->pid = 0;
	if (m->killed || (shared->stop && !status))
		return;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		lost++;
	else
		error("client %u ended with status %#x during %s", id, status,
		      m->doing < 0 ? "nothing" : op_names[m->doing]);
}

static unsigned int reap(void)
{
	unsigned int id, left = 0;
	int status;

	for (id = 0; id < shared->opt.clients; id++) {
		struct member *m = &shared->member[id];

		if (m->pid && waitpid(m->pid, &status, WNOHANG) == m->pid)
			judge_end(id, status);
		left += !!m->pid;
	}
	return left;
}

void crew_tend(void)
{
	unsigned int id;

	reap();
	if (!running)
		return;
	for (id = 0; id < shared->opt.clients; id++)
		if (!shared->member[id].pid)
			spawn(id);
}

void crew_start(void)
{
	shared->stop = false;
	running = true;
	crew_tend();
}

void crew_kill(unsigned int id)
{
	struct member *m = &shared->member[id];

	if (!m->pid)
		return;
	m->killed = true;
	kill(m->pid, SIGKILL);
}

/* The regular end: clients verify their buffers and close them one by one. */
void crew_stop(bool gently)
{
	unsigned int id;

	running = false;
	if (gently)
		shared->stop = true;
	for (id = 0; id < shared->opt.clients && !gently; id++)
		crew_kill(id);
	while (reap() && pass_time(10))
		;
	/* After a hang no client can end regularly. */
	for (id = 0; id < shared->opt.clients; id++)
		crew_kill(id);
}

size_t crew_held(void)
{
	unsigned int id;
	size_t sum = 0;

	for (id = 0; id < shared->opt.clients; id++)
		sum += shared->member[id].held;
	return sum;
}

/*
 * Set what all clients together may hold, in percent of memory, and wait until
 * they do.
 */
void crew_budget(unsigned int percent)
{
	size_t pages = vt_budget(percent) / PAGE_BYTES;

	shared->budget = pages / shared->opt.clients;
	while (crew_held() > pages && pass_time(20))
		;
}

unsigned int crew_lost(void)
{
	return lost;
}
