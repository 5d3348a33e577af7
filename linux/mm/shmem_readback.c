// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read folios back from swap that were handed over to shmem.
 *
 * By itself, shmem reads single pages from all but the fastest devices, and
 * prefers the node of the current CPU. A caller that takes folios back
 * (mm/shmem_transfer.c) wants them at their old order, on the node of the
 * device.
 */
#include <linux/blkdev.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/memcontrol.h>
#include <linux/mempolicy.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include <linux/swap_ops.h>
#include <linux/swapops.h>
#include <linux/zswap.h>

#include "internal.h"
#include "shmem_transfer.h"
#include "swap.h"

/*
 * Look up @index. Sets @entry to NULL, to a folio (without a reference: it may
 * go away at any time) or to a swap entry.
 *
 * Return: The number of pages, from @index on, to which the result applies.
 */
static pgoff_t shmem_lookup(struct address_space *mapping, pgoff_t index,
			    void **entry, unsigned int *order)
{
	XA_STATE(xas, &mapping->i_pages, index);

	rcu_read_lock();
	do {
		*entry = xas_load(&xas);
		*order = *entry ? xas_get_order(&xas) : 0;
	} while (xas_retry(&xas, *entry));
	rcu_read_unlock();

	return (1UL << *order) - (index & ((1UL << *order) - 1));
}

/**
 * shmem_extent() - Find the end of the folio at an index
 * @file: A shmem file.
 * @index: Page index in @file.
 *
 * Context: Any. The result may already be out of date on return.
 *
 * Return: The number of pages from @index to the end of the folio there, which
 * may be swapped out; 1 if there is none.
 */
pgoff_t shmem_extent(struct file *file, pgoff_t index)
{
	unsigned int order;
	void *entry;

	return shmem_lookup(file->f_mapping, index, &entry, &order);
}
EXPORT_SYMBOL_FOR_MODULES(shmem_extent, "ttm");

/**
 * shmem_lost() - Check whether the content of a page is lost for good
 * @file: A shmem file.
 * @index: Page index in @file.
 *
 * It is lost if the page is poisoned, could not be read from swap, or was
 * poisoned before it came back from swap. In the last two cases, shmem frees
 * the swap slot and only records the error.
 *
 * Context: Any.
 *
 * Return: true if the content is lost for good. Any other error may be
 * temporary.
 */
bool shmem_lost(struct file *file, pgoff_t index)
{
	struct folio *folio = filemap_get_entry(file->f_mapping, index);
	bool lost;

	if (!folio)
		return false;
	if (xa_is_value(folio))
		return softleaf_is_poison_marker(radix_to_swp_entry(folio));

	lost = PageHWPoison(folio_file_page(folio, index));
	folio_put(folio);
	return lost;
}
EXPORT_SYMBOL_FOR_MODULES(shmem_lost, "ttm");

/* A swapped-out folio is read as a whole, but zswap stores each page by itself. */
static bool shmem_entry_is_whole(void *entry)
{
	return !xa_is_value(entry) || zswap_never_enabled();
}

/**
 * shmem_count_pieces() - Count the pages that are in small folios
 * @file: A shmem file.
 * @index: Page index in @file.
 * @nr: The number of pages to look at.
 * @order: Folios below this order are small.
 * @swapped: Set to how many of the counted pages have to be read from swap.
 *
 * Context: Any. The result may already be out of date on return.
 *
 * Return: The number of pages from @index to the first folio that is not small
 * and is either resident or can be read back as one folio; at most @nr.
 */
pgoff_t shmem_count_pieces(struct file *file, pgoff_t index, pgoff_t nr,
			   unsigned int order, pgoff_t *swapped)
{
	XA_STATE(xas, &file->f_mapping->i_pages, index);
	pgoff_t end = index + nr, start, next;
	unsigned int entry_order;
	void *entry;

	*swapped = 0;
	rcu_read_lock();
	xas_for_each(&xas, entry, index + nr - 1) {
		if (xas_retry(&xas, entry))
			continue;
		entry_order = xas_get_order(&xas);
		start = round_down(xas.xa_index, 1UL << entry_order);
		next = min(end, start + (1UL << entry_order));
		start = max(index, start);
		if (entry_order >= order && shmem_entry_is_whole(entry)) {
			end = start;
			break;
		}
		if (xa_is_value(entry))
			*swapped += next - start;
	}
	rcu_read_unlock();

	return end - index;
}
EXPORT_SYMBOL_FOR_MODULES(shmem_count_pieces, "ttm");

#ifdef CONFIG_SWAP

/*
 * The state of a readback. @order is the largest order for which memory was
 * available. It is -1 if not even a single page could be allocated, or if
 * @nr_pages has reached @max_pages.
 */
struct shmem_readback {
	struct swap_io_ctx io;
	struct mempolicy *policy;
	struct mempolicy node;
	gfp_t gfp;
	int order;
	unsigned long nr_pages;
	unsigned long max_pages;
};

