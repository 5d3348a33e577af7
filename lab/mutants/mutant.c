// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lab's own: which change to make (mutant=N on the command line, none if it is 0),
 * and which could have been made: in debugfs, where a write forgets them.
 */
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/mutant.h>
#include <linux/seq_file.h>
#include <linux/string.h>

/* More than there are. */
#define MUTANTS 65536

unsigned int mutant_active;
EXPORT_SYMBOL(mutant_active);
u8 mutant_reached[MUTANTS];
EXPORT_SYMBOL(mutant_reached);

static int __init mutant_setup(char *text)
{
	return kstrtouint(text, 10, &mutant_active);
}
early_param("mutant", mutant_setup);

static int mutants_show(struct seq_file *m, void *data)
{
	int i;

	for (i = 0; i < MUTANTS; i++)
		if (mutant_reached[i])
			seq_printf(m, "%d\n", i);
	return 0;
}

static ssize_t mutants_write(struct file *file, const char __user *text,
			     size_t len, loff_t *at)
{
	memset(mutant_reached, 0, sizeof(mutant_reached));
	return len;
}
DEFINE_SHOW_STORE_ATTRIBUTE(mutants);

static int __init mutants_debugfs(void)
{
	debugfs_create_file("mutants", 0600, NULL, NULL, &mutants_fops);
	return 0;
}
late_initcall(mutants_debugfs);
