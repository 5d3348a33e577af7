// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of what include/uapi/drm/vttm_drm.h documents, in particular bad input.
 */
#include "vttm_test.h"

#include <linux/capability.h>
#include <stddef.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"

/* No handle table of a test has this handle. */
#define NO_HANDLE	0x7fffffff

FIXTURE(uapi)
{
	int fd;
	struct vt_buf buf;
};

FIXTURE_SETUP(uapi)
{
	self->fd = vt_open();
	if (self->fd < 0)
		SKIP(return, "no vttm device");
	ASSERT_EQ(0, vt_buf_init(&self->buf, self->fd, 8 * VT_PAGE,
				 VTTM_CACHING_CACHED, 1));
}

FIXTURE_TEARDOWN(uapi)
{
	vt_buf_fini(&self->buf);
	close(self->fd);
}

static uint32_t state_of(const struct vt_buf *buf)
{
	return vt_state(buf->fd, buf->handle);
}

TEST_F(uapi, version)
{
	int major, minor;
	char name[16];

	ASSERT_EQ(0, vt_version(self->fd, name, sizeof(name), &major, &minor));
	EXPECT_STREQ("vttm", name);
	EXPECT_EQ(1, major);
	EXPECT_EQ(2, minor);
}

TEST_F(uapi, create_refuses)
{
	static const struct {
		struct drm_vttm_create args;
		int ret;
	} bad[] = {
		{ { .size = 0 }, -EINVAL },
		{ { .size = 1 }, -EINVAL },
		{ { .size = VT_PAGE - 1 }, -EINVAL },
		{ { .size = VT_PAGE + 1 }, -EINVAL },
		{ { .size = ~0ULL }, -EINVAL },
		{ { .size = 1ULL << 40 }, -E2BIG },
		{ { .size = 1ULL << 63 }, -E2BIG },
		{ { .size = ~0ULL & ~(VT_PAGE - 1) }, -E2BIG },
		{ { .size = VT_PAGE, .caching = 3 }, -EINVAL },
		{ { .size = VT_PAGE, .caching = ~0U }, -EINVAL },
		{ { .size = VT_PAGE, .flags = 8 }, -EINVAL },
		{ { .size = VT_PAGE, .flags = ~0U }, -EINVAL },
		{ { .size = VT_PAGE, .flags = 1U << 31 }, -EINVAL },
		{ { .size = VT_PAGE, .pad = 1 }, -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct drm_vttm_create args = bad[i].args;

		EXPECT_EQ(bad[i].ret,
			  vt_ioctl(self->fd, DRM_IOCTL_VTTM_CREATE, &args))
			TH_LOG("case %u", i);
		EXPECT_EQ(0, args.handle);
	}
}

TEST_F(uapi, vram_has_a_size)
{
	uint64_t vram = vt_read_number(VT_PARAMETERS "vram_mib") * VT_MIB;
	uint32_t handle;

	EXPECT_EQ(vram ? -E2BIG : -EINVAL,
		  vt_create_flags(self->fd, vram + VT_PAGE, 0, VTTM_CREATE_VRAM,
				  &handle));
	if (!vram)
		return;
	ASSERT_EQ(0, vt_create_flags(self->fd, vram, 0, VTTM_CREATE_VRAM,
				     &handle));
	EXPECT_EQ(VTTM_STATE_VRAM, vt_state(self->fd, handle));
	EXPECT_EQ(-EBUSY, vt_shrink(self->fd, handle, 0, 0));
	EXPECT_EQ(0, vt_close(self->fd, handle));
}

TEST_F(uapi, the_gtt_has_a_size)
{
	uint64_t gtt = vt_read_number(VT_PARAMETERS "gtt_mib") * VT_MIB;
	uint32_t handle;

	if (!gtt)
		gtt = vt_read_number(VT_PAGES_LIMIT) * VT_PAGE;
	EXPECT_EQ(-E2BIG, vt_create_flags(self->fd, gtt + VT_PAGE, 0,
					  VTTM_CREATE_SWAPOUT, &handle));
	ASSERT_EQ(0, vt_create_flags(self->fd, gtt, 0, VTTM_CREATE_SWAPOUT,
				     &handle));
	EXPECT_EQ(0, vt_close(self->fd, handle));
}

/* The shrinker neither shrinks nor purges buffers that TTM swaps out. */
TEST_F(uapi, swapout_is_for_ttm)
{
	uint32_t handle, retained = 7;

	ASSERT_EQ(0, vt_create_flags(self->fd, VT_PAGE, 0, VTTM_CREATE_SWAPOUT,
				     &handle));
	ASSERT_EQ(0, vt_restore(self->fd, handle));
	EXPECT_EQ(VTTM_STATE_POPULATED | VTTM_STATE_GTT,
		  vt_state(self->fd, handle));
	EXPECT_EQ(-EINVAL, vt_shrink(self->fd, handle, 0, 0));
	EXPECT_EQ(-EINVAL, vt_shrink(self->fd, handle, VTTM_SHRINK_WRITEBACK,
				     0));
	EXPECT_EQ(0, vt_shrink(self->fd, 0, 0, ~0ULL));
	EXPECT_EQ(-EINVAL, vt_madvise(self->fd, handle, VTTM_MADV_DONTNEED,
				      &retained));
	EXPECT_EQ(0, vt_madvise(self->fd, handle, VTTM_MADV_WILLNEED,
				&retained));
	EXPECT_EQ(1, retained);
	EXPECT_EQ(VTTM_STATE_POPULATED | VTTM_STATE_GTT,
		  vt_state(self->fd, handle));
	EXPECT_EQ(0, vt_close(self->fd, handle));
}

TEST_F(uapi, shared_is_not_exported)
{
	struct drm_prime_handle prime = { };

	ASSERT_EQ(0, vt_create_flags(self->fd, VT_PAGE, 0, VTTM_CREATE_SHARED,
				     &prime.handle));
	EXPECT_EQ(-EPERM, vt_ioctl(self->fd, DRM_IOCTL_PRIME_HANDLE_TO_FD,
				   &prime));
	EXPECT_EQ(0, vt_close(self->fd, prime.handle));
}

TEST_F(uapi, busy_has_its_limits)
{
	EXPECT_EQ(-EINVAL, vt_busy(self->fd, self->buf.handle, 0));
	EXPECT_EQ(-EINVAL, vt_busy(self->fd, self->buf.handle,
				   VTTM_BUSY_MAX_MS + 1));
	EXPECT_EQ(-EINVAL, vt_busy(self->fd, self->buf.handle, ~0U));
	EXPECT_EQ(0, state_of(&self->buf));
	EXPECT_EQ(0, vt_busy(self->fd, self->buf.handle, 1));
	EXPECT_TRUE(vt_eventually(!state_of(&self->buf)));
}

TEST_F(uapi, create_up_to_the_limit)
{
	uint64_t limit = vt_read_number("/sys/module/ttm/parameters/pages_limit");
	uint32_t handle;

	ASSERT_EQ(0, vt_create(self->fd, limit * VT_PAGE, 0, &handle));
	EXPECT_NE(0, handle);
	EXPECT_EQ(0, vt_close(self->fd, handle));
	EXPECT_EQ(-E2BIG, vt_create(self->fd, (limit + 1) * VT_PAGE, 0,
				    &handle));
}

/* Call all ioctls that take a handle with @handle. */
static void expect_all(struct __test_metadata *_metadata, int fd,
		       uint32_t handle, int expected)
{
	struct drm_vttm_info info;
	uint32_t retained;
	uint64_t offset;

	EXPECT_EQ(expected, vt_offset(fd, handle, &offset));
	EXPECT_EQ(expected, vt_info(fd, handle, &info));
	EXPECT_EQ(expected, vt_madvise(fd, handle, VTTM_MADV_DONTNEED,
				       &retained));
	EXPECT_EQ(expected, vt_restore(fd, handle));
	EXPECT_EQ(expected, vt_shrink(fd, handle, 0, 0));
	EXPECT_EQ(expected, vt_busy(fd, handle, 1));
}

TEST_F(uapi, handle_unknown)
{
	expect_all(_metadata, self->fd, NO_HANDLE, -ENOENT);
}

TEST_F(uapi, handle_closed)
{
	uint32_t handle;

	ASSERT_EQ(0, vt_create(self->fd, VT_PAGE, 0, &handle));
	ASSERT_EQ(0, vt_close(self->fd, handle));
	expect_all(_metadata, self->fd, handle, -ENOENT);
	EXPECT_EQ(-EINVAL, vt_close(self->fd, handle));
}

TEST_F(uapi, handle_of_another_client)
{
	int other = vt_open();
	uint64_t offset;

	ASSERT_LE(0, other);
	expect_all(_metadata, other, self->buf.handle, -ENOENT);
	EXPECT_EQ(0, state_of(&self->buf));

	ASSERT_EQ(0, vt_offset(self->fd, self->buf.handle, &offset));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, VT_PAGE, PROT_READ, MAP_SHARED,
				   other, offset));
	EXPECT_EQ(EACCES, errno);
	close(other);
}

