// SPDX-License-Identifier: GPL-2.0
/*
 * Buffers of drivers for real cards come back from wherever TTM has put them:
 * evicted from VRAM, swapped out by hand or under a limit, on the swap device,
 * moved back into VRAM from there. And nothing is left of them when they are
 * closed. "drivers -v qxl" tests one driver, whose card has to be there.
 */
#include "card.h"

#include <kselftest_harness.h>

/* Seconds. Most of it is for a checking kernel on a busy host. */
#define PATIENCE	300

#define LIMIT		"/sys/module/ttm/parameters/pages_limit"

FIXTURE(card)
{
	struct card card;
	struct books before;
	long long vram;		/* pages of it */
	long long vram_used;
	long long limit;
	struct set set, other;
};

FIXTURE_VARIANT(card)
{
	const struct driver *driver;
	const char *manager;
};

FIXTURE_VARIANT_ADD(card, qxl)
{
	.driver = &qxl,
	.manager = "qxl_mem_mm",
};

FIXTURE_VARIANT_ADD(card, radeon)
{
	.driver = &radeon,
	.manager = "radeon_vram_mm",
};

FIXTURE_SETUP(card)
{
	self->limit = vt_read_number(LIMIT);
	ASSERT_LT(0, self->limit);
	ASSERT_TRUE(card_open(&self->card, variant->driver));
	self->vram = manager_pages(&self->card, variant->manager);
	self->vram_used = manager_used(&self->card, variant->manager);
	ASSERT_LT(4 * SET_LARGEST, self->vram);
	ASSERT_LE(0, self->vram_used);
	self->before = books_read();
	ASSERT_LT(0, self->before.objects);
	ASSERT_LE(0, self->before.gpu);
	ASSERT_LE(0, self->before.shmem);
}

/* Nothing is left of the test's buffers, whatever it did with them. */
FIXTURE_TEARDOWN(card)
{
	vt_write_number(LIMIT, self->limit);
	set_close(&self->other);
	set_close(&self->set);
	EXPECT_TRUE(vt_eventually(books_equal(self->before, books_read()))) {
		struct books now = books_read();

		TH_LOG("objects %+lld, pages of TTM %+lld, of shmem and swap %+lld",
		       now.objects - self->before.objects,
		       now.gpu - self->before.gpu,
		       now.shmem - self->before.shmem);
	}
	EXPECT_EQ(self->vram_used, manager_used(&self->card, variant->manager));
	card_close(&self->card);
}

#define in_vram(self)							\
	(manager_used(&(self)->card, variant->manager) - (self)->vram_used)
#define in_system(self)	(books_read().gpu - (self)->before.gpu)
#define in_shmem(self)	(books_read().shmem - (self)->before.shmem)

#define fill(place, pages)						\
	ASSERT_EQ(0, set_make(&self->set, &self->card, place, pages, 1))

/* The buffers are twice as much as VRAM, so each must be evicted by others. */
TEST_F_TIMEOUT(card, evicts, PATIENCE)
{
	long long vram;

	fill(PLACE_VRAM, 2 * self->vram);
	vram = in_vram(self);
	EXPECT_LE(self->vram - self->vram_used - 2 * SET_LARGEST, vram);
	EXPECT_EQ(self->set.pages - vram, in_system(self));
	EXPECT_EQ(0, set_verify(&self->set));
}

/* All of the buffer, while others take its place in VRAM. */
TEST_F_TIMEOUT(card, swaps_out, PATIENCE)
{
	long long system;

	fill(PLACE_VRAM, 2 * self->vram);
	ASSERT_EQ(0, set_make(&self->other, &self->card, PLACE_VRAM,
			      self->vram + self->vram / 4, 1000));
	system = self->set.pages + self->other.pages - in_vram(self);
	EXPECT_EQ(system, in_system(self));

	ASSERT_EQ(system, swap_out_all());
	EXPECT_EQ(0, in_system(self));
	EXPECT_EQ(system, in_shmem(self));

	EXPECT_EQ(0, set_verify(&self->other));
	set_close(&self->other);
	EXPECT_TRUE(vt_eventually(in_shmem(self) == self->set.pages));
	EXPECT_EQ(0, in_vram(self));

	EXPECT_LT(self->set.pages / 2, write_to_disk());
	EXPECT_EQ(0, set_verify(&self->set));
	EXPECT_EQ(self->set.pages, in_system(self));
	EXPECT_TRUE(vt_eventually(in_shmem(self) == 0));
}

