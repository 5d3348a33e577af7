// SPDX-License-Identifier: GPL-2.0
/* The kernel's complaints during the campaign. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "stress.h"

static int kmsg = -1;

void kmsg_open(void)
{
	kmsg = open("/dev/kmsg", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (kmsg < 0)
		die("/dev/kmsg");
	lseek(kmsg, 0, SEEK_END);
}

/* Write to the kernel's log what is running. */
void kmsg_say(const char *what)
{
	char line[80];
	int len = snprintf(line, sizeof(line), "lab: begin stress %s\n", what);

	if (write(kmsg, line, (size_t)len) < 0)
		error("/dev/kmsg: %s", strerror(errno));
}

/*
 * The words of the lab's kernel-log.awk, except those of kmemleak, which is off, and
 * of a panic, after which no process runs. Failed allocations and data races are
 * left to kernel-log.awk, which sees the whole log.
 */
static bool is_splat(const char *record)
{
	static const char *const words[] = {
		"WARNING: ", "BUG: ", "kernel BUG at", "Oops: ", "UBSAN: ",
		"KASAN: ", "INFO: task ", "INFO: rcu", "detected stall",
		"general protection fault", "nable to handle", "ad page",
		"i_blocks",
	};
	size_t i;

	if (strstr(record, "BUG: KCSAN: "))
		return false;
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (strstr(record, words[i]))
			return true;
	return false;
}

void kmsg_read(struct complaints *sum)
{
	char record[8192];
	ssize_t len;

	for (;;) {
		len = read(kmsg, record, sizeof(record) - 1);
		/*
		 * These lines were overwritten before we read them: go on with
		 * the next.
		 */
		if (len < 0 && errno == EPIPE)
			continue;
		if (len <= 0)
			return;
		record[len] = 0;
		if (strstr(record, "emory cgroup out of memory: Killed"))
			sum->memcg_oom_kills++;
		else if (strstr(record, "ut of memory: Killed"))
			sum->oom_kills++;
		else if (is_splat(record))
			sum->splats++;
	}
}
