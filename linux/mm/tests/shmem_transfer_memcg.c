// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for the memory cgroup that shmem_insert_folio() charges and
 * shmem_take_folio() uncharges. They need a cgroup of their own, which must be
 * created first:
 *
 *	echo +memory > /sys/fs/cgroup/cgroup.subtree_control
 *	mkdir /sys/fs/cgroup/kunit
 */
#include <linux/cgroup.h>
#include <linux/folio_batch.h>
#include <linux/memcontrol.h>
#include <linux/page_counter.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/swap.h>

#include "shmem_transfer_kunit.h"

static void transfer_put_memcg(void *memcg)
{
	mem_cgroup_put(memcg);
}

/**
 * transfer_memcg() - Get the memory cgroup that is the tests' own
 * @test: The test, which is skipped if there is none.
 *
 * Return: The memory cgroup, until the case ends.
 */
struct mem_cgroup *transfer_memcg(struct kunit *test)
{
	struct cgroup *cgroup = cgroup_get_from_path("/kunit");
	struct mem_cgroup *memcg;

	if (IS_ERR(cgroup))
		kunit_skip(test, "needs a cgroup: mkdir /sys/fs/cgroup/kunit");
	memcg = mem_cgroup_from_css(cgroup_get_e_css(cgroup,
						     &memory_cgrp_subsys));
	cgroup_put(cgroup);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, transfer_put_memcg, memcg));
	if (mem_cgroup_is_root(memcg))
		kunit_skip(test, "needs +memory in /sys/fs/cgroup/cgroup.subtree_control");
	return memcg;
}

/**
 * transfer_memcg_refs() - How many references are there to a memory cgroup?
 * @memcg: The memory cgroup, which is not being removed.
 *
 * Return: The number, but for a constant.
 */
long transfer_memcg_refs(struct mem_cgroup *memcg)
{
	unsigned long __percpu *refs;
	long sum = 0;
	int cpu;

	rcu_read_lock();
	if (__ref_is_percpu(&memcg->css.refcnt, &refs))
		for_each_possible_cpu(cpu)
			sum += *per_cpu_ptr(refs, cpu);
	rcu_read_unlock();
	return sum;
}

/* The number of pages by which each CPU charges and caches charges. */
static long transfer_stock(void)
{
	return MEMCG_CHARGE_BATCH * num_online_cpus();
}

static long transfer_usage(struct mem_cgroup *memcg)
{
	return page_counter_read(&memcg->memory);
}

static long transfer_memcg_state(struct mem_cgroup *memcg, int item)
{
	/* This always flushes, unlike mem_cgroup_flush_stats(). */
	css_rstat_flush(&memcg->css);
	return memcg_page_state(memcg, item);
}

/* Insert into @file on behalf of @memcg, without waiting for reclaim. */
static int transfer_insert_for(struct mem_cgroup *memcg, struct file *file,
			       const struct transfer_block *block,
			       pgoff_t index, bool writeback)
{
	struct mem_cgroup *old = set_active_memcg(memcg);
	int err = shmem_insert_folio(file, transfer_folio(block),
				     block->kind.order, index, writeback,
				     GFP_NOWAIT);

	set_active_memcg(old);
	return err;
}

static void transfer_charges_active(struct kunit *test)
{
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, test->param_value);
	long shmem = transfer_memcg_state(memcg, NR_SHMEM);
	long file = transfer_memcg_state(memcg, NR_FILE_PAGES);
	long usage = transfer_usage(memcg);
	long nr = transfer_nr(&block);

	KUNIT_ASSERT_EQ(test, 0, transfer_insert_for(memcg, t->file, &block, 0, false));
	transfer_expect_inserted(test, &block, 0);
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, folio_memcg(transfer_folio(&block)), memcg);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, transfer_memcg_state(memcg, NR_SHMEM), shmem + nr);
	KUNIT_EXPECT_EQ(test, transfer_memcg_state(memcg, NR_FILE_PAGES), file + nr);
	KUNIT_EXPECT_GE(test, transfer_usage(memcg), usage + nr - transfer_stock());

	transfer_remove(test, &block, 0);
	KUNIT_EXPECT_EQ(test, transfer_memcg_state(memcg, NR_SHMEM), shmem);
	KUNIT_EXPECT_EQ(test, transfer_memcg_state(memcg, NR_FILE_PAGES), file);
	KUNIT_EXPECT_LE(test, transfer_usage(memcg), usage + transfer_stock());
}

