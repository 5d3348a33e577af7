// SPDX-License-Identifier: GPL-2.0
#include "card.h"

#define DEBUG_TTM	"/sys/kernel/debug/ttm/"
#define GROUP		VT_CGROUPS "/drivers"

static bool is_driven_by(int fd, const char *driver)
{
	char name[16];
	int major, minor;

	return !vt_version(fd, name, sizeof(name), &major, &minor) &&
	       !strcmp(name, driver);
}

static bool find_device(struct card *card)
{
	char link[64], device[128];
	ssize_t len;

	snprintf(link, sizeof(link), "/sys/class/drm/card%d/device", card->minor);
	len = readlink(link, device, sizeof(device) - 1);
	if (len < 0)
		return false;
	device[len] = 0;
	snprintf(card->device, sizeof(card->device), "%s", basename(device));
	return true;
}

/*
 * False if no device has that driver. The caller is in a cgroup of its own, so that
 * its pages can be reclaimed and no others; and of these only its buffers', for its
 * memory is locked: what is in swap is counted.
 */
bool card_open(struct card *card, const struct driver *driver)
{
	char path[32];

	if (!vt_has_memory_cgroups() || (mkdir(GROUP, 0755) && errno != EEXIST) ||
	    vt_cgroup_join(GROUP, 0) || mlockall(MCL_CURRENT | MCL_FUTURE))
		return false;
	card->driver = driver;
	for (card->minor = 0; card->minor < 64; card->minor++) {
		snprintf(path, sizeof(path), "/dev/dri/card%d", card->minor);
		card->fd = open(path, O_RDWR | O_CLOEXEC);
		if (card->fd < 0)
			continue;
		if (is_driven_by(card->fd, driver->name) && find_device(card))
			return true;
		close(card->fd);
	}
	return false;
}

void card_close(struct card *card)
{
	close(card->fd);
}

static int write_device(const struct card *card, const char *file)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/bus/pci/drivers/%s/%s",
		 card->driver->name, file);
	return vt_write_text(path, card->device);
}

/* Takes the driver from the device. 0 or a negative errno. */
int card_unbind(const struct card *card)
{
	return write_device(card, "unbind");
}

/* Gives it back. The card is to be opened again then. */
int card_bind(const struct card *card)
{
	return write_device(card, "bind");
}

static long long manager_counter(const struct card *card, const char *manager,
				 const char *name)
{
	char path[80];
	long long value;

	snprintf(path, sizeof(path), "/sys/kernel/debug/dri/%d/%s",
		 card->minor, manager);
	value = vt_counter(path, name);
	if (value >= 0)
		return value;
	/* radeon makes the file before its folder. */
	snprintf(path, sizeof(path), "/sys/kernel/debug/%s", manager);
	return vt_counter(path, name);
}

/* Pages of the memory that @manager manages, or -1. */
long long manager_pages(const struct card *card, const char *manager)
{
	return manager_counter(card, manager, "  size");
}

/* Pages of it that buffers have, or -1. */
long long manager_used(const struct card *card, const char *manager)
{
	long long bytes = manager_counter(card, manager, "  usage");

	return bytes < 0 ? bytes : bytes / (long long)VT_PAGE;
}

struct books books_read(void)
{
	return (struct books) {
		.objects = vt_read_number(DEBUG_TTM "buffer_objects"),
		.gpu = vt_vmstat("nr_gpu_active"),
		.shmem = vt_vmstat("nr_shmem") +
			 vt_swap_used_kib() * 1024 / (long long)VT_PAGE,
	};
}

bool books_equal(struct books a, struct books b)
{
	return a.objects == b.objects && a.gpu == b.gpu && a.shmem == b.shmem;
}

/* Pages of one buffer, 0 if none is left, or -1. */
long swap_out_one(void)
{
	return vt_read_number(DEBUG_TTM "tt_shrink");
}

/* Pages of all buffers, or -1. */
long swap_out_all(void)
{
	long pages, sum = 0;

	while ((pages = swap_out_one()) > 0)
		sum += pages;
	return pages < 0 ? -1 : sum;
}

/* Pages that went to the swap device. All of the caller's cgroup may go. */
long long write_to_disk(void)
{
	long long before = vt_vmstat("pswpout");
	int tries;

	/* Fails because it cannot reclaim as much as that: there is less. */
	for (tries = 0; tries < 3; tries++)
		vt_write_text(GROUP "/memory.reclaim", "1G");
	return vt_vmstat("pswpout") - before;
}
