// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hand folios over to shmem, and take them back, without copying them.
 *
 * Some drivers own memory that core mm knows nothing about, for example TTM's
 * buffer objects. Such memory can be swapped out only by putting it into a
 * shmem file. Copying it there needs free memory when there is none. The
 * functions below move the memory itself.
 *
 * One rule carries the design: everything that an undo would have to revert is
 * changed only while the reference count is frozen at 0. Page-frame walkers
 * take speculative references on any page they come across, but cannot take one
 * on a frozen folio. So nothing can interfere between freeze and unfreeze, and
 * no undo can fail. The reference count is unfrozen under the same xa_lock that
 * makes the folio visible.
 *
 * memory_failure() is the exception: it marks pages without a reference. So
 * check for poison once more while the folio is frozen, and change page flags
 * only by atomic operations, which lose no mark. The next user of the folio
 * finds a page that is marked after that.
 */
#include <linux/blkdev.h>
#include <linux/debugfs.h>
#include <linux/export.h>
#include <linux/folio_batch.h>
#include <linux/fs.h>
#include <linux/memcontrol.h>
#include <linux/mm_inline.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>

#include "internal.h"
#include "shmem_transfer.h"
#include "swap.h"

#define CREATE_TRACE_POINTS
#include <trace/events/shmem_transfer.h>

#ifdef CONFIG_FAULT_INJECTION

struct fault_attr shmem_insert_faults[SHMEM_INSERT_NR_STEPS] = {
	[SHMEM_INSERT_CHARGE] = FAULT_ATTR_INITIALIZER,
	[SHMEM_INSERT_ACCOUNT] = FAULT_ATTR_INITIALIZER,
	[SHMEM_INSERT_STORE] = FAULT_ATTR_INITIALIZER,
	[SHMEM_INSERT_WRITEBACK] = FAULT_ATTR_INITIALIZER,
};

static bool shmem_insert_should_fail(enum shmem_insert_step step)
{
	return should_fail(&shmem_insert_faults[step], 1);
}

static int __init shmem_insert_faults_debugfs(void)
{
	static const char * const names[SHMEM_INSERT_NR_STEPS] = {
		[SHMEM_INSERT_CHARGE] = "fail_charge",
		[SHMEM_INSERT_ACCOUNT] = "fail_account",
		[SHMEM_INSERT_STORE] = "fail_store",
		[SHMEM_INSERT_WRITEBACK] = "fail_writeback",
	};
	struct dentry *dir = debugfs_create_dir("shmem_insert", NULL);
	int i;

	for (i = 0; i < SHMEM_INSERT_NR_STEPS; i++)
		fault_create_debugfs_attr(names[i], dir,
					  &shmem_insert_faults[i]);
	return 0;
}
late_initcall(shmem_insert_faults_debugfs);

#else

static bool shmem_insert_should_fail(enum shmem_insert_step step)
{
	return false;
}

#endif /* CONFIG_FAULT_INJECTION */

/**
 * shmem_file_takes_folios() - Check whether a file accepts folios
 * @file: The file.
 *
 * Only files for which the creator has called shmem_allow_transfer() do. Other
 * files can be truncated, sealed, mapped and locked by anybody who opens them.
 *
 * Return: true if the file accepts folios.
 */
bool shmem_file_takes_folios(struct file *file)
{
	struct inode *inode = file_inode(file);

	return shmem_mapping(inode->i_mapping) &&
	       (SHMEM_I(inode)->flags & (SHMEM_F_TRANSFER | SHMEM_F_LOCKED)) ==
	       SHMEM_F_TRANSFER;
}

static bool shmem_inode_takes_order(const struct inode *inode,
				    unsigned int order)
{
	if (order > mapping_max_folio_order(inode->i_mapping))
		return false;
	return !order || !shmem_huge_denied();
}

/* Can a folio be stored at @index: is the range aligned and inside the file? */
static bool shmem_inode_has_range(const struct inode *inode, pgoff_t index,
				  unsigned int order)
{
	pgoff_t end = DIV_ROUND_UP(i_size_read(inode), PAGE_SIZE);
	pgoff_t nr = 1UL << order;

	return IS_ALIGNED(index, nr) && nr <= end && index <= end - nr;
}

