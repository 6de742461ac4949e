// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The limit: the least that copies a packet to a list of ports. Nothing is parsed, checked, filtered
 * or counted, whatever comes is copied; the last copy is the packet itself, handed to the peer.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "rival.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RIVAL_MEMBERS);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

const volatile __u32 port_count;

static long copy_to_port(__u32 i, struct __sk_buff **skb)
{
	__u32 *ifindex = bpf_map_lookup_elem(&ports, &i);

	if (!ifindex)
		return 1;
	bpf_clone_redirect(*skb, *ifindex, 0);
	return 0;
}

SEC("tc")
int rival_ingress(struct __sk_buff *skb)
{
	__u32 last = port_count - 1;
	__u32 *ifindex = bpf_map_lookup_elem(&ports, &last);

	if (!ifindex)
		return TC_ACT_SHOT;
	if (port_count > 1)
		bpf_loop(port_count - 1, copy_to_port, &skb, 0);
	return bpf_redirect_peer(*ifindex, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
