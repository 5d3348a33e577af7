// SPDX-License-Identifier: GPL-2.0
/* The output files: LABEL.metrics, LABEL.faults.tsv. */
#include <cpuid.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "demo.h"

static FILE *open_output(const struct options *opt, const char *suffix)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.%s", opt->out, opt->label, suffix);
	f = fopen(path, "we");
	if (!f)
		fprintf(stderr, "demo: %s: %m\n", path);
	return f;
}

static void put(FILE *f, const char *name, uint64_t value)
{
	fprintf(f, "%s\t%" PRIu64 "\n", name, value);
}

static int by_ns(const void *a, const void *b)
{
	uint64_t x = ((const struct fault_in *)a)->ns;
	uint64_t y = ((const struct fault_in *)b)->ns;

	return (x > y) - (x < y);
}

static unsigned int nr_faults(const struct tally *tally)
{
	unsigned int nr = tally->faults;

	return nr < MAX_FAULTS ? nr : MAX_FAULTS;
}

/* Nearest rank: the smallest latency that @percent of all do not exceed. */
static uint64_t percentile_us(const struct tally *tally, unsigned int percent)
{
	unsigned int nr = nr_faults(tally);
	unsigned int rank = (nr * percent + 99) / 100;

	return nr ? tally->fault[rank ? rank - 1 : 0].ns / 1000 : 0;
}

/* Says who emulates or virtualises this CPU: "TCG", "KVM", or "none". */
static const char *hypervisor(void)
{
	unsigned int eax, ebx, ecx, edx;
	char id[13] = "";

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & (1U << 31)))
		return "none";
	__cpuid(0x40000000, eax, ebx, ecx, edx);
	memcpy(id, &ebx, 4);
	memcpy(id + 4, &ecx, 4);
	memcpy(id + 8, &edx, 4);
	return !strcmp(id, "TCGTCGTCGTCG") ? "TCG" :
	       !strcmp(id, "KVMKVMKVM") ? "KVM" : "other";
}

static void write_setup(FILE *f, const struct result *r)
{
	struct utsname uts;

	uname(&uts);
	fprintf(f, "kernel\t%s\nemulator\t%s\n", uts.release, hypervisor());
	put(f, "cpus", (uint64_t)get_nprocs());
	put(f, "seed", r->opt->seed);
	put(f, "clients", r->plan->clients);
	put(f, "rounds", r->plan->rounds);
	put(f, "surfaces", plan_surfaces(r->plan));
	put(f, "surfaces_mib", r->opt->total >> 20);
	put(f, "used_mib", plan_bytes(r->plan) >> 20);
	put(f, "incompressible", r->opt->incompressible);
	put(f, "start_free_mib", r->start.free_kib >> 10);
	put(f, "start_free_blocks_order9", r->start.blocks_order9);
	put(f, "start_swap_used_kib", r->start.swap_used_kib);
}

/*
 * The sizes of blocks in which pages came back, and those of the surfaces now.
 */
static void write_sizes(FILE *f, const struct result *r)
{
	struct sizes back = counters_sizes(&r->counters, "pages_restored");
	const struct sizes *end = &r->tally->sizes;

	put(f, "restored_single_pages", back.single);
	put(f, "restored_64k_pages", back.medium);
	put(f, "restored_2m_pages", back.large);
	if (!end->all)
		return;
	fprintf(f, "end_64k_share\t%.2f\n",
		sizes_share(end, end->medium + end->large));
	fprintf(f, "end_2m_share\t%.2f\n", sizes_share(end, end->large));
}

static void write_outcome(FILE *f, const struct result *r)
{
	const struct counters *c = &r->counters;
	unsigned int i;

	for (i = 0; i < c->nr; i++)
		put(f, c->counter[i].name, c->counter[i].value);
	put(f, "pages_swapped_out", counters_get(c, "pages_inserted") +
				    counters_get(c, "pages_copied"));
	write_sizes(f, r);
	if (r->opt->frames)
		frames_write(f, &r->frames, r->tally);
	fprintf(f, "wall_s\t%.3f\n", (double)r->wall_ns / 1e9);
	put(f, "fault_ins", r->tally->faults);
	put(f, "fault_p50_us", percentile_us(r->tally, 50));
	put(f, "fault_p99_us", percentile_us(r->tally, 99));
	put(f, "fault_max_us", percentile_us(r->tally, 100));
	put(f, "free_blocks_order9", r->end.blocks_order9);
	put(f, "free_blocks_order9_after", r->after.blocks_order9);
	put(f, "checksum_errors", r->tally->bad_pages);
	put(f, "verdict", r->verdict);
}

static int write_metrics(const struct result *r)
{
	FILE *f = open_output(r->opt, "metrics");

	if (!f)
		return -1;
	write_setup(f, r);
	write_outcome(f, r);
	return fclose(f);
}

static int write_faults(const struct result *r)
{
	FILE *f = open_output(r->opt, "faults.tsv");
	unsigned int i;

	if (!f)
		return -1;
	fputs("us\tkib\n", f);
	for (i = 0; i < nr_faults(r->tally); i++)
		fprintf(f, "%" PRIu64 "\t%" PRIu64 "\n",
			r->tally->fault[i].ns / 1000,
			r->tally->fault[i].bytes / 1024);
	return fclose(f);
}

int result_write(const struct result *r)
{
	qsort(r->tally->fault, nr_faults(r->tally),
	      sizeof(r->tally->fault[0]), by_ns);
	return write_metrics(r) || write_faults(r) ? -1 : 0;
}
