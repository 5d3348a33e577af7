// SPDX-License-Identifier: GPL-2.0
/* Too few pages for TTM, and too little VRAM, for all that clients want. */
#include <drivers/vttm/vttm_test.h>

#include "stress.h"

/* The share of new buffers in percent, in other turns and in these. */
#define USUAL		20
#define MOST		60

void limits_usual(void)
{
	shared->swapout = USUAL;
	shared->vram = device_has_vram() ? USUAL : 0;
}

static long long pages_limit;

static bool begin_pages_limit(struct rng *rng)
{
	(void)rng;
	pages_limit = vt_read_number(VT_PAGES_LIMIT);
	shared->swapout = MOST;
	return pages_limit > 0;
}

/* Not lower than the largest buffer, which could not be created. */
static void strike_pages_limit(struct rng *rng)
{
	long long before = vt_counter(VT_BACKUP_STATS, "swapout");
	unsigned int limit = MAX_PAGES + rng_below(rng, 4 * MAX_PAGES);

	vt_write_number(VT_PAGES_LIMIT,
			rng_one_in(rng, 4) ? (unsigned long long)pages_limit : limit);
	pass_time(50 + rng_below(rng, 250));
	turn_pages_limit.strikes +=
		vt_counter(VT_BACKUP_STATS, "swapout") > before;
}

static void end_pages_limit(void)
{
	if (pages_limit > 0)
		vt_write_number(VT_PAGES_LIMIT, (unsigned long long)pages_limit);
	limits_usual();
}

static bool begin_vram(struct rng *rng)
{
	(void)rng;
	shared->vram = MOST;
	return device_has_vram();
}

/* The clients have to release every buffer in VRAM first. */
#define VRAM_TRIES	50

/* The exit status of the process that takes all of VRAM. */
enum { TOOK_IT, TOOK_LESS, LACKED_MEMORY, WAS_WRONG };

static bool is_zero(const struct vt_buf *buf)
{
	uint64_t i, sum = 0;

	for (i = 0; i < buf->size / sizeof(*buf->map); i++)
		sum |= buf->map[i];
	return !sum;
}

/* One buffer replaces all that are there. It is a buffer like any other. */
static int take_vram(uint32_t flags, uint32_t caching, uint64_t seed)
{
	int fd = vt_open(), tries = VRAM_TRIES;
	struct vt_buf buf;
	bool took;

	if (fd < 0 || vt_buf_init_flags(&buf, fd, VRAM_MIB * MIB, caching,
					flags | VTTM_CREATE_VRAM, seed))
		return LACKED_MEMORY;
	took = vt_state(fd, buf.handle) & VTTM_STATE_VRAM;
	if (!is_zero(&buf))
		return WAS_WRONG;
	vt_fill(&buf, seed);
	if (vt_verify(&buf))
		return WAS_WRONG;
	/* Others may be in use, or memory may be short. The content stays. */
	while (!took && tries--) {
		vt_restore(fd, buf.handle);
		took = vt_state(fd, buf.handle) & VTTM_STATE_VRAM;
		if (!took)
			pass_time(20);
	}
	return vt_verify(&buf) ? WAS_WRONG : took ? TOOK_IT : TOOK_LESS;
}

static void strike_vram(struct rng *rng)
{
	uint32_t flags = rng_one_in(rng, 2) ? VTTM_CREATE_SWAPOUT : 0;
	uint32_t caching = rng_below(rng, 3);
	uint64_t seed = rng_below(rng, UINT32_MAX);
	bool faults = faults_lately();
	pid_t pid = vt_fork();
	int status;

	if (!pid)
		_exit(take_vram(flags, caching, seed));
	status = wait_for_child(pid, LONG_MS);
	faults |= faults_lately();
	if (!status)
		turn_vram.strikes++;
	else if (WIFEXITED(status) && WEXITSTATUS(status) == WAS_WRONG)
		wrong("a buffer of all of VRAM, flags %#x, caching %u", flags,
		      caching);
	else if (!faults && (!WIFEXITED(status) ||
			     WEXITSTATUS(status) == LACKED_MEMORY))
		error("the one that takes all of VRAM ended with status %#x",
		      status);
	pass_time(rng_below(rng, 200));
}

struct turn turn_pages_limit = {
	.name = "pages-limit", .budget = 140, .begin = begin_pages_limit,
	.strike = strike_pages_limit, .end = end_pages_limit,
	.unit = "times at it",
};

struct turn turn_vram = {
	.name = "vram", .budget = 140, .begin = begin_vram,
	.strike = strike_vram, .end = limits_usual, .unit = "times taken",
};
