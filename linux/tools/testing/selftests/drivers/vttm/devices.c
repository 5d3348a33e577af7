// SPDX-License-Identifier: GPL-2.0
/*
 * Run other programs of this directory again on different devices: with DMA
 * addresses, with 32-bit DMA addresses, with memory from the DMA API, with
 * several pools, and with VRAM and little room.
 */
#include <libgen.h>

#include "vttm_reload.h"

#include "kselftest_harness.h"

FIXTURE(devices)
{
	char settings[VT_SETTINGS];
};

FIXTURE_VARIANT(devices)
{
	const char *device;
	const char *programs[6];
};

/* The last programs are skipped on a slow kernel. */
#define NR_ON_SLOW_KERNELS	2
#define PROGRAMS \
	"race -v mixed", \
	"swapout -t comes_back_in_another_order -t others_have_to_make_room", \
	"swapout", "shared", "uapi", \
	"content -t survives -t restored_in_another_order"

FIXTURE_VARIANT_ADD(devices, dma)
{
	.device = "dma=1",
	.programs = { PROGRAMS },
};

FIXTURE_VARIANT_ADD(devices, dma32)
{
	.device = "dma=1 dma32=1",
	.programs = { PROGRAMS },
};

/* The shrinker cannot back up memory from the DMA API. */
FIXTURE_VARIANT_ADD(devices, dma_alloc)
{
	.device = "dma_alloc=1",
	.programs = {
		"race -v mixed", "swapout", "content -t starts_as_zeroes",
		"shared -v swapped_out_copied -v swapped_out_handed_over",
	},
};

FIXTURE_VARIANT_ADD(devices, pools)
{
	.device = "pools=3",
	.programs = { PROGRAMS },
};

FIXTURE_VARIANT_ADD(devices, pools_and_dma)
{
	.device = "pools=2 dma=1 beneficial_order=0",
	.programs = { PROGRAMS },
};

FIXTURE_VARIANT_ADD(devices, vram_and_little_gtt)
{
	.device = "vram_mib=4 gtt_mib=40 dma=1",
	.programs = { PROGRAMS },
};

FIXTURE_SETUP(devices)
{
	int ret;

	vt_settings(self->settings);
	ret = vt_reload(variant->device);
	if (ret == -ENOENT)
		SKIP(return, "vttm is no module");
	ASSERT_EQ(0, ret)
		TH_LOG("%s", variant->device);
}

FIXTURE_TEARDOWN(devices)
{
	EXPECT_EQ(0, vt_reload(self->settings));
}

/* Print the output of a program as comments, not as results of this one. */
static void print_comments(FILE *said)
{
	char line[512];

	rewind(said);
	while (fgets(line, sizeof(line), said))
		printf("# # %s", line);
	fflush(stdout);
}

static void run(struct __test_metadata *_metadata, const char *command)
{
	char self[256] = "", line[512];
	FILE *said = tmpfile();
	int status;

	ASSERT_NE(NULL, said);
	ASSERT_LT(0, readlink("/proc/self/exe", self, sizeof(self) - 1));
	snprintf(line, sizeof(line), "%s/%s >&%d 2>&1", dirname(self), command,
		 fileno(said));
	status = system(line);
	if (status)
		print_comments(said);
	fclose(said);
	EXPECT_EQ(0, status)
		TH_LOG("%s", command);
}

TEST_F_TIMEOUT(devices, pass_as_well, 1200)
{
	unsigned int i, nr = ARRAY_SIZE(variant->programs);

	if (vt_kernel_is_slow())
		nr = NR_ON_SLOW_KERNELS;
	for (i = 0; i < nr; i++)
		if (variant->programs[i])
			run(_metadata, variant->programs[i]);
}

TEST_HARNESS_MAIN
