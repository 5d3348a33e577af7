// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests for shmem_take_folio() with an inserted folio in every possible
 * state. Either the folio is taken and is a plain block. Or it is refused with
 * a certain error, nothing has changed, and it can be taken once the obstacle
 * is gone.
 */
#include <linux/pagemap.h>
#include <linux/preempt.h>
#include <linux/swap.h>

#include "../swap.h"
#include "shmem_transfer_kunit.h"

/**
 * struct transfer_wanted - the arguments of a take
 * @folio: The folio that was inserted, all pages of it, or what became of it.
 * @start: Where it is in the file.
 * @index: The index to ask for.
 * @max_order: The order to ask for.
 * @gfp: How it would be allocated.
 * @nid: The node to ask for.
 * @zone: The zone that it really is in.
 */
struct transfer_wanted {
	struct folio *folio;
	pgoff_t start;
	pgoff_t index;
	unsigned int max_order;
	gfp_t gfp;
	int nid;
	enum zone_type zone;
};

/**
 * struct transfer_state - a state that a folio can be in
 * @desc: A description of the state.
 * @set_up: Puts the folio into the state, or changes the arguments of the take.
 * @tear_down: Undoes that, where necessary.
 * @err: The error that the take returns, or 0.
 * @large: Whether only a large folio can be in this state.
 * @pieces: Whether there is more than one folio in this state.
 */
struct transfer_state {
	const char *desc;
	void (*set_up)(struct kunit *test, struct transfer_wanted *w);
	void (*tear_down)(struct kunit *test, struct transfer_wanted *w);
	int err;
	bool large;
	bool pieces;
};

/* States that do not matter. */

static void clear_dirty(struct kunit *test, struct transfer_wanted *w)
{
	folio_clear_dirty(w->folio);
}

static void set_used(struct kunit *test, struct transfer_wanted *w)
{
	folio_set_referenced(w->folio);
	folio_set_workingset(w->folio);
	folio_set_reclaim(w->folio);
}

/* Take the folio off its LRU list, and put it on the one that it now belongs to. */
static void transfer_relist(struct kunit *test, struct transfer_wanted *w,
			    void (*change)(struct folio *folio))
{
	struct folio *folio = transfer_isolate(test, w->start);

	if (change)
		change(folio);
	folio_putback_lru(folio);
	lru_add_drain_all();
}

static void activate(struct kunit *test, struct transfer_wanted *w)
{
	transfer_relist(test, w, folio_set_active);
	KUNIT_EXPECT_TRUE(test, folio_test_active(w->folio));
}

static void migrate(struct kunit *test, struct transfer_wanted *w)
{
	w->folio = transfer_migrate(test, w->start);
}

/* Put it back on the LRU. Small folios stay in a batch for a while. */
static void put_into_batch(struct kunit *test, struct transfer_wanted *w)
{
	migrate_disable();
	folio_putback_lru(transfer_isolate(test, w->start));
	KUNIT_EXPECT_EQ(test, folio_test_lru(w->folio), folio_test_large(w->folio));
}

static void drain_batch(struct kunit *test, struct transfer_wanted *w)
{
	migrate_enable();
}

/* The folio was split. */

static void transfer_split(struct kunit *test, struct transfer_wanted *w,
			   unsigned int order)
{
	struct folio *folio = w->folio;

	folio_get(folio);
	folio_lock(folio);
	KUNIT_EXPECT_EQ(test, 0, split_folio_to_order(folio, order));
	folio_unlock(folio);
	folio_put(folio);
	KUNIT_EXPECT_EQ(test, folio_order(folio), order);
}

static void split_to_pages(struct kunit *test, struct transfer_wanted *w)
{
	transfer_split(test, w, 0);
}

static void split_in_two(struct kunit *test, struct transfer_wanted *w)
{
	transfer_split(test, w, folio_order(w->folio) - 1);
}

static void split_and_know(struct kunit *test, struct transfer_wanted *w)
{
	split_in_two(test, w);
	w->max_order--;
}

static void truncate_page(struct kunit *test, struct transfer_wanted *w)
{
	struct transfer_test *t = test->priv;
	long nr = folio_nr_pages(w->folio);
	loff_t start = (loff_t)(w->start + nr / 2 + nr / 4) << PAGE_SHIFT;

	shmem_truncate_range(t->inode, start, start + PAGE_SIZE - 1);
	KUNIT_EXPECT_EQ(test, t->mapping->nrpages, nr - 1);
}

/* The folio is not there. */

