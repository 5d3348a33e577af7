// SPDX-License-Identifier: GPL-2.0
/*
 * Every byte comes back from the backup, whatever the buffer's size and
 * caching mode, whether its pages were copied or inserted, written out or
 * not, and whether the switch was flipped in between.
 */
#include "vttm_test.h"

#include "kselftest_harness.h"

static const uint64_t sizes_in_pages[] = {
	1, 2, 3, 5, 7, 16, 31, 511, 512, 513, 1023, 1025, 2047, 4096,
};

FIXTURE(content)
{
	int fd;
};

FIXTURE_VARIANT(content)
{
	uint32_t caching;
	uint32_t flags;
	bool backup_zero_copy;
	bool restore_zero_copy;
};

#define CONTENT_VARIANT(_caching, _name, _flags, _backup, _restore)	\
FIXTURE_VARIANT_ADD(content, _caching##_##_name)			\
{									\
	.caching = VTTM_CACHING_##_caching,				\
	.flags = _flags,						\
	.backup_zero_copy = _backup,					\
	.restore_zero_copy = _restore,					\
}

#define CONTENT_VARIANTS(_caching)					\
CONTENT_VARIANT(_caching, copied, 0, false, false);			\
CONTENT_VARIANT(_caching, inserted, 0, true, true);			\
CONTENT_VARIANT(_caching, copied_then_on, 0, false, true);		\
CONTENT_VARIANT(_caching, inserted_then_off, 0, true, false);		\
CONTENT_VARIANT(_caching, copied_writeback, VTTM_SHRINK_WRITEBACK,	\
		false, false);						\
CONTENT_VARIANT(_caching, inserted_writeback, VTTM_SHRINK_WRITEBACK,	\
		true, true)

CONTENT_VARIANTS(CACHED);
CONTENT_VARIANTS(WC);
CONTENT_VARIANTS(UNCACHED);

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
	if (vt_has_zero_copy())
		vt_set_zero_copy(true);
	close(self->fd);
}

static void set_zero_copy(struct __test_metadata *_metadata, bool on)
{
	if (vt_has_zero_copy()) {
		ASSERT_EQ(0, vt_set_zero_copy(on));
	}
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
	/* A kernel without zero copy need not tell. */
	if (vt_has_zero_copy() && writeback) {
		EXPECT_LT(0, info.swapped);
	}
	if (!writeback) {
		EXPECT_EQ(0, info.swapped);
	}
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

static void round_trip(struct __test_metadata *_metadata,
		       const FIXTURE_VARIANT(content) *variant,
		       struct vt_buf *buf)
{
	set_zero_copy(_metadata, variant->backup_zero_copy);
	ASSERT_EQ((int64_t)vt_pages(buf),
		  vt_shrink(buf->fd, buf->handle, variant->flags, 0));
	check_backed_up(_metadata, buf, variant->backup_zero_copy,
			variant->flags & VTTM_SHRINK_WRITEBACK);

	set_zero_copy(_metadata, variant->restore_zero_copy);
	ASSERT_EQ(0, vt_verify(buf))
		TH_LOG("%llu pages", (unsigned long long)vt_pages(buf));
	check_resident(_metadata, buf);
}

/* The second trip finds blocks in the shape that the first restore left. */
TEST_F_TIMEOUT(content, survives, 120)
{
	unsigned int i;

	for (i = 0; i < sizeof(sizes_in_pages) / sizeof(*sizes_in_pages); i++) {
		struct vt_buf buf;

		ASSERT_EQ(0, vt_buf_init(&buf, self->fd,
					 sizes_in_pages[i] * VT_PAGE,
					 variant->caching, i + 1));
		vt_fill(&buf, i + 1);
		round_trip(_metadata, variant, &buf);
		vt_fill(&buf, i + 100);
		round_trip(_metadata, variant, &buf);
		vt_buf_fini(&buf);
	}
}

/* Through the ioctl, and with many buffers away at once. */
TEST_F_TIMEOUT(content, restore_in_any_order, 120)
{
	enum { N = 8 };
	struct vt_buf buf[N];
	int i;

	set_zero_copy(_metadata, variant->backup_zero_copy);
	for (i = 0; i < N; i++) {
		ASSERT_EQ(0, vt_buf_init(&buf[i], self->fd,
					 (i * 37 + 1) * VT_PAGE,
					 variant->caching, i));
		vt_fill(&buf[i], i);
		ASSERT_LT(0, vt_shrink(self->fd, buf[i].handle,
				       variant->flags, 0));
	}

	set_zero_copy(_metadata, variant->restore_zero_copy);
	for (i = 0; i < N; i++) {
		struct vt_buf *b = &buf[(i * 3 + 5) % N];

		ASSERT_EQ(0, vt_restore(self->fd, b->handle));
		check_resident(_metadata, b);
		EXPECT_EQ(0, vt_verify(b));
	}
	for (i = 0; i < N; i++)
		vt_buf_fini(&buf[i]);
}

/* Never accessed before: the pages must not bring anything along. */
TEST_F(content, starts_as_zeroes)
{
	struct vt_buf buf;
	uint64_t i, sum = 0;

	/* Leaves pages with content in the allocator and in TTM's pools. */
	ASSERT_EQ(0, vt_buf_init(&buf, self->fd, 4 * VT_MIB,
				 variant->caching, 1));
	vt_fill(&buf, 1);
	vt_buf_fini(&buf);

	ASSERT_EQ(0, vt_buf_init(&buf, self->fd, 4 * VT_MIB,
				 variant->caching, 1));
	for (i = 0; i < buf.size / sizeof(*buf.map); i++)
		sum |= buf.map[i];
	EXPECT_EQ(0, sum);
	vt_buf_fini(&buf);
}

TEST_HARNESS_MAIN
