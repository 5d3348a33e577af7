// SPDX-License-Identifier: GPL-2.0
/*
 * owner: which cgroup pays for a buffer that another one has backed up, and which is killed.
 *
 * A is in a memory cgroup with a limit and has a buffer. B is in another cgroup and has the
 * buffer backed up: it asks the device, also with no room for the buffer in its own cgroup,
 * or it allocates so much memory that the buffer has to go. Then A uses its buffer again,
 * and some memory of its own. This runs once for each kind of limit.
 */
#include <stdarg.h>

#include <drivers/vttm/vttm_test.h>

#define TOP		VT_CGROUPS "/owner"
#define ABOVE_A		TOP "/above"
#define GROUP_A		ABOVE_A "/a"
#define GROUP_B		TOP "/b"
#define BUF_SIZE	(16 * VT_MIB)
/* The memory that A needs at the end: less than half of its buffer. */
#define WORK_SIZE	(4 * VT_MIB)

static const struct limit {
	const char *name, *path, *parent;
	unsigned long long value;
} limits[] = {
	{ "none", NULL, NULL, 0 },
	{ "memory.max, half a buffer", GROUP_A "/memory.max", NULL, BUF_SIZE / 2 },
	{ "memory.high, half a buffer", GROUP_A "/memory.high", NULL, BUF_SIZE / 2 },
	{ "memory.min, two buffers", GROUP_A "/memory.min", ABOVE_A "/memory.min",
	  2 * BUF_SIZE },
	{ "memory.low, two buffers", GROUP_A "/memory.low", ABOVE_A "/memory.low",
	  2 * BUF_SIZE },
	{ "memory.swap.max, nothing", GROUP_A "/memory.swap.max", NULL, 0 },
	{ "memory.swap.max, half a buffer", GROUP_A "/memory.swap.max", NULL,
	  BUF_SIZE / 2 },
	{ "an ancestor's memory.max, half a buffer", ABOVE_A "/memory.max", NULL,
	  BUF_SIZE / 2 },
	{ "an ancestor's memory.high, half a buffer", ABOVE_A "/memory.high", NULL,
	  BUF_SIZE / 2 },
};

#define NR_LIMITS	(sizeof(limits) / sizeof(limits[0]))

/* What B does. */
enum how { ASKS, ASKS_WITHOUT_ROOM, PRESSES, NR_HOW };

static const char *const how_names[NR_HOW] = {
	[ASKS] = "asks",
	[ASKS_WITHOUT_ROOM] = "has no room",
	[PRESSES] = "presses",
};

/* The messages between the two processes and their parent. */
struct shared {
	uint32_t handle;
	uint64_t wrong;
	long long backed_up, paid_a, paid_b;
	bool ready, go_on, gone;
};

_Noreturn static void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("owner: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	exit(3);
}

static bool is_set(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set(bool *flag)
{
	__atomic_store_n(flag, true, __ATOMIC_RELEASE);
}

/* The pages of shmem that @group is charged for, in memory and in swap. Only they are swapped. */
static long long paid_by(const char *group)
{
	char path[96];
	long long swap;

	snprintf(path, sizeof(path), "%s/memory.swap.current", group);
	swap = vt_read_number(path);
	snprintf(path, sizeof(path), "%s/memory.stat", group);
	return (vt_counter(path, "shmem") + swap) / (long long)VT_PAGE;
}

static long long killed_in(const char *group)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/memory.events", group);
	return vt_counter(path, "oom_kill");
}

static char *touch(size_t size)
{
	char *mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (mem == MAP_FAILED)
		return NULL;
	for (i = 0; i < size; i += VT_PAGE)
		mem[i] = 1;
	return mem;
}

static int be_a(int fd, struct shared *shared)
{
	struct vt_buf buf;

	if (vt_cgroup_join(GROUP_A, 0) ||
	    vt_buf_init(&buf, fd, BUF_SIZE, VTTM_CACHING_CACHED, 0))
		return 1;
	vt_fill(&buf, 1);
	if (mlockall(MCL_CURRENT))
		return 1;
	shared->handle = buf.handle;
	set(&shared->ready);
	while (!is_set(&shared->go_on))
		usleep(1000);

	shared->wrong = vt_verify(&buf);
	return touch(WORK_SIZE) ? 0 : 1;
}

static long long backed_up(int fd, uint32_t handle)
{
	struct drm_vttm_info info;

	if (vt_info(fd, handle, &info))
		return 0;
	return info.inserted + info.copied;
}

