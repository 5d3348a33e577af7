// SPDX-License-Identifier: GPL-2.0
/* The machine's resources, counted while no client has any. */
#include <drivers/vttm/vttm_test.h>

#include "stress.h"

/* lib/stackdepot.c keeps every call chain it has seen, in blocks of order 2. */
#define STACK_POOL_KIB	16

/*
 * @exact: It must be as before.
 * @more: It may be more than before, but not less; otherwise it may not be more.
 * @slack: How far it may be off: programs come and go with a few pages, and the
 *	   kernel's memory use settles.
 */
static const struct {
	const char *name, *unit;
	bool exact, more;
	long long slack;
} lines[NR_ACCOUNT] = {
	[ACCOUNT_FREE] = { "free memory", "KiB", false, true, 6 * 1024 },
	[ACCOUNT_SWAP] = { "swap in use", "KiB", false, false, 256 },
	[ACCOUNT_SHMEM] = { "shmem", "pages", false, false, 64 },
	[ACCOUNT_FILE] = { "page cache", "pages", false, false, 64 },
	[ACCOUNT_GPU_ACTIVE] = { "NR_GPU_ACTIVE", "pages", true, false, 0 },
	[ACCOUNT_BUFFERS] = { "buffer objects", "", true, false, 0 },
	[ACCOUNT_COMMITTED] = { "committed", "KiB", false, false, 4 * 1024 },
	[ACCOUNT_MEMCG] = { "memcg", "KiB", false, false, 1024 },
	[ACCOUNT_MEMCG_SWAP] = { "memcg swap", "KiB", false, false, 1024 },
	[ACCOUNT_DYING] = { "removed cgroups", "", false, false, 2 },
	[ACCOUNT_POISONED] = { "poisoned", "KiB", true, false, 0 },
};

static long long nr_nodes(void)
{
	char path[64];
	int nr = 0;

	do
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%d",
			 ++nr);
	while (!access(path, F_OK));

	return nr;
}

/*
 * Each node has slabs of its own. KASAN holds back up to that much of what has
 * been freed.
 */
static long long slack(enum account_line line)
{
	long long kib = lines[line].slack;

	if (line == ACCOUNT_FREE)
		kib *= nr_nodes();
	if (line == ACCOUNT_FREE && vt_kernel_is_slow())
		kib += vt_meminfo_kib("MemTotal") / 32 + 4 * 1024;
	return kib;
}

static long long known_stacks_kib(void)
{
	long long pools = vt_counter("/sys/kernel/debug/stackdepot/stats",
				     "pools");

	return pools > 0 ? pools * STACK_POOL_KIB : 0;
}

/*
 * MemFree does not include the processors' own lists of pages. The length of such a
 * list depends on what the processor has recently allocated and freed: in a guest
 * with 512 MiB up to 30 MiB.
 */
static long long per_cpu_free_kib(void)
{
	long long pages = 0, count;
	char line[256];
	FILE *f;

	f = fopen("/proc/zoneinfo", "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, " count: %lld", &count) == 1)
			pages += count;
	fclose(f);

	return pages * sysconf(_SC_PAGESIZE) / 1024;
}

/*
 * Spare memory in caches would hide a leak. Dropping caches calls all shrinkers,
 * also those of TTM's pools.
 */
static void drop_what_is_kept(void)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		vt_write_text("/proc/sys/vm/drop_caches", "3");
		beat();
	}
}

/*
 * Off and on again. This brings everything in swap back to its owner, and does not
 * end if something has no owner.
 */
static void empty_swap(void)
{
	if (!swap_off())
		return;
	beat();
	swap_on();
}

static long long cgroup_kib(const char *file)
{
	long long bytes = vt_read_number(file);

	return bytes < 0 ? bytes : bytes / 1024;
}

/*
 * The process that reads files to keep them in the page cache
 * (lab/vm/init-setup), if any.
 */
static void signal_reader(int sig)
{
	long long pid = vt_read_number("/tmp/reader");

	if (pid > 1)
		kill((pid_t)pid, sig);
}

void account_take(struct account *a)
{
	signal_reader(SIGSTOP);
	empty_swap();
	drop_what_is_kept();
	*a = (struct account) { .value = {
		/* The kernel frees what is in the swap cache when it must. */
		[ACCOUNT_FREE] = vt_meminfo_kib("MemFree") +
				 vt_meminfo_kib("SwapCached") +
				 per_cpu_free_kib() +
				 known_stacks_kib(),
		[ACCOUNT_SWAP] = vt_swap_used_kib(),
		[ACCOUNT_SHMEM] = vt_vmstat("nr_shmem"),
		[ACCOUNT_FILE] = vt_vmstat("nr_file_pages") -
				 vt_vmstat("nr_swapcached"),
		[ACCOUNT_GPU_ACTIVE] = vt_vmstat("nr_gpu_active"),
		[ACCOUNT_BUFFERS] =
			vt_read_number("/sys/kernel/debug/ttm/buffer_objects"),
		[ACCOUNT_COMMITTED] = vt_meminfo_kib("Committed_AS"),
		[ACCOUNT_MEMCG] = cgroup_kib(GROUPS "/memory.current"),
		[ACCOUNT_MEMCG_SWAP] =
			cgroup_kib(GROUPS "/memory.swap.current"),
		[ACCOUNT_DYING] = vt_counter(VT_CGROUPS "/cgroup.stat",
					     "nr_dying_descendants"),
		[ACCOUNT_POISONED] = vt_meminfo_kib("HardwareCorrupted"),
	} };
	signal_reader(SIGCONT);
}

static bool line_balances(enum account_line line, const struct account *before,
			  const struct account *after)
{
	long long gain = after->value[line] - before->value[line];

	if (lines[line].exact)
		return !gain;
	return lines[line].more ? gain >= -slack(line) : gain <= slack(line);
}

bool account_balances(const struct account *before, struct account *after)
{
	unsigned int tries;
	int line;

	for (tries = 0; tries < 30; tries++) {
		account_take(after);
		for (line = 0; line < NR_ACCOUNT; line++)
			if (!line_balances(line, before, after))
				break;
		if (line == NR_ACCOUNT)
			return true;
		pass_time(300);
	}
	return false;
}

void account_print(const struct account *before, const struct account *after)
{
	int line;

	for (line = 0; line < NR_ACCOUNT; line++)
		printf("#   %-28s %12lld -> %12lld %-6s%s\n", lines[line].name,
		       before->value[line], after->value[line],
		       lines[line].unit,
		       line_balances(line, before, after) ? "" : " LEAKED");
}
