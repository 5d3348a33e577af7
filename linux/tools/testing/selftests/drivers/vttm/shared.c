// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers of one client that share one reservation and one place in the order
 * of use. They are swapped out or backed up, restored and freed in all orders.
 * The kernel reports lists that are corrupted.
 */
#include "vttm_test.h"

#include "kselftest_harness.h"

enum { N = 3 };

static const int orders[][N] = {
	{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
	{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
};

FIXTURE(shared)
{
	int fd;
	struct vt_buf buf[N];
};

FIXTURE_VARIANT(shared)
{
	uint32_t flags;
	bool zero_copy;
};

FIXTURE_VARIANT_ADD(shared, swapped_out_copied)
{
	.flags = VTTM_CREATE_SWAPOUT,
};

FIXTURE_VARIANT_ADD(shared, swapped_out_handed_over)
{
	.flags = VTTM_CREATE_SWAPOUT,
	.zero_copy = true,
};

FIXTURE_VARIANT_ADD(shared, backed_up_copied) { };

FIXTURE_VARIANT_ADD(shared, backed_up_inserted)
{
	.zero_copy = true,
};

static void make_buf(struct __test_metadata *_metadata, struct vt_buf *buf,
		     int fd, uint32_t flags, int i)
{
	ASSERT_EQ(0, vt_buf_init_flags(buf, fd, (5 + i) * VT_PAGE, i % 3,
				       flags | VTTM_CREATE_SHARED, i));
	vt_fill(buf, i);
}

FIXTURE_SETUP(shared)
{
	int i;

	self->fd = vt_open();
	if (self->fd < 0)
		SKIP(return, "no vttm device");
	if (!vt_budget(1))
		SKIP(return, "no swap");
	if (!vt_has_zero_copy() && variant->zero_copy)
		SKIP(return, "this kernel only copies");
	vt_set_zero_copy(variant->zero_copy);
	for (i = 0; i < N; i++)
		make_buf(_metadata, &self->buf[i], self->fd, variant->flags, i);
}

FIXTURE_TEARDOWN(shared)
{
	int i;

	vt_set_zero_copy(true);
	for (i = 0; i < N; i++)
		vt_buf_fini(&self->buf[i]);
	close(self->fd);
}

static bool is_away(const struct vt_buf *buf)
{
	return vt_state(buf->fd, buf->handle) &
	       (VTTM_STATE_SWAPPED_OUT | VTTM_STATE_BACKED_UP);
}

/* TTM swaps out the oldest buffers, and these must be the expected ones. */
static void put_away(struct __test_metadata *_metadata, uint32_t flags,
		     const struct vt_buf *buf)
{
	int64_t ret;

	if (flags & VTTM_CREATE_SWAPOUT)
		ret = vt_shrink(buf->fd, 0, VTTM_SHRINK_SWAPOUT, 1);
	else
		ret = vt_shrink(buf->fd, buf->handle, 0, 0);
	EXPECT_EQ(vt_pages(buf), ret);
	EXPECT_TRUE(is_away(buf));
}

static void put_all_away(struct __test_metadata *_metadata, uint32_t flags,
			 struct vt_buf *buf, const int *order)
{
	int i;

	for (i = 0; i < N; i++)
		put_away(_metadata, flags, &buf[order[i]]);
}

static void restore_all(struct __test_metadata *_metadata, struct vt_buf *buf,
			const int *order)
{
	int i;

	for (i = 0; i < N; i++) {
		EXPECT_EQ(0, vt_restore(buf->fd, buf[order[i]].handle));
		EXPECT_FALSE(is_away(&buf[order[i]]));
		EXPECT_EQ(0, vt_verify(&buf[order[i]]));
	}
}

/* Restore the buffers in this order, which then is their order of use. */
static void bring_back(struct __test_metadata *_metadata, uint32_t flags,
		       struct vt_buf *buf, const int *order)
{
	vt_shrink(buf->fd, 0, flags & VTTM_CREATE_SWAPOUT ?
		  VTTM_SHRINK_SWAPOUT : 0, ~0ULL);
	restore_all(_metadata, buf, order);
}

/* The earlier a buffer was restored, the older it is. */
TEST_F_TIMEOUT(shared, all_orders, 120)
{
	static const int first[N] = { 0, 1, 2 };
	unsigned int back, again;

	put_all_away(_metadata, variant->flags, self->buf, first);
	for (back = 0; back < ARRAY_SIZE(orders); back++) {
		for (again = 0; again < ARRAY_SIZE(orders); again++) {
			restore_all(_metadata, self->buf, orders[back]);
			put_all_away(_metadata, variant->flags, self->buf,
				     orders[back]);
			restore_all(_metadata, self->buf, orders[again]);
			put_all_away(_metadata, variant->flags, self->buf,
				     orders[again]);
		}
	}
	restore_all(_metadata, self->buf, first);
}

/* Swap out one buffer, use the others, and restore it. */
TEST_F_TIMEOUT(shared, one_away, 120)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		const int *order = orders[i];
		struct vt_buf *buf = self->buf;

		bring_back(_metadata, variant->flags, buf, order);
		put_away(_metadata, variant->flags, &buf[order[0]]);
		EXPECT_EQ(0, vt_restore(self->fd, buf[order[2]].handle));
		EXPECT_EQ(0, vt_restore(self->fd, buf[order[1]].handle));
		EXPECT_TRUE(is_away(&buf[order[0]]));
		EXPECT_EQ(0, vt_verify(&buf[order[0]]));
		restore_all(_metadata, buf, (int[]) { 0, 1, 2 });
	}
}