TEST_F(uapi, handle_zero_is_no_buffer)
{
	struct drm_vttm_info info;
	uint32_t retained;
	uint64_t offset;

	EXPECT_EQ(-ENOENT, vt_offset(self->fd, 0, &offset));
	EXPECT_EQ(-ENOENT, vt_info(self->fd, 0, &info));
	EXPECT_EQ(-ENOENT, vt_madvise(self->fd, 0, 0, &retained));
	EXPECT_EQ(-ENOENT, vt_restore(self->fd, 0));
}

TEST_F(uapi, reserved_fields)
{
	uint32_t handle = self->buf.handle;
	struct drm_vttm_mmap mmap_args = { .handle = handle, .pad = 1 };
	struct drm_vttm_info info = { .handle = handle, .pad = 1 };
	struct drm_vttm_madvise madvise = { .handle = handle, .pad = 1 };
	struct drm_vttm_restore restore = { .handle = handle, .pad = 1 };

	EXPECT_EQ(-EINVAL, vt_ioctl(self->fd, DRM_IOCTL_VTTM_MMAP, &mmap_args));
	EXPECT_EQ(-EINVAL, vt_ioctl(self->fd, DRM_IOCTL_VTTM_INFO, &info));
	EXPECT_EQ(-EINVAL, vt_ioctl(self->fd, DRM_IOCTL_VTTM_MADVISE,
				    &madvise));
	EXPECT_EQ(-EINVAL, vt_ioctl(self->fd, DRM_IOCTL_VTTM_RESTORE,
				    &restore));
}

