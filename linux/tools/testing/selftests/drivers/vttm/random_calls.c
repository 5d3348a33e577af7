// SPDX-License-Identifier: GPL-2.0
/*
 * Calls at random: each ioctl with arguments that are right, nearly right and
 * wrong, and whatever else a client may do to a buffer. It maps it, twice or in
 * part, touches it, hands it from one file to the other, duplicates and closes
 * files, and forks, in any order, in two threads, with signals in between.
 *
 * A thread has buffers of its own. It knows what has to be in each of their pages,
 * and which call has to fail with what. One more file, the commons, is everybody's:
 * who uses a handle there does not know what it is at the moment. Nothing but zeroes
 * and a tag may ever be read from its buffers.
 *
 *	SEED=7 SECONDS=600 random_calls		other calls, for ten minutes
 *	SEED=7 CALLS=1000000 random_calls	so many of them
 */
#include "vttm_test.h"

#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/time.h>

#include "kselftest_harness.h"

#define NR_CLIENTS	2
#define NR_FILES	2
#define NR_BUFS		10
#define NR_MAPS		2
#define MAX_PAGES	1025UL
/* Handles of the commons are those that a file gets first. */
#define NR_COMMONS	12
#define COMMONS_PAGES	512UL
#define COMMONS_TAG	0xc0330305c0330305UL
/* No file has so many. */
#define NO_HANDLE	0x10000000U
/* The tag of a page that anything may be in. */
#define UNKNOWN		~0U
#define SECONDS		20
/* Of complaints, told. */
#define MAX_TOLD	20
#define ARG_SIZE	512

/* A buffer, and what is known of it. Without handle and mapping it is none. */
struct buf {
	uint32_t handle, file;
	uint64_t pages;
	uint32_t caching, flags;
	bool dontneed, maybe_purged, purged;
	uint64_t *maps[NR_MAPS];
	/* In pieces, which cannot be moved at once. */
	bool split[NR_MAPS];
	uint32_t tags[MAX_PAGES];
};

struct client {
	unsigned int id;
	uint64_t random;
	uint32_t last_tag;
	int fds[NR_FILES];
	struct buf bufs[NR_BUFS];
	pthread_t thread;
	const char *doing;
	atomic_ulong steps, calls, pages, errors;
};

static struct client clients[NR_CLIENTS];
static int commons;
static atomic_bool stop;
static atomic_ulong complaints;
static uint64_t pages_limit, vram_pages;
static __thread sigjmp_buf jump;
static __thread atomic_bool may_jump;

/* Another thread reads it. */
static void now_doing(struct client *c, const char *what)
{
	__atomic_store_n(&c->doing, what, __ATOMIC_RELAXED);
}

static const char *what_does(const struct client *c)
{
	return __atomic_load_n(&c->doing, __ATOMIC_RELAXED);
}

static void complain(struct client *c, const char *format, ...)
{
	char text[160];
	va_list args;

	if (complaints++ >= MAX_TOLD)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "# client %u, step %lu, %s: %s\n", c->id,
		(unsigned long)c->steps, what_does(c), text);
}

/* An alarm only interrupts. */
static void on_signal(int sig)
{
	if (sig != SIGBUS)
		return;
	if (!may_jump)
		_exit(99);
	siglongjmp(jump, sig);
}

/* Chance. */

static uint64_t draw(struct client *c)
{
	c->random ^= c->random >> 12;
	c->random ^= c->random << 25;
	c->random ^= c->random >> 27;
	return c->random * 0x2545f4914f6cdd1dUL;
}

static uint64_t below(struct client *c, uint64_t n)
{
	return (draw(c) >> 16) % n;
}

static bool one_in(struct client *c, unsigned int n)
{
	return !below(c, n);
}

#define pick(c, array)	((array)[below(c, sizeof(array) / sizeof(*(array)))])

static uint32_t odd_number(struct client *c)
{
	const uint32_t numbers[] = {
		1, 2, 3, 4, 8, 0xff, 4096, 0x80000000, ~0U, draw(c),
	};

	return pick(c, numbers);
}

static uint64_t odd_size(struct client *c)
{
	const uint64_t sizes[] = {
		0, 1, VT_PAGE - 1, VT_PAGE + 1, 1UL << 40, 1UL << 63, ~0UL,
		~0UL - VT_PAGE + 1, (pages_limit + 1) * VT_PAGE,
		pages_limit * VT_PAGE, vram_pages * VT_PAGE,
		(vram_pages + 1) * VT_PAGE, draw(c), draw(c) & ~(VT_PAGE - 1),
	};

	return pick(c, sizes);
}

static uint64_t pages_of_new(struct client *c)
{
	const uint64_t few[] = { 1, 2, 3, 7, 8, 16, 17, 1 + below(c, 64) };
	const uint64_t many[] = { 100, 1 + below(c, 600), 512, 513, MAX_PAGES };

	return one_in(c, 8) ? pick(c, many) : pick(c, few);
}

/* Calls. */

static void begin(struct client *c, const char *what)
{
	now_doing(c, what);
	c->calls++;
}

static int call(struct client *c, const char *what, int fd,
		unsigned long request, void *arg)
{
	int ret;

	begin(c, what);
	ret = vt_ioctl(fd, request, arg);
	if (ret < 0)
		c->errors++;
	return ret;
}

#define ERRORS(...)	((const int[]) { __VA_ARGS__, 0 })

