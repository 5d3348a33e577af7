// SPDX-License-Identifier: GPL-2.0
/* Pages by the size of their blocks, in the three sizes that matter. */
#include "demo.h"

#define MEDIUM_BYTES	(64UL << 10)
#define LARGE_BYTES	(2UL << 20)

/* @pages in blocks of 2^order pages. */
void sizes_add(struct sizes *sizes, unsigned int order, uint64_t pages)
{
	uint64_t bytes = PAGE_BYTES << order;

	sizes->all += pages;
	if (!order)
		sizes->single += pages;
	if (bytes >= LARGE_BYTES)
		sizes->large += pages;
	else if (bytes >= MEDIUM_BYTES)
		sizes->medium += pages;
}

/* In per cent. */
double sizes_share(const struct sizes *sizes, uint64_t part)
{
	return sizes->all ? (double)part * 100 / (double)sizes->all : 0;
}
