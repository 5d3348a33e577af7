// SPDX-License-Identifier: GPL-2.0
/* Why the counters cannot be read, and what to do about it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ttmstat.h"

static int say(const char *cause, const char *fix)
{
	fprintf(stderr, "ttmstat: %s\n  fix: %s\n", cause, fix);
	return EXIT_FAILURE;
}

static int explain_debugfs(void)
{
	if (!file_exists(DEBUG_DIR))
		return say("this kernel has no debugfs, where the counters are",
			   "boot without debugfs=off or debugfs=no-mount, or build it with CONFIG_DEBUG_FS=y");
	if (dir_is_empty(DEBUG_DIR))
		return say("debugfs is not mounted",
			   "mount -t debugfs debug /sys/kernel/debug");
	return say("there is no /sys/kernel/debug/ttm/backup_stats, though this kernel's TTM has zero copy",
		   "see what the kernel says: dmesg");
}

/*
 * @err is the error from reading the counters. Without permission for debugfs, the
 * user is told to get it only if there is something to see. Modules and their
 * parameters can be read without.
 */
int explain(int err)
{
	if (!file_exists(TTM_DIR))
		return say("TTM is not loaded: no driver on this machine manages its memory with it",
			   "load one, e.g. modprobe vttm, or xe for a GPU of Intel's");
	if (err == EPROTO)
		return say("/sys/kernel/debug/ttm/backup_stats is not in a form that this ttmstat knows",
			   "use the ttmstat that belongs to the kernel");
	if (!file_exists(ZERO_COPY))
		return say("this kernel's TTM has no zero copy, and no counters of it",
			   "boot a kernel with the ttm-zerocopy patches");
	if (err == EACCES || err == EPERM)
		return say("only root may read the counters, which are in debugfs",
			   "run it with sudo");
	if (err == ENOENT)
		return explain_debugfs();
	return say(strerror(err), "see what the kernel says: dmesg");
}
