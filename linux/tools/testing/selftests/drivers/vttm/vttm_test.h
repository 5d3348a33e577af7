/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Helpers for the vttm tests: the device's ioctls as functions, a buffer with a
 * pattern that identifies the place of each word, and the kernel's counters.
 */
#ifndef VTTM_TEST_H
#define VTTM_TEST_H

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <drm/drm.h>
#include <drm/vttm_drm.h>

/* EXPECT_EQ(0, x) compares with an int, whatever type x has. */
#pragma GCC diagnostic ignored "-Wsign-compare"

#define VT_PAGE		4096UL
#define VT_WORDS	(VT_PAGE / sizeof(uint64_t))
#define VT_MIB		(1024 * 1024UL)

#define VT_ZERO_COPY	"/sys/module/ttm/parameters/zero_copy"
#define VT_PAGES_LIMIT	"/sys/module/ttm/parameters/pages_limit"
#define VT_PARAMETERS	"/sys/module/vttm/parameters/"
#define VT_GTT		"/sys/kernel/debug/dri/vttm/vttm_gtt"
#define VT_BACKUP_STATS	"/sys/kernel/debug/ttm/backup_stats"
#define VT_TTM_FAULTS	"ttm/backup_fault_inject"
#define VT_CGROUPS	"/sys/fs/cgroup"

/* ioctls. They return 0 or a negative errno, as in the kernel. */

static inline int vt_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret < 0 && (errno == EINTR || errno == EAGAIN));

	return ret < 0 ? -errno : 0;
}

static inline int vt_create_flags(int fd, uint64_t size, uint32_t caching,
				  uint32_t flags, uint32_t *handle)
{
	struct drm_vttm_create args = {
		.size = size, .caching = caching, .flags = flags,
	};
	int ret = vt_ioctl(fd, DRM_IOCTL_VTTM_CREATE, &args);

	*handle = args.handle;
	return ret;
}

static inline int vt_create(int fd, uint64_t size, uint32_t caching,
			    uint32_t *handle)
{
	return vt_create_flags(fd, size, caching, 0, handle);
}

static inline int vt_close(int fd, uint32_t handle)
{
	struct drm_gem_close args = { .handle = handle };

	return vt_ioctl(fd, DRM_IOCTL_GEM_CLOSE, &args);
}

static inline int vt_offset(int fd, uint32_t handle, uint64_t *offset)
{
	struct drm_vttm_mmap args = { .handle = handle };
	int ret = vt_ioctl(fd, DRM_IOCTL_VTTM_MMAP, &args);

	*offset = args.offset;
	return ret;
}

static inline int vt_info(int fd, uint32_t handle, struct drm_vttm_info *info)
{
	*info = (struct drm_vttm_info) { .handle = handle };
	return vt_ioctl(fd, DRM_IOCTL_VTTM_INFO, info);
}

static inline int vt_madvise(int fd, uint32_t handle, uint32_t madv,
			     uint32_t *retained)
{
	struct drm_vttm_madvise args = { .handle = handle, .madv = madv };
	int ret = vt_ioctl(fd, DRM_IOCTL_VTTM_MADVISE, &args);

	*retained = args.retained;
	return ret;
}

/* Returns the number of pages shrunk, or a negative errno. */
static inline int64_t vt_shrink(int fd, uint32_t handle, uint32_t flags,
				uint64_t nr_pages)
{
	struct drm_vttm_shrink args = {
		.handle = handle, .flags = flags, .nr_pages = nr_pages,
	};
	int ret = vt_ioctl(fd, DRM_IOCTL_VTTM_SHRINK, &args);

	return ret ? ret : (int64_t)args.shrunk;
}

static inline int vt_restore(int fd, uint32_t handle)
{
	struct drm_vttm_restore args = { .handle = handle };

	return vt_ioctl(fd, DRM_IOCTL_VTTM_RESTORE, &args);
}

static inline int vt_busy(int fd, uint32_t handle, uint32_t ms)
{
	struct drm_vttm_busy args = { .handle = handle, .ms = ms };

	return vt_ioctl(fd, DRM_IOCTL_VTTM_BUSY, &args);
}

/* Returns VTTM_STATE_* bits. */
static inline uint32_t vt_state(int fd, uint32_t handle)
{
	struct drm_vttm_info info;

	return vt_info(fd, handle, &info) ? ~0U : info.state;
}

static inline int vt_version(int fd, char *name, size_t len, int *major,
			     int *minor)
{
	struct drm_version version = { .name = name, .name_len = len - 1 };
	int ret;

	memset(name, 0, len);
	ret = vt_ioctl(fd, DRM_IOCTL_VERSION, &version);
	*major = version.version_major;
	*minor = version.version_minor;
	return ret;
}

