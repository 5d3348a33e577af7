// SPDX-License-Identifier: GPL-2.0
/* Swap space that goes and comes back, and swap space that is not enough. */
#include <drivers/vttm/vttm_test.h>

#include <sys/swap.h>

#include "stress.h"

/* include/linux/swap.h: union swap_header. */
#define LAST_PAGE_AT	(1024 + sizeof(uint32_t))

#define MAX_AREAS	4

/* A swap area. */
static struct area {
	char path[VT_SWAP_DEVICE];
	int priority;		/* negative: the kernel's choice */
	uint32_t whole;		/* its last page, while it is a small one */
} areas[MAX_AREAS];
static unsigned int nr_areas;

static bool parse_area(struct area *a, const char *line)
{
	return line[0] == '/' && sscanf(line, "%63s %*s %*s %*s %d", a->path,
					&a->priority) == 2;
}

/* Read once: later some may be off. */
static bool find_areas(void)
{
	FILE *f = nr_areas ? NULL : fopen("/proc/swaps", "re");
	char line[256];

	if (f) {
		while (nr_areas < MAX_AREAS && fgets(line, sizeof(line), f))
			nr_areas += parse_area(&areas[nr_areas], line);
		fclose(f);
	}
	return nr_areas;
}

bool swap_off(void)
{
	unsigned int i;

	find_areas();
	for (i = 0; i < nr_areas; i++)
		if (swapoff(areas[i].path)) {
			error("swapoff %s: %s", areas[i].path, strerror(errno));
			swap_on();
			return false;
		}
	return true;
}

void swap_on(void)
{
	unsigned int i;

	for (i = 0; i < nr_areas; i++) {
		const struct area *a = &areas[i];

		if (swapon(a->path, a->priority < 0 ? 0 :
			   SWAP_FLAG_PREFER | a->priority) && errno != EBUSY)
			error("swapon %s: %s", a->path, strerror(errno));
	}
}

static bool begin_swapoff(struct rng *rng)
{
	(void)rng;
	return find_areas();
}

/* All that is in swap has to fit into memory. */
static void strike_swapoff(struct rng *rng)
{
	if (!swap_off())
		return;
	turn_swapoff.strikes++;
	pass_time(rng_below(rng, 30));
	swap_on();
	pass_time(20 + rng_below(rng, 200));
}

static void end_swapoff(void)
{
	swap_on();
}

/* From the next swapon it is used up to @last. 0 is an error. */
static uint32_t resize(const char *path, uint32_t last)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint32_t old = 0;

	if (fd < 0 ||
	    pread(fd, &old, sizeof(old), LAST_PAGE_AT) != sizeof(old) ||
	    pwrite(fd, &last, sizeof(last), LAST_PAGE_AT) != sizeof(last) ||
	    fsync(fd)) {
		error("%s: %s", path, strerror(errno));
		old = 0;
	}
	close(fd);
	return old;
}

static bool begin_swap_full(struct rng *rng)
{
	uint32_t pages = (16 + rng_below(rng, 48)) * MIB_PAGES;
	bool ok = true;
	unsigned int i;

	if (!find_areas() || !swap_off())
		return false;
	for (i = 0; i < nr_areas; i++) {
		areas[i].whole = resize(areas[i].path, pages / nr_areas);
		ok = ok && areas[i].whole;
	}
	swap_on();
	return ok;
}

/*
 * Memory of another process that fills the rest of swap. It would fit into
 * memory.
 */
static _Noreturn void hog_main(uint64_t seed)
{
	size_t size = (size_t)vt_meminfo_kib("SwapFree") * 1024, i;
	uint64_t *mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		_exit(0);
	for (i = 0; i < size / sizeof(*mem); i++)
		mem[i] = vt_word(seed, i);
	for (i = 0; i < 10; i++) {
		madvise(mem, size, MADV_PAGEOUT);
		usleep(20 * 1000);
	}
	for (i = 0; i < size / sizeof(*mem); i++)
		if (mem[i] != vt_word(seed, i))
			_exit(1);
	_exit(0);
}

static bool is_full(void)
{
	return vt_meminfo_kib("SwapFree") < vt_meminfo_kib("SwapTotal") / 16;
}

/*
 * Has memory of the clients' written as well, while there is room. Once there is
 * none this may look for a minute, so it is not the director who asks.
 */
static _Noreturn void reclaim_main(void)
{
	for (;;) {
		vt_write_text(VT_CGROUPS "/memory.reclaim", "4M");
		usleep(10 * 1000);
	}
}

/* Wait for @pid, and show progress meanwhile. */
static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, WNOHANG) != pid) {
		pass_time(10);
		turn_swap_full.strikes += is_full();
	}
	return status;
}

static void strike_swap_full(struct rng *rng)
{
	pid_t hog, reclaim;
	int status;

	hog = vt_fork();
	if (!hog)
		hog_main(rng->state);
	reclaim = vt_fork();
	if (!reclaim)
		reclaim_main();
	if (hog < 0 || reclaim < 0)
		die("fork");

	status = wait_for(hog);
	if (status)
		error("the hog ended with status %#x", status);
	kill(reclaim, SIGKILL);
	wait_for(reclaim);
}

static void end_swap_full(void)
{
	unsigned int i;

	swap_off();
	for (i = 0; i < nr_areas; i++) {
		if (areas[i].whole)
			resize(areas[i].path, areas[i].whole);
		areas[i].whole = 0;
	}
	swap_on();
}

struct turn turn_swapoff = {
	.name = "swapoff", .budget = 35, .begin = begin_swapoff,
	.strike = strike_swapoff, .end = end_swapoff, .unit = "swapoffs",
};

struct turn turn_swap_full = {
	.name = "swap-full", .budget = 45, .begin = begin_swap_full,
	.strike = strike_swap_full, .end = end_swap_full, .unit = "times full",
};
