// SPDX-License-Identifier: GPL-2.0-only
/* One of everything that make.awk has to tell apart. "if (a)" in a comment is nothing. */
#include <linux/kernel.h>
#define NOTHING(x) do { if (x) \
	return; } while (0)

static const int table[] = { 1 + 1, true };

static struct thing *thing_get(struct thing *thing, int nr)
{
	static const bool fixed = true;
	struct thing *next = thing ? thing->next : NULL;
	XA_STATE(xas, &thing->tree, nr - 1);
	int i, err = 0, n = 1;

	if (!thing || (nr < n && thing->flags & THING_OLD)) {
		pr_err("a string with ; and \" and if (x)\n");
		return NULL;
	}
#ifdef CONFIG_THING
	thing->flags |= THING_NEW | THING_FAST;
#endif
	for (i = 0; i <= nr; i++)
		thing->part[i].count = n + 1;
	list_for_each_entry(thing, next, link)
		thing_put(thing,
			  false);
	while (1) {
		cond_resched();
		if (thing_busy(thing))
			continue;
		else
			err = -EBUSY;
	}
	do
		thing->count++;
	while (thing->count != nr);
	switch (nr) {
	case 1:
		*thing->end = next;
		break;
	default:
		goto out;
	}
	if (IS_ERR(next))
		return ERR_CAST(next);
	if (i < nr || i < nr)
		return next;
out:
	return err ?: next;
}

/* Not ours. */
static bool thing_old(const struct thing *thing)
{
	return thing->age > 10 - 1;
}

static int thing_error(struct thing *thing)
{
	bool old = thing_old(thing) && thing->count >= 3;

	if (old) {
		thing->count = 0;
		return -EBUSY;
	}
	return 0;
}
