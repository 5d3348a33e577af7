// SPDX-License-Identifier: GPL-2.0
/*
 * Back up and restore the same few buffers ten thousand times, in a cgroup that
 * a neighbour keeps short of memory. Afterwards their content is unchanged, and
 * the machine has as much memory and swap as before.
 */
#include "vttm_test.h"

#include "kselftest_harness.h"

#define GROUP		VT_CGROUPS "/vttm_pingpong"
#define GROUP_MAX	(25 * VT_MIB)
/* Leaves slightly too little for all of the buffers, which are 6 MiB. */
#define NEIGHBOUR	(20 * VT_MIB)

/* From one page to a block of order 10. The smaller ones use each caching mode. */
static const struct {
	uint64_t pages;
	uint32_t caching;
} shapes[] = {
	{ 1, VTTM_CACHING_CACHED }, { 1, VTTM_CACHING_WC }, { 1, VTTM_CACHING_UNCACHED },
	{ 4, VTTM_CACHING_CACHED }, { 4, VTTM_CACHING_WC }, { 4, VTTM_CACHING_UNCACHED },
	{ 16, VTTM_CACHING_CACHED }, { 16, VTTM_CACHING_WC }, { 16, VTTM_CACHING_UNCACHED },
	{ 65, VTTM_CACHING_CACHED }, { 65, VTTM_CACHING_WC }, { 65, VTTM_CACHING_UNCACHED },
	{ 256, VTTM_CACHING_CACHED },
	{ 1024, VTTM_CACHING_CACHED },
};

#define NR_BUFS		ARRAY_SIZE(shapes)
#define TRIPS		10000

/*
 * Much less than one page for each trip. Programs that start and exit change a
 * few pages, and so does logging.
 */
#define SLACK_KIB	(4 * 1024LL)
#define SLACK_PAGES	512

/* Counters that must not change in the end. */
struct account {
	long long free_kib, swap_kib, shmem, file, gpu_active;
};

/* In pages, except for the trips. */
struct score {
	long long out, back;
	unsigned long trips, refused;
};

FIXTURE(pingpong)
{
	int fd;
	struct vt_buf bufs[NR_BUFS];
};

