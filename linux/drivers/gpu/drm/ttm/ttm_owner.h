/* SPDX-License-Identifier: GPL-2.0 OR MIT */
#ifndef _TTM_OWNER_H_
#define _TTM_OWNER_H_

#include <linux/cgroup.h>
#include <linux/memcontrol.h>
#include <linux/sched/mm.h>
#include <linux/swap.h>

/*
 * Which memory cgroup pays for what a buffer has in shmem: that of the task
 * that created the buffer, whoever runs reclaim. Remembered as an obj_cgroup,
 * which does not keep a removed cgroup alive: its parent inherits the buffer.
 */

/**
 * ttm_owner_of_current() - The owner of a buffer that is created now
 *
 * Cgroup v1 has no owners: whether one may use swap cannot be told there.
 *
 * Return: A reference, for obj_cgroup_put(), or NULL without memory cgroups v2.
 */
static inline struct obj_cgroup *ttm_owner_of_current(void)
{
#ifdef CONFIG_MEMCG
	if (!mem_cgroup_disabled() && cgroup_subsys_on_dfl(memory_cgrp_subsys))
		return get_obj_cgroup_from_current();
#endif
	return NULL;
}

/**
 * struct ttm_owner_scope - From ttm_owner_pays() to ttm_owner_paid()
 * @memcg: Who is charged, with a reference; NULL if the current task is.
 * @outer: Who was charged before.
 */
struct ttm_owner_scope {
	struct mem_cgroup *memcg;
	struct mem_cgroup *outer;
};

/**
 * ttm_owner_pays() - Charge an owner for what is allocated from here on
 * @scope: What ttm_owner_paid() needs.
 * @owner: The owner, or NULL to leave it to the current task.
 * @nr_pages: How many pages will be charged.
 *
 * So it is left if the owner has not as much swap left to use. What is backed up
 * then could not leave memory again, with an owner over its limit who cannot
 * help it.
 *
 * Context: Process context. Scopes nest.
 */
static inline void ttm_owner_pays(struct ttm_owner_scope *scope,
				  struct obj_cgroup *owner, long nr_pages)
{
	scope->memcg = NULL;
	if (!owner)
		return;

	scope->memcg = get_mem_cgroup_from_objcg(owner);
	if (mem_cgroup_get_nr_swap_pages(scope->memcg) < nr_pages) {
		mem_cgroup_put(scope->memcg);
		scope->memcg = NULL;
		return;
	}
	scope->outer = set_active_memcg(scope->memcg);
}

/**
 * ttm_owner_paid() - The end of what ttm_owner_pays() began
 * @scope: What that has filled in.
 */
static inline void ttm_owner_paid(struct ttm_owner_scope *scope)
{
	if (!scope->memcg)
		return;
	set_active_memcg(scope->outer);
	mem_cgroup_put(scope->memcg);
}

#endif