static void shmem_readback_init(struct shmem_readback *rb, gfp_t gfp, int nid)
{
	*rb = (struct shmem_readback) {
		.policy = get_task_policy(current),
		.gfp = gfp,
		.order = MAX_PAGE_ORDER,
		.max_pages = ULONG_MAX,
	};
#ifdef CONFIG_NUMA
	if (nid == NUMA_NO_NODE || !node_online(nid))
		return;
	rb->node = (struct mempolicy) {
		.refcnt = ATOMIC_INIT(1),
		.mode = MPOL_PREFERRED,
		.nodes = nodemask_of_node(nid),
	};
	rb->policy = &rb->node;
#endif
}

/*
 * Pages that are being read cannot be reclaimed. If a memory cgroup contains
 * nothing else, the OOM killer does not wait for the reads. So read no more
 * than an eighth of the cgroup's limit at once.
 */
static unsigned long shmem_readback_limit(struct folio *folio)
{
	unsigned long limit = ULONG_MAX;
#ifdef CONFIG_MEMCG
	struct mem_cgroup *memcg = get_mem_cgroup_from_folio(folio), *i;

	for (i = memcg; i; i = parent_mem_cgroup(i))
		limit = min(limit, READ_ONCE(i->memory.max));
	mem_cgroup_put(memcg);
#endif
	return limit / 8;
}

static void shmem_readback_begun(struct shmem_readback *rb, struct folio *folio)
{
	if (!rb->nr_pages)
		rb->max_pages = shmem_readback_limit(folio);
	rb->nr_pages += folio_nr_pages(folio);
	if (rb->nr_pages >= rb->max_pages)
		rb->order = -1;
}

static swp_entry_t shmem_swap_at(swp_entry_t swap, pgoff_t offset)
{
	return swp_entry(swp_type(swap), swp_offset(swap) + offset);
}

/*
 * Read @swap into a folio of @order. If that is not possible, because part of
 * it has already been read or because memory is short, read it into smaller
 * ones. If the entry is freed or split in the meantime, either no folio is
 * allocated, or an unneeded one is read, which does no harm.
 */
static void shmem_readback_swap(struct shmem_readback *rb, swp_entry_t swap,
				unsigned int order)
{
	struct folio *folio;
	int err = -ENOMEM;

	if (rb->order < 0)
		return;

	if (order <= rb->order) {
		folio = swap_cache_alloc_folio(swap, rb->gfp, BIT(order), NULL,
					       rb->policy, NO_INTERLEAVE_INDEX);
		if (!IS_ERR_OR_NULL(folio)) {
			shmem_readback_begun(rb, folio);
			swap_read_folio(&rb->io, folio);
			folio_put(folio);
			return;
		}
		err = PTR_ERR(folio);
		if (err == -ENOMEM)
			rb->order = order - 1;
	}

	if (!order || (err != -ENOMEM && err != -EBUSY && err != -EEXIST))
		return;
	order--;
	shmem_readback_swap(rb, swap, order);
	shmem_readback_swap(rb, shmem_swap_at(swap, 1UL << order), order);
}

/*
 * Pages in zswap are not worth reading ahead, because they are read one by one
 * and without waiting. Pages that zswap has written to the device are.
 */
static void shmem_readback_zswap(struct shmem_readback *rb, swp_entry_t swap,
				 unsigned int order)
{
	pgoff_t i;

	for (i = 0; i < 1UL << order; i++)
		if (!zswap_has(shmem_swap_at(swap, i)))
			shmem_readback_swap(rb, shmem_swap_at(swap, i), 0);
}

/* A synchronous device would read all pages before the first can be taken. */
static void shmem_readback_ahead(struct shmem_readback *rb,
				 struct swap_info_struct *si, swp_entry_t swap,
				 unsigned int order)
{
	/* The flag is set at swapon. Only other flags change concurrently. */
	if (data_race(si->flags & SWP_SYNCHRONOUS_IO))
		return;
	if (zswap_never_enabled())
		shmem_readback_swap(rb, swap, order);
	else
		shmem_readback_zswap(rb, swap, order);
}

/* Get the device of @swap, or NULL if @index no longer has this swap entry. */
static struct swap_info_struct *
shmem_get_swap_device(struct address_space *mapping, pgoff_t index,
		      swp_entry_t swap)
{
	struct swap_info_struct *si;

	if (!softleaf_is_swap(swap))
		return NULL;
	si = get_swap_device(swap);
	if (si && xa_load(&mapping->i_pages, index) != swp_to_radix_entry(swap)) {
		put_swap_device(si);
		si = NULL;
	}
	return si;
}

/*
 * The device may have more pages nearby that will be wanted: other small
 * objects that were swapped out at the same time. These may belong to other
 * users, so allocate memory for them with the flags of the file.
 */
static void shmem_readback_around(struct address_space *mapping,
				  struct shmem_readback *rb, swp_entry_t swap)
{
	struct folio *folio;

	folio = swap_cluster_readahead(swap, mapping_gfp_mask(mapping) |
				       __GFP_NORETRY | __GFP_NOWARN,
				       rb->policy, NO_INTERLEAVE_INDEX);
	if (!IS_ERR_OR_NULL(folio))
		folio_put(folio);
}

