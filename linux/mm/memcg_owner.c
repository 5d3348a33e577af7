// SPDX-License-Identifier: GPL-2.0-only
/*
 * Charging memory to the cgroup of its owner, whoever runs.
 *
 * What a driver hands over to shmem becomes reclaimable memory, which somebody is
 * charged for: the task that happens to be in reclaim, or nobody if it is kswapd.
 * The owner, who has filled the memory, is a better choice, as long as that does
 * it no harm. It is charged for what somebody else does. So it must not be driven
 * to a limit by it, where its own next charge would be throttled, or would kill;
 * and it must be able to get rid of the pages again.
 */
#include <linux/cgroup.h>
#include <linux/export.h>
#include <linux/memcg_owner.h>
#include <linux/memcontrol.h>
#include <linux/page_counter.h>
#include <linux/sched/mm.h>
#include <linux/swap.h>

/**
 * mem_cgroup_owner_of_current() - The owner of memory that is allocated now
 *
 * An obj_cgroup does not keep a removed cgroup alive: its parent inherits what
 * the cgroup owned.
 *
 * Context: Process context.
 *
 * Return: A reference, for obj_cgroup_put(). NULL without memory cgroups and with
 * cgroup v1, where the swap that is left to a group cannot be told.
 */
struct obj_cgroup *mem_cgroup_owner_of_current(void)
{
	if (mem_cgroup_disabled() || !cgroup_subsys_on_dfl(memory_cgrp_subsys))
		return NULL;
	return get_obj_cgroup_from_current();
}
EXPORT_SYMBOL_FOR_MODULES(mem_cgroup_owner_of_current, "ttm");

/* Are so many pages more within the limits? */
static bool page_counter_has_room(struct page_counter *counter,
				  unsigned long nr_pages)
{
	unsigned long limit = min(READ_ONCE(counter->max),
				  READ_ONCE(counter->high));
	unsigned long usage = page_counter_read(counter);

	return usage <= limit && nr_pages <= limit - usage;
}

/* Would reclaim pass by so many pages more? */
static bool page_counter_protects(struct page_counter *counter,
				  unsigned long nr_pages)
{
	unsigned long protection = max(READ_ONCE(counter->min),
				       READ_ONCE(counter->low));

	return protection &&
	       page_counter_read(counter) + nr_pages <= protection;
}

/*
 * Would it do the cgroup harm to be charged for so many pages? What protects a
 * parent may or may not protect the cgroup, by the way the parent's protection
 * is shared. It is taken to, for nothing is lost by that.
 */
static int memcg_may_pay(struct mem_cgroup *memcg, unsigned long nr_pages)
{
	if (get_nr_swap_pages() < (long)nr_pages)
		return -ENOSPC;

	for (; memcg && !mem_cgroup_is_root(memcg); memcg = parent_mem_cgroup(memcg)) {
		if (!page_counter_has_room(&memcg->swap, nr_pages))
			return -ENOSPC;
		if (!page_counter_has_room(&memcg->memory, nr_pages))
			return -EDQUOT;
		if (page_counter_protects(&memcg->memory, nr_pages))
			return -EPERM;
	}
	return 0;
}

/**
 * mem_cgroup_owner_pays() - Charge an owner for what is allocated from here on
 * @scope: What mem_cgroup_owner_paid() needs.
 * @owner: The owner, or NULL if there is none.
 * @nr_pages: How many pages will be charged, at most.
 *
 * What cannot be charged to the owner is charged as if there was none: to the
 * task that runs.
 *
 * The memory.high of the owner is not for the task that runs either: it does not
 * have to reclaim for it, nor is it throttled.
 *
 * Context: Process context; does not sleep. Scopes nest.
 *
 * Return: 0 if the owner pays. Otherwise the reason why not: -ENOENT if there is
 * none, -ENOSPC if it has not as much swap left, for it could not get rid of the
 * pages, -EDQUOT if it has not as much room below memory.high and memory.max,
 * -EPERM if memory.min or memory.low would keep reclaim from the pages.
 */
int mem_cgroup_owner_pays(struct mem_cgroup_owner_scope *scope,
			  struct obj_cgroup *owner, unsigned long nr_pages)
{
	struct mem_cgroup *memcg;
	int err;

	scope->memcg = NULL;
	if (!owner)
		return -ENOENT;

	memcg = get_mem_cgroup_from_objcg(owner);
	err = memcg_may_pay(memcg, nr_pages);
	if (err) {
		mem_cgroup_put(memcg);
		return err;
	}
	scope->memcg = memcg;
	scope->outer = set_active_memcg(memcg);
	scope->over_high = current->memcg_nr_pages_over_high;
	return 0;
}
EXPORT_SYMBOL_FOR_MODULES(mem_cgroup_owner_pays, "ttm");

/**
 * mem_cgroup_owner_paid() - The end of what mem_cgroup_owner_pays() began
 * @scope: What that has filled in.
 *
 * Context: Process context; does not sleep.
 */
void mem_cgroup_owner_paid(struct mem_cgroup_owner_scope *scope)
{
	if (!scope->memcg)
		return;
	current->memcg_nr_pages_over_high = scope->over_high;
	set_active_memcg(scope->outer);
	mem_cgroup_put(scope->memcg);
}
EXPORT_SYMBOL_FOR_MODULES(mem_cgroup_owner_paid, "ttm");