/* Is the folio in the state in which a driver owns it: unknown to the rest of mm? */
static bool shmem_folio_is_private(struct folio *folio)
{
	if (PageTail(&folio->page) || page_has_type(&folio->page))
		return false;
	if (folio->mapping || folio->private || folio_mapped(folio) ||
	    folio_memcg_charged(folio))
		return false;
	return !(folio->flags.f & (PAGE_FLAGS_CHECK_AT_FREE |
				   BIT(PG_swapbacked)));
}

/**
 * shmem_insert_bug() - Warn about a caller that broke a precondition
 * @err: The error to return to the caller.
 *
 * Return: @err.
 */
int shmem_insert_bug(int err)
{
	VM_WARN_ONCE(1, "shmem_insert_folio() was misused: %d\n", err);
	return err;
}

/**
 * shmem_insert_check_place() - Check that a folio can be inserted at an index
 * @file: The file.
 * @order: The order of the folio.
 * @index: The page index in @file.
 *
 * Return: 0, or an error code as from shmem_insert_folio().
 */
int shmem_insert_check_place(struct file *file, unsigned int order,
			     pgoff_t index)
{
	if (!shmem_file_takes_folios(file))
		return shmem_insert_bug(-EOPNOTSUPP);
	if (!shmem_inode_takes_order(file_inode(file), order))
		return -EOPNOTSUPP;
	return shmem_inode_has_range(file_inode(file), index, order) ? 0 : -EINVAL;
}

/**
 * shmem_insert_check() - Check that a folio can be inserted
 * @folio: The folio, or the block that is to become one.
 * @order: Its order.
 *
 * Conditions that a correct caller can meet are checked first and without a
 * warning: a page-frame walker may hold a reference, and with it the lock.
 *
 * Return: 0, or an error code as from shmem_insert_folio(). Nothing has been
 * changed.
 */
int shmem_insert_check(struct folio *folio, unsigned int order)
{
	/* Check this before the references: on -EBUSY the caller may copy the page. */
	if (pages_have_hwpoison(&folio->page, 1UL << order))
		return -EHWPOISON;
	if (folio_ref_count(folio) != 1 || folio_test_locked(folio))
		return -EBUSY;
	if (!shmem_folio_is_private(folio))
		return shmem_insert_bug(-EINVAL);
	return 0;
}

/* Flags that a folio of shmem has, and a driver's folio may not have. */
#define SHMEM_FOLIO_FLAGS	(BIT(PG_locked) | BIT(PG_swapbacked) | \
				 BIT(PG_uptodate) | BIT(PG_dirty))

/*
 * A run is a number of folios of one order that go to, or come from,
 * consecutive places in the file. They are stored, counted and put on the LRU
 * together, so all of them are charged to the same memcg and are on the same
 * node.
 */
static bool shmem_counted_alike(const struct folio *a, const struct folio *b)
{
#ifdef CONFIG_MEMCG
	if (a->memcg_data != b->memcg_data)
		return false;
#endif
	return folio_nid(a) == folio_nid(b);
}

static int shmem_charge_folio(struct folio *folio, gfp_t gfp)
{
	/* Check again: from here on nobody else can access the folio. */
	if (pages_have_hwpoison(&folio->page, folio_nr_pages(folio)))
		return -EHWPOISON;
	if (shmem_insert_should_fail(SHMEM_INSERT_CHARGE))
		return -ENOMEM;
	return mem_cgroup_charge(folio, NULL, gfp);
}

/*
 * Reclaim, or exceed the limit, only for the first folio of a run: at a
 * cgroup's limit, the folios before the current one are the best candidates for
 * reclaim once they have been stored.
 *
 * Return: How many folios of the run were charged, or why the first was not.
 */
static int shmem_charge_folios(struct folio **folios, int nr, gfp_t gfp)
{
	int i, err = 0;

	for (i = 0; i < nr; i++) {
		err = shmem_charge_folio(folios[i], gfp);
		if (err)
			break;
		gfp &= ~(__GFP_DIRECT_RECLAIM | __GFP_HIGH);
		if (!shmem_counted_alike(folios[i], folios[0])) {
			mem_cgroup_uncharge(folios[i]);
			break;
		}
	}
	return i ?: err;
}