/* Each round works with the pages that the round before allocated. */
TEST_F_TIMEOUT(card, swaps_out_again, PATIENCE)
{
	int round;

	fill(PLACE_VRAM, 2 * self->vram);
	for (round = 0; round < 3; round++) {
		long long system = in_system(self);

		EXPECT_EQ(system, swap_out_all());
		EXPECT_EQ(system, in_shmem(self));
		ASSERT_EQ(0, set_verify(&self->set))
			TH_LOG("round %d", round);
		vt_fill(&self->set.buf[round], 2000 + round);
	}
}

/*
 * Each eviction and each page fault that needs a page swaps out other buffers.
 */
TEST_F_TIMEOUT(card, heeds_the_limit, PATIENCE)
{
	long long limit = self->vram / 4;

	ASSERT_EQ(0, vt_write_number(LIMIT, limit));
	fill(PLACE_VRAM, 2 * self->vram);
	EXPECT_GE(limit, in_system(self));
	EXPECT_LE(self->set.pages - self->vram - limit, in_shmem(self));

	EXPECT_EQ(0, set_verify(&self->set));
	EXPECT_GE(limit, in_system(self));
	write_to_disk();
	EXPECT_EQ(0, set_verify(&self->set));
	EXPECT_GE(limit, in_system(self));
}

/* By the teardown. */
TEST_F_TIMEOUT(card, closes_what_is_swapped_out, PATIENCE)
{
	fill(PLACE_VRAM, 2 * self->vram);
	EXPECT_LT(0, swap_out_all());
	set_close(&self->set);
	EXPECT_TRUE(vt_eventually(in_shmem(self) == 0));
}

/*
 * A debugger causes no page fault that brings them back. Neither driver shows
 * VRAM to it.
 */
TEST_F_TIMEOUT(card, shows_a_debugger, PATIENCE)
{
	long hidden;

	fill(PLACE_VRAM, 2 * self->vram);
	EXPECT_LT(0, swap_out_all());
	EXPECT_EQ(0, set_read_from_outside(&self->set, &hidden));
	EXPECT_EQ(in_vram(self), hidden);
	EXPECT_EQ(0, set_verify(&self->set));
}

static void die_with_buffers(const struct driver *driver, struct set *set)
{
	struct card card;

	if (!card_open(&card, driver))
		_exit(1);
	if (set_make(set, &card, PLACE_VRAM, 8 * SET_LARGEST, 1))
		_exit(2);
	if (swap_out_all() < 0)
		_exit(3);
	kill(getpid(), SIGKILL);
}

/* The kernel closes the buffers of a dead client. */
TEST_F_TIMEOUT(card, outlives_a_client, PATIENCE)
{
	pid_t pid;
	int status;

	fill(PLACE_VRAM, self->vram);
	pid = vt_fork();
	ASSERT_LE(0, pid);
	if (!pid)
		die_with_buffers(variant->driver, &self->other);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFSIGNALED(status))
		TH_LOG("exit status %d", WEXITSTATUS(status));
	EXPECT_EQ(0, set_verify(&self->set));
}

/* Tests for one driver only. */

FIXTURE(qxl)
{
	struct card card;
	struct books before;
	struct set set;
};

FIXTURE_VARIANT(qxl)
{
	const char *surfaces;
};

FIXTURE_VARIANT_ADD(qxl, qxl)
{
	.surfaces = "qxl_surf_mm",
};

FIXTURE_SETUP(qxl)
{
	ASSERT_TRUE(card_open(&self->card, &qxl));
	self->before = books_read();
}

/*
 * The driver has buffers of one page in VRAM for its commands, 16 commands each,
 * and the device keeps the last commands until the driver goes.
 */
FIXTURE_TEARDOWN(qxl)
{
	struct books now;
	bool same;

	set_close(&self->set);
	same = vt_eventually((now = books_read(),
			      now.gpu == self->before.gpu &&
			      now.shmem == self->before.shmem &&
			      now.objects <= self->before.objects + 8));
	EXPECT_TRUE(same)
		TH_LOG("objects %+lld, pages of TTM %+lld, of shmem and swap %+lld",
		       now.objects - self->before.objects,
		       now.gpu - self->before.gpu,
		       now.shmem - self->before.shmem);
	card_close(&self->card);
}

/* From the swap device into the card's memory, when the card needs them. */
TEST_F_TIMEOUT(qxl, moves_back_what_is_swapped_out, PATIENCE)
{
	long long memory = manager_pages(&self->card, variant->surfaces) +
			   manager_pages(&self->card, "qxl_mem_mm");
	int i;

	ASSERT_EQ(0, set_make(&self->set, &self->card, PLACE_SURFACES,
			      2 * memory, 1));
	EXPECT_LT(0, swap_out_all());
	EXPECT_LT(0, write_to_disk());
	for (i = 0; i < self->set.n; i++) {
		const struct vt_buf *buf = &self->set.buf[i];

		if (buf->size < 4 * VT_PAGE)
			continue;
		ASSERT_EQ(0, qxl_use_surface(buf->fd, buf->handle));
	}
	EXPECT_EQ(0, set_verify(&self->set));
}

