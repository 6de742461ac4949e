// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Rival: multicast replication in the shape that Cilium ships, written anew for the benchmark. A
 * group's members are a hash of 1024 entries; the program walks it with bpf_for_each_map_elem(),
 * clones to each member, and drops the original. Left out, to the rival's advantage: what else a pod's
 * packets go through in a Cilium node, and its remote members.
 */
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "rival.h"

struct group_members {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RIVAL_MEMBERS);
	__uint(key_size, sizeof(__be32));
	__uint(value_size, sizeof(struct rival_member));
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, RIVAL_GROUPS);
	__type(key, __be32);
	__array(values, struct group_members);
} groups SEC(".maps");

static long copy_to_member(void *map, const void *key, struct rival_member *member,
			   struct __sk_buff **skb)
{
	(void)map;
	(void)key;
	return bpf_clone_redirect(*skb, member->ifindex, 0) ? 1 : 0;
}

SEC("tc")
int rival_ingress(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	unsigned char mac[ETH_ALEN] = { 0x01, 0x00, 0x5e };
	void *members;

	if (skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	if ((void *)(ip + 1) > end)
		return TC_ACT_OK;
	if ((ip->daddr & bpf_htonl(0xf0000000)) != bpf_htonl(0xe0000000))
		return TC_ACT_OK;
	members = bpf_map_lookup_elem(&groups, &ip->daddr);
	if (!members)
		return TC_ACT_OK;
	__builtin_memcpy(&mac[3], (char *)&ip->daddr + 1, 3);
	mac[3] &= 0x7f;
	if (bpf_skb_store_bytes(skb, 0, mac, sizeof(mac), 0))
		return TC_ACT_SHOT;
	bpf_for_each_map_elem(members, copy_to_member, &skb, 0);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
