// SPDX-License-Identifier: GPL-2.0
/*
 * Hibernation in the middle of everything: the image is made and written, and the
 * machine, which has not been off, goes on from what it reads back.
 */
#include <drivers/vttm/vttm_test.h>

#include "stress.h"

#define DISK		"/sys/power/disk"
#define FREEZE_TIMEOUT	"/sys/power/pm_freeze_timeout"

/* Clients that wait for their memory do not freeze. In ms. */
#define PATIENCE	120000

static char mode[32];
static long long freeze_timeout;

static bool read_line(const char *path, char *line, int size)
{
	FILE *f = fopen(path, "re");
	bool got = f && fgets(line, size, f);

	if (f)
		fclose(f);
	return got;
}

/*
 * A virtio port does not survive hibernation, and could not report the end of
 * the campaign.
 */
static bool output_survives(void)
{
	char path[64];
	ssize_t len = readlink("/proc/self/fd/1", path, sizeof(path) - 1);

	return len < 0 || strncmp(path, "/dev/vport", strlen("/dev/vport"));
}

static bool has_resume_device(void)
{
	char line[32];

	return read_line("/sys/power/resume", line, sizeof(line)) &&
	       strncmp(line, "0:0", 3);
}

/* The word in brackets. */
static void remember_mode(const char *line)
{
	const char *open = strchr(line, '[');

	mode[0] = 0;
	if (open)
		sscanf(open, "[%31[a-z_]]", mode);
}

static bool begin_test_resume(struct rng *rng)
{
	char line[128];

	(void)rng;
	if (!output_survives() || !has_resume_device() ||
	    !read_line(DISK, line, sizeof(line)) ||
	    !strstr(line, "test_resume"))
		return false;
	remember_mode(line);
	freeze_timeout = vt_read_number(FREEZE_TIMEOUT);
	vt_write_number(FREEZE_TIMEOUT, PATIENCE);
	return !vt_write_text(DISK, "test_resume");
}

static void strike_test_resume(struct rng *rng)
{
	int err = ask("/sys/power/state", "disk", LONG_MS);

	if (err)
		error("test_resume: %s", strerror(err));
	else
		turn_test_resume.strikes++;
	pass_time(200 + rng_below(rng, 500));
}

static void end_test_resume(void)
{
	if (!mode[0])
		return;
	vt_write_text(DISK, mode);
	vt_write_number(FREEZE_TIMEOUT, (unsigned long long)freeze_timeout);
	mode[0] = 0;
}

struct turn turn_test_resume = {
	.name = "test-resume", .budget = 90, .alone = true,
	.begin = begin_test_resume, .strike = strike_test_resume,
	.end = end_test_resume, .unit = "resumes",
};
