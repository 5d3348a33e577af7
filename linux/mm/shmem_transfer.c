// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handing folios over to shmem, and taking them back, without copying them.
 *
 * A driver that owns memory which core mm knows nothing about (TTM's buffer
 * objects are the case in point) can only have it swapped out by putting it
 * into a shmem file. Copying it there needs free memory at the very moment
 * there is none. The functions below move the memory itself.
 *
 * One rule carries the design: whatever an undo would have to take back changes
 * only while the reference count is frozen at 0. Page-frame walkers take
 * speculative references on any page they come across. They fail against a
 * frozen folio, so that no step between freeze and unfreeze can be disturbed,
 * and no undo can fail. The reference count is thawed under the same xa_lock
 * that makes the folio visible.
 *
 * memory_failure() is the exception: it marks pages without a reference. Poison
 * is looked for once more while the folio is frozen, and page flags are changed
 * by atomic operations, which lose no mark. A page that is marked after that is
 * found by whoever has the folio next.
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
 * shmem_file_takes_folios() - May folios be handed over to a file?
 * @file: The file.
 *
 * Only to those whose creator has said so: others are truncated, sealed, mapped
 * and locked by whoever opens them.
 *
 * Return: true if so.
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

/* Is there a place for a folio at @index? */
static bool shmem_inode_has_range(const struct inode *inode, pgoff_t index,
				  unsigned int order)
{
	pgoff_t end = DIV_ROUND_UP(i_size_read(inode), PAGE_SIZE);
	pgoff_t nr = 1UL << order;

	return IS_ALIGNED(index, nr) && nr <= end && index <= end - nr;
}

/* Is the folio what a driver may own: unknown to everybody else in mm? */
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
 * shmem_insert_bug() - Refuse what a caller must not do, but not in silence
 * @err: What to tell the caller.
 *
 * Return: @err.
 */
int shmem_insert_bug(int err)
{
	VM_WARN_ONCE(1, "shmem_insert_folio() was misused: %d\n", err);
	return err;
}

/**
 * shmem_insert_check() - Find whatever cannot be inserted
 * @file: The file.
 * @folio: The folio, or what is to become one.
 * @order: Its order.
 * @index: The place in @file.
 *
 * What may happen to a correct caller comes first and is quiet: somebody who
 * passes by may hold a reference, and the lock with it.
 *
 * Return: 0, or what shmem_insert_folio() returns. Nothing has been touched.
 */
int shmem_insert_check(struct file *file, struct folio *folio,
		       unsigned int order, pgoff_t index)
{
	if (!shmem_file_takes_folios(file))
		return shmem_insert_bug(-EOPNOTSUPP);
	if (!shmem_inode_takes_order(file_inode(file), order))
		return -EOPNOTSUPP;
	if (!shmem_inode_has_range(file_inode(file), index, order))
		return -EINVAL;
	/* Before a reference: whoever hears of that may copy the page. */
	if (pages_have_hwpoison(&folio->page, 1UL << order))
		return -EHWPOISON;
	if (folio_ref_count(folio) != 1 || folio_test_locked(folio))
		return -EBUSY;
	if (!shmem_folio_is_private(folio))
		return shmem_insert_bug(-EINVAL);
	return 0;
}

/* What a folio of shmem's has, and one of a driver's perhaps not. */
#define SHMEM_FOLIO_FLAGS	(BIT(PG_locked) | BIT(PG_swapbacked) | \
				 BIT(PG_uptodate) | BIT(PG_dirty))

/*
 * What an insert changes in the folio before the page cache knows it, and so
 * has to put back if it does not come that far.
 */
struct shmem_insert_undo {
	pgoff_t index;
	unsigned long flags;
	bool rmappable;
};

/* The folio is frozen. Make it look like one shmem has allocated. */
static void shmem_dress_folio(struct folio *folio,
			      struct shmem_insert_undo *undo)
{
	undo->index = folio->index;
	/* One from alloc_pages() with __GFP_COMP is not. */
	undo->rmappable = folio_test_large(folio) &&
			  !folio_test_large_rmappable(folio);
	if (undo->rmappable)
		folio_set_large_rmappable(folio);
	undo->flags = set_mask_bits(&folio->flags.f, 0, SHMEM_FOLIO_FLAGS);
}

static void shmem_undress_folio(struct folio *folio,
				const struct shmem_insert_undo *undo)
{
	set_mask_bits(&folio->flags.f, SHMEM_FOLIO_FLAGS & ~undo->flags, 0);
	if (undo->rmappable)
		folio_clear_large_rmappable(folio);
	folio->index = undo->index;
}

