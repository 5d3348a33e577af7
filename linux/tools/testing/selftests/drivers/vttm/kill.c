// SPDX-License-Identifier: GPL-2.0
/*
 * Clients that are killed in the middle of faults, restores and shrinks leave
 * nothing behind: no page, no buffer, no swap. They stop what they are doing,
 * and others can use the memory that they have taken.
 */
#include <sys/time.h>

#include "vttm_test.h"

#include "kselftest_harness.h"

#define NR_BUFS		6
#define BUF_SIZE	(4 * VT_MIB)
#define ROUNDS		30
#define VICTIMS		2
/* Half of the memory that one leaked buffer would take. */
#define SLACK_KIB	((long long)(BUF_SIZE >> 11))

FIXTURE(kill)
{
	long long gpu_active, buffers, shmem_kib, swap_kib;
};

static long long nr_buffers(void)
{
	return vt_read_number("/sys/kernel/debug/ttm/buffer_objects");
}

FIXTURE_SETUP(kill)
{
	int fd = vt_open();

	if (fd < 0)
		SKIP(return, "no vttm device");
	close(fd);
	if (!vt_budget(1))
		SKIP(return, "no swap");
	srand(1);
	self->gpu_active = vt_vmstat("nr_gpu_active");
	self->buffers = nr_buffers();
	self->shmem_kib = vt_meminfo_kib("Shmem");
	self->swap_kib = vt_swap_used_kib();
}

FIXTURE_TEARDOWN(kill)
{
}

static void victim_main(unsigned int seed)
{
	struct vt_buf bufs[NR_BUFS];
	int fd = vt_open(), i;

	srand(seed);
	for (i = 0; i < NR_BUFS; i++) {
		if (vt_buf_init(&bufs[i], fd, BUF_SIZE, i % 3, i))
			_exit(1);
		vt_fill(&bufs[i], i);
	}

	for (;;) {
		struct vt_buf *buf = &bufs[rand() % NR_BUFS];

		switch (rand() % 4) {
		case 0:
			vt_shrink(fd, buf->handle, 0, 0);
			break;
		case 1:
			vt_shrink(fd, buf->handle, VTTM_SHRINK_WRITEBACK, 0);
			break;
		case 2:
			vt_restore(fd, buf->handle);
			break;
		default:
			if (vt_verify(buf))
				_exit(2);
		}
	}
}

TEST_F_TIMEOUT(kill, leaves_nothing_behind, 300)
{
	unsigned int round, i;

	for (round = 0; round < ROUNDS; round++) {
		pid_t pids[VICTIMS];

		for (i = 0; i < VICTIMS; i++) {
			pids[i] = vt_fork();
			ASSERT_LE(0, pids[i]);
			if (!pids[i])
				victim_main(round * VICTIMS + i);
		}
		usleep(rand() % 400 * 1000);
		for (i = 0; i < VICTIMS; i++) {
			int status;

			kill(pids[i], SIGKILL);
			ASSERT_EQ(pids[i], waitpid(pids[i], &status, 0));
			EXPECT_TRUE(WIFSIGNALED(status))
				TH_LOG("victim ended with %#x", status);
		}
	}

	EXPECT_TRUE(vt_eventually(nr_buffers() <= self->buffers))
		TH_LOG("buffers: %lld, now %lld", self->buffers, nr_buffers());
	EXPECT_TRUE(vt_eventually(vt_vmstat("nr_gpu_active") <=
				  self->gpu_active))
		TH_LOG("nr_gpu_active: %lld, now %lld", self->gpu_active,
		       vt_vmstat("nr_gpu_active"));
	EXPECT_TRUE(vt_eventually(vt_meminfo_kib("Shmem") <=
				  self->shmem_kib + SLACK_KIB))
		TH_LOG("Shmem: %lld KiB, now %lld", self->shmem_kib,
		       vt_meminfo_kib("Shmem"));
	EXPECT_TRUE(vt_eventually(vt_swap_used_kib() <=
				  self->swap_kib + SLACK_KIB))
		TH_LOG("swap: %lld KiB, now %lld", self->swap_kib,
		       vt_swap_used_kib());
}

