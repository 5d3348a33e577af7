// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for mem_cgroup_owner_pays(): an owner pays unless it would do it
 * harm, and who pays afterwards is who has paid before. They need a memory cgroup to
 * themselves, as shmem_transfer_memcg does.
 */
#include <linux/memcg_owner.h>
#include <linux/memcontrol.h>
#include <linux/page_counter.h>
#include <linux/sched/mm.h>
#include <linux/swap.h>

#include "shmem_transfer_kunit.h"

/* What an owner is to be charged for. */
#define OWNER_PAGES 64

static void owner_unlimit(void *data)
{
	struct mem_cgroup *memcg = data;

	page_counter_set_min(&memcg->memory, 0);
	page_counter_set_low(&memcg->memory, 0);
	page_counter_set_high(&memcg->memory, PAGE_COUNTER_MAX);
	page_counter_set_max(&memcg->memory, PAGE_COUNTER_MAX);
	page_counter_set_high(&memcg->swap, PAGE_COUNTER_MAX);
	page_counter_set_max(&memcg->swap, PAGE_COUNTER_MAX);
}

static void owner_put(void *objcg)
{
	obj_cgroup_put(objcg);
}

/* The memory cgroup as an owner, with something charged to it. */
static struct obj_cgroup *owner_get(struct kunit *test, struct mem_cgroup *memcg)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(0);
	struct transfer_block block = transfer_alloc(test, &kind);
	struct mem_cgroup *old = set_active_memcg(memcg);
	struct obj_cgroup *objcg = mem_cgroup_owner_of_current();
	int err = transfer_insert(test, &block, 0);

	set_active_memcg(old);
	KUNIT_ASSERT_EQ(test, 0, err);
	transfer_put(&block);
	KUNIT_ASSERT_NOT_NULL(test, objcg);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, owner_put, objcg));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, owner_unlimit, memcg));
	return objcg;
}

/* Who allocates is the owner. */
static void owner_of_current(struct kunit *test)
{
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct obj_cgroup *objcg = owner_get(test, memcg);

	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, obj_cgroup_memcg(objcg), memcg);
	rcu_read_unlock();
}

enum owner_limit {
	OWNER_NO_LIMIT,
	OWNER_MEMORY_MAX,
	OWNER_MEMORY_HIGH,
	OWNER_MEMORY_LOW,
	OWNER_MEMORY_MIN,
	OWNER_SWAP_MAX,
	OWNER_SWAP_HIGH,
};

/**
 * struct owner_case - a limit, and whether it lets the owner pay
 * @desc: The same for people.
 * @limit: Which limit.
 * @above: How many pages it is above what is in use.
 * @nr_pages: How many are to be charged.
 * @err: Why not, or 0.
 */
struct owner_case {
	const char *desc;
	enum owner_limit limit;
	long above;
	unsigned long nr_pages;
	int err;
};

static const struct owner_case owner_cases[] = {
	{ "no limit", OWNER_NO_LIMIT, 0, OWNER_PAGES, 0 },
	{ "below memory.max", OWNER_MEMORY_MAX, OWNER_PAGES, OWNER_PAGES, 0 },
	{ "above memory.max", OWNER_MEMORY_MAX, OWNER_PAGES - 1, OWNER_PAGES, -EDQUOT },
	{ "at memory.max, for nothing", OWNER_MEMORY_MAX, 0, 0, 0 },
	{ "below memory.high", OWNER_MEMORY_HIGH, OWNER_PAGES, OWNER_PAGES, 0 },
	{ "above memory.high", OWNER_MEMORY_HIGH, OWNER_PAGES - 1, OWNER_PAGES, -EDQUOT },
	{ "above memory.high before", OWNER_MEMORY_HIGH, -1, OWNER_PAGES, -EDQUOT },
	{ "memory.low", OWNER_MEMORY_LOW, OWNER_PAGES, OWNER_PAGES, -EPERM },
	{ "too much for memory.low", OWNER_MEMORY_LOW, OWNER_PAGES - 1, OWNER_PAGES, 0 },
	{ "memory.min", OWNER_MEMORY_MIN, OWNER_PAGES, OWNER_PAGES, -EPERM },
	{ "too much for memory.min", OWNER_MEMORY_MIN, OWNER_PAGES - 1, OWNER_PAGES, 0 },
	{ "below memory.swap.max", OWNER_SWAP_MAX, OWNER_PAGES, OWNER_PAGES, 0 },
	{ "above memory.swap.max", OWNER_SWAP_MAX, OWNER_PAGES - 1, OWNER_PAGES, -ENOSPC },
	{ "above memory.swap.high", OWNER_SWAP_HIGH, OWNER_PAGES - 1, OWNER_PAGES, -ENOSPC },
};

KUNIT_ARRAY_PARAM_DESC(owner, owner_cases, desc);