static int shmem_account_folios(struct inode *inode, long nr_pages)
{
	if (shmem_insert_should_fail(SHMEM_INSERT_ACCOUNT))
		return -ENOSPC;
	return shmem_inode_acct_blocks(inode, nr_pages);
}

/* The folio is frozen. Set the state that shmem gives to its own folios. */
static void shmem_dress_folio(struct folio *folio,
			      struct address_space *mapping, pgoff_t index)
{
	/* alloc_pages() with __GFP_COMP does not set this. */
	if (folio_test_large(folio) && !folio_test_large_rmappable(folio))
		folio_set_large_rmappable(folio);
	set_mask_bits(&folio->flags.f, 0, SHMEM_FOLIO_FLAGS);
	folio->mapping = mapping;
	folio->index = index;
}

/*
 * Make the frozen folio visible, behind the folio that was last stored through
 * @xas, if any. Anybody who finds it cannot take a reference before the
 * unfreeze. If there is no memory for the xarray, there is nothing to undo. The
 * page cache holds one reference for each page, and the caller keeps its own.
 */
static bool shmem_store_folio(struct xa_state *xas,
			      struct address_space *mapping,
			      struct folio *folio, pgoff_t index, bool next)
{
	void *there = NULL;

	if (next) {
		xas_advance(xas, index - 1);
		there = xas_next(xas);
	} else {
		xas_set_order(xas, index, folio_order(folio));
	}
	if (there || xas_find_conflict(xas))
		xas_set_err(xas, -EEXIST);
	else
		xas_store(xas, folio);
	if (xas_error(xas))
		return false;

	shmem_dress_folio(folio, mapping, index);
	folio_ref_unfreeze(folio, folio_nr_pages(folio) + 1);
	return true;
}

/* Return: How many folios of the run were stored, or why the first was not. */
static int shmem_store_folios(struct address_space *mapping,
			      struct folio **folios, int nr, pgoff_t index,
			      gfp_t gfp)
{
	const long step = folio_nr_pages(folios[0]);
	XA_STATE(xas, &mapping->i_pages, index);
	int i = 0, first;

	if (shmem_insert_should_fail(SHMEM_INSERT_STORE))
		return -ENOMEM;

	do {
		first = i;
		xas_lock_irq(&xas);
		while (i < nr && shmem_store_folio(&xas, mapping, folios[i],
						   index + i * step, i > first))
			i++;
		if (i > first) {
			shmem_update_stats(folios[first], (i - first) * step);
			mapping->nrpages += (i - first) * step;
		}
		xas_unlock_irq(&xas);
	} while (xas_nomem(&xas, gfp));

	return i ?: xas_error(&xas);
}

/*
 * The owner gave these folios up because memory is short, so they should be
 * written out next: add them to the tail of the inactive list. That also keeps
 * the feedback loop of reclaim short. Inserting frees no memory. If a shrinker
 * only filled the head of the list, it would be called again and again before
 * the first page is freed. Bypass the per-CPU batches, because a reference from
 * one would keep a folio from being split, reclaimed or taken back.
 */
static void shmem_add_lru_tail(struct folio **folios, int nr)
{
	struct lruvec *lruvec = NULL;
	int i;

	for (i = 0; i < nr; i++) {
		lruvec = folio_lruvec_relock_irq(folios[i], lruvec);
		folio_set_lru(folios[i]);
		lruvec_add_folio_tail(lruvec, folios[i]);
	}
	lruvec_unlock_irq(lruvec);
}

/*
 * Start writing out the locked folio, and unlock it. A failure is not reported:
 * the folio is dirty and on the LRU, so reclaim will try again.
 */
static void shmem_insert_writeback(struct inode *inode, struct folio *folio,
				   pgoff_t index)
{
	unsigned int order = folio_order(folio);
	int ret;

	if (shmem_insert_should_fail(SHMEM_INSERT_WRITEBACK) ||
	    !folio_clear_dirty_for_io(folio)) {
		folio_unlock(folio);
		return;
	}

	folio_set_reclaim(folio);
	ret = shmem_write_folio(folio);
	if (!folio_test_writeback(folio))
		folio_clear_reclaim(folio);
	if (ret == AOP_WRITEPAGE_ACTIVATE)
		folio_unlock(folio);
	trace_shmem_insert_writeback(inode->i_ino, index, order, ret);
}

