// SPDX-License-Identifier: GPL-2.0
/*
 * Memory cgroups come and go, fifty a second. In each one a process makes a buffer, passes
 * it as a dma-buf to a sibling in another cgroup, and exits. Then the cgroup is removed.
 * The sibling has some of the buffers backed up after their owner is gone, keeps each for
 * a while and verifies its content.
 */
#include <sys/syscall.h>

#include "trial.h"

#define TOP		VT_CGROUPS "/trial"
#define SIBLING		TOP "/sibling"
#define A_SECOND	50
#define KEPT		32
#define MAX_PAGES	64

struct gift {
	uint64_t seed, size;
	bool backed_up;
	pid_t pid;
	int dmabuf;
};

/* Gifts go through one pipe. The other one confirms that they were taken. */
static int gifts[2], thanks[2];

/* The heir. */

static struct vt_buf kept[KEPT];
static unsigned long verified, shrunk, bytes;

/* The kernel has no sockets. -1 when there are no more. */
static int receive(struct gift *gift)
{
	int pidfd, dmabuf;

	if (read(gifts[0], gift, sizeof(*gift)) != sizeof(*gift))
		return -1;
	pidfd = syscall(SYS_pidfd_open, gift->pid, 0);
	dmabuf = syscall(SYS_pidfd_getfd, pidfd, gift->dmabuf, 0);
	if (dmabuf < 0)
		fail("pidfd_getfd: %s", strerror(errno));
	close(pidfd);
	if (write(thanks[1], "", 1) != 1)
		fail("a pipe: %s", strerror(errno));
	return dmabuf;
}

static void part_with(struct vt_buf *buf)
{
	uint64_t bad;

	if (!buf->map)
		return;
	bad = vt_verify(buf);
	if (bad)
		wrong("%lu of %lu pages of a buffer that was left", bad, vt_pages(buf));
	verified++;
	vt_buf_fini(buf);
	buf->map = NULL;
}

