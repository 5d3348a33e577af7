// SPDX-License-Identifier: GPL-2.0
/*
 * The director runs passes through all turns. The seed decides the order and, after
 * the first pass, the pairs of turns. After each pass it checks the accounts.
 */
#include <drivers/vttm/vttm_test.h>

#include "stress.h"

#define SLOW	(40 * SECOND)

struct turn *const turns[] = {
	&turn_calm, &turn_failslab, &turn_page_alloc, &turn_ttm_faults,
	&turn_insert_faults, &turn_swap_full, &turn_swapoff, &turn_cgroup,
	&turn_compaction, &turn_poison, &turn_kill, &turn_switch, &turn_reload,
	&turn_pages_limit, &turn_vram, &turn_test_resume,
};

const unsigned int nr_turns = ARRAY_SIZE(turns);

/*
 * One generator for the order, and one for the strikes of each turn. The number of
 * strikes depends on time and must not change the rest.
 */
static struct rng order_rng, strike_rng;
static struct complaints complaints;
static struct account before;
static struct turn *chosen[ARRAY_SIZE(turns)];
static unsigned int nr_chosen;
static bool tried[ARRAY_SIZE(turns)];

/* Compared before and after a turn. */
struct state {
	uint64_t ns, wrong, errors, ops, verified;
	unsigned long strikes, splats, oom_kills, memcg_oom_kills;
	unsigned int lost;
};

static bool is_chosen(const struct turn *turn)
{
	const char *at = shared->opt.turns;
	size_t len = strlen(turn->name);

	if (!at)
		return true;
	while ((at = strstr(at, turn->name))) {
		if ((at == shared->opt.turns || at[-1] == ' ') &&
		    (!at[len] || at[len] == ' '))
			return true;
		at += len;
	}
	return false;
}

static void choose(void)
{
	unsigned int i;

	for (i = 0; i < nr_turns; i++)
		if (is_chosen(turns[i]))
			chosen[nr_chosen++] = turns[i];
}

static void shuffle(struct turn **order)
{
	unsigned int i;

	memcpy(order, chosen, sizeof(chosen));
	for (i = nr_chosen; i > 1; i--) {
		unsigned int j = rng_below(&order_rng, i);
		struct turn *swap = order[j];

		order[j] = order[i - 1];
		order[i - 1] = swap;
	}
}

static unsigned long strikes_of(const struct turn *a, const struct turn *b)
{
	return a->strikes + (b ? b->strikes : 0);
}

static struct state look(const struct turn *a, const struct turn *b)
{
	struct state s = {
		.ns = now_ns(), .wrong = shared->wrong,
		.errors = shared->errors, .verified = shared->verified,
		.strikes = strikes_of(a, b),
		.lost = crew_lost(),
	};
	unsigned int op;

	kmsg_read(&complaints);
	s.splats = complaints.splats;
	s.oom_kills = complaints.oom_kills;
	s.memcg_oom_kills = complaints.memcg_oom_kills;
	for (op = 0; op < NR_OPS; op++)
		s.ops += shared->ops[op];
	return s;
}

/*
 * How many of @lost clients are not among the @killed. One that is killed at the
 * end of a turn may be found dead only in the next.
 */
static unsigned long unexplained(unsigned long lost, unsigned long killed)
{
	static unsigned long late;
	unsigned long known = killed + late;

	late = 0;
	if (lost > known)
		return lost - known;
	late = known - lost < killed ? known - lost : killed;
	return 0;
}

/* A client may be killed only if its cgroup is at its limit. */
static bool went_well(const struct state *was, const struct state *is,
		      bool groups)
{
	unsigned long killed = is->memcg_oom_kills - was->memcg_oom_kills;
	unsigned long strange = unexplained(is->lost - was->lost, killed);

	if (is->oom_kills > was->oom_kills || (killed && !groups))
		note("the kernel ran out of memory and killed somebody");
	if (is->splats > was->splats)
		note("the kernel complained");
	if (strange)
		error("%lu clients were killed for no known reason", strange);
	return is->wrong == was->wrong && shared->errors == was->errors &&
	       is->oom_kills == was->oom_kills && (!killed || groups) &&
	       is->splats == was->splats && !shared->hung;
}

static bool begin(struct turn *turn)
{
	return !turn || !turn->begin || turn->begin(&strike_rng);
}

static void strike(struct turn *turn)
{
	if (turn && turn->strike)
		turn->strike(&strike_rng);
}

static void end(struct turn *turn)
{
	if (turn && turn->end)
		turn->end();
}

static void name_turn(char *name, size_t size, const struct turn *a,
		      const struct turn *b)
{
	snprintf(name, size, "%s%s%s", a->name, b ? "+" : "", b ? b->name : "");
}