/**
 * shmem_insert_frozen() - Insert a run of folios that were checked and frozen
 * @file: The file.
 * @folios: The folios, with their reference counts frozen at 0.
 * @nr: The number of folios.
 * @index: The page index of the first folio in @file.
 * @writeback: See shmem_insert_folio().
 * @gfp: See shmem_insert_folio().
 *
 * Return: How many folios were inserted, counted from the first, or an error
 * code as from shmem_insert_folio() for the first one. The others are unchanged
 * and still frozen.
 */
int shmem_insert_frozen(struct file *file, struct folio **folios, int nr,
			pgoff_t index, bool writeback, gfp_t gfp)
{
	struct inode *inode = file_inode(file);
	const long step = folio_nr_pages(folios[0]);
	int i, charged, done;

	gfp &= GFP_RECLAIM_MASK;
	charged = shmem_charge_folios(folios, nr, gfp);
	if (charged < 0)
		return charged;

	done = shmem_account_folios(inode, charged * step);
	if (!done) {
		done = shmem_store_folios(inode->i_mapping, folios, charged,
					  index, gfp);
		i = max(done, 0);
		if (i < charged)
			shmem_inode_unacct_blocks(inode, (charged - i) * step);
	}
	for (i = max(done, 0); i < charged; i++)
		mem_cgroup_uncharge(folios[i]);
	if (done < 0)
		return done;

	shmem_recalc_inode(inode, done * step, 0);
	shmem_add_lru_tail(folios, done);
	for (i = 0; i < done; i++) {
		if (writeback)
			shmem_insert_writeback(inode, folios[i], index + i * step);
		else
			folio_unlock(folios[i]);
	}
	return done;
}

/* Return: How many folios of the run are now frozen, or why the first is not. */
static int shmem_freeze_folios(struct folio **folios, int nr,
			       unsigned int order)
{
	int i, err = 0;

	for (i = 0; i < nr; i++) {
		if (folio_order(folios[i]) != order)
			err = shmem_insert_bug(-EINVAL);
		else
			err = shmem_insert_check(folios[i], order);
		if (!err && !folio_ref_freeze(folios[i], 1))
			err = -EBUSY;
		if (err)
			break;
	}
	return i ?: err;
}

static int shmem_insert_run(struct file *file, struct folio **folios, int nr,
			    unsigned int order, pgoff_t index, bool writeback,
			    gfp_t gfp)
{
	int i, frozen, done;

	done = shmem_insert_check_place(file, order, index);
	if (done)
		return done;
	/* The next call reports an error for folios beyond the end of the file. */
	if (nr > 1 && !shmem_inode_has_range(file_inode(file), index +
					     ((pgoff_t)(nr - 1) << order), order))
		nr = 1;

	frozen = shmem_freeze_folios(folios, nr, order);
	if (frozen < 0)
		return frozen;

	done = shmem_insert_frozen(file, folios, frozen, index, writeback, gfp);
	/* There may be room for one folio, although there is none for all of them. */
	if (done == -ENOSPC && frozen > 1)
		done = shmem_insert_frozen(file, folios, 1, index, writeback, gfp);
	for (i = max(done, 0); i < frozen; i++)
		folio_ref_unfreeze(folios[i], 1);
	return done;
}

