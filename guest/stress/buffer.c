// SPDX-License-Identifier: GPL-2.0
/*
 * One buffer. Its client knows the content of every page, and which calls may fail
 * and when.
 */
#include <drivers/vttm/vttm_test.h>

#include <setjmp.h>

#include "stress.h"

/* After so many attempts a client reports that it cannot go on. */
#define MANY_RETRIES	20000
#define SIGNAL_STACK	(16 * 1024UL)

static sigjmp_buf jump;
static volatile sig_atomic_t guarded;

/*
 * Counts a call. While faults are injected, any call may fail for lack of memory.
 * True if it succeeded.
 */
static bool judge(const struct buffer *b, enum op op, int ret, int allowed,
		  bool faults)
{
	shared->ops[op]++;
	if (!ret)
		return true;
	if (ret == -allowed ||
	    (ret == -ENOMEM && (faults || faults_lately())))
		shared->refused[op]++;
	else
		error("client %u, buffer %u: %s: %s", b->client, b->slot,
		      op_names[op], strerror(-ret));
	return false;
}

static void on_sigbus(int sig)
{
	if (!guarded)
		_exit(128 + sig);
	siglongjmp(jump, sig);
}

/*
 * A signal puts a frame on the stack. If the stack is in swap, and an injected fault
 * hits the read, the kernel sends SIGSEGV instead.
 */
static void lock_signal_stack(void)
{
	stack_t stack = { .ss_size = SIGNAL_STACK };

	stack.ss_sp = mmap(NULL, stack.ss_size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
	if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL))
		die("signal stack");
}

void catch_sigbus(void)
{
	/* The jump leaves the handler, and no mask to restore. */
	struct sigaction action = {
		.sa_handler = on_sigbus, .sa_flags = SA_NODEFER | SA_ONSTACK,
	};

	lock_signal_stack();
	sigaction(SIGBUS, &action, NULL);
}

static bool attempt(void (*access)(struct buffer *b, uint32_t page),
		    struct buffer *b, uint32_t page)
{
	if (sigsetjmp(jump, 0)) {
		guarded = false;
		return false;
	}
	guarded = true;
	access(b, page);
	guarded = false;
	return true;
}

/*
 * Repeats until it works: a write must not be left incomplete. Faults end with the
 * turn.
 */
static void insist(void (*access)(struct buffer *b, uint32_t page),
		   struct buffer *b, uint32_t page)
{
	unsigned int tries;

	for (tries = 0; !attempt(access, b, page); tries++) {
		shared->sigbus++;
		if (!faults_lately())
			error("client %u, buffer %u, page %u: SIGBUS",
			      b->client, b->slot, page);
		if (tries == MANY_RETRIES)
			_exit(1);
		usleep(1000);
	}
}

static struct place place_of(const struct buffer *b, uint32_t page)
{
	return (struct place) {
		.fill = b->fill[page], .client = b->client, .slot = b->slot,
		.page = page,
	};
}

static uint64_t *page_at(const struct buffer *b, uint32_t page)
{
	return b->map + (size_t)page * PAGE_WORDS;
}

static void do_write(struct buffer *b, uint32_t page)
{
	page_write(page_at(b, page), place_of(b, page));
}

static void report_wrong(const struct buffer *b, uint32_t page, int word)
{
	uint64_t found = vt_read_word(page_at(b, page) + word);
	char text[120];

	word_describe(found, text, sizeof(text));
	wrong("client %u, buffer %u of %u pages, page %u, content %u: word %d is %s",
	      b->client, b->slot, b->pages, page, b->fill[page], word, text);
}

static void do_verify(struct buffer *b, uint32_t page)
{
	int word = page_check(page_at(b, page), place_of(b, page));

	if (word >= 0)
		report_wrong(b, page, word);
}

/* The injected error: one bit, which the pattern does not know. */
static void do_damage(struct buffer *b, uint32_t page)
{
	page_at(b, page)[PAGE_WORDS / 2] ^= 1;
}

void buffer_write(struct buffer *b, uint32_t page)
{
	/* Clear one bit. 0 is no content. */
	b->fill[page] = ++shared->fills & 0x7fffffff ?: 1;
	insist(do_write, b, page);
	shared->written++;
	shared->member[b->client].progress++;
	/* A single page may be written again before it is verified. */
	if (shared->corrupt && !shared->wrong && b->fill[page] % 256 == 0)
		insist(do_damage, b, page);
}

void buffer_verify(struct buffer *b, uint32_t page)
{
	insist(do_verify, b, page);
	shared->verified++;
	shared->member[b->client].progress++;
}