/* Return: How many pages of the range were handled. */
static pgoff_t shmem_readback_range(struct address_space *mapping,
				    pgoff_t index, pgoff_t nr, gfp_t gfp,
				    int nid)
{
	const bool few = nr < SWAP_CLUSTER_MAX;
	const pgoff_t start = index, end = index + nr;
	struct swap_info_struct *si;
	struct shmem_readback rb;
	struct blk_plug plug;
	unsigned int order;
	swp_entry_t swap;
	void *entry;
	pgoff_t step;

	shmem_readback_init(&rb, gfp, nid);
	blk_start_plug(&plug);
	for (; index < end && rb.order >= 0; index += step) {
		step = shmem_lookup(mapping, index, &entry, &order);
		if (!xa_is_value(entry))
			continue;
		swap = radix_to_swp_entry(entry);
		si = shmem_get_swap_device(mapping, index, swap);
		if (!si)
			continue;
		shmem_readback_ahead(&rb, si, swap, order);
		if (few && !order && !(si->flags & SWP_SYNCHRONOUS_IO))
			shmem_readback_around(mapping, &rb, swap);
		put_swap_device(si);
	}
	swap_read_submit(&rb.io);
	blk_finish_plug(&plug);

	return min(index, end) - start;
}

/* Read the folio at @index if it is in swap and nobody is reading it yet. */
static void shmem_readback_one(struct address_space *mapping, pgoff_t index,
			       gfp_t gfp, int nid)
{
	struct swap_info_struct *si;
	struct shmem_readback rb;
	unsigned int order;
	swp_entry_t swap;
	void *entry;
	pgoff_t step;

	step = shmem_lookup(mapping, index, &entry, &order);
	if (!xa_is_value(entry))
		return;
	swap = radix_to_swp_entry(entry);
	si = shmem_get_swap_device(mapping, index, swap);
	if (!si)
		return;

	shmem_readback_init(&rb, gfp, nid);
	if (zswap_never_enabled())
		shmem_readback_swap(&rb, swap, order);
	else
		shmem_readback_swap(&rb, shmem_swap_at(swap, (1UL << order) - step), 0);
	swap_read_submit(&rb.io);
	put_swap_device(si);
}

#else

static pgoff_t shmem_readback_range(struct address_space *mapping,
				    pgoff_t index, pgoff_t nr, gfp_t gfp,
				    int nid)
{
	return nr;
}

static void shmem_readback_one(struct address_space *mapping, pgoff_t index,
			       gfp_t gfp, int nid)
{
}

#endif /* CONFIG_SWAP */

/**
 * shmem_readback_start() - Start reading back the swapped-out pages of a range
 * @file: A kernel-internal shmem file.
 * @index: Page index in @file of the first page that will be wanted.
 * @nr: The number of pages.
 * @gfp: Allocation flags for the folios.
 * @nid: The preferred node, or NUMA_NO_NODE for the preference of the task.
 *
 * Start all reads at once, into folios of the order at which they were written,
 * or into smaller ones if that is not possible. By itself, shmem would read
 * single pages from all but the fastest devices. This is best effort. It skips
 * devices that read synchronously and pages in zswap, because their reads leave
 * nothing to wait for.
 *
 * Context: Process context; may sleep.
 *
 * Return: How many pages of the range were handled before memory was short, or
 * before the pages being read reached a sensible share of the memory cgroup's
 * limit.
 */
pgoff_t shmem_readback_start(struct file *file, pgoff_t index, pgoff_t nr,
			     gfp_t gfp, int nid)
{
	if (!shmem_file_takes_folios(file))
		return nr;
	return shmem_readback_range(file->f_mapping, index, nr,
				    gfp | __GFP_NORETRY | __GFP_NOWARN, nid);
}
EXPORT_SYMBOL_FOR_MODULES(shmem_readback_start, "ttm");

/**
 * shmem_readback_folio() - Make a swapped-out folio resident again
 * @file: A kernel-internal shmem file.
 * @index: Page index in @file. If the file has a hole there, shmem fills it
 *         with zeroes, possibly by a large folio.
 * @gfp: Allocation flags for the folio, if nobody has started to read it yet.
 * @nid: The preferred node, or NUMA_NO_NODE for the preference of the task.
 *
 * Context: Process context; sleeps until the page at @index has been read.
 *
 * Return: 0 if the page at @index was resident just before the return. Its
 * folio can have any order, because memory for a large folio may have been
 * short. Negative error code if it could not be read.
 */
int shmem_readback_folio(struct file *file, pgoff_t index, gfp_t gfp, int nid)
{
	struct folio *folio;

	if (!shmem_file_takes_folios(file))
		return -EOPNOTSUPP;

	shmem_readback_one(file->f_mapping, index,
			   gfp | __GFP_NORETRY | __GFP_NOWARN, nid);
	folio = shmem_read_folio_gfp(file->f_mapping, index, gfp);
	if (IS_ERR(folio))
		return PTR_ERR(folio);
	folio_put(folio);
	return 0;
}
EXPORT_SYMBOL_FOR_MODULES(shmem_readback_folio, "ttm");
