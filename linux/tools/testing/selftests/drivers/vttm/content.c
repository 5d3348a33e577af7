// SPDX-License-Identifier: GPL-2.0
/*
 * Every byte comes back from the backup: for all buffer sizes and caching
 * modes, whether the pages were copied or inserted, written out or not, and
 * whether the switch was flipped in between.
 */
#include "vttm_test.h"

#include "kselftest_harness.h"

/*
 * In pages. The small sizes are used with all caching modes, the large ones
 * only write-combined and uncached.
 */
static const uint64_t small_sizes[] = { 1, 2, 3, 7, 16, 31, 511, 513 };
static const uint64_t large_sizes[] = { 1025, 2047 };

FIXTURE(content)
{
	int fd;
};

FIXTURE_VARIANT(content)
{
	uint32_t flags;
	bool backup_zero_copy;
	bool restore_zero_copy;
};

FIXTURE_VARIANT_ADD(content, copied) { };

FIXTURE_VARIANT_ADD(content, copied_writeback)
{
	.flags = VTTM_SHRINK_WRITEBACK,
};

FIXTURE_VARIANT_ADD(content, copied_then_switched_on)
{
	.restore_zero_copy = true,
};

FIXTURE_VARIANT_ADD(content, inserted)
{
	.backup_zero_copy = true,
	.restore_zero_copy = true,
};

FIXTURE_VARIANT_ADD(content, inserted_writeback)
{
	.flags = VTTM_SHRINK_WRITEBACK,
	.backup_zero_copy = true,
	.restore_zero_copy = true,
};

FIXTURE_VARIANT_ADD(content, inserted_then_switched_off)
{
	.backup_zero_copy = true,
};

#define ALLOC_FAULTS	"fail_page_alloc"

static void inject_nothing(void)
{
	vt_inject(VT_TTM_FAULTS, "probability", "0");
	vt_inject(ALLOC_FAULTS, "probability", "0");
}

FIXTURE_SETUP(content)
{
	self->fd = vt_open();
	if (self->fd < 0)
		SKIP(return, "no vttm device");
	if (!vt_budget(1))
		SKIP(return, "no swap");
	if (!vt_has_zero_copy() &&
	    (variant->backup_zero_copy || variant->restore_zero_copy))
		SKIP(return, "this kernel only copies");
}

FIXTURE_TEARDOWN(content)
{
	inject_nothing();
	vt_set_zero_copy(true);
	close(self->fd);
}

static void check_backed_up(struct __test_metadata *_metadata,
			    const struct vt_buf *buf, bool zero_copy,
			    bool writeback)
{
	struct drm_vttm_info info;

	ASSERT_EQ(0, vt_info(buf->fd, buf->handle, &info));
	EXPECT_EQ(VTTM_STATE_BACKED_UP, info.state);
	EXPECT_EQ(0, info.resident);
	EXPECT_EQ(zero_copy ? vt_pages(buf) : 0, info.inserted);
	EXPECT_EQ(zero_copy ? 0 : vt_pages(buf), info.copied);
	EXPECT_EQ(writeback, !!info.swapped);
}

static void check_resident(struct __test_metadata *_metadata,
			   const struct vt_buf *buf)
{
	struct drm_vttm_info info;

	ASSERT_EQ(0, vt_info(buf->fd, buf->handle, &info));
	EXPECT_EQ(VTTM_STATE_POPULATED, info.state);
	EXPECT_EQ(vt_pages(buf), info.resident);
	EXPECT_EQ(0, info.inserted);
	EXPECT_EQ(0, info.copied);
	EXPECT_EQ(0, info.swapped);
}

static void there_and_back(struct __test_metadata *_metadata,
			   const FIXTURE_VARIANT(content) * variant,
			   struct vt_buf *buf)
{
	vt_set_zero_copy(variant->backup_zero_copy);
	ASSERT_EQ(vt_pages(buf), vt_shrink(buf->fd, buf->handle,
					   variant->flags, 0));
	check_backed_up(_metadata, buf, variant->backup_zero_copy,
			variant->flags & VTTM_SHRINK_WRITEBACK);

	vt_set_zero_copy(variant->restore_zero_copy);
	ASSERT_EQ(0, vt_verify(buf))
		TH_LOG("%llu pages", (unsigned long long)vt_pages(buf));
	check_resident(_metadata, buf);
}

/* Do it twice: the second time, the buffer has the blocks from the restore. */
static void check_size(struct __test_metadata *_metadata,
		       const FIXTURE_VARIANT(content) * variant, int fd,
		       uint64_t pages, uint32_t caching)
{
	struct vt_buf buf;

	ASSERT_EQ(0, vt_buf_init(&buf, fd, pages * VT_PAGE, caching, 0));
	vt_fill(&buf, pages);
	there_and_back(_metadata, variant, &buf);
	vt_fill(&buf, pages + 1);
	there_and_back(_metadata, variant, &buf);
	vt_buf_fini(&buf);
}

