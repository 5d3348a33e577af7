// SPDX-License-Identifier: GPL-2.0
/*
 * The tests that are next to this one once more, on other devices: with DMA
 * addresses, with 32 bits of them, with memory of the DMA API's, with pools of
 * their own, and with little room.
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
	/* The shrinker cannot back up the DMA API's memory. */
	bool only_swapout;
};

FIXTURE_VARIANT_ADD(devices, dma)
{
	.device = "dma=1",
};

FIXTURE_VARIANT_ADD(devices, dma32)
{
	.device = "dma=1 dma32=1",
};

FIXTURE_VARIANT_ADD(devices, dma_alloc)
{
	.device = "dma_alloc=1",
	.only_swapout = true,
};

FIXTURE_VARIANT_ADD(devices, pools)
{
	.device = "pools=3",
};

FIXTURE_VARIANT_ADD(devices, pools_and_dma)
{
	.device = "pools=2 dma=1 beneficial_order=0",
};

FIXTURE_VARIANT_ADD(devices, vram_and_little_gtt)
{
	.device = "vram_mib=2 gtt_mib=40 dma=1",
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

static void run(struct __test_metadata *_metadata, const char *command)
{
	char self[256] = "", line[512];
	int status;
	FILE *out;

	ASSERT_LT(0, readlink("/proc/self/exe", self, sizeof(self) - 1));
	snprintf(line, sizeof(line), "%s/%s 2>&1", dirname(self), command);
	out = popen(line, "r");
	ASSERT_NE(NULL, out);
	/* Its lines are no results of ours. */
	while (fgets(line, sizeof(line), out))
		printf("# # %s", line);
	fflush(stdout);
	status = pclose(out);
	EXPECT_EQ(0, status)
		TH_LOG("%s", command);
}

TEST_F_TIMEOUT(devices, swapout, 900)
{
	run(_metadata, "swapout");
}

TEST_F_TIMEOUT(devices, shared, 900)
{
	run(_metadata, variant->only_swapout ?
	    "shared -v swapped_out_copied -v swapped_out_handed_over" : "shared");
}

TEST_F_TIMEOUT(devices, content, 900)
{
	if (variant->only_swapout)
		SKIP(return, "the shrinker backs nothing up");
	run(_metadata, "content -t survives -t restored_in_another_order -t starts_as_zeroes");
}

TEST_F_TIMEOUT(devices, race, 900)
{
	run(_metadata, "race -v mixed");
}

TEST_F_TIMEOUT(devices, uapi, 900)
{
	if (variant->only_swapout)
		SKIP(return, "the shrinker backs nothing up");
	run(_metadata, "uapi");
}

TEST_HARNESS_MAIN