/* Open the render node of vttm. Returns -1 if there is none. */
static inline int vt_open(void)
{
	int minor, fd, major_version, minor_version;
	char path[32], name[16];

	for (minor = 128; minor < 192; minor++) {
		snprintf(path, sizeof(path), "/dev/dri/renderD%d", minor);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (!vt_version(fd, name, sizeof(name), &major_version,
				&minor_version) && !strcmp(name, "vttm"))
			return fd;
		close(fd);
	}

	return -1;
}

/* Buffers. */

struct vt_buf {
	int fd;
	uint32_t handle;
	uint64_t size;
	uint64_t seed;
	uint64_t *map;
};

/* Returns 0 or a negative errno. */
static inline int vt_buf_init_flags(struct vt_buf *buf, int fd, uint64_t size,
				    uint32_t caching, uint32_t flags,
				    uint64_t seed)
{
	uint64_t offset;
	int ret;

	*buf = (struct vt_buf) { .fd = fd, .size = size, .seed = seed };
	ret = vt_create_flags(fd, size, caching, flags, &buf->handle);
	if (ret)
		return ret;

	ret = vt_offset(fd, buf->handle, &offset);
	if (!ret) {
		buf->map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
				fd, offset);
		if (buf->map != MAP_FAILED)
			return 0;
		ret = -errno;
	}

	vt_close(fd, buf->handle);
	return ret;
}

static inline int vt_buf_init(struct vt_buf *buf, int fd, uint64_t size,
			      uint32_t caching, uint64_t seed)
{
	return vt_buf_init_flags(buf, fd, size, caching, 0, seed);
}

static inline void vt_buf_fini(struct vt_buf *buf)
{
	munmap(buf->map, buf->size);
	vt_close(buf->fd, buf->handle);
}

static inline uint64_t vt_pages(const struct vt_buf *buf)
{
	return buf->size / VT_PAGE;
}

/*
 * The second half of a page is the same as the first, so that it compresses to
 * half its size. This matters for swap in memory. Apart from that, all words
 * differ.
 */
static inline uint64_t vt_word(uint64_t seed, uint64_t i)
{
	uint64_t x = ((seed << 32) + (i & ~(VT_WORDS / 2))) * 0x9e3779b97f4a7c15UL;

	return x ^ x >> 29;
}

static inline void vt_fill(struct vt_buf *buf, uint64_t seed)
{
	uint64_t i;

	buf->seed = seed;
	for (i = 0; i < buf->size / sizeof(*buf->map); i++)
		buf->map[i] = vt_word(seed, i);
}

/* Returns the number of pages with a wrong word. */
static inline uint64_t vt_verify(const struct vt_buf *buf)
{
	uint64_t page, i, bad = 0;

	for (page = 0; page < vt_pages(buf); page++) {
		const uint64_t *map = buf->map + page * VT_WORDS;
		uint64_t diff = 0;

		for (i = 0; i < VT_WORDS; i++)
			diff |= map[i] ^ vt_word(buf->seed,
						 page * VT_WORDS + i);
		bad += !!diff;
	}

	return bad;
}

/* Single accesses, which neither the compiler nor a racing thread can split. */

static inline uint64_t vt_read_word(const uint64_t *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline void vt_write_word(uint64_t *word, uint64_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

static sigjmp_buf vt_sigbus_jump;

static inline void vt_on_sigbus(int sig)
{
	siglongjmp(vt_sigbus_jump, sig);
}

/* Does reading @word raise SIGBUS? Only one thread may call this at a time. */
static inline bool vt_raises_sigbus(const uint64_t *word)
{
	struct sigaction old, new = { .sa_handler = vt_on_sigbus };
	bool raised = true;

	sigaction(SIGBUS, &new, &old);
	if (!sigsetjmp(vt_sigbus_jump, 1)) {
		vt_read_word(word);
		raised = false;
	}
	sigaction(SIGBUS, &old, NULL);

	return raised;
}

/* Files of the kernel. */

/* Returns the number after @name at the start of a line, or -1. */
static inline long long vt_counter(const char *path, const char *name)
{
	size_t len = strlen(name);
	long long value = -1;
	char line[256];
	FILE *f;

	f = fopen(path, "re");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		if (!strncmp(line, name, len) && strchr(": \t", line[len])) {
			value = strtoll(line + len + 1, NULL, 0);
			break;
		}
	}
	fclose(f);

	return value;
}

static inline long long vt_meminfo_kib(const char *name)
{
	return vt_counter("/proc/meminfo", name);
}

/*
 * Swap usage without the swap cache: pages that lost their owner while they
 * were being written stay there until the kernel needs the memory.
 */
static inline long long vt_swap_used_kib(void)
{
	return vt_meminfo_kib("SwapTotal") - vt_meminfo_kib("SwapFree") -
	       vt_meminfo_kib("SwapCached");
}

#define VT_SWAP_DEVICE	64

/* Get the path of the first swap device. Returns false if there is none. */
static inline bool vt_swap_device(char device[VT_SWAP_DEVICE])
{
	FILE *f = fopen("/proc/swaps", "re");
	int found = 0;

	if (f) {
		found = fscanf(f, "%*[^\n] %63s", device);
		fclose(f);
	}
	return found == 1;
}

static inline long long vt_read_number(const char *path)
{
	char text[32] = "";
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = 0;
	close(fd);

	return strtoll(text, NULL, 0);
}

/* Is this boolean parameter of the module set? */
static inline bool vt_is_set(const char *parameter)
{
	char path[96], value = 'N';
	FILE *f;

	snprintf(path, sizeof(path), VT_PARAMETERS "%s", parameter);
	f = fopen(path, "re");
	if (f) {
		value = fgetc(f);
		fclose(f);
	}
	return value == 'Y';
}

static inline long long vt_vmstat(const char *name)
{
	/* Update the global counters from all CPUs. */
	vt_read_number("/proc/sys/vm/stat_refresh");
	return vt_counter("/proc/vmstat", name);
}

/* Returns 0 or a negative errno. */
static inline int vt_write_text(const char *path, const char *text)
{
	int fd, ret = 0;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);

	return ret;
}

