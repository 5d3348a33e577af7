// SPDX-License-Identifier: GPL-2.0
/*
 * Clients killed in the middle of faults, restores and shrinks leave nothing
 * behind: no page, no buffer, no swap.
 */
#include "vttm_test.h"

#include "kselftest_harness.h"

#define NR_BUFS		6
#define BUF_SIZE	(4 * VT_MIB)
#define ROUNDS		30
#define VICTIMS		2
/* Half of what one buffer would leave behind. */
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

TEST_HARNESS_MAIN
