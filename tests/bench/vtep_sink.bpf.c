// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where remote copies end: tc ingress of the wire's device. Counts UDP by the last seven bits of the
 * outer destination, each of which is a VTEP, and drops it.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("tc")
int rival_ingress(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + ETH_HLEN;
	__u64 *count;
	__u32 vtep;

	if (skb->protocol != bpf_htons(ETH_P_IP) || (void *)(ip + 1) > end ||
	    ip->protocol != IPPROTO_UDP)
		return TC_ACT_SHOT;
	vtep = bpf_ntohl(ip->daddr) & 0x7f;
	count = bpf_map_lookup_elem(&counts, &vtep);
	if (count)
		(*count)++;
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
