// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * vttm, the virtual TTM device.
 *
 * A DRM driver without hardware, in the family of vgem and vkms. What it has
 * of a GPU driver is the memory: buffer objects that TTM populates, that the
 * driver's shrinker backs up when memory is short, and that come back when
 * they are touched. So it drives TTM's backup and restore path on any machine.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device/faux.h>
#include <linux/log2.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/sizes.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_managed.h>
#include <drm/drm_print.h>
#include <drm/ttm/ttm_allocation.h>
#include <drm/vttm_drm.h>

#include "vttm.h"

#define DRIVER_NAME	"vttm"
#define DRIVER_DESC	"Virtual TTM device"
#define DRIVER_MAJOR	1
#define DRIVER_MINOR	1

static int vttm_set_order(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, 0, MAX_PAGE_ORDER);
}

static const struct kernel_param_ops vttm_order_ops = {
	.set = vttm_set_order,
	.get = param_get_uint,
};

/* As xe and amdgpu have it. */
static unsigned int vttm_beneficial_order = const_ilog2(SZ_2M / PAGE_SIZE);
module_param_cb(beneficial_order, &vttm_order_ops, &vttm_beneficial_order, 0444);
MODULE_PARM_DESC(beneficial_order,
		 "Order of the only large blocks worth reclaiming memory for; 0: those of any order are (default: that of 2 MiB)");

static int vttm_node = NUMA_NO_NODE;
module_param_named(node, vttm_node, int, 0444);
MODULE_PARM_DESC(node, "NUMA node of the device (default: -1, none)");

static const struct drm_ioctl_desc vttm_ioctls[] = {
	DRM_IOCTL_DEF_DRV(VTTM_CREATE, vttm_create_ioctl, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(VTTM_MMAP, vttm_mmap_ioctl, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(VTTM_INFO, vttm_info_ioctl, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(VTTM_MADVISE, vttm_madvise_ioctl, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(VTTM_SHRINK, vttm_shrink_ioctl, DRM_RENDER_ALLOW),
	DRM_IOCTL_DEF_DRV(VTTM_RESTORE, vttm_restore_ioctl, DRM_RENDER_ALLOW),
};

static const struct file_operations vttm_fops = {
	.owner		= THIS_MODULE,
	DRM_GEM_FOPS,
	.show_fdinfo	= drm_show_fdinfo,
};

static const struct drm_driver vttm_driver = {
	.driver_features	= DRIVER_GEM | DRIVER_RENDER,
	.ioctls			= vttm_ioctls,
	.num_ioctls		= ARRAY_SIZE(vttm_ioctls),
	.fops			= &vttm_fops,
	.show_fdinfo		= vttm_show_fdinfo,

	.name			= DRIVER_NAME,
	.desc			= DRIVER_DESC,
	.major			= DRIVER_MAJOR,
	.minor			= DRIVER_MINOR,
};

/* Runs after the shrinker is gone: drmm actions go in reverse order. */
static void vttm_ttm_fini(struct drm_device *drm, void *arg)
{
	struct vttm_device *vttm = arg;

	/* Waits for the buffers whose destruction was delayed. */
	ttm_device_fini(&vttm->ttm);

	drm_WARN_ON(drm, atomic_long_read(&vttm->shrinkable));
	drm_WARN_ON(drm, atomic_long_read(&vttm->purgeable));
}

static int vttm_ttm_init(struct vttm_device *vttm)
{
	struct drm_device *drm = &vttm->drm;
	int ret;

	ret = ttm_device_init(&vttm->ttm, &vttm_ttm_funcs, drm->dev,
			      drm->anon_inode->i_mapping,
			      drm->vma_offset_manager,
			      TTM_ALLOCATION_POOL_BENEFICIAL_ORDER(vttm_beneficial_order));
	if (ret)
		return ret;

	return drmm_add_action_or_reset(drm, vttm_ttm_fini, vttm);
}

static int vttm_probe(struct faux_device *fdev)
{
	struct vttm_device *vttm;
	int ret;

	/* TTM allocates where the device is. */
	set_dev_node(&fdev->dev, vttm_node);
	vttm = devm_drm_dev_alloc(&fdev->dev, &vttm_driver,
				  struct vttm_device, drm);
	if (IS_ERR(vttm))
		return PTR_ERR(vttm);

	faux_device_set_drvdata(fdev, vttm);

	ret = vttm_ttm_init(vttm);
	if (ret)
		return ret;

	ret = vttm_shrinker_init(vttm);
	if (ret)
		return ret;

	vttm_stats_init(vttm);

	return drm_dev_register(&vttm->drm, 0);
}

/* Open files and mappings hold the module, so no client is left by now. */
static void vttm_remove(struct faux_device *fdev)
{
	struct vttm_device *vttm = faux_device_get_drvdata(fdev);

	drm_dev_unregister(&vttm->drm);
}

static const struct faux_device_ops vttm_faux_ops = {
	.probe	= vttm_probe,
	.remove	= vttm_remove,
};

static struct faux_device *vttm_faux;

static bool vttm_node_is_valid(void)
{
	if (vttm_node == NUMA_NO_NODE)
		return true;

	return vttm_node >= 0 && vttm_node < MAX_NUMNODES &&
	       node_online(vttm_node);
}

static int __init vttm_init(void)
{
	if (!vttm_node_is_valid()) {
		pr_err("node=%d: there is no such NUMA node\n", vttm_node);
		return -EINVAL;
	}

	vttm_faux = faux_device_create(DRIVER_NAME, NULL, &vttm_faux_ops);

	return vttm_faux ? 0 : -ENODEV;
}

static void __exit vttm_exit(void)
{
	faux_device_destroy(vttm_faux);
}

module_init(vttm_init);
module_exit(vttm_exit);

MODULE_DESCRIPTION(DRIVER_DESC);
MODULE_LICENSE("Dual MIT/GPL");
