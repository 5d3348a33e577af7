// SPDX-License-Identifier: GPL-2.0
/* Text in columns as wide as their content. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ttmstat.h"

#define MAX_COLUMNS	16

/*
 * The header is the first row. Columns are set flush right, except those whose
 * header begins with "<".
 */
struct table {
	unsigned int columns, cells;
	int width[MAX_COLUMNS];
	bool left[MAX_COLUMNS];
	char **cell;
};

/* @columns: headers, separated by "|". */
struct table *table_new(const char *columns)
{
	struct table *t = must(calloc(1, sizeof(*t)));
	char *save, *copy = must(strdup(columns)), *name;
	unsigned int i;

	for (i = 0; columns[i]; i++)
		t->columns += columns[i] == '|';
	t->columns++;
	for (name = strtok_r(copy, "|", &save); name;
	     name = strtok_r(NULL, "|", &save)) {
		t->left[t->cells] = *name == '<';
		table_cell(t, name + (*name == '<'));
	}
	free(copy);
	return t;
}

/* From left to right, and row by row. */
void table_cell(struct table *t, const char *text)
{
	int *width = &t->width[t->cells % t->columns];
	int len = (int)strlen(text);

	t->cell = must(realloc(t->cell, (t->cells + 1) * sizeof(*t->cell)));
	t->cell[t->cells++] = must(strdup(text));
	if (len > *width)
		*width = len;
}

static void print_cell(const struct table *t, unsigned int i)
{
	unsigned int column = i % t->columns;
	bool last = column == t->columns - 1;
	int width = t->width[column];

	if (t->left[column])
		printf("%-*s", last ? 0 : width, t->cell[i]);
	else
		printf("%*s", width, t->cell[i]);
	fputs(last ? "\n" : "  ", stdout);
}

/* It is gone after that. */
void table_print(struct table *t)
{
	unsigned int i;

	for (i = 0; i < t->cells; i++) {
		print_cell(t, i);
		free(t->cell[i]);
	}
	free(t->cell);
	free(t);
}
