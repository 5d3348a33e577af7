// SPDX-License-Identifier: GPL-2.0
/* The command line. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ttmstat.h"

#define VERSION		"1.0"
#define MAX_INTERVAL	86400.0

static const char usage[] =
"Usage: ttmstat [OPTION...] [INTERVAL [COUNT]]\n"
"Show how GPU buffers are moved out of memory and back, and whether they are\n"
"copied.\n"
"\n"
"Without INTERVAL: the totals since TTM was loaded. With INTERVAL: a row every\n"
"INTERVAL seconds, COUNT rows or until Ctrl-C. The first row has the totals, the\n"
"others what happened since the row before, per second.\n"
"\n"
"  -c, --clients   list the processes with a GPU open, and where their buffers are\n"
"  -d, --devices   list the GPUs, and whether and when TTM moves their buffers\n"
"                  out of memory; needs no root\n"
"  -j, --json      print a JSON object; with INTERVAL one a line\n"
"  -p, --pages     print amounts in pages (default: as 1.5G)\n"
"  -b, --bytes     print amounts in bytes\n"
"      --root DIR  read DIR/sys and DIR/proc instead of this machine's\n"
"  -h, --help      print this help\n"
"  -V, --version   print the version\n"
"\n"
"The counters are in debugfs, which only root can read: use sudo.\n"
"Exit status: 0, 1 if the counters cannot be read, 2 if the arguments are wrong.\n";

void bad_usage(const char *what, const char *which)
{
	fprintf(stderr, "ttmstat: %s%s%s\n  fix: see ttmstat --help\n", what,
		*which ? ": " : "", which);
	exit(EXIT_USAGE);
}

static void print_and_exit(const char *text)
{
	fputs(text, stdout);
	flush_or_exit();
	exit(EXIT_SUCCESS);
}

static void parse_options(struct options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "clients", no_argument, NULL, 'c' },
		{ "devices", no_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },
		{ "pages", no_argument, NULL, 'p' },
		{ "bytes", no_argument, NULL, 'b' },
		{ "root", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "cdjpbhV", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->clients = true;
			break;
		case 'd':
			o->devices = true;
			break;
		case 'j':
			o->json = true;
			break;
		case 'p':
			o->unit = UNIT_PAGES;
			break;
		case 'b':
			o->unit = UNIT_BYTES;
			break;
		case 'r':
			o->root = optarg;
			break;
		case 'h':
			print_and_exit(usage);
			break;
		case 'V':
			print_and_exit("ttmstat " VERSION "\n");
			break;
		default:
			/* getopt has printed the error. */
			fputs("  fix: see ttmstat --help\n", stderr);
			exit(EXIT_USAGE);
		}
	}
}

static double parse_interval(const char *text)
{
	double interval = strtod(text, NULL);

	if (!*text || text[strspn(text, "0123456789.")] ||
	    strchr(text, '.') != strrchr(text, '.') ||
	    interval < 0.01 || interval > MAX_INTERVAL)
		bad_usage("INTERVAL is no number of seconds, 0.01 to 86400",
			  text);
	return interval;
}

static unsigned long parse_count(const char *text)
{
	unsigned long count;

	errno = 0;
	count = strtoul(text, NULL, 10);
	if (!*text || text[strspn(text, "0123456789")] || errno || !count)
		bad_usage("COUNT is no number of rows, 1 or more", text);
	return count;
}

struct options options_parse(int argc, char **argv)
{
	struct options o = { .root = "/" };

	parse_options(&o, argc, argv);
	argc -= optind;
	argv += optind;
	if (argc > 2)
		bad_usage("too many arguments", argv[2]);
	if (o.clients && o.devices)
		bad_usage("either --clients or --devices", "");
	if (argc && (o.clients || o.devices))
		bad_usage("a list has no INTERVAL", argv[0]);
	if (argc > 0)
		o.interval = parse_interval(argv[0]);
	if (argc > 1)
		o.count = parse_count(argv[1]);
	return o;
}
