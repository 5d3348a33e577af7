// SPDX-License-Identifier: GPL-2.0
/*
 * A client in a memory cgroup smaller than its buffers. Pages that it shrinks
 * are charged to the cgroup, which must swap them out again instead of killing.
 */
#include "vttm_test.h"

#include "kselftest_harness.h"

#define GROUP		VT_CGROUPS "/vttm_selftest"
#define GROUP_MAX	(24 * VT_MIB)
#define NR_BUFS		8
#define BUF_SIZE	(12 * VT_MIB)
#define ROUNDS		2

FIXTURE(cgroup)
{
	int unused;
};

FIXTURE_VARIANT(cgroup)
{
	uint32_t flags;
};

FIXTURE_VARIANT_ADD(cgroup, reclaimed) { .flags = 0 };
FIXTURE_VARIANT_ADD(cgroup, written) { .flags = VTTM_SHRINK_WRITEBACK };

FIXTURE_SETUP(cgroup)
{
	int fd = vt_open();

	if (fd < 0)
		SKIP(return, "no vttm device");
	close(fd);
	if (!vt_has_memory_cgroups())
		SKIP(return, "no memory cgroups");
	if (!vt_budget(1))
		SKIP(return, "no swap");
	ASSERT_EQ(0, vt_cgroup_make(GROUP, GROUP_MAX));
}

FIXTURE_TEARDOWN(cgroup)
{
	rmdir(GROUP);
}

static int client_round(struct vt_buf *bufs, uint32_t flags)
{
	int i;

	for (i = 0; i < NR_BUFS; i++)
		if (vt_shrink(bufs[i].fd, bufs[i].handle, flags, 0) < 0)
			return 2;
	for (i = 0; i < NR_BUFS; i++)
		if (vt_verify(&bufs[i]))
			return 3;

	return 0;
}

static int client_main(uint32_t flags)
{
	struct vt_buf bufs[NR_BUFS];
	int fd = vt_open(), i, ret;

	if (vt_cgroup_join(GROUP, 0))
		return 1;
	for (i = 0; i < NR_BUFS; i++) {
		if (vt_buf_init(&bufs[i], fd, BUF_SIZE, i % 3, i))
			return 1;
		vt_fill(&bufs[i], i);
	}
	for (i = 0; i < ROUNDS; i++) {
		ret = client_round(bufs, flags);
		if (ret)
			return ret;
	}

	return 0;
}

TEST_F_TIMEOUT(cgroup, stays_in_its_limit, 300)
{
	pid_t bystander, client;
	int status;

	/* In the same cgroup, but without buffers: it would be killed as well. */
	bystander = vt_fork();
	ASSERT_LE(0, bystander);
	if (!bystander) {
		vt_cgroup_join(GROUP, 0);
		pause();
		_exit(0);
	}

	client = vt_fork();
	ASSERT_LE(0, client);
	if (!client)
		_exit(client_main(variant->flags));
	ASSERT_EQ(client, waitpid(client, &status, 0));
	EXPECT_EQ(0, status);

	/* Check that the buffers have reached the limit. */
	EXPECT_LT(GROUP_MAX / 2, vt_read_number(GROUP "/memory.peak"));
	EXPECT_EQ(0, vt_counter(GROUP "/memory.events", "oom_kill"));
	EXPECT_EQ(0, waitpid(bystander, &status, WNOHANG));
	kill(bystander, SIGKILL);
	ASSERT_EQ(bystander, waitpid(bystander, &status, 0));

	/* All charges are gone in the end. */
	EXPECT_TRUE(vt_eventually(vt_read_number(GROUP "/memory.current") <
				  (long long)VT_MIB))
		TH_LOG("memory.current %lld",
		       vt_read_number(GROUP "/memory.current"));
	EXPECT_TRUE(vt_eventually(vt_read_number(GROUP "/memory.swap.current") <
				  (long long)VT_MIB))
		TH_LOG("memory.swap.current %lld",
		       vt_read_number(GROUP "/memory.swap.current"));
}

TEST_HARNESS_MAIN
