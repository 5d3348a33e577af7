// SPDX-License-Identifier: GPL-2.0
/*
 * swapoff with buffers in swap: once with room for them in memory, and once without, which
 * must fail.
 */
#include <sys/swap.h>

#include "trial.h"

#define BUF_SIZE	(16 * VT_MIB)
#define MAX_BUFS	512

static struct vt_buf bufs[MAX_BUFS];
static unsigned long nr;
static char device[VT_SWAP_DEVICE];
static int fd;

static unsigned long in_swap_mib(void)
{
	return vt_swap_used_kib() >> 10;
}

static void back_up(void)
{
	unsigned long i;
	int64_t ret;

	for (i = 0; i < nr; i++) {
		ret = vt_shrink(fd, bufs[i].handle, VTTM_SHRINK_WRITEBACK, 0);
		if (ret < 0 && ret != -EBUSY)
			wrong("shrink: %ld", (long)ret);
	}
	for (i = 0; i < 64 && in_swap_mib() < nr * (BUF_SIZE / VT_MIB) * 95 / 100; i++) {
		vt_write_text(VT_CGROUPS "/memory.reclaim", "64M");
		usleep(50 * 1000);
	}
	seen("%lu MiB in swap", in_swap_mib());
	if (in_swap_mib() < nr * (BUF_SIZE / VT_MIB) * 95 / 100)
		wrong("that is not enough");
}

static void verify(void)
{
	unsigned long i;
	uint64_t bad;

	for (i = 0; i < nr; i++) {
		bad = vt_verify(&bufs[i]);
		if (bad)
			wrong("%lu pages of buffer %lu", bad, i);
	}
}

/* In a process that may be killed for it. 0, an errno, or 128 and the signal. */
static int try_swapoff(void)
{
	double start = now();
	int status, ret;
	pid_t pid = vt_fork();

	if (!pid)
		_exit(swapoff(device) ? errno : 0);
	if (waitpid(pid, &status, 0) != pid)
		fail("waitpid: %s", strerror(errno));
	ret = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	seen("swapoff: %s after %.1f s", !ret ? "done" : ret > 128 ? strsignal(ret - 128) : strerror(ret),
	     now() - start);
	return ret;
}

/* Take all memory but @mib, so that it cannot be swapped out. */
static void *take_memory(unsigned long mib, size_t *size)
{
	long long free = vt_meminfo_kib("MemAvailable") >> 10;
	void *hog;

	*size = free > (long long)mib ? (free - mib) * VT_MIB : 0;
	hog = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (hog == MAP_FAILED || mlock(hog, *size))
		fail("a hog of %zu bytes: %s", *size, strerror(errno));
	seen("%lld MiB of memory are left", vt_meminfo_kib("MemAvailable") >> 10);
	return hog;
}

static void with_room(void)
{
	back_up();
	if (try_swapoff())
		wrong("swapoff has failed");
	verify();
	if (swapon(device, 0))
		fail("swapon: %s", strerror(errno));
}

static void without_room(void)
{
	size_t size;
	void *hog;

	back_up();
	hog = take_memory(nr * (BUF_SIZE / VT_MIB) / 4, &size);
	if (!try_swapoff())
		wrong("swapoff has found room");
	if (!vt_swap_device(device))
		wrong("the swap device is gone");
	munmap(hog, size);
	verify();
}

/* @mib of buffers. */
void switch_swap_off(unsigned long mib)
{
	unsigned long i;
	int ret;

	fd = open_vttm();
	if (!vt_swap_device(device))
		fail("no swap");
	nr = mib * VT_MIB / BUF_SIZE;
	if (!nr || nr > MAX_BUFS)
		fail("%lu MiB?", mib);
	for (i = 0; i < nr; i++) {
		ret = vt_buf_init(&bufs[i], fd, BUF_SIZE, i % 3, 0);
		if (ret)
			fail("a buffer: %s", strerror(-ret));
		vt_fill(&bufs[i], i);
	}
	with_room();
	without_room();
	for (i = 0; i < nr; i++)
		vt_buf_fini(&bufs[i]);
}