/* Restoring this takes long enough for a signal to arrive. */
#define LARGE_SIZE	(48 * VT_MIB)
#define ATTEMPTS	20

static long long nr_restored(void)
{
	return vt_counter(VT_BACKUP_STATS, "restored");
}

static bool is_backed_up(const struct vt_buf *buf)
{
	struct drm_vttm_info info;

	return !vt_info(buf->fd, buf->handle, &info) &&
	       (info.state & VTTM_STATE_BACKED_UP);
}

/* Create a large buffer of this process and back it up. */
static void back_up(struct __test_metadata *_metadata, struct vt_buf *buf)
{
	ASSERT_EQ(0, vt_buf_init(buf, vt_open(), LARGE_SIZE, VTTM_CACHING_CACHED, 7));
	vt_fill(buf, 7);
	ASSERT_EQ(vt_pages(buf), vt_shrink(buf->fd, buf->handle, VTTM_SHRINK_WRITEBACK, 0));
}

static void give_back(struct __test_metadata *_metadata, struct vt_buf *buf)
{
	EXPECT_EQ(0, vt_verify(buf));
	vt_buf_fini(buf);
	close(buf->fd);
}

/* Kill a process in the middle of a restore. Returns whether that ended the restore. */
static bool kill_a_restore(struct __test_metadata *_metadata, const struct vt_buf *buf)
{
	long long before = nr_restored();
	pid_t pid = vt_fork();
	int status;

	ASSERT_LE(0, pid);
	if (!pid)
		_exit(vt_restore(buf->fd, buf->handle) ? 1 : 0);
	while (nr_restored() == before && !waitpid(pid, &status, WNOHANG))
		;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return is_backed_up(buf);
}

TEST_F_TIMEOUT(kill, ends_a_restore, 120)
{
	unsigned int attempts = ATTEMPTS;
	struct vt_buf buf;
	bool ended;

	do {
		back_up(_metadata, &buf);
		ended = kill_a_restore(_metadata, &buf);
		give_back(_metadata, &buf);
	} while (!ended && --attempts);
	EXPECT_TRUE(ended);
}

static uint64_t nr_resident(const struct vt_buf *buf)
{
	struct drm_vttm_info info;

	return vt_info(buf->fd, buf->handle, &info) ? 0 : info.resident;
}

/* Make the kernel call its shrinkers. Returns whether nothing is left of the buffer. */
static bool reclaims(const struct vt_buf *buf)
{
	vt_write_text("/proc/sys/vm/drop_caches", "2");
	return !nr_resident(buf);
}

/* The buffer still exists, but nobody uses it. */
TEST_F_TIMEOUT(kill, half_a_buffer_can_be_reclaimed, 120)
{
	unsigned int attempts = ATTEMPTS;
	struct vt_buf buf;
	bool ended;

	do {
		back_up(_metadata, &buf);
		ended = kill_a_restore(_metadata, &buf) && nr_resident(&buf);
		if (ended)
			EXPECT_TRUE(vt_eventually(reclaims(&buf)));
		give_back(_metadata, &buf);
	} while (!ended && --attempts);
	EXPECT_TRUE(ended);
}

/* So large that restoring all of it takes much longer than exiting should. */
#define CLIENT_SIZE	(256 * VT_MIB)
#define CLIENTS		5
/* Several times the amount that is read at once. */
#define READ_AHEAD	(16 * VT_MIB / VT_PAGE)

static uint64_t client_size(void)
{
	uint64_t budget = vt_budget(40) & ~(VT_MIB - 1);

	return budget < CLIENT_SIZE ? budget : CLIENT_SIZE;
}

/*
 * Pages that have been written stay in memory until the memory is needed. Do
 * not reclaim more than these, because that would affect everybody.
 */
static bool swap_cache_is_empty(void)
{
	long long kib = vt_meminfo_kib("SwapCached");

	if (kib < 1024)
		return true;
	vt_write_number(VT_CGROUPS "/memory.reclaim", kib << 10);
	return false;
}

