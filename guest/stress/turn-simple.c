// SPDX-License-Identifier: GPL-2.0
/* The disturbances that take only a few lines. */
#include <drivers/vttm/vttm_test.h>

#include "stress.h"

static void strike_calm(struct rng *rng)
{
	(void)rng;
	turn_calm.strikes++;
	pass_time(100);
}

int wait_for_child(pid_t pid, unsigned int limit_ms)
{
	unsigned int waited;
	int status;

	if (pid < 0)
		die("fork");
	for (waited = 0; waited < limit_ms; waited += 10) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		pass_time(10);
	}
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return -1;
}

int ask(const char *file, const char *text, unsigned int limit_ms)
{
	pid_t pid = vt_fork();
	int status;

	if (!pid)
		_exit(-vt_write_text(file, text));
	status = wait_for_child(pid, limit_ms);
	if (status < 0)
		return ETIME;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

static void strike_compaction(struct rng *rng)
{
	char what[] = { (char)('1' + rng_below(rng, 3)), 0 };
	int err = ask("/proc/sys/vm/compact_memory", "1", LONG_MS) ?:
		  ask("/proc/sys/vm/drop_caches", what, LONG_MS);

	if (err)
		error("compaction or drop_caches: %s", strerror(err));
	/* EAGAIN: less was reclaimed than requested. */
	if (rng_one_in(rng, 2))
		ask(VT_CGROUPS "/memory.reclaim", "16M", 2000);
	turn_compaction.strikes++;
	pass_time(rng_below(rng, 20));
}

static void strike_kill(struct rng *rng)
{
	crew_kill(rng_below(rng, shared->opt.clients));
	turn_kill.strikes++;
	pass_time(rng_below(rng, 300));
}

static void strike_switch(struct rng *rng)
{
	static bool on;

	vt_set_zero_copy(on = !on);
	turn_switch.strikes++;
	pass_time(rng_below(rng, 50));
}

static void end_switch(void)
{
	vt_set_zero_copy(true);
}

static bool begin_reload(struct rng *rng)
{
	(void)rng;
	return device_is_module();
}

/* After clients closed everything, and after they were killed. */
static void strike_reload(struct rng *rng)
{
	crew_stop(rng_one_in(rng, 4));
	turn_reload.strikes += device_reload();
	crew_start();
	pass_time(300 + rng_below(rng, 700));
}

struct turn turn_calm = {
	.name = "calm", .budget = 140, .strike = strike_calm,
	.unit = "ticks",
};

struct turn turn_compaction = {
	.name = "compaction", .budget = 140, .strike = strike_compaction,
	.unit = "rounds",
};

struct turn turn_kill = {
	.name = "kill", .budget = 140, .strike = strike_kill, .unit = "kills",
};

struct turn turn_switch = {
	.name = "switch", .budget = 140, .strike = strike_switch,
	.end = end_switch, .unit = "flips",
};

struct turn turn_reload = {
	.name = "reload", .budget = 140, .alone = true, .begin = begin_reload,
	.strike = strike_reload, .unit = "reloads",
};
