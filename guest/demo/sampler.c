// SPDX-License-Identifier: GPL-2.0
/* The time series, ten times a second, and the progress lines. */
#include <inttypes.h>

#include "demo.h"

#define SAMPLE_MS		100
#define SAMPLES_PER_PROGRESS	5

static uint64_t swapped_out(const struct counters *c)
{
	return counters_get(c, "pages_inserted") +
	       counters_get(c, "pages_copied");
}

static void write_sample(struct sampler *s, uint64_t now,
			 const struct gauges *g, const struct counters *c)
{
	fprintf(s->file,
		"%" PRIu64 "\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
		"\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n",
		(now - s->started) / 1000000, phase_name(s->phase),
		g->free_kib, g->swap_used_kib, g->blocks_order9,
		swapped_out(c), counters_get(c, "backup_ns"),
		counters_get(c, "backup_alloc_pages"), g->free_64k_kib);
}

/* One line for lab/demo/progress.sh, which draws the bar. */
static void print_progress(const struct sampler *s, uint64_t now,
			   const struct counters *c)
{
	printf("@progress %s %s %zu %zu %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
	       s->opt->label, phase_name(s->phase),
	       (size_t)s->tally->bytes_done, s->bytes_total, swapped_out(c),
	       counters_get(c, "restore_pages"), (now - s->started) / 1000000);
	fflush(stdout);
}

int sampler_start(struct sampler *s, const struct options *opt,
		  const struct tally *tally, size_t bytes_total)
{
	char path[256];

	*s = (struct sampler){
		.opt = opt, .tally = tally, .bytes_total = bytes_total,
	};
	snprintf(path, sizeof(path), "%s/%s.samples.tsv", opt->out, opt->label);
	s->file = fopen(path, "we");
	if (!s->file || counters_read(&s->base) < 0) {
		fprintf(stderr, "demo: %s: %m\n", path);
		return -1;
	}
	fputs("ms\tphase\tfree_kib\tswap_used_kib\tfree_blocks_order9\t"
	      "pages_swapped_out\tbackup_ns\tbackup_alloc_pages\t"
	      "free_64k_kib\n", s->file);
	s->started = s->next = now_ns();
	return 0;
}

/* The time until sampler_tick() has to be called. */
int sampler_wait_ms(const struct sampler *s)
{
	uint64_t now = now_ns();

	return now >= s->next ? 0 : (int)((s->next - now) / 1000000) + 1;
}

/* Takes a sample if one is due. */
int sampler_tick(struct sampler *s)
{
	uint64_t now = now_ns();
	struct counters c;
	struct gauges g;

	if (now < s->next)
		return 0;
	if (counters_read(&c) < 0 || gauges_read(&g) < 0)
		return -1;
	counters_delta(&c, &s->base);
	write_sample(s, now, &g, &c);
	if (s->nr++ % SAMPLES_PER_PROGRESS == 0)
		print_progress(s, now, &c);
	s->next = now + SAMPLE_MS * 1000000ULL;
	return 0;
}

/* The last sample and the last progress line, due or not. */
int sampler_stop(struct sampler *s)
{
	s->next = 0;
	s->nr = 0;
	return sampler_tick(s) < 0 || fclose(s->file) ? -1 : 0;
}