static inline int vt_write_number(const char *path, unsigned long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", value);
	return vt_write_text(path, text);
}

/* Set up one of the kernel's fault injections. */
static inline int vt_inject(const char *what, const char *attr,
			    const char *value)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", what, attr);
	return vt_write_text(path, value);
}

/* Memory cgroups. */

static inline bool vt_has_memory_cgroups(void)
{
	return !vt_write_text(VT_CGROUPS "/cgroup.subtree_control", "+memory");
}

/* Returns 0 or a negative errno. */
static inline int vt_cgroup_make(const char *group, unsigned long long max)
{
	char path[96];

	if (mkdir(group, 0755))
		return -errno;
	snprintf(path, sizeof(path), "%s/memory.max", group);
	return vt_write_number(path, max);
}

/* @pid 0 is the caller itself. */
static inline int vt_cgroup_join(const char *group, pid_t pid)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	return vt_write_number(path, pid);
}

/* A kernel without the switch always copies. */
static inline bool vt_has_zero_copy(void)
{
	return !access(VT_ZERO_COPY, W_OK);
}

static inline void vt_set_zero_copy(bool on)
{
	vt_write_text(VT_ZERO_COPY, on ? "1" : "0");
}

/* Fork a child that is killed if the test fails. */
static inline pid_t vt_fork(void)
{
	pid_t pid = fork();

	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

/* A kernel that checks its locks has other expensive checks enabled, too. */
static inline bool vt_kernel_is_slow(void)
{
	return !access("/proc/lockdep", F_OK);
}

/* The number of rounds on this kernel, @rounds unless it is slow. */
static inline unsigned int vt_rounds(unsigned int rounds)
{
	return vt_kernel_is_slow() ? (rounds + 7) / 8 : rounds;
}

/* Wait up to ten seconds for memory that workers or RCU free later. */
#define vt_eventually(cond)						\
({									\
	int __tries = 100;						\
									\
	while (!(cond) && --__tries)					\
		usleep(100 * 1000);					\
	__tries > 0;							\
})

/* The maximum memory that zram may use, in bytes. 0: no limit. */
static inline uint64_t vt_zram_limit(void)
{
	FILE *f = fopen("/sys/block/zram0/mm_stat", "re");
	unsigned long long limit = 0;

	if (f) {
		if (fscanf(f, "%*u %*u %*u %llu", &limit) != 1)
			limit = 0;
		fclose(f);
	}
	return limit;
}

/* By how much buffers may exceed memory, so that swap does not fill up. */
static inline uint64_t vt_swap_room(void)
{
	uint64_t swap = vt_meminfo_kib("SwapFree") << 10, limit;
	char device[VT_SWAP_DEVICE];

	if (!vt_swap_device(device) || strncmp(device, "/dev/zram", 9))
		return swap / 4 * 3;
	/* Swapped-out pages take half as much memory in zram, see vt_word(). */
	limit = vt_zram_limit();
	return (limit && limit < swap ? limit : swap) / 4;
}

/*
 * Total size of buffers in bytes: @percent of memory, but no more than memory
 * and swap have room for. 0 without swap.
 */
static inline uint64_t vt_budget(unsigned int percent)
{
	uint64_t mem = vt_meminfo_kib("MemTotal") << 10;
	uint64_t room = vt_swap_room();
	uint64_t want = mem / 100 * percent;

	if (!room)
		return 0;
	return want < mem + room ? want : mem + room;
}

#endif