/* Taking the folio ends its charge. A refused take does not. */
static void transfer_take_uncharges(struct kunit *test)
{
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, test->param_value);
	struct folio *folio = transfer_folio(&block);
	long shmem = transfer_memcg_state(memcg, NR_SHMEM);
	long file = transfer_memcg_state(memcg, NR_FILE_PAGES);
	long usage = transfer_usage(memcg);
	long nr = transfer_nr(&block);

	KUNIT_ASSERT_EQ(test, 0, transfer_insert_for(memcg, t->file, &block, 0, false));
	/* Our own reference makes it fail. */
	KUNIT_ASSERT_PTR_EQ(test, ERR_PTR(-EBUSY),
			    shmem_take_folio(t->file, 0, block.kind.order,
					     GFP_HIGHUSER, NUMA_NO_NODE));
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, folio_memcg(folio), memcg);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, transfer_memcg_state(memcg, NR_SHMEM), shmem + nr);
	KUNIT_EXPECT_EQ(test, transfer_memcg_state(memcg, NR_FILE_PAGES), file + nr);
	KUNIT_EXPECT_GE(test, transfer_usage(memcg), usage + nr - transfer_stock());

	transfer_put(&block);
	/* The folio was put back into a batch of some CPU. */
	lru_add_drain_all();
	block = transfer_take(test, &block, 0, 0, block.kind.order);
	KUNIT_EXPECT_EQ(test, transfer_nr(&block), nr);
	KUNIT_EXPECT_EQ(test, transfer_memcg_state(memcg, NR_SHMEM), shmem);
	KUNIT_EXPECT_EQ(test, transfer_memcg_state(memcg, NR_FILE_PAGES), file);
	KUNIT_EXPECT_LE(test, transfer_usage(memcg), usage + transfer_stock());
	transfer_free(&block);
}

/* Insert and take back so often that missing uncharges would show. */
static void transfer_takes_add_up(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(0);
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, &kind);
	long usage = transfer_usage(memcg);
	long i;

	for (i = 0; i < 4 * transfer_stock(); i++) {
		KUNIT_ASSERT_EQ(test, 0, transfer_insert_for(memcg, t->file, &block, 0, false));
		transfer_put(&block);
		block = transfer_take(test, &block, 0, 0, 0);
	}
	KUNIT_EXPECT_LE(test, transfer_usage(memcg), usage + transfer_stock());
	transfer_free(&block);
}

/* Every failure after the charge must uncharge. */
static void transfer_uncharges(struct kunit *test)
{
	static const enum shmem_insert_step steps[] = {
		SHMEM_INSERT_ACCOUNT, SHMEM_INSERT_STORE
	};
	static const struct transfer_kind kind = TRANSFER_FOLIO(9);
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, &kind);
	struct page *snapshot = transfer_snapshot(test, &block);
	long shmem = transfer_memcg_state(memcg, NR_SHMEM);
	long usage = transfer_usage(memcg);
	int i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		transfer_inject(test, steps[i]);
		KUNIT_EXPECT_NE(test, 0, transfer_insert_for(memcg, t->file, &block, 0, false));
		transfer_expect_injected(test, steps[i]);
		transfer_expect_untouched(test, &block, snapshot);
		KUNIT_EXPECT_EQ(test, transfer_memcg_state(memcg, NR_SHMEM), shmem);
		KUNIT_EXPECT_LE(test, transfer_usage(memcg), usage + transfer_stock());
	}
	transfer_free(&block);
}

static void transfer_limit_memory(struct mem_cgroup *memcg, long headroom)
{
	page_counter_set_max(&memcg->memory, transfer_usage(memcg) + headroom);
}

