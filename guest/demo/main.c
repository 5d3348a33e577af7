// SPDX-License-Identifier: GPL-2.0
/* demo: see demo.h. One call is one run; the kernel is taken as it is set. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "demo.h"
#include "common/number.h"
#include "common/vttm_client.h"

static const char usage_text[] =
	"usage: demo --label NAME [options]\n"
	"  --label NAME     names the output files NAME.metrics, NAME.faults.tsv\n"
	"                   and NAME.samples.tsv\n"
	"  --out DIR        where to write them (/out)\n"
	"  --node PATH      vttm's device node (/dev/dri/renderD128)\n"
	"  --total MIB      size of all surfaces together (768)\n"
	"  --clients N      processes that own them (6)\n"
	"  --rounds N       turns that each client gets (2)\n"
	"  --frames S       then, for S seconds, client 0 draws frames of its surfaces,\n"
	"                   client 1 has surfaces and all others make and free some\n"
	"  --wc PERCENT     of the surfaces, to be write-combined (20)\n"
	"  --seed N         another plan of the run (1)\n"
	"  --timeout S      seconds after which the run ends (120)\n"
	"  --incompressible content that does not compress (otherwise 2 to 1 with lz4)\n"
	"  --corrupt        damage one page: the run must fail\n"
	"exit status: 0 all content right, 1 content damaged, 2 wrong usage,\n"
	"3 a client died or the kernel lacks something, 4 out of time\n";

_Noreturn static void usage(FILE *f, enum verdict status)
{
	fputs(usage_text, f);
	exit(status);
}

static const struct option long_options[] = {
	{ "label", required_argument, NULL, 'l' },
	{ "out", required_argument, NULL, 'o' },
	{ "node", required_argument, NULL, 'n' },
	{ "total", required_argument, NULL, 't' },
	{ "clients", required_argument, NULL, 'c' },
	{ "rounds", required_argument, NULL, 'r' },
	{ "frames", required_argument, NULL, 'f' },
	{ "wc", required_argument, NULL, 'w' },
	{ "seed", required_argument, NULL, 's' },
	{ "timeout", required_argument, NULL, 'T' },
	{ "incompressible", no_argument, NULL, 'i' },
	{ "corrupt", no_argument, NULL, 'C' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static void set_option(struct options *opt, int key, const char *arg)
{
	switch (key) {
	case 'l':
		opt->label = arg;
		break;
	case 'o':
		opt->out = arg;
		break;
	case 'n':
		opt->node = arg;
		break;
	case 't':
		opt->total = number(arg, 1, 1 << 20) << 20;
		break;
	case 'c':
		opt->clients = number(arg, 1, MAX_CLIENTS);
		break;
	case 'r':
		opt->rounds = number(arg, 0, 1000);
		break;
	case 'f':
		opt->frames = number(arg, 1, 3600);
		break;
	case 'w':
		opt->wc = number(arg, 0, 100);
		break;
	case 's':
		opt->seed = number(arg, 0, UINT64_MAX);
		break;
	case 'T':
		opt->timeout = number(arg, 1, 86400);
		break;
	case 'i':
		opt->incompressible = true;
		break;
	case 'C':
		opt->corrupt = true;
		break;
	case 'h':
		usage(stdout, VERDICT_OK);
	default:
		usage(stderr, VERDICT_USAGE);
	}
}

static void parse_options(struct options *opt, int argc, char **argv)
{
	int key;

	*opt = (struct options){
		.out = "/out", .node = VTTM_NODE,
		.total = 768UL << 20, .clients = 6, .rounds = 2, .wc = 20,
		.seed = 1, .timeout = 120,
	};
	while ((key = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		set_option(opt, key, optarg);
	if (!opt->label || optind != argc)
		usage(stderr, VERDICT_USAGE);
}

static enum verdict run_round(struct crew *crew, const struct plan *plan,
			      struct turn turn, struct sampler *sampler)
{
	unsigned int order[MAX_CLIENTS], i;
	enum verdict verdict = VERDICT_OK;

	sampler->phase = turn.phase;
	plan_order(plan, turn.round, order);
	for (i = 0; i < plan->clients && verdict == VERDICT_OK; i++)
		verdict = crew_turn(crew, order[i], turn, sampler);
	return verdict;
}

/* Fill everything, use parts of it @rounds times, draw frames, check everything. */
static enum verdict run_workload(struct crew *crew, struct result *r,
				 struct sampler *sampler)
{
	const struct plan *plan = r->plan;
	struct turn turn = { PHASE_FILL, 0 };
	enum verdict verdict = run_round(crew, plan, turn, sampler);

