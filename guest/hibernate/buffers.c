// SPDX-License-Identifier: GPL-2.0
/* The buffers. All are mapped, and each word has its own content. */
#include <fcntl.h>
#include <stdlib.h>

#include "hibernate.h"
#include "common/vttm_client.h"

#define PAGE_WORDS	(4096 / sizeof(uint64_t))

static int create_one(struct buffer *buffer, int fd, size_t size, uint32_t flags)
{
	struct drm_vttm_create create = {
		.size = size,
		.caching = VTTM_CACHING_CACHED,
		.flags = flags,
	};

	if (vttm_ioctl(fd, DRM_IOCTL_VTTM_CREATE, &create) < 0)
		return -1;
	buffer->size = size;
	buffer->map = vttm_map(fd, create.handle, size);
	return buffer->map == MAP_FAILED ? -1 : 0;
}

/* Buffers of @size bytes, and one of what is left. Says what fails. */
int buffers_create(struct buffers *b, const char *node, const struct kind *kind,
		   size_t total, size_t size)
{
	unsigned int i;

	b->total = total;
	b->nr = (unsigned int)((total + size - 1) / size);
	b->buffer = calloc(b->nr, sizeof(*b->buffer));
	b->fd = open(node, O_RDWR | O_CLOEXEC);
	if (!b->buffer || b->fd < 0) {
		fprintf(stderr, "hibernate: %s: %m\n", node);
		return -1;
	}
	for (i = 0; i < b->nr; i++, total -= size)
		if (create_one(&b->buffer[i], b->fd, total < size ? total : size,
			       kind->create_flags) < 0) {
			fprintf(stderr, "hibernate: a buffer of kind %s: %m\n",
				kind->name);
			return -1;
		}
	return 0;
}

static void progress(const struct buffers *b, const char *phase, size_t done)
{
	if (b->quiet)
		return;
	printf("@progress %s %zu %zu\n", phase, done >> 20, b->total >> 20);
	fflush(stdout);
}

/* Where a page's content begins; no two pages have the same. */
static uint64_t page_key(const struct buffers *b, unsigned int i, size_t page)
{
	uint64_t x = b->seed + ((uint64_t)i << 32) + page;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

/* All words of a page differ, because the multiplier is odd. */
static uint64_t next_word(uint64_t word)
{
	return word * 6364136223846793005ULL + 1442695040888963407ULL;
}

static void fill_one(struct buffers *b, unsigned int i)
{
	uint64_t *word = b->buffer[i].map, content;
	size_t page, n;

	for (page = 0; page < b->buffer[i].size / 4096; page++) {
		content = page_key(b, i, page);
		for (n = 0; n < PAGE_WORDS; n++, content = next_word(content))
			*word++ = content;
	}
}

void buffers_fill(struct buffers *b)
{
	size_t done = 0;
	unsigned int i;

	for (i = 0; i < b->nr; i++) {
		fill_one(b, i);
		done += b->buffer[i].size;
		progress(b, "fill", done);
	}
}

static bool page_is_right(const uint64_t *word, uint64_t content)
{
	uint64_t wrong = 0;
	size_t n;

	for (n = 0; n < PAGE_WORDS; n++, content = next_word(content))
		wrong |= word[n] ^ content;
	return !wrong;
}

/* The number of pages with wrong content. */
uint64_t buffers_verify_one(const struct buffers *b, unsigned int i)
{
	const uint64_t *map = b->buffer[i].map;
	size_t page, pages = b->buffer[i].size / 4096;
	uint64_t bad = 0;

	for (page = 0; page < pages; page++)
		bad += !page_is_right(map + page * PAGE_WORDS,
				      page_key(b, i, page));
	return bad;
}

uint64_t buffers_verify(const struct buffers *b)
{
	uint64_t bad = 0;
	size_t done = 0;
	unsigned int i;

	for (i = 0; i < b->nr; i++) {
		bad += buffers_verify_one(b, i);
		done += b->buffer[i].size;
		progress(b, "verify", done);
	}
	return bad;
}

/* One bit, in the last page. */
void buffers_damage(struct buffers *b)
{
	struct buffer *last = &b->buffer[b->nr - 1];

	last->map[last->size / sizeof(uint64_t) - 7] ^= 1ULL << 40;
}
