// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * What a driver's shrinker asks before it backs buffers up.
 */
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/mmzone.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#include <drm/ttm/ttm_bo.h>

#include "ttm_backup_internal.h"

/*
 * The mark of memory tiering, which is the highest, without the boost: that is
 * raised where blocks are short, not where memory is.
 */
static bool ttm_zone_has(struct zone *zone, unsigned long reserve)
{
	unsigned long nr_free = zone_page_state(zone, NR_FREE_PAGES) -
				zone_page_state(zone, NR_FREE_CMA_PAGES);

	return (long)nr_free >
	       (long)(zone->_watermark[WMARK_PROMO] + reserve);
}

/* No zone is short for its own users, and one is not for all others. */
static bool ttm_node_has(pg_data_t *pgdat)
{
	struct zone *zone;
	bool enough = false;
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++) {
		zone = &pgdat->node_zones[i];
		if (!managed_zone(zone))
			continue;
		if (!ttm_zone_has(zone, 0))
			return false;
		enough |= ttm_zone_has(zone,
				       zone->lowmem_reserve[MAX_NR_ZONES - 1]);
	}

	return enough;
}

/* Whether this is kswapd, and what its node lacks is a large block at most. */
static bool ttm_only_blocks_are_short(void)
{
	int nid;

	if (!current_is_kswapd())
		return false;

	for_each_online_node(nid)
		if (NODE_DATA(nid)->kswapd == current)
			return ttm_node_has(NODE_DATA(nid));

	return false;
}

/**
 * ttm_bo_shrink_may_backup() - Whether a shrinker is to back buffers up
 * @gfp_mask: That of its struct shrink_control.
 *
 * Backing up takes page locks and, in the end, swap space, so it needs
 * __GFP_FS.
 *
 * If an allocation has not found a large block, kswapd goes on until it has
 * reclaimed a few pages, however much memory is free. A buffer that is handed
 * over instead of copied is no page reclaimed yet: kswapd would ask for one
 * buffer after another, those on the screen in the end, and hardly ever get the
 * block. The task that wants the block compacts memory itself. So with zero
 * copy, kswapd backs nothing up while its node has more free memory than any
 * watermark asks for.
 *
 * Context: Any.
 * Return: true if the shrinker is to back up.
 */
bool ttm_bo_shrink_may_backup(gfp_t gfp_mask)
{
	if (!(gfp_mask & __GFP_FS))
		return false;

	return !READ_ONCE(ttm_backup_zero_copy) || !ttm_only_blocks_are_short();
}
EXPORT_SYMBOL_GPL(ttm_bo_shrink_may_backup);
