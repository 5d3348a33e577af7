// SPDX-License-Identifier: GPL-2.0
/* What a page costs on its way out of a buffer and back, copied and not. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define MAX_ORDERS	16

static const char usage[] =
	"usage: bench PART [option...]\n"
	"\n"
	"Parts:\n"
	"  cost      backup, restore, swapout and swap-in, in memory:\n"
	"            op,path,order,caching,state,value,unit\n"
	"  at_limit  two buffers, while TTM may have the pages of one: the same columns\n"
	"  io        to swap and back, to finished I/O: the same columns\n"
	"  device    raw sequential I/O; the device loses its content: the same columns\n"
	"  limits    copying a page, touching a line of it, in time: the same\n"
	"  growth    by size and number of buffers: axis,x,op,path,value,unit\n"
	"  parallel  by number of shrinkers, in time: the same columns\n"
	"\n"
	"  --mib N          size of a buffer (64; with at_limit 16); with growth, of\n"
	"                   the largest (1024)\n"
	"  --orders A,B...  orders of its blocks (0,2,3,4,6,8,9,10)\n"
	"  --path NAME      only copy, zero_copy or stock\n"
	"  --cached         with cost and at_limit, only cached pages\n"
	"  --device PATH    with device, the device to measure\n"
	"  --clients N      with parallel, the most shrinkers at once (2)\n"
	"  --help           this\n"
	"\n"
	"Prints CSV. Needs vttm with beneficial_order=0, debugfs, swap space and\n"
	"CONFIG_FAIL_PAGE_ALLOC. All parts except 'parallel' and 'limits' are meant for\n"
	"QEMU's -icount; on ARCH=um, 'cost', 'at_limit' and 'limits' are in real time.\n"
	"Exit status: 1 if something failed or content was wrong, 2 for wrong usage.\n";

static const struct {
	const char *name, *header;
	void (*run)(const struct options *o);
	size_t mib;
} parts[] = {
	{ "cost", "op,path,order,caching,state,value,unit", part_cost, 64 },
	{ "at_limit", "op,path,order,caching,state,value,unit", part_at_limit, 16 },
	{ "io", "op,path,order,caching,state,value,unit", part_io, 64 },
	{ "device", "op,path,order,caching,state,value,unit", part_device, 64 },
	{ "limits", "op,path,order,caching,state,value,unit", part_limits, 64 },
	{ "growth", "axis,x,op,path,value,unit", part_growth, 1024 },
	{ "parallel", "axis,x,op,path,value,unit", part_parallel, 64 },
};

static void bad_usage(void)
{
	fputs(usage, stderr);
	exit(2);
}

static unsigned long number(const char *text, char **end)
{
	if (*text < '0' || *text > '9')
		bad_usage();
	return strtoul(text, end, 10);
}

static const unsigned int *parse_orders(const char *text)
{
	static unsigned int orders[MAX_ORDERS + 1];
	unsigned int nr = 0;
	char *end = (char *)text;

	do {
		if (nr == MAX_ORDERS)
			bad_usage();
		/* Skip the comma, except at the first. */
		orders[nr] = (unsigned int)number(end + !!nr, &end);
		nr++;
	} while (*end == ',');
	orders[nr] = ~0U;
	return orders;
}

static void parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "mib", required_argument, NULL, 'm' },
		{ "orders", required_argument, NULL, 'o' },
		{ "clients", required_argument, NULL, 'c' },
		{ "path", required_argument, NULL, 'p' },
		{ "cached", no_argument, NULL, 'C' },
		{ "device", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ },
	};
	char *end = "";
	int c;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) >= 0) {
		switch (c) {
		case 'm':
			o->mib = number(optarg, &end);
			break;
		case 'o':
			o->orders = parse_orders(optarg);
			break;
		case 'c':
			o->clients = (unsigned int)number(optarg, &end);
			break;
		case 'p':
			only_path(optarg);
			break;
		case 'C':
			o->cachings = 1;
			break;
		case 'd':
			o->device = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			bad_usage();
		}
	}
	if (*end || optind != argc - 1)
		bad_usage();
}

int main(int argc, char **argv)
{
	struct options o = { .clients = 2, .cachings = ARRAY_SIZE(cachings) };
	size_t i;

	o.orders = parse_orders("0,2,3,4,6,8,9,10");
	parse(argc, argv, &o);
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (!strcmp(parts[i].name, argv[optind]))
			break;
	if (i == ARRAY_SIZE(parts))
		bad_usage();
	if (!o.mib)
		o.mib = parts[i].mib;

	need_plain_orders();
	buffers_open();
	puts(parts[i].header);
	parts[i].run(&o);
	return 0;
}