static void report_turn(const char *name, const struct turn *a,
			const struct turn *b, const struct state *was)
{
	bool groups = a == &turn_cgroup || b == &turn_cgroup;
	struct state is = look(a, b);
	char strikes[40] = "";

	if (a->strike)
		snprintf(strikes, sizeof(strikes), ", %5lu %s",
			 is.strikes - was->strikes, b ? "strikes" : a->unit);
	report_case(went_well(was, &is, groups), name,
		    "%5.1f s, %6llu operations, %7llu pages verified%s",
		    (double)(is.ns - was->ns) / 1e9,
		    (unsigned long long)(is.ops - was->ops),
		    (unsigned long long)(is.verified - was->verified), strikes);
}

static void run_turn(struct turn *a, struct turn *b)
{
	struct state was = look(a, b);
	unsigned int budget = a->budget;
	static unsigned int nr;
	char name[64];
	uint64_t until;

	strike_rng = rng_make(shared->opt.seed, ++nr);
	name_turn(name, sizeof(name), a, b);
	kmsg_say(name);
	if (b && b->budget < budget)
		budget = b->budget;
	crew_budget(budget);
	until = now_ns() + shared->opt.turn_ms * 1000000ULL;
	if (!begin(a) || !begin(b)) {
		end(b);
		end(a);
		report_skip(name);
		return;
	}
	/* On a slow machine the first strike may take longer. */
	while ((now_ns() < until ||
		(was.strikes == strikes_of(a, b) && now_ns() < until + SLOW)) &&
	       !shared->hung) {
		strike(a);
		strike(b);
	}
	end(b);
	end(a);
	report_turn(name, a, b, &was);
}

static struct turn *pick_partner(const struct turn *turn)
{
	struct turn *other = chosen[rng_below(&order_rng, nr_chosen)];

	return turn->alone || other->alone || other == turn ? NULL : other;
}

static void mark_tried(const struct turn *turn)
{
	unsigned int i;

	for (i = 0; i < nr_turns; i++)
		tried[i] |= turns[i] == turn;
}

/*
 * Have the clients verify all their buffers, and wait until they have exited.
 */
static void quiesce(const char *name)
{
	static struct turn nothing;
	struct state was = look(&nothing, NULL);

	kmsg_say("quiesce");
	crew_stop(true);
	report_turn(name, &nothing, NULL, &was);
}

static void check_accounts(const char *name)
{
	struct account after;
	bool ok = account_balances(&before, &after);

	if (!ok)
		shared->errors++;
	report_accounts(&before, &after);
	report_case(ok, name, "%s", ok ? "as before" : "something is missing");
}

static bool time_is_over(uint64_t start)
{
	return shared->hung ||
	       (shared->opt.seconds &&
		now_ns() - start > shared->opt.seconds * SECOND);
}

static void run_pass(unsigned int pass, uint64_t start)
{
	struct turn *order[ARRAY_SIZE(turns)];
	unsigned int i;
	char name[32];

	shuffle(order);
	crew_start();
	for (i = 0; i < nr_chosen && !time_is_over(start); i++) {
		mark_tried(order[i]);
		run_turn(order[i], pass ? pick_partner(order[i]) : NULL);
	}
	snprintf(name, sizeof(name), "last-look-%u", pass + 1);
	quiesce(name);
	snprintf(name, sizeof(name), "accounts-%u", pass + 1);
	check_accounts(name);
}

/*
 * The machine's memory use settles: slabs, page tables, call chains that kasan
 * keeps.
 */
static void warm_up(void)
{
	crew_start();
	run_turn(&turn_calm, NULL);
	run_turn(&turn_compaction, NULL);
	quiesce("warm-up-ends");
	account_take(&before);
	turn_compaction.strikes = 0;
	turn_calm.strikes = 0;
}

/* A disturbance that never struck proves nothing. */
static void check_strikes(void)
{
	unsigned int i;

	for (i = 0; i < nr_turns; i++)
		if (tried[i] && !turns[i]->strikes)
			report_case(false, turns[i]->name, "never struck");
}

bool campaign(void)
{
	uint64_t start;
	unsigned int pass = 0;

	order_rng = rng_make(shared->opt.seed, 0);
	choose();
	kmsg_open();
	if (device_is_module() && !device_has_vram())
		device_reload();
	limits_usual();
	groups_create();
	watchdog_start();
	report_start();
	warm_up();
	start = now_ns();
	shared->corrupt = shared->opt.corrupt;
	shared->leak = shared->opt.leak;
	do {
		run_pass(pass++, start);
	} while (shared->opt.seconds && !time_is_over(start));
	check_strikes();
	groups_remove();
	watchdog_stop();
	report_summary(&complaints);
	return report_end();
}
