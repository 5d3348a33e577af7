// SPDX-License-Identifier: GPL-2.0
/* The disturbances that take no more than a few lines. */
#include <drivers/vttm/vttm_test.h>

#include <dirent.h>
#include <sys/syscall.h>

#include "stress.h"

/* What nothing that the kernel is asked for may take, on the slowest host. */
#define LONG_MS	(10 * 60 * 1000)

#define VTTM_PARAMETERS	"/sys/module/vttm/parameters"

static void strike_calm(struct rng *rng)
{
	(void)rng;
	turn_calm.strikes++;
	pass_time(100);
}

/*
 * Ask the kernel for what may take it minutes when swap is full or the host is
 * busy: the director is seen to get on meanwhile. After @limit_ms it is ended,
 * and if it does not end then, that is a hang after all. 0 or an errno.
 */
static int ask(const char *file, const char *text, unsigned int limit_ms)
{
	pid_t pid = vt_fork();
	unsigned int waited;
	int status;

	if (!pid)
		_exit(-vt_write_text(file, text));
	if (pid < 0)
		die("fork");
	for (waited = 0; waited < limit_ms; waited += 10) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
		pass_time(10);
	}
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return ETIME;
}

static void strike_compaction(struct rng *rng)
{
	char what[] = { (char)('1' + rng_below(rng, 3)), 0 };
	int err = ask("/proc/sys/vm/compact_memory", "1", LONG_MS) ?:
		  ask("/proc/sys/vm/drop_caches", what, LONG_MS);

	if (err)
		error("compaction or drop_caches: %s", strerror(err));
	/* Less than was asked for is EAGAIN. */
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
	return !access("/modules/vttm.ko", R_OK);
}

/* The last buffers may be on their way out, on a worker. */
static bool unload(void)
{
	unsigned int tries;

	for (tries = 0; syscall(SYS_delete_module, "vttm", O_NONBLOCK);
	     tries++) {
		if (tries == 1000) {
			error("vttm cannot be unloaded: %s", strerror(errno));
			return false;
		}
		pass_time(10);
	}
	return true;
}

static bool read_word(const char *path, char *word, size_t size)
{
	FILE *f = fopen(path, "re");
	bool got = f && fgets(word, size, f);

	if (f)
		fclose(f);
	if (got)
		word[strcspn(word, "\n")] = 0;
	return got;
}

/* How vttm was loaded, "NAME=VALUE NAME=VALUE". */
static void read_settings(char *text, size_t size)
{
	DIR *dir = opendir(VTTM_PARAMETERS);
	struct dirent *entry;
	size_t len = 0;
	char path[320], value[32];

	text[0] = 0;
	while (dir && (entry = readdir(dir)) && len < size) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), VTTM_PARAMETERS "/%s",
			 entry->d_name);
		if (read_word(path, value, sizeof(value)))
			len += snprintf(text + len, size - len, "%s=%s ",
					entry->d_name, value);
	}
	if (dir)
		closedir(dir);
}

static void load(const char *settings)
{
	int fd = open("/modules/vttm.ko", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, settings, 0))
		error("vttm cannot be loaded: %s", strerror(errno));
	close(fd);
}

/* From clients that have closed all they had, and from such that were killed. */
static void strike_reload(struct rng *rng)
{
	char settings[256];

	crew_stop(rng_one_in(rng, 4));
	read_settings(settings, sizeof(settings));
	if (unload()) {
		load(settings);
		turn_reload.strikes++;
	}
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