/**
 * shmem_insert_folio() - Hand a folio over to a shmem file without copying it
 * @file: A shmem file of the caller's own, with shmem_allow_transfer().
 * @folio: The folio. Only the caller may know about it: one reference, off the
 *         LRU, unlocked, unmapped, uncharged, without mapping and private data,
 *         neither swapbacked nor in the swap cache. Its memory type is
 *         write-back.
 * @order: The order of @folio, at most mapping_max_folio_order() of the file.
 * @index: Page index in @file, a multiple of 1 << @order. The whole folio must
 *         be inside the file.
 * @writeback: Start writing the folio to swap immediately, at its own order.
 *             This is best effort, and a failure is not reported.
 * @gfp: Allocation context of the memcg charge and of xarray nodes, which are
 *       the only memory that an insert allocates.
 *
 * Charges the active memcg, see set_active_memcg().
 *
 * Context: Process context; may sleep. May be called from reclaim. Takes the
 * i_pages lock of @file and the LRU lock, and no other folio's lock. With
 * @writeback, and from reclaim, the reclaim context must allow __GFP_IO.
 *
 * Return: 0 if shmem now owns the folio; the caller drops its reference with
 * folio_put(). On error the caller still owns the folio, which is unchanged:
 * -EINVAL if the folio does not fit the file at @index, or if the caller broke
 * a precondition, which warns under CONFIG_DEBUG_VM; -EBUSY if somebody else
 * holds a reference; -EHWPOISON if a page is poisoned; -EEXIST if the file
 * already has something in this range; -ENOMEM; -ENOSPC; -EOPNOTSUPP if @file
 * does not accept folios of @order, or no folios at all.
 */
int shmem_insert_folio(struct file *file, struct folio *folio,
		       unsigned int order, pgoff_t index, bool writeback,
		       gfp_t gfp)
{
	int ret = shmem_insert_run(file, &folio, 1, order, index, writeback, gfp);

	return min(ret, 0);
}
EXPORT_SYMBOL_FOR_MODULES(shmem_insert_folio, "ttm");

/**
 * shmem_insert_folios() - Hand over folios that are consecutive in the file
 * @file: See shmem_insert_folio().
 * @batch: The folios, at least one.
 * @order: The order of all folios.
 * @index: Page index of the first folio in @file. The others follow without
 *         gaps.
 * @writeback: See shmem_insert_folio().
 * @gfp: See shmem_insert_folio().
 *
 * This is like calling shmem_insert_folio() for one folio after the other, up
 * to the first that cannot be inserted. But it takes locks and updates counters
 * only once for all of them.
 *
 * Context: As shmem_insert_folio().
 *
 * Return: How many folios were inserted, counted from the first: at least one.
 * If the first cannot be inserted, the error code as from shmem_insert_folio().
 * The reason why a later folio was not inserted is not returned. The next call
 * returns it.
 */
int shmem_insert_folios(struct file *file, struct folio_batch *batch,
			unsigned int order, pgoff_t index, bool writeback,
			gfp_t gfp)
{
	return shmem_insert_run(file, batch->folios, folio_batch_count(batch),
				order, index, writeback, gfp);
}
EXPORT_SYMBOL_FOR_MODULES(shmem_insert_folios, "ttm");

/* Could the allocator get a folio of @order on @nid without reclaim? */
static bool shmem_node_has_free(int nid, unsigned int order, gfp_t gfp)
{
	enum zone_type highest = gfp_zone(gfp);
	struct zone *zone;
	int i;

	if (!node_state(nid, N_MEMORY))
		return false;

	for (i = 0; i <= highest; i++) {
		zone = &NODE_DATA(nid)->node_zones[i];
		if (populated_zone(zone) &&
		    zone_watermark_ok(zone, order, low_wmark_pages(zone),
				      highest, 0))
			return true;
	}
	return false;
}

/*
 * Could the allocator have returned this folio for @gfp and @nid? Since the
 * insert, its pages may have been migrated or swapped in, to places where
 * unmovable memory must not stay. The node is only a preference: the allocator
 * uses the next node when this one has no free memory.
 */
static bool shmem_folio_suits(struct folio *folio, gfp_t gfp, int nid)
{
	if (folio_zonenum(folio) > gfp_zone(gfp) ||
	    !folio_is_longterm_pinnable(folio))
		return false;

	return nid == NUMA_NO_NODE || folio_nid(folio) == nid ||
	       !shmem_node_has_free(nid, folio_order(folio), gfp);
}

