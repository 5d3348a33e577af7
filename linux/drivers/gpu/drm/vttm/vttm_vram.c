// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * VRAM: memory of the device, in TTM's placement TTM_PL_VRAM. Vmalloc memory is
 * used for it. Unlike VRAM, vmalloc memory survives a suspend. So it is
 * overwritten on resume, which reveals content that was left in it.
 */

#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include <drm/ttm/ttm_range_manager.h>

#include "vttm.h"

#define VTTM_LOST	0xa5

static unsigned int vttm_vram_mib;
module_param_named(vram_mib, vttm_vram_mib, uint, 0444);
MODULE_PARM_DESC(vram_mib, "Size of the VRAM in MiB (default: 0, none)");

static size_t vttm_vram_offset(const struct ttm_resource *res)
{
	return (size_t)res->start << PAGE_SHIFT;
}

/**
 * vttm_vram_clear() - clear a range of VRAM
 * @vttm: The device.
 * @res: The range.
 */
void vttm_vram_clear(struct vttm_device *vttm, const struct ttm_resource *res)
{
	memset(vttm->vram + vttm_vram_offset(res), 0, res->size);
}

/**
 * vttm_vram_lose() - overwrite the VRAM, as if the device had lost power
 * @vttm: The device.
 */
void vttm_vram_lose(struct vttm_device *vttm)
{
	if (vttm->vram)
		memset(vttm->vram, VTTM_LOST, vttm->vram_size);
}

/**
 * vttm_io_mem_reserve() - &ttm_device_funcs.io_mem_reserve
 * @tdev: The TTM device.
 * @res: The place of a buffer.
 *
 * Return: 0.
 */
int vttm_io_mem_reserve(struct ttm_device *tdev, struct ttm_resource *res)
{
	if (res->mem_type != TTM_PL_VRAM)
		return 0;

	res->bus.offset = vttm_vram_offset(res);
	res->bus.addr = ttm_to_vttm_device(tdev)->vram + res->bus.offset;
	res->bus.is_iomem = true;
	res->bus.caching = ttm_cached;
	return 0;
}

/**
 * vttm_io_mem_pfn() - &ttm_device_funcs.io_mem_pfn
 * @tbo: A buffer in VRAM.
 * @page_offset: The index of one of its pages.
 *
 * Return: The page frame.
 */
unsigned long vttm_io_mem_pfn(struct ttm_buffer_object *tbo,
			      unsigned long page_offset)
{
	return vmalloc_to_pfn(tbo->resource->bus.addr +
			      (page_offset << PAGE_SHIFT));
}

/**
 * vttm_access_memory() - &ttm_device_funcs.access_memory, for debuggers
 * @tbo: A buffer in VRAM, reserved.
 * @offset: The offset in the buffer, in bytes.
 * @buf: The memory to copy from or to.
 * @len: The number of bytes.
 * @write: Whether to write to the buffer.
 *
 * Return: @len.
 */
int vttm_access_memory(struct ttm_buffer_object *tbo, unsigned long offset,
		       void *buf, int len, int write)
{
	struct vttm_device *vttm = ttm_to_vttm_device(tbo->bdev);
	void *mem = vttm->vram + vttm_vram_offset(tbo->resource) + offset;

	if (write)
		memcpy(mem, buf, len);
	else
		memcpy(buf, mem, len);

	return len;
}

/*
 * A hibernation image contains the memory of the machine, but not the memory of
 * a device. Offline pages are left out of the image. Freeing the pages ends
 * that.
 */
static void vttm_vram_keep_out_of_images(struct vttm_device *vttm)
{
	size_t offset;

	for (offset = 0; offset < vttm->vram_size; offset += PAGE_SIZE)
		__SetPageOffline(vmalloc_to_page(vttm->vram + offset));
}

/**
 * vttm_vram_init() - allocate the VRAM, if the device has any
 * @vttm: The device, with its TTM device initialized.
 *
 * Return: 0 or -ENOMEM.
 */
int vttm_vram_init(struct vttm_device *vttm)
{
	if (!vttm_vram_mib)
		return 0;

	vttm->vram_size = (size_t)vttm_vram_mib * SZ_1M;
	vttm->vram = vzalloc(vttm->vram_size);
	if (!vttm->vram)
		return -ENOMEM;
	vttm_vram_keep_out_of_images(vttm);

	return ttm_range_man_init(&vttm->ttm, TTM_PL_VRAM, false,
				  vttm->vram_size >> PAGE_SHIFT);
}

/**
 * vttm_vram_fini() - undo vttm_vram_init(), whether it succeeded or not
 * @vttm: The device, with no clients left.
 */
void vttm_vram_fini(struct vttm_device *vttm)
{
	ttm_range_man_fini(&vttm->ttm, TTM_PL_VRAM);
	vfree(vttm->vram);
}