static void transfer_unlimit(void *memcg)
{
	page_counter_set_max(&((struct mem_cgroup *)memcg)->memory, PAGE_COUNTER_MAX);
	page_counter_set_max(&((struct mem_cgroup *)memcg)->swap, PAGE_COUNTER_MAX);
}

/* The memory cgroup is full, so that the charge really fails. */
static void transfer_over_limit(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(9);
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct transfer_test *t = test->priv;
	struct transfer_block block = transfer_alloc(test, &kind);
	struct page *snapshot = transfer_snapshot(test, &block);

	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, transfer_unlimit, memcg));
	transfer_limit_memory(memcg, 0);
	KUNIT_EXPECT_EQ(test, -ENOMEM, transfer_insert_for(memcg, t->file, &block, 0, false));
	transfer_expect_untouched(test, &block, snapshot);
	transfer_expect_counters(test, &t->empty, NULL);

	transfer_unlimit(memcg);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert_for(memcg, t->file, &block, 0, false));
	transfer_remove(test, &block, 0);
}

/*
 * Insert single pages far apart, so that each needs several xarray nodes, with
 * room in the memory cgroup for the page alone. Once its stock of charges is
 * used up, the allocation of nodes fails. Returns the index at which that
 * happened.
 */
static pgoff_t transfer_starve_nodes(struct kunit *test, struct mem_cgroup *memcg,
				     struct file *file, struct transfer_block *block)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(0);
	pgoff_t index;
	int err;

	for (index = 0; index < 1000UL << 18; index += 1UL << 18) {
		*block = transfer_alloc(test, &kind);
		transfer_limit_memory(memcg, 1);
		err = transfer_insert_for(memcg, file, block, index, false);
		if (err) {
			KUNIT_EXPECT_EQ(test, err, -ENOMEM);
			return index;
		}
		transfer_put(block);
	}
	KUNIT_FAIL(test, "xarray nodes can be had without limit");
	return 0;
}

static void transfer_no_xarray_nodes(struct kunit *test)
{
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct transfer_counters before = transfer_count(test);
	struct transfer_block block;
	struct page *snapshot;
	struct file *file;
	pgoff_t index;
	long blocks;

	file = shmem_file_setup("sparse", 1LL << 40, mk_vma_flags(VMA_NORESERVE_BIT));
	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	shmem_allow_transfer(file);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, transfer_unlimit, memcg));

	index = transfer_starve_nodes(test, memcg, file, &block);
	snapshot = transfer_snapshot(test, &block);
	blocks = file_inode(file)->i_blocks;
	KUNIT_EXPECT_EQ(test, -ENOMEM, transfer_insert_for(memcg, file, &block, index, false));
	transfer_expect_untouched(test, &block, snapshot);
	KUNIT_EXPECT_EQ(test, file_inode(file)->i_blocks, blocks);
	/*
	 * The failure was due to the nodes: next to the first page, they exist
	 * already.
	 */
	KUNIT_ASSERT_EQ(test, 0, transfer_insert_for(memcg, file, &block, 1, false));
	transfer_put(&block);

	__fput_sync(file);
	transfer_expect_counters(test, &before, NULL);
}

/* Swap is full for this memory cgroup. */
static void transfer_swap_full(struct kunit *test)
{
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct transfer_test *t = test->priv;
	struct transfer_block block;
	long nr;

	transfer_needs_swap(test);
	block = transfer_alloc(test, test->param_value);
	nr = transfer_nr(&block);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, transfer_unlimit, memcg));
	KUNIT_EXPECT_EQ(test, 0, page_counter_set_max(&memcg->swap, 0));
	KUNIT_ASSERT_EQ(test, 0, transfer_insert_for(memcg, t->file, &block, 0, true));

	KUNIT_EXPECT_FALSE(test, folio_test_locked(transfer_folio(&block)));
	KUNIT_EXPECT_TRUE(test, folio_test_dirty(transfer_folio(&block)));
	KUNIT_EXPECT_EQ(test, SHMEM_I(t->inode)->swapped, 0);
	KUNIT_EXPECT_EQ(test, t->mapping->nrpages, nr);
	transfer_expect_content(test, &block);
	transfer_put(&block);
	transfer_expect_file_content(test, &block, 0, 0, nr);
}

