// SPDX-License-Identifier: GPL-2.0
/* Content that neither compresses nor repeats, and costs little to make. */
#include "demo.h"

/* splitmix64's finaliser over both words: a key never repeats by accident. */
uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t x = a + 0x9e3779b97f4a7c15ULL * (b + 1);

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

/* One step of xorshift64*. The state must not be 0. */
static inline uint64_t next_word(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

void pattern_write(uint64_t *page, uint64_t key)
{
	uint64_t state = key | 1;
	size_t i;

	for (i = 0; i < PAGE_WORDS; i++)
		page[i] = next_word(&state);
}

bool pattern_matches(const uint64_t *page, uint64_t key)
{
	uint64_t state = key | 1, wrong = 0;
	size_t i;

	for (i = 0; i < PAGE_WORDS; i++)
		wrong |= page[i] ^ next_word(&state);
	return !wrong;
}
