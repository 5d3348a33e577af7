// SPDX-License-Identifier: GPL-2.0
/*
 * Threads advise, shrink, restore, access and move the same buffer until it is purged, then
 * the next. A page is zero before it is written. Afterwards it has its word or raises
 * SIGBUS.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "trial.h"

/* The number of calls that each thread makes before the next buffer. */
#define STEPS		20
#define VRAM_MIB	4

static const uint64_t sizes[] = { 1, 3, 16, 64, 512, 1024 };

static struct {
	uint32_t handle;
	uint64_t *map, pages, tag;
	/* The pages that the writing thread has written. */
	atomic_ulong written;
	/* An access got SIGBUS. */
	atomic_bool gone;
	bool in_vram;
} buf;

enum count { FAULTS, SIGBUSES, PEEKS, PEEK_ERRORS, SHRINKS, PURGES, RESTORES,
	     REFUSED_RESTORES, EVICTIONS, NR_COUNTS };

static const char *const count_names[NR_COUNTS] = {
	[FAULTS] = "pages accessed",
	[SIGBUSES] = "SIGBUS",
	[PEEKS] = "pages read through /proc/self/mem",
	[PEEK_ERRORS] = "of these with an error",
	[SHRINKS] = "buffers backed up or purged by a call",
	[PURGES] = "told to be purged",
	[RESTORES] = "restores",
	[REFUSED_RESTORES] = "restores of what was purged",
	[EVICTIONS] = "uses of all VRAM by another buffer",
};

static atomic_ulong counts[NR_COUNTS];
static pthread_barrier_t barrier;
static atomic_bool the_end;
static int fd, mem;
static bool vram;
static uint32_t hog;
static __thread sigjmp_buf jump;

static void on_sigbus(int sig)
{
	siglongjmp(jump, sig);
}

static void check(uint64_t page, uint64_t word, bool written)
{
	if (word != buf.tag && (word || written))
		wrong("page %lu of %lu has %#lx for %#lx", page, buf.pages,
		      word, buf.tag);
}

/* Through a mapping of its own, so that each access is a page fault. */
static void touch(unsigned int *seed)
{
	uint64_t offset, *map, i;
	bool written;

	(void)seed;
	if (vt_offset(fd, buf.handle, &offset))
		return;
	map = mmap(NULL, buf.pages * VT_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
		   fd, offset);
	if (map == MAP_FAILED) {
		wrong("mmap: %s", strerror(errno));
		return;
	}
	if (!sigsetjmp(jump, 1)) {
		for (i = 0; i < buf.pages; i++) {
			written = i < buf.written;
			check(i, vt_read_word(map + i * VT_WORDS), written);
			vt_write_word(map + i * VT_WORDS, buf.tag);
			if (buf.written == i)
				buf.written = i + 1;
			counts[FAULTS]++;
		}
	} else {
		counts[SIGBUSES]++;
		buf.gone = true;
	}
	munmap(map, buf.pages * VT_PAGE);
}

/* As a debugger does. */
static void peek(unsigned int *seed)
{
	uint64_t page = rand_r(seed) % buf.pages, word;
	bool gone = buf.gone, written = page < buf.written;

	counts[PEEKS]++;
	if (pread(mem, &word, sizeof(word),
		  (off_t)(uintptr_t)(buf.map + page * VT_WORDS)) != sizeof(word)) {
		counts[PEEK_ERRORS]++;
		return;
	}
	if (gone)
		wrong("a purged buffer can be read");
	check(page, word, written);
}

static void advise(unsigned int *seed)
{
	uint32_t retained = 1;
	bool gone = buf.gone;
	int ret;

	ret = vt_madvise(fd, buf.handle, VTTM_MADV_DONTNEED, &retained);
	if (ret)
		wrong("madvise: %d", ret);
	usleep(rand_r(seed) % 200);
	ret = vt_madvise(fd, buf.handle, VTTM_MADV_WILLNEED, &retained);
	if (ret)
		wrong("madvise: %d", ret);
	if (gone && retained)
		wrong("a purged buffer is said to be retained");
	counts[PURGES] += !retained;
	/* Otherwise it is hardly ever backed up. */
	usleep(rand_r(seed) % 8 * 1000);
}

