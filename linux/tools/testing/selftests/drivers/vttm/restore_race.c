// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers on their way into the backup and back, while somebody else is at
 * their pages: reclaim, write-back, compaction, swapoff, memory failure, the
 * limit and the end of a cgroup, signals, the switch. Every word comes back.
 *
 * A page that fails while it is in the backup is the exception. Who needs its
 * buffer next is told, once: EIO, or SIGBUS on access. Everything else in that
 * buffer comes back, and the others do not notice.
 */
#include "vttm_poison.h"

#include <stdatomic.h>
#include <sys/swap.h>

#include "kselftest_harness.h"

#define NR_WORKERS	3
#define MIN_STRIKES	2
#define GROUP		VT_CGROUPS "/vttm_race"
#define GROUP_MAX	(16 * VT_MIB)

/* In pages. One has no whole block in it, the last has blocks of order 10. */
static const uint64_t sizes[] = { 1, 7, 64, 513, 2048 };
#define NR_BUFS		ARRAY_SIZE(sizes)

enum zero_copy { COPIES, INSERTS, SWITCHES };

/* What the workers and the victims of memory failures tell the test. */
static struct tally {
	atomic_ulong restores, interrupted, wrong, errors;
	atomic_ulong poisoned, healthy;
	atomic_ulong pfn;
	/* The strikes have hit, as often as they have to. */
	atomic_bool enough;
} *tally;

static int fd;
static pid_t workers[NR_WORKERS];
static char swap_device[VT_SWAP_DEVICE], last_group[64];

/* Complains once, and leaves it to the test to fail. */
static void expect(bool ok, const char *what, long long value)
{
	if (!ok && !tally->errors++)
		fprintf(stderr, "# %s: %lld\n", what, value);
}

/* The workers. */

static void on_signal(int sig)
{
	(void)sig;
}

/* No SA_RESTART: what a signal interrupts is to come back with EINTR. */
static void start_storm(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1,
	};
	struct itimerspec every = {
		.it_interval.tv_nsec = 1000 * 1000, .it_value.tv_nsec = 1,
	};
	timer_t timer;

	sigaction(SIGUSR1, &action, NULL);
	expect(!timer_create(CLOCK_MONOTONIC, &event, &timer) &&
	       !timer_settime(timer, 0, &every, NULL), "timer", errno);
}

/* As vt_restore(), but counts how often it took another call. */
static int restore(const struct vt_buf *buf)
{
	struct drm_vttm_restore args = { .handle = buf->handle };

	while (ioctl(buf->fd, DRM_IOCTL_VTTM_RESTORE, &args)) {
		if (errno != EINTR && errno != EAGAIN)
			return -errno;
		tally->interrupted++;
	}

	return 0;
}

static void back_up(const struct vt_buf *buf, unsigned int *seed)
{
	uint32_t flags = rand_r(seed) % 3 ? 0 : VTTM_SHRINK_WRITEBACK;
	int64_t ret = vt_shrink(buf->fd, buf->handle, flags, 0);

	/* Somebody else has shrunk it, or there is no swap just now. */
	expect(ret > 0 || ret == -EBUSY, "shrink", ret);
}

/* Another buffer in its place belongs to the cgroup of today. */
static void renew(struct vt_buf *buf)
{
	struct vt_buf old = *buf;
	int ret = vt_buf_init(buf, fd, old.size, old.seed % 3, 0);

	expect(!ret, "renew", ret);
	if (ret) {
		*buf = old;
		return;
	}
	vt_buf_fini(&old);
	vt_fill(buf, old.seed + NR_BUFS * NR_WORKERS);
}

static void bring_back(struct vt_buf *buf, unsigned int *seed)
{
	int ret;

	/* Else by page faults. */
	if (rand_r(seed) % 2) {
		ret = restore(buf);
		expect(!ret, "restore", ret);
	}
	tally->wrong += vt_verify(buf);
	tally->restores++;
	/* If the old content has left a copy behind it must not come back. */
	if (!(rand_r(seed) % 4))
		vt_fill(buf, buf->seed + NR_BUFS * NR_WORKERS);
	if (!(rand_r(seed) % 8))
		renew(buf);
}

