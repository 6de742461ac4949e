/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tables of cilium_shape.bpf.c, for the program and for tests/tools/mcrival.c that fills them. */
#pragma once

#include <linux/types.h>

#define RIVAL_MEMBERS 1024
#define RIVAL_GROUPS  64

struct rival_member {
	__be32 address; /* also the key */
	__u32 ifindex;
	__u32 flags;
};