/*
 * Pages that are being read cannot be reclaimed. If a memory cgroup is full of
 * them, the OOM killer is the only way out.
 */
static void transfer_readback_leaves_room(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(0);
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct transfer_test *t = test->priv;
	struct transfer_block block;
	pgoff_t i;

	transfer_needs_swap(test);
	for (i = 0; i < 128; i++) {
		block = transfer_alloc(test, &kind);
		KUNIT_ASSERT_EQ(test, 0, transfer_insert_for(memcg, t->file, &block, i, false));
		transfer_put(&block);
	}
	transfer_swap_out(test, 0, 128);

	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, transfer_unlimit, memcg));
	page_counter_set_max(&memcg->memory, 256);
	KUNIT_EXPECT_EQ(test, 32, shmem_readback_start(t->file, 0, 128, GFP_HIGHUSER,
						       NUMA_NO_NODE));
	transfer_unlimit(memcg);
	KUNIT_EXPECT_EQ(test, 128, shmem_readback_start(t->file, 0, 128, GFP_HIGHUSER,
							NUMA_NO_NODE));
	for (i = 0; i < 128; i++)
		KUNIT_EXPECT_EQ(test, 0, shmem_readback_folio(t->file, i, GFP_HIGHUSER,
							      NUMA_NO_NODE));
	shmem_truncate_range(t->inode, 0, -1);
}

/* Who asks for the limits does not hold the memory cgroup ever after. */
static void transfer_readback_keeps_no_reference(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(0);
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct transfer_test *t = test->priv;
	struct transfer_block block;
	long refs;
	pgoff_t i;

	transfer_needs_swap(test);
	for (i = 0; i < 128; i++) {
		block = transfer_alloc(test, &kind);
		KUNIT_ASSERT_EQ(test, 0, transfer_insert_for(memcg, t->file, &block, i, false));
		transfer_put(&block);
	}
	transfer_swap_out(test, 0, 128);

	refs = transfer_memcg_refs(memcg);
	for (i = 0; i < 128; i++)
		KUNIT_EXPECT_EQ(test, 0, shmem_readback_folio(t->file, i, GFP_HIGHUSER,
							      NUMA_NO_NODE));
	/* Stocks of charges have one each. */
	KUNIT_EXPECT_LT(test, transfer_memcg_refs(memcg) - refs, 64);
	shmem_truncate_range(t->inode, 0, -1);
}

/* Nor does what is read in pieces go beyond what it leaves. */
static void transfer_readback_pieces_leave_room(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(6);
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct transfer_test *t = test->priv;
	struct transfer_block block;
	struct folio *folio;

	transfer_needs_swap(test);
	block = transfer_alloc(test, &kind);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert_for(memcg, t->file, &block, 0, false));
	transfer_put(&block);
	transfer_swap_out(test, 0, 64);

	/* Somebody has read a page of the second half. */
	transfer_read_page(test, 0, 40);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, transfer_unlimit, memcg));
	page_counter_set_max(&memcg->memory, 256);
	shmem_readback_start(t->file, 0, 64, GFP_HIGHUSER, NUMA_NO_NODE);
	transfer_unlimit(memcg);
	folio = transfer_resident(t, 31);
	KUNIT_EXPECT_NOT_NULL(test, folio);
	if (folio)
		folio_put(folio);
	KUNIT_EXPECT_NULL(test, transfer_resident(t, 32));
	KUNIT_EXPECT_NULL(test, transfer_resident(t, 63));
	transfer_expect_file_content(test, &block, 0, 0, 64);
}