/* It has to fail with one of these. */
static void expect_failure(struct client *c, int ret, const int *errors)
{
	for (; *errors; errors++)
		if (ret == -*errors)
			return;
	complain(c, "returned %d", ret);
}

/* It may fail, but with one of these. */
static void expect_success_or(struct client *c, int ret, const int *errors)
{
	if (ret)
		expect_failure(c, ret, errors);
}

static void expect_success(struct client *c, int ret)
{
	if (ret)
		complain(c, "returned %d", ret);
}

/* Buffers. */

static int buf_fd(const struct client *c, const struct buf *buf)
{
	return c->fds[buf->file];
}

static bool buf_is_mapped(const struct buf *buf)
{
	return buf->maps[0] || buf->maps[1];
}

static bool buf_is_any(const struct buf *buf)
{
	return buf->handle || buf_is_mapped(buf);
}

static struct buf *some_buf(struct client *c, bool (*suits)(const struct buf *))
{
	unsigned int first = below(c, NR_BUFS), i;

	for (i = 0; i < NR_BUFS; i++) {
		struct buf *buf = &c->bufs[(first + i) % NR_BUFS];

		if (suits(buf))
			return buf;
	}
	return NULL;
}

static bool suits_new(const struct buf *buf)
{
	return !buf_is_any(buf);
}

static bool suits_handle(const struct buf *buf)
{
	return buf->handle;
}

static uint64_t *some_map(struct client *c, const struct buf *buf)
{
	uint64_t *map = buf->maps[below(c, NR_MAPS)];

	return map ?: buf->maps[0] ?: buf->maps[1];
}

static uint64_t tag_word(uint32_t tag, uint64_t i)
{
	return tag ? vt_word(tag, i) : 0;
}

/* False if it raised SIGBUS. */
static bool write_page(uint64_t *page, uint32_t tag)
{
	uint64_t i;

	if (sigsetjmp(jump, 1)) {
		may_jump = false;
		return false;
	}
	may_jump = true;
	for (i = 0; i < VT_WORDS; i++)
		vt_write_word(page + i, tag_word(tag, i));
	may_jump = false;
	return true;
}

/* The first word that is wrong, VT_WORDS if none is, or -1 after SIGBUS. */
static int wrong_word(const uint64_t *page, uint32_t tag, unsigned int stride)
{
	uint64_t i;

	if (sigsetjmp(jump, 1)) {
		may_jump = false;
		return -1;
	}
	may_jump = true;
	for (i = 0; i < VT_WORDS; i += stride)
		if (vt_read_word(page + i) != tag_word(tag, i))
			break;
	may_jump = false;
	return i < VT_WORDS ? i : VT_WORDS;
}

/* What it means for what is known that an access failed or did not. */
static void accessed(struct client *c, struct buf *buf, bool raised)
{
	if (raised && !buf->maybe_purged)
		complain(c, "SIGBUS");
	if (!raised && buf->purged)
		complain(c, "what was purged is there");
	buf->purged |= raised;
}

static void check_page(struct client *c, struct buf *buf, uint64_t *map,
		       uint64_t page, unsigned int stride)
{
	uint32_t tag = buf->tags[page];
	int wrong = wrong_word(map + page * VT_WORDS, tag, stride);

	c->pages++;
	accessed(c, buf, wrong < 0);
	if (wrong >= 0 && wrong < VT_WORDS && tag != UNKNOWN)
		complain(c, "page %lu of %lu, word %d is wrong, flags %#x", page,
			 buf->pages, wrong, buf->flags);
}

static void check_some(struct client *c, struct buf *buf, uint64_t *map,
		       unsigned int stride)
{
	uint64_t page = below(c, buf->pages), n = 1 + below(c, 16);

	for (; n && page < buf->pages && !buf->purged; n--, page++)
		check_page(c, buf, map, page, stride);
}

/* What the calls do to a buffer, and what a thread knows of it then. */

static void step_check(struct client *c)
{
	struct buf *buf = some_buf(c, buf_is_mapped);

	if (!buf)
		return;
	now_doing(c, "read");
	if (buf->purged)
		check_page(c, buf, some_map(c, buf), below(c, buf->pages), 512);
	else
		check_some(c, buf, some_map(c, buf), one_in(c, 4) ? 1 : 67);
}

static void step_write(struct client *c)
{
	struct buf *buf = some_buf(c, buf_is_mapped);
	uint64_t *map, page, n = 1 + below(c, 16);

	if (!buf)
		return;
	now_doing(c, "write");
	map = some_map(c, buf);
	for (page = below(c, buf->pages); n && page < buf->pages; n--, page++) {
		bool done;

		buf->tags[page] = ++c->last_tag;
		done = write_page(map + page * VT_WORDS, buf->tags[page]);
		c->pages++;
		accessed(c, buf, !done);
		if (!done)
			break;
	}
}

/* As a debugger reads and writes. A signal ends it, too. */
static void step_access(struct client *c)
{
	struct buf *buf = some_buf(c, buf_is_mapped);
	uint64_t words[VT_WORDS], page, at, i;
	int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);

	if (buf && fd >= 0) {
		begin(c, "access");
		page = below(c, buf->pages);
		at = (uint64_t)(some_map(c, buf) + page * VT_WORDS);
		if (one_in(c, 3)) {
			uint32_t tag = ++c->last_tag;

			for (i = 0; i < VT_WORDS; i++)
				words[i] = tag_word(tag, i);
			buf->tags[page] = UNKNOWN;
			if (pwrite(fd, words, VT_PAGE, at) == VT_PAGE)
				buf->tags[page] = tag;
		} else if (pread(fd, words, VT_PAGE, at) == VT_PAGE) {
			accessed(c, buf, false);
			for (i = 0; buf->tags[page] != UNKNOWN && i < VT_WORDS; i++)
				if (words[i] != tag_word(buf->tags[page], i)) {
					complain(c, "page %lu, word %lu", page, i);
					break;
				}
		}
	}
	close(fd);
}

