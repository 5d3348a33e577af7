// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hand over blocks to shmem that were allocated without __GFP_COMP.
 *
 * Such a block becomes a folio in place. This changes the layout of its struct
 * pages, so it is done while the reference count is frozen at 0: page-frame
 * walkers see the block either before or after the change, and the undo cannot
 * fail.
 */
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/shmem_fs.h>

#include "internal.h"
#include "shmem_transfer.h"

/*
 * The tail pages of a block that was split, or that carry data of the owner,
 * cannot become the tails of a folio. Splitting gives a reference to each page
 * at a multiple of the size of the pieces, so it is enough to check the pages
 * at powers of two. Only a bug in a driver leaves other traces, and
 * CONFIG_DEBUG_VM checks for those.
 */
static bool shmem_block_has_tails(const struct page *page, unsigned int order)
{
	long i = 1;

	while (i < 1L << order) {
		if (page_private(page + i) || page_ref_count(page + i) ||
		    page[i].mapping)
			return false;
		i += IS_ENABLED(CONFIG_DEBUG_VM) ? 1 : i;
	}
	return true;
}

/**
 * shmem_insert_block() - Hand a block over to a shmem file without copying it
 * @file: See shmem_insert_folio().
 * @page: The first page of the block, which was allocated without __GFP_COMP.
 *        split_page() must not have been called on it. Its tail pages have no
 *        references and carry no data. Otherwise see shmem_insert_folio().
 * @order: The order of the allocation.
 * @index: See shmem_insert_folio().
 * @writeback: See shmem_insert_folio().
 * @gfp: See shmem_insert_folio().
 *
 * Context: As shmem_insert_folio().
 *
 * Return: 0 if shmem now owns the block, which has become a folio; the caller
 * drops its reference with folio_put(). Otherwise as shmem_insert_folio(), with
 * the block unchanged and not compound.
 */
int shmem_insert_block(struct file *file, struct page *page, unsigned int order,
		       pgoff_t index, bool writeback, gfp_t gfp)
{
	struct folio *folio = (struct folio *)page;
	int err;

	if (!order || PageCompound(page))
		return shmem_insert_folio(file, folio, order, index, writeback,
					  gfp);

	err = shmem_insert_check_place(file, order, index);
	if (!err)
		err = shmem_insert_check(folio, order);
	if (err)
		return err;
	if (!shmem_block_has_tails(page, order))
		return shmem_insert_bug(-EINVAL);
	if (!folio_ref_freeze(folio, 1))
		return -EBUSY;

	prep_compound_page(page, order);
	err = shmem_insert_frozen(file, &folio, 1, index, writeback, gfp);
	if (err > 0)
		return 0;

	undo_compound_page(page, order);
	folio_ref_unfreeze(folio, 1);
	return err;
}
EXPORT_SYMBOL_FOR_MODULES(shmem_insert_block, "ttm");