TEST_F_TIMEOUT(content, survives, 300)
{
	unsigned int i;

	for (i = 0; i < 3 * ARRAY_SIZE(small_sizes); i++)
		check_size(_metadata, variant, self->fd, small_sizes[i / 3],
			   i % 3);
	for (i = 0; i < ARRAY_SIZE(large_sizes); i++)
		check_size(_metadata, variant, self->fd, large_sizes[i], i + 1);
}

/* Restore by ioctl, with many buffers in the backup at the same time. */
TEST_F_TIMEOUT(content, restored_in_another_order, 300)
{
	enum { N = 8 };
	struct vt_buf buf[N];
	int i;

	vt_set_zero_copy(variant->backup_zero_copy);
	for (i = 0; i < N; i++) {
		ASSERT_EQ(0, vt_buf_init(&buf[i], self->fd,
					 (i * 37 + 1) * VT_PAGE, i % 3, i));
		vt_fill(&buf[i], i);
		ASSERT_LT(0, vt_shrink(self->fd, buf[i].handle,
				       variant->flags, 0));
	}

	vt_set_zero_copy(variant->restore_zero_copy);
	for (i = 0; i < N; i++) {
		struct vt_buf *b = &buf[(i * 3 + 5) % N];

		ASSERT_EQ(0, vt_restore(self->fd, b->handle));
		check_resident(_metadata, b);
		EXPECT_EQ(0, vt_verify(b));
	}
	for (i = 0; i < N; i++)
		vt_buf_fini(&buf[i]);
}

/*
 * Get blocks of all orders into the buffers and into TTM's pools: allocations
 * above order 0 fail half of the time. TTM's own fault injection backs up only
 * the first half of a buffer, fails in the middle of a block, and interrupts
 * restores.
 */
TEST_F_TIMEOUT(content, survives_injected_faults, 300)
{
	struct drm_vttm_info info;
	unsigned int trip, partial = 0;
	struct vt_buf buf;

	if (vt_inject(VT_TTM_FAULTS, "times", "-1") ||
	    vt_inject(ALLOC_FAULTS, "times", "-1"))
		SKIP(return, "no fault injection");
	ASSERT_EQ(0, vt_inject(VT_TTM_FAULTS, "verbose", "0"));
	ASSERT_EQ(0, vt_inject(ALLOC_FAULTS, "verbose", "0"));
	ASSERT_EQ(0, vt_inject(ALLOC_FAULTS, "min-order", "1"));

	vt_set_zero_copy(variant->backup_zero_copy);
	for (trip = 0; trip < 4; trip++) {
		/*
		 * Half of the buffer is more than the largest block, so some of
		 * it is backed up.
		 */
		ASSERT_EQ(0, vt_inject(ALLOC_FAULTS, "probability", "50"));
		ASSERT_EQ(0, vt_buf_init(&buf, self->fd, 2049 * VT_PAGE,
					 trip % 3, trip));
		vt_fill(&buf, trip);
		ASSERT_EQ(0, vt_inject(VT_TTM_FAULTS, "probability",
				       trip % 2 ? "30" : "100"));
		EXPECT_LT(0, vt_shrink(self->fd, buf.handle, variant->flags,
				       0));
		ASSERT_EQ(0, vt_info(self->fd, buf.handle, &info));
		EXPECT_EQ(vt_pages(&buf),
			  info.resident + info.inserted + info.copied);
		partial += !!info.resident;

		ASSERT_EQ(0, vt_inject(VT_TTM_FAULTS, "probability", "30"));
		/* Otherwise restore by page faults. */
		if (trip % 2)
			EXPECT_EQ(0, vt_restore(self->fd, buf.handle));
		ASSERT_EQ(0, vt_verify(&buf))
			TH_LOG("trip %u", trip);
		inject_nothing();
		check_resident(_metadata, &buf);
		vt_buf_fini(&buf);
	}
	EXPECT_LT(0, partial);
}

/* Pages that are accessed for the first time must not contain old content. */
TEST_F(content, starts_as_zeroes)
{
	uint64_t i, sum = 0;
	struct vt_buf buf;
	int caching;

	for (caching = 0; caching < 3; caching++) {
		/* Leave content in the page allocator and in TTM's pools. */
		ASSERT_EQ(0, vt_buf_init(&buf, self->fd, 4 * VT_MIB, caching,
					 1));
		vt_fill(&buf, 1);
		vt_buf_fini(&buf);

		ASSERT_EQ(0, vt_buf_init(&buf, self->fd, 4 * VT_MIB, caching,
					 1));
		for (i = 0; i < buf.size / sizeof(*buf.map); i++)
			sum |= buf.map[i];
		EXPECT_EQ(0, sum);
		vt_buf_fini(&buf);
	}
}

TEST_HARNESS_MAIN