/* The folio is locked. Check that it is still in its place and can be taken. */
static int shmem_take_check(struct address_space *mapping, struct folio *folio,
			    pgoff_t index, unsigned int max_order, gfp_t gfp,
			    int nid)
{
	if (folio->mapping != mapping)
		return -ENOENT;
	if (folio->index != index || folio_order(folio) > max_order)
		return -ERANGE;
	/* memory_failure() marks the folio last, and not at all if it cannot get it. */
	if (folio_contain_hwpoisoned_page(folio) ||
	    pages_have_hwpoison(&folio->page, folio_nr_pages(folio)))
		return -EHWPOISON;
	if (!folio_test_uptodate(folio) || folio_test_writeback(folio) ||
	    folio_mapped(folio) || folio_has_private(folio) ||
	    folio_test_unevictable(folio))
		return -EBUSY;
	/* Check this before the folio loses its place on the LRU, too. */
	if (folio_test_lru(folio) &&
	    folio_ref_count(folio) != folio_nr_pages(folio) + 1)
		return -EBUSY;
	return shmem_folio_suits(folio, gfp, nid) ? 0 : -EXDEV;
}

/* End the batch before folio @nr. The remaining folios stay where they are. */
static void shmem_take_not(struct folio_batch *batch, unsigned int nr,
			   bool isolated)
{
	struct folio *folio;

	while (folio_batch_count(batch) > nr) {
		folio = batch->folios[--batch->nr];
		if (isolated)
			folio_add_lru(folio);
		folio_unlock(folio);
		folio_put(folio);
	}
}

/*
 * Get and lock the folio at @index, and up to @nr - 1 folios of @order that
 * follow it. Stop at the first one that cannot be taken.
 */
static int shmem_take_lock(struct address_space *mapping, pgoff_t index,
			   unsigned int order, unsigned int nr,
			   unsigned int max_order, gfp_t gfp, int nid,
			   struct folio_batch *batch)
{
	pgoff_t next = index, end = index + ((pgoff_t)nr << order) - 1;
	struct folio *folio, *first;
	unsigned int i;
	int err = 0;

	first = filemap_get_entry(mapping, index);
	if (!first || xa_is_value(first))
		return -ENOENT;

	folio_batch_add(batch, first);
	if (nr > 1 && folio_order(first) == order) {
		next = folio_next_index(first);
		filemap_get_folios_contig(mapping, &next, end, batch);
		next = index;
	}

	for (i = 0; i < folio_batch_count(batch); i++) {
		folio = batch->folios[i];
		err = -EBUSY;
		if (!folio_trylock(folio))
			break;
		err = shmem_take_check(mapping, folio, next, max_order, gfp, nid);
		/* All folios of a run have one order and are counted alike. */
		if (!err && i && (folio_order(folio) != order ||
				  !shmem_counted_alike(folio, first)))
			err = -ERANGE;
		if (err) {
			folio_unlock(folio);
			break;
		}
		next += folio_nr_pages(folio);
	}

	while (folio_batch_count(batch) > i)
		folio_put(batch->folios[--batch->nr]);
	return i ? 0 : err;
}

/* Take the folios off the LRU, up to the first failure. Return: how many. */
static unsigned int shmem_isolate_folios(struct folio_batch *batch)
{
	struct lruvec *lruvec = NULL;
	struct folio *folio;
	unsigned int i;

	for (i = 0; i < folio_batch_count(batch); i++) {
		folio = batch->folios[i];
		if (!folio_test_clear_lru(folio))
			break;
		lruvec = folio_lruvec_relock_irq(folio, lruvec);
		lruvec_del_folio(lruvec, folio);
	}
	if (lruvec)
		lruvec_unlock_irq(lruvec);
	return i;
}

static int shmem_take_isolate(struct folio_batch *batch)
{
	unsigned int nr = shmem_isolate_folios(batch);

	/* A folio that was swapped in may still be in a batch of this CPU. */
	if (!nr && !folio_test_large(batch->folios[0])) {
		lru_add_drain();
		nr = shmem_isolate_folios(batch);
	}
	shmem_take_not(batch, nr, false);
	return nr ? 0 : -EBUSY;
}

/*
 * Freeze the isolated folio if only the page cache and we hold references, and
 * remove it from the page cache. No reader sees it half removed.
 */
static int shmem_freeze_and_remove(struct xa_state *xas, struct folio *folio)
{
	long nr = folio_nr_pages(folio);

	if (!folio_ref_freeze(folio, nr + 1))
		return -EBUSY;
	if (pages_have_hwpoison(&folio->page, nr)) {
		folio_ref_unfreeze(folio, nr + 1);
		return -EHWPOISON;
	}

	/* Go to the place behind the previous folio, where @xas is now. */
	if (xas->xa_index != folio->index) {
		xas_advance(xas, folio->index - 1);
		xas_next(xas);
	}
	xas_store(xas, NULL);
	folio->mapping = NULL;
	return 0;
}

