// SPDX-License-Identifier: GPL-2.0
/* Put the machine to sleep. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "hibernate.h"

uint64_t now_ms(void)
{
	return now_ns() / 1000000;
}

/* -1 if it is no such thing. */
int step_parse(struct step *step, const char *text)
{
	strcpy(step->test, "none");
	return sscanf(text, "%15[a-z]:%15[a-z]", step->state, step->test) < 1 ? -1 : 0;
}

/* 0, or an errno. */
static int put(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, word, strlen(word)) < 0)
		error = errno;
	close(fd);
	return error;
}

/* 0 when the machine is back, or why it did not sleep, as an errno. */
int step_sleep(const struct step *step)
{
	int error = put("/sys/power/pm_test", step->test);

	return error ? error : put("/sys/power/state", step->state);
}
