// SPDX-License-Identifier: GPL-2.0
/*
 * Memory failures in pages of the backup. A victim is in a cgroup of its own, by
 * which its pages are found. Only the victim may lose content, and then it must
 * get EIO.
 */
#include <drivers/vttm/vttm_poison.h>

#include "stress.h"

/* The findings that a victim leaves. */
static struct testament {
	uint64_t pfn;
	bool lost;
} *testament;

static int restore(const struct vt_buf *buf)
{
	int ret;

	while ((ret = vt_restore(buf->fd, buf->handle)) == -ENOMEM)
		usleep(10 * 1000);
	return ret;
}

static bool may_have_lost(void)
{
	return testament->pfn && !testament->lost;
}

/*
 * At most one of two buffers has lost a page. That is reported once, zeroes are in
 * its place, and the rest is unharmed. A page that was on its way to swap, or free
 * by then, is no loss.
 */
static void check(const struct vt_buf *buf)
{
	int ret = restore(buf);

	if (ret == -EIO && may_have_lost()) {
		testament->lost = true;
		if (restore(buf) || !vt_has_lost_a_page(buf))
			error("victim: more than a page was lost");
		return;
	}
	if (ret)
		error("victim: restore: %s", strerror(-ret));
	else if (vt_verify(buf))
		wrong("victim: wrong content after a memory failure");
}

static void back_up(const struct vt_buf *buf)
{
	int64_t ret = vt_shrink(buf->fd, buf->handle, 0, 0);

	if (ret < 0 && ret != -EBUSY)
		error("victim: shrink: %s", strerror((int)-ret));
}

static _Noreturn void victim_main(ino_t cgroup, unsigned int number)
{
	struct vt_buf bufs[2];
	uint64_t pfn;
	int fd, i;

	if (vt_cgroup_join(GROUP_VICTIM, 0) || (fd = vt_open()) < 0)
		_exit(1);
	/* Of blocks of order 10, or a single block. */
	if (vt_buf_init(&bufs[0], fd, number % 2 ? 64 * 1024 : 4 * VT_MIB,
			number % 3, 0) ||
	    vt_buf_init(&bufs[1], fd, VT_MIB, number % 3, 0))
		_exit(2);
	for (i = 0; i < 2; i++) {
		vt_fill(&bufs[i], number + i);
		back_up(&bufs[i]);
	}
	pfn = vt_find_page(cgroup, number * 7919);
	if (pfn && vt_have_it_fail(pfn))
		testament->pfn = pfn;
	for (i = 0; i < 2; i++)
		check(&bufs[i]);
	for (i = 0; i < 2; i++)
		vt_buf_fini(&bufs[i]);
	_exit(0);
}

/* Its buffer is gone, but a batch for the LRU may still hold the page. */
static void heal(uint64_t pfn)
{
	unsigned int tries;

	for (tries = 0; vt_heal_page(pfn); tries++) {
		if (tries == 200) {
			error("page %#llx cannot be healed",
			      (unsigned long long)pfn);
			return;
		}
		vt_write_text("/proc/sys/vm/drop_caches", "1");
		pass_time(50);
	}
}

static bool begin_poison(struct rng *rng)
{
	struct stat st;

	(void)rng;
	if (access(VT_HWPOISON, F_OK) || stat(GROUP_VICTIM, &st))
		return false;
	if (!testament)
		testament = mmap(NULL, sizeof(*testament),
				 PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return testament != MAP_FAILED &&
	       !vt_filter_failures(st.st_ino);
}

static void strike_poison(struct rng *rng)
{
	static unsigned int number;
	struct stat st;
	pid_t victim;
	int status;

	(void)rng;
	*testament = (struct testament) {};
	if (stat(GROUP_VICTIM, &st))
		return;
	victim = vt_fork();
	if (!victim)
		victim_main(st.st_ino, ++number);
	number++;
	while (victim > 0 && waitpid(victim, &status, WNOHANG) != victim)
		pass_time(10);
	if (victim < 0 || status)
		error("the victim ended with status %#x", status);
	if (testament->pfn)
		heal(testament->pfn);
	turn_poison.strikes += testament->lost;
}

static void end_poison(void)
{
	vt_unfilter_failures();
}

struct turn turn_poison = {
	.name = "poison", .budget = 110, .begin = begin_poison,
	.strike = strike_poison, .end = end_poison, .unit = "pages lost",
};