TEST_F(uapi, unknown_bits)
{
	uint32_t retained;
	int bit;

	EXPECT_EQ(-EINVAL, vt_madvise(self->fd, self->buf.handle, 2,
				      &retained));
	for (bit = 2; bit < 32; bit++) {
		EXPECT_EQ(-EINVAL, vt_shrink(self->fd, self->buf.handle,
					     1U << bit, 0));
		EXPECT_EQ(-EINVAL, vt_shrink(self->fd, 0, 1U << bit, 1));
	}
	/* This flag is not allowed with a single buffer, or with another flag. */
	EXPECT_EQ(-EINVAL, vt_shrink(self->fd, self->buf.handle,
				     VTTM_SHRINK_SWAPOUT, 0));
	EXPECT_EQ(-EINVAL, vt_shrink(self->fd, 0, VTTM_SHRINK_SWAPOUT |
				     VTTM_SHRINK_WRITEBACK, 1));
	EXPECT_EQ(-EINVAL, vt_shrink(self->fd, 0, VTTM_SHRINK_SWAPOUT, 0));
	EXPECT_EQ(-EINVAL, vt_shrink(self->fd, self->buf.handle, 0, 1));
	EXPECT_EQ(-EINVAL, vt_shrink(self->fd, 0, 0, 0));
	/* One past the last ioctl. */
	EXPECT_EQ(-EINVAL, vt_ioctl(self->fd, DRM_IO(DRM_COMMAND_BASE +
						     DRM_VTTM_BUSY + 1), NULL));
}

TEST_F(uapi, bad_pointer)
{
	EXPECT_EQ(-EFAULT, vt_ioctl(self->fd, DRM_IOCTL_VTTM_INFO, NULL));
	EXPECT_EQ(-EFAULT, vt_ioctl(self->fd, DRM_IOCTL_VTTM_CREATE,
				    (void *)1));
}