static int shmem_charge_folio(struct folio *folio, gfp_t gfp)
{
	if (shmem_insert_should_fail(SHMEM_INSERT_CHARGE))
		return -ENOMEM;
	return mem_cgroup_charge(folio, NULL, gfp);
}

static int shmem_account_folio(struct inode *inode, long nr)
{
	if (shmem_insert_should_fail(SHMEM_INSERT_ACCOUNT))
		return -ENOSPC;
	return shmem_inode_acct_blocks(inode, nr);
}

/*
 * Make the frozen folio visible, and thaw it in the same critical section: the
 * page cache holds one reference for each page, the caller keeps its own.
 */
static int shmem_store_folio(struct address_space *mapping,
			     struct folio *folio, pgoff_t index, gfp_t gfp)
{
	XA_STATE_ORDER(xas, &mapping->i_pages, index, folio_order(folio));
	long nr = folio_nr_pages(folio);

	if (shmem_insert_should_fail(SHMEM_INSERT_STORE))
		return -ENOMEM;

	folio->mapping = mapping;
	folio->index = index;

	do {
		xas_lock_irq(&xas);
		if (xas_find_conflict(&xas))
			xas_set_err(&xas, -EEXIST);
		else
			xas_store(&xas, folio);
		if (!xas_error(&xas)) {
			shmem_update_stats(folio, nr);
			mapping->nrpages += nr;
			folio_ref_unfreeze(folio, nr + 1);
		}
		xas_unlock_irq(&xas);
	} while (xas_nomem(&xas, gfp));

	if (xas_error(&xas))
		folio->mapping = NULL;
	return xas_error(&xas);
}

/*
 * The owner gave this folio up because memory is short, so it is the next to
 * be written out: to the tail of the inactive list. That also keeps the
 * feedback loop of reclaim short. Inserting frees nothing, and a shrinker that
 * only filled the head of the list would be asked again and again before the
 * first page is free. Going past the per-CPU batches leaves no reference there
 * that would keep the folio from being split, reclaimed or taken back.
 */
static void shmem_folio_add_lru_tail(struct folio *folio)
{
	struct lruvec *lruvec;

	lruvec = folio_lruvec_lock_irq(folio);
	folio_set_lru(folio);
	lruvec_add_folio_tail(lruvec, folio);
	lruvec_unlock_irq(lruvec);
}

/*
 * Start write-out of the locked folio, and unlock it. Nobody is told of a
 * failure: the folio is dirty and on the LRU, so reclaim will try again.
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
 * shmem_insert_frozen() - Insert a folio that has been checked, and frozen
 * @file: The file.
 * @folio: The folio, with its reference count frozen at 0.
 * @index: The place in @file.
 * @writeback: See shmem_insert_folio().
 * @gfp: See shmem_insert_folio().
 *
 * Return: As shmem_insert_folio(). After a failure the folio is what it was,
 * and still frozen.
 */
int shmem_insert_frozen(struct file *file, struct folio *folio, pgoff_t index,
			bool writeback, gfp_t gfp)
{
	struct inode *inode = file_inode(file);
	long nr = folio_nr_pages(folio);
	struct shmem_insert_undo undo;
	int err;

	if (pages_have_hwpoison(&folio->page, nr))
		return -EHWPOISON;

	gfp &= GFP_RECLAIM_MASK;
	shmem_dress_folio(folio, &undo);

	err = shmem_charge_folio(folio, gfp);
	if (err)
		goto undress;
	err = shmem_account_folio(inode, nr);
	if (err)
		goto uncharge;
	err = shmem_store_folio(inode->i_mapping, folio, index, gfp);
	if (err)
		goto unaccount;

	shmem_recalc_inode(inode, nr, 0);
	shmem_folio_add_lru_tail(folio);
	if (writeback)
		shmem_insert_writeback(inode, folio, index);
	else
		folio_unlock(folio);
	return 0;

unaccount:
	shmem_inode_unacct_blocks(inode, nr);
uncharge:
	mem_cgroup_uncharge(folio);
undress:
	shmem_undress_folio(folio, &undo);
	return err;
}