static void want_hole(struct kunit *test, struct transfer_wanted *w)
{
	w->index--;
}

static void want_behind_end(struct kunit *test, struct transfer_wanted *w)
{
	w->index = TRANSFER_FILE_PAGES;
}

/* It was in the page cache at lookup, but not when it was locked. */
static void remove_mapping_pointer(struct kunit *test, struct transfer_wanted *w)
{
	w->folio->mapping = NULL;
}

static void restore_mapping_pointer(struct kunit *test, struct transfer_wanted *w)
{
	struct transfer_test *t = test->priv;

	w->folio->mapping = t->mapping;
}

/* It was written, but has not been freed yet. */
static void write_out(struct kunit *test, struct transfer_wanted *w)
{
	struct folio *folio = w->folio;

	transfer_needs_swap(test);
	if (folio_test_large(folio) && !IS_ENABLED(CONFIG_THP_SWAP))
		kunit_skip(test, "needs CONFIG_THP_SWAP");
	folio_get(folio);
	folio_lock(folio);
	folio_clear_dirty_for_io(folio);
	KUNIT_EXPECT_EQ(test, 0, shmem_write_folio(folio));
	transfer_settle(test, folio, 1);
	folio_put(folio);
	KUNIT_EXPECT_TRUE(test, folio_test_swapcache(folio));
}

static void read_back(struct kunit *test, struct transfer_wanted *w)
{
	struct transfer_test *t = test->priv;

	KUNIT_EXPECT_EQ(test, 0, transfer_readback(t->file, w->start,
						   folio_nr_pages(w->folio), w->gfp));
}

/* The caller asks for another folio. */

static void want_less(struct kunit *test, struct transfer_wanted *w)
{
	w->max_order--;
}

static void want_single(struct kunit *test, struct transfer_wanted *w)
{
	w->max_order = 0;
}

static void want_second_half(struct kunit *test, struct transfer_wanted *w)
{
	w->index += folio_nr_pages(w->folio) / 2;
	w->max_order--;
}

static void want_last_page(struct kunit *test, struct transfer_wanted *w)
{
	w->index += folio_nr_pages(w->folio) - 1;
}

/* Poisoned. */

static void transfer_needs_poison(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_MEMORY_FAILURE))
		kunit_skip(test, "needs CONFIG_MEMORY_FAILURE");
}

static void poison_head(struct kunit *test, struct transfer_wanted *w)
{
	transfer_needs_poison(test);
	transfer_poison(&w->folio->page);
}

static void cure_head(struct kunit *test, struct transfer_wanted *w)
{
	transfer_cure(&w->folio->page);
}

static struct page *transfer_last_page(struct transfer_wanted *w)
{
	return folio_page(w->folio, folio_nr_pages(w->folio) - 1);
}

/* memory_failure() leaves it like this if it cannot split the folio. */
static void poison_tail(struct kunit *test, struct transfer_wanted *w)
{
	transfer_needs_poison(test);
	transfer_poison(transfer_last_page(w));
	folio_set_has_hwpoisoned(w->folio);
}

static void cure_tail(struct kunit *test, struct transfer_wanted *w)
{
	folio_clear_has_hwpoisoned(w->folio);
	transfer_cure(transfer_last_page(w));
}

static void poison_unknown(struct kunit *test, struct transfer_wanted *w)
{
	transfer_needs_poison(test);
	folio_set_has_hwpoisoned(w->folio);
}

static void cure_unknown(struct kunit *test, struct transfer_wanted *w)
{
	folio_clear_has_hwpoisoned(w->folio);
}

/* The state while memory_failure() has not got to the folio yet. */
static void poison_tail_alone(struct kunit *test, struct transfer_wanted *w)
{
	transfer_needs_poison(test);
	transfer_poison(transfer_last_page(w));
}

static void cure_tail_alone(struct kunit *test, struct transfer_wanted *w)
{
	transfer_cure(transfer_last_page(w));
}

/* Busy. */

static void lock(struct kunit *test, struct transfer_wanted *w)
{
	folio_lock(w->folio);
}

static void unlock(struct kunit *test, struct transfer_wanted *w)
{
	folio_unlock(w->folio);
}

static void get(struct kunit *test, struct transfer_wanted *w)
{
	folio_get(w->folio);
}

static void put(struct kunit *test, struct transfer_wanted *w)
{
	folio_put(w->folio);
}

static void pin(struct kunit *test, struct transfer_wanted *w)
{
	KUNIT_EXPECT_EQ(test, 0, try_grab_folio(w->folio, 1, FOLL_PIN));
}

