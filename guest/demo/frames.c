// SPDX-License-Identifier: GPL-2.0
/*
 * Frames: one client draws them at a fixed pace from surfaces that it uses in every one, a
 * second has surfaces that it does not use, and the others make buffers and free them.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "demo.h"

#include <drm/vttm_drm.h>

#define NS_PER_S	1000000000ULL
#define FRAME_NS	(NS_PER_S / 30)
#define CHURN_NS	(NS_PER_S / 20)		/* how long a buffer lives that is made and freed */
#define CHURN_BYTES	(1UL << 20)		/* the smallest of them; the largest are 8 times that */
#define DRAW_BYTES	(2UL << 20)		/* larger surfaces are shown, not drawn */

/* A quarter belongs to the one that draws, three quarters to the one that does not. */
size_t frames_share(unsigned int client, size_t total)
{
	if (client == FRAMES_DRAWER)
		return total / 4;
	return client == FRAMES_IDLER ? total - total / 4 : 0;
}

static void sleep_until(uint64_t ns)
{
	struct timespec ts = {
		.tv_sec = (time_t)(ns / NS_PER_S),
		.tv_nsec = (long)(ns % NS_PER_S),
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

static void show_surface(struct client *c, unsigned int i)
{
	const struct surface *s = &c->surface[i];
	size_t page, pages = s->size / PAGE_BYTES;
	uint64_t key = client_key(c, i);

	if (surface_use(s) < 0)
		client_die(c, "cannot use a surface");
	for (page = 0; page < pages; page++)
		if (!pattern_begins(s->map + page * PAGE_WORDS, mix(key, page)))
			atomic_fetch_add(&c->tally->bad_pages, 1);
}

/* Uses every surface, and changes one if it is small enough. */
static void draw_frame(struct client *c, unsigned int frame)
{
	unsigned int nr = c->plan->client[c->id].nr, i;

	for (i = 0; i < nr; i++)
		show_surface(c, i);
	if (nr && c->surface[frame % nr].size <= DRAW_BYTES)
		client_draw(c, frame % nr);
}

/*
 * A frame is due at every tick, and late if it is not done at the next. Ticks that pass
 * while one is being drawn have none.
 */
static void draw_frames(struct client *c, uint64_t due, uint64_t end)
{
	struct tally *tally = c->tally;
	uint64_t took;

	while (due < end && tally->frames < MAX_FRAMES) {
		sleep_until(due);
		draw_frame(c, tally->frames);
		took = now_ns() - due;
		tally->frame_ns[tally->frames++] = took;
		tally->late_frames += took > FRAME_NS;
		due += (took / FRAME_NS + 1) * FRAME_NS;
	}
}

static void churn_once(struct client *c, uint64_t nr)
{
	uint64_t pick = mix(c->plan->seed, (uint64_t)c->id << 32 | nr);
	struct surface_plan plan = {
		.size = CHURN_BYTES << (pick % 4),
		.caching = VTTM_CACHING_CACHED,
	};
	struct surface s;
	uint64_t start = now_ns();
	size_t page;

	if (surface_create(&s, c->fd, &plan) < 0 || surface_use(&s) < 0)
		client_die(c, "cannot make a buffer");
	for (page = 0; page < s.size / PAGE_BYTES; page++)
		s.map[page * PAGE_WORDS] = pick;
	sleep_until(start + CHURN_NS);
	surface_destroy(&s);
	atomic_fetch_add(&c->tally->churned, 1);
}

/* What client @c does for @seconds. */
void frames_turn(struct client *c, unsigned int seconds)
{
	uint64_t start = now_ns(), end = start + seconds * NS_PER_S, nr = 0;

	if (c->id == FRAMES_DRAWER)
		draw_frames(c, start, end);
	else if (c->id >= FRAMES_OWNERS)
		while (now_ns() < end)
			churn_once(c, nr++);
}

/* All at once, and until the last is done. */
static enum verdict let_draw(struct crew *crew, struct turn turn,
			     struct sampler *sampler)
{
	enum verdict verdict = VERDICT_OK;
	unsigned int id;

	for (id = 0; id < crew->nr && verdict == VERDICT_OK; id++)
		verdict = crew_tell(crew, id, turn);
	for (id = 0; id < crew->nr && verdict == VERDICT_OK; id++)
		verdict = crew_await(crew, id, sampler);
	return verdict;
}

enum verdict frames_run(struct frames *frames, struct crew *crew,
			unsigned int seconds, struct sampler *sampler)
{
	struct turn turn = { PHASE_FRAMES, seconds };
	struct counters before;
	uint64_t start = now_ns();
	enum verdict verdict;

	sampler->phase = turn.phase;
	if (counters_read(&before) < 0)
		return VERDICT_BROKEN;
	verdict = let_draw(crew, turn, sampler);
	frames->ns = now_ns() - start;
	if (counters_read(&frames->counters) < 0)
		return VERDICT_BROKEN;
	counters_delta(&frames->counters, &before);
	return verdict;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Nearest rank, as for fault-ins. The frames are sorted. */
static double frame_ms(const struct tally *tally, unsigned int percent)
{
	unsigned int rank = (tally->frames * percent + 99) / 100;

	if (!tally->frames)
		return 0;
	return (double)tally->frame_ns[rank ? rank - 1 : 0] / 1e6;
}

void frames_write(FILE *f, const struct frames *frames, struct tally *tally)
{
	const struct counters *c = &frames->counters;
	unsigned int i;

	qsort(tally->frame_ns, tally->frames, sizeof(tally->frame_ns[0]),
	      by_value);
	fprintf(f, "high_watermark_kib\t%llu\n",
		(unsigned long long)high_watermark_kib());
	fprintf(f, "frames_s\t%.3f\nframes\t%u\nframes_late\t%u\nchurned\t%u\n",
		(double)frames->ns / 1e9, tally->frames, tally->late_frames,
		(unsigned int)tally->churned);
	fprintf(f, "frame_p50_ms\t%.2f\nframe_p99_ms\t%.2f\nframe_max_ms\t%.2f\n",
		frame_ms(tally, 50), frame_ms(tally, 99), frame_ms(tally, 100));
	for (i = 0; i < c->nr; i++)
		fprintf(f, "frames_%s\t%llu\n", c->counter[i].name,
			(unsigned long long)c->counter[i].value);
}
