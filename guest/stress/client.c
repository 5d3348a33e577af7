// SPDX-License-Identifier: GPL-2.0
/* A client: makes random calls until it is told to stop. */
#include <drivers/vttm/vttm_test.h>

#include "stress.h"

static struct rng rng;
static struct member *me;
static int fd;
static struct buffer buffers[MAX_BUFFERS];

static void hold(long pages)
{
	me->held += (size_t)pages;
}

static struct buffer *find_free(void)
{
	unsigned int i;

	for (i = 0; i < MAX_BUFFERS; i++)
		if (!buffers[i].handle)
			return &buffers[i];
	return NULL;
}

/* NULL if it has none. */
static struct buffer *pick(void)
{
	unsigned int start = rng_below(&rng, MAX_BUFFERS), i;

	for (i = 0; i < MAX_BUFFERS; i++) {
		struct buffer *b = &buffers[(start + i) % MAX_BUFFERS];

		if (b->handle)
			return b;
	}
	return NULL;
}

/* From one page to 16 MiB, as many small as large ones, half of them odd. */
static uint32_t pick_size(void)
{
	static const uint32_t most[] = { 16, 256, 1024, MAX_PAGES };
	uint32_t pages = 1 + rng_below(&rng, most[rng_below(&rng, 4)]);
	uint32_t order = 0;

	if (rng_one_in(&rng, 2))
		return pages;
	while (2U << order <= pages)
		order++;
	return 1U << order;
}

static void verify_all_of(struct buffer *b)
{
	uint32_t page;

	for (page = 0; page < b->pages; page++)
		buffer_verify(b, page);
}

static void drop(struct buffer *b)
{
	uint32_t pages = b->pages;

	buffer_close(b);
	hold(-(long)pages);
}

static void op_fill(struct buffer *b)
{
	/* Some pages stay as they were: zero in a new buffer. */
	uint32_t skip = rng_one_in(&rng, 4) ? rng_below(&rng, 8) : 0, page;

	for (page = 0; page < b->pages; page++)
		if (!skip || page % 8 != skip)
			buffer_write(b, page);
	shared->ops[OP_FILL]++;
}

static void op_verify(struct buffer *b)
{
	verify_all_of(b);
	shared->ops[OP_VERIFY]++;
}

static void op_touch(struct buffer *b)
{
	unsigned int n = 1 + rng_below(&rng, 16);

	while (n--) {
		uint32_t page = rng_below(&rng, b->pages);

		buffer_verify(b, page);
		if (rng_one_in(&rng, 2))
			buffer_write(b, page);
	}
	shared->ops[OP_TOUCH]++;
}

static void op_close(struct buffer *b)
{
	verify_all_of(b);
	drop(b);
}

static bool is_ttms(const struct buffer *b)
{
	return b->flags & VTTM_CREATE_SWAPOUT;
}

/* Buffers that TTM swaps out are not purged. */
static void op_purge(struct buffer *b)
{
	if (is_ttms(b))
		buffer_swap_out(b);
	else if (!buffer_offer(b, rng_one_in(&rng, 2)))
		drop(b);
}

static void shrink(struct buffer *b, bool writeback)
{
	if (is_ttms(b))
		buffer_swap_out(b);
	else
		buffer_shrink(b, writeback);
}

static void op_shrink(struct buffer *b)
{
	shrink(b, false);
}

static void op_writeback(struct buffer *b)
{
	shrink(b, true);
}

static void op_shrink_all(struct buffer *b)
{
	int64_t ret = vt_shrink(fd, 0, rng_below(&rng, 2),
				1 + rng_below(&rng, 4096));

	(void)b;
	shared->ops[OP_SHRINK_ALL]++;
	if (ret < 0 && !(ret == -ENOMEM && faults_lately()))
		error("client: shrink all: %s", strerror((int)-ret));
}