/* Get a buffer of @size completely into swap, report that, and restore it. */
static void client_main(uint64_t size, int ready)
{
	struct vt_buf buf;

	if (vt_buf_init(&buf, vt_open(), size, VTTM_CACHING_CACHED, 7))
		_exit(1);
	vt_fill(&buf, 7);
	if (vt_shrink(buf.fd, buf.handle, VTTM_SHRINK_WRITEBACK, 0) != vt_pages(&buf))
		_exit(2);
	if (!vt_eventually(swap_cache_is_empty()))
		_exit(3);
	if (write(ready, "", 1) != 1)
		_exit(4);
	_exit(vt_restore(buf.fd, buf.handle) ? 5 : 0);
}

/* Pages that were read from swap. zswap has a counter of its own. */
static long long nr_read(void)
{
	long long zswpin = vt_counter("/proc/vmstat", "zswpin");

	return vt_counter("/proc/vmstat", "pswpin") + (zswpin > 0 ? zswpin : 0);
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Result of killing a client that was restoring its buffer. */
struct end {
	int status;
	long long before, after, ms;
};

/* Kill the client @delay_ms after it has started to read. */
static void kill_a_client(struct __test_metadata *_metadata, uint64_t size,
			  unsigned int delay_ms, struct end *end)
{
	long long start, at, ms;
	int ready[2];
	char byte;
	pid_t pid;

	ASSERT_EQ(0, pipe(ready));
	pid = vt_fork();
	ASSERT_LE(0, pid);
	if (!pid)
		client_main(size, ready[1]);
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	close(ready[0]);
	start = nr_read();
	while (nr_read() == start && !waitpid(pid, &end->status, WNOHANG))
		;
	usleep(delay_ms * 1000);
	at = nr_read();
	ms = now_ms();
	kill(pid, SIGKILL);
	waitpid(pid, &end->status, 0);
	end->ms = now_ms() - ms;
	end->before = at - start;
	end->after = nr_read() - at;
}

/*
 * A client that dies waits only for pages that are already being read. With a
 * slow swap device, reading all of the buffer would take minutes.
 */
TEST_F_TIMEOUT(kill, ends_a_client_that_reads, 600)
{
	unsigned int clients = vt_rounds(CLIENTS), killed = 0, i;
	uint64_t size = client_size();
	struct end end;

	for (i = 0; killed < clients && i < 2 * CLIENTS; i++) {
		kill_a_client(_metadata, size, i % CLIENTS * 130, &end);
		if (!WIFSIGNALED(end.status)) {
			EXPECT_EQ(0, end.status);
			continue;
		}
		killed++;
		EXPECT_GE(READ_AHEAD, end.after);
		TH_LOG("gone after %lld ms; of %llu pages %lld read before, %lld after the signal",
		       end.ms, (unsigned long long)(size / VT_PAGE), end.before, end.after);
	}
	EXPECT_LT(0, killed);
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* How often a signal interrupted the restore before it finished; -1 on other errors. */
static int restore_under_signals(const struct vt_buf *buf)
{
	const struct itimerval often = { { 0, 500 }, { 0, 500 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	struct drm_vttm_restore args = { .handle = buf->handle };
	int interrupted = 0;

	setitimer(ITIMER_REAL, &often, NULL);
	while (ioctl(buf->fd, DRM_IOCTL_VTTM_RESTORE, &args)) {
		if (errno != EINTR) {
			interrupted = -1;
			break;
		}
		interrupted++;
	}
	setitimer(ITIMER_REAL, &never, NULL);
	return interrupted;
}

TEST_F_TIMEOUT(kill, signals_do_not_stop_a_restore_for_good, 120)
{
	struct sigaction action = { .sa_handler = on_alarm };
	unsigned int attempts = ATTEMPTS;
	struct vt_buf buf;
	int interrupted;

	ASSERT_EQ(0, sigaction(SIGALRM, &action, NULL));
	do {
		back_up(_metadata, &buf);
		interrupted = restore_under_signals(&buf);
		EXPECT_FALSE(is_backed_up(&buf));
		give_back(_metadata, &buf);
	} while (!interrupted && --attempts);
	EXPECT_LT(0, interrupted);
}

TEST_HARNESS_MAIN
