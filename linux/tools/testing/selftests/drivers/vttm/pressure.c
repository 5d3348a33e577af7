// SPDX-License-Identifier: GPL-2.0
/*
 * Use buffers of twice the size of memory in turn. No test here requests a
 * shrink: memory pressure causes all of them.
 */
#include "vttm_test.h"

#include "kselftest_harness.h"

#define BUF_SIZE	(8 * VT_MIB)

FIXTURE(pressure)
{
	int fd;
	unsigned int nr;
	struct vt_buf *bufs;
};

FIXTURE_SETUP(pressure)
{
	unsigned int i;

	self->fd = vt_open();
	if (self->fd < 0)
		SKIP(return, "no vttm device");

	self->nr = vt_budget(200) / BUF_SIZE;
	if (self->nr * BUF_SIZE >> 10 < (uint64_t)vt_meminfo_kib("MemTotal"))
		SKIP(return, "not enough swap");
	self->bufs = calloc(self->nr, sizeof(*self->bufs));
	ASSERT_NE(NULL, self->bufs);
	for (i = 0; i < self->nr; i++)
		ASSERT_EQ(0, vt_buf_init(&self->bufs[i], self->fd, BUF_SIZE,
					 i % 3, i));
}

FIXTURE_TEARDOWN(pressure)
{
	unsigned int i;

	for (i = 0; i < self->nr; i++)
		vt_buf_fini(&self->bufs[i]);
	free(self->bufs);
	close(self->fd);
	vt_set_zero_copy(true);
}

static long long nr_inserted(void)
{
	return vt_counter(VT_BACKUP_STATS, "inserted");
}

/*
 * Verify every buffer, and write new content to every other one, so that its
 * old content has to leave the swap.
 */
static void use_all(struct __test_metadata *_metadata, struct vt_buf *bufs,
		    unsigned int nr, unsigned int round)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		/* Go back and forth, so that some of the buffers are still resident. */
		struct vt_buf *buf = &bufs[round % 2 ? nr - 1 - i : i];

		ASSERT_EQ(0, vt_verify(buf))
			TH_LOG("round %u buffer %u", round, i);
		if ((i + round) % 2)
			vt_fill(buf, round * nr + i);
	}
}

TEST_F_TIMEOUT(pressure, survives, 600)
{
	long long swapped = vt_vmstat("pswpout"), killed = vt_vmstat("oom_kill");
	long long before, inserted, inserted_when_off;
	unsigned int i;

	vt_set_zero_copy(true);
	before = nr_inserted();
	for (i = 0; i < self->nr; i++)
		vt_fill(&self->bufs[i], i);
	use_all(_metadata, self->bufs, self->nr, 1);
	inserted = nr_inserted() - before;

	vt_set_zero_copy(false);
	before = nr_inserted();
	/* Use the buffers that were swapped out first. */
	use_all(_metadata, self->bufs + self->nr - self->nr / 4, self->nr / 4,
		2);
	inserted_when_off = nr_inserted() - before;

	swapped = vt_vmstat("pswpout") - swapped;
	TH_LOG("%u MiB of buffers, %lld MiB inserted, %lld MiB swapped out",
	       self->nr * 8, inserted >> 8, swapped >> 8);
	EXPECT_LT(0, swapped);
	EXPECT_EQ(killed, vt_vmstat("oom_kill"));
	EXPECT_EQ(vt_has_zero_copy(), inserted > 0);
	/* Backups in progress finish in the old mode: kswapd's, and one for each CPU. */
	EXPECT_GE(4 * BUF_SIZE / VT_PAGE, inserted_when_off);
}

TEST_HARNESS_MAIN