static int worker_main(unsigned int worker, unsigned int rounds, bool storm)
{
	struct vt_buf bufs[NR_BUFS];
	unsigned int seed = worker, round, i;

	for (i = 0; i < NR_BUFS; i++) {
		if (vt_buf_init(&bufs[i], fd, sizes[i] * VT_PAGE,
				(worker + i) % 3, 0))
			return 1;
		vt_fill(&bufs[i], worker * NR_BUFS + i);
	}
	if (storm)
		start_storm();

	/* Not for ever, should nothing ever be hit. */
	for (round = 0; round < rounds ||
	     (!tally->enough && round < 32 * rounds); round++) {
		for (i = 0; i < NR_BUFS; i++)
			back_up(&bufs[i], &seed);
		/* Time for the others to find the pages. */
		usleep(rand_r(&seed) % 8 * 1000);
		for (i = 0; i < NR_BUFS; i++)
			bring_back(&bufs[(i + round) % NR_BUFS], &seed);
	}

	return 0;
}

/* What strikes the workers, once with each call. */

static void strike_with_reclaim(void)
{
	/* Less than was asked for is EAGAIN. */
	vt_write_text(VT_CGROUPS "/memory.reclaim", "32M");
	expect(!vt_write_text("/proc/sys/vm/drop_caches", "3"), "drop_caches",
	       errno);
}

static void strike_with_writeback(void)
{
	int64_t ret = vt_shrink(fd, 0, VTTM_SHRINK_WRITEBACK, 4096);

	expect(ret >= 0, "global shrink", ret);
	usleep(1000);
}

static void strike_with_compaction(void)
{
	expect(!vt_write_text("/proc/sys/vm/compact_memory", "1"), "compact",
	       errno);
}

/* With time between two for something to get into swap. */
static void strike_with_swapoff(void)
{
	long long written = vt_vmstat("pswpout");
	int i;

	expect(!swapoff(swap_device), "swapoff", errno);
	usleep(2000);
	expect(!swapon(swap_device, 0), "swapon", errno);
	for (i = 0; i < 50 && (!i || vt_vmstat("pswpout") == written); i++)
		usleep(20 * 1000);
}

/* What others have left in swap would take the first strike all of the test. */
static int empty_swap(void)
{
	return swapoff(swap_device) || swapon(swap_device, 0) ? -errno : 0;
}

static void strike_with_the_switch(void)
{
	static bool on;

	vt_set_zero_copy(on = !on);
	usleep(1000);
}

/*
 * The workers move to a new cgroup with a limit they cannot keep, and the one
 * they were in goes, with buffers charged to it in the backup.
 */
static void strike_with_a_cgroup(void)
{
	static unsigned int nr;
	char group[64];
	unsigned int i;

	snprintf(group, sizeof(group), GROUP "%u", nr++);
	expect(!vt_cgroup_make(group, GROUP_MAX), "mkdir", errno);
	for (i = 0; i < NR_WORKERS; i++)
		if (workers[i])
			vt_cgroup_join(group, workers[i]);
	expect(!last_group[0] || !rmdir(last_group), "rmdir", errno);
	snprintf(last_group, sizeof(last_group), "%s", group);
	usleep(200 * 1000);
}

static void strike_with_nothing(void)
{
	usleep(10 * 1000);
}

/* Memory failure. */

static bool have_it_fail(uint64_t pfn)
{
	if (!vt_have_it_fail(pfn))
		return false;
	tally->pfn = pfn;
	return true;
}

/* Has it lost a page? It tells the first who needs it, in either way. */
static bool tells_of_a_loss(const struct vt_buf *buf, bool by_access)
{
	int ret;

	if (by_access)
		return vt_raises_sigbus(buf->map);
	ret = restore(buf);
	expect(!ret || ret == -EIO, "restore of a poisoned buffer", ret);
	return ret;
}

/* Then it is as good as any other, and the rest of it has come to no harm. */
static bool has_lost(const struct vt_buf *buf, bool by_access)
{
	bool lost = tells_of_a_loss(buf, by_access);
	int again, ret;
	int64_t shrunk;

	for (again = 0; again < 2; again++) {
		ret = restore(buf);
		expect(!ret, "the next restore", ret);
		if (lost)
			expect(vt_has_lost_a_page(buf), "pages lost", vt_verify(buf));
		else
			expect(!vt_verify(buf), "pages lost of a healthy buffer", 0);
		shrunk = vt_shrink(fd, buf->handle, 0, 0);
		expect(shrunk > 0 || shrunk == -EBUSY, "its next shrink", shrunk);
	}

	return lost;
}

