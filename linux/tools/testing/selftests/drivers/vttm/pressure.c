// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers twice as big as memory, used in turns. Nothing here asks for a
 * shrink: the machine's need for memory drives all of it.
 */
#include "vttm_test.h"

#include "kselftest_harness.h"

#define BUF_SIZE	(8 * VT_MIB)
#define ROUNDS		2

FIXTURE(pressure)
{
	int fd;
	unsigned int nr;
	struct vt_buf *bufs;
};

FIXTURE_VARIANT(pressure)
{
	bool zero_copy;
};

FIXTURE_VARIANT_ADD(pressure, copied) { .zero_copy = false };
FIXTURE_VARIANT_ADD(pressure, inserted) { .zero_copy = true };

FIXTURE_SETUP(pressure)
{
	unsigned int i;

	self->fd = vt_open();
	if (self->fd < 0)
		SKIP(return, "no vttm device");
	if (variant->zero_copy && !vt_has_zero_copy())
		SKIP(return, "this kernel only copies");
	vt_set_zero_copy(variant->zero_copy);

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

TEST_F_TIMEOUT(pressure, survives, 280)
{
	long long swapped = vt_vmstat("pswpout"), killed = vt_vmstat("oom_kill");
	long long inserted = vt_counter(VT_BACKUP_STATS, "inserted");
	unsigned int round, i;

	for (i = 0; i < self->nr; i++)
		vt_fill(&self->bufs[i], i);

	/* Half of the buffers change in each round, so their old copies go. */
	for (round = 1; round <= ROUNDS; round++) {
		for (i = 0; i < self->nr; i++) {
			struct vt_buf *buf = &self->bufs[i];

			ASSERT_EQ(0, vt_verify(buf))
				TH_LOG("round %u buffer %u", round, i);
			if ((i + round) % 2)
				vt_fill(buf, round * self->nr + i);
		}
	}

	swapped = vt_vmstat("pswpout") - swapped;
	inserted = vt_counter(VT_BACKUP_STATS, "inserted") - inserted;
	TH_LOG("%u MiB of buffers, %lld MiB swapped out, %lld MiB inserted",
	       self->nr * 8, swapped >> 8, inserted >> 8);
	EXPECT_LT(0, swapped);
	EXPECT_EQ(killed, vt_vmstat("oom_kill"));
	EXPECT_EQ(variant->zero_copy, inserted > 0);
}

TEST_HARNESS_MAIN
