// SPDX-License-Identifier: GPL-2.0
#include "card.h"

/* In pages: all orders up to that of a huge page, and sizes in between. */
static const unsigned int sizes[] = { SET_LARGEST, 256, 129, 64, 31, 3, 1 };

static int make(struct vt_buf *buf, const struct card *card, enum place place,
		uint64_t size, uint64_t seed)
{
	uint64_t offset;
	int ret;

	*buf = (struct vt_buf) { .fd = card->fd, .size = size, .seed = seed };
	ret = card->driver->create(card->fd, size, place, &buf->handle);
	if (ret)
		return ret;

	ret = card->driver->offset(card->fd, buf->handle, &offset);
	if (!ret) {
		buf->map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
				card->fd, offset);
		if (buf->map != MAP_FAILED)
			return 0;
		ret = -errno;
	}

	vt_close(card->fd, buf->handle);
	return ret;
}

/*
 * As many buffers as together have at least that many pages, each filled as soon
 * as it is there. 0 or a negative errno, with the buffers made so far.
 */
int set_make(struct set *set, const struct card *card, enum place place,
	     long pages, uint64_t seed)
{
	int ret;

	set->n = 0;
	set->pages = 0;
	while (set->pages < pages) {
		struct vt_buf *buf = &set->buf[set->n];
		unsigned int size = sizes[set->n % ARRAY_SIZE(sizes)];

		if (set->n == SET_MAX)
			return -E2BIG;
		ret = make(buf, card, place, size * VT_PAGE, seed + set->n);
		if (ret)
			return ret;
		vt_fill(buf, buf->seed);
		set->n++;
		set->pages += size;
	}
	return 0;
}

/* Number of pages with a wrong word. */
long set_verify(const struct set *set)
{
	long bad = 0;
	int i;

	for (i = 0; i < set->n; i++)
		bad += vt_verify(&set->buf[i]);
	return bad;
}

static bool page_is_right(const struct vt_buf *buf, uint64_t page,
			  const uint64_t words[VT_WORDS])
{
	uint64_t i;

	for (i = 0; i < VT_WORDS; i++)
		if (words[i] != vt_word(buf->seed, page * VT_WORDS + i))
			return false;
	return true;
}

/*
 * The same as a debugger reads it, which takes no page fault: the driver has to
 * get the pages. @hidden becomes how many it does not show. -1 if memory cannot
 * be read like that.
 */
long set_read_from_outside(const struct set *set, long *hidden)
{
	int i, mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	uint64_t page, words[VT_WORDS];
	long bad = 0;

	*hidden = 0;
	if (mem < 0)
		return -1;
	for (i = 0; i < set->n; i++) {
		const struct vt_buf *buf = &set->buf[i];

		for (page = 0; page < vt_pages(buf); page++)
			if (pread(mem, words, VT_PAGE, (uintptr_t)buf->map +
				  page * VT_PAGE) != (ssize_t)VT_PAGE)
				++*hidden;
			else
				bad += !page_is_right(buf, page, words);
	}
	close(mem);
	return bad;
}

void set_close(struct set *set)
{
	while (set->n > 0)
		vt_buf_fini(&set->buf[--set->n]);
	set->pages = 0;
}
