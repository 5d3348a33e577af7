// SPDX-License-Identifier: GPL-2.0-only
/*
 * Charge memory to the cgroup of its owner, regardless of the running task.
 *
 * Memory that a driver hands over to shmem becomes reclaimable and has to be
 * charged. The candidates are the task that happens to be in reclaim, or nobody
 * if that is kswapd. The owner, who has filled the memory, is a better choice
 * as long as the charge does it no harm, because somebody else causes it. So
 * the charge must not take the owner to a limit, where its own next charge
 * would be throttled or invoke the OOM killer. And the owner must be able to
 * swap the pages out again.
 */
#include <linux/cgroup.h>
#include <linux/export.h>
#include <linux/memcg_owner.h>
#include <linux/memcontrol.h>
#include <linux/page_counter.h>
#include <linux/sched/mm.h>
#include <linux/swap.h>

/**
 * mem_cgroup_owner_of_current() - Get the owner of memory that is allocated now
 *
 * An obj_cgroup does not keep a removed cgroup alive: the parent inherits what
 * the cgroup owned.
 *
 * Context: Process context.
 *
 * Return: A reference, to be dropped with obj_cgroup_put(). NULL without memory
 * cgroups, and with cgroup v1, which does not tell how much swap a group has
 * left.
 */
struct obj_cgroup *mem_cgroup_owner_of_current(void)
{
	if (mem_cgroup_disabled() || !cgroup_subsys_on_dfl(memory_cgrp_subsys))
		return NULL;
	return get_obj_cgroup_from_current();
}
EXPORT_SYMBOL_FOR_MODULES(mem_cgroup_owner_of_current, "ttm");

/* Is there room for @nr_pages more below both limits? */
static bool page_counter_has_room(struct page_counter *counter,
				  unsigned long nr_pages)
{
	unsigned long limit = min(READ_ONCE(counter->max),
				  READ_ONCE(counter->high));
	unsigned long usage = page_counter_read(counter);

	return usage <= limit && nr_pages <= limit - usage;
}

/* With @nr_pages more, would memory.min or memory.low keep reclaim away? */
static bool page_counter_protects(struct page_counter *counter,
				  unsigned long nr_pages)
{
	unsigned long protection = max(READ_ONCE(counter->min),
				       READ_ONCE(counter->low));

	return protection &&
	       page_counter_read(counter) + nr_pages <= protection;
}

/*
 * Can the cgroup be charged for @nr_pages without harm? Whether the protection
 * of a parent also protects the cgroup depends on how the parent distributes
 * it. Assume that it does, which loses nothing.
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
 * mem_cgroup_owner_pays() - Begin to charge allocations to an owner
 * @scope: State for mem_cgroup_owner_paid().
 * @owner: The owner, or NULL if there is none.
 * @nr_pages: How many pages will be charged at most.
 *
 * If the owner cannot be charged, the running task is charged, as it would be
 * without an owner.
 *
 * The running task is not responsible for the owner's memory.high: it neither
 * has to reclaim for it, nor is it throttled.
 *
 * Context: Process context; does not sleep. Scopes nest.
 *
 * Return: 0 if the owner pays. Otherwise the reason why it does not: -ENOENT if
 * there is no owner; -ENOSPC if it does not have @nr_pages of swap left and so
 * could not get rid of the pages; -EDQUOT if it does not have that much room
 * below memory.high and memory.max; -EPERM if memory.min or memory.low would
 * keep reclaim from the pages.
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
 * mem_cgroup_owner_paid() - End the scope of mem_cgroup_owner_pays()
 * @scope: The state that mem_cgroup_owner_pays() has filled in.
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
