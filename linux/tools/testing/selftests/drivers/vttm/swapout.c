// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers that TTM itself swaps out. Every byte comes back, for all sizes and
 * caching modes, whether the pages were handed over or copied, regardless of
 * who causes the swapout and who the swap-in.
 */
#include <sys/time.h>

#include "vttm_test.h"

#include "kselftest_harness.h"

/* In pages. Each size is used with all caching modes. */
static const uint64_t sizes[] = { 1, 3, 16, 31, 513, 1025 };

#define STATE_GTT	(VTTM_STATE_POPULATED | VTTM_STATE_GTT)
#define TT_SHRINK	"/sys/kernel/debug/ttm/tt_shrink"

FIXTURE(swapout)
{
	int fd;
	long long limit, stale;
};

FIXTURE_VARIANT(swapout)
{
	bool zero_copy;
	bool other_way_back;
};

FIXTURE_VARIANT_ADD(swapout, copied) { };

FIXTURE_VARIANT_ADD(swapout, copied_then_switched_on)
{
	.other_way_back = true,
};

FIXTURE_VARIANT_ADD(swapout, handed_over)
{
	.zero_copy = true,
};

FIXTURE_VARIANT_ADD(swapout, handed_over_then_switched_off)
{
	.zero_copy = true,
	.other_way_back = true,
};

FIXTURE_SETUP(swapout)
{
	self->fd = vt_open();
	if (self->fd < 0)
		SKIP(return, "no vttm device");
	if (!vt_budget(1))
		SKIP(return, "no swap");
	if (!vt_has_zero_copy() && (variant->zero_copy || variant->other_way_back))
		SKIP(return, "this kernel only copies");
	self->limit = vt_read_number(VT_PAGES_LIMIT);
	self->stale = vt_counter(VT_GTT, "stale");
	vt_set_zero_copy(variant->zero_copy);
}

FIXTURE_TEARDOWN(swapout)
{
	vt_inject(VT_TTM_FAULTS, "probability", "0");
	vt_set_zero_copy(true);
	vt_write_number(VT_PAGES_LIMIT, self->limit);
	EXPECT_EQ(self->stale, vt_counter(VT_GTT, "stale"));
	close(self->fd);
}

/* Swap out buffers of all clients. */
static int64_t swap_out(int fd, uint64_t pages)
{
	return vt_shrink(fd, 0, VTTM_SHRINK_SWAPOUT, pages);
}

static void make_buf(struct __test_metadata *_metadata, struct vt_buf *buf,
		     int fd, uint64_t pages, uint32_t caching)
{
	ASSERT_EQ(0, vt_buf_init_flags(buf, fd, pages * VT_PAGE, caching,
				       VTTM_CREATE_SWAPOUT, 0));
	vt_fill(buf, pages + caching);
}

static uint32_t state_of(const struct vt_buf *buf)
{
	return vt_state(buf->fd, buf->handle);
}

/* Memory from the DMA API cannot be handed over. */
static bool handed_over(const FIXTURE_VARIANT(swapout) * variant)
{
	return variant->zero_copy && !vt_is_set("dma_alloc");
}

static void check_out(struct __test_metadata *_metadata,
		      const FIXTURE_VARIANT(swapout) * variant,
		      const struct vt_buf *buf)
{
	bool handed = handed_over(variant);
	struct drm_vttm_info info;

	ASSERT_EQ(0, vt_info(buf->fd, buf->handle, &info));
	EXPECT_EQ(VTTM_STATE_SWAPPED_OUT | (handed ? VTTM_STATE_BACKED_UP : 0),
		  info.state);
	EXPECT_EQ(0, info.resident);
	EXPECT_EQ(handed ? vt_pages(buf) : 0, info.inserted);
	EXPECT_EQ(handed ? 0 : vt_pages(buf), info.copied);
}

static void check_in(struct __test_metadata *_metadata,
		     const struct vt_buf *buf, uint32_t state)
{
	struct drm_vttm_info info;

	ASSERT_EQ(0, vt_info(buf->fd, buf->handle, &info));
	EXPECT_EQ(state, info.state);
	EXPECT_EQ(vt_pages(buf), info.resident);
	EXPECT_EQ(0, info.inserted + info.copied + info.swapped);
}

static void on_the_way_back(const FIXTURE_VARIANT(swapout) * variant)
{
	vt_set_zero_copy(variant->zero_copy ^ variant->other_way_back);
}

/* First restore by a page fault, then to the place where the device uses it. */
static void there_and_back(struct __test_metadata *_metadata,
			   const FIXTURE_VARIANT(swapout) * variant,
			   struct vt_buf *buf, bool restore)
{
	vt_set_zero_copy(variant->zero_copy);
	ASSERT_EQ(vt_pages(buf), swap_out(buf->fd, vt_pages(buf)));
	check_out(_metadata, variant, buf);
	on_the_way_back(variant);
	if (restore)
		ASSERT_EQ(0, vt_restore(buf->fd, buf->handle));
	ASSERT_EQ(0, vt_verify(buf))
		TH_LOG("%llu pages", (unsigned long long)vt_pages(buf));
	check_in(_metadata, buf, restore ? STATE_GTT : VTTM_STATE_POPULATED);
	vt_fill(buf, buf->seed + 1);
}

