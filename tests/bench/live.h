/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What live.bpf.c sends, and where to. */
#pragma once

#include <linux/types.h>

#define LIVE_HEADER 96 /* bytes: two stacks of Ethernet, IPv4 and UDP, and VXLAN, are 92 */

#define LIVE_TICK 16 /* frames between two looks at the clock */

/* What the program says of its run. Times: CLOCK_MONOTONIC, nanoseconds. */
struct live_run {
	__u64 sent;
	__u64 first;
	__u64 last; /* of the frames whose number is a multiple of LIVE_TICK */
};

struct live {
	__u64 header[LIVE_HEADER / 8];
	__u32 device;
	__u32 pad;
};
