// SPDX-License-Identifier: GPL-2.0
/* The plan of a run: a pure function of the options. */
#include <drm/vttm_drm.h>

#include "demo.h"

#define KIB		1024UL
#define MIB		(1024 * KIB)

#define USE_PERCENT	60	/* of its surfaces a client uses in a turn */
#define REWRITE_PERCENT	33	/* of those it draws anew */

/*
 * Surface sizes and how often each is drawn: glyph and icon caches, tiles,
 * window-sized surfaces, full-screen ones. Most are small, most bytes are
 * in large ones.
 */
static const struct {
	size_t size;
	unsigned int weight;
} sizes[] = {
	{  16 * KIB, 20 }, {  64 * KIB, 18 }, { 256 * KIB, 16 },
	{   1 * MIB, 14 }, {   2 * MIB, 10 }, {   4 * MIB, 8 },
	{   8 * MIB,  7 }, {  16 * MIB,  5 }, {  32 * MIB, 2 },
};

#define NR_SIZES	(sizeof(sizes) / sizeof(sizes[0]))

/* The decisions that depend on the seed. Each has its own stream of numbers. */
enum stream { SIZE, CACHING, ORDER, USES, REWRITES };

static uint64_t draw(const struct plan *plan, enum stream stream,
		     unsigned int client, unsigned int round, unsigned int i)
{
	uint64_t where = (uint64_t)client << 40 | (uint64_t)round << 20 | i;

	return mix(mix(plan->seed, stream), where);
}

const char *phase_name(enum phase phase)
{
	static const char *const names[PHASES] = {
		"fill", "use", "frames", "check", "count",
	};

	return names[phase];
}

static size_t draw_size(const struct plan *plan, unsigned int client,
			unsigned int i, size_t limit)
{
	unsigned int total = 0, k;
	uint64_t pick;

	for (k = 0; k < NR_SIZES; k++)
		total += sizes[k].weight;
	pick = draw(plan, SIZE, client, 0, i) % total;
	for (k = 0; pick >= sizes[k].weight; k++)
		pick -= sizes[k].weight;
	while (k && sizes[k].size > limit)
		k--;
	return sizes[k].size;
}

static void plan_client(struct plan *plan, unsigned int id, size_t share)
{
	struct client_plan *client = &plan->client[id];
	struct surface_plan *s;

	while (share >= sizes[0].size && client->nr < MAX_SURFACES) {
		s = &client->surface[client->nr];
		s->size = draw_size(plan, id, client->nr, share);
		s->caching = VTTM_CACHING_CACHED;
		if (draw(plan, CACHING, id, 0, client->nr) % 100 < plan->wc)
			s->caching = VTTM_CACHING_WC;
		share -= s->size;
		client->nr++;
	}
}

void plan_make(struct plan *plan, const struct options *opt)
{
	unsigned int id;

	plan->seed = opt->seed;
	plan->clients = opt->clients;
	plan->rounds = opt->rounds;
	plan->wc = opt->wc;
	plan->incompressible = opt->incompressible;
	plan->corrupt = opt->corrupt;
	for (id = 0; id < plan->clients; id++)
		plan_client(plan, id, opt->frames ?
			    frames_share(id, opt->total) :
			    opt->total / opt->clients);
}

/* The order in which the clients get their turns in @round. */
void plan_order(const struct plan *plan, unsigned int round,
		unsigned int order[MAX_CLIENTS])
{
	unsigned int i, j;

	for (i = 0; i < plan->clients; i++) {
		j = draw(plan, ORDER, i, round, 0) % (i + 1);
		order[i] = order[j];
		order[j] = i;
	}
}

bool plan_uses(const struct plan *plan, unsigned int client,
	       struct turn turn, unsigned int surface)
{
	if (turn.phase != PHASE_USE)
		return true;
	return draw(plan, USES, client, turn.round, surface) % 100 <
	       USE_PERCENT;
}

bool plan_rewrites(const struct plan *plan, unsigned int client,
		   struct turn turn, unsigned int surface)
{
	return turn.phase == PHASE_USE &&
	       draw(plan, REWRITES, client, turn.round, surface) % 100 <
	       REWRITE_PERCENT;
}

static size_t turn_bytes(const struct plan *plan, unsigned int id,
			 struct turn turn)
{
	const struct client_plan *client = &plan->client[id];
	size_t bytes = 0;
	unsigned int i;

	for (i = 0; i < client->nr; i++)
		if (plan_uses(plan, id, turn, i))
			bytes += client->surface[i].size;
	return bytes;
}

/* The bytes that all turns touch: 100 % of the progress. */
size_t plan_bytes(const struct plan *plan)
{
	size_t bytes = 0;
	unsigned int id, r;

	for (id = 0; id < plan->clients; id++) {
		bytes += turn_bytes(plan, id, (struct turn){ PHASE_FILL, 0 });
		for (r = 0; r < plan->rounds; r++)
			bytes += turn_bytes(plan, id,
					    (struct turn){ PHASE_USE, r });
		bytes += turn_bytes(plan, id, (struct turn){ PHASE_CHECK, 0 });
	}
	return bytes;
}

unsigned int plan_surfaces(const struct plan *plan)
{
	unsigned int id, nr = 0;

	for (id = 0; id < plan->clients; id++)
		nr += plan->client[id].nr;
	return nr;
}