TEST_F_TIMEOUT(swapout, survives, 300)
{
	struct vt_buf buf;
	unsigned int i;

	for (i = 0; i < 3 * ARRAY_SIZE(sizes); i++) {
		make_buf(_metadata, &buf, self->fd, sizes[i / 3], i % 3);
		there_and_back(_metadata, variant, &buf, false);
		there_and_back(_metadata, variant, &buf, true);
		there_and_back(_metadata, variant, &buf, true);
		vt_buf_fini(&buf);
	}
}

TEST_F_TIMEOUT(swapout, comes_back_in_another_order, 300)
{
	enum { N = 8 };
	struct vt_buf buf[N];
	uint64_t pages = 0;
	int i;

	for (i = 0; i < N; i++) {
		make_buf(_metadata, &buf[i], self->fd, i * 37 + 1, i % 3);
		pages += vt_pages(&buf[i]);
		/* Some are swapped out of the GTT, some from where they were created. */
		if (i % 2)
			ASSERT_EQ(0, vt_restore(self->fd, buf[i].handle));
	}
	EXPECT_EQ(pages, swap_out(self->fd, ~0ULL));
	EXPECT_EQ(0, swap_out(self->fd, ~0ULL));
	on_the_way_back(variant);
	for (i = 0; i < N; i++) {
		struct vt_buf *b = &buf[(i * 3 + 5) % N];

		check_out(_metadata, variant, b);
		if (i % 3)
			ASSERT_EQ(0, vt_restore(self->fd, b->handle));
		EXPECT_EQ(0, vt_verify(b));
	}
	for (i = 0; i < N; i++)
		vt_buf_fini(&buf[i]);
}

/* Free buffers in every state: bound, swapped out, partially restored. */
TEST_F_TIMEOUT(swapout, freed_anywhere, 300)
{
	long long bound = vt_counter(VT_GTT, "pages");
	struct vt_buf buf;
	int i;

	for (i = 0; i < 6; i++) {
		make_buf(_metadata, &buf, self->fd, 100, i % 3);
		if (i % 2)
			ASSERT_EQ(0, vt_restore(self->fd, buf.handle));
		if (i > 2)
			ASSERT_EQ(100, swap_out(self->fd, 1));
		vt_buf_fini(&buf);
	}
	EXPECT_TRUE(vt_eventually(vt_counter(VT_GTT, "pages") == bound));
}

TEST_F(swapout, oldest_first)
{
	struct vt_buf old, young;

	make_buf(_metadata, &old, self->fd, 8, 0);
	make_buf(_metadata, &young, self->fd, 8, 0);
	EXPECT_EQ(8, swap_out(self->fd, 1));
	EXPECT_TRUE(state_of(&old) & VTTM_STATE_SWAPPED_OUT);
	EXPECT_EQ(VTTM_STATE_POPULATED, state_of(&young));
	EXPECT_EQ(0, vt_verify(&old));
	EXPECT_EQ(8, swap_out(self->fd, 1));
	EXPECT_EQ(VTTM_STATE_POPULATED, state_of(&old));
	EXPECT_EQ(0, vt_verify(&young));
	vt_buf_fini(&old);
	vt_buf_fini(&young);
}

/* Use the debugfs file, as developers do. */
TEST_F(swapout, tt_shrink)
{
	struct vt_buf buf;

	if (access(TT_SHRINK, R_OK))
		SKIP(return, "no debugfs");
	make_buf(_metadata, &buf, self->fd, 64, 0);
	EXPECT_EQ(64, vt_read_number(TT_SHRINK));
	check_out(_metadata, variant, &buf);
	EXPECT_EQ(0, vt_read_number(TT_SHRINK));
	EXPECT_EQ(0, vt_verify(&buf));
	vt_buf_fini(&buf);
}

#define LIMIT_PAGES	1024UL

/* Populating a buffer swaps out those of another client, in turn. */
TEST_F_TIMEOUT(swapout, others_have_to_make_room, 300)
{
	struct vt_buf mine, theirs;
	int other = vt_open(), i;

	ASSERT_LE(0, other);
	make_buf(_metadata, &theirs, other, LIMIT_PAGES * 3 / 4, 0);
	ASSERT_EQ(0, vt_write_number(VT_PAGES_LIMIT, LIMIT_PAGES));
	make_buf(_metadata, &mine, self->fd, LIMIT_PAGES / 2, VTTM_CACHING_WC);
	check_out(_metadata, variant, &theirs);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, vt_restore(other, theirs.handle));
		check_out(_metadata, variant, &mine);
		EXPECT_EQ(0, vt_verify(&theirs));
		EXPECT_EQ(0, vt_verify(&mine));
		check_out(_metadata, variant, &theirs);
	}
	EXPECT_EQ(0, vt_verify(&theirs));
	vt_buf_fini(&theirs);
	vt_buf_fini(&mine);
	close(other);
}

