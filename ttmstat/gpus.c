// SPDX-License-Identifier: GPL-2.0
/* The machine's DRM devices, and what TTM does with their buffers. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ttmstat.h"

#define DRM_DIR		"sys/class/drm"
#define NAME		(sizeof(((struct device_id *)NULL)->driver))

/*
 * How drivers use TTM. The kernel does not tell this. TTM swaps out every buffer that
 * is not marked EXTERNAL. xe and i915 mark theirs: xe backs them up in a shrinker,
 * i915 has them in shmem. vttm makes both kinds. Two drivers swap out before
 * hibernation.
 *
 * Drivers that only swap out are in the list for kernels with TTM built in. On other
 * kernels, uses_ttm() finds out which drivers use TTM.
 */
static const struct {
	const char *driver;
	unsigned int does;
} drivers[] = {
	{ "xe", USES_TTM | BACKS_UP },
	{ "vttm", USES_TTM | BACKS_UP | SWAPS_OUT | HIBERNATES },
	{ "i915", USES_TTM },
	{ "amdgpu", USES_TTM | SWAPS_OUT | HIBERNATES },
	{ "vmwgfx", USES_TTM | SWAPS_OUT | HIBERNATES },
	{ "loongson", USES_TTM | SWAPS_OUT },
	{ "nouveau", USES_TTM | SWAPS_OUT },
	{ "qxl", USES_TTM | SWAPS_OUT },
	{ "radeon", USES_TTM | SWAPS_OUT },
	{ "vboxvideo", USES_TTM | SWAPS_OUT },
};

/* The last part of what a symbolic link points to. */
static bool link_name(int at, const char *link, char name[NAME])
{
	char target[4096];
	ssize_t len = readlinkat(at, link, target, sizeof(target) - 1);
	char *slash;

	if (len < 0)
		return false;
	target[len] = '\0';
	slash = strrchr(target, '/');
	copy_text(name, NAME, slash ? slash + 1 : target);
	return true;
}

static bool holds(const char *user, const char *module)
{
	char path[512];

	snprintf(path, sizeof(path), "sys/module/%s/holders/%s", module, user);
	return file_exists(path);
}

/* A module that uses TTM, or a helper that does, as vboxvideo. */
static bool uses_ttm(const char *module)
{
	int holders = dir_open(root_fd(), TTM_DIR "/holders");
	DIR *dir = holders < 0 ? NULL : fdopendir(holders);
	struct dirent *d;
	bool uses = false;

	if (!dir)
		return false;
	while (!uses && (d = readdir(dir)))
		uses = d->d_name[0] != '.' &&
		       (!strcmp(d->d_name, module) || holds(module, d->d_name));
	closedir(dir);
	return uses;
}

static unsigned int what_it_does(const char *driver, const char *module)
{
	size_t i;

	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (!strcmp(driver, drivers[i].driver))
			return drivers[i].does;
	return uses_ttm(module) ? USES_TTM | SWAPS_OUT : 0;
}

/*
 * False if no driver is bound to the device. Then it is a partition of another device,
 * which has the buffers, or @node is a connector, whose device is a node. All devices
 * on the faux bus have one driver, so they are named by their own names.
 */
static bool read_gpu(struct gpu *g, int node, int device)
{
	char module[NAME];

	if (!link_name(device, "driver", g->id.driver) ||
	    !link_name(node, "device", g->id.dev))
		return false;
	if (!strcmp(g->id.driver, "faux_driver"))
		copy_text(g->id.driver, NAME, g->id.dev);
	if (!link_name(device, "driver/module", module))
		copy_text(module, NAME, g->id.driver);
	g->does = what_it_does(g->id.driver, module);
	return true;
}

/* Most devices have two nodes, cardN and renderDN. */
static bool is_known(const struct gpus *all, const struct gpu *g)
{
	unsigned int i;

	for (i = 0; i < all->nr; i++)
		if (all->gpu[i].dir == g->dir && all->gpu[i].ino == g->ino)
			return true;
	return false;
}

static void add_gpu(struct gpus *all, int drm, const char *name)
{
	int node = dir_open(drm, name);
	int device = node < 0 ? -1 : dir_open(node, "device");
	struct gpu g = { .does = 0 };
	struct stat st;

	if (device < 0 || fstat(device, &st))
		goto close;
	g.dir = st.st_dev;
	g.ino = st.st_ino;
	if (is_known(all, &g) || !read_gpu(&g, node, device))
		goto close;
	all->gpu = must(realloc(all->gpu, (all->nr + 1) * sizeof(g)));
	all->gpu[all->nr++] = g;
close:
	if (device >= 0)
		close(device);
	if (node >= 0)
		close(node);
}

static int by_id(const void *a, const void *b)
{
	const struct gpu *x = a, *y = b;

	return compare_devices(&x->id, &y->id);
}

/* This needs no root. */
void gpus_read(struct gpus *all)
{
	int drm = dir_open(root_fd(), DRM_DIR);
	DIR *dir = drm < 0 ? NULL : fdopendir(drm);
	struct dirent *d;

	*all = (struct gpus){ 0 };
	if (!dir)
		return;
	while ((d = readdir(dir)))
		if (d->d_name[0] != '.')
			add_gpu(all, drm, d->d_name);
	closedir(dir);
	if (all->nr)
		qsort(all->gpu, all->nr, sizeof(*all->gpu), by_id);
}

/* What happens to its buffers, and when; a static buffer, or "" if nothing does. */
const char *gpu_does(const struct gpu *g)
{
	static char text[128];

	snprintf(text, sizeof(text), "%s%s%s%s",
		 g->does & BACKS_UP ? "backs up under memory pressure" : "",
		 g->does & BACKS_UP && g->does & SWAPS_OUT ? ", " : "",
		 g->does & SWAPS_OUT ? "swaps out at TTM's page limit" : "",
		 g->does & HIBERNATES ? " and before hibernation" : "");
	return text;
}