/* What creating it has to return; 1 if that is not known. */
static int create_result(const struct drm_vttm_create *args)
{
	uint64_t pages = args->size / VT_PAGE;

	if (args->flags & ~7U || args->pad || args->caching > 2)
		return -EINVAL;
	if (!args->size || args->size % VT_PAGE)
		return -EINVAL;
	if (args->flags & VTTM_CREATE_VRAM && !vram_pages)
		return -EINVAL;
	if (pages > pages_limit ||
	    (args->flags & VTTM_CREATE_VRAM && pages > vram_pages))
		return -E2BIG;
	return pages <= MAX_PAGES ? 0 : 1;
}

static void draw_create(struct client *c, struct drm_vttm_create *args)
{
	*args = (struct drm_vttm_create) {
		.size = pages_of_new(c) * VT_PAGE,
		.caching = below(c, 3),
		.flags = below(c, 8),
		.handle = draw(c),
	};
	if (!vram_pages && !one_in(c, 8))
		args->flags &= ~VTTM_CREATE_VRAM;
	if (one_in(c, 8))
		args->size = odd_size(c);
	if (one_in(c, 16))
		args->caching = odd_number(c);
	if (one_in(c, 16))
		args->flags = odd_number(c);
	if (one_in(c, 32))
		args->pad = odd_number(c);
}

static int close_handle(struct client *c, int fd, uint32_t handle)
{
	struct drm_gem_close args = { .handle = handle };

	return call(c, "GEM_CLOSE", fd, DRM_IOCTL_GEM_CLOSE, &args);
}

static void step_create(struct client *c)
{
	struct buf *buf = some_buf(c, suits_new);
	struct drm_vttm_create args;
	unsigned int file = below(c, NR_FILES);
	int ret, expected;

	if (!buf)
		return;
	draw_create(c, &args);
	expected = create_result(&args);
	ret = call(c, "CREATE", c->fds[file], DRM_IOCTL_VTTM_CREATE, &args);
	if (expected == 1)
		expect_success_or(c, ret, ERRORS(E2BIG));
	else if (ret != expected)
		complain(c, "size %#llx flags %#x returned %d, not %d",
			 (unsigned long long)args.size, args.flags, ret, expected);
	if (ret)
		return;
	/* Too large to be used without pushing out all others. */
	if (expected) {
		expect_success(c, close_handle(c, c->fds[file], args.handle));
		return;
	}
	memset(buf, 0, sizeof(*buf));
	buf->handle = args.handle;
	buf->file = file;
	buf->pages = args.size / VT_PAGE;
	buf->caching = args.caching;
	buf->flags = args.flags;
}

static void step_close(struct client *c)
{
	struct buf *buf = some_buf(c, suits_handle);

	if (!buf)
		return;
	expect_success(c, close_handle(c, buf_fd(c, buf), buf->handle));
	if (one_in(c, 8))
		expect_failure(c, close_handle(c, buf_fd(c, buf), buf->handle),
			       ERRORS(EINVAL));
	buf->handle = 0;
}

static uint64_t *map_at(struct client *c, int fd, uint64_t size, int flags,
			uint64_t offset)
{
	void *map;

	begin(c, "mmap");
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, offset);
	return map == MAP_FAILED ? NULL : map;
}

/* Of wrong arguments one. */
static void map_wrongly(struct client *c, struct buf *buf, uint64_t offset)
{
	uint64_t size = buf->pages * VT_PAGE;
	int fd = buf_fd(c, buf), flags = MAP_SHARED;
	uint64_t *map;

	switch (below(c, 4)) {
	case 0:
		flags = MAP_PRIVATE;
		break;
	case 1:
		size += VT_PAGE * (1 + below(c, 600));
		break;
	case 2:
		fd = c->fds[!buf->file];
		break;
	default:
		offset = odd_size(c) & ~(VT_PAGE - 1) & ~(1UL << 63);
		/* A driver's offsets begin here, whatever is below is nothing. */
		offset %= 0x10000000;
	}
	map = map_at(c, fd, size, flags, offset);
	if (map)
		complain(c, "wrong arguments, but it mapped something");
}

static void step_map(struct client *c)
{
	struct buf *buf = some_buf(c, suits_handle);
	unsigned int i = below(c, NR_MAPS);
	struct drm_vttm_mmap args = {};

	if (!buf)
		return;
	args.handle = buf->handle;
	expect_success(c, call(c, "MMAP", buf_fd(c, buf), DRM_IOCTL_VTTM_MMAP,
			       &args));
	if (one_in(c, 6)) {
		map_wrongly(c, buf, args.offset);
		return;
	}
	if (buf->maps[i])
		return;
	buf->maps[i] = map_at(c, buf_fd(c, buf), buf->pages * VT_PAGE,
			      MAP_SHARED, args.offset);
	buf->split[i] = false;
	if (!buf->maps[i])
		complain(c, "%s", strerror(errno));
}