static void take(struct vt_buf *buf, int fd, int dmabuf, const struct gift *gift)
{
	struct drm_prime_handle prime = { .fd = dmabuf };
	uint64_t offset;
	int64_t ret;

	if (vt_ioctl(fd, DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime) ||
	    vt_offset(fd, prime.handle, &offset))
		fail("import: %s", strerror(errno));
	close(dmabuf);
	*buf = (struct vt_buf) { fd, prime.handle, gift->size, gift->seed, NULL };
	buf->map = mmap(NULL, buf->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	if (buf->map == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
	bytes += buf->size;
	if (gift->backed_up)
		return;
	ret = vt_shrink(fd, buf->handle, gift->seed % 4 ? 0 : VTTM_SHRINK_WRITEBACK, 0);
	if (ret < 0 && ret != -EBUSY)
		wrong("shrink: %ld", (long)ret);
	shrunk += ret > 0;
}

static int heir(void)
{
	int fd = open_vttm(), dmabuf;
	struct gift gift;
	unsigned long n;

	if (vt_cgroup_join(SIBLING, 0))
		fail("the sibling's cgroup");
	close(gifts[1]);
	for (n = 0; dmabuf = receive(&gift), dmabuf >= 0; n++) {
		part_with(&kept[n % KEPT]);
		take(&kept[n % KEPT], fd, dmabuf, &gift);
	}
	for (n = 0; n < KEPT; n++)
		part_with(&kept[n]);
	seen("%lu buffers, %.1f MiB, left and found as they were; %lu backed up by the sibling",
	     verified, bytes / 1048576.0, shrunk);
	return any_wrong();
}

/* The processes that leave. */

/* Until it has been taken. */
static void give(const struct gift *gift)
{
	char taken;

	if (write(gifts[1], gift, sizeof(*gift)) != sizeof(*gift) ||
	    read(thanks[0], &taken, 1) != 1)
		fail("a pipe: %s", strerror(errno));
}

static int giver(const char *group, unsigned int n)
{
	struct gift gift = {
		.seed = n, .size = (1 + n * 7 % MAX_PAGES) * VT_PAGE,
		.backed_up = n % 2, .pid = getpid(),
	};
	struct drm_prime_handle prime = { .flags = DRM_CLOEXEC | DRM_RDWR };
	struct vt_buf buf;
	int fd = open_vttm();

	if (vt_cgroup_join(group, 0))
		fail("the cgroup cannot be joined");
	if (vt_buf_init(&buf, fd, gift.size, n % 3, 0))
		fail("no buffer");
	vt_fill(&buf, n);
	if (gift.backed_up && vt_shrink(fd, buf.handle, 0, 0) < 0)
		gift.backed_up = false;
	prime.handle = buf.handle;
	if (vt_ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime))
		fail("export: %s", strerror(errno));
	gift.dmabuf = prime.fd;
	give(&gift);
	return 0;
}

static void one_group(unsigned int n)
{
	char group[64];
	pid_t pid;
	int status;

	snprintf(group, sizeof(group), TOP "/%u", n);
	if (vt_cgroup_make(group, n % 5 ? 64 * VT_MIB : 512 * 1024))
		fail("mkdir: %s", strerror(errno));
	pid = vt_fork();
	if (!pid)
		_exit(giver(group, n));
	if (waitpid(pid, &status, 0) != pid || status)
		wrong("cgroup %u: its process ended with %#x", n, status);
	if (rmdir(group))
		wrong("rmdir: %s", strerror(errno));
}

static void sleep_until(double when)
{
	double left = when - now();

	if (left > 0)
		usleep(left * 1e6);
}

static long long nr_removed(void)
{
	return vt_counter(TOP "/cgroup.stat", "nr_dying_descendants");
}

static void expect_nothing_left(void)
{
	vt_write_text("/proc/sys/vm/drop_caches", "3");
	if (!vt_eventually(vt_read_number(TOP "/memory.current") < (long long)VT_MIB))
		wrong("memory.current %lld", vt_read_number(TOP "/memory.current"));
	if (!vt_eventually(vt_read_number(TOP "/memory.swap.current") < (long long)VT_MIB / 4))
		wrong("memory.swap.current %lld", vt_read_number(TOP "/memory.swap.current"));
	if (!vt_eventually(nr_removed() < KEPT))
		wrong("%lld removed cgroups are still held", nr_removed());
}

/* For so many seconds. */
void leave_to_sibling(unsigned long seconds)
{
	unsigned int n, nr = seconds * A_SECOND;
	long long removed = 0;
	double start;
	pid_t sibling;
	int status;

	if (!vt_has_memory_cgroups() || mkdir(TOP, 0755) ||
	    vt_write_text(TOP "/cgroup.subtree_control", "+memory") ||
	    mkdir(SIBLING, 0755) || pipe(gifts) || pipe(thanks))
		fail("no cgroups, or no pipes: %s", strerror(errno));
	sibling = vt_fork();
	if (!sibling)
		_exit(heir());
	close(thanks[1]);
	start = now();
	for (n = 0; n < nr; n++) {
		one_group(n);
		if (nr_removed() > removed)
			removed = nr_removed();
		sleep_until(start + (double)(n + 1) / A_SECOND);
	}
	seen("%u cgroups made and removed, %.1f a second; at most %lld of them were still held by what they had left",
	     nr, nr / (now() - start), removed);
	close(gifts[1]);
	if (waitpid(sibling, &status, 0) != sibling || status)
		wrong("the sibling ended with %#x", status);
	rmdir(SIBLING);
	expect_nothing_left();
	seen("in the end: memory.current %lld, memory.swap.current %lld, %lld removed cgroups held",
	     vt_read_number(TOP "/memory.current"),
	     vt_read_number(TOP "/memory.swap.current"), nr_removed());
	rmdir(TOP);
}
