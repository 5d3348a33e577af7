// SPDX-License-Identifier: GPL-2.0
/*
 * A process that notices when a client or the director makes no progress, and has
 * the kernel log where every task is.
 */
#include <drivers/vttm/vttm_test.h>

#include <sys/reboot.h>

#include "stress.h"

/*
 * In seconds. With two guests on two processors of the host, an IPI takes as long as
 * the host's scheduler. A page that changes its caching mode, or migrates, waits for
 * one. So a buffer has taken minutes without a hang.
 */
#define PATIENCE	240
#define GRACE		60	/* for the director to end the campaign */

static pid_t watchdog;
/* The number of seconds that took about a second. */
static unsigned int ticks;

struct seen {
	pid_t pid;
	uint64_t progress;
	unsigned int since;
};

/*
 * An emulated machine on a busy host may stop for many seconds, with all its
 * processes. A second in which this process was late does not count.
 */
static void wait_a_second(void)
{
	uint64_t start = now_ns();

	sleep(1);
	if (now_ns() - start < SECOND + SECOND / 4)
		ticks++;
}

void beat(void)
{
	shared->beat++;
}

bool pass_time(unsigned int ms)
{
	beat();
	crew_tend();
	usleep(ms * 1000);
	return !shared->hung;
}

static bool stands_still(struct seen *seen, pid_t pid, uint64_t progress)
{
	if (!pid || pid != seen->pid || progress != seen->progress) {
		*seen = (struct seen) { pid, progress, ticks };
		return false;
	}
	return ticks - seen->since > PATIENCE;
}

/* Have the kernel log where every task is. */
static void tell(const char *who, unsigned int id, pid_t pid, int doing)
{
	printf("# hang: %s %u (process %d) has not got on during %s\n", who, id,
	       pid, doing < 0 ? "nothing in particular" : op_names[doing]);
	fflush(stdout);
	error("%s %u hangs", who, id);
	shared->hung = true;
	vt_write_text("/proc/sysrq-trigger", "w");
	vt_write_text("/proc/sysrq-trigger", "l");
}

/* The director must report it. If it cannot, this process does. */
static void last_words(pid_t director)
{
	uint64_t last_beat = shared->beat;
	unsigned int start = ticks;

	while (ticks - start < GRACE) {
		wait_a_second();
		if (shared->beat != last_beat)
			return;
	}
	printf("not ok 1 the director hangs\n");
	fflush(stdout);
	kill(director, SIGKILL);
	/* When the director ends, this process ends, too. */
	sleep(GRACE);
	reboot(RB_AUTOBOOT);
}

static void watch_clients(void)
{
	static struct seen clients[MAX_CLIENTS];
	unsigned int id;

	for (id = 0; id < shared->opt.clients && !shared->hung; id++) {
		struct member *m = &shared->member[id];

		if (stands_still(&clients[id], m->pid, m->progress))
			tell("client", id, m->pid, m->doing);
	}
}

static _Noreturn void watch(pid_t director)
{
	struct seen seen = {};

	for (;; wait_a_second()) {
		watch_clients();
		if (stands_still(&seen, director, shared->beat))
			tell("director", 0, director, -1);
		if (shared->hung)
			last_words(director);
	}
}

void watchdog_start(void)
{
	pid_t director = getpid();

	fflush(stdout);
	watchdog = vt_fork();
	if (watchdog < 0)
		die("fork");
	if (!watchdog)
		watch(director);
}

void watchdog_stop(void)
{
	kill(watchdog, SIGKILL);
	waitpid(watchdog, NULL, 0);
}