/* Takes memory that cannot be swapped out, until the buffer has to go. */
static bool press(int fd, uint32_t handle)
{
	size_t size = (vt_meminfo_kib("MemTotal") << 10) / 16 * 15, i;
	char *mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED)
		return false;
	for (i = 0; i < size; i += VT_MIB) {
		if (backed_up(fd, handle) == BUF_SIZE / VT_PAGE)
			return true;
		if (mlock(mem + i, VT_MIB))
			return false;
	}
	return false;
}

/* Without room, nothing or only half of it may be backed up. */
static bool get_rid_of(int fd, uint32_t handle, enum how how)
{
	if (how == PRESSES)
		return press(fd, handle);
	return vt_shrink(fd, handle, 0, 0) > 0 || how == ASKS_WITHOUT_ROOM;
}

static int be_b(int fd, struct shared *shared, enum how how)
{
	if (vt_cgroup_join(GROUP_B, 0) || mlockall(MCL_CURRENT))
		return 1;
	if (how == ASKS_WITHOUT_ROOM &&
	    (vt_write_number(GROUP_B "/memory.max", BUF_SIZE / 2) ||
	     vt_write_number(GROUP_B "/memory.swap.max", 0)))
		return 1;
	if (!get_rid_of(fd, shared->handle, how))
		return 2;
	shared->backed_up = backed_up(fd, shared->handle);
	shared->paid_a = paid_by(GROUP_A);
	shared->paid_b = paid_by(GROUP_B);
	set(&shared->gone);
	return 0;
}

static void make_groups(void)
{
	if (mkdir(TOP, 0755) || vt_write_text(TOP "/cgroup.subtree_control", "+memory") ||
	    mkdir(ABOVE_A, 0755) || mkdir(GROUP_B, 0755) ||
	    vt_write_text(ABOVE_A "/cgroup.subtree_control", "+memory") ||
	    mkdir(GROUP_A, 0755))
		fail("no memory cgroups: %m");
}

static void remove_groups(void)
{
	if (!vt_eventually(!rmdir(GROUP_A)) || rmdir(GROUP_B) || rmdir(ABOVE_A) || rmdir(TOP))
		fail("a memory cgroup does not go: %m");
}

static void set_limit(const struct limit *limit)
{
	if (limit->parent && vt_write_number(limit->parent, limit->value))
		fail("%s cannot be set", limit->parent);
	if (limit->path && vt_write_number(limit->path, limit->value))
		fail("%s cannot be set", limit->path);
}

/*
 * Returns whether it was killed. If it could not do its work, this program
 * fails.
 */
static bool end_of(pid_t pid, const char *who, const char *limit)
{
	int status;

	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return true;
	if (status)
		fail("%s: %s has failed, status 0x%x", limit, who, status);
	return false;
}

static void say(const struct limit *limit, enum how how, const char *metric,
		long long value)
{
	printf("%s\t%s\t%s\t%lld\n", limit->name, how_names[how], metric, value);
}

static void report(const struct limit *limit, enum how how,
		   const struct shared *shared, bool a_killed, bool b_killed)
{
	long long others = shared->backed_up - shared->paid_a - shared->paid_b;

	if (is_set(&shared->gone)) {
		say(limit, how, "backed_up_pages", shared->backed_up);
		say(limit, how, "a_pages", shared->paid_a);
		say(limit, how, "b_pages", shared->paid_b);
		say(limit, how, "others_pages", others > 0 ? others : 0);
	}
	say(limit, how, "a_killed", a_killed || killed_in(GROUP_A) > 0);
	say(limit, how, "b_killed", b_killed || killed_in(GROUP_B) > 0);
	say(limit, how, "wrong_pages", (long long)shared->wrong);
	fflush(stdout);
}

static void run(int fd, const struct limit *limit, enum how how)
{
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool a_killed, b_killed;
	pid_t a, b;

	make_groups();
	a = vt_fork();
	if (!a)
		_exit(be_a(fd, shared));
	while (!is_set(&shared->ready))
		if (waitpid(a, NULL, WNOHANG) || usleep(1000))
			fail("%s: A has no buffer", limit->name);
	set_limit(limit);
	b = vt_fork();
	if (!b)
		_exit(be_b(fd, shared, how));
	b_killed = end_of(b, "B", limit->name);
	set(&shared->go_on);
	a_killed = end_of(a, "A", limit->name);
	report(limit, how, shared, a_killed, b_killed);
	vt_close(fd, shared->handle);
	munmap(shared, sizeof(*shared));
	remove_groups();
}

int main(void)
{
	int fd = vt_open();
	unsigned int i, how;

	if (fd < 0)
		fail("no vttm device");
	if (!vt_has_memory_cgroups())
		fail("no memory cgroups");
	for (how = 0; how < NR_HOW; how++)
		for (i = 0; i < NR_LIMITS; i++)
			run(fd, &limits[i], how);
	return 0;
}