/* TTM does not swap out buffers that do not count against its limit. */
TEST_F(swapout, leaves_the_shrinker_s_alone)
{
	struct vt_buf mine, theirs;

	ASSERT_EQ(0, vt_buf_init(&theirs, self->fd, 8 * VT_PAGE, 0, 1));
	vt_fill(&theirs, 1);
	make_buf(_metadata, &mine, self->fd, 4, 0);
	EXPECT_EQ(4, swap_out(self->fd, ~0ULL));
	EXPECT_EQ(VTTM_STATE_POPULATED, state_of(&theirs));
	EXPECT_EQ(0, vt_verify(&mine));
	vt_buf_fini(&mine);
	vt_buf_fini(&theirs);
}

/* TTM fails at every step. Pages that stay in memory are content as well. */
TEST_F_TIMEOUT(swapout, survives_injected_faults, 300)
{
	unsigned int trip;
	struct vt_buf buf;

	if (vt_inject(VT_TTM_FAULTS, "times", "-1"))
		SKIP(return, "no fault injection");
	ASSERT_EQ(0, vt_inject(VT_TTM_FAULTS, "verbose", "0"));
	for (trip = 0; trip < 12; trip++) {
		make_buf(_metadata, &buf, self->fd, 1025, trip % 3);
		ASSERT_EQ(0, vt_inject(VT_TTM_FAULTS, "probability",
				       trip % 2 ? "30" : "100"));
		EXPECT_LE(0, swap_out(self->fd, 1));
		EXPECT_TRUE(state_of(&buf) & VTTM_STATE_SWAPPED_OUT);
		ASSERT_EQ(0, vt_inject(VT_TTM_FAULTS, "probability", "30"));
		if (trip % 4 < 2)
			EXPECT_EQ(0, vt_restore(self->fd, buf.handle));
		ASSERT_EQ(0, vt_verify(&buf))
			TH_LOG("trip %u", trip);
		vt_inject(VT_TTM_FAULTS, "probability", "0");
		vt_buf_fini(&buf);
	}
	make_buf(_metadata, &buf, self->fd, 64, 0);
	EXPECT_EQ(64, swap_out(self->fd, ~0ULL));
	vt_buf_fini(&buf);
}

#define LARGE_SIZE	(32 * VT_MIB)
#define ATTEMPTS	24

/* Let an alarm kill a process that restores the buffer. */
static void kill_a_restore(struct __test_metadata *_metadata,
			   const struct vt_buf *buf, unsigned int usec)
{
	const struct itimerval soon = { .it_value.tv_usec = usec };
	pid_t pid = vt_fork();
	int status;

	ASSERT_LE(0, pid);
	if (!pid) {
		signal(SIGALRM, SIG_DFL);
		setitimer(ITIMER_REAL, &soon, NULL);
		vt_restore(buf->fd, buf->handle);
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
}

/* Partially restored or not: the next process restores or frees all of it. */
TEST_F_TIMEOUT(swapout, outlives_who_wanted_it_back, 300)
{
	unsigned int i, ended = 0, attempts = ATTEMPTS;
	struct vt_buf buf;

	/* Buffers that were copied are swapped in without interruption. */
	if (!handed_over(variant))
		attempts = 3;
	for (i = 0; i < attempts && ended < 3; i++) {
		make_buf(_metadata, &buf, vt_open(), LARGE_SIZE / VT_PAGE, i % 3);
		ASSERT_LT(0, swap_out(self->fd, ~0ULL));
		on_the_way_back(variant);
		/* The duration depends on the machine: 20 us to 2.5 ms. */
		kill_a_restore(_metadata, &buf, 20 << i % 8);
		ended += !!(state_of(&buf) & VTTM_STATE_SWAPPED_OUT);
		if (i % 4 != 3)
			EXPECT_EQ(0, vt_verify(&buf));
		vt_buf_fini(&buf);
		close(buf.fd);
		vt_set_zero_copy(variant->zero_copy);
	}
	if (handed_over(variant))
		EXPECT_LT(0, ended);
}

TEST_F(swapout, debugfs_counts)
{
	static const char path[] = "/sys/kernel/debug/dri/vttm/vttm_backup";
	long long out, in;
	struct vt_buf buf;

	out = vt_counter(path, "swapout_pages");
	if (out < 0)
		SKIP(return, "no debugfs");
	in = vt_counter(path, "swapin_pages");

	make_buf(_metadata, &buf, self->fd, 31, VTTM_CACHING_CACHED);
	ASSERT_EQ(31, swap_out(self->fd, 31));
	EXPECT_EQ(0, vt_verify(&buf));
	EXPECT_EQ(out + 31, vt_counter(path, "swapout_pages"));
	EXPECT_EQ(in + 31, vt_counter(path, "swapin_pages"));
	EXPECT_LT(0, vt_counter(path, "swapout_ns"));
	EXPECT_LT(0, vt_counter(path, "swapin_ns"));
	vt_buf_fini(&buf);
}

TEST_HARNESS_MAIN
