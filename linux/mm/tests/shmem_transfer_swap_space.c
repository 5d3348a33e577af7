// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for inserted folios when swap space is full, fragmented, or about
 * to be switched off. They need swap: boot with kunit.autorun=0, and run this
 * suite from debugfs after swapon.
 */
#include <linux/memcontrol.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#include <linux/swapops.h>

#include "../swap.h"
#include "shmem_transfer_kunit.h"

/**
 * struct transfer_slots - contiguous swap slots that the case has allocated
 * @entry: The first one.
 * @nr: How many.
 * @step: Which of them are still ours: each one, or every second one.
 */
struct transfer_slots {
	swp_entry_t entry;
	int nr;
	int step;
};

/**
 * struct transfer_swap - all swap space, allocated by the case
 * @slots: Its slots, in as few ranges as possible.
 * @nr: How many ranges there are.
 * @max: How many there is room for.
 * @free: How many slots were free before.
 */
struct transfer_swap {
	struct transfer_slots *slots;
	int nr;
	int max;
	long free;
};

/* Slots are allocated for a folio. After that they are ours without the folio. */
static bool transfer_grab_slots(struct transfer_swap *swap, struct folio *folio)
{
	if (swap->nr == swap->max || folio_alloc_swap(folio))
		return false;
	swap->slots[swap->nr++] = (struct transfer_slots) {
		.entry = folio->swap,
		.nr = folio_nr_pages(folio),
		.step = 1,
	};
	folio_dup_swap(folio, NULL);
	swap_cache_del_folio(folio);
	return true;
}

/* One folio serves for all ranges of its order. */
static void transfer_grab_order(struct kunit *test, struct transfer_swap *swap,
				unsigned int order)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, order);

	KUNIT_ASSERT_NOT_NULL(test, folio);
	KUNIT_ASSERT_EQ(test, 0, mem_cgroup_charge(folio, NULL, GFP_KERNEL));
	folio_lock(folio);
	__folio_set_swapbacked(folio);
	folio_mark_uptodate(folio);
	while (transfer_grab_slots(swap, folio))
		cond_resched();
	folio_unlock(folio);
	folio_put(folio);
}

static void transfer_give_back_slots(const struct transfer_slots *slots)
{
	swp_entry_t entry = slots->entry;
	int i;

	if (slots->step == 1) {
		swap_put_entries_direct(entry, slots->nr);
		return;
	}
	for (i = 0; i < slots->nr; i += slots->step) {
		swap_put_entries_direct(entry, 1);
		entry.val += slots->step;
	}
}

static void transfer_give_back(void *data)
{
	struct transfer_swap *swap = data;
	int i;

	for (i = 0; i < swap->nr; i++)
		transfer_give_back_slots(&swap->slots[i]);
	kvfree(swap->slots);
}

/* Allocate all swap slots, the largest ranges first. Nothing is written. */
static struct transfer_swap *transfer_fill_swap(struct kunit *test)
{
	struct transfer_swap *swap = kunit_kzalloc(test, sizeof(*swap), GFP_KERNEL);
	int order = IS_ENABLED(CONFIG_THP_SWAP) ? HPAGE_PMD_ORDER : 0;

	KUNIT_ASSERT_NOT_NULL(test, swap);
	swap->free = get_nr_swap_pages();
	/* The rest is in smaller ranges, at the ends of the devices. */
	swap->max = (swap->free >> order) + 4096;
	swap->slots = kvcalloc(swap->max, sizeof(*swap->slots), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, swap->slots);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, transfer_give_back, swap));
	for (; order >= 0; order--)
		transfer_grab_order(test, swap, order);
	if (swap->nr == swap->max)
		kunit_skip(test, "swap is in too many pieces");
	KUNIT_ASSERT_EQ(test, get_nr_swap_pages(), 0);
	return swap;
}

/* Free every second slot, so that no two free slots are neighbours. */
static void transfer_fragment_swap(struct kunit *test, struct transfer_swap *swap)
{
	struct transfer_slots *slots;
	swp_entry_t entry;
	int i;

	for (slots = swap->slots; slots < swap->slots + swap->nr; slots++) {
		if (get_nr_swap_pages() >= TRANSFER_FILE_PAGES)
			return;
		for (i = 1; i < slots->nr; i += 2) {
			entry.val = slots->entry.val + i;
			swap_put_entries_direct(entry, 1);
		}
		slots->step = 2;
	}
	KUNIT_FAIL_AND_ABORT(test, "swap is in pieces already");
}