static void unpin(struct kunit *test, struct transfer_wanted *w)
{
	unpin_folio(w->folio);
}

static void isolate(struct kunit *test, struct transfer_wanted *w)
{
	transfer_isolate(test, w->start);
}

static void put_back(struct kunit *test, struct transfer_wanted *w)
{
	folio_putback_lru(w->folio);
	lru_add_drain_all();
}

/* Only the flag is missing, as while a batch is being drained. */
static void take_off_lru(struct kunit *test, struct transfer_wanted *w)
{
	folio_put(transfer_isolate(test, w->start));
}

static void put_on_lru(struct kunit *test, struct transfer_wanted *w)
{
	folio_add_lru(w->folio);
	lru_add_drain_all();
}

static void make_unevictable(struct kunit *test, struct transfer_wanted *w)
{
	mapping_set_unevictable(w->folio->mapping);
	transfer_relist(test, w, NULL);
	KUNIT_EXPECT_TRUE(test, folio_test_unevictable(w->folio));
}

static void make_evictable(struct kunit *test, struct transfer_wanted *w)
{
	mapping_clear_unevictable(w->folio->mapping);
	transfer_relist(test, w, NULL);
}

/* A real mapping takes a reference, which would be refused first. */
static atomic_t *transfer_mapcount(struct folio *folio)
{
	return folio_test_large(folio) ? &folio->_large_mapcount : &folio->_mapcount;
}

static void map(struct kunit *test, struct transfer_wanted *w)
{
	atomic_inc(transfer_mapcount(w->folio));
}

static void unmap(struct kunit *test, struct transfer_wanted *w)
{
	atomic_dec(transfer_mapcount(w->folio));
}

/* The same is true of folio_attach_private(). */
static void set_private(struct kunit *test, struct transfer_wanted *w)
{
	folio_set_private(w->folio);
}

static void clear_private(struct kunit *test, struct transfer_wanted *w)
{
	folio_clear_private(w->folio);
}

/* Shmem never writes a folio that is in the page cache, but a buggy kernel may. */
static void set_writeback(struct kunit *test, struct transfer_wanted *w)
{
	set_bit(PG_writeback, &w->folio->flags.f);
}

static void clear_writeback(struct kunit *test, struct transfer_wanted *w)
{
	clear_bit(PG_writeback, &w->folio->flags.f);
}

static void clear_uptodate(struct kunit *test, struct transfer_wanted *w)
{
	folio_clear_uptodate(w->folio);
}

static void set_uptodate(struct kunit *test, struct transfer_wanted *w)
{
	folio_mark_uptodate(w->folio);
}

/*
 * The folio is in the wrong place. A small machine has no other zones, so just
 * set another zone in the folio. Nobody uses it until the folio is isolated or
 * freed.
 */

static void transfer_set_zone(struct transfer_wanted *w, enum zone_type zone)
{
	w->zone = folio_zonenum(w->folio);
	set_page_zone(&w->folio->page, zone);
}

static void restore_zone(struct kunit *test, struct transfer_wanted *w)
{
	set_page_zone(&w->folio->page, w->zone);
	w->gfp = GFP_HIGHUSER;
}

static void want_dma32(struct kunit *test, struct transfer_wanted *w)
{
	if (!IS_ENABLED(CONFIG_ZONE_DMA32))
		kunit_skip(test, "needs CONFIG_ZONE_DMA32");
	w->gfp = GFP_USER | __GFP_DMA32;
	transfer_set_zone(w, ZONE_NORMAL);
}

static void want_unmovable(struct kunit *test, struct transfer_wanted *w)
{
	transfer_set_zone(w, ZONE_MOVABLE);
}

/* The zone would be allowed, but the pages of the caller cannot move. */
static void want_movable(struct kunit *test, struct transfer_wanted *w)
{
	if (!IS_ENABLED(CONFIG_MIGRATION))
		kunit_skip(test, "needs CONFIG_MIGRATION");
	/* CMA looks up the pageblock, and DEBUG_VM then looks up the page in its zone. */
	if (IS_ENABLED(CONFIG_CMA) && IS_ENABLED(CONFIG_DEBUG_VM))
		kunit_skip(test, "needs a zone of its own");
	w->gfp = GFP_HIGHUSER_MOVABLE;
	transfer_set_zone(w, ZONE_MOVABLE);
}