/* Free a buffer while it or the others are swapped out. */
TEST_F_TIMEOUT(shared, freed, 120)
{
	unsigned int i, away;

	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		for (away = 0; away <= N; away++) {
			const int *order = orders[i];
			struct vt_buf *buf = self->buf;
			unsigned int j;

			bring_back(_metadata, variant->flags, buf, order);
			for (j = 0; j < away; j++)
				put_away(_metadata, variant->flags, &buf[order[j]]);
			vt_buf_fini(&buf[order[1]]);
			EXPECT_EQ(0, vt_restore(self->fd, buf[order[2]].handle));
			EXPECT_EQ(0, vt_verify(&buf[order[0]]));
			EXPECT_EQ(0, vt_verify(&buf[order[2]]));
			make_buf(_metadata, &buf[order[1]], self->fd,
				 variant->flags, order[1]);
			restore_all(_metadata, buf, (int[]) { 0, 1, 2 });
		}
	}
}

/* After one is used, all of them are younger than the buffer of another client. */
TEST_F(shared, used_together)
{
	int other = vt_open(), i;
	struct vt_buf theirs;

	ASSERT_LE(0, other);
	for (i = 0; i < N; i++)
		ASSERT_EQ(0, vt_restore(self->fd, self->buf[i].handle));
	ASSERT_EQ(0, vt_buf_init_flags(&theirs, other, 9 * VT_PAGE, 0,
				       variant->flags, 9));
	vt_fill(&theirs, 9);
	ASSERT_EQ(0, vt_restore(other, theirs.handle));
	ASSERT_EQ(0, vt_restore(self->fd, self->buf[1].handle));

	EXPECT_EQ(9, vt_shrink(other, 0, variant->flags & VTTM_CREATE_SWAPOUT ?
			       VTTM_SHRINK_SWAPOUT : 0, 1));
	EXPECT_TRUE(is_away(&theirs));
	EXPECT_EQ(0, vt_verify(&theirs));
	vt_buf_fini(&theirs);
	close(other);
}

/* A mapping outlives its client. */
TEST_F(shared, mapping_outlives_the_client)
{
	int other = vt_open();
	struct vt_buf buf;

	ASSERT_LE(0, other);
	make_buf(_metadata, &buf, other, variant->flags, 2);
	vt_close(other, buf.handle);
	close(other);
	vt_shrink(self->fd, 0, 0, ~0ULL);
	vt_shrink(self->fd, 0, VTTM_SHRINK_SWAPOUT, ~0ULL);
	EXPECT_EQ(0, vt_verify(&buf));
	munmap(buf.map, buf.size);
}

TEST_HARNESS_MAIN
