// SPDX-License-Identifier: GPL-2.0
/* hibernate: see hibernate.h. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "hibernate.h"
#include "common/number.h"
#include "common/vttm_client.h"

static const char usage_text[] =
	"usage: hibernate [options] STEP...\n"
	"A STEP is a word for /sys/power/state (disk, freeze, mem). It may be followed by one\n"
	"for /sys/power/pm_test: freeze:devices. Every page is verified after each step.\n"
	"  --kind KIND      the kind of buffers (system); --kinds lists them\n"
	"  --mib N          size of all buffers together (64)\n"
	"  --buffer KIB     size of one buffer (4096)\n"
	"  --node PATH      vttm's device node (" VTTM_NODE ")\n"
	"  --seed N         another content (1)\n"
	"  --out FILE       the numbers of the last step, as lines \"name value\"\n"
	"  --tap            each step is a test case\n"
	"  --corrupt        damage a page: this must be noticed\n"
	"Prints @request before each step, @thawed after it, and @first when the whole first\n"
	"buffer is there again; without --tap also its progress.\n"
	"exit status: 0 all content right, 1 content damaged, 2 wrong usage, 3 no buffers or\n"
	"the kernel lacks something, 4 the kernel did not sleep and all content is right\n";

struct options {
	const struct kind *kind;
	const char *node, *out;
	size_t total, size;
	uint64_t seed;
	bool tap, corrupt;
};

/* The result of one step. */
struct outcome {
	int error;
	uint64_t bad_pages, first_ms, verify_ms;
	struct counters counters;
};

_Noreturn static void usage(FILE *f, enum verdict status)
{
	fputs(usage_text, f);
	exit(status);
}

_Noreturn static void list_kinds(void)
{
	unsigned int i;

	for (i = 0; i < nr_kinds; i++)
		printf("%s\t%s\n", kinds[i].name, kinds[i].text);
	exit(VERDICT_OK);
}