	turn.phase = PHASE_USE;
	for (; verdict == VERDICT_OK && turn.round < plan->rounds; turn.round++)
		verdict = run_round(crew, plan, turn, sampler);
	if (verdict == VERDICT_OK && r->opt->frames)
		verdict = frames_run(&r->frames, crew, r->opt->frames, sampler);
	turn.phase = PHASE_CHECK;
	if (verdict == VERDICT_OK)
		verdict = run_round(crew, plan, turn, sampler);
	return verdict;
}

/* The blocks of the surfaces at the end of a good run. */
static enum verdict count_blocks(struct crew *crew, const struct plan *plan,
				 struct sampler *sampler)
{
	struct turn turn = { PHASE_COUNT, 0 };
	enum verdict verdict = VERDICT_OK;
	unsigned int id;

	for (id = 0; id < plan->clients && verdict == VERDICT_OK; id++)
		verdict = crew_turn(crew, id, turn, sampler);
	return verdict;
}

/* Spare pages in TTM's pools and in slabs are not fragmentation. */
static void drop_caches(void)
{
	FILE *f = fopen("/proc/sys/vm/drop_caches", "we");

	if (f) {
		fputs("3", f);
		fclose(f);
	}
}

/* Runs the workload and fills in @r; the buffers live until the end of it. */
static void measure(struct result *r, struct sampler *sampler)
{
	struct counters before;
	struct crew crew;

	r->verdict = VERDICT_BROKEN;
	if (gauges_read(&r->start) < 0 || counters_read(&before) < 0 ||
	    sampler_start(sampler, r->opt, r->tally, plan_bytes(r->plan)) < 0)
		return;
	if (crew_start(&crew, r->plan, r->opt, r->tally) == 0)
		r->verdict = run_workload(&crew, r, sampler);
	r->wall_ns = now_ns() - sampler->started;
	if (gauges_read(&r->end) < 0 || counters_read(&r->counters) < 0)
		r->verdict = VERDICT_BROKEN;
	if (r->verdict == VERDICT_OK)
		r->verdict = count_blocks(&crew, r->plan, sampler);
	if (sampler_stop(sampler) < 0)
		r->verdict = VERDICT_BROKEN;
	counters_delta(&r->counters, &before);
	crew_dismiss(&crew);
	drop_caches();
	if (gauges_read(&r->after) < 0)
		r->verdict = VERDICT_BROKEN;
	if (r->verdict == VERDICT_OK && r->tally->bad_pages)
		r->verdict = VERDICT_CORRUPT;
}

int main(int argc, char **argv)
{
	static struct options opt;
	static struct plan plan;
	static struct sampler sampler;
	struct result result = { .opt = &opt, .plan = &plan };

	parse_options(&opt, argc, argv);
	plan_make(&plan, &opt);
	result.tally = tally_create();
	if (!result.tally) {
		perror("demo: cannot share memory");
		return VERDICT_BROKEN;
	}
	if (counters_open(opt.node) < 0)
		return VERDICT_BROKEN;
	measure(&result, &sampler);
	if (result_write(&result) < 0)
		return VERDICT_BROKEN;
	return result.verdict;
}