static int shmem_take_remove(struct address_space *mapping,
			     struct folio_batch *batch)
{
	struct folio *first = batch->folios[0];
	XA_STATE(xas, &mapping->i_pages, first->index);
	unsigned int i;
	int err = 0;
	long nr;

	xas_lock_irq(&xas);
	for (i = 0; i < folio_batch_count(batch); i++) {
		err = shmem_freeze_and_remove(&xas, batch->folios[i]);
		if (err)
			break;
	}
	if (i) {
		nr = (long)i << folio_order(first);
		shmem_update_stats(first, -nr);
		mapping->nrpages -= nr;
	}
	xas_unlock_irq(&xas);

	shmem_take_not(batch, i, true);
	return i ? 0 : err;
}

/* The folio is frozen, and nobody else knows it. Make it look newly allocated. */
static void shmem_strip_folio(struct folio *folio)
{
	set_mask_bits(&folio->flags.f,
		      PAGE_FLAGS_CHECK_AT_PREP & ~BIT(PG_head), 0);
	folio->private = NULL;
	folio_ref_unfreeze(folio, 1);
}

/**
 * shmem_take_folios() - Take back folios that are consecutive in the file
 * @file: See shmem_take_folio().
 * @index: Page index in @file of the first page.
 * @order: The order that the folios are expected to have.
 * @nr: How many folios of that order are wanted, at most FOLIO_BATCH_SIZE.
 * @max_order: The largest order that is accepted for the first folio.
 * @gfp: See shmem_take_folio().
 * @nid: See shmem_take_folio().
 * @batch: Set to the folios.
 *
 * This is like calling shmem_take_folio() for one folio after the other, up to
 * the first that cannot be taken. But it takes locks and updates counters only
 * once for all of them. The folios have one order and are on one node. If the
 * first one does not have @order, it is the only one.
 *
 * Context: As shmem_take_folio().
 *
 * Return: 0 with at least one folio in @batch, or the error code as from
 * shmem_take_folio() for the first one, with nothing changed.
 */
int shmem_take_folios(struct file *file, pgoff_t index, unsigned int order,
		      unsigned int nr, unsigned int max_order, gfp_t gfp,
		      int nid, struct folio_batch *batch)
{
	struct inode *inode = file_inode(file);
	struct address_space *mapping = inode->i_mapping;
	unsigned int i;
	int err;

	if (!shmem_file_takes_folios(file))
		return -EOPNOTSUPP;

	folio_batch_init(batch);
	err = shmem_take_lock(mapping, index, order, nr, max_order, gfp, nid,
			      batch);
	if (!err)
		err = shmem_take_isolate(batch);
	if (!err)
		err = shmem_take_remove(mapping, batch);
	if (err)
		return err;

	shmem_recalc_inode(inode, 0, 0);
	mem_cgroup_uncharge_folios(batch);
	for (i = 0; i < folio_batch_count(batch); i++)
		shmem_strip_folio(batch->folios[i]);
	return 0;
}
EXPORT_SYMBOL_FOR_MODULES(shmem_take_folios, "ttm");

/**
 * shmem_take_folio() - Take a folio back from a shmem file without copying it
 * @file: A kernel-internal shmem file.
 * @index: Page index in @file of the first page.
 * @max_order: The largest order that is accepted.
 * @gfp: The flags that the caller would allocate with; the folio must be in a
 *       zone that they allow.
 * @nid: The preferred node, or NUMA_NO_NODE. As in the allocator, a folio from
 *       another node is accepted if this node has no free one.
 *
 * This is the reverse of shmem_insert_folio(). The folio that starts at @index
 * leaves the page cache, the LRU, its memcg and the accounting of the file. It
 * is then what folio_alloc() returns, with the content of the file. The file
 * has a hole in its place.
 *
 * Context: Process context; may sleep. Takes the i_pages lock of @file and the
 * LRU lock; does not wait for the folio lock or for I/O.
 *
 * Return: The folio, to which the caller now holds the only reference, or an
 * error pointer with nothing changed: -ENOENT if nothing is resident at @index;
 * -ERANGE if the folio does not start at @index or is larger than @max_order;
 * -EBUSY if it is locked, under writeback, off the LRU or referenced by
 * somebody else; -EHWPOISON if one of its pages is poisoned; -EXDEV if it is in
 * a zone or on a node that @gfp or @nid does not allow; -EOPNOTSUPP if @file
 * does not allow transfers.
 */