/* Read and write the memory again and again, but not too fast. */
static void neighbour_main(void)
{
	char *mem = mmap(NULL, NEIGHBOUR, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	for (i = 0; mem != MAP_FAILED; i = (i + VT_PAGE) % NEIGHBOUR) {
		mem[i]++;
		if (!(i % (64 * VT_PAGE)))
			usleep(2000);
	}
	_exit(1);
}

FIXTURE_SETUP(pingpong)
{
	unsigned int i;

	self->fd = vt_open();
	if (self->fd < 0)
		SKIP(return, "no vttm device");
	if (!vt_budget(1))
		SKIP(return, "no swap");
	if (!vt_has_memory_cgroups())
		SKIP(return, "no memory cgroups");

	ASSERT_EQ(0, vt_cgroup_make(GROUP, GROUP_MAX));
	ASSERT_EQ(0, vt_cgroup_join(GROUP, 0));
	for (i = 0; i < NR_BUFS; i++) {
		ASSERT_EQ(0, vt_buf_init(&self->bufs[i], self->fd,
					 shapes[i].pages * VT_PAGE,
					 shapes[i].caching, 0));
		vt_fill(&self->bufs[i], i);
	}
}

FIXTURE_TEARDOWN(pingpong)
{
	unsigned int i;

	for (i = 0; i < NR_BUFS; i++)
		vt_buf_fini(&self->bufs[i]);
	close(self->fd);
	vt_cgroup_join(VT_CGROUPS, 0);
	rmdir(GROUP);
}

/* The cgroup may have no memory left for a buffer at this moment. */
static void back_up(struct __test_metadata *_metadata, const struct vt_buf *buf,
		    uint32_t flags, struct score *score)
{
	int64_t ret = vt_shrink(buf->fd, buf->handle, flags, 0);

	if (ret == -EBUSY) {
		score->refused++;
		return;
	}
	ASSERT_LT(0, ret);
	score->out += ret;
	score->back += vt_pages(buf);
	score->trips++;
}

/* Back up all buffers and restore them. */
static void play_once(struct __test_metadata *_metadata, struct vt_buf *bufs,
		      unsigned int nr, struct score *score)
{
	unsigned int i;

	for (i = 0; i < NR_BUFS; i++)
		back_up(_metadata, &bufs[i],
			(i + nr) % 16 ? 0 : VTTM_SHRINK_WRITEBACK, score);
	for (i = 0; i < NR_BUFS; i++)
		ASSERT_EQ(0, vt_restore(bufs[i].fd, bufs[i].handle));
	ASSERT_EQ(0, vt_verify(&bufs[nr % NR_BUFS]))
		TH_LOG("round %u", nr);
}

static void play(struct __test_metadata *_metadata, struct vt_buf *bufs,
		 unsigned int trips, struct score *score)
{
	pid_t neighbour = vt_fork();
	unsigned int nr, i;

	ASSERT_LE(0, neighbour);
	if (!neighbour)
		neighbour_main();

	*score = (struct score) {};
	for (nr = 0; score->trips < trips; nr++)
		play_once(_metadata, bufs, nr, score);
	for (i = 0; i < NR_BUFS; i++)
		EXPECT_EQ(0, vt_verify(&bufs[i]));

	kill(neighbour, SIGKILL);
	ASSERT_EQ(neighbour, waitpid(neighbour, NULL, 0));
}

static long long backed_up(void)
{
	return vt_counter(VT_BACKUP_STATS, "inserted") +
	       vt_counter(VT_BACKUP_STATS, "copied");
}

static long long restored(void)
{
	return vt_counter(VT_BACKUP_STATS, "restored");
}

/*
 * Memory that is only cached would hide leaks. Drop it, which asks all
 * shrinkers, including vttm's, to free as much as they can.
 */
static void take_account(const struct vt_buf *bufs, struct account *account)
{
	unsigned int i;

	for (i = 0; i < 3 * NR_BUFS; i++) {
		if (!(i % NR_BUFS))
			vt_write_text("/proc/sys/vm/drop_caches", "3");
		vt_restore(bufs[i % NR_BUFS].fd, bufs[i % NR_BUFS].handle);
	}
	*account = (struct account) {
		/* The kernel frees the swap cache when it has to. */
		.free_kib = vt_meminfo_kib("MemFree") +
			    vt_meminfo_kib("SwapCached"),
		.swap_kib = vt_swap_used_kib(),
		.shmem = vt_vmstat("nr_shmem"),
		.file = vt_vmstat("nr_file_pages") - vt_vmstat("nr_swapcached"),
		.gpu_active = vt_vmstat("nr_gpu_active"),
	};
}

static bool balanced(const struct vt_buf *bufs, const struct account *before,
		     struct account *after)
{
	take_account(bufs, after);
	return after->free_kib >= before->free_kib - SLACK_KIB &&
	       after->swap_kib <= before->swap_kib + SLACK_KIB &&
	       after->shmem <= before->shmem + SLACK_PAGES &&
	       after->file <= before->file + SLACK_PAGES &&
	       after->gpu_active == before->gpu_active;
}

static void log_account(struct __test_metadata *_metadata,
			const struct account *a)
{
	TH_LOG("free %lld KiB, in swap %lld KiB; pages: shmem %lld, file %lld, gpu_active %lld",
	       a->free_kib, a->swap_kib, a->shmem, a->file, a->gpu_active);
}

TEST_F_TIMEOUT(pingpong, leaves_no_trace, 600)
{
	long long out, back, swapped = vt_vmstat("pswpout");
	struct account before, after;
	struct score score;

	/* The first trips fill caches of the machine. */
	play(_metadata, self->bufs, TRIPS / 8, &score);
	take_account(self->bufs, &before);
	out = backed_up();
	back = restored();
	play(_metadata, self->bufs, TRIPS, &score);

	EXPECT_EQ(score.out, backed_up() - out);
	EXPECT_EQ(score.back, restored() - back);
	EXPECT_TRUE(vt_eventually(balanced(self->bufs, &before, &after)));
	log_account(_metadata, &before);
	log_account(_metadata, &after);
	swapped = vt_vmstat("pswpout") - swapped;
	EXPECT_LT(0, swapped);
	TH_LOG("%lu trips (%lu refused), %lld MiB went, %lld MiB was written to swap",
	       score.trips, score.refused, score.out >> 8, swapped >> 8);
}

TEST_HARNESS_MAIN
