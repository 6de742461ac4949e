// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rival: remote copies the way Cilium makes them, written anew for the benchmark. For each VTEP a
 * tunnel key is set and a clone handed to a collect-metadata vxlan device, which encapsulates it.
 * Left out, to the rival's advantage: any choice of packets, and the hash that its members are in.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#include "rival.h"

const volatile struct rival_tunnel tunnel;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RIVAL_MEMBERS);
	__type(key, __u32);
	__type(value, __u32); /* IPv4 address, host order, as the key wants it */
} vteps SEC(".maps");

static long copy_to_vtep(__u32 i, struct __sk_buff **skb)
{
	struct bpf_tunnel_key key = { .tunnel_id = tunnel.vni, .tunnel_ttl = 64 };
	__u32 *address = bpf_map_lookup_elem(&vteps, &i);

	if (!address)
		return 1;
	key.remote_ipv4 = *address;
	if (!bpf_skb_set_tunnel_key(*skb, &key, sizeof(key), BPF_F_ZERO_CSUM_TX))
		bpf_clone_redirect(*skb, tunnel.device, 0);
	return 0;
}

SEC("tc")
int rival_ingress(struct __sk_buff *skb)
{
	bpf_loop(tunnel.vteps, copy_to_vtep, &skb, 0);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
