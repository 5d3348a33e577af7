// SPDX-License-Identifier: GPL-2.0
/*
 * Every word names its content, page and buffer, so a wrong word tells where it came
 * from. It is scrambled, so that it does not compress. But the second half of a page
 * repeats the first, so that swap in memory compresses a page to half its size.
 */
#include "stress.h"

#define FACTOR		0x9e3779b97f4a7c15ULL
#define INVERSE		0xf1de83e19937733dULL
_Static_assert(FACTOR * INVERSE == 1, "the scrambling can be undone");

#define WORD_BITS	9
#define PAGE_BITS	12
#define SLOT_BITS	6
#define CLIENT_BITS	6
#define PAGE_SHIFT	WORD_BITS
#define SLOT_SHIFT	(PAGE_SHIFT + PAGE_BITS)
#define CLIENT_SHIFT	(SLOT_SHIFT + SLOT_BITS)
#define FILL_SHIFT	(CLIENT_SHIFT + CLIENT_BITS)
_Static_assert(PAGE_WORDS == 1 << WORD_BITS, "every word of a page");
_Static_assert(MAX_PAGES == 1 << PAGE_BITS, "every page of a buffer");
_Static_assert(MAX_BUFFERS == 1 << SLOT_BITS, "every buffer of a client");
_Static_assert(MAX_CLIENTS == 1 << CLIENT_BITS, "every client");

static inline uint64_t scramble(uint64_t x)
{
	x *= FACTOR;
	return x ^ x >> 29;
}

static inline uint64_t unscramble(uint64_t x)
{
	return (x ^ x >> 29 ^ x >> 58) * INVERSE;
}

static uint64_t first_word(struct place p)
{
	return (uint64_t)p.fill << FILL_SHIFT |
	       (uint64_t)p.client << CLIENT_SHIFT |
	       (uint64_t)p.slot << SLOT_SHIFT | (uint64_t)p.page << PAGE_SHIFT;
}

static inline uint64_t word_of(uint64_t first, size_t i)
{
	return scramble(first + i % (PAGE_WORDS / 2));
}

void page_write(uint64_t *page, struct place place)
{
	uint64_t first = first_word(place);
	size_t i;

	for (i = 0; i < PAGE_WORDS; i++)
		page[i] = word_of(first, i);
}

/* Both loops are simple, so that they are fast under emulation. */
static bool page_matches(const uint64_t *page, uint64_t first, bool zero)
{
	uint64_t diff = 0;
	size_t i;

	if (zero) {
		for (i = 0; i < PAGE_WORDS; i++)
			diff |= page[i];
	} else {
		for (i = 0; i < PAGE_WORDS; i++)
			diff |= page[i] ^ word_of(first, i);
	}
	return !diff;
}

int page_check(const uint64_t *page, struct place place)
{
	uint64_t first = first_word(place);
	size_t i;

	if (page_matches(page, first, !place.fill))
		return -1;
	for (i = 0; i < PAGE_WORDS - 1; i++)
		if (page[i] != (place.fill ? word_of(first, i) : 0))
			break;
	return (int)i;
}

void word_describe(uint64_t word, char *text, size_t size)
{
	uint64_t x = unscramble(word);

	if (!word)
		snprintf(text, size, "zero");
	else
		snprintf(text, size,
			 "%#llx (if ours: content %u of client %u, buffer %u, page %u, word %u of a half)",
			 (unsigned long long)word,
			 (unsigned int)(x >> FILL_SHIFT),
			 (unsigned int)(x >> CLIENT_SHIFT) % MAX_CLIENTS,
			 (unsigned int)(x >> SLOT_SHIFT) % MAX_BUFFERS,
			 (unsigned int)(x >> PAGE_SHIFT) % MAX_PAGES,
			 (unsigned int)(x % PAGE_WORDS));
}
