// SPDX-License-Identifier: GPL-2.0
/* vttm, loaded anew, with VRAM. */
#include <drivers/vttm/vttm_reload.h>

#include "stress.h"

bool device_is_module(void)
{
	return !access("/sys/module/vttm/initstate", F_OK);
}

bool device_has_vram(void)
{
	return vt_read_number(VT_PARAMETERS "vram_mib") > 0;
}

bool device_reload(void)
{
	char settings[VT_SETTINGS + 16];
	size_t len;
	int err;

	vt_settings(settings);
	len = strlen(settings);
	/* The last of two values counts. */
	snprintf(settings + len, sizeof(settings) - len, "vram_mib=%lu",
		 VRAM_MIB);
	err = vt_reload(settings);
	if (err)
		error("vttm cannot be loaded anew: %s", strerror(-err));
	return !err;
}
