// SPDX-License-Identifier: GPL-2.0 AND MIT
/*
 * When may a shrinker back buffers up? The test's task takes kswapd's place on
 * its node while it asks.
 */
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/sched.h>

#include <kunit/test.h>
#include <drm/ttm/ttm_bo.h>

#include "../ttm_backup_internal.h"

#define ALL_MEMORY (ULONG_MAX / 4)

struct ttm_bo_shrink_case {
	const char *description;
	gfp_t gfp_mask;
	bool kswapd;
	bool short_of_memory;
	bool copy;
	bool may_backup;
};

static const struct ttm_bo_shrink_case ttm_bo_shrink_cases[] = {
	{
		.description = "A task that allocates",
		.gfp_mask = GFP_KERNEL,
		.may_backup = true,
	},
	{
		.description = "A task that holds locks of a filesystem",
		.gfp_mask = GFP_NOFS,
	},
	{
		.description = "kswapd, which lacks memory",
		.gfp_mask = GFP_KERNEL,
		.kswapd = true,
		.short_of_memory = true,
		.may_backup = true,
	},
	{
		.description = "kswapd, while memory is free",
		.gfp_mask = GFP_KERNEL,
		.kswapd = true,
	},
	{
		.description = "kswapd, while memory is free, and backups copy",
		.gfp_mask = GFP_KERNEL,
		.kswapd = true,
		.copy = true,
		.may_backup = true,
	},
	{
		.description = "A task that allocates, on a node that lacks memory",
		.gfp_mask = GFP_KERNEL,
		.short_of_memory = true,
		.may_backup = true,
	},
};

static void ttm_bo_shrink_case_to_desc(const struct ttm_bo_shrink_case *c,
				       char *desc)
{
	strscpy(desc, c->description, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(ttm_bo_shrink, ttm_bo_shrink_cases, ttm_bo_shrink_case_to_desc);

/* No zone reaches a mark raised by ALL_MEMORY. Only memory tiering reads it. */
static void move_watermarks(pg_data_t *pgdat, long by)
{
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		pgdat->node_zones[i]._watermark[WMARK_PROMO] += by;
}

static bool ask_as_kswapd(pg_data_t *pgdat, gfp_t gfp_mask)
{
	unsigned int was_kswapd = current->flags & PF_KSWAPD;
	struct task_struct *kswapd = pgdat->kswapd;
	bool may_backup;

	pgdat->kswapd = current;
	current->flags |= PF_KSWAPD;
	may_backup = ttm_bo_shrink_may_backup(gfp_mask);
	current->flags &= ~PF_KSWAPD | was_kswapd;
	pgdat->kswapd = kswapd;

	return may_backup;
}

static void ttm_bo_shrink_may_backup_cases(struct kunit *test)
{
	const struct ttm_bo_shrink_case *c = test->param_value;
	pg_data_t *pgdat = NODE_DATA(first_online_node);
	bool zero_copy = ttm_backup_zero_copy, may_backup;

	ttm_backup_zero_copy = !c->copy;
	if (c->short_of_memory)
		move_watermarks(pgdat, ALL_MEMORY);
	if (c->kswapd)
		may_backup = ask_as_kswapd(pgdat, c->gfp_mask);
	else
		may_backup = ttm_bo_shrink_may_backup(c->gfp_mask);
	if (c->short_of_memory)
		move_watermarks(pgdat, -ALL_MEMORY);
	ttm_backup_zero_copy = zero_copy;

	KUNIT_EXPECT_EQ(test, may_backup, c->may_backup);
}

/* One zone that is short has users of its own, however much the others have. */
static void ttm_bo_shrink_one_zone_is_short(struct kunit *test)
{
	pg_data_t *pgdat = NODE_DATA(first_online_node);
	struct zone *zone;
	bool may_backup;
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++) {
		zone = &pgdat->node_zones[i];
		zone->_watermark[WMARK_PROMO] += ALL_MEMORY;
		may_backup = ask_as_kswapd(pgdat, GFP_KERNEL);
		zone->_watermark[WMARK_PROMO] -= ALL_MEMORY;
		KUNIT_EXPECT_EQ_MSG(test, may_backup, managed_zone(zone),
				    "zone %d", i);
	}
}

static struct kunit_case ttm_bo_shrink_test_cases[] = {
	KUNIT_CASE_PARAM(ttm_bo_shrink_may_backup_cases, ttm_bo_shrink_gen_params),
	KUNIT_CASE(ttm_bo_shrink_one_zone_is_short),
	{}
};

static struct kunit_suite ttm_bo_shrink_test_suite = {
	.name = "ttm_bo_shrink",
	.test_cases = ttm_bo_shrink_test_cases,
};

kunit_test_suites(&ttm_bo_shrink_test_suite);

MODULE_DESCRIPTION("KUnit suite for what TTM's shrinkers may do");
MODULE_LICENSE("GPL and additional rights");