static void want_other_node(struct kunit *test, struct transfer_wanted *w)
{
	w->nid = next_node_in(folio_nid(w->folio), node_states[N_MEMORY]);
	if (w->nid == folio_nid(w->folio))
		kunit_skip(test, "no other node has memory");
}

/* The file does not allow it. */

static void lock_file(struct kunit *test, struct transfer_wanted *w)
{
	struct transfer_test *t = test->priv;

	SHMEM_I(t->inode)->flags |= SHMEM_F_LOCKED;
}

static void unlock_file(struct kunit *test, struct transfer_wanted *w)
{
	struct transfer_test *t = test->priv;

	SHMEM_I(t->inode)->flags &= ~SHMEM_F_LOCKED;
}

static const struct transfer_state states[] = {
	{ "dirty" },
	{ "clean", clear_dirty },
	{ "referenced", set_used },
	{ "active", activate },
	{ "migrated", migrate },
	{ "in a batch of this CPU", put_into_batch, drain_batch },

	{ "split", split_to_pages, .large = true, .pieces = true },
	{ "split in two", split_in_two, .large = true, .pieces = true },
	{ "split, wanted so", split_and_know, .large = true, .pieces = true },
	{ "partly truncated", truncate_page, .large = true, .pieces = true },

	{ "a hole", want_hole, .err = -ENOENT },
	{ "behind the end", want_behind_end, .err = -ENOENT },
	{ "being removed", remove_mapping_pointer, restore_mapping_pointer, -ENOENT },
	{ "in the swap cache", write_out, read_back, -ENOENT },

	{ "larger than wanted", want_less, .err = -ERANGE, .large = true },
	{ "single page wanted", want_single, .err = -ERANGE, .large = true },
	{ "second half wanted", want_second_half, .err = -ERANGE, .large = true },
	{ "last page wanted", want_last_page, .err = -ERANGE, .large = true },

	{ "poisoned", poison_head, cure_head, -EHWPOISON },
	{ "poisoned tail", poison_tail, cure_tail, -EHWPOISON, true },
	{ "poisoned somewhere", poison_unknown, cure_unknown, -EHWPOISON, true },
	{ "poison not yet known", poison_tail_alone, cure_tail_alone, -EHWPOISON, true },

	{ "locked", lock, unlock, -EBUSY },
	{ "extra reference", get, put, -EBUSY },
	{ "pinned", pin, unpin, -EBUSY },
	{ "isolated", isolate, put_back, -EBUSY },
	{ "off the LRU", take_off_lru, put_on_lru, -EBUSY },
	{ "unevictable", make_unevictable, make_evictable, -EBUSY },
	{ "mapped", map, unmap, -EBUSY },
	{ "with private data", set_private, clear_private, -EBUSY },
	{ "under write-back", set_writeback, clear_writeback, -EBUSY },
	{ "not uptodate", clear_uptodate, set_uptodate, -EBUSY },

	{ "above the zone", want_dma32, restore_zone, -EXDEV },
	{ "above the zone, movable", want_unmovable, restore_zone, -EXDEV },
	{ "in movable memory", want_movable, restore_zone, -EXDEV },
	{ "on another node", want_other_node, .err = -EXDEV },

	{ "in a locked file", lock_file, unlock_file, -EOPNOTSUPP },
};

static const struct transfer_kind state_kinds[] = {
	TRANSFER_FOLIO(0),
	TRANSFER_FOLIO(1), TRANSFER_COMPOUND(1),
	TRANSFER_FOLIO(2), TRANSFER_COMPOUND(2),
	TRANSFER_FOLIO(4), TRANSFER_COMPOUND(4),
	TRANSFER_FOLIO(9), TRANSFER_COMPOUND(9),
};

/* Each state with each kind: a parameter is the address of one of these. */
static const char cells[ARRAY_SIZE(states)][ARRAY_SIZE(state_kinds)];

static const struct transfer_state *transfer_cell_state(const char *cell)
{
	return &states[(cell - cells[0]) / ARRAY_SIZE(state_kinds)];
}

static const struct transfer_kind *transfer_cell_kind(const char *cell)
{
	return &state_kinds[(cell - cells[0]) % ARRAY_SIZE(state_kinds)];
}

static const void *cell_gen_params(struct kunit *test, const void *prev, char *desc)
{
	const char *cell = prev ? (const char *)prev + 1 : cells[0];

	for (; cell < cells[ARRAY_SIZE(cells)]; cell++) {
		if (transfer_cell_state(cell)->large && !transfer_cell_kind(cell)->order)
			continue;
		snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s, %s",
			 transfer_cell_state(cell)->desc, transfer_cell_kind(cell)->desc);
		return cell;
	}
	return NULL;
}

