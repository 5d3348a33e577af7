// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cost of handing a folio over, compared with a lower bound: storing the
 * folio in the page cache. For each order, the log of the case has nanoseconds
 * for one folio. It is the minimum of several runs, to exclude interrupts and
 * cold caches.
 */
#include <linux/pagemap.h>
#include <linux/timekeeping.h>

#include "shmem_transfer_kunit.h"

#define TRANSFER_COST_ROUNDS	32

/* The page cache alone: no accounting, no LRU, no change of shape. */
static u64 transfer_cost_floor(struct kunit *test, struct folio *folio)
{
	struct transfer_test *t = test->priv;
	u64 ns;
	int err;

	__folio_set_locked(folio);
	__folio_set_swapbacked(folio);
	KUNIT_ASSERT_EQ(test, 0, mem_cgroup_charge(folio, NULL, GFP_KERNEL));

	ns = ktime_get_ns();
	err = shmem_add_to_page_cache(folio, t->mapping, 0, NULL, GFP_KERNEL);
	ns = ktime_get_ns() - ns;

	KUNIT_ASSERT_EQ(test, 0, err);
	filemap_remove_folio(folio);
	folio_unlock(folio);
	return ns;
}

static u64 transfer_cost_insert(struct kunit *test,
				const struct transfer_block *block)
{
	u64 ns = ktime_get_ns();
	int err = transfer_insert(test, block, 0);

	ns = ktime_get_ns() - ns;
	KUNIT_ASSERT_EQ(test, 0, err);
	transfer_put(block);
	return ns;
}

static u64 transfer_cost_take(struct kunit *test,
			      struct transfer_block *block)
{
	struct transfer_test *t = test->priv;
	u64 ns = ktime_get_ns();
	struct folio *folio = shmem_take_folio(t->file, 0, block->kind.order,
					       GFP_HIGHUSER, NUMA_NO_NODE);

	ns = ktime_get_ns() - ns;
	KUNIT_ASSERT_PTR_EQ(test, transfer_folio(block), folio);
	return ns;
}

static void transfer_cost(struct kunit *test)
{
	const struct transfer_kind *kind = test->param_value;
	u64 floor = U64_MAX, insert = U64_MAX, take = U64_MAX;
	struct transfer_block block;
	int i;

	for (i = 0; i < TRANSFER_COST_ROUNDS; i++) {
		block = transfer_alloc(test, kind);
		floor = min(floor, transfer_cost_floor(test, transfer_folio(&block)));
		folio_put(transfer_folio(&block));

		block = transfer_alloc(test, kind);
		insert = min(insert, transfer_cost_insert(test, &block));
		take = min(take, transfer_cost_take(test, &block));
		transfer_free(&block);
	}
	kunit_info(test, "cost: order %u floor %llu insert %llu take %llu ns\n",
		   kind->order, floor, insert, take);
}

static const struct transfer_kind cost_kinds[] = {
	TRANSFER_FOLIO(0), TRANSFER_FOLIO(2), TRANSFER_FOLIO(3),
	TRANSFER_FOLIO(4), TRANSFER_FOLIO(6), TRANSFER_FOLIO(8),
	TRANSFER_FOLIO(9),
};

KUNIT_ARRAY_PARAM_DESC(transfer_cost, cost_kinds, desc);

static struct kunit_case transfer_cost_cases[] = {
	KUNIT_CASE_PARAM(transfer_cost, transfer_cost_gen_params),
	{}
};

static struct kunit_suite transfer_cost_suite = {
	.name = "shmem_transfer_cost",
	.init = transfer_init,
	.exit = transfer_exit,
	.test_cases = transfer_cost_cases,
};

kunit_test_suite(transfer_cost_suite);