TEST_F(uapi, mmap_refuses)
{
	uint64_t offset, size = self->buf.size;

	ASSERT_EQ(0, vt_offset(self->fd, self->buf.handle, &offset));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, size + VT_PAGE, PROT_READ, MAP_SHARED,
				   self->fd, offset));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, VT_PAGE, PROT_READ, MAP_SHARED,
				   self->fd, offset + VT_PAGE));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, VT_PAGE, PROT_READ, MAP_SHARED,
				   self->fd, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, size, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE, self->fd, offset));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mremap(self->buf.map, size, size + VT_PAGE,
				     MREMAP_MAYMOVE));
	EXPECT_EQ(EFAULT, errno);
}

/* A mapping outlives the handle, and its content can still be restored. */
TEST_F(uapi, mapping_keeps_a_closed_buffer)
{
	struct vt_buf buf;

	ASSERT_EQ(0, vt_buf_init(&buf, self->fd, 3 * VT_PAGE, 0, 7));
	vt_fill(&buf, 7);
	ASSERT_EQ(3, vt_shrink(self->fd, buf.handle, 0, 0));
	ASSERT_EQ(0, vt_close(self->fd, buf.handle));
	EXPECT_EQ(0, vt_verify(&buf));
	munmap(buf.map, buf.size);
}

TEST_F(uapi, shrink_needs_pages)
{
	struct vt_buf *buf = &self->buf;

	EXPECT_EQ(0, state_of(buf));
	EXPECT_EQ(-EBUSY, vt_shrink(self->fd, buf->handle, 0, 0));
	vt_fill(buf, 1);
	EXPECT_EQ(VTTM_STATE_POPULATED, state_of(buf));
	EXPECT_EQ(8, vt_shrink(self->fd, buf->handle, 0, 0));
	EXPECT_EQ(VTTM_STATE_BACKED_UP, state_of(buf));
	EXPECT_EQ(-EBUSY, vt_shrink(self->fd, buf->handle, 0, 0));
	EXPECT_EQ(0, vt_verify(buf));
	EXPECT_EQ(VTTM_STATE_POPULATED, state_of(buf));
}

TEST_F(uapi, restore_populates)
{
	struct drm_vttm_info info;

	ASSERT_EQ(0, vt_restore(self->fd, self->buf.handle));
	ASSERT_EQ(0, vt_restore(self->fd, self->buf.handle));
	ASSERT_EQ(0, vt_info(self->fd, self->buf.handle, &info));
	EXPECT_EQ(VTTM_STATE_POPULATED, info.state);
	EXPECT_EQ(self->buf.size, info.size);
	EXPECT_EQ(VTTM_CACHING_CACHED, info.caching);
	EXPECT_EQ(8, info.resident);
	EXPECT_EQ(0, *self->buf.map);
}

static uint64_t pages_in_blocks(const struct drm_vttm_info *info)
{
	uint64_t pages = 0;
	unsigned int order;

	for (order = 0; order < VTTM_INFO_ORDERS; order++) {
		/* An incomplete block must not be counted. */
		if (info->by_order[order] % (1ULL << order))
			return ~0ULL;
		pages += info->by_order[order];
	}
	return pages;
}

TEST_F(uapi, info_tells_block_sizes)
{
	struct drm_vttm_info info;

	ASSERT_EQ(0, vt_info(self->fd, self->buf.handle, &info));
	EXPECT_EQ(0, pages_in_blocks(&info));
	vt_fill(&self->buf, 1);
	ASSERT_EQ(0, vt_info(self->fd, self->buf.handle, &info));
	EXPECT_EQ(8, pages_in_blocks(&info));

	ASSERT_EQ(8, vt_shrink(self->fd, self->buf.handle, 0, 0));
	/* Old values in the structure must be overwritten, not added to. */
	memset(&info, 0xff, sizeof(info));
	info.handle = self->buf.handle;
	info.pad = 0;
	ASSERT_EQ(0, vt_ioctl(self->fd, DRM_IOCTL_VTTM_INFO, &info));
	EXPECT_EQ(0, pages_in_blocks(&info));
	ASSERT_EQ(0, vt_restore(self->fd, self->buf.handle));
	ASSERT_EQ(0, vt_info(self->fd, self->buf.handle, &info));
	EXPECT_EQ(8, pages_in_blocks(&info));
}

