// SPDX-License-Identifier: GPL-2.0
/*
 * Several clients with more buffers than fit into memory. Each of them must
 * find its own content and never that of another.
 */
#include "vttm_test.h"

#include "kselftest_harness.h"

#define NR_CLIENTS	4
#define NR_BUFS		16

FIXTURE(clients)
{
	uint64_t buf_size;
};

FIXTURE_SETUP(clients)
{
	int fd = vt_open();

	if (fd < 0)
		SKIP(return, "no vttm device");
	close(fd);
	self->buf_size = vt_budget(130) / (NR_CLIENTS * NR_BUFS);
	self->buf_size &= ~(VT_PAGE - 1);
	if (!self->buf_size)
		SKIP(return, "no swap");
}

FIXTURE_TEARDOWN(clients)
{
}

/* Returns the number of wrong pages that @client has seen, or 255 on error. */
static int client_main(unsigned int client, uint64_t buf_size)
{
	struct vt_buf bufs[NR_BUFS];
	unsigned int i;
	uint64_t bad = 0;
	int fd = vt_open();

	for (i = 0; i < NR_BUFS; i++) {
		if (vt_buf_init(&bufs[i], fd, buf_size, (client + i) % 3, 0))
			return 255;
		vt_fill(&bufs[i], client * 1000 + i);
	}

	srand(client);
	for (i = 0; i < NR_BUFS / 2; i++) {
		struct vt_buf *buf = &bufs[rand() % NR_BUFS];

		bad += vt_verify(buf);
		vt_fill(buf, client * 1000 + NR_BUFS + i);
	}
	for (i = 0; i < NR_BUFS; i++)
		bad += vt_verify(&bufs[i]);

	return bad < 254 ? bad : 254;
}

TEST_F_TIMEOUT(clients, keep_their_own_content, 600)
{
	long long swapped = vt_vmstat("pswpout");
	pid_t pids[NR_CLIENTS];
	int i, status;

	for (i = 0; i < NR_CLIENTS; i++) {
		pids[i] = vt_fork();
		ASSERT_LE(0, pids[i]);
		if (!pids[i])
			_exit(client_main(i, self->buf_size));
	}
	for (i = 0; i < NR_CLIENTS; i++) {
		ASSERT_EQ(pids[i], waitpid(pids[i], &status, 0));
		EXPECT_EQ(0, status)
			TH_LOG("client %d: status %#x", i, status);
	}
	EXPECT_LT(swapped, vt_vmstat("pswpout"));
}

TEST_HARNESS_MAIN