static const struct option long_options[] = {
	{ "kind", required_argument, NULL, 'k' },
	{ "kinds", no_argument, NULL, 'K' },
	{ "mib", required_argument, NULL, 'm' },
	{ "buffer", required_argument, NULL, 'b' },
	{ "node", required_argument, NULL, 'n' },
	{ "seed", required_argument, NULL, 's' },
	{ "out", required_argument, NULL, 'o' },
	{ "tap", no_argument, NULL, 't' },
	{ "corrupt", no_argument, NULL, 'C' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static const struct kind *kind_or_exit(const char *name)
{
	const struct kind *kind = kind_find(name);

	if (!kind) {
		fprintf(stderr, "hibernate: vttm has no buffers of the kind %s\n", name);
		exit(VERDICT_USAGE);
	}
	return kind;
}

static void set_option(struct options *opt, int key, const char *arg)
{
	switch (key) {
	case 'k':
		opt->kind = kind_or_exit(arg);
		break;
	case 'K':
		list_kinds();
	case 'm':
		opt->total = number(arg, 1, 1 << 20) << 20;
		break;
	case 'b':
		opt->size = number(arg, 4, 1 << 20) / 4 << 12;
		break;
	case 'n':
		opt->node = arg;
		break;
	case 's':
		opt->seed = number(arg, 0, UINT64_MAX);
		break;
	case 'o':
		opt->out = arg;
		break;
	case 't':
		opt->tap = true;
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

static void say(const char *word)
{
	printf("%s\n", word);
	fflush(stdout);
}

/* False if the counters cannot be read. */
static bool run_step(struct buffers *b, const struct step *step,
		     const struct options *opt, struct outcome *o)
{
	struct counters before;
	unsigned int i;
	uint64_t start;

	if (counters_read(&before) < 0)
		return false;
	say("@request");
	o->error = step_sleep(step);
	start = now_ms();
	if (counters_read(&o->counters) < 0)
		return false;
	for (i = 0; i < NR_COUNTERS; i++)
		o->counters.value[i] -= before.value[i];
	say("@thawed");
	if (opt->corrupt)
		buffers_damage(b);
	o->bad_pages = buffers_verify_one(b, 0);
	o->first_ms = now_ms() - start;
	say("@first");
	o->bad_pages = buffers_verify(b);
	o->verify_ms = now_ms() - start;
	return true;
}

static enum verdict judge(const struct outcome *o)
{
	if (o->bad_pages)
		return VERDICT_CORRUPT;
	return o->error ? VERDICT_REFUSED : VERDICT_OK;
}

/* A test case for each step, or a line for people. */
static void tell(const struct step *step, const struct outcome *o,
		 const struct options *opt, int nr)
{
	bool ok = judge(o) == VERDICT_OK;

	if (o->bad_pages)
		printf("# %" PRIu64 " pages came back with wrong content\n",
		       o->bad_pages);
	if (o->error)
		printf("# the kernel refused: %s\n", strerror(o->error));
	if (opt->tap)
		printf("%sok %d %s with pm_test=%s, every page of %zu MiB verified\n",
		       ok ? "" : "not ", nr, step->state, step->test,
		       opt->total >> 20);
	fflush(stdout);
}

static int write_outcome(const char *path, const struct outcome *o,
			 const struct options *opt)
{
	FILE *f = fopen(path, "we");
	unsigned int i;

	if (!f) {
		fprintf(stderr, "hibernate: %s: %m\n", path);
		return -1;
	}
	fprintf(f, "verdict\t%d\nerrno\t%d\n", judge(o), o->error);
	fprintf(f, "error\t%s\n", o->error ? strerror(o->error) : "none");
	fprintf(f, "buffer_pages\t%zu\n", opt->total >> 12);
	fprintf(f, "bad_pages\t%" PRIu64 "\n", o->bad_pages);
	fprintf(f, "first_ms\t%" PRIu64 "\n", o->first_ms);
	fprintf(f, "verify_ms\t%" PRIu64 "\n", o->verify_ms);
	for (i = 0; i < NR_COUNTERS; i++)
		fprintf(f, "%s\t%" PRIu64 "\n", counter_names[i],
			o->counters.value[i]);
	return fclose(f);
}

/* Damaged content is the worst result. */
static enum verdict worse(enum verdict a, enum verdict b)
{
	if (a == VERDICT_CORRUPT || b == VERDICT_CORRUPT)
		return VERDICT_CORRUPT;
	return a > b ? a : b;
}

static enum verdict run(struct buffers *b, const struct options *opt,
			char **steps, int nr)
{
	enum verdict verdict = VERDICT_OK;
	struct outcome outcome;
	struct step step;
	int i;

	for (i = 0; i < nr; i++) {
		if (step_parse(&step, steps[i]) < 0)
			usage(stderr, VERDICT_USAGE);
		if (!run_step(b, &step, opt, &outcome))
			return VERDICT_BROKEN;
		tell(&step, &outcome, opt, i + 1);
		if (opt->out && write_outcome(opt->out, &outcome, opt) < 0)
			return VERDICT_BROKEN;
		verdict = worse(verdict, judge(&outcome));
	}
	return verdict;
}

int main(int argc, char **argv)
{
	struct options opt = {
		.kind = kinds, .node = VTTM_NODE, .total = 64UL << 20,
		.size = 4UL << 20, .seed = 1,
	};
	struct buffers b = { .nr = 0 };
	int key;

	while ((key = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		set_option(&opt, key, optarg);
	if (optind == argc)
		usage(stderr, VERDICT_USAGE);
	b.seed = opt.seed;
	b.quiet = opt.tap;
	if (buffers_create(&b, opt.node, opt.kind, opt.total, opt.size) < 0)
		return VERDICT_BROKEN;
	if (opt.tap)
		printf("1..%d\n", argc - optind);
	buffers_fill(&b);
	return run(&b, &opt, argv + optind, argc - optind);
}
