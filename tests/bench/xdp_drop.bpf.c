// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The limit of dropping: counts whatever comes, reads none of it, drops it. What is left is the
 * generator's, the veth's and its poll's, which no guard can be rid of.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("xdp")
int rival_drop(struct xdp_md *xdp)
{
	__u32 key = 0;
	__u64 *count = bpf_map_lookup_elem(&counts, &key);

	(void)xdp;
	if (count)
		(*count)++;
	return XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
