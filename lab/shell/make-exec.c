// SPDX-License-Identifier: GPL-2.0
/*
 * A function for GNU make, $(exec PROGRAM): make becomes the program.
 *
 * If a recipe fails, make ends with 2. With this function, 'make shell CMD=...' ends with
 * the status of the command. The variables named in $(INPUTS) are put into the
 * environment, as make does for recipes.
 */
#include <gnumake.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int plugin_is_GPL_compatible;

static void put_into_environment(const char *name)
{
	char reference[128];
	char *value;

	snprintf(reference, sizeof(reference), "$(value %s)", name);
	value = gmk_expand(reference);
	if (*value)
		setenv(name, value, 1);
	gmk_free(value);
}

static char *become(const char *function, unsigned int argc, char **argv)
{
	char *inputs = gmk_expand("$(INPUTS)");
	char *name;

	(void)function;
	(void)argc;
	for (name = strtok(inputs, " "); name; name = strtok(NULL, " "))
		put_into_environment(name);
	execl(argv[0], argv[0], (char *)NULL);
	perror(argv[0]);
	exit(127);
}

int make_exec_gmk_setup(void);
int make_exec_gmk_setup(void)
{
	gmk_add_function("exec", become, 1, 1, GMK_FUNC_DEFAULT);
	return 1;
}