/* The operations on a buffer, and how often each is chosen. */
static const struct {
	enum op op;
	unsigned int weight;
	void (*run)(struct buffer *b);
} deeds[] = {
	{ OP_TOUCH, 32, op_touch },
	{ OP_VERIFY, 12, op_verify },
	{ OP_FILL, 6, op_fill },
	{ OP_SHRINK, 12, op_shrink },
	{ OP_WRITEBACK, 6, op_writeback },
	{ OP_SHRINK_ALL, 2, op_shrink_all },
	{ OP_RESTORE, 12, buffer_restore },
	{ OP_REMAP, 5, buffer_remap },
	{ OP_PURGE, 4, op_purge },
	{ OP_INFO, 6, buffer_ask },
	{ OP_CLOSE, 3, op_close },
};

static void use(struct buffer *b)
{
	unsigned int total = 0, i, n;

	for (i = 0; i < ARRAY_SIZE(deeds); i++)
		total += deeds[i].weight;
	n = rng_below(&rng, total);
	for (i = 0; n >= deeds[i].weight; i++)
		n -= deeds[i].weight;
	me->doing = (int)deeds[i].op;
	deeds[i].run(b);
}

/*
 * Draw both numbers in any case, so that a turn does not change what comes
 * after it.
 */
static uint32_t pick_flags(void)
{
	bool swapout = rng_below(&rng, 100) < shared->swapout;
	bool vram = rng_below(&rng, 100) < shared->vram;

	return (swapout ? VTTM_CREATE_SWAPOUT : 0) |
	       (vram ? VTTM_CREATE_VRAM : 0);
}

static void create(void)
{
	struct buffer *b = find_free();
	uint32_t pages = pick_size(), flags = pick_flags();

	if (!b || me->held + pages > shared->budget)
		return;
	me->doing = OP_CREATE;
	if (!buffer_create(b, fd, pages, rng_below(&rng, 3), flags))
		return;
	hold(pages);
	op_fill(b);
}

/*
 * There is less room than before. Close some buffers, not all with their
 * content verified.
 */
static void shed(void)
{
	struct buffer *b;

	while (me->held > shared->budget && (b = pick())) {
		me->doing = OP_CLOSE;
		if (rng_one_in(&rng, 8))
			verify_all_of(b);
		drop(b);
		me->progress++;
	}
}

static void step(void)
{
	struct buffer *b;

	shed();
	if (me->held < shared->budget / 8 * 7 && rng_one_in(&rng, 3))
		create();
	b = pick();
	if (b)
		use(b);
	else
		create();
	me->progress++;
	me->doing = -1;
	if (rng_one_in(&rng, 16))
		usleep(rng_below(&rng, 4000));
}

/* With slab and page allocations failing this may take a few attempts. */
static void open_device(void)
{
	unsigned int tries;

	for (tries = 0; (fd = vt_open()) < 0; tries++) {
		if (tries == 1000 && !faults_lately())
			error("client: no vttm device: %s", strerror(errno));
		if (tries == 10000 || shared->stop)
			_exit(tries == 10000);
		usleep(1000);
	}
}

/* Mark this task for the kernel's fault injections with a task-filter. */
static void volunteer_for_faults(void)
{
	vt_write_text("/proc/self/make-it-fail", "1");
	vt_write_text("/proc/self/oom_score_adj", "500");
}

/* A buffer that outlives the client: the accounts must notice it. */
static void leak(void)
{
	if (shared->leak && atomic_exchange(&shared->leak, false) && !fork()) {
		prctl(PR_SET_PDEATHSIG, 0);
		setsid();
		for (;;)
			pause();
	}
}

static void stop(void)
{
	unsigned int i;

	for (i = 0; i < MAX_BUFFERS; i++) {
		if (!buffers[i].handle)
			continue;
		me->doing = OP_VERIFY;
		op_verify(&buffers[i]);
		leak();
		me->doing = OP_CLOSE;
		drop(&buffers[i]);
	}
}

_Noreturn void client_main(unsigned int id)
{
	unsigned int i;

	me = &shared->member[id];
	rng = rng_make(shared->opt.seed, 1000 + id + me->life * MAX_CLIENTS);
	for (i = 0; i < MAX_BUFFERS; i++) {
		buffers[i].client = id;
		buffers[i].slot = i;
	}
	catch_sigbus();
	volunteer_for_faults();
	open_device();
	while (!shared->stop) {
		step();
		if (shared->opt.hang && !id)
			pause();
	}
	stop();
	_exit(0);
}