FIXTURE(radeon)
{
	struct card card;
	struct books before;
	struct set set;
};

FIXTURE_VARIANT(radeon)
{
	long pages;
};

FIXTURE_VARIANT_ADD(radeon, radeon)
{
	.pages = 16 * SET_LARGEST,
};

FIXTURE_SETUP(radeon)
{
	ASSERT_TRUE(card_open(&self->card, &radeon));
	self->before = books_read();
}

FIXTURE_TEARDOWN(radeon)
{
	set_close(&self->set);
	EXPECT_TRUE(vt_eventually(books_equal(self->before, books_read())));
	card_close(&self->card);
}

#define DOMAIN_CPU	1
#define DOMAIN_VRAM	4

/* Buffers that are never in VRAM, with addresses for the card's DMA. */
TEST_F_TIMEOUT(radeon, swaps_out_system_memory, PATIENCE)
{
	int i, round;

	fill(PLACE_SYSTEM, variant->pages);
	for (i = 0; i < self->set.n; i++)
		EXPECT_EQ(DOMAIN_CPU, radeon_domain(self->card.fd,
						    self->set.buf[i].handle));
	for (round = 0; round < 2; round++) {
		EXPECT_EQ(self->set.pages, in_system(self));
		EXPECT_EQ(self->set.pages, swap_out_all());
		EXPECT_EQ(0, in_system(self));
		EXPECT_EQ(self->set.pages, in_shmem(self));
		EXPECT_LT(self->set.pages / 2, write_to_disk());
		ASSERT_EQ(0, set_verify(&self->set));
	}
}

/* The driver says so itself. */
TEST_F_TIMEOUT(radeon, leaves_vram_for_system_memory, PATIENCE)
{
	long vram = manager_pages(&self->card, "radeon_vram_mm");
	int i, first, last;

	fill(PLACE_VRAM, 2 * vram);
	first = radeon_domain(self->card.fd, self->set.buf[0].handle);
	i = self->set.n - 1;
	last = radeon_domain(self->card.fd, self->set.buf[i].handle);
	EXPECT_EQ(DOMAIN_CPU, first);
	EXPECT_EQ(DOMAIN_VRAM, last);
}

/*
 * The driver goes and comes back, and in the end it goes. Each time it takes with it
 * the buffers that it had itself.
 */

FIXTURE(unbound)
{
	struct card card;
	struct set set;
};

FIXTURE_VARIANT(unbound)
{
	const struct driver *driver;
	const char *manager;
};

FIXTURE_VARIANT_ADD(unbound, qxl)
{
	.driver = &qxl,
	.manager = "qxl_mem_mm",
};

FIXTURE_SETUP(unbound)
{
	ASSERT_TRUE(card_open(&self->card, variant->driver));
}

FIXTURE_TEARDOWN(unbound)
{
	set_close(&self->set);
}

#define expect_unbound(self)						\
do {									\
	EXPECT_TRUE(vt_eventually(books_read().objects == 0));		\
	EXPECT_FALSE(card_open(&(self)->card, variant->driver));	\
} while (0)

/* Everything that a card can do, also its interrupts. */
TEST_F_TIMEOUT(unbound, comes_back, PATIENCE)
{
	int round;

	for (round = 0; round < 3; round++) {
		card_close(&self->card);
		ASSERT_EQ(0, card_unbind(&self->card));
		expect_unbound(self);

		ASSERT_EQ(0, card_bind(&self->card));
		ASSERT_TRUE(card_open(&self->card, variant->driver));
		fill(PLACE_SURFACES, 2 * manager_pages(&self->card, variant->manager));
		EXPECT_LT(0, swap_out_all());
		EXPECT_EQ(0, qxl_use_surface(self->card.fd,
					     self->set.buf[0].handle));
		EXPECT_EQ(0, set_verify(&self->set));
		set_close(&self->set);
	}
	card_close(&self->card);
}

TEST_F_TIMEOUT(unbound, leaves_nothing, PATIENCE)
{
	ASSERT_LT(0, books_read().objects);
	card_close(&self->card);
	ASSERT_EQ(0, card_unbind(&self->card));
	expect_unbound(self);
}

TEST_HARNESS_MAIN
