// SPDX-License-Identifier: GPL-2.0
/*
 * vm.overcommit_memory=2: the files behind buffers count as committed. For a buffer that the
 * shrinker backs up this is so from when it is made; for one that TTM swaps out, as long as
 * it is swapped out. At the limit calls fail, and nothing else happens.
 */
#include "trial.h"

#define VM		"/proc/sys/vm/"
#define BUF_SIZE	(8 * VT_MIB)
#define BUF_KIB		((long long)BUF_SIZE / 1024)
#define MAX_BUFS	1024
#define NR_SWAPPED	8

static struct vt_buf bufs[MAX_BUFS], swapped[NR_SWAPPED];
static int fd;

static long long committed(void)
{
	return vt_meminfo_kib("Committed_AS");
}

static long long room(void)
{
	return vt_meminfo_kib("CommitLimit") - committed();
}

static void verify(const struct vt_buf *buf)
{
	uint64_t bad = vt_verify(buf);

	if (bad)
		wrong("%lu pages of a buffer", bad);
}

/* Until a call fails. */
static unsigned int fill_up(void)
{
	unsigned int n;
	int64_t shrunk;
	int ret = 0;

	for (n = 0; n < MAX_BUFS; n++) {
		ret = vt_buf_init(&bufs[n], fd, BUF_SIZE, n % 3, 0);
		if (ret)
			break;
		vt_fill(&bufs[n], n);
		/*
		 * Early writes fill swap, and without room in swap nothing is
		 * reclaimed.
		 */
		shrunk = vt_shrink(fd, bufs[n].handle, 0, 0);
		if (shrunk != (int64_t)vt_pages(&bufs[n]) && shrunk != -EBUSY)
			wrong("shrink: %ld", (long)shrunk);
	}
	seen("%u buffers of %lu MiB until one cannot be made: %s; %lld KiB below the limit",
	     n, BUF_SIZE / VT_MIB, strerror(-ret), room());
	if (ret != -ENOMEM || room() >= 2 * BUF_KIB)
		wrong("that is not at the limit");
	return n;
}

static void make_swappable(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < NR_SWAPPED; i++) {
		ret = vt_buf_init_flags(&swapped[i], fd, BUF_SIZE, i % 3,
					VTTM_CREATE_SWAPOUT, 0);
		if (ret)
			fail("a buffer for TTM to swap out: %s", strerror(-ret));
		vt_fill(&swapped[i], MAX_BUFS + i);
	}
}

/* With no room none of them can be swapped out; with room for two some can. */
static void swap_out(unsigned int n)
{
	int64_t without, with;

	without = vt_shrink(fd, 0, VTTM_SHRINK_SWAPOUT, NR_SWAPPED * BUF_SIZE / VT_PAGE);
	vt_buf_fini(&bufs[n - 1]);
	vt_buf_fini(&bufs[n - 2]);
	with = vt_shrink(fd, 0, VTTM_SHRINK_SWAPOUT, NR_SWAPPED * BUF_SIZE / VT_PAGE);
	seen("TTM swaps out %ld pages at the limit, and %ld with room for two buffers",
	     (long)without, (long)with);
	if (without > 0 || with < (int64_t)(2 * BUF_SIZE / VT_PAGE))
		wrong("that is not what there was room for");
}

static void with_the_switch(bool on)
{
	long long before = committed();
	unsigned int i, n;

	vt_set_zero_copy(on);
	seen("ttm.zero_copy=%d", on);
	n = fill_up();
	if (n < 4)
		fail("too little room");
	make_swappable();
	swap_out(n);
	for (i = 0; i < n - 2; i++) {
		verify(&bufs[i]);
		vt_buf_fini(&bufs[i]);
	}
	for (i = 0; i < NR_SWAPPED; i++) {
		verify(&swapped[i]);
		vt_buf_fini(&swapped[i]);
	}
	if (!vt_eventually(committed() < before + 1024))
		wrong("%lld KiB are still committed", committed() - before);
}

/* The limit is @mib and swap. */
void keep_to_commit_limit(unsigned long mib)
{
	fd = open_vttm();
	/* Then nothing of the limit is reserved for root. */
	if (vt_write_number(VM "user_reserve_kbytes", 0) ||
	    vt_write_number(VM "overcommit_kbytes", mib * 1024) ||
	    vt_write_text(VM "overcommit_memory", "2"))
		fail("vm.overcommit_memory cannot be set");
	seen("CommitLimit %lld KiB, Committed_AS %lld KiB", vt_meminfo_kib("CommitLimit"),
	     committed());
	with_the_switch(false);
	with_the_switch(true);
	vt_write_text(VM "overcommit_memory", "0");
}