/* Programs that were built for version 1.0 pass a shorter structure. */
TEST_F(uapi, info_of_version_1_0)
{
	struct drm_vttm_info info;
	const size_t size = offsetof(struct drm_vttm_info, by_order);

	vt_fill(&self->buf, 1);
	memset(&info, 0xff, sizeof(info));
	info.handle = self->buf.handle;
	info.pad = 0;
	ASSERT_EQ(0, vt_ioctl(self->fd, _IOC(_IOC_READ | _IOC_WRITE, DRM_IOCTL_BASE,
					     DRM_COMMAND_BASE + DRM_VTTM_INFO, size),
			      &info));
	EXPECT_EQ(8, info.resident);
	EXPECT_EQ(0, info.swapped);
	EXPECT_EQ(~0ULL, info.by_order[0]);
}

TEST_F(uapi, dontneed_is_purged)
{
	struct vt_buf *buf = &self->buf;
	struct drm_vttm_info info;
	uint32_t retained;

	vt_fill(buf, 1);
	ASSERT_EQ(0, vt_madvise(self->fd, buf->handle, VTTM_MADV_DONTNEED,
				&retained));
	EXPECT_EQ(1, retained);
	EXPECT_EQ(VTTM_STATE_POPULATED | VTTM_STATE_DONTNEED, state_of(buf));
	EXPECT_EQ(0, vt_verify(buf));

	ASSERT_EQ(8, vt_shrink(self->fd, buf->handle, 0, 0));
	ASSERT_EQ(0, vt_info(self->fd, buf->handle, &info));
	EXPECT_EQ(VTTM_STATE_DONTNEED | VTTM_STATE_PURGED, info.state);
	EXPECT_EQ(0, info.resident + info.inserted + info.copied);

	EXPECT_EQ(-EBUSY, vt_shrink(self->fd, buf->handle, 0, 0));
	EXPECT_EQ(-EFAULT, vt_restore(self->fd, buf->handle));
	EXPECT_TRUE(vt_raises_sigbus(buf->map));
	ASSERT_EQ(0, vt_madvise(self->fd, buf->handle, VTTM_MADV_WILLNEED,
				&retained));
	EXPECT_EQ(0, retained);
	EXPECT_TRUE(vt_raises_sigbus(buf->map));
	EXPECT_EQ(-EFAULT, vt_restore(self->fd, buf->handle));
}

TEST_F(uapi, willneed_in_time)
{
	struct vt_buf *buf = &self->buf;
	uint32_t retained;

	vt_fill(buf, 1);
	ASSERT_EQ(0, vt_madvise(self->fd, buf->handle, VTTM_MADV_DONTNEED,
				&retained));
	ASSERT_EQ(0, vt_madvise(self->fd, buf->handle, VTTM_MADV_WILLNEED,
				&retained));
	EXPECT_EQ(1, retained);
	EXPECT_EQ(8, vt_shrink(self->fd, buf->handle, 0, 0));
	EXPECT_EQ(0, vt_verify(buf));
}

TEST_F(uapi, dontneed_in_the_backup_stays)
{
	struct vt_buf *buf = &self->buf;
	uint32_t retained;

	vt_fill(buf, 1);
	ASSERT_EQ(8, vt_shrink(self->fd, buf->handle, 0, 0));
	ASSERT_EQ(0, vt_madvise(self->fd, buf->handle, VTTM_MADV_DONTNEED,
				&retained));
	EXPECT_EQ(1, retained);
	EXPECT_EQ(-EBUSY, vt_shrink(self->fd, buf->handle, 0, 0));
	EXPECT_EQ(0, vt_verify(buf));
	/* The buffer is still of the same kind. */
	EXPECT_EQ(8, vt_shrink(self->fd, buf->handle, 0, 0));
	EXPECT_TRUE(vt_raises_sigbus(buf->map));
}