/**
 * shmem_insert_folio() - Hand a folio over to a shmem file without copying it
 * @file: A shmem file of the caller's own, with shmem_allow_transfer().
 * @folio: The folio. It must be nobody's but the caller's: one reference, off
 *         the LRU, unlocked, unmapped, uncharged, without mapping and private
 *         data, neither swapbacked nor in the swap cache, and its memory type
 *         write-back.
 * @order: The order of @folio. At most mapping_max_folio_order() of the file.
 * @index: Page index in @file, a multiple of 1 << @order, the whole folio
 *         inside the file.
 * @writeback: Start writing the folio to swap at once, at its own order. This
 *             is best effort, a failure is not reported.
 * @gfp: Allocation context of the memcg charge and of xarray nodes, which are
 *       the only memory that is ever allocated.
 *
 * The memcg that is charged is the active one, see set_active_memcg().
 *
 * Context: Process context; may sleep. May be called from reclaim: takes the
 * i_pages lock of @file and the LRU lock, and no other folio's lock. With
 * @writeback, and from reclaim, the reclaim context must allow __GFP_IO.
 *
 * Return: 0 if shmem owns the folio now; the caller drops its reference with
 * folio_put(). Otherwise nothing has changed and the caller still owns the
 * folio, which is again what it was:
 * -EINVAL if the folio does not fit the file at @index (or the caller broke a
 * precondition, which warns under CONFIG_DEBUG_VM), -EBUSY if somebody else
 * holds a reference, -EHWPOISON if a page is poisoned, -EEXIST if the file has
 * something in this range, -ENOMEM, -ENOSPC, -EOPNOTSUPP if folios of @order
 * are not allowed, or no transfer at all.
 */
int shmem_insert_folio(struct file *file, struct folio *folio,
		       unsigned int order, pgoff_t index, bool writeback,
		       gfp_t gfp)
{
	int err;

	if (folio_order(folio) != order)
		return shmem_insert_bug(-EINVAL);
	err = shmem_insert_check(file, folio, order, index);
	if (err)
		return err;
	if (!folio_ref_freeze(folio, 1))
		return -EBUSY;

	err = shmem_insert_frozen(file, folio, index, writeback, gfp);
	if (err)
		folio_ref_unfreeze(folio, 1);
	return err;
}
EXPORT_SYMBOL_FOR_MODULES(shmem_insert_folio, "ttm");

/* Could the allocator give a folio of @order that is on @nid, without reclaim? */
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
 * Would the allocator have given this folio for @gfp and @nid? Its pages may
 * have been migrated or swapped in since they were inserted, to places where
 * memory that cannot move must not stay. A node is a preference: the allocator
 * goes on to the next when there is nothing free on it.
 */
static bool shmem_folio_suits(struct folio *folio, gfp_t gfp, int nid)
{
	if (folio_zonenum(folio) > gfp_zone(gfp) ||
	    !folio_is_longterm_pinnable(folio))
		return false;

	return nid == NUMA_NO_NODE || folio_nid(folio) == nid ||
	       !shmem_node_has_free(nid, folio_order(folio), gfp);
}

/* The folio is locked. Is it still in its place, and fit to be taken? */
static int shmem_take_check(struct address_space *mapping, struct folio *folio,
			    pgoff_t index, unsigned int max_order, gfp_t gfp,
			    int nid)
{
	if (folio->mapping != mapping)
		return -ENOENT;
	if (folio->index != index || folio_order(folio) > max_order)
		return -ERANGE;
	/* The folio is marked last, and not if memory_failure() cannot get it. */
	if (folio_contain_hwpoisoned_page(folio) ||
	    pages_have_hwpoison(&folio->page, folio_nr_pages(folio)))
		return -EHWPOISON;
	if (!folio_test_uptodate(folio) || folio_test_writeback(folio) ||
	    folio_mapped(folio) || folio_has_private(folio) ||
	    folio_test_unevictable(folio))
		return -EBUSY;
	/* Seen before the folio loses its place on the LRU, too. */
	if (folio_test_lru(folio) &&
	    folio_ref_count(folio) != folio_nr_pages(folio) + 1)
		return -EBUSY;
	return shmem_folio_suits(folio, gfp, nid) ? 0 : -EXDEV;
}

/* A folio that was swapped in may still sit in a batch of this CPU. */
static bool shmem_isolate_folio(struct folio *folio)
{
	if (folio_isolate_lru(folio))
		return true;
	if (folio_test_large(folio))
		return false;
	lru_add_drain();
	return folio_isolate_lru(folio);
}

/*
 * Remove the isolated folio from the page cache if the references are the page
 * cache's and our two, and freeze them: no reader sees it half removed.
 */
static int shmem_freeze_and_remove(struct address_space *mapping,
				   struct folio *folio)
{
	long nr = folio_nr_pages(folio);
	int err = 0;

	xa_lock_irq(&mapping->i_pages);
	if (!folio_ref_freeze(folio, nr + 2)) {
		err = -EBUSY;
	} else if (pages_have_hwpoison(&folio->page, nr)) {
		folio_ref_unfreeze(folio, nr + 2);
		err = -EHWPOISON;
	} else {
		folio_clear_dirty(folio);
		__filemap_remove_folio(folio, NULL);
	}
	xa_unlock_irq(&mapping->i_pages);

