// SPDX-License-Identifier: GPL-2.0
/*
 * Back up and restore buffers while something else works on their pages:
 * reclaim, writeback, compaction, swapoff, memory failure, the limit and the
 * removal of a cgroup, signals, the zero-copy switch. Every word comes back.
 *
 * The exception is a page that fails while it is in the backup. The next user
 * of its buffer gets an error once: EIO, or SIGBUS on access. Everything else
 * in that buffer comes back, and other buffers are not affected.
 */
#include "vttm_poison.h"

#include <stdatomic.h>
#include <sys/swap.h>

#include "kselftest_harness.h"

#define NR_WORKERS	3
#define MIN_STRIKES	2
#define GROUP		VT_CGROUPS "/vttm_race"
#define GROUP_MAX	(16 * VT_MIB)

/* In pages. One has no whole block, the last one has blocks of order 10. */
static const uint64_t sizes[] = { 1, 7, 64, 513, 2048 };
#define NR_BUFS		ARRAY_SIZE(sizes)

enum zero_copy { COPIES, INSERTS, SWITCHES };

/* Reports from the workers and the victims of memory failures to the test. */
static struct tally {
	atomic_ulong restores, interrupted, wrong, errors;
	atomic_ulong poisoned, healthy;
	atomic_ulong pfn;
	/* The strikes have had an effect as often as required. */
	atomic_bool enough;
} *tally;

static int fd;
static pid_t workers[NR_WORKERS];
static char swap_device[VT_SWAP_DEVICE], last_group[64];

/* Print a message once. The test fails later. */
static void expect(bool ok, const char *what, long long value)
{
	if (!ok && !tally->errors++)
		fprintf(stderr, "# %s: %lld\n", what, value);
}

/* Workers. */

static void on_signal(int sig)
{
	(void)sig;
}

/* Without SA_RESTART, so that interrupted calls return EINTR. */
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

/* Like vt_restore(), but count how often the call had to be repeated. */
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

	/* Somebody else has shrunk it, or there is no swap at this moment. */
	expect(ret > 0 || ret == -EBUSY, "shrink", ret);
}

/* Replace the buffer, so that the new one belongs to the current cgroup. */
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

	/* Otherwise restore by page faults. */
	if (rand_r(seed) % 2) {
		ret = restore(buf);
		expect(!ret, "restore", ret);
	}
	tally->wrong += vt_verify(buf);
	tally->restores++;
	/* If a copy of the old content was left behind, it must not come back. */
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

	/* Stop in the end even if no strike ever has an effect. */
	for (round = 0; round < rounds ||
	     (!tally->enough && round < 32 * rounds); round++) {
		for (i = 0; i < NR_BUFS; i++)
			back_up(&bufs[i], &seed);
		/* Give the strikes time to find the pages. */
		usleep(rand_r(&seed) % 8 * 1000);
		for (i = 0; i < NR_BUFS; i++)
			bring_back(&bufs[(i + round) % NR_BUFS], &seed);
	}

	return 0;
}

/* The strikes. Each call strikes the workers once. */

static void strike_with_reclaim(void)
{
	/* EAGAIN means that less was reclaimed than requested. */
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

/* Leave time between two calls, so that something gets into swap. */
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

/* Otherwise the first strike would spend the whole test on old swap content. */
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
 * Move the workers to a new cgroup with a limit that is too small for them.
 * Remove the old one, to which buffers in the backup are charged.
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

/* Has the buffer lost a page? The first user is told, in either of two ways. */
static bool tells_of_a_loss(const struct vt_buf *buf, bool by_access)
{
	int ret;

	if (by_access)
		return vt_raises_sigbus(buf->map);
	ret = restore(buf);
	expect(!ret || ret == -EIO, "restore of a poisoned buffer", ret);
	return ret;
}

/* After that the buffer is usable again, and the rest of it is intact. */
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

	/* The page is found by its owner, which is this group. */
	if (vt_cgroup_join(GROUP, 0))
		return 2;
	/* One buffer has blocks of order 10, the other is a single block. */
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
	/* If memory is short, reclaim may have been faster. */
	if (!pfn)
		return 0;
	/* Reclaim may have backed up the other buffer, and the page may belong to it. */
	poisoned = have_it_fail(pfn);
	expect(has_lost(&bufs[0], seed % 2) + has_lost(&bufs[1], seed % 2) == poisoned,
	       "buffers that lost pages", poisoned);
	tally->poisoned += poisoned;
	tally->healthy += !poisoned;

	for (i = 0; i < 2; i++)
		vt_buf_fini(&bufs[i]);
	return 0;
}

/* The buffer is gone, but an LRU batch may still hold the page. */
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

/* The tests: one for each kind of strike, some of them also with copying. */

FIXTURE(restore_race)
{
	long long corrupted, counter;
};

FIXTURE_VARIANT(restore_race)
{
	void (*strike)(void);
	enum zero_copy zero_copy;
	/* A counter in /proc/vmstat that proves that the strikes had an effect. */
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

/* Occasionally interrupt restores that are too fast for signals. */
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

/* Reap workers that have exited, and return how many have not. */
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
	/* Check that it did happen, in both ways if there are two. */
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