TEST_F(uapi, global_shrink_takes_the_oldest)
{
	int other = vt_open();
	struct vt_buf young;

	ASSERT_LE(0, other);
	ASSERT_EQ(0, vt_buf_init(&young, other, 8 * VT_PAGE, 0, 2));
	vt_fill(&young, 2);
	vt_fill(&self->buf, 1);
	/* This is a use, although nothing has to be restored. */
	ASSERT_EQ(0, vt_restore(other, young.handle));

	EXPECT_EQ(8, vt_shrink(self->fd, 0, 0, 1));
	EXPECT_EQ(VTTM_STATE_BACKED_UP, state_of(&self->buf));
	EXPECT_EQ(VTTM_STATE_POPULATED, state_of(&young));
	EXPECT_EQ(8, vt_shrink(self->fd, 0, VTTM_SHRINK_WRITEBACK, ~0ULL));
	EXPECT_EQ(VTTM_STATE_BACKED_UP, state_of(&young));
	EXPECT_EQ(0, vt_shrink(self->fd, 0, 0, 1));

	EXPECT_EQ(0, vt_verify(&self->buf));
	EXPECT_EQ(0, vt_verify(&young));
	vt_buf_fini(&young);
	close(other);
}

TEST_F(uapi, global_shrink_purges_first)
{
	struct vt_buf unneeded;
	uint32_t retained;

	vt_fill(&self->buf, 1);
	ASSERT_EQ(0, vt_buf_init(&unneeded, self->fd, 4 * VT_PAGE, 0, 2));
	vt_fill(&unneeded, 2);
	ASSERT_EQ(0, vt_madvise(self->fd, unneeded.handle, VTTM_MADV_DONTNEED,
				&retained));

	EXPECT_EQ(4, vt_shrink(self->fd, 0, 0, 1));
	EXPECT_EQ(VTTM_STATE_DONTNEED | VTTM_STATE_PURGED, state_of(&unneeded));
	EXPECT_EQ(VTTM_STATE_POPULATED, state_of(&self->buf));
	vt_buf_fini(&unneeded);
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { };

	return syscall(SYS_capset, &header, data);
}

TEST_F(uapi, global_shrink_is_privileged)
{
	vt_fill(&self->buf, 1);
	ASSERT_EQ(0, drop_capabilities());
	EXPECT_EQ(-EACCES, vt_shrink(self->fd, 0, 0, 1));
	EXPECT_EQ(-EACCES, vt_shrink(self->fd, 0, VTTM_SHRINK_SWAPOUT, 1));
	EXPECT_EQ(VTTM_STATE_POPULATED, state_of(&self->buf));
	/* A client may shrink its own buffer without privileges. */
	EXPECT_EQ(8, vt_shrink(self->fd, self->buf.handle, 0, 0));
	EXPECT_EQ(0, vt_verify(&self->buf));
}

/* Value of a line of fdinfo, in KiB. DRM omits lines with value 0. */
static long long fdinfo_line(int fd, const char *name)
{
	char path[64];
	long long value;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	value = vt_counter(path, name);
	return value < 0 ? 0 : value;
}

static long long fdinfo_kib(int fd, const char *kind)
{
	char name[64];

	snprintf(name, sizeof(name), "drm-%s-memory", kind);
	return fdinfo_line(fd, name);
}

TEST_F(uapi, fdinfo)
{
	char path[64], text[1024];
	struct vt_buf unneeded;
	uint32_t retained;
	ssize_t len;
	int info;

	ASSERT_EQ(0, vt_buf_init(&unneeded, self->fd, 4 * VT_PAGE, 0, 2));
	EXPECT_EQ(48, fdinfo_kib(self->fd, "total"));
	EXPECT_EQ(0, fdinfo_kib(self->fd, "shared"));

	vt_fill(&self->buf, 1);
	EXPECT_EQ(32, fdinfo_kib(self->fd, "resident"));
	vt_fill(&unneeded, 2);
	EXPECT_EQ(48, fdinfo_kib(self->fd, "resident"));
	ASSERT_EQ(0, vt_madvise(self->fd, unneeded.handle, VTTM_MADV_DONTNEED,
				&retained));
	EXPECT_EQ(16, fdinfo_kib(self->fd, "purgeable"));

	EXPECT_EQ(0, fdinfo_line(self->fd, "ttm-inserted"));
	ASSERT_EQ(8, vt_shrink(self->fd, self->buf.handle, 0, 0));
	EXPECT_EQ(32, fdinfo_line(self->fd, "ttm-inserted") +
		      fdinfo_line(self->fd, "ttm-copied"));
	EXPECT_EQ(16, fdinfo_kib(self->fd, "resident"));
	ASSERT_EQ(4, vt_shrink(self->fd, unneeded.handle, 0, 0));
	EXPECT_EQ(0, fdinfo_kib(self->fd, "resident"));
	EXPECT_EQ(0, fdinfo_kib(self->fd, "purgeable"));
	EXPECT_EQ(48, fdinfo_kib(self->fd, "total"));
	vt_buf_fini(&unneeded);

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", self->fd);
	info = open(path, O_RDONLY);
	ASSERT_LE(0, info);
	len = read(info, text, sizeof(text) - 1);
	ASSERT_LT(0, len);
	text[len] = 0;
	EXPECT_NE(NULL, strstr(text, "drm-driver:\tvttm\n"));
	EXPECT_NE(NULL, strstr(text, "drm-client-id:\t"));
	close(info);
}

