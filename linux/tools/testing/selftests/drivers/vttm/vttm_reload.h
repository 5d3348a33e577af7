/* SPDX-License-Identifier: GPL-2.0 */
/* Reload vttm with other parameters, if it is a module. */
#ifndef VTTM_RELOAD_H
#define VTTM_RELOAD_H

#include <dirent.h>
#include <sys/syscall.h>

#include "vttm_test.h"

#define VT_SETTINGS	512

/* Get the current parameters of vttm: "NAME=VALUE NAME=VALUE". */
static inline void vt_settings(char settings[VT_SETTINGS])
{
	DIR *dir = opendir(VT_PARAMETERS);
	struct dirent *entry;
	size_t len = 0;

	settings[0] = 0;
	while (dir && (entry = readdir(dir))) {
		char path[320], value[64] = "";
		FILE *f;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), VT_PARAMETERS "%s", entry->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fscanf(f, "%63s", value) == 1 && len < VT_SETTINGS)
			len += snprintf(settings + len, VT_SETTINGS - len,
					"%s=%s ", entry->d_name, value);
		fclose(f);
	}
	if (dir)
		closedir(dir);
}

/*
 * Do not use modprobe -r, which would unload TTM as well. A worker may still be
 * freeing the last buffers.
 */
static inline int vt_unload(void)
{
	int ret;

	vt_eventually(!(ret = syscall(SYS_delete_module, "vttm", O_NONBLOCK)) ||
		      errno == ENOENT);
	return ret ? -errno : 0;
}

/*
 * Load vttm with @settings. The caller has to restore the old settings in the
 * end. Returns 0 or a negative errno, -ENOENT if vttm is not a module.
 */
static inline int vt_reload(const char *settings)
{
	char command[VT_SETTINGS + 32];
	int ret;

	if (access("/sys/module/vttm/initstate", F_OK))
		return -ENOENT;
	ret = vt_unload();
	if (ret)
		return ret;
	snprintf(command, sizeof(command), "modprobe vttm %s", settings);
	return system(command) ? -ENODEV : 0;
}

#endif
