// SPDX-License-Identifier: GPL-2.0
/* stress: see stress.h. */
#include <drivers/vttm/vttm_test.h>

#include <getopt.h>

#include "common/number.h"
#include "stress.h"

static const char usage_text[] =
	"usage: stress [option...]\n"
	"  --seed N       another order, other sizes and rates (1)\n"
	"  --seconds N    how long; 0 for one pass through all turns (300)\n"
	"  --turn-ms N    the least length of a turn (5000; 20000 on a debug\n"
	"                 kernel)\n"
	"  --clients N    processes (one for each 85 MiB of memory, 2 to 32)\n"
	"  --turns 'A B'  only these turns; --list prints their names\n"
	"  --tap          print TAP\n"
	"  --list         print the names of the turns\n"
	"  --corrupt      damage a page now and then until it is noticed: the campaign\n"
	"                 must fail\n"
	"  --leak         keep one buffer at the end: the campaign must fail\n"
	"  --hang         stop one client: the campaign must fail\n"
	"Exit status: 0 if all is well, 1 if not, 2 for wrong options, 3 if the\n"
	"machine has no vttm, swap or memory cgroups.\n";

enum { SEED = 256, SECONDS, TURN_MS, CLIENTS, TURNS, TAP, LIST, CORRUPT, LEAK,
       HANG, HELP };

static const struct option long_options[] = {
	{ "seed", required_argument, NULL, SEED },
	{ "seconds", required_argument, NULL, SECONDS },
	{ "turn-ms", required_argument, NULL, TURN_MS },
	{ "clients", required_argument, NULL, CLIENTS },
	{ "turns", required_argument, NULL, TURNS },
	{ "tap", no_argument, NULL, TAP },
	{ "list", no_argument, NULL, LIST },
	{ "corrupt", no_argument, NULL, CORRUPT },
	{ "leak", no_argument, NULL, LEAK },
	{ "hang", no_argument, NULL, HANG },
	{ "help", no_argument, NULL, HELP },
	{ }
};

static _Noreturn void usage(FILE *f, int status)
{
	fputs(usage_text, f);
	exit(status);
}

static _Noreturn void list_turns(void)
{
	unsigned int i;

	for (i = 0; i < nr_turns; i++)
		printf("%s\n", turns[i]->name);
	exit(0);
}

static void set_option(struct options *opt, int key)
{
	switch (key) {
	case SEED:
		opt->seed = (unsigned int)number(optarg, 0, UINT32_MAX);
		break;
	case SECONDS:
		opt->seconds = (unsigned int)number(optarg, 0, 7 * 86400);
		break;
	case TURN_MS:
		opt->turn_ms = (unsigned int)number(optarg, 0, 3600 * 1000);
		break;
	case CLIENTS:
		opt->clients = (unsigned int)number(optarg, 0, MAX_CLIENTS);
		break;
	case TURNS:
		opt->turns = optarg;
		break;
	case TAP:
		opt->tap = true;
		break;
	case CORRUPT:
		opt->corrupt = true;
		break;
	case LEAK:
		opt->leak = true;
		break;
	case HANG:
		opt->hang = true;
		break;
	case LIST:
		list_turns();
	case HELP:
		usage(stdout, 0);
	default:
		usage(stderr, 2);
	}
}

static void parse(struct options *opt, int argc, char **argv)
{
	int key;

	*opt = (struct options) { .seed = 1, .seconds = 300 };
	while ((key = getopt_long(argc, argv, "", long_options, NULL)) >= 0)
		set_option(opt, key);
	if (optind != argc)
		usage(stderr, 2);
}

static unsigned int default_clients(void)
{
	long long nr = vt_meminfo_kib("MemTotal") / 1024 / 85;

	return nr < 2 ? 2 : nr > 32 ? 32 : (unsigned int)nr;
}

/* Clients may run out of memory, but the director must not: it reports. */
static void keep_going(void)
{
	vt_write_text("/proc/self/oom_score_adj", "-1000");
	if (mlockall(MCL_CURRENT))
		die("mlockall");
	setvbuf(stdout, NULL, _IOLBF, 0);
}

int main(int argc, char **argv)
{
	struct options opt;
	int fd;

	parse(&opt, argc, argv);
	if (!opt.clients)
		opt.clients = default_clients();
	if (!opt.turn_ms)
		opt.turn_ms = vt_kernel_is_slow() ? 20000 : 5000;
	fd = vt_open();
	if (fd < 0)
		die("no vttm device");
	close(fd);
	if (!vt_budget(1))
		die("no swap");
	shared_create(&opt);
	keep_going();
	return !campaign();
}
