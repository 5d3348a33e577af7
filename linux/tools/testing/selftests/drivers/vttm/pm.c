// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers across suspend and hibernation. A device without power loses its
 * VRAM. vttm overwrites it on resume, so that content that was left there is
 * detected. Before hibernation, TTM swaps out the buffers that it may swap out.
 */
#include "vttm_reload.h"

#include "kselftest_harness.h"

#define PM_TEST		"/sys/power/pm_test"
#define PM_STATE	"/sys/power/state"
#define PM_DISK		"/sys/power/disk"
#define PM_RESUME	"/sys/power/resume"
#define TEST_DELAY	"/sys/module/suspend/parameters/pm_test_delay"

enum { VRAM, BOTH, SWAPOUT, SHRINKER, NR_BUFS };

static const uint32_t flags[NR_BUFS] = {
	[VRAM] = VTTM_CREATE_VRAM,
	[BOTH] = VTTM_CREATE_VRAM | VTTM_CREATE_SWAPOUT,
	[SWAPOUT] = VTTM_CREATE_SWAPOUT,
	[SHRINKER] = 0,
};

FIXTURE(pm)
{
	char settings[VT_SETTINGS];
	struct vt_buf buf[NR_BUFS];
	long long delay;
	int fd;
};

FIXTURE_VARIANT(pm)
{
	bool zero_copy;
};

FIXTURE_VARIANT_ADD(pm, copied) { };

FIXTURE_VARIANT_ADD(pm, handed_over)
{
	.zero_copy = true,
};

FIXTURE_SETUP(pm)
{
	int i, ret;

	if (!vt_budget(1))
		SKIP(return, "no swap");
	if (access(PM_TEST, W_OK))
		SKIP(return, "no tests of sleep");
	if (!vt_has_zero_copy() && variant->zero_copy)
		SKIP(return, "this kernel only copies");
	vt_settings(self->settings);
	ret = vt_reload("vram_mib=8 dma=1");
	if (ret == -ENOENT)
		SKIP(return, "vttm is no module");
	ASSERT_EQ(0, ret);
	vt_set_zero_copy(variant->zero_copy);
	self->fd = vt_open();
	ASSERT_LE(0, self->fd);
	/* Otherwise the test suspend takes five seconds. */
	self->delay = vt_read_number(TEST_DELAY);
	vt_write_number(TEST_DELAY, 1);
	for (i = 0; i < NR_BUFS; i++) {
		ASSERT_EQ(0, vt_buf_init_flags(&self->buf[i], self->fd,
					       2 * VT_MIB, i % 3, flags[i], i));
		vt_fill(&self->buf[i], i);
		ASSERT_EQ(0, vt_restore(self->fd, self->buf[i].handle));
	}
}

FIXTURE_TEARDOWN(pm)
{
	int i;

	EXPECT_GE(0, vt_counter(VT_GTT, "stale"));
	for (i = 0; i < NR_BUFS; i++)
		vt_buf_fini(&self->buf[i]);
	close(self->fd);
	vt_write_text(PM_TEST, "none");
	vt_write_text(PM_DISK, "platform");
	vt_write_number(TEST_DELAY, self->delay);
	vt_set_zero_copy(true);
	EXPECT_EQ(0, vt_reload(self->settings));
}

static bool offers(const char *path, const char *word)
{
	char text[256] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool found = fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 &&
		     strstr(text, word);

	close(fd);
	return found;
}

static uint32_t state_of(const struct vt_buf *buf)
{
	return vt_state(buf->fd, buf->handle);
}

/* Check that VRAM is empty and all content intact, and move the buffers back. */
static void check_all(struct __test_metadata *_metadata, struct vt_buf *buf)
{
	int i;

	for (i = 0; i < NR_BUFS; i++) {
		EXPECT_FALSE(state_of(&buf[i]) & VTTM_STATE_VRAM);
		EXPECT_EQ(0, vt_verify(&buf[i]))
			TH_LOG("buffer %d", i);
		EXPECT_EQ(0, vt_restore(buf[i].fd, buf[i].handle));
		EXPECT_EQ(!!(flags[i] & VTTM_CREATE_VRAM),
			  !!(state_of(&buf[i]) & VTTM_STATE_VRAM));
		EXPECT_EQ(0, vt_verify(&buf[i]));
	}
}

static void sleep_once(struct __test_metadata *_metadata, const char *state,
		       const char *level)
{
	ASSERT_EQ(0, vt_write_text(PM_TEST, level));
	ASSERT_EQ(0, vt_write_text(PM_STATE, state))
		TH_LOG("%s, %s", state, level);
}

TEST_F_TIMEOUT(pm, freezer, 120)
{
	if (!offers(PM_STATE, "freeze"))
		SKIP(return, "no suspend");
	sleep_once(_metadata, "freeze", "freezer");
	/* The devices were not notified. */
	EXPECT_TRUE(state_of(&self->buf[VRAM]) & VTTM_STATE_VRAM);
	EXPECT_TRUE(state_of(&self->buf[SWAPOUT]) & VTTM_STATE_GTT);
	EXPECT_EQ(0, vt_verify(&self->buf[VRAM]));
}

TEST_F_TIMEOUT(pm, suspend, 120)
{
	static const char * const levels[] = { "devices", "platform" };
	unsigned int i;

	if (!offers(PM_STATE, "freeze"))
		SKIP(return, "no suspend");
	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		sleep_once(_metadata, "freeze", levels[i]);
		/* The buffer stays bound. */
		EXPECT_TRUE(state_of(&self->buf[SWAPOUT]) & VTTM_STATE_GTT);
		check_all(_metadata, self->buf);
	}
}

/* After the resume, a buffer can be in VRAM again like any other. */
TEST_F_TIMEOUT(pm, hibernate, 120)
{
	static const char * const levels[] = { "devices", "platform" };
	unsigned int i;

	if (!offers(PM_STATE, "disk"))
		SKIP(return, "no hibernation");
	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		sleep_once(_metadata, "disk", levels[i]);
		EXPECT_TRUE(state_of(&self->buf[SWAPOUT]) & VTTM_STATE_SWAPPED_OUT);
		EXPECT_TRUE(state_of(&self->buf[BOTH]) & VTTM_STATE_SWAPPED_OUT);
		EXPECT_FALSE(state_of(&self->buf[SHRINKER]) & VTTM_STATE_SWAPPED_OUT);
		check_all(_metadata, self->buf);
	}
}

/* Write the image, read it again, and resume from it. */
TEST_F_TIMEOUT(pm, resume_from_the_image, 300)
{
	if (!offers(PM_DISK, "test_resume") || !offers(PM_STATE, "disk"))
		SKIP(return, "no hibernation");
	if (offers(PM_RESUME, "0:0"))
		SKIP(return, "no device to resume from");
	ASSERT_EQ(0, vt_write_text(PM_DISK, "test_resume"));
	sleep_once(_metadata, "disk", "none");
	EXPECT_TRUE(state_of(&self->buf[SWAPOUT]) & VTTM_STATE_SWAPPED_OUT);
	check_all(_metadata, self->buf);
}

TEST_HARNESS_MAIN