/* False if there is no memory for it. */
static bool map(struct buffer *b)
{
	bool faults = faults_lately();
	uint64_t offset;
	int ret = vt_offset(b->fd, b->handle, &offset);

	if (!ret) {
		b->map = mmap(NULL, b->pages * PAGE_BYTES,
			      PROT_READ | PROT_WRITE, MAP_SHARED, b->fd,
			      (off_t)offset);
		if (b->map == MAP_FAILED)
			ret = -errno;
	}
	return judge(b, OP_REMAP, ret, 0, faults);
}

/* Splitting or merging mappings takes memory, too. */
static void unmap(struct buffer *b)
{
	unsigned int tries;

	for (tries = 0; munmap(b->map, b->pages * PAGE_BYTES); tries++) {
		if (errno != ENOMEM || !faults_lately() ||
		    tries == MANY_RETRIES) {
			error("client %u, buffer %u: munmap: %s", b->client,
			      b->slot, strerror(errno));
			_exit(1);
		}
		usleep(1000);
	}
}

static void close_handle(struct buffer *b)
{
	judge(b, OP_CLOSE, vt_close(b->fd, b->handle), 0, false);
	b->handle = 0;
}

bool buffer_create(struct buffer *b, int fd, uint32_t pages, uint32_t caching,
		   uint32_t flags)
{
	bool faults = faults_lately();
	int ret;

	b->fd = fd;
	b->pages = pages;
	b->flags = flags;
	memset(b->fill, 0, pages * sizeof(b->fill[0]));
	ret = vt_create_flags(fd, pages * PAGE_BYTES, caching, flags,
			      &b->handle);
	if (!judge(b, OP_CREATE, ret, 0, faults)) {
		b->handle = 0;
		return false;
	}
	if (map(b))
		return true;
	close_handle(b);
	return false;
}

void buffer_close(struct buffer *b)
{
	unmap(b);
	close_handle(b);
}

void buffer_remap(struct buffer *b)
{
	unsigned int tries;

	unmap(b);
	for (tries = 0; !map(b); tries++) {
		if (tries == MANY_RETRIES)
			_exit(1);
		usleep(1000);
	}
}

void buffer_shrink(struct buffer *b, bool writeback)
{
	bool faults = faults_lately();
	int64_t ret = vt_shrink(b->fd, b->handle,
				writeback ? VTTM_SHRINK_WRITEBACK : 0, 0);

	/* It has no pages, another thread was faster, or swap is full. */
	judge(b, writeback ? OP_WRITEBACK : OP_SHRINK, ret < 0 ? (int)ret : 0,
	      EBUSY, faults);
}

/* As many pages as it has, the least recently used ones. */
void buffer_swap_out(struct buffer *b)
{
	bool faults = faults_lately();
	int64_t ret = vt_shrink(b->fd, 0, VTTM_SHRINK_SWAPOUT, b->pages);

	judge(b, OP_SWAPOUT, ret < 0 ? (int)ret : 0, 0, faults);
}

void buffer_restore(struct buffer *b)
{
	judge(b, OP_RESTORE, vt_restore(b->fd, b->handle), ENOMEM, false);
}

void buffer_ask(struct buffer *b)
{
	bool faults = faults_lately();
	struct drm_vttm_info info;
	int ret = vt_info(b->fd, b->handle, &info);

	if (!judge(b, OP_INFO, ret, 0, faults))
		return;
	if (info.size != b->pages * PAGE_BYTES ||
	    info.resident + info.inserted + info.copied > b->pages ||
	    info.state & VTTM_STATE_PURGED)
		error("client %u, buffer %u of %u pages: info tells of %llu+%llu+%llu, state %#x",
		      b->client, b->slot, b->pages,
		      (unsigned long long)info.resident,
		      (unsigned long long)info.inserted,
		      (unsigned long long)info.copied, info.state);
}

static bool advise(struct buffer *b, uint32_t advice)
{
	bool faults = faults_lately();
	uint32_t retained = 1;
	int ret;

	do {
		ret = vt_madvise(b->fd, b->handle, advice, &retained);
	} while (!judge(b, OP_PURGE, ret, 0, faults) && ret == -ENOMEM);
	return retained;
}

static void do_read(struct buffer *b, uint32_t page)
{
	vt_read_word(page_at(b, page));
}

bool buffer_offer(struct buffer *b, bool shrink)
{
	advise(b, VTTM_MADV_DONTNEED);
	if (shrink)
		buffer_shrink(b, false);
	else
		usleep(2000);
	if (advise(b, VTTM_MADV_WILLNEED))
		return true;
	shared->purged++;
	/* Other content must not be there instead. */
	if (attempt(do_read, b, 0))
		error("client %u, buffer %u: purged, and no SIGBUS", b->client,
		      b->slot);
	return false;
}
