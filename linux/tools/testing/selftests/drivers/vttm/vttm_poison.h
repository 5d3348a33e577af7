/* SPDX-License-Identifier: GPL-2.0 */
/* Inject memory failures into pages that a memory cgroup has in the backup. */
#ifndef VTTM_POISON_H
#define VTTM_POISON_H

#include <linux/kernel-page-flags.h>

#include "vttm_test.h"

#define VT_HWPOISON	"/sys/kernel/debug/hwpoison/"
#define VT_KPF(name)	(1ULL << KPF_##name)

/* Flags that distinguish a page of the backup from other memory of a process. */
#define VT_KPF_MASK	(VT_KPF(SWAPBACKED) | VT_KPF(ANON) | VT_KPF(SWAPCACHE))
#define VT_KPF_VALUE	VT_KPF(SWAPBACKED)

static inline uint64_t vt_page_flags(uint64_t pfn)
{
	int file = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	uint64_t flags = 0;

	if (pread(file, &flags, sizeof(flags),
		  (off_t)(pfn * sizeof(flags))) < 0)
		flags = 0;
	close(file);

	return flags;
}

/*
 * Find a page that the cgroup has in the backup. Returns 0 if there is none.
 * /proc/self/pagemap does not show the pages of a buffer.
 */
static inline uint64_t vt_find_page(ino_t group, unsigned int which)
{
	static uint64_t inodes[4096], pages[1024];
	int file = open("/proc/kpagecgroup", O_RDONLY | O_CLOEXEC);
	unsigned int nr = 0;
	uint64_t pfn = 0;
	ssize_t len, i;

	while ((len = read(file, inodes, sizeof(inodes))) > 0)
		for (i = 0; i < len / 8; i++, pfn++)
			if (inodes[i] == group && nr < 1024 &&
			    (vt_page_flags(pfn) & VT_KPF_MASK) == VT_KPF_VALUE)
				pages[nr++] = pfn;
	close(file);

	return nr ? pages[which % nr] : 0;
}

/* Let only pages of the cgroup's backup fail. Returns 0 or a negative errno. */
static inline int vt_filter_failures(ino_t group)
{
	return vt_write_number(VT_HWPOISON "corrupt-filter-memcg", group) ?:
	       vt_write_number(VT_HWPOISON "corrupt-filter-flags-mask",
			       VT_KPF_MASK) ?:
	       vt_write_number(VT_HWPOISON "corrupt-filter-flags-value",
			       VT_KPF_VALUE) ?:
	       vt_write_number(VT_HWPOISON "corrupt-filter-enable", 1);
}

static inline void vt_unfilter_failures(void)
{
	vt_write_number(VT_HWPOISON "corrupt-filter-enable", 0);
}

/* Returns false if the page is no longer in the backup, so that the filter skipped it. */
static inline bool vt_have_it_fail(uint64_t pfn)
{
	vt_write_number(VT_HWPOISON "corrupt-pfn", pfn);
	return vt_page_flags(pfn) & VT_KPF(HWPOISON);
}

/* Has the buffer lost exactly one page, which is now cleared? */
static inline bool vt_has_lost_a_page(const struct vt_buf *buf)
{
	uint64_t page, i, any, lost = 0;

	for (page = 0; page < vt_pages(buf); page++) {
		any = 0;
		for (i = 0; i < VT_WORDS; i++)
			any |= buf->map[page * VT_WORDS + i];
		lost += !any;
	}

	return lost == 1 && vt_verify(buf) == 1;
}

static inline int vt_heal_page(uint64_t pfn)
{
	return vt_write_number(VT_HWPOISON "unpoison-pfn", pfn);
}

#endif