/* Free all slots, and check that none was lost. */
static void transfer_empty_swap(struct kunit *test, struct transfer_swap *swap)
{
	kunit_release_action(test, transfer_give_back, swap);
	KUNIT_EXPECT_EQ(test, get_nr_swap_pages(), swap->free);
}

/* Each page of the block is in the page cache, dirty, and reclaim finds it. */
static void transfer_expect_dirty(struct kunit *test,
				  const struct transfer_block *block,
				  pgoff_t index, long from)
{
	struct transfer_test *t = test->priv;
	struct folio *folio;
	long i;

	for (i = from; i < transfer_nr(block); i++) {
		folio = xa_load(&t->mapping->i_pages, index + i);
		KUNIT_ASSERT_TRUE(test, folio && !xa_is_value(folio));
		KUNIT_ASSERT_TRUE(test, folio_test_dirty(folio));
		KUNIT_ASSERT_TRUE(test, folio_test_lru(folio));
		KUNIT_ASSERT_FALSE(test, folio_test_locked(folio));
		KUNIT_ASSERT_FALSE(test, folio_test_reclaim(folio));
	}
}

/* No slot is free on any device: the insert succeeds, nothing is written. */
static void transfer_swap_full(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_swap *swap;
	struct transfer_block block;
	pgoff_t index;

	transfer_needs_swap(test);
	swap = transfer_fill_swap(test);
	block = transfer_alloc(test, test->param_value);
	index = transfer_nr(&block);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert_write(test, &block, index));
	transfer_put(&block);
	transfer_expect_dirty(test, &block, index, 0);
	KUNIT_EXPECT_EQ(test, SHMEM_I(t->inode)->swapped, 0);
	KUNIT_EXPECT_EQ(test, SHMEM_I(t->inode)->alloced, transfer_nr(&block));
	KUNIT_EXPECT_EQ(test, t->mapping->nrpages, transfer_nr(&block));
	KUNIT_EXPECT_EQ(test, get_nr_swap_pages(), 0);
	transfer_expect_file_content(test, &block, index, 0, transfer_nr(&block));

	/* So it can be taken back. */
	transfer_take_all(test, &block, index, block.kind.order);
	transfer_expect_counters(test, &t->empty, NULL);
	transfer_empty_swap(test, swap);
}

/* After swap has been full and is not any more, everything works again. */
static void transfer_swap_full_no_more(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_swap *swap;
	struct transfer_block block;
	long nr;

	transfer_needs_swap(test);
	swap = transfer_fill_swap(test);
	block = transfer_alloc(test, test->param_value);
	nr = transfer_nr(&block);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert_write(test, &block, 0));
	transfer_put(&block);
	transfer_empty_swap(test, swap);

	transfer_swap_out(test, 0, nr);
	KUNIT_EXPECT_EQ(test, SHMEM_I(t->inode)->swapped, nr);
	KUNIT_EXPECT_EQ(test, get_nr_swap_pages(), swap->free - nr);
	transfer_expect_file_content(test, &block, 0, 0, nr);
}

/* There is no room for a large folio, so it is split before it is written. */
static void transfer_swap_fragmented(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_swap *swap;
	struct transfer_block block;
	pgoff_t index;
	long i, nr;

	transfer_needs_swap(test);
	if (!IS_ENABLED(CONFIG_THP_SWAP))
		kunit_skip(test, "needs CONFIG_THP_SWAP");
	swap = transfer_fill_swap(test);
	block = transfer_alloc(test, test->param_value);
	nr = transfer_nr(&block);
	index = nr;
	transfer_fragment_swap(test, swap);

	KUNIT_ASSERT_EQ(test, 0, transfer_insert_write(test, &block, index));
	transfer_put(&block);
	/* The first page is being written. Reclaim has to write the others. */
	KUNIT_EXPECT_TRUE(test, xa_is_value(xa_load(&t->mapping->i_pages, index)));
	KUNIT_EXPECT_EQ(test, SHMEM_I(t->inode)->swapped, 1);
	transfer_expect_dirty(test, &block, index, 1);

	transfer_swap_out(test, index, nr);
	for (i = 0; i < nr; i++)
		KUNIT_EXPECT_EQ(test, xa_get_order(&t->mapping->i_pages, index + i), 0);
	KUNIT_EXPECT_EQ(test, SHMEM_I(t->inode)->swapped, nr);
	transfer_expect_file_content(test, &block, index, 0, nr);
	shmem_truncate_range(t->inode, 0, -1);

	/* When a range is written, all pages are. */
	block = transfer_alloc(test, test->param_value);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, index));
	transfer_put(&block);
	KUNIT_EXPECT_EQ(test, nr, shmem_writeback_start(t->file, index, nr));
	KUNIT_EXPECT_EQ(test, SHMEM_I(t->inode)->swapped, nr);
	transfer_swap_out(test, index, nr);
	transfer_expect_file_content(test, &block, index, 0, nr);
	transfer_empty_swap(test, swap);
}

