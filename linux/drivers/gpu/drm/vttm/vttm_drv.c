// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * vttm, the virtual TTM device.
 *
 * This is a DRM driver without hardware, similar to vgem and vkms. It has only
 * the memory of a GPU driver: buffer objects that TTM populates, that the
 * driver's shrinker backs up when memory is short, and that are restored when
 * they are touched. So it exercises TTM's backup and restore on any machine.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/platform_device.h>
#include <linux/pm.h>

#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_ioctl.h>
#include <drm/vttm_drm.h>

#include "vttm.h"

#define DRIVER_NAME	"vttm"
#define DRIVER_DESC	"Virtual TTM device"
#define DRIVER_MAJOR	1
#define DRIVER_MINOR	2

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
	DRM_IOCTL_DEF_DRV(VTTM_BUSY, vttm_busy_ioctl, DRM_RENDER_ALLOW),
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
	.open			= vttm_open,
	.postclose		= vttm_postclose,
	.show_fdinfo		= vttm_show_fdinfo,

	.name			= DRIVER_NAME,
	.desc			= DRIVER_DESC,
	.major			= DRIVER_MAJOR,
	.minor			= DRIVER_MINOR,
};

static int vttm_probe(struct platform_device *pdev)
{
	struct vttm_device *vttm;
	int ret;

	/* TTM allocates on the node of the device. */
	set_dev_node(&pdev->dev, vttm_node);
	vttm = devm_drm_dev_alloc(&pdev->dev, &vttm_driver,
				  struct vttm_device, drm);
	if (IS_ERR(vttm))
		return PTR_ERR(vttm);

	platform_set_drvdata(pdev, vttm);

	ret = vttm_memory_init(vttm);
	if (ret)
		return ret;

	ret = vttm_shrinker_init(vttm);
	if (ret)
		return ret;

	ret = vttm_pm_init(vttm);
	if (ret)
		return ret;

	vttm_stats_init(vttm);

	return drm_dev_register(&vttm->drm, 0);
}

/* Open files and mappings pin the module, so no client is left. */
static void vttm_remove(struct platform_device *pdev)
{
	struct vttm_device *vttm = platform_get_drvdata(pdev);

	drm_dev_unregister(&vttm->drm);
}

static struct platform_driver vttm_platform_driver = {
	.remove	= vttm_remove,
	.driver	= {
		.name	= DRIVER_NAME,
		.pm	= pm_ptr(&vttm_pm_ops),
	},
};

static struct platform_device *vttm_platform;

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

	vttm_platform = platform_create_bundle(&vttm_platform_driver,
					       vttm_probe, NULL, 0, NULL, 0);

	return PTR_ERR_OR_ZERO(vttm_platform);
}

static void __exit vttm_exit(void)
{
	platform_device_unregister(vttm_platform);
	platform_driver_unregister(&vttm_platform_driver);
}

module_init(vttm_init);
module_exit(vttm_exit);

MODULE_DESCRIPTION(DRIVER_DESC);
MODULE_LICENSE("Dual MIT/GPL");
