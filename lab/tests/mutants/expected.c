// SPDX-License-Identifier: GPL-2.0-only
/* One of everything that make.awk has to tell apart. "if (a)" in a comment is nothing. */
#include <linux/kernel.h>
#define NOTHING(x) do { if (x) \
	return; } while (0)

static const int table[] = { 1 + 1, true };

static struct thing *thing_get(struct thing *thing, int nr)
{
	static const bool fixed = true;
	struct thing *next = (mutant(101) != !!(thing)) ? thing->next : NULL;
	XA_STATE(xas, &thing->tree, nr - (mutant(131) ? 0 : 1));
	int i, err = 0, n = 1;

	if ((mutant(102) != !!(!thing || (!mutant(105) && (((mutant(106) || (mutant_compare(107, nr , <, <=, n))) && (mutant(108) || (thing->flags & THING_OLD)))))))) {
		mutant_drop(109, pr_err("a string with ; and \" and if (x)\n"));
		return NULL;
	}
#ifdef CONFIG_THING
	mutant_drop(110, thing->flags |= (mutant(132) ? 0 : THING_NEW) | (mutant(133) ? 0 : THING_FAST));
#endif
	for (i = 0; (mutant(111) != !!(mutant_compare(112, i , <=, <, nr))); i++)
		mutant_drop(113, thing->part[i].count = n + (mutant(134) ? 0 : 1));
	list_for_each_entry(thing, next, link)
		mutant_drop(114, thing_put(thing,
			  (mutant(135) || false)));
	while (1) {
		cond_resched();
		if ((mutant(115) != !!((!mutant(116) && (thing_busy(thing))))))
			continue;
		else
			mutant_drop(117, err = -EBUSY);
	}
	do
		mutant_drop(118, thing->count++);
	while ((mutant(119) != !!(thing->count != nr)));
	switch (nr) {
	case 1:
		mutant_drop(120, *thing->end = next);
		break;
	default:
		goto out;
	}
	if ((mutant(121) != !!((!mutant(122) && (IS_ERR(next))))))
		return mutant(123) ? 0 : (ERR_CAST(next));
	if ((mutant(124) != !!((!mutant(125) && ((!mutant(126) && (mutant_compare(127, i , <, <=, nr))) || (!mutant(128) && (mutant_compare(129, i , <, <=, nr))))))))
		return mutant(130) ? 0 : (next);
out:
	return err ?: next;
}

/* Not ours. */
static bool thing_old(const struct thing *thing)
{
	return (mutant(136) != !!(mutant_compare(137, thing->age , >, >=, 10 - (mutant(138) ? 0 : 1))));
}

static int thing_error(struct thing *thing)
{
	bool old = (mutant(139) != !!((mutant(140) || (thing_old(thing))) && (mutant(141) || (mutant_compare(142, thing->count , >=, >, 3)))));

	if ((mutant(143) != !!(old))) {
		mutant_drop(144, thing->count = 0);
		return mutant(145) ? 0 : (-EBUSY);
	}
	return 0;
}
