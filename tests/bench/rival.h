/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The tables of the rivals' programs, for them and for tests/tools/mcrival.c that fills them. */
#pragma once

#include <linux/types.h>

#define RIVAL_MEMBERS 1024 /* of a group, and so buckets of cilium_shape.bpf.c's inner hash */
#define RIVAL_GROUPS  64

struct rival_member {
	__be32 address; /* also the key */
	__u32 ifindex;
	__u32 flags;
};

struct rival_tunnel {
	__u32 device; /* vxlan, in collect-metadata mode */
	__u32 vni;
	__u32 vteps; /* number of them */
};
