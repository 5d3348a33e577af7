// SPDX-License-Identifier: GPL-2.0
/*
 * zswap finds stored pages through a tree, whose nodes need memory. In this
 * test, only the root of the tree can be allocated while a buffer or the memory
 * of a process is written to swap. The content then goes to the device. The
 * kernel should not warn about the leftover root when swap is switched off.
 *
 * This test enables zswap. After that, large folios are not read from swap as a
 * whole, so tests that depend on this need a reboot first.
 */
#include <sys/swap.h>

#include "vttm_test.h"

#include "kselftest_harness.h"

#define ENABLED		"/sys/module/zswap/parameters/enabled"
#define NODES_FAIL	"/sys/kernel/slab/radix_tree_node/failslab"
#define SIZE		(4 * VT_MIB)
/* More than one node of a tree has, but less than two have. */
#define SPACE		"1000"

FIXTURE(zswap)
{
	char device[VT_SWAP_DEVICE];
	char *below;
	int fd, log;
};

FIXTURE_VARIANT(zswap)
{
	bool buffer;
};

FIXTURE_VARIANT_ADD(zswap, buffer)
{
	.buffer = true,
};

FIXTURE_VARIANT_ADD(zswap, process)
{
	.buffer = false,
};

static bool arm(void)
{
	return !vt_inject("failslab", "verbose", "0") &&
	       !vt_inject("failslab", "interval", "1") &&
	       !vt_inject("failslab", "times", "-1") &&
	       !vt_inject("failslab", "task-filter", "1") &&
	       !vt_inject("failslab", "cache-filter", "1") &&
	       !vt_inject("failslab", "ignore-gfp-wait", "0") &&
	       !vt_write_text(NODES_FAIL, "1") &&
	       !vt_write_text("/proc/self/make-it-fail", "1") &&
	       !vt_inject("failslab", "space", SPACE) &&
	       !vt_inject("failslab", "probability", "100");
}

static void disarm(void)
{
	vt_inject("failslab", "probability", "0");
	vt_inject("failslab", "space", "0");
	vt_write_text("/proc/self/make-it-fail", "0");
	vt_write_text(NODES_FAIL, "0");
	vt_inject("failslab", "cache-filter", "0");
	vt_inject("failslab", "task-filter", "0");
}

static uint64_t *map_words(uint64_t seed)
{
	uint64_t *mem = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t i;

	if (mem == MAP_FAILED)
		return NULL;
	for (i = 0; i < SIZE / sizeof(*mem); i++)
		mem[i] = vt_word(seed, i);
	return mem;
}

static uint64_t wrong_words(const uint64_t *mem, uint64_t seed)
{
	uint64_t i, wrong = 0;

	for (i = 0; i < SIZE / sizeof(*mem); i++)
		wrong += mem[i] != vt_word(seed, i);
	return wrong;
}

/* Has the kernel log got a warning since @log was opened? */
static bool warned(int log)
{
	char line[1024];
	ssize_t len;

	while ((len = read(log, line, sizeof(line) - 1)) > 0 || errno == EPIPE) {
		line[len > 0 ? len : 0] = 0;
		if (strstr(line, "WARNING: "))
			return true;
	}
	return false;
}

/*
 * Use up the first slots of swap, without zswap. With one-digit slot numbers,
 * the tree consists of its root only, and no allocation can fail.
 */
FIXTURE_SETUP(zswap)
{
	self->fd = vt_open();
	if (self->fd < 0)
		SKIP(return, "no vttm device");
	if (!vt_swap_device(self->device))
		SKIP(return, "no swap");
	if (access(ENABLED, W_OK) || access(NODES_FAIL, W_OK))
		SKIP(return, "no zswap, or nothing to have it fail");

	ASSERT_EQ(0, vt_write_text(ENABLED, "N"));
	ASSERT_EQ(0, swapoff(self->device));
	ASSERT_EQ(0, swapon(self->device, 0));
	self->below = (char *)map_words(1);
	ASSERT_NE(NULL, self->below);
	ASSERT_EQ(0, madvise(self->below, SIZE, MADV_PAGEOUT));

	self->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->log);
	ASSERT_LE(0, lseek(self->log, 0, SEEK_END));
	ASSERT_EQ(0, vt_write_text(ENABLED, "Y"));
}

FIXTURE_TEARDOWN(zswap)
{
	disarm();
	vt_write_text(ENABLED, "N");
	close(self->log);
	close(self->fd);
}

static void write_buffer(struct __test_metadata *_metadata, int fd)
{
	struct vt_buf buf;

	ASSERT_EQ(0, vt_buf_init(&buf, fd, SIZE, 0, 2));
	vt_fill(&buf, 2);
	EXPECT_LT(0, vt_shrink(fd, buf.handle, 0, 0));
	ASSERT_TRUE(arm());
	/* EAGAIN means that less was reclaimed than requested. */
	vt_write_text(VT_CGROUPS "/memory.reclaim", "64M swappiness=max");
	disarm();
	EXPECT_EQ(0, vt_verify(&buf));
	vt_buf_fini(&buf);
}

static void write_process(struct __test_metadata *_metadata)
{
	uint64_t *mem = map_words(2);

	ASSERT_NE(NULL, mem);
	ASSERT_TRUE(arm());
	EXPECT_EQ(0, madvise(mem, SIZE, MADV_PAGEOUT));
	disarm();
	EXPECT_EQ(0, wrong_words(mem, 2));
	munmap(mem, SIZE);
}

TEST_F(zswap, no_memory_for_the_tree)
{
	long long swapped_out = vt_vmstat("pswpout");
	const char *rejected = "/sys/kernel/debug/zswap/reject_alloc_fail";
	long long before = vt_read_number(rejected);

	if (variant->buffer)
		write_buffer(_metadata, self->fd);
	else
		write_process(_metadata);

	EXPECT_LT(before, vt_read_number(rejected));
	EXPECT_LT(swapped_out, vt_vmstat("pswpout"));

	EXPECT_EQ(0, swapoff(self->device));
	EXPECT_EQ(0, swapon(self->device, 0));
	EXPECT_FALSE(warned(self->log));
}

TEST_HARNESS_MAIN
