/* SPDX-License-Identifier: GPL-2.0 */
/*
 * drivers - what TTM's drivers for real cards do with buffers that are evicted
 * from the card's memory and swapped out
 *
 * QEMU emulates the cards. Each driver's buffers are made by its own ioctls;
 * everything after that is the same for all.
 */
#ifndef CARD_H
#define CARD_H

#include <drivers/vttm/vttm_test.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* The memory into which a buffer is put first. */
enum place {
	PLACE_VRAM,
	PLACE_SURFACES,	/* qxl has memory for surfaces beside VRAM */
	PLACE_SYSTEM,
};

/**
 * struct driver - how a driver's buffers are made
 * @name: What the driver calls itself.
 * @create: Makes a buffer of that size. 0 or a negative errno.
 * @offset: Where in the device's file a buffer is mapped. 0 or a negative errno.
 */
struct driver {
	const char *name;
	int (*create)(int fd, uint64_t size, enum place place, uint32_t *handle);
	int (*offset)(int fd, uint32_t handle, uint64_t *offset);
};

extern const struct driver qxl, radeon;

/* -- card.c: the device, and what the kernel tells of it -------------------- */

/**
 * struct card - an open device
 * @driver: What drives it.
 * @device: What the PCI bus calls it.
 * @fd: The device's file.
 * @minor: The number of its node, and of its folder in debugfs.
 */
struct card {
	const struct driver *driver;
	char device[16];
	int fd;
	int minor;
};

bool card_open(struct card *card, const struct driver *driver);
void card_close(struct card *card);
int card_unbind(const struct card *card);
int card_bind(const struct card *card);

long long manager_pages(const struct card *card, const char *manager);
long long manager_used(const struct card *card, const char *manager);

/**
 * struct books - what the machine has of everything, in pages but for @objects
 * @objects: TTM's buffer objects.
 * @gpu: Pages that TTM's pools have given to buffers.
 * @shmem: Pages in shmem's files, and all that is in swap.
 */
struct books {
	long long objects;
	long long gpu;
	long long shmem;
};

struct books books_read(void);
bool books_equal(struct books a, struct books b);

long swap_out_one(void);
long swap_out_all(void);
long long write_to_disk(void);

/* -- buffers.c: many buffers of all sizes ------------------------------------ */

#define SET_MAX		512
/* The largest buffer of a set. */
#define SET_LARGEST	512L

/**
 * struct set - buffers that are filled, verified and closed together
 * @buf: The buffers, all of them mapped.
 * @n: How many.
 * @pages: What they have in all.
 */
struct set {
	struct vt_buf buf[SET_MAX];
	int n;
	long pages;
};

int set_make(struct set *set, const struct card *card, enum place place,
	     long pages, uint64_t seed);
long set_verify(const struct set *set);
long set_read_from_outside(const struct set *set, long *hidden);
void set_close(struct set *set);

/* -- qxl.c, radeon.c --------------------------------------------------------- */

int qxl_use_surface(int fd, uint32_t handle);
int radeon_domain(int fd, uint32_t handle);

#endif