static void owner_set_limit(struct mem_cgroup *memcg, const struct owner_case *params)
{
	unsigned long memory = page_counter_read(&memcg->memory) + params->above;
	unsigned long swap = page_counter_read(&memcg->swap) + params->above;

	switch (params->limit) {
	case OWNER_NO_LIMIT:
		break;
	case OWNER_MEMORY_MAX:
		page_counter_set_max(&memcg->memory, memory);
		break;
	case OWNER_MEMORY_HIGH:
		page_counter_set_high(&memcg->memory, memory);
		break;
	case OWNER_MEMORY_LOW:
		page_counter_set_low(&memcg->memory, memory);
		break;
	case OWNER_MEMORY_MIN:
		page_counter_set_min(&memcg->memory, memory);
		break;
	case OWNER_SWAP_MAX:
		page_counter_set_max(&memcg->swap, swap);
		break;
	case OWNER_SWAP_HIGH:
		page_counter_set_high(&memcg->swap, swap);
		break;
	}
}

/* Charged is the owner if it pays, and who would be otherwise if not. */
static void owner_expect(struct kunit *test, struct mem_cgroup *memcg,
			 struct obj_cgroup *objcg, unsigned long nr_pages, int err)
{
	struct mem_cgroup *outer = current->active_memcg;
	struct mem_cgroup_owner_scope scope;
	long refs = transfer_memcg_refs(memcg);

	memset(&scope, 0xff, sizeof(scope));
	KUNIT_EXPECT_EQ(test, err, mem_cgroup_owner_pays(&scope, objcg, nr_pages));
	KUNIT_EXPECT_PTR_EQ(test, current->active_memcg, err ? outer : memcg);
	mem_cgroup_owner_paid(&scope);
	KUNIT_EXPECT_PTR_EQ(test, current->active_memcg, outer);
	KUNIT_EXPECT_EQ(test, transfer_memcg_refs(memcg), refs);
}

static void owner_limits(struct kunit *test)
{
	const struct owner_case *params = test->param_value;
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct obj_cgroup *objcg = owner_get(test, memcg);

	transfer_needs_swap(test);
	owner_set_limit(memcg, params);
	owner_expect(test, memcg, objcg, params->nr_pages, params->err);
}

static void owner_none(struct kunit *test)
{
	struct mem_cgroup *memcg = transfer_memcg(test);

	owner_expect(test, memcg, NULL, OWNER_PAGES, -ENOENT);
}

/* What it could not get rid of is not for it. */
static void owner_swap_is_short(struct kunit *test)
{
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct obj_cgroup *objcg = owner_get(test, memcg);

	transfer_needs_swap(test);
	owner_expect(test, memcg, objcg, get_nr_swap_pages(), 0);
	owner_expect(test, memcg, objcg, get_nr_swap_pages() + 1, -ENOSPC);
}

/* Inside of another scope; and what the task answers for is its own. */
static void owner_nested(struct kunit *test)
{
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct obj_cgroup *objcg = owner_get(test, memcg);
	unsigned int over_high = current->memcg_nr_pages_over_high;
	struct mem_cgroup_owner_scope outer, inner;

	transfer_needs_swap(test);
	current->memcg_nr_pages_over_high = 7;
	KUNIT_EXPECT_EQ(test, 0, mem_cgroup_owner_pays(&outer, objcg, 1));
	KUNIT_EXPECT_EQ(test, -ENOENT, mem_cgroup_owner_pays(&inner, NULL, 1));
	KUNIT_EXPECT_PTR_EQ(test, current->active_memcg, memcg);
	mem_cgroup_owner_paid(&inner);
	KUNIT_EXPECT_EQ(test, 0, mem_cgroup_owner_pays(&inner, objcg, 1));
	mem_cgroup_owner_paid(&inner);
	KUNIT_EXPECT_PTR_EQ(test, current->active_memcg, memcg);
	current->memcg_nr_pages_over_high += 100;
	mem_cgroup_owner_paid(&outer);
	KUNIT_EXPECT_NULL(test, current->active_memcg);
	KUNIT_EXPECT_EQ(test, current->memcg_nr_pages_over_high, 7);
	current->memcg_nr_pages_over_high = over_high;
}

static struct kunit_case owner_test_cases[] = {
	KUNIT_CASE(owner_of_current),
	KUNIT_CASE_PARAM(owner_limits, owner_gen_params),
	KUNIT_CASE(owner_none),
	KUNIT_CASE(owner_swap_is_short),
	KUNIT_CASE(owner_nested),
	{}
};

static struct kunit_suite owner_suite = {
	.name = "shmem_owner",
	.init = transfer_init,
	.exit = transfer_exit,
	.test_cases = owner_test_cases,
};

kunit_test_suite(owner_suite);
