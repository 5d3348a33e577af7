// SPDX-License-Identifier: GPL-2.0
/* Output for programs: one object a line, every counter by its name. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "ttmstat.h"

/*
 * Names come from the kernel and from processes. A process can have any name.
 */
static void print_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < ' ' || c > '~')
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void print_member(const char *name, const char *text)
{
	print_string(name);
	putchar(':');
	print_string(text);
	putchar(',');
}

static void print_counters(const char *name, const struct counters *c,
			   int decimals)
{
	unsigned int i;

	print_string(name);
	fputs(":{", stdout);
	for (i = 0; i < c->nr; i++) {
		const struct event *e = &c->event[i];

		print_string(e->name);
		printf(":{\"pages\":%.*f,\"bytes\":%.*f}%s", decimals, e->pages,
		       decimals, e->bytes, i + 1 < c->nr ? "," : "");
	}
	putchar('}');
}

static void print_rates(const struct snapshot *s, const struct snapshot *before)
{
	double seconds = s->seconds - before->seconds;
	struct counters rates;

	counters_rate(&rates, &s->total, &before->total, seconds);
	printf("\"seconds\":%.6f,", seconds);
	print_counters("per_second", &rates, 3);
	putchar(',');
}

static void print_device_id(const struct device_id *id)
{
	print_member("driver", id->driver);
	print_member("dev", id->dev);
}

static void print_devices(const struct snapshot *s)
{
	unsigned int i;

	fputs("\"devices\":[", stdout);
	for (i = 0; i < s->nr_devices; i++) {
		fputs(i ? ",{" : "{", stdout);
		print_device_id(&s->device[i].id);
		print_counters("total", &s->device[i].counters, 0);
		putchar('}');
	}
	putchar(']');
}

static void print_bool(const char *name, bool value)
{
	print_string(name);
	printf(":%s", value ? "true" : "false");
}

static void print_gpu(const struct gpu *g)
{
	putchar('{');
	print_device_id(&g->id);
	print_bool("ttm", g->does & USES_TTM);
	putchar(',');
	print_bool("backup", g->does & BACKS_UP);
	putchar(',');
	print_bool("swapout", g->does & SWAPS_OUT);
	putchar(',');
	print_bool("hibernation", g->does & HIBERNATES);
	putchar('}');
}

static void print_gpu_array(const struct gpus *g)
{
	unsigned int i;

	fputs("\"drm\":[", stdout);
	for (i = 0; i < g->nr; i++) {
		if (i)
			putchar(',');
		print_gpu(&g->gpu[i]);
	}
	putchar(']');
}

void print_gpus_json(const struct gpus *g)
{
	putchar('{');
	print_gpu_array(g);
	puts("}");
}

static void print_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	printf("\"time\":%lld.%03ld,", (long long)ts.tv_sec,
	       ts.tv_nsec / 1000000);
}

/* @repeated: of several, with the time; @before: NULL for the first. */
void print_json(const struct snapshot *s, const struct snapshot *before,
		bool repeated)
{
	static const char *const words[] = { "null", "false", "true" };

	putchar('{');
	if (repeated)
		print_time();
	printf("\"zero_copy\":%s,\"page_size\":%ld,", words[s->zero_copy + 1],
	       sysconf(_SC_PAGESIZE));
	if (before)
		print_rates(s, before);
	print_counters("total", &s->total, 0);
	putchar(',');
	print_devices(s);
	if (s->swaps_out) {
		putchar(',');
		print_gpu_array(&s->gpus);
	}
	puts("}");
}

static void print_client(const struct client *c)
{
	printf("{\"pid\":%d,", c->pid);
	print_member("name", c->name);
	print_device_id(&c->device);
	printf("\"client_id\":%" PRIu64 ",\"total\":%" PRIu64
	       ",\"resident\":%" PRIu64 ",\"inserted\":%" PRIu64
	       ",\"copied\":%" PRIu64 ",\"swapped\":%" PRIu64 "}",
	       c->id, c->total, c->resident, c->inserted, c->copied,
	       c->swapped);
}

/* Amounts in bytes. */
void print_clients_json(const struct clients *c)
{
	unsigned int i;

	fputs("{\"clients\":[", stdout);
	for (i = 0; i < c->nr; i++) {
		if (i)
			putchar(',');
		print_client(&c->client[i]);
	}
	puts("]}");
}