/* Expect a refusal. Neither the folio, the file nor a counter may change. */
static void transfer_expect_refused(struct kunit *test,
				    const struct transfer_block *block,
				    const struct transfer_wanted *w, int err)
{
	struct transfer_counters before = transfer_count(test);
	struct transfer_block whole = *block;
	struct transfer_test *t = test->priv;
	struct page *snapshot;
	bool locked = folio_test_locked(w->folio);

	snapshot = transfer_snapshot(test, &whole);

	KUNIT_ASSERT_PTR_EQ(test, ERR_PTR(err),
			    shmem_take_folio(t->file, w->index, w->max_order,
					     w->gfp, w->nid));
	if (folio_test_locked(w->folio) != locked) {
		KUNIT_FAIL(test, "the folio was left locked");
		/* Truncation would wait for the lock. */
		folio_unlock(w->folio);
	}

	/* A folio that had to be isolated was put back, possibly to another place. */
	if (!folio_test_lru(w->folio))
		lru_add_drain_all();
	snapshot->lru = whole.page->lru;
	transfer_expect_untouched(test, &whole, snapshot);
	transfer_expect_counters(test, &before, NULL);
}

/* In one piece it must be the same folio. In several, all of them must be there. */
static void transfer_expect_taken(struct kunit *test,
				  const struct transfer_block *block,
				  const struct transfer_wanted *w, bool pieces)
{
	struct transfer_block taken;

	if (pieces) {
		KUNIT_EXPECT_GT(test, transfer_take_all(test, block, w->start, w->max_order), 0);
		return;
	}
	taken = transfer_take(test, block, w->start, 0, block->kind.order);
	KUNIT_EXPECT_EQ(test, taken.kind.order, block->kind.order);
	KUNIT_EXPECT_PTR_EQ(test, taken.page, &w->folio->page);
	transfer_free(&taken);
}

static void transfer_take_in_state(struct kunit *test)
{
	const struct transfer_state *state = transfer_cell_state(test->param_value);
	struct transfer_block block = transfer_alloc(test, transfer_cell_kind(test->param_value));
	struct transfer_test *t = test->priv;
	struct transfer_wanted w = {
		.folio = transfer_folio(&block),
		.start = transfer_nr(&block),
		.index = transfer_nr(&block),
		.max_order = block.kind.order,
		.gfp = GFP_HIGHUSER,
		.nid = NUMA_NO_NODE,
	};

	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, w.start));
	transfer_put(&block);
	if (state->set_up)
		state->set_up(test, &w);
	if (state->err) {
		transfer_expect_refused(test, &block, &w, state->err);
		if (state->tear_down)
			state->tear_down(test, &w);
	}
	/* Nothing else was wrong with it. */
	transfer_expect_taken(test, &block, &w, state->pieces);
	if (!state->err && state->tear_down)
		state->tear_down(test, &w);

	KUNIT_EXPECT_TRUE(test, xa_empty(&t->mapping->i_pages));
	transfer_expect_counters(test, &t->empty, NULL);
}

/* In a batch, a foreign reference cannot be told from that of the batch. */
static void transfer_take_referenced_from_batch(struct kunit *test)
{
	struct transfer_block block = transfer_alloc(test, &state_kinds[0]);
	struct transfer_wanted w = { .folio = transfer_folio(&block) };
	struct transfer_test *t = test->priv;

	KUNIT_ASSERT_EQ(test, 0, transfer_insert(test, &block, 0));
	put_into_batch(test, &w);
	KUNIT_ASSERT_PTR_EQ(test, ERR_PTR(-EBUSY),
			    shmem_take_folio(t->file, 0, 0, GFP_HIGHUSER, NUMA_NO_NODE));
	drain_batch(test, &w);
	lru_add_drain_all();
	transfer_expect_inserted(test, &block, 0);
	transfer_expect_counters(test, &t->empty, &block);

	transfer_put(&block);
	transfer_expect_taken(test, &block, &w, false);
}

static struct kunit_case transfer_state_cases[] = {
	KUNIT_CASE_PARAM(transfer_take_in_state, cell_gen_params),
	KUNIT_CASE(transfer_take_referenced_from_batch),
	{}
};

static struct kunit_suite transfer_state_suite = {
	.name = "shmem_transfer_state",
	.init = transfer_init,
	.exit = transfer_exit,
	.test_cases = transfer_state_cases,
};

kunit_test_suite(transfer_state_suite);
