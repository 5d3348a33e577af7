// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The GTT: system memory that the device can reach, as TTM's placement TTM_PL_TT.
 *
 * Nothing reads the table. Binding records the page frame and the DMA address
 * of each page, as the page table of a device does. Unbinding checks whether
 * these are still the buffer's. If a page had been freed while it was bound, a
 * device would have written to memory that belongs to somebody else.
 */

#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include <drm/drm_debugfs.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_range_manager.h>

#include "vttm.h"

static unsigned int vttm_gtt_mib;
module_param_named(gtt_mib, vttm_gtt_mib, uint, 0444);
MODULE_PARM_DESC(gtt_mib, "Size of the GTT in MiB (default: 0, TTM's page limit)");

static struct vttm_entry vttm_tt_entry(const struct ttm_tt *tt, pgoff_t i)
{
	return (struct vttm_entry) {
		.pfn = page_to_pfn(tt->pages[i]),
		.dma = tt->dma_address ? tt->dma_address[i] : 0,
	};
}

/* Context: The caller holds the lock of the table. */
static void vttm_gtt_check(struct vttm_device *vttm, const struct vttm_tt *vtt)
{
	const struct ttm_tt *tt = &vtt->base;
	pgoff_t i, stale = 0;

	for (i = 0; i < tt->num_pages; i++) {
		struct vttm_entry is = vttm_tt_entry(tt, i);

		stale += is.pfn != vtt->entries[i].pfn ||
			 is.dma != vtt->entries[i].dma;
	}
	vttm->gtt.stale += stale;
	drm_WARN(&vttm->drm, stale,
		 "%lu of %lu pages are not what was bound\n", stale,
		 (unsigned long)tt->num_pages);
}

/**
 * vttm_gtt_bind() - make the pages of a buffer accessible to the device
 * @vttm: The device.
 * @vtt: The pages, populated and not bound.
 *
 * Context: Process context; the caller holds the buffer's reservation.
 * Return: 0 or -ENOMEM.
 */
int vttm_gtt_bind(struct vttm_device *vttm, struct vttm_tt *vtt)
{
	const struct ttm_tt *tt = &vtt->base;
	struct vttm_entry *entries;
	pgoff_t i;

	entries = kvmalloc_objs(*entries, tt->num_pages,
				GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	if (!entries)
		return -ENOMEM;

	for (i = 0; i < tt->num_pages; i++)
		entries[i] = vttm_tt_entry(tt, i);

	mutex_lock(&vttm->gtt.lock);
	vtt->entries = entries;
	list_add_tail(&vtt->link, &vttm->gtt.bound);
	vttm->gtt.pages += tt->num_pages;
	vttm->gtt.binds++;
	mutex_unlock(&vttm->gtt.lock);

	return 0;
}

/**
 * vttm_gtt_unbind() - undo vttm_gtt_bind()
 * @vttm: The device.
 * @vtt: The pages, bound or not.
 *
 * Context: Process context; the caller holds the buffer's reservation.
 */
void vttm_gtt_unbind(struct vttm_device *vttm, struct vttm_tt *vtt)
{
	struct vttm_entry *entries = vtt->entries;

	if (!entries)
		return;

	mutex_lock(&vttm->gtt.lock);
	vttm_gtt_check(vttm, vtt);
	vtt->entries = NULL;
	list_del_init(&vtt->link);
	vttm->gtt.pages -= vtt->base.num_pages;
	mutex_unlock(&vttm->gtt.lock);

	kvfree(entries);
}

/**
 * vttm_gtt_check_all() - check that all bound pages are still the same
 * @vttm: The device.
 *
 * A real device binds all of them again after it was without power.
 *
 * Context: Process context.
 */
void vttm_gtt_check_all(struct vttm_device *vttm)
{
	struct vttm_tt *vtt;

	mutex_lock(&vttm->gtt.lock);
	list_for_each_entry(vtt, &vttm->gtt.bound, link)
		vttm_gtt_check(vttm, vtt);
	mutex_unlock(&vttm->gtt.lock);
}

static int vttm_gtt_show(struct seq_file *m, void *unused)
{
	struct drm_debugfs_entry *entry = m->private;
	struct vttm_gtt *gtt = &to_vttm_device(entry->dev)->gtt;

	mutex_lock(&gtt->lock);
	seq_printf(m, "pages %llu\n", gtt->pages);
	seq_printf(m, "binds %llu\n", gtt->binds);
	seq_printf(m, "stale %llu\n", gtt->stale);
	mutex_unlock(&gtt->lock);

	return 0;
}

/**
 * vttm_gtt_stats_init() - create the debugfs file of the GTT
 * @vttm: The device.
 */
void vttm_gtt_stats_init(struct vttm_device *vttm)
{
	drm_debugfs_add_file(&vttm->drm, "vttm_gtt", vttm_gtt_show, NULL);
}

/**
 * vttm_gtt_pages() - get the size of the GTT
 * @vttm: The device.
 *
 * Return: The number of pages that it has room for.
 */
u64 vttm_gtt_pages(struct vttm_device *vttm)
{
	return ttm_manager_type(&vttm->ttm, TTM_PL_TT)->size;
}

/**
 * vttm_gtt_init() - create an empty GTT
 * @vttm: The device, with its TTM device initialized.
 *
 * Return: 0 or -ENOMEM.
 */
int vttm_gtt_init(struct vttm_device *vttm)
{
	unsigned long pages = ttm_tt_pages_limit();

	if (vttm_gtt_mib)
		pages = (unsigned long)vttm_gtt_mib << (20 - PAGE_SHIFT);

	mutex_init(&vttm->gtt.lock);
	INIT_LIST_HEAD(&vttm->gtt.bound);

	return ttm_range_man_init(&vttm->ttm, TTM_PL_TT, true, pages);
}

/**
 * vttm_gtt_fini() - undo vttm_gtt_init(), whether it succeeded or not
 * @vttm: The device, with no clients left.
 */
void vttm_gtt_fini(struct vttm_device *vttm)
{
	ttm_range_man_fini(&vttm->ttm, TTM_PL_TT);
	drm_WARN_ON(&vttm->drm, vttm->gtt.pages);
}