/* The device is about to be switched off: read back all pages of the file. */
static void transfer_unuse(struct kunit *test, swp_entry_t entry)
{
	struct transfer_test *t = test->priv;
	int rounds;

	/*
	 * This is what swapoff does for shmem before it looks at processes. A
	 * large entry that is read page by page is split, and the next round
	 * finds the new entries.
	 */
	for (rounds = 0; SHMEM_I(t->inode)->swapped && rounds < 100; rounds++)
		KUNIT_EXPECT_EQ(test, 0, shmem_unuse(swp_type(entry)));
	KUNIT_EXPECT_EQ(test, SHMEM_I(t->inode)->swapped, 0);
	lru_add_drain_all();
}

static swp_entry_t transfer_swap_entry(struct kunit *test, pgoff_t index)
{
	struct transfer_test *t = test->priv;
	void *entry = xa_load(&t->mapping->i_pages, index);

	KUNIT_ASSERT_TRUE(test, xa_is_value(entry));
	return radix_to_swp_entry(entry);
}

/* The block comes back in pieces of any size. All of them can be taken. */
static void transfer_swapoff(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block;
	pgoff_t index;
	long free;

	transfer_needs_swap(test);
	index = 1UL << ((const struct transfer_kind *)test->param_value)->order;
	free = get_nr_swap_pages();
	block = transfer_swapped_block(test, test->param_value, index);
	transfer_unuse(test, transfer_swap_entry(test, index));

	KUNIT_EXPECT_EQ(test, get_nr_swap_pages(), free);
	KUNIT_EXPECT_EQ(test, SHMEM_I(t->inode)->alloced, transfer_nr(&block));
	KUNIT_EXPECT_EQ(test, t->mapping->nrpages, transfer_nr(&block));
	transfer_expect_dirty(test, &block, index, 0);
	transfer_take_all(test, &block, index, block.kind.order);
	transfer_expect_counters(test, &t->empty, NULL);
}

/* The same during writeback: the block is still in memory, and comes back. */
static void transfer_swapoff_during_writeback(struct kunit *test)
{
	struct transfer_test *t = test->priv;
	struct transfer_block block, taken;
	struct folio *folio;
	long free;

	transfer_needs_swap(test);
	transfer_needs_thp_swap(test);
	free = get_nr_swap_pages();
	block = transfer_alloc(test, test->param_value);
	folio = transfer_folio(&block);
	KUNIT_ASSERT_EQ(test, 0, transfer_insert_write(test, &block, 0));
	transfer_unuse(test, transfer_swap_entry(test, 0));

	KUNIT_EXPECT_EQ(test, get_nr_swap_pages(), free);
	transfer_settle(test, folio, 1);
	transfer_expect_inserted(test, &block, 0);
	transfer_expect_counters(test, &t->empty, &block);
	transfer_put(&block);
	taken = transfer_take(test, &block, 0, 0, block.kind.order);
	KUNIT_EXPECT_PTR_EQ(test, taken.page, block.page);
	transfer_free(&taken);
}

static struct kunit_case transfer_swap_space_cases[] = {
	KUNIT_CASE_PARAM(transfer_swap_full, transfer_some_kinds_gen_params),
	KUNIT_CASE_PARAM(transfer_swap_full_no_more, transfer_some_kinds_gen_params),
	KUNIT_CASE_PARAM(transfer_swap_fragmented, transfer_some_kinds_gen_params),
	KUNIT_CASE_PARAM(transfer_swapoff, transfer_some_kinds_gen_params),
	KUNIT_CASE_PARAM(transfer_swapoff_during_writeback, transfer_some_kinds_gen_params),
	{}
};

static struct kunit_suite transfer_swap_space_suite = {
	.name = "shmem_transfer_swap_space",
	.init = transfer_init,
	.exit = transfer_exit,
	.test_cases = transfer_swap_space_cases,
};

kunit_test_suite(transfer_swap_space_suite);