static int victim_main(ino_t group, unsigned int seed)
{
	struct vt_buf bufs[2];
	bool poisoned;
	uint64_t pfn;
	int i;

	/* Its owner is the group, by which the page is found. */
	if (vt_cgroup_join(GROUP, 0))
		return 2;
	/* One that has blocks of order 10, and one that is a single block. */
	for (i = 0; i < 2; i++) {
		if (vt_buf_init(&bufs[i], fd, i ? 64 * 1024 : 4 * VT_MIB,
				(seed + i) % 3, 0))
			return 1;
		vt_fill(&bufs[i], seed + i);
	}
	i = seed % 4 == 3;
	if (vt_shrink(fd, bufs[i].handle, 0, 0) < 0)
		return 0;
	pfn = vt_find_page(group, seed * 7919);
	/* Short of memory, reclaim may have been quicker. */
	if (!pfn)
		return 0;
	/* Reclaim may have backed the other one up, and the page be of that. */
	poisoned = have_it_fail(pfn);
	expect(has_lost(&bufs[0], seed % 2) + has_lost(&bufs[1], seed % 2) == poisoned,
	       "buffers that lost pages", poisoned);
	tally->poisoned += poisoned;
	tally->healthy += !poisoned;

	for (i = 0; i < 2; i++)
		vt_buf_fini(&bufs[i]);
	return 0;
}

/* Its buffer is gone, but a batch for the LRU may still hold the page. */
static bool heal(uint64_t pfn)
{
	vt_write_text("/proc/sys/vm/drop_caches", "1");
	return !vt_heal_page(pfn);
}

static void strike_with_memory_failure(void)
{
	static unsigned int seed;
	struct stat group;
	pid_t victim;
	int status;

	if (stat(GROUP, &group))
		return;
	tally->pfn = 0;
	victim = vt_fork();
	if (!victim)
		_exit(victim_main(group.st_ino, seed));
	seed++;
	if (waitpid(victim, &status, 0) != victim)
		status = -errno;
	expect(!status, "status of a victim", status);
	expect(!tally->pfn || vt_eventually(heal(tally->pfn)), "unpoison",
	       tally->pfn);
}

static int filter_failures(void)
{
	struct stat group;

	if (vt_cgroup_make(GROUP, 512 * VT_MIB) || stat(GROUP, &group))
		return -errno;
	return vt_filter_failures(group.st_ino);
}

/* The tests: one for each way to strike, some of them with the copy path. */

FIXTURE(restore_race)
{
	long long corrupted, counter;
};

FIXTURE_VARIANT(restore_race)
{
	void (*strike)(void);
	enum zero_copy zero_copy;
	/* Counted in /proc/vmstat: proof that the strikes have hit. */
	const char *counter;
};

FIXTURE_VARIANT_ADD(restore_race, reclaim)
{
	.strike = strike_with_reclaim,
	.zero_copy = INSERTS,
	.counter = "pswpout",
};

FIXTURE_VARIANT_ADD(restore_race, reclaim_copied)
{
	.strike = strike_with_reclaim,
	.counter = "pswpout",
};

FIXTURE_VARIANT_ADD(restore_race, writeback)
{
	.strike = strike_with_writeback,
	.zero_copy = INSERTS,
	.counter = "pswpout",
};

FIXTURE_VARIANT_ADD(restore_race, compaction)
{
	.strike = strike_with_compaction,
	.zero_copy = INSERTS,
	.counter = "pgmigrate_success",
};

FIXTURE_VARIANT_ADD(restore_race, swapoff)
{
	.strike = strike_with_swapoff,
	.zero_copy = INSERTS,
	.counter = "pswpout",
};

FIXTURE_VARIANT_ADD(restore_race, swapoff_copied)
{
	.strike = strike_with_swapoff,
	.counter = "pswpout",
};

FIXTURE_VARIANT_ADD(restore_race, memory_failure)
{
	.strike = strike_with_memory_failure,
	.zero_copy = INSERTS,
};

FIXTURE_VARIANT_ADD(restore_race, memory_failure_copied)
{
	.strike = strike_with_memory_failure,
};

FIXTURE_VARIANT_ADD(restore_race, cgroup)
{
	.strike = strike_with_a_cgroup,
	.zero_copy = INSERTS,
	.counter = "pswpout",
};

FIXTURE_VARIANT_ADD(restore_race, signals)
{
	.strike = strike_with_nothing,
	.zero_copy = INSERTS,
};

FIXTURE_VARIANT_ADD(restore_race, signals_copied)
{
	.strike = strike_with_nothing,
};

FIXTURE_VARIANT_ADD(restore_race, the_switch)
{
	.strike = strike_with_the_switch,
	.zero_copy = SWITCHES,
};

