// SPDX-License-Identifier: GPL-2.0
/* Functions that end the program. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ttmstat.h"

void *must(void *memory)
{
	if (memory)
		return memory;
	fputs("ttmstat: no memory\n", stderr);
	exit(EXIT_FAILURE);
}

/*
 * The reader of the output may have closed it, which is no failure. After a signal
 * main() ends the program.
 */
void flush_or_exit(void)
{
	if (!fflush(stdout) || errno == EINTR)
		return;
	if (errno == EPIPE)
		_exit(EXIT_SUCCESS);
	fprintf(stderr, "ttmstat: cannot write: %m\n");
	_exit(EXIT_FAILURE);
}
