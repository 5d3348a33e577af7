// SPDX-License-Identifier: GPL-2.0
/*
 * Memory cgroups that cannot keep what their clients have, and that go while
 * buffers are charged to them.
 */
#include <drivers/vttm/vttm_test.h>

#include "stress.h"

static char group[64] = GROUP_ALL;

static int make(const char *path, unsigned long long max)
{
	int ret = vt_cgroup_make(path, max);

	/* Left by a campaign that did not end well. */
	return ret == -EEXIST ? 0 : ret;
}

void groups_create(void)
{
	unsigned long long all = 1ULL << 40;

	if (!vt_has_memory_cgroups() || make(GROUPS, all) ||
	    vt_write_text(GROUPS "/cgroup.subtree_control", "+memory") ||
	    make(GROUP_ALL, all) || make(GROUP_VICTIM, all))
		die(GROUPS);
}

void groups_remove(void)
{
	rmdir(GROUP_VICTIM);
	rmdir(GROUP_ALL);
	if (rmdir(GROUPS))
		error("%s: %s", GROUPS, strerror(errno));
}

const char *group_of_clients(void)
{
	return group;
}

static void move_all(const char *to)
{
	unsigned int id;

	for (id = 0; id < shared->opt.clients; id++)
		if (shared->member[id].pid)
			vt_cgroup_join(to, shared->member[id].pid);
}

/* A client that was just killed is still in it for a moment. */
static void remove_group(const char *path)
{
	unsigned int tries;

	for (tries = 0; rmdir(path); tries++) {
		if (errno != EBUSY || tries == 500) {
			error("%s: %s", path, strerror(errno));
			return;
		}
		pass_time(10);
	}
}

/* One group in four has next to no swap and little memory. */
static void limit_group(struct rng *rng, const char *path)
{
	char file[96];

	if (!rng_one_in(rng, 4))
		return;
	snprintf(file, sizeof(file), "%s/memory.swap.max", path);
	if (vt_write_number(file, rng_below(rng, 16) * MIB))
		error("%s: %s", file, strerror(errno));
}

/* A charge at the limit fails if the kernel finds no process there to kill. */
static bool begin_cgroup(struct rng *rng)
{
	(void)rng;
	faults_begin();
	return true;
}

static void strike_cgroup(struct rng *rng)
{
	static unsigned int nr;
	char old[sizeof(group)];

	memcpy(old, group, sizeof(old));
	snprintf(group, sizeof(group), GROUPS "/%u", nr++);
	if (make(group, (8 + rng_below(rng, 56)) * MIB)) {
		error("%s: %s", group, strerror(errno));
		memcpy(group, old, sizeof(group));
		return;
	}
	limit_group(rng, group);
	move_all(group);
	if (strcmp(old, GROUP_ALL))
		remove_group(old);
	turn_cgroup.strikes++;
	pass_time(200 + rng_below(rng, 600));
}

static void leave_group(void)
{
	char old[sizeof(group)];

	memcpy(old, group, sizeof(old));
	strcpy(group, GROUP_ALL);
	move_all(GROUP_ALL);
	remove_group(old);
}

static void end_cgroup(void)
{
	if (strcmp(group, GROUP_ALL))
		leave_group();
	faults_end();
}

struct turn turn_cgroup = {
	.name = "cgroup", .budget = 140,
	.begin = begin_cgroup, .strike = strike_cgroup, .end = end_cgroup,
	.unit = "cgroups removed",
};
