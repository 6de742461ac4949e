// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rival: XDP's own replication, what 'xdp-bench redirect-multi' runs: each frame to all devices of a
 * DEVMAP_HASH. Not that tool itself: it takes every device it names for itself, so that two numbers
 * of receivers could not share a run. Whatever comes is copied. Never with xdp.frags, which kernels
 * before the middle of 2026 broadcast wrongly.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "rival.h"

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, RIVAL_MEMBERS);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

SEC("xdp")
int rival_xdp(struct xdp_md *xdp)
{
	(void)xdp;
	return bpf_redirect_map(&ports, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
}

char _license[] SEC("license") = "Dual BSD/GPL";
