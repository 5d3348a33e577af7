// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Suspend and hibernation, as in amdgpu: the content of VRAM is moved to system
 * memory before any device is suspended. Before hibernation, TTM then swaps out
 * the buffers that it may swap out. The shrinker backs up its buffers, too,
 * although it could be called later: the kernel assumes that pages which are on
 * no LRU list by then will be in the image. It refuses to create an image if
 * these are more than half of memory.
 */

#include <linux/device.h>
#include <linux/pm.h>
#include <linux/suspend.h>

#include <drm/drm_managed.h>

#include "vttm.h"

static int vttm_pm_notify(struct notifier_block *nb, unsigned long action,
			  void *data)
{
	struct vttm_device *vttm = container_of(nb, struct vttm_device,
						pm_notifier);

	if (action == PM_HIBERNATION_PREPARE)
		vttm->hibernating = true;
	else if (action == PM_POST_HIBERNATION)
		vttm->hibernating = false;

	return NOTIFY_DONE;
}

static void vttm_pm_fini(struct drm_device *drm, void *arg)
{
	struct vttm_device *vttm = arg;

	unregister_pm_notifier(&vttm->pm_notifier);
}

/**
 * vttm_pm_init() - register for notifications about hibernation
 * @vttm: The device.
 *
 * The registration ends with the DRM device.
 *
 * Return: 0 or a negative errno.
 */
int vttm_pm_init(struct vttm_device *vttm)
{
	int ret;

	vttm->pm_notifier.notifier_call = vttm_pm_notify;
	ret = register_pm_notifier(&vttm->pm_notifier);
	if (ret)
		return ret;

	return drmm_add_action_or_reset(&vttm->drm, vttm_pm_fini, vttm);
}

static int vttm_pm_prepare_hibernation(struct vttm_device *vttm)
{
	struct vttm_sample sample;
	unsigned long shrunk;
	int ret;

	vttm_sample_begin(&sample);
	shrunk = vttm_shrink_all(vttm, ULONG_MAX, true);
	ret = ttm_device_prepare_hibernation(&vttm->ttm);
	vttm_sample_end(&sample, &vttm->prepare, shrunk);

	return ret;
}

static int vttm_pm_prepare(struct device *dev)
{
	struct vttm_device *vttm = dev_get_drvdata(dev);
	struct ttm_resource_manager *vram = ttm_manager_type(&vttm->ttm,
							     TTM_PL_VRAM);
	int ret = 0;

	if (vram)
		ret = ttm_resource_manager_evict_all(&vttm->ttm, vram);
	if (!ret && vttm->hibernating)
		ret = vttm_pm_prepare_hibernation(vttm);

	return ret;
}

/* The device has lost the content of its memory. */
static int vttm_pm_resume(struct device *dev)
{
	struct vttm_device *vttm = dev_get_drvdata(dev);

	vttm_vram_lose(vttm);
	vttm_gtt_check_all(vttm);
	return 0;
}

const struct dev_pm_ops vttm_pm_ops = {
	.prepare = vttm_pm_prepare,
	SYSTEM_SLEEP_PM_OPS(NULL, vttm_pm_resume)
};