FIXTURE_SETUP(restore_race)
{
	fd = vt_open();
	if (fd < 0)
		SKIP(return, "no vttm device");
	if (!vt_budget(1) || !vt_swap_device(swap_device))
		SKIP(return, "no swap");
	if (!vt_has_zero_copy() && variant->zero_copy != COPIES)
		SKIP(return, "this kernel only copies");
	if (!vt_has_memory_cgroups())
		SKIP(return, "no memory cgroups");
	if (variant->strike == strike_with_memory_failure) {
		if (access(VT_HWPOISON, F_OK))
			SKIP(return, "no injection of memory failures");
		ASSERT_EQ(0, filter_failures());
	}
	if (variant->strike == strike_with_swapoff)
		ASSERT_EQ(0, empty_swap());

	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, tally);
	self->corrupted = vt_meminfo_kib("HardwareCorrupted");
	vt_set_zero_copy(variant->zero_copy != COPIES);
}

FIXTURE_TEARDOWN(restore_race)
{
	vt_inject(VT_TTM_FAULTS, "probability", "0");
	vt_unfilter_failures();
	vt_set_zero_copy(true);
	rmdir(last_group);
	rmdir(GROUP);
	swapon(swap_device, 0);
	close(fd);
}

/* Interrupts now and then what signals come too late for. */
static bool interrupt_restores(void)
{
	return !vt_inject(VT_TTM_FAULTS, "times", "-1") &&
	       !vt_inject(VT_TTM_FAULTS, "verbose", "0") &&
	       !vt_inject(VT_TTM_FAULTS, "probability", "3");
}

static void start_workers(struct __test_metadata *_metadata, bool storm)
{
	unsigned int i;

	for (i = 0; i < NR_WORKERS; i++) {
		workers[i] = vt_fork();
		ASSERT_LE(0, workers[i]);
		if (!workers[i])
			_exit(worker_main(i, vt_rounds(8), storm));
	}
}

/* Forgets those that have ended, and returns how many have not. */
static unsigned int count_workers(struct __test_metadata *_metadata)
{
	unsigned int i, running = 0;
	int status;

	for (i = 0; i < NR_WORKERS; i++) {
		if (!workers[i])
			continue;
		if (waitpid(workers[i], &status, WNOHANG) == workers[i]) {
			EXPECT_EQ(0, status)
				TH_LOG("worker %u: status %#x", i, status);
			workers[i] = 0;
		} else {
			running++;
		}
	}

	return running;
}

static long long strike_counter(const char *counter)
{
	return counter ? vt_vmstat(counter) : -1;
}

static bool has_counted(const char *counter, long long from)
{
	return !counter || strike_counter(counter) > from;
}

static long long stat_of(const char *name)
{
	return vt_counter(VT_BACKUP_STATS, name);
}

TEST_F_TIMEOUT(restore_race, every_word_comes_back, 300)
{
	bool failures = variant->strike == strike_with_memory_failure;
	bool storm = variant->strike == strike_with_nothing;
	bool interrupts = storm && interrupt_restores();
	long long counter = strike_counter(variant->counter);
	long long taken = stat_of("taken"), copied = stat_of("copied");
	unsigned int strikes = 0;

	start_workers(_metadata, storm);
	do {
		variant->strike();
		strikes++;
		tally->enough = strikes >= MIN_STRIKES &&
				(!interrupts || tally->interrupted) &&
				(!failures || tally->poisoned) &&
				has_counted(variant->counter, counter);
	} while (count_workers(_metadata));

	EXPECT_EQ(0, tally->wrong);
	EXPECT_EQ(0, tally->errors);
	EXPECT_LT(0, tally->restores);
	/* It did happen, and both ways where there are two. */
	EXPECT_TRUE(has_counted(variant->counter, counter));
	EXPECT_EQ(variant->zero_copy != COPIES, stat_of("taken") > taken);
	if (variant->zero_copy != INSERTS)
		EXPECT_LT(copied, stat_of("copied"));
	EXPECT_EQ(interrupts, tally->interrupted > 0);
	EXPECT_EQ(failures, tally->poisoned > 0);
	EXPECT_EQ(self->corrupted, vt_meminfo_kib("HardwareCorrupted"));
	TH_LOG("%lu restores (%lu interruptions), %u strikes (%lu pages failed, %lu did not)",
	       tally->restores, tally->interrupted, strikes, tally->poisoned,
	       tally->healthy);
}

TEST_HARNESS_MAIN
