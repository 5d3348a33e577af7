// SPDX-License-Identifier: GPL-2.0
/*
 * Threads of one client create, map, touch, shrink, restore, purge, unmap and
 * close the same few buffers in random order. Each call may fail as the uAPI
 * allows. No buffer may ever show the content of another, and the kernel must
 * not report any problem.
 */
#include "vttm_test.h"

#include <pthread.h>
#include <stdatomic.h>

#include "kselftest_harness.h"

#define NR_SLOTS	6
#define NR_THREADS	4
#define STEPS		1500

/* A buffer in a slot is temporary. Its tag is the first word of each page. */
static struct slot {
	atomic_uint handle;
	uint64_t size;
	uint32_t caching, flags;
} slots[NR_SLOTS];

static int fd;
/* Counts closes. While it does not change, a slot's handle belongs to its buffer. */
static atomic_ulong closes;
static atomic_ulong touched, foreign, unexpected;
static __thread sigjmp_buf jump;

static void on_sigbus(int sig)
{
	siglongjmp(jump, sig);
}

static uint64_t slot_tag(const struct slot *slot)
{
	return 0x5107000000000000UL + (slot - slots);
}

static void expect_one_of(int ret, const int *allowed)
{
	if (ret >= 0)
		return;
	for (; *allowed; allowed++)
		if (ret == *allowed)
			return;
	unexpected++;
	fprintf(stderr, "# unexpected %s\n", strerror(-ret));
}

static void step_create(struct slot *slot)
{
	uint32_t handle, none = 0;

	if (vt_create_flags(fd, slot->size, slot->caching, slot->flags,
			    &handle)) {
		unexpected++;
		return;
	}
	if (!atomic_compare_exchange_strong(&slot->handle, &none, handle))
		vt_close(fd, handle);
}

static void step_close(struct slot *slot)
{
	uint32_t handle = atomic_exchange(&slot->handle, 0);

	if (!handle)
		return;
	closes++;
	expect_one_of(vt_close(fd, handle), (int[]) { 0 });
}

/* Check and write one page in each @stride, until a purge raises SIGBUS. */
static void touch(const struct slot *slot, uint64_t *map, int stride)
{
	uint64_t i;

	if (sigsetjmp(jump, 1))
		return;
	for (i = 0; i < slot->size / VT_PAGE; i += stride) {
		uint64_t word = vt_read_word(map + i * VT_WORDS);

		if (word && word != slot_tag(slot))
			foreign++;
		vt_write_word(map + i * VT_WORDS, slot_tag(slot));
		touched++;
	}
}

static void step_map(struct slot *slot, unsigned int *seed)
{
	unsigned long before = closes;
	uint32_t handle = slot->handle;
	uint64_t offset, *map;

	if (!handle || vt_offset(fd, handle, &offset))
		return;
	map = mmap(NULL, slot->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		   offset);
	if (map == MAP_FAILED) {
		expect_one_of(-errno, (int[]) { -EINVAL, -EACCES, 0 });
		return;
	}
	/* Otherwise the handle may belong to another slot's buffer by now. */
	if (closes == before)
		touch(slot, map, 1 + rand_r(seed) % 64);
	munmap(map, slot->size);
}

static void step_ioctl(struct slot *slot, unsigned int what)
{
	/* The shrinker refuses buffers that TTM swaps out. */
	static const int shrink_errors[] = { -ENOENT, -EBUSY, -EINVAL, 0 };
	static const int advise_errors[] = { -ENOENT, -EINVAL, 0 };
	static const int restore_errors[] = { -ENOENT, -EFAULT, -ENOMEM, 0 };
	static const int errors[] = { -ENOENT, 0 };
	uint32_t handle = slot->handle, retained;
	struct drm_vttm_info info;

	if (!handle)
		return;
	switch (what) {
	case 0:
		expect_one_of(vt_shrink(fd, handle, 0, 0), shrink_errors);
		break;
	case 1:
		expect_one_of(vt_shrink(fd, handle, VTTM_SHRINK_WRITEBACK, 0),
			      shrink_errors);
		break;
	case 2:
		expect_one_of(vt_shrink(fd, 0, 0, 64), errors);
		break;
	case 3:
		expect_one_of(vt_restore(fd, handle), restore_errors);
		break;
	case 4:
		expect_one_of(vt_madvise(fd, handle, VTTM_MADV_DONTNEED,
					 &retained), advise_errors);
		break;
	case 5:
		expect_one_of(vt_madvise(fd, handle, VTTM_MADV_WILLNEED,
					 &retained), errors);
		break;
	case 6:
		expect_one_of(vt_shrink(fd, 0, VTTM_SHRINK_SWAPOUT, 64), errors);
		break;
	case 7:
		expect_one_of(vt_busy(fd, handle, 1), errors);
		break;
	default:
		expect_one_of(vt_info(fd, handle, &info), errors);
	}
}

static void *racer(void *arg)
{
	unsigned int seed = (uintptr_t)arg;
	int i;

	for (i = 0; i < STEPS; i++) {
		struct slot *slot = &slots[rand_r(&seed) % NR_SLOTS];
		unsigned int what = rand_r(&seed) % 26;

		if (what < 3)
			step_create(slot);
		else if (what < 5)
			step_close(slot);
		else if (what < 14)
			step_map(slot, &seed);
		else
			step_ioctl(slot, what - 14);
	}

	return NULL;
}

FIXTURE(race)
{
	int unused;
};

FIXTURE_VARIANT(race)
{
	uint32_t flags[NR_SLOTS];
};

FIXTURE_VARIANT_ADD(race, shrinker) { };

#define SWAPOUT	VTTM_CREATE_SWAPOUT
#define SHARED	VTTM_CREATE_SHARED
#define VRAM	VTTM_CREATE_VRAM

FIXTURE_VARIANT_ADD(race, swapout)
{
	.flags = { SWAPOUT, SWAPOUT, SWAPOUT, SWAPOUT, SWAPOUT, SWAPOUT },
};

/* Use VRAM if there is any. */
FIXTURE_VARIANT_ADD(race, mixed)
{
	.flags = {
		SWAPOUT | SHARED, VRAM, SWAPOUT | VRAM, SWAPOUT | SHARED | VRAM,
		SHARED, SWAPOUT | SHARED,
	},
};

FIXTURE_SETUP(race)
{
	long long vram = vt_read_number(VT_PARAMETERS "vram_mib");
	int i;

	fd = vt_open();
	if (fd < 0)
		SKIP(return, "no vttm device");
	if (!vt_budget(1))
		SKIP(return, "no swap");
	for (i = 0; i < NR_SLOTS; i++) {
		slots[i].size = VT_PAGE << (2 * i);
		slots[i].caching = i % 3;
		slots[i].flags = variant->flags[i];
		if (!vram)
			slots[i].flags &= ~VRAM;
		slots[i].handle = 0;
	}
}

FIXTURE_TEARDOWN(race)
{
	close(fd);
}

TEST_F_TIMEOUT(race, ends_well, 300)
{
	struct sigaction action = { .sa_handler = on_sigbus };
	pthread_t threads[NR_THREADS];
	uintptr_t i;

	sigaction(SIGBUS, &action, NULL);
	for (i = 0; i < NR_THREADS; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, racer,
					    (void *)(i + 1)));
	for (i = 0; i < NR_THREADS; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));

	EXPECT_EQ(0, foreign);
	EXPECT_EQ(0, unexpected);
	EXPECT_LT(0, touched);
	EXPECT_GE(0, vt_counter(VT_GTT, "stale"));
}

TEST_HARNESS_MAIN
