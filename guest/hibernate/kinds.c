// SPDX-License-Identifier: GPL-2.0
/* The kinds of buffers there are, by what vttm's header has. */
#include <string.h>

#include "hibernate.h"
#include "common/vttm_client.h"

const struct kind kinds[] = {
	{ "system", "system memory that the driver's shrinker backs up", 0 },
#ifdef VTTM_CREATE_SWAPOUT
	{ "swapout", "system memory that TTM swaps out", VTTM_CREATE_SWAPOUT },
#endif
#ifdef VTTM_CREATE_VRAM
	{ "vram", "the device's own memory, which the driver's shrinker backs up once it is evicted",
	  VTTM_CREATE_VRAM },
	{ "vram-gtt", "the device's own memory, which TTM swaps out once it is evicted",
	  VTTM_CREATE_VRAM | VTTM_CREATE_SWAPOUT },
#endif
};

const unsigned int nr_kinds = sizeof(kinds) / sizeof(kinds[0]);

const struct kind *kind_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_kinds; i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}
