// SPDX-License-Identifier: GPL-2.0
/*
 * The backup of a buffer is charged to the memory cgroup of the task that
 * created the buffer, whether a neighbour shrinks it or the machine's reclaim.
 * There are exceptions: if the charge would harm the owner, or if buffers are
 * copied, the task that shrinks the buffer is charged, as before. In these
 * tests a client creates the buffer, and the test, which is in another cgroup,
 * shrinks it.
 */
#include "vttm_test.h"

#include "kselftest_harness.h"

#define PARENT		VT_CGROUPS "/vttm_owner"
#define OWNER		PARENT "/owner"
#define NEIGHBOUR	PARENT "/neighbour"
#define AMPLE		(512 * VT_MIB)
#define BUF_SIZE	(16 * VT_MIB)
/* For page tables, the file and similar memory. */
#define SLACK		((long long)VT_MIB)

/* The client's buffer, and the command for the client. */
struct shared {
	uint32_t handle;
	uint64_t wrong;
	bool ready, verify, done;
};

FIXTURE(owner)
{
	int fd;
	pid_t client;
	struct shared *shared;
};

FIXTURE_VARIANT(owner)
{
	bool zero_copy;
	uint32_t flags;
};

FIXTURE_VARIANT_ADD(owner, inserted)
{
	.zero_copy = true,
};

FIXTURE_VARIANT_ADD(owner, written)
{
	.zero_copy = true,
	.flags = VTTM_SHRINK_WRITEBACK,
};

FIXTURE_VARIANT_ADD(owner, copied)
{
	.zero_copy = false,
};

