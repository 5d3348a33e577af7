// SPDX-License-Identifier: GPL-2.0 OR MIT
#include <linux/device.h>

#define CREATE_TRACE_POINTS
#include "ttm_trace.h"
