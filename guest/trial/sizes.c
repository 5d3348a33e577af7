// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers of all sizes from one page up, each twice as large as the one before. One thread
 * for each processor fills them, backs them up, brings them back and verifies them.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "trial.h"

#define MAX_SIZES	24
#define ROUNDS		2
/* One word is written for so many bytes, and has to come back. */
#define STEP		512

static struct vt_buf bufs[MAX_SIZES];
static unsigned int nr;
static atomic_int next_one;
static atomic_ulong inserted, copied, on_disk;
static int fd;

static void fill(struct vt_buf *buf, uint64_t seed)
{
	uint64_t i;

	buf->seed = seed;
	for (i = 0; i < buf->size / sizeof(uint64_t); i += STEP / sizeof(uint64_t))
		buf->map[i] = vt_word(seed, i);
}

static void verify(const struct vt_buf *buf)
{
	uint64_t i, bad = 0;

	for (i = 0; i < buf->size / sizeof(uint64_t); i += STEP / sizeof(uint64_t))
		bad += buf->map[i] != vt_word(buf->seed, i);
	if (bad)
		wrong("%lu words of a buffer of %lu KiB", bad, buf->size / 1024);
}

/* Half of them go to the swap device at once. */
static void back_up(struct vt_buf *buf, unsigned int round)
{
	uint32_t flags = (round + buf->seed) % 2 ? VTTM_SHRINK_WRITEBACK : 0;
	struct drm_vttm_info info;
	int64_t ret;

	ret = vt_shrink(fd, buf->handle, flags, 0);
	if (ret < 0 && ret != -EBUSY)
		wrong("shrink of %lu KiB: %ld", buf->size / 1024, (long)ret);
	if (vt_info(fd, buf->handle, &info))
		fail("info");
	inserted += info.inserted;
	copied += info.copied;
	on_disk += info.swapped;
}

static void bring_back(struct vt_buf *buf, unsigned int round)
{
	int ret = round % 2 ? 0 : vt_restore(fd, buf->handle);

	if (ret)
		wrong("restore of %lu KiB: %d", buf->size / 1024, ret);
	verify(buf);
}

static void *user(void *arg)
{
	unsigned int round;
	int i;

	(void)arg;
	/* The largest come first, because they take longest. */
	while ((i = next_one--) >= 0) {
		for (round = 0; round < ROUNDS; round++) {
			fill(&bufs[i], i + MAX_SIZES * round);
			back_up(&bufs[i], round);
			bring_back(&bufs[i], round);
		}
	}
	return NULL;
}

static void make(unsigned long largest_mib)
{
	uint64_t size, sum = 0;
	int ret;

	for (size = VT_PAGE; size <= largest_mib * VT_MIB && nr < MAX_SIZES; size *= 2, nr++) {
		ret = vt_buf_init(&bufs[nr], fd, size, nr % 3, 0);
		if (ret)
			fail("a buffer of %lu KiB: %s", size / 1024, strerror(-ret));
		sum += size;
	}
	seen("%u buffers from 4 KiB to %lu MiB, %lu MiB together, on %ld processors and %lld MiB of memory",
	     nr, largest_mib, sum / VT_MIB, sysconf(_SC_NPROCESSORS_ONLN),
	     vt_meminfo_kib("MemTotal") >> 10);
}

void use_all_sizes(unsigned long largest_mib)
{
	long i, users = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t threads[64];
	double start = now();

	fd = open_vttm();
	if (users > (long)ARRAY_SIZE(threads))
		users = ARRAY_SIZE(threads);
	vt_write_number(VT_PAGES_LIMIT, vt_meminfo_kib("MemTotal") / 4);
	make(largest_mib);
	next_one = nr - 1;
	for (i = 0; i < users; i++)
		if (pthread_create(&threads[i], NULL, user, NULL))
			fail("no thread");
	for (i = 0; i < users; i++)
		pthread_join(threads[i], NULL);
	seen("%lu pages inserted and %lu copied, %lu of them on the swap device; %.0f s",
	     (unsigned long)inserted, (unsigned long)copied, (unsigned long)on_disk,
	     now() - start);
	if (!inserted)
		wrong("nothing was inserted");
	for (i = 0; i < nr; i++)
		vt_buf_fini(&bufs[i]);
}
