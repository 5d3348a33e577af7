// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers in VRAM. If one needs room, others are moved to system memory, and
 * from there to swap. Every byte comes back.
 */
#include "vttm_reload.h"

#include "kselftest_harness.h"

#define NR_BUFS		5
#define BUF_SIZE	(3 * VT_MIB)
/* Two buffers fit. */
#define VRAM		"vram_mib=8"

FIXTURE(vram)
{
	char settings[VT_SETTINGS];
	struct vt_buf buf[NR_BUFS];
	int fd;
};

FIXTURE_VARIANT(vram)
{
	uint32_t flags;
	const char *device;
};

FIXTURE_VARIANT_ADD(vram, shrinker)
{
	.device = VRAM,
};

FIXTURE_VARIANT_ADD(vram, swapout)
{
	.flags = VTTM_CREATE_SWAPOUT,
	.device = VRAM,
};

FIXTURE_VARIANT_ADD(vram, swapout_by_dma)
{
	.flags = VTTM_CREATE_SWAPOUT,
	.device = VRAM " dma=1",
};

FIXTURE_VARIANT_ADD(vram, swapout_and_little_gtt)
{
	.flags = VTTM_CREATE_SWAPOUT,
	.device = VRAM " gtt_mib=8",
};

FIXTURE_VARIANT_ADD(vram, swapout_shared)
{
	.flags = VTTM_CREATE_SWAPOUT | VTTM_CREATE_SHARED,
	.device = VRAM,
};

FIXTURE_SETUP(vram)
{
	int i, ret;

	if (!vt_budget(1))
		SKIP(return, "no swap");
	vt_settings(self->settings);
	ret = vt_reload(variant->device);
	if (ret == -ENOENT)
		SKIP(return, "vttm is no module");
	ASSERT_EQ(0, ret);
	self->fd = vt_open();
	ASSERT_LE(0, self->fd);
	for (i = 0; i < NR_BUFS; i++) {
		ASSERT_EQ(0, vt_buf_init_flags(&self->buf[i], self->fd, BUF_SIZE,
					       i % 3, variant->flags |
					       VTTM_CREATE_VRAM, i));
		vt_fill(&self->buf[i], i);
	}
}

FIXTURE_TEARDOWN(vram)
{
	long long stale = vt_counter(VT_GTT, "stale");
	int i;

	for (i = 0; i < NR_BUFS; i++)
		vt_buf_fini(&self->buf[i]);
	close(self->fd);
	EXPECT_GE(0, stale);
	EXPECT_EQ(0, vt_reload(self->settings));
}

static bool is_in_vram(const struct vt_buf *buf)
{
	return vt_state(buf->fd, buf->handle) & VTTM_STATE_VRAM;
}

static unsigned int nr_in_vram(const struct vt_buf *buf)
{
	unsigned int i, nr = 0;

	for (i = 0; i < NR_BUFS; i++)
		nr += is_in_vram(&buf[i]);
	return nr;
}

static void verify_all(struct __test_metadata *_metadata,
		       const struct vt_buf *buf)
{
	int i;

	for (i = 0; i < NR_BUFS; i++)
		EXPECT_EQ(0, vt_verify(&buf[i]))
			TH_LOG("buffer %d", i);
}

/* Back up everything that is not in VRAM. */
static void shrink_all(int fd)
{
	vt_shrink(fd, 0, 0, ~0ULL);
	vt_shrink(fd, 0, VTTM_SHRINK_SWAPOUT, ~0ULL);
}

TEST_F_TIMEOUT(vram, the_last_are_in_it, 300)
{
	EXPECT_EQ(2, nr_in_vram(self->buf));
	EXPECT_TRUE(is_in_vram(&self->buf[NR_BUFS - 1]));
	verify_all(_metadata, self->buf);
	/* Access by the CPU moves nothing. */
	EXPECT_EQ(2, nr_in_vram(self->buf));
}

TEST_F_TIMEOUT(vram, goes_and_comes, 300)
{
	struct vt_buf *buf = self->buf;
	int i, round;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < NR_BUFS; i++) {
			struct vt_buf *b = &buf[(i * 3 + round) % NR_BUFS];

			ASSERT_EQ(0, vt_restore(self->fd, b->handle));
			EXPECT_TRUE(is_in_vram(b));
			EXPECT_EQ(0, vt_verify(b));
			vt_fill(b, b->seed + 1);
		}
		verify_all(_metadata, buf);
	}
	EXPECT_EQ(2, nr_in_vram(buf));
}

TEST_F_TIMEOUT(vram, goes_on_to_the_backup, 300)
{
	struct drm_vttm_info info;
	struct vt_buf *buf = self->buf;
	int i, away;

	shrink_all(self->fd);
	for (i = away = 0; i < NR_BUFS; i++) {
		ASSERT_EQ(0, vt_info(self->fd, buf[i].handle, &info));
		away += info.inserted + info.copied == vt_pages(&buf[i]);
	}
	EXPECT_EQ(NR_BUFS - 2, away);
	for (i = 0; i < NR_BUFS; i++) {
		ASSERT_EQ(0, vt_restore(self->fd, buf[i].handle));
		EXPECT_TRUE(is_in_vram(&buf[i]));
		EXPECT_EQ(0, vt_verify(&buf[i]));
		shrink_all(self->fd);
	}
	verify_all(_metadata, buf);
}

/* A new buffer must not show the old content of its place. */
TEST_F_TIMEOUT(vram, begins_as_zeroes, 300)
{
	uint64_t i, sum = 0;
	struct vt_buf buf;

	ASSERT_EQ(0, vt_buf_init_flags(&buf, self->fd, 2 * VT_MIB, 0,
				       variant->flags | VTTM_CREATE_VRAM, 0));
	EXPECT_TRUE(is_in_vram(&buf));
	for (i = 0; i < buf.size / sizeof(*buf.map); i++)
		sum |= buf.map[i];
	EXPECT_EQ(0, sum);
	vt_buf_fini(&buf);
	verify_all(_metadata, self->buf);
}

/* Access the content like a debugger, through the access method of the mapping. */
TEST_F(vram, accessed_from_outside)
{
	struct vt_buf *buf = &self->buf[NR_BUFS - 1];
	uint64_t i = 5 * VT_WORDS + 3, word;
	int mem = open("/proc/self/mem", O_RDWR);

	ASSERT_LE(0, mem);
	ASSERT_TRUE(is_in_vram(buf));
	EXPECT_EQ(sizeof(word), pread(mem, &word, sizeof(word),
				      (uintptr_t)&buf->map[i]));
	EXPECT_EQ(vt_word(buf->seed, i), word);
	word = 7;
	EXPECT_EQ(sizeof(word), pwrite(mem, &word, sizeof(word),
				       (uintptr_t)&buf->map[i]));
	EXPECT_EQ(7, vt_read_word(&buf->map[i]));
	close(mem);
}

TEST_HARNESS_MAIN
