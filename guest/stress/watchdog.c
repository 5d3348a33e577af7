// SPDX-License-Identifier: GPL-2.0
/*
 * A process of its own that notices when a client, or the director, does not
 * get on any more, and has the kernel say where everybody is.
 */
#include <drivers/vttm/vttm_test.h>

#include <sys/reboot.h>

#include "stress.h"

#define PATIENCE	60	/* seconds, on a normal kernel */
#define GRACE		20	/* for the director to end the campaign */

static pid_t watchdog;

struct seen {
	pid_t pid;
	uint64_t progress, since;
};

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

/* One that checks its locks checks everything else, too. */
static uint64_t patience(void)
{
	return (access("/proc/lockdep", F_OK) ? 1 : 4) * PATIENCE * SECOND;
}

static bool stands_still(struct seen *seen, pid_t pid, uint64_t progress)
{
	if (!pid || pid != seen->pid || progress != seen->progress) {
		*seen = (struct seen) { pid, progress, now_ns() };
		return false;
	}
	return now_ns() - seen->since > patience();
}

static void tell(const char *who, unsigned int id, pid_t pid, int doing)
{
	printf("# hang: %s %u (process %d) has not got on during %s\n", who, id,
	       pid, doing < 0 ? "nothing in particular" : op_names[doing]);
	error("%s %u hangs during %s", who, id,
	      doing < 0 ? "nothing in particular" : op_names[doing]);
	shared->hung = true;
}

/* The director still has to say so; if it cannot, nobody else can. */
static void last_words(pid_t director, struct seen *seen)
{
	vt_write_text("/proc/sysrq-trigger", "w");
	vt_write_text("/proc/sysrq-trigger", "l");
	sleep(GRACE);
	if (!stands_still(seen, director, shared->beat) && !seen->since)
		return;
	if (shared->beat != seen->progress)
		return;
	printf("not ok 1 the director hangs\n");
	kill(director, SIGKILL);
	sleep(GRACE);
	/* It should have taken this process with it. */
	reboot(RB_AUTOBOOT);
}

static _Noreturn void watch(pid_t director)
{
	static struct seen clients[MAX_CLIENTS], boss;
	unsigned int id;

	for (;; sleep(1)) {
		for (id = 0; id < shared->opt.clients; id++) {
			struct member *m = &shared->member[id];

			if (!shared->hung &&
			    stands_still(&clients[id], m->pid, m->progress))
				tell("client", id, m->pid, m->doing);
		}
		if (stands_still(&boss, director, shared->beat))
			tell("director", 0, director, -1);
		if (shared->hung)
			last_words(director, &boss);
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