static bool is_set(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set(bool *flag)
{
	__atomic_store_n(flag, true, __ATOMIC_RELEASE);
}

static int client_main(int fd, struct shared *shared)
{
	struct vt_buf buf;

	if (vt_cgroup_join(OWNER, 0) ||
	    vt_buf_init(&buf, fd, BUF_SIZE, VTTM_CACHING_CACHED, 0))
		return 1;
	vt_fill(&buf, 1);
	shared->handle = buf.handle;
	set(&shared->ready);

	while (!is_set(&shared->verify))
		usleep(1000);
	shared->wrong = vt_verify(&buf);
	set(&shared->done);
	vt_buf_fini(&buf);
	return 0;
}

FIXTURE_SETUP(owner)
{
	self->fd = vt_open();
	if (self->fd < 0)
		SKIP(return, "no vttm device");
	if (!vt_budget(1))
		SKIP(return, "no swap");
	if (!vt_has_memory_cgroups())
		SKIP(return, "no memory cgroups");
	if (!vt_has_zero_copy() && variant->zero_copy)
		SKIP(return, "this kernel only copies");

	vt_set_zero_copy(variant->zero_copy);
	ASSERT_EQ(0, vt_cgroup_make(PARENT, AMPLE));
	ASSERT_EQ(0, vt_write_text(PARENT "/cgroup.subtree_control", "+memory"));
	ASSERT_EQ(0, vt_cgroup_make(OWNER, AMPLE));
	ASSERT_EQ(0, vt_cgroup_make(NEIGHBOUR, AMPLE));
	self->shared = mmap(NULL, sizeof(*self->shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->shared);

	self->client = vt_fork();
	ASSERT_LE(0, self->client);
	if (!self->client)
		_exit(client_main(self->fd, self->shared));
	ASSERT_TRUE(vt_eventually(is_set(&self->shared->ready)));
	ASSERT_EQ(0, vt_cgroup_join(NEIGHBOUR, 0));
}

FIXTURE_TEARDOWN(owner)
{
	vt_cgroup_join(VT_CGROUPS, 0);
	kill(self->client, SIGKILL);
	waitpid(self->client, NULL, 0);
	close(self->fd);
	rmdir(OWNER);
	rmdir(NEIGHBOUR);
	rmdir(PARENT);
	vt_set_zero_copy(true);
}

/* Bytes of shmem that are charged to @group, in memory and in swap. */
static long long charged(const char *group)
{
	char path[96];
	long long swap;

	snprintf(path, sizeof(path), "%s/memory.swap.current", group);
	swap = vt_read_number(path);
	snprintf(path, sizeof(path), "%s/memory.stat", group);
	return vt_counter(path, "shmem") + swap;
}

static bool about(long long value, long long expected)
{
	return value >= expected - SLACK && value <= expected + SLACK;
}

/* The counters are updated with a delay. */
static void expect_pays(struct __test_metadata *_metadata, const char *group,
			long long bytes)
{
	EXPECT_TRUE(vt_eventually(about(charged(group), bytes)))
		TH_LOG("%s pays for %lld bytes", group, charged(group));
}

static void expect_all_shrunk(struct __test_metadata *_metadata, int fd,
			      const struct shared *shared, uint32_t flags)
{
	EXPECT_EQ(BUF_SIZE / VT_PAGE, vt_shrink(fd, shared->handle, flags, 0));
}

/* The group that is charged when the neighbour shrinks and the owner may pay. */
static const char *payer(bool zero_copy)
{
	return zero_copy ? OWNER : NEIGHBOUR;
}

static void expect_pays_nothing(struct __test_metadata *_metadata,
				const char *group)
{
	EXPECT_TRUE(about(charged(group), 0))
		TH_LOG("%s pays for %lld bytes", group, charged(group));
}

/* The client verifies its content and exits. */
static void finish(struct __test_metadata *_metadata, struct shared *shared,
		   pid_t client)
{
	int status;

	set(&shared->verify);
	ASSERT_EQ(client, waitpid(client, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_TRUE(is_set(&shared->done));
	EXPECT_EQ(0, shared->wrong);
}

TEST_F_TIMEOUT(owner, pays_for_a_neighbours_shrink, 120)
{
	const char *group = payer(variant->zero_copy);

	expect_all_shrunk(_metadata, self->fd, self->shared, variant->flags);
	expect_pays(_metadata, group, BUF_SIZE);
	expect_pays_nothing(_metadata, variant->zero_copy ? NEIGHBOUR : OWNER);

	finish(_metadata, self->shared, self->client);
	expect_pays(_metadata, group, 0);
}

/* Allocate more memory than there is, until the buffer has been backed up. */
static void press(struct __test_metadata *_metadata)
{
	size_t size = (vt_meminfo_kib("MemTotal") << 10) / 16 * 15, i;
	char *mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, mem);
	for (i = 0; i < size; i += VT_PAGE) {
		mem[i] = 1;
		if (!(i % VT_MIB) && about(charged(OWNER), BUF_SIZE))
			break;
	}
	munmap(mem, size);
}

TEST_F_TIMEOUT(owner, pays_for_the_machines_reclaim, 300)
{
	long long killed = vt_vmstat("oom_kill");

	if (variant->flags)
		SKIP(return, "reclaim decides what is written");
	if (!variant->zero_copy)
		SKIP(return, "the owner does not pay for copies");
	/* Leave cgroups that could run out of memory before the machine does. */
	ASSERT_EQ(0, vt_cgroup_join(VT_CGROUPS, 0));
	press(_metadata);
	expect_pays(_metadata, OWNER, BUF_SIZE);
	EXPECT_EQ(killed, vt_vmstat("oom_kill"));
	finish(_metadata, self->shared, self->client);
}

/*
 * A charge would harm the owner if it took the owner to a limit, where the
 * owner itself would be throttled or killed, or if the owner could not get rid
 * of the pages. In these cases the neighbour pays.
 */
static void expect_owner_is_spared(struct __test_metadata *_metadata, int fd,
				   struct shared *shared, pid_t client,
				   uint32_t flags)
{
	expect_all_shrunk(_metadata, fd, shared, flags);
	expect_pays(_metadata, NEIGHBOUR, BUF_SIZE);
	expect_pays_nothing(_metadata, OWNER);
	EXPECT_EQ(0, vt_counter(OWNER "/memory.events", "max"));
	EXPECT_EQ(0, vt_counter(OWNER "/memory.events", "high"));
	finish(_metadata, shared, client);
	EXPECT_EQ(0, vt_counter(OWNER "/memory.events", "oom_kill"));
}

TEST_F_TIMEOUT(owner, does_not_pay_at_its_limit, 120)
{
	ASSERT_EQ(0, vt_write_number(OWNER "/memory.max", BUF_SIZE / 2));
	expect_owner_is_spared(_metadata, self->fd, self->shared, self->client,
			       variant->flags);
}

TEST_F_TIMEOUT(owner, does_not_pay_above_high, 120)
{
	ASSERT_EQ(0, vt_write_number(OWNER "/memory.high", BUF_SIZE / 2));
	expect_owner_is_spared(_metadata, self->fd, self->shared, self->client,
			       variant->flags);
}

TEST_F_TIMEOUT(owner, does_not_pay_at_a_parents_limit, 120)
{
	/* The neighbour is in the parent as well, so move it out first. */
	ASSERT_EQ(0, vt_cgroup_join(VT_CGROUPS, 0));
	ASSERT_EQ(0, vt_write_number(PARENT "/memory.high", BUF_SIZE / 2));
	expect_all_shrunk(_metadata, self->fd, self->shared, variant->flags);
	expect_pays_nothing(_metadata, OWNER);
	finish(_metadata, self->shared, self->client);
}

TEST_F_TIMEOUT(owner, does_not_pay_without_swap, 120)
{
	ASSERT_EQ(0, vt_write_number(OWNER "/memory.swap.max", 0));
	expect_owner_is_spared(_metadata, self->fd, self->shared, self->client,
			       variant->flags);
}

TEST_F_TIMEOUT(owner, does_not_pay_beyond_its_swap, 120)
{
	ASSERT_EQ(0, vt_write_number(OWNER "/memory.swap.max", BUF_SIZE / 2));
	expect_owner_is_spared(_metadata, self->fd, self->shared, self->client,
			       variant->flags);
}

/* Reclaim would skip the pages. */
TEST_F_TIMEOUT(owner, does_not_pay_with_memory_min, 120)
{
	ASSERT_EQ(0, vt_write_number(OWNER "/memory.min", 2 * BUF_SIZE));
	expect_owner_is_spared(_metadata, self->fd, self->shared, self->client,
			       variant->flags);
}

TEST_F_TIMEOUT(owner, does_not_pay_with_memory_low, 120)
{
	ASSERT_EQ(0, vt_write_number(OWNER "/memory.low", 2 * BUF_SIZE));
	expect_owner_is_spared(_metadata, self->fd, self->shared, self->client,
			       variant->flags);
}

TEST_F_TIMEOUT(owner, is_succeeded_by_the_parent, 120)
{
	ASSERT_EQ(0, vt_cgroup_join(NEIGHBOUR, self->client));
	ASSERT_TRUE(vt_eventually(!rmdir(OWNER)));
	expect_all_shrunk(_metadata, self->fd, self->shared, variant->flags);
	/* The counters of the parent include those of the neighbour. */
	expect_pays(_metadata, PARENT, BUF_SIZE);
	if (variant->zero_copy)
		expect_pays_nothing(_metadata, NEIGHBOUR);
	else
		expect_pays(_metadata, NEIGHBOUR, BUF_SIZE);
	finish(_metadata, self->shared, self->client);
}

TEST_HARNESS_MAIN
