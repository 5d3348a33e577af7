/* SPDX-License-Identifier: GPL-2.0 */
/* Another device: vttm loaded with other parameters, if it is a module. */
#ifndef VTTM_RELOAD_H
#define VTTM_RELOAD_H

#include <dirent.h>
#include <sys/syscall.h>

#include "vttm_test.h"

#define VT_SETTINGS	512

/* How vttm is loaded: "NAME=VALUE NAME=VALUE". */
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
 * Without what modprobe -r does besides: it would unload TTM as well. The last
 * buffers may be on their way out, on a worker.
 */
static inline int vt_unload(void)
{
	int ret;

	vt_eventually(!(ret = syscall(SYS_delete_module, "vttm", O_NONBLOCK)) ||
		      errno == ENOENT);
	return ret ? -errno : 0;
}

/*
 * Loads vttm with @settings. Whoever does that loads it as it was in the end. 0
 * or a negative errno, -ENOENT if it is not a module.
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