/* Access the content like a debugger, through the access method of the mapping. */
TEST_F(uapi, access_from_outside_restores)
{
	uint64_t i = 5 * VT_WORDS + 3, word;
	int mem;

	vt_fill(&self->buf, 1);
	ASSERT_EQ(8, vt_shrink(self->fd, self->buf.handle, 0, 0));
	mem = open("/proc/self/mem", O_RDONLY);
	ASSERT_LE(0, mem);
	EXPECT_EQ(sizeof(word), pread(mem, &word, sizeof(word),
				      (uintptr_t)&self->buf.map[i]));
	EXPECT_EQ(vt_word(1, i), word);
	EXPECT_EQ(VTTM_STATE_POPULATED, state_of(&self->buf));
	close(mem);
}

/* A dma-buf is the same buffer in this client and in the one that imports it. */
TEST_F(uapi, dma_buf)
{
	struct drm_prime_handle prime = { .handle = self->buf.handle };
	int other = vt_open();
	struct vt_buf imported = self->buf;

	ASSERT_LE(0, other);
	vt_fill(&self->buf, 1);
	prime.flags = DRM_CLOEXEC | DRM_RDWR;
	ASSERT_EQ(0, vt_ioctl(self->fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime));
	ASSERT_EQ(0, vt_ioctl(other, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime));

	ASSERT_EQ(8, vt_shrink(other, prime.handle, 0, 0));
	EXPECT_EQ(VTTM_STATE_BACKED_UP, state_of(&self->buf));
	imported.seed = 1;
	imported.map = mmap(NULL, imported.size, PROT_READ, MAP_SHARED,
			    prime.fd, 0);
	ASSERT_NE(MAP_FAILED, imported.map);
	EXPECT_EQ(0, vt_verify(&imported));

	/* This mapping is removed as well, so it shows the restored content. */
	ASSERT_EQ(8, vt_shrink(self->fd, self->buf.handle, 0, 0));
	vt_fill(&self->buf, 2);
	imported.seed = 2;
	EXPECT_EQ(0, vt_verify(&imported));

	munmap(imported.map, imported.size);
	close(prime.fd);
	close(other);
}

TEST_F(uapi, fork_shares)
{
	int status;
	pid_t pid;

	vt_fill(&self->buf, 1);
	pid = vt_fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		int bad = vt_shrink(self->fd, self->buf.handle, 0, 0) != 8;

		_exit(bad || vt_verify(&self->buf));
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, vt_verify(&self->buf));
}

TEST_F(uapi, debugfs_counts)
{
	static const char path[] = "/sys/kernel/debug/dri/vttm/vttm_backup";
	long long calls, pages, restored;

	calls = vt_counter(path, "backup_calls");
	if (calls < 0)
		SKIP(return, "no debugfs");
	pages = vt_counter(path, "backup_pages");
	restored = vt_counter(path, "restore_pages");

	vt_fill(&self->buf, 1);
	ASSERT_EQ(8, vt_shrink(self->fd, self->buf.handle, 0, 0));
	EXPECT_EQ(0, vt_verify(&self->buf));
	EXPECT_LE(calls + 1, vt_counter(path, "backup_calls"));
	EXPECT_LE(pages + 8, vt_counter(path, "backup_pages"));
	EXPECT_LE(restored + 8, vt_counter(path, "restore_pages"));
	EXPECT_LT(0, vt_counter(path, "backup_ns"));
	EXPECT_LT(0, vt_counter(path, "restore_ns"));
}

TEST_HARNESS_MAIN
