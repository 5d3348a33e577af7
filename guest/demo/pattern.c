// SPDX-License-Identifier: GPL-2.0
/*
 * Content that no other page has and that costs little to make. It compresses as
 * textures do, 2 to 1 with lz4, or not at all.
 */
#include "demo.h"

/* Words that repeat once in a page, so that lz4 can compress it. */
#define RUN_WORDS	32

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

void pattern_write(uint64_t *page, uint64_t key, bool compressible)
{
	uint64_t state = key | 1, word;
	size_t run, i;

	for (run = 0; run < PAGE_WORDS; run += 2 * RUN_WORDS)
		for (i = run; i < run + RUN_WORDS; i++) {
			word = next_word(&state);
			page[i] = word;
			page[i + RUN_WORDS] = compressible ? word :
							     next_word(&state);
		}
}

/* Only the first word: a frame has no time for more. */
bool pattern_begins(const uint64_t *page, uint64_t key)
{
	uint64_t state = key | 1;

	return page[0] == next_word(&state);
}

bool pattern_matches(const uint64_t *page, uint64_t key, bool compressible)
{
	uint64_t state = key | 1, wrong = 0, word;
	size_t run, i;

	for (run = 0; run < PAGE_WORDS; run += 2 * RUN_WORDS)
		for (i = run; i < run + RUN_WORDS; i++) {
			word = next_word(&state);
			wrong |= page[i] ^ word;
			wrong |= page[i + RUN_WORDS] ^
				 (compressible ? word : next_word(&state));
		}
	return !wrong;
}