static void shrink(unsigned int *seed)
{
	uint32_t flags = rand_r(seed) % 2 ? VTTM_SHRINK_WRITEBACK : 0;
	int64_t ret = vt_shrink(fd, buf.handle, flags, 0);

	if (ret < 0 && ret != -EBUSY)
		wrong("shrink: %ld", (long)ret);
	counts[SHRINKS] += ret > 0;
}

static void restore(unsigned int *seed)
{
	bool gone = buf.gone;
	int ret = vt_restore(fd, buf.handle);

	if (ret && ret != -EFAULT)
		wrong("restore: %d", ret);
	if (!ret && gone)
		wrong("a purged buffer is restored");
	counts[ret ? REFUSED_RESTORES : RESTORES]++;
	usleep(rand_r(seed) % 500);
}

/* Moves it out of VRAM. */
static void evict(unsigned int *seed)
{
	int ret = buf.in_vram ? vt_restore(fd, hog) : 0;

	if (ret && ret != -ENOMEM)
		wrong("restore of another one: %d", ret);
	counts[EVICTIONS] += buf.in_vram && !ret;
	usleep(rand_r(seed) % 2000);
}

static void (*const tasks[])(unsigned int *seed) = {
	touch, touch, peek, advise, shrink, restore, evict,
};

static void *racer(void *arg)
{
	void (*task)(unsigned int *) = tasks[(uintptr_t)arg];
	unsigned int seed = (uintptr_t)arg + 1, i;

	for (;;) {
		pthread_barrier_wait(&barrier);
		if (the_end)
			return NULL;
		for (i = 0; i < STEPS; i++)
			task(&seed);
		pthread_barrier_wait(&barrier);
	}
}

static void one_round(unsigned long round)
{
	uint32_t flags = vram && round % 2 ? VTTM_CREATE_VRAM : 0;
	struct vt_buf b;
	int ret;

	ret = vt_buf_init_flags(&b, fd, sizes[round % ARRAY_SIZE(sizes)] * VT_PAGE,
				round / 2 % 3, flags, 0);
	if (ret)
		fail("a buffer: %s", strerror(-ret));
	buf.handle = b.handle;
	buf.map = b.map;
	buf.pages = vt_pages(&b);
	buf.tag = 0x7a60000000000000UL + round;
	buf.written = 0;
	buf.gone = false;
	buf.in_vram = flags;
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	vt_buf_fini(&b);
}

void race_one_buffer(unsigned long seconds)
{
	struct sigaction action = { .sa_handler = on_sigbus };
	pthread_t threads[ARRAY_SIZE(tasks)];
	double until = now() + seconds;
	unsigned long round;
	uintptr_t i;

	fd = open_vttm();
	mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	sigaction(SIGBUS, &action, NULL);
	vram = vt_read_number(VT_PARAMETERS "vram_mib") >= VRAM_MIB;
	if (vram && vt_create_flags(fd, VRAM_MIB * VT_MIB, 0, VTTM_CREATE_VRAM, &hog))
		fail("a buffer as large as VRAM");
	pthread_barrier_init(&barrier, NULL, ARRAY_SIZE(tasks) + 1);
	for (i = 0; i < ARRAY_SIZE(tasks); i++)
		if (pthread_create(&threads[i], NULL, racer, (void *)i))
			fail("no thread");
	for (round = 0; now() < until; round++)
		one_round(round);
	the_end = true;
	pthread_barrier_wait(&barrier);
	for (i = 0; i < ARRAY_SIZE(tasks); i++)
		pthread_join(threads[i], NULL);

	seen("%lu buffers%s", round, vram ? ", every other one in VRAM" : "");
	for (i = 0; i < NR_COUNTS; i++) {
		seen("%lu %s", (unsigned long)counts[i], count_names[i]);
		if (!counts[i] && (vram || i != EVICTIONS))
			wrong("it never happened: %s", count_names[i]);
	}
}
