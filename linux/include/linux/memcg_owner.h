/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_MEMCG_OWNER_H
#define _LINUX_MEMCG_OWNER_H

#include <linux/errno.h>

struct mem_cgroup;
struct obj_cgroup;

/**
 * struct mem_cgroup_owner_scope - State of a mem_cgroup_owner_pays() scope
 * @memcg: The cgroup that is charged, with a reference; NULL if the current
 *         task is charged.
 * @outer: The cgroup that was charged before.
 * @over_high: The number of pages above memory.high that the current task had
 *             to reclaim before, in its own cgroup.
 */
struct mem_cgroup_owner_scope {
	struct mem_cgroup *memcg;
	struct mem_cgroup *outer;
	unsigned int over_high;
};

#ifdef CONFIG_MEMCG
struct obj_cgroup *mem_cgroup_owner_of_current(void);
int mem_cgroup_owner_pays(struct mem_cgroup_owner_scope *scope,
			  struct obj_cgroup *owner, unsigned long nr_pages);
void mem_cgroup_owner_paid(struct mem_cgroup_owner_scope *scope);
#else
static inline struct obj_cgroup *mem_cgroup_owner_of_current(void)
{
	return NULL;
}

static inline int mem_cgroup_owner_pays(struct mem_cgroup_owner_scope *scope,
					struct obj_cgroup *owner,
					unsigned long nr_pages)
{
	return -ENOENT;
}

static inline void mem_cgroup_owner_paid(struct mem_cgroup_owner_scope *scope)
{
}
#endif

#endif