/* As many as are for one memory cgroup, of which some may not fit. */
static int transfer_insert_many(struct kunit *test, struct mem_cgroup *memcg,
				unsigned int order, gfp_t gfp)
{
	const struct transfer_kind kind = { order, TRANSFER_IS_FOLIO, "many" };
	struct transfer_test *t = test->priv;
	struct transfer_block block;
	struct folio_batch batch;
	struct mem_cgroup *old;
	int ret;

	folio_batch_init(&batch);
	while (folio_batch_space(&batch)) {
		block = transfer_alloc(test, &kind);
		folio_batch_add(&batch, transfer_folio(&block));
	}
	old = set_active_memcg(memcg);
	ret = shmem_insert_folios(t->file, &batch, order, 0, false, gfp);
	set_active_memcg(old);
	folio_batch_release(&batch);
	return ret;
}

/*
 * At the limit, memory is reclaimed for the first of a run, and it may go over.
 * The others are for the next call.
 */
static void transfer_over_limit_once(struct kunit *test)
{
	const int max = transfer_stock() / 16 + 2;
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct transfer_test *t = test->priv;

	if (max >= FOLIO_BATCH_SIZE)
		kunit_skip(test, "too many processors");
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, transfer_unlimit, memcg));
	transfer_limit_memory(memcg, 0);
	KUNIT_EXPECT_LE(test, transfer_insert_many(test, memcg, 4, GFP_NOWAIT | __GFP_HIGH), max);
	KUNIT_EXPECT_GT(test, t->mapping->nrpages, 0);
	transfer_unlimit(memcg);
	shmem_truncate_range(t->inode, 0, -1);
}

/* What two memory cgroups are charged for is not taken at once. */
static void transfer_take_of_two(struct kunit *test)
{
	static const struct transfer_kind kind = TRANSFER_FOLIO(0);
	struct mem_cgroup *memcg = transfer_memcg(test);
	struct transfer_test *t = test->priv;
	struct transfer_block blocks[4];
	struct folio_batch batch;
	int i;

	for (i = 0; i < ARRAY_SIZE(blocks); i++) {
		blocks[i] = transfer_alloc(test, &kind);
		KUNIT_ASSERT_EQ(test, 0, transfer_insert_for(i < 2 ? memcg : NULL, t->file,
							     &blocks[i], i, false));
		transfer_put(&blocks[i]);
	}
	for (i = 0; i < ARRAY_SIZE(blocks); i += 2) {
		KUNIT_ASSERT_EQ(test, 0, shmem_take_folios(t->file, i, 0, 4 - i, 0,
							   GFP_HIGHUSER, NUMA_NO_NODE,
							   &batch));
		KUNIT_EXPECT_EQ(test, folio_batch_count(&batch), 2);
		KUNIT_EXPECT_PTR_EQ(test, batch.folios[0], transfer_folio(&blocks[i]));
		while (folio_batch_count(&batch))
			folio_put(batch.folios[--batch.nr]);
	}
	transfer_expect_counters(test, &t->empty, NULL);
}

static struct kunit_case transfer_memcg_cases[] = {
	KUNIT_CASE_PARAM(transfer_charges_active, transfer_some_kinds_gen_params),
	KUNIT_CASE_PARAM(transfer_take_uncharges, transfer_some_kinds_gen_params),
	KUNIT_CASE(transfer_takes_add_up),
	KUNIT_CASE(transfer_uncharges),
	KUNIT_CASE(transfer_over_limit),
	KUNIT_CASE(transfer_no_xarray_nodes),
	KUNIT_CASE_PARAM(transfer_swap_full, transfer_some_kinds_gen_params),
	KUNIT_CASE(transfer_readback_leaves_room),
	KUNIT_CASE(transfer_readback_keeps_no_reference),
	KUNIT_CASE(transfer_readback_pieces_leave_room),
	KUNIT_CASE(transfer_take_of_two),
	KUNIT_CASE(transfer_over_limit_once),
	{}
};

static struct kunit_suite transfer_memcg_suite = {
	.name = "shmem_transfer_memcg",
	.init = transfer_init,
	.exit = transfer_exit,
	.test_cases = transfer_memcg_cases,
};

kunit_test_suite(transfer_memcg_suite);
