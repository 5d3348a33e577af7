// SPDX-License-Identifier: GPL-2.0
/* splitmix64: the same numbers for the same seed, on every machine. */
#include "stress.h"

static uint64_t next(struct rng *rng)
{
	uint64_t x = rng->state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

struct rng rng_make(uint64_t seed, uint64_t which)
{
	struct rng rng = { .state = seed };

	/* So that neighbouring seeds give unrelated numbers. */
	rng.state = next(&rng) ^ which;
	rng.state = next(&rng);
	return rng;
}

unsigned int rng_below(struct rng *rng, unsigned int end)
{
	return (unsigned int)((next(rng) >> 32) * end >> 32);
}

bool rng_one_in(struct rng *rng, unsigned int n)
{
	return !rng_below(rng, n);
}
