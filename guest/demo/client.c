// SPDX-License-Identifier: GPL-2.0
/* One client: owns surfaces and uses them when it is given a turn. */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "demo.h"

_Noreturn void client_die(const struct client *c, const char *what)
{
	fprintf(stderr, "demo: client %u: %s: %m\n", c->id, what);
	_exit(VERDICT_BROKEN);
}

/* The OOM killer must take a client, never the coordinator. */
static void volunteer_for_oom(void)
{
	FILE *f = fopen("/proc/self/oom_score_adj", "w");

	if (f) {
		fputs("1000", f);
		fclose(f);
	}
}

uint64_t client_key(const struct client *c, unsigned int i)
{
	uint64_t who = (uint64_t)c->id << 32 | i;

	return mix(mix(c->plan->seed, who), c->surface[i].generation);
}

void client_draw(struct client *c, unsigned int i)
{
	struct surface *s = &c->surface[i];
	size_t page, pages = s->size / PAGE_BYTES;
	uint64_t key;

	s->generation++;
	key = client_key(c, i);
	for (page = 0; page < pages; page++)
		pattern_write(s->map + page * PAGE_WORDS, mix(key, page),
			      !c->plan->incompressible);
}

static void verify_surface(struct client *c, unsigned int i)
{
	const struct surface *s = &c->surface[i];
	size_t page, pages = s->size / PAGE_BYTES;
	uint64_t key = client_key(c, i);

	for (page = 0; page < pages; page++)
		if (!pattern_matches(s->map + page * PAGE_WORDS,
				     mix(key, page), !c->plan->incompressible))
			atomic_fetch_add(&c->tally->bad_pages, 1);
}

/* The first touch of a surface brings back all of it: the fault-in. */
static void touch_surface(struct client *c, unsigned int i)
{
	const struct surface *s = &c->surface[i];
	bool backed_up = surface_backed_up(s);
	uint64_t start = now_ns();

	*(volatile uint64_t *)s->map;
	if (backed_up)
		tally_fault(c->tally, now_ns() - start, s->size);
}

/* The injected error: one bit, once, which the pattern does not know. */
static void damage_surface(struct client *c, struct turn turn, unsigned int i)
{
	if (c->plan->corrupt && !c->id && !i && turn.phase == PHASE_CHECK)
		c->surface[i].map[PAGE_WORDS / 2] ^= 1;
}

static void use_surface(struct client *c, struct turn turn, unsigned int i)
{
	const struct surface_plan *plan =
		&c->plan->client[c->id].surface[i];

	if (turn.phase == PHASE_FILL) {
		if (surface_create(&c->surface[i], c->fd, plan) < 0)
			client_die(c, "cannot create a surface");
		client_draw(c, i);
	} else {
		touch_surface(c, i);
		damage_surface(c, turn, i);
		verify_surface(c, i);
		if (plan_rewrites(c->plan, c->id, turn, i))
			client_draw(c, i);
	}
	atomic_fetch_add(&c->tally->bytes_done, c->surface[i].size);
}

/* Bring the surface back first: what is backed up has no blocks. */
static void count_surface(struct client *c, unsigned int i)
{
	*(volatile uint64_t *)c->surface[i].map;
	if (surface_count(&c->surface[i], &c->tally->sizes) < 0)
		client_die(c, "cannot count the blocks of a surface");
}

static void take_turn(struct client *c, struct turn turn)
{
	unsigned int i;

	if (turn.phase == PHASE_FRAMES) {
		frames_turn(c, turn.round);
		return;
	}
	for (i = 0; i < c->plan->client[c->id].nr; i++) {
		if (turn.phase == PHASE_COUNT)
			count_surface(c, i);
		else if (plan_uses(c->plan, c->id, turn, i))
			use_surface(c, turn, i);
	}
}

/* Serves turns until the coordinator closes the pipe. Never returns. */
_Noreturn void client_main(const struct plan *plan, unsigned int id,
			   const char *node, int turns, int replies,
			   struct tally *tally)
{
	static struct client c;
	struct turn turn;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	volunteer_for_oom();
	c = (struct client){ .plan = plan, .id = id, .tally = tally };
	c.fd = open(node, O_RDWR | O_CLOEXEC);
	if (c.fd < 0)
		client_die(&c, node);
	while (read(turns, &turn, sizeof(turn)) == sizeof(turn)) {
		take_turn(&c, turn);
		if (write(replies, "", 1) != 1)
			client_die(&c, "cannot report");
	}
	_exit(VERDICT_OK);
}