static void unmap(struct client *c, struct buf *buf, unsigned int i)
{
	uint64_t *map = buf->maps[i];
	uint64_t half = below(c, buf->pages);

	if (!map)
		return;
	begin(c, "munmap");
	/* Either half first. */
	if (one_in(c, 2)) {
		munmap(map + half * VT_WORDS, (buf->pages - half) * VT_PAGE);
		if (half)
			munmap(map, half * VT_PAGE);
	} else {
		if (half)
			munmap(map, half * VT_PAGE);
		munmap(map + half * VT_WORDS, (buf->pages - half) * VT_PAGE);
	}
	buf->maps[i] = NULL;
}

static void step_unmap(struct client *c)
{
	struct buf *buf = some_buf(c, buf_is_mapped);

	if (buf)
		unmap(c, buf, below(c, NR_MAPS));
}

static void *move_mapping(struct client *c, void *from, uint64_t size)
{
	void *to = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	to = mremap(from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	if (to != MAP_FAILED)
		return to;
	complain(c, "mremap: %s", strerror(errno));
	return from;
}

/* What any mapping may have done to it. */
static void step_remap(struct client *c)
{
	const int advice[] = {
		MADV_NORMAL, MADV_DONTNEED, MADV_WILLNEED, MADV_RANDOM,
		MADV_FREE, MADV_COLD, MADV_PAGEOUT, MADV_HUGEPAGE,
	};
	struct buf *buf = some_buf(c, buf_is_mapped);
	uint64_t size, from;
	unsigned int i;

	if (!buf)
		return;
	i = !buf->maps[0];
	size = buf->pages * VT_PAGE;
	from = below(c, buf->pages) * VT_WORDS;
	begin(c, "remap");
	switch (below(c, 5)) {
	case 0:
		madvise(buf->maps[i], size, pick(c, advice));
		break;
	case 1:
		mprotect(buf->maps[i] + from, VT_PAGE, PROT_READ);
		mprotect(buf->maps[i], size, PROT_READ | PROT_WRITE);
		buf->split[i] = buf->pages > 1;
		break;
	case 2:
		msync(buf->maps[i], size, MS_SYNC);
		mlock(buf->maps[i], size);
		munlock(buf->maps[i], size);
		break;
	default:
		if (!buf->split[i])
			buf->maps[i] = move_mapping(c, buf->maps[i], size);
	}
}

static void step_madvise(struct client *c)
{
	struct buf *buf = some_buf(c, suits_handle);
	struct drm_vttm_madvise args = {};
	bool right;
	int ret;

	if (!buf)
		return;
	args.handle = buf->handle;
	/* Else most would be purged soon. */
	args.madv = one_in(c, 4);
	args.retained = draw(c);
	if (one_in(c, 16))
		args.madv = odd_number(c);
	if (one_in(c, 16))
		args.pad = odd_number(c);
	right = args.madv < 2 && !args.pad &&
		!(args.madv && buf->flags & VTTM_CREATE_SWAPOUT);
	ret = call(c, "MADVISE", buf_fd(c, buf), DRM_IOCTL_VTTM_MADVISE, &args);
	if (!right) {
		expect_failure(c, ret, ERRORS(EINVAL));
		return;
	}
	expect_success(c, ret);
	if (!args.retained && !buf->maybe_purged)
		complain(c, "it says that it is purged");
	if (args.retained && buf->purged)
		complain(c, "it says that it is not purged");
	buf->dontneed = args.madv;
	buf->purged = !args.retained;
	buf->maybe_purged = args.madv || buf->purged;
}

static void step_shrink(struct client *c)
{
	struct buf *buf = some_buf(c, suits_handle);
	struct drm_vttm_shrink args = {};
	int ret;

	if (!buf)
		return;
	args.handle = buf->handle;
	args.flags = below(c, 2);
	if (one_in(c, 16))
		args.flags = odd_number(c);
	if (one_in(c, 16))
		args.nr_pages = odd_size(c);
	ret = call(c, "SHRINK", buf_fd(c, buf), DRM_IOCTL_VTTM_SHRINK, &args);
	if (args.flags > 1 || args.nr_pages || buf->flags & VTTM_CREATE_SWAPOUT)
		expect_failure(c, ret, ERRORS(EINVAL));
	else
		expect_success_or(c, ret, ERRORS(EBUSY));
	if (!ret && (!args.shrunk || args.shrunk > buf->pages))
		complain(c, "shrunk %llu of %lu pages",
			 (unsigned long long)args.shrunk, buf->pages);
	if (!ret && buf->dontneed)
		buf->purged = true;
}

static void step_shrink_all(struct client *c)
{
	const uint64_t pages[] = { 0, 1, 64, 1000, ~0UL, draw(c) };
	struct drm_vttm_shrink args = {
		.flags = below(c, 3), .nr_pages = 1 + below(c, 300),
	};
	int ret;

	if (one_in(c, 16))
		args.flags = odd_number(c);
	if (one_in(c, 4))
		args.nr_pages = pick(c, pages);
	ret = call(c, "SHRINK of all", c->fds[0], DRM_IOCTL_VTTM_SHRINK, &args);
	if (args.flags > 2 || !args.nr_pages)
		expect_failure(c, ret, ERRORS(EINVAL));
	else
		expect_success(c, ret);
}

static void step_restore(struct client *c)
{
	struct buf *buf = some_buf(c, suits_handle);
	struct drm_vttm_restore args = {};
	int ret;

	if (!buf)
		return;
	args.handle = buf->handle;
	if (one_in(c, 16))
		args.pad = odd_number(c);
	ret = call(c, "RESTORE", buf_fd(c, buf), DRM_IOCTL_VTTM_RESTORE, &args);
	if (args.pad)
		expect_failure(c, ret, ERRORS(EINVAL));
	else if (buf->purged)
		expect_failure(c, ret, ERRORS(EFAULT));
	else if (buf->maybe_purged)
		expect_success_or(c, ret, ERRORS(EFAULT));
	else
		expect_success(c, ret);
	buf->purged |= !args.pad && ret;
}

static void step_busy(struct client *c)
{
	struct buf *buf = some_buf(c, suits_handle);
	struct drm_vttm_busy args = {};
	int ret;

	if (!buf)
		return;
	args.handle = buf->handle;
	args.ms = 1 + below(c, one_in(c, 32) ? 100 : 4);
	if (one_in(c, 8))
		args.ms = one_in(c, 2) ? 0 : VTTM_BUSY_MAX_MS + odd_number(c) % 4096 + 1;
	ret = call(c, "BUSY", buf_fd(c, buf), DRM_IOCTL_VTTM_BUSY, &args);
	if (!args.ms || args.ms > VTTM_BUSY_MAX_MS)
		expect_failure(c, ret, ERRORS(EINVAL));
	else
		expect_success(c, ret);
}

static void step_info(struct client *c)
{
	struct buf *buf = some_buf(c, suits_handle);
	struct drm_vttm_info info = {};
	int ret;

	if (!buf)
		return;
	memset(&info, draw(c), sizeof(info));
	info.handle = buf->handle;
	info.pad = one_in(c, 16) ? odd_number(c) : 0;
	ret = call(c, "INFO", buf_fd(c, buf), DRM_IOCTL_VTTM_INFO, &info);
	if (info.pad) {
		expect_failure(c, ret, ERRORS(EINVAL));
		return;
	}
	expect_success(c, ret);
	if (info.size != buf->pages * VT_PAGE || info.caching != buf->caching ||
	    info.resident + info.inserted + info.copied > buf->pages)
		complain(c, "size %#llx caching %u, pages %llu %llu %llu",
			 (unsigned long long)info.size, info.caching,
			 (unsigned long long)info.resident,
			 (unsigned long long)info.inserted,
			 (unsigned long long)info.copied);
	if (!!(info.state & VTTM_STATE_DONTNEED) != buf->dontneed ||
	    (info.state & VTTM_STATE_PURGED && !buf->maybe_purged) ||
	    (!(info.state & VTTM_STATE_PURGED) && buf->purged))
		complain(c, "state %#x", info.state);
}

/* Each call with a handle that no file has. */
static void step_no_handle(struct client *c)
{
	uint32_t handle = NO_HANDLE + below(c, ~0U - NO_HANDLE);
	struct drm_vttm_mmap map = { .handle = one_in(c, 2) ? 0 : handle };
	struct drm_vttm_info info = { .handle = map.handle };
	struct drm_vttm_madvise madvise = { .handle = map.handle };
	struct drm_vttm_shrink shrink = { .handle = handle };
	struct drm_vttm_restore restore = { .handle = map.handle };
	struct drm_vttm_busy busy = { .handle = map.handle, .ms = 1 };
	const struct { unsigned long request; void *arg; } all[] = {
		{ DRM_IOCTL_VTTM_MMAP, &map }, { DRM_IOCTL_VTTM_INFO, &info },
		{ DRM_IOCTL_VTTM_MADVISE, &madvise },
		{ DRM_IOCTL_VTTM_SHRINK, &shrink },
		{ DRM_IOCTL_VTTM_RESTORE, &restore },
		{ DRM_IOCTL_VTTM_BUSY, &busy },
	};
	unsigned int i = below(c, 6);

	expect_failure(c, call(c, "no handle", c->fds[0], all[i].request,
			       all[i].arg), ERRORS(ENOENT));
}

/* Arguments where none can be read or written, or in a buffer. */
static void step_bad_pointer(struct client *c)
{
	struct buf *buf = some_buf(c, buf_is_mapped);
	static const struct drm_vttm_info constant;
	struct drm_vttm_info *info;
	uint64_t page;
	int ret;

	if (one_in(c, 2) || !buf || buf->purged) {
		void *pointers[] = {
			NULL, (void *)VT_PAGE, (void *)~0xfffUL, (void *)-1L,
			(void *)(1UL << 62),
		};

		ret = call(c, "bad pointer", c->fds[0], DRM_IOCTL_VTTM_INFO,
			   pick(c, pointers));
		expect_failure(c, ret, ERRORS(EFAULT));
		ret = call(c, "constant", c->fds[0], DRM_IOCTL_VERSION,
			   (void *)&constant);
		expect_failure(c, ret, ERRORS(EFAULT));
		return;
	}
	page = below(c, buf->pages);
	info = (void *)(some_map(c, buf) + page * VT_WORDS);
	if (!write_page((void *)info, 0)) {
		accessed(c, buf, true);
		return;
	}
	buf->tags[page] = UNKNOWN;
	/* Nobody has handle 0. */
	ret = call(c, "pointer into a buffer", c->fds[0], DRM_IOCTL_VTTM_INFO,
		   info);
	expect_failure(c, ret, buf->maybe_purged ? ERRORS(ENOENT, EFAULT) :
						   ERRORS(ENOENT));
}

/* From one file to the other, through a file descriptor. */
static void step_pass(struct client *c)
{
	struct buf *buf = some_buf(c, suits_handle);
	struct drm_prime_handle args = { .flags = DRM_CLOEXEC | DRM_RDWR };
	int ret;

	if (!buf)
		return;
	args.handle = buf->handle;
	ret = call(c, "export", buf_fd(c, buf), DRM_IOCTL_PRIME_HANDLE_TO_FD,
		   &args);
	if (buf->flags & VTTM_CREATE_SHARED) {
		expect_failure(c, ret, ERRORS(EPERM));
		return;
	}
	expect_success(c, ret);
	if (ret)
		return;
	if (!buf->maps[1] && one_in(c, 3))
		buf->maps[1] = map_at(c, args.fd, buf->pages * VT_PAGE,
				      MAP_SHARED, 0);
	ret = call(c, "import", c->fds[!buf->file],
		   DRM_IOCTL_PRIME_FD_TO_HANDLE, &args);
	expect_success(c, ret);
	close(args.fd);
	expect_success(c, close_handle(c, buf_fd(c, buf), buf->handle));
	buf->file = !buf->file;
	buf->handle = ret ? 0 : args.handle;
}

static void step_dup(struct client *c)
{
	int *fd = &c->fds[below(c, NR_FILES)], copy;

	begin(c, "dup");
	copy = dup(*fd);
	if (copy < 0) {
		complain(c, "%s", strerror(errno));
		return;
	}
	close(*fd);
	*fd = copy;
}

/* With all handles there are in it. What is mapped stays. */
static void step_reopen(struct client *c)
{
	unsigned int file = below(c, NR_FILES), i;

	begin(c, "close");
	close(c->fds[file]);
	for (i = 0; i < NR_BUFS; i++)
		if (c->bufs[i].file == file)
			c->bufs[i].handle = 0;
	begin(c, "open");
	c->fds[file] = vt_open();
	if (c->fds[file] < 0)
		complain(c, "%s", strerror(errno));
}

static void step_signal(struct client *c)
{
	struct itimerval timer = { .it_value.tv_usec = 1 + below(c, 5000) };

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void step_stats(struct client *c)
{
	char path[64], text[512];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d",
		 one_in(c, 2) ? commons : pick(c, c->fds));
	begin(c, "fdinfo");
	fd = open(one_in(c, 4) ? VT_BACKUP_STATS : path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && read(fd, text, sizeof(text)) > 0)
		;
	close(fd);
}

/* Children. */

/* The tag is that of what it writes, 0 if it only reads. */
static int child_main(struct client *c, struct buf *buf, uint32_t tag)
{
	struct drm_vttm_shrink shrink = { .nr_pages = 1 };
	uint64_t *map = some_map(c, buf), page;
	unsigned long before = complaints;

	if (one_in(c, 2))
		close(c->fds[below(c, NR_FILES)]);
	for (page = 0; page < buf->pages && page < 8; page++) {
		if (tag && !write_page(map + page * VT_WORDS, tag))
			return 2;
		if (!tag)
			check_page(c, buf, map, page, 61);
	}
	if (one_in(c, 4)) {
		if (setresuid(65534, 65534, 65534) ||
		    vt_ioctl(commons, DRM_IOCTL_VTTM_SHRINK, &shrink) != -EACCES)
			return 3;
	}
	return complaints != before;
}

static void child_ended(struct client *c, struct buf *buf, uint32_t tag,
			int status)
{
	bool raised = WIFEXITED(status) && WEXITSTATUS(status) == 2;
	uint64_t page;

	for (page = 0; tag && page < buf->pages && page < 8; page++)
		buf->tags[page] = status ? UNKNOWN : tag;
	if (raised)
		accessed(c, buf, true);
	else if (WIFEXITED(status) && status)
		complain(c, "the child ended with %d", WEXITSTATUS(status));
	else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		complain(c, "the child was ended by signal %d", WTERMSIG(status));
}

static void step_fork(struct client *c)
{
	struct buf *buf = some_buf(c, buf_is_mapped);
	uint32_t tag = one_in(c, 2) ? ++c->last_tag : 0;
	int status;
	pid_t pid;

	if (!buf)
		return;
	begin(c, "fork");
	pid = vt_fork();
	if (!pid)
		_exit(child_main(c, buf, tag));
	if (pid < 0) {
		complain(c, "%s", strerror(errno));
		return;
	}
	if (one_in(c, 3)) {
		usleep(below(c, 3000));
		kill(pid, SIGKILL);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	child_ended(c, buf, tag, status);
}

/* The commons. */

static uint32_t commons_handle(struct client *c)
{
	return one_in(c, 32) ? odd_number(c) : 1 + below(c, NR_COMMONS);
}

static void commons_create(struct client *c)
{
	struct drm_vttm_create args;
	int ret;

	draw_create(c, &args);
	if (args.size > COMMONS_PAGES * VT_PAGE)
		return;
	ret = call(c, "CREATE, commons", commons, DRM_IOCTL_VTTM_CREATE, &args);
	if (ret != create_result(&args))
		complain(c, "returned %d", ret);
	if (!ret && args.handle > NR_COMMONS)
		close_handle(c, commons, args.handle);
}

/* Nothing in it if it is none, or may be too large. */
static struct drm_vttm_info commons_info(struct client *c)
{
	struct drm_vttm_info info = { .handle = commons_handle(c) };

	if (call(c, "INFO, commons", commons, DRM_IOCTL_VTTM_INFO, &info) ||
	    info.size > COMMONS_PAGES * VT_PAGE)
		info.size = 0;
	return info;
}

static void commons_touch_pages(struct client *c, uint64_t *map, uint64_t pages)
{
	uint64_t page;

	if (sigsetjmp(jump, 1)) {
		may_jump = false;
		return;
	}
	may_jump = true;
	for (page = below(c, 8); page < pages; page += 1 + below(c, 32)) {
		uint64_t *word = map + page * VT_WORDS + below(c, VT_WORDS);
		uint64_t value = vt_read_word(word);

		if (value && value != COMMONS_TAG)
			complain(c, "%#lx in a buffer of the commons", value);
		vt_write_word(word, COMMONS_TAG);
		c->pages++;
	}
	may_jump = false;
}

static void commons_touch(struct client *c)
{
	struct drm_vttm_info info = commons_info(c);
	struct drm_vttm_mmap args = { .handle = info.handle };
	uint64_t *map;

	if (!info.size || call(c, "MMAP, commons", commons, DRM_IOCTL_VTTM_MMAP,
			       &args))
		return;
	map = map_at(c, commons, info.size, MAP_SHARED, args.offset);
	if (!map)
		return;
	now_doing(c, "touch, commons");
	commons_touch_pages(c, map, info.size / VT_PAGE);
	munmap(map, info.size);
}

static void commons_reopen(struct client *c)
{
	int fd;

	begin(c, "close, commons");
	fd = vt_open();
	/* At once, for the other thread may be using it. */
	dup2(fd, commons);
	close(fd);
}

static uint32_t garbage(struct client *c)
{
	switch (below(c, 5)) {
	case 0:
		return odd_number(c);
	case 1:
		return VT_PAGE * below(c, 64);
	case 2:
		return 1 + below(c, 60);
	default:
		return 0;
	}
}

/* Any number, any size, anything in it. */
static void commons_garbage(struct client *c)
{
	static const unsigned int sizes[] = {
		sizeof(struct drm_vttm_create), sizeof(struct drm_vttm_mmap),
		sizeof(struct drm_vttm_info), sizeof(struct drm_vttm_madvise),
		sizeof(struct drm_vttm_shrink), sizeof(struct drm_vttm_restore),
		sizeof(struct drm_vttm_busy),
	};
	unsigned int nr = DRM_COMMAND_BASE + below(c, 9), i;
	unsigned int size = pick(c, sizes);
	uint32_t args[ARG_SIZE / 4];

	if (one_in(c, 4))
		nr = below(c, 256);
	if (one_in(c, 4))
		size = below(c, ARG_SIZE);
	/* It would leave file descriptors that nobody knows. */
	if (nr == 0x2d)
		return;
	for (i = 0; i < ARG_SIZE / 4; i++)
		args[i] = garbage(c);
	args[0] = one_in(c, 2) ? args[0] : 1 + below(c, NR_COMMONS);
	call(c, "garbage", commons, _IOC(below(c, 4), 'd', nr, size), args);
}

static void commons_use(struct client *c)
{
	struct drm_vttm_info info = commons_info(c);
	struct drm_vttm_restore restore = { .handle = info.handle };
	struct drm_vttm_madvise madvise = { .handle = info.handle };
	struct drm_vttm_shrink shrink = { .handle = info.handle };
	struct drm_vttm_busy busy = { .handle = info.handle, .ms = 1 };
	int ret;

	if (!info.size)
		return;
	switch (below(c, 5)) {
	case 0:
		ret = call(c, "RESTORE, commons", commons,
			   DRM_IOCTL_VTTM_RESTORE, &restore);
		expect_success_or(c, ret, ERRORS(ENOENT, EFAULT));
		break;
	case 1:
		madvise.madv = one_in(c, 4);
		ret = call(c, "MADVISE, commons", commons,
			   DRM_IOCTL_VTTM_MADVISE, &madvise);
		expect_success_or(c, ret, ERRORS(ENOENT, EINVAL));
		break;
	case 2:
		shrink.flags = below(c, 2);
		ret = call(c, "SHRINK, commons", commons, DRM_IOCTL_VTTM_SHRINK,
			   &shrink);
		expect_success_or(c, ret, ERRORS(ENOENT, EBUSY, EINVAL));
		break;
	case 3:
		ret = call(c, "BUSY, commons", commons, DRM_IOCTL_VTTM_BUSY,
			   &busy);
		expect_success_or(c, ret, ERRORS(ENOENT));
		break;
	default:
		close_handle(c, commons, info.handle);
	}
}

static const struct step {
	void (*run)(struct client *c);
	unsigned int weight;
} steps[] = {
	{ step_create, 24 },		{ step_close, 6 },
	{ step_map, 24 },		{ step_unmap, 6 },
	{ step_check, 30 },		{ step_write, 24 },
	{ step_access, 4 },		{ step_remap, 6 },
	{ step_madvise, 10 },		{ step_shrink, 24 },
	{ step_shrink_all, 3 },		{ step_restore, 16 },
	{ step_busy, 6 },		{ step_info, 12 },
	{ step_no_handle, 6 },		{ step_bad_pointer, 4 },
	{ step_pass, 8 },		{ step_dup, 2 },
	{ step_reopen, 1 },		{ step_fork, 1 },
	{ step_signal, 12 },		{ step_stats, 2 },
	{ commons_create, 16 },		{ commons_touch, 16 },
	{ commons_use, 30 },		{ commons_garbage, 80 },
	{ commons_reopen, 1 },
};

#define NR_STEPS	(sizeof(steps) / sizeof(*steps))

static void make_step(struct client *c)
{
	unsigned int sum = 0, at, i;

	for (i = 0; i < NR_STEPS; i++)
		sum += steps[i].weight;
	at = below(c, sum);
	for (i = 0; at >= steps[i].weight; i++)
		at -= steps[i].weight;
	steps[i].run(c);
	c->steps++;
}

/* All that is known must be there in the end, too. */
static void finish(struct client *c)
{
	uint64_t page;
	int i;

	for (i = 0; i < NR_BUFS; i++) {
		struct buf *buf = &c->bufs[i];

		now_doing(c, "the last look");
		for (page = 0; page < buf->pages && buf_is_mapped(buf) &&
		     !buf->purged; page++)
			check_page(c, buf, some_map(c, buf), page, 1);
		unmap(c, buf, 0);
		unmap(c, buf, 1);
	}
	for (i = 0; i < NR_FILES; i++)
		close(c->fds[i]);
}

static void *client_main(void *arg)
{
	struct client *c = arg;

	while (!stop)
		make_step(c);
	finish(c);
	return NULL;
}

/* The test. */

/* From the environment. */
static unsigned long parameter(const char *name, unsigned long otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoul(value, NULL, 0) : otherwise;
}

static long long nr_buffers(void)
{
	return vt_read_number("/sys/kernel/debug/ttm/buffer_objects");
}

static unsigned long all_calls(void)
{
	unsigned long sum = 0;
	int i;

	for (i = 0; i < NR_CLIENTS; i++)
		sum += clients[i].calls;
	return sum;
}

FIXTURE(random_calls)
{
	unsigned long seed, seconds, calls;
	long long buffers, stale, tainted;
};

FIXTURE_SETUP(random_calls)
{
	commons = vt_open();
	if (commons < 0)
		SKIP(return, "no vttm device");
	if (!vt_budget(1))
		SKIP(return, "no swap");
	self->buffers = nr_buffers();
	self->stale = vt_counter(VT_GTT, "stale");
	self->tainted = vt_read_number("/proc/sys/kernel/tainted");
	self->seed = parameter("SEED", 1);
	self->calls = parameter("CALLS", 0);
	self->seconds = parameter("SECONDS", self->calls ? ~0UL : SECONDS);
	pages_limit = vt_read_number(VT_PAGES_LIMIT);
	vram_pages = vt_read_number(VT_PARAMETERS "vram_mib") * VT_MIB / VT_PAGE;
}

FIXTURE_TEARDOWN(random_calls)
{
	close(commons);
}

static bool begin_client(struct client *c, unsigned int id, unsigned long seed)
{
	unsigned int i;

	c->id = id;
	c->random = (seed * NR_CLIENTS + id + 1) * 0x9e3779b97f4a7c15UL;
	c->last_tag = id << 28;
	for (i = 0; i < NR_FILES; i++)
		c->fds[i] = vt_open();
	return c->fds[0] >= 0 && c->fds[1] >= 0 &&
	       !pthread_create(&c->thread, NULL, client_main, c);
}

/* False if one has not made a step for too long. */
static bool all_go_on(unsigned long last[NR_CLIENTS], unsigned int *still)
{
	unsigned int limit = vt_kernel_is_slow() ? 240 : 60, i;

	for (i = 0; i < NR_CLIENTS; i++) {
		if (clients[i].steps != last[i])
			still[i] = 0;
		else if (++still[i] > limit)
			return false;
		last[i] = clients[i].steps;
	}
	return true;
}

TEST_F_TIMEOUT(random_calls, end_well, 24 * 60 * 60)
{
	struct sigaction action = { .sa_handler = on_signal };
	unsigned long last[NR_CLIENTS] = {}, second, calls, pages = 0, errors = 0;
	unsigned int still[NR_CLIENTS] = {}, i;
	sigset_t alarms;

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	for (i = 0; i < NR_CLIENTS; i++)
		ASSERT_TRUE(begin_client(&clients[i], i, self->seed));
	/* It counts the seconds. */
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarms, NULL);
	for (second = 0; second < self->seconds; second++) {
		if (self->calls && all_calls() >= self->calls)
			break;
		poll(NULL, 0, 1000);
		ASSERT_TRUE(all_go_on(last, still))
			TH_LOG("no step for minutes: %s; %s",
			       what_does(&clients[0]), what_does(&clients[1]));
	}
	stop = true;
	for (i = 0; i < NR_CLIENTS; i++) {
		ASSERT_EQ(0, pthread_join(clients[i].thread, NULL));
		pages += clients[i].pages;
		errors += clients[i].errors;
	}
	calls = all_calls();
	TH_LOG("seed %lu: %lu calls, %lu of them failed, %lu pages touched, %lu s",
	       self->seed, calls, errors, pages, second);

	close(commons);
	EXPECT_EQ(0, complaints);
	EXPECT_LT(0, errors);
	EXPECT_LT(0, pages);
	EXPECT_TRUE(vt_eventually(nr_buffers() == self->buffers))
		TH_LOG("%lld buffers, then %lld", self->buffers, nr_buffers());
	EXPECT_EQ(self->stale, vt_counter(VT_GTT, "stale"));
	EXPECT_EQ(self->tainted, vt_read_number("/proc/sys/kernel/tainted"));
}

TEST_HARNESS_MAIN
