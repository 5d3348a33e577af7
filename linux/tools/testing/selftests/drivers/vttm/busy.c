// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers that the device is using. Callers that may not wait skip them, and
 * callers that may wait do so. Nobody touches the pages before the fence has
 * signaled.
 */
#include "vttm_test.h"

#include "kselftest_harness.h"

#define DROP_CACHES	"/proc/sys/vm/drop_caches"

FIXTURE(busy)
{
	int fd;
};

FIXTURE_VARIANT(busy)
{
	uint32_t flags;
};

FIXTURE_VARIANT_ADD(busy, alone) { };

FIXTURE_VARIANT_ADD(busy, shared)
{
	.flags = VTTM_CREATE_SHARED,
};

FIXTURE_SETUP(busy)
{
	self->fd = vt_open();
	if (self->fd < 0)
		SKIP(return, "no vttm device");
	if (!vt_budget(1))
		SKIP(return, "no swap");
}

FIXTURE_TEARDOWN(busy)
{
	close(self->fd);
}

static void make_buf(struct __test_metadata *_metadata, struct vt_buf *buf,
		     int fd, uint32_t flags)
{
	ASSERT_EQ(0, vt_buf_init_flags(buf, fd, 16 * VT_PAGE, 0, flags, 1));
	vt_fill(buf, 1);
}

static uint32_t state_of(const struct vt_buf *buf)
{
	return vt_state(buf->fd, buf->handle);
}

/* Direct reclaim of slabs, which may not wait for a device. */
static void reclaim(void)
{
	vt_write_text(DROP_CACHES, "2");
}

TEST_F_TIMEOUT(busy, is_left_alone_by_reclaim, 60)
{
	struct vt_buf buf, idle;

	make_buf(_metadata, &buf, self->fd, variant->flags);
	make_buf(_metadata, &idle, self->fd, 0);
	ASSERT_EQ(0, vt_busy(self->fd, buf.handle, VTTM_BUSY_MAX_MS));
	reclaim();
	EXPECT_EQ(VTTM_STATE_POPULATED | VTTM_STATE_BUSY, state_of(&buf));
	EXPECT_EQ(VTTM_STATE_BACKED_UP, state_of(&idle));

	while (state_of(&buf) & VTTM_STATE_BUSY)
		usleep(10 * 1000);
	EXPECT_EQ(VTTM_STATE_POPULATED, state_of(&buf));
	reclaim();
	EXPECT_EQ(VTTM_STATE_BACKED_UP, state_of(&buf));
	EXPECT_EQ(0, vt_verify(&buf));
	EXPECT_EQ(0, vt_verify(&idle));
	vt_buf_fini(&idle);
	vt_buf_fini(&buf);
}

/* An explicit request waits. */
TEST_F_TIMEOUT(busy, is_waited_for, 60)
{
	struct vt_buf buf;

	make_buf(_metadata, &buf, self->fd, variant->flags);
	ASSERT_EQ(0, vt_busy(self->fd, buf.handle, 1000));
	EXPECT_TRUE(state_of(&buf) & VTTM_STATE_BUSY);
	EXPECT_EQ(16, vt_shrink(self->fd, buf.handle, 0, 0));
	EXPECT_EQ(VTTM_STATE_BACKED_UP, state_of(&buf));
	EXPECT_EQ(0, vt_verify(&buf));
	vt_buf_fini(&buf);
}

TEST_F_TIMEOUT(busy, is_waited_for_by_ttm, 60)
{
	struct vt_buf buf;

	make_buf(_metadata, &buf, self->fd, variant->flags | VTTM_CREATE_SWAPOUT);
	ASSERT_EQ(0, vt_restore(self->fd, buf.handle));
	ASSERT_EQ(0, vt_busy(self->fd, buf.handle, 1000));
	EXPECT_TRUE(state_of(&buf) & VTTM_STATE_BUSY);
	EXPECT_EQ(16, vt_shrink(self->fd, 0, VTTM_SHRINK_SWAPOUT, 1));
	EXPECT_EQ(VTTM_STATE_SWAPPED_OUT, state_of(&buf) & ~VTTM_STATE_BACKED_UP);
	EXPECT_EQ(0, vt_verify(&buf));
	vt_buf_fini(&buf);
}

static long long nr_buffers(void)
{
	return vt_read_number("/sys/kernel/debug/ttm/buffer_objects");
}

/* The pages stay until the device has finished with them. */
TEST_F_TIMEOUT(busy, outlives_its_handle, 60)
{
	long long before = nr_buffers();
	struct vt_buf buf;

	if (before < 0)
		SKIP(return, "no debugfs");
	make_buf(_metadata, &buf, self->fd, variant->flags);
	ASSERT_EQ(0, vt_busy(self->fd, buf.handle, 2000));
	vt_buf_fini(&buf);
	EXPECT_EQ(before + 1, nr_buffers());
	EXPECT_TRUE(vt_eventually(nr_buffers() == before));
}

TEST_HARNESS_MAIN