	return err;
}

/* The folio is frozen, and known to nobody else. Make it like a new one. */
static void shmem_strip_folio(struct folio *folio)
{
	mem_cgroup_uncharge(folio);
	set_mask_bits(&folio->flags.f,
		      PAGE_FLAGS_CHECK_AT_PREP & ~BIT(PG_head), 0);
	folio->mapping = NULL;
	folio->private = NULL;
	folio_ref_unfreeze(folio, 1);
}

/**
 * shmem_take_folio() - Take a folio back from a shmem file without copying it
 * @file: A kernel-internal shmem file.
 * @index: Page index in @file of the first page.
 * @max_order: The order of the largest folio that is wanted.
 * @gfp: What the caller would allocate with; the folio must come from a zone
 *       that this allows.
 * @nid: The node it should come from, as for the allocator: a folio from
 *       elsewhere is taken if there is none free there. Or NUMA_NO_NODE.
 *
 * The reverse of shmem_insert_folio(): the folio that starts at @index leaves
 * the page cache, the LRU, its memcg charge and the accounting of the file, and
 * is again what folio_alloc() gives. Its content is that of the file. There is
 * nothing left at its place.
 *
 * Context: Process context; may sleep. Takes the i_pages lock of @file and the
 * LRU lock; does not wait for the folio lock or for I/O.
 *
 * Return: The folio, which the caller now owns with the only reference, or an
 * error pointer with nothing changed:
 * -ENOENT if nothing is resident at @index, -ERANGE if the folio there does not
 * start at @index or is larger than @max_order, -EBUSY if it is locked, under
 * write-back, off the LRU or referenced by somebody else, -EHWPOISON if a page
 * of it is poisoned, -EXDEV if @gfp or @nid does not allow where it is,
 * -EOPNOTSUPP if that is not allowed with @file.
 */
struct folio *shmem_take_folio(struct file *file, pgoff_t index,
			       unsigned int max_order, gfp_t gfp, int nid)
{
	struct inode *inode = file_inode(file);
	struct address_space *mapping = inode->i_mapping;
	struct folio *folio;
	int err;

	if (!shmem_file_takes_folios(file))
		return ERR_PTR(-EOPNOTSUPP);

	folio = filemap_get_entry(mapping, index);
	if (!folio || xa_is_value(folio))
		return ERR_PTR(-ENOENT);

	err = -EBUSY;
	if (!folio_trylock(folio))
		goto put;
	err = shmem_take_check(mapping, folio, index, max_order, gfp, nid);
	if (err)
		goto unlock;
	err = -EBUSY;
	if (!shmem_isolate_folio(folio))
		goto unlock;
	err = shmem_freeze_and_remove(mapping, folio);
	if (err)
		goto putback;

	shmem_recalc_inode(inode, 0, 0);
	shmem_strip_folio(folio);
	return folio;

putback:
	folio_putback_lru(folio);
unlock:
	folio_unlock(folio);
put:
	folio_put(folio);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_FOR_MODULES(shmem_take_folio, "ttm");

/*
 * Start writing the folio, if it has to be. Where swap has no room for it in one
 * piece, it is split, and its first page is written.
 *
 * Return: The number of pages of the folio that are written.
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
 * Start writing the folios of the batch. One that has been split ends it: its
 * other pages are folios of their own now, and are the next.
 *
 * Return: The number of pages. Sets @next to the index to go on with.
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
 * shmem_writeback_sensible() - Is there swap enough to write early?
 *
 * What has been written keeps its place in swap until its memory is reclaimed,
 * and with no swap left reclaim does not even look at it. So not when half of
 * swap is full.
 *
 * Context: Any.
 * Return: true if there is.
 */
bool shmem_writeback_sensible(void)
{
	return !vm_swap_full();
}
EXPORT_SYMBOL_FOR_MODULES(shmem_writeback_sensible, "ttm");

/**
 * shmem_writeback_start() - Start writing what is resident of a range to swap
 * @file: A kernel-internal shmem file.
 * @index: Page index in @file of the first page.
 * @nr: The number of pages.
 *
 * As shmem_insert_folio() does with its @writeback: best effort, each folio at
 * its own order, and its memory is the next to be reclaimed when it is written.
 *
 * Context: Process context; may sleep. May be called from reclaim that allows
 * __GFP_IO and __GFP_FS. Does not wait for folio locks, nor for the writes.
 *
 * Return: The number of pages in folios whose write-out has been started, or at
 * least tried.
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