struct folio *shmem_take_folio(struct file *file, pgoff_t index,
			       unsigned int max_order, gfp_t gfp, int nid)
{
	struct folio_batch batch;
	int err = shmem_take_folios(file, index, 0, 1, max_order, gfp, nid,
				    &batch);

	return err ? ERR_PTR(err) : batch.folios[0];
}
EXPORT_SYMBOL_FOR_MODULES(shmem_take_folio, "ttm");

/*
 * Start writing the folio if that is necessary. If swap has no room for it in
 * one piece, split it, and write its first page.
 *
 * Return: The number of pages of the folio that are being written.
 */
static pgoff_t shmem_writeback_folio(struct address_space *mapping,
				     struct folio *folio)
{
	if (!folio_test_dirty(folio) || !folio_trylock(folio))
		return 0;
	if (folio->mapping != mapping || folio_test_writeback(folio)) {
		folio_unlock(folio);
		return 0;
	}

	shmem_insert_writeback(mapping->host, folio, folio->index);
	return folio_nr_pages(folio);
}

/*
 * Start writing the folios of the batch. If one had to be split, stop there:
 * its other pages are now separate folios, and come next.
 *
 * Return: The number of pages. Sets @next to the index to continue at.
 */
static pgoff_t shmem_writeback_batch(struct address_space *mapping,
				     struct folio_batch *batch, pgoff_t *next)
{
	pgoff_t index, nr, started = 0;
	struct folio *folio;
	unsigned int i;

	for (i = 0; i < folio_batch_count(batch); i++) {
		folio = batch->folios[i];
		index = folio->index;
		nr = folio_nr_pages(folio);
		started += shmem_writeback_folio(mapping, folio);
		if (folio_nr_pages(folio) != nr) {
			*next = index + folio_nr_pages(folio);
			break;
		}
	}
	return started;
}

/**
 * shmem_writeback_sensible() - Check whether to write to swap early
 *
 * Pages that have been written occupy swap until their memory is reclaimed, and
 * reclaim skips them altogether when no swap is left. So do not write early
 * when half of swap is full, or when the swap device does not benefit from it.
 *
 * Context: Any context that may take the swap_avail_lock.
 * Return: true if early writes make sense.
 */
bool shmem_writeback_sensible(void)
{
	return !vm_swap_full() && swap_gains_from_early_writes();
}
EXPORT_SYMBOL_FOR_MODULES(shmem_writeback_sensible, "ttm");

/**
 * shmem_writeback_start() - Start writing the resident pages of a range to swap
 * @file: A kernel-internal shmem file.
 * @index: Page index in @file of the first page.
 * @nr: The number of pages.
 *
 * Like the @writeback of shmem_insert_folio(), this is best effort. Each folio
 * is written at its own order, and is reclaimed next once it has been written.
 *
 * Context: Process context; may sleep. May be called from reclaim that allows
 * __GFP_IO and __GFP_FS. Does not wait for folio locks or for the writes.
 *
 * Return: The number of pages in folios for which writeback was started, or at
 * least attempted.
 */
pgoff_t shmem_writeback_start(struct file *file, pgoff_t index, pgoff_t nr)
{
	struct address_space *mapping = file->f_mapping;
	pgoff_t end = index + nr - 1, started = 0;
	struct folio_batch batch;
	struct blk_plug plug;

	if (!shmem_file_takes_folios(file))
		return 0;

	folio_batch_init(&batch);
	blk_start_plug(&plug);
	while (filemap_get_folios(mapping, &index, end, &batch)) {
		started += shmem_writeback_batch(mapping, &batch, &index);
		folio_batch_release(&batch);
		cond_resched();
	}
	blk_finish_plug(&plug);

	return started;
}
EXPORT_SYMBOL_FOR_MODULES(shmem_writeback_start, "ttm");
