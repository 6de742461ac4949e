/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* TTL and hop limit of what crosses an uplink port: it leaves the link, so it is routed. */
#pragma once

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <maps/maps.bpf.h>

#define TTL4_OFFSET  (ETH_HLEN + __builtin_offsetof(struct iphdr, ttl))
#define SUM4_OFFSET  (ETH_HLEN + __builtin_offsetof(struct iphdr, check))
#define LIMIT_OFFSET (ETH_HLEN + __builtin_offsetof(struct ipv6hdr, hop_limit))

/* Adds @difference to the TTL of a frame, which must be one that a router sends on: 0, or -1 if not. */
static __noinline int change_ttl(struct __sk_buff *skb, int ipv6, int difference)
{
	__be16 old, new; /* TTL and protocol: the word that the checksum has */
	__u8 limit;

	if (ipv6) {
		if (bpf_skb_load_bytes(skb, LIMIT_OFFSET, &limit, 1) || limit + difference < 1)
			return -1;
		limit += difference;
		return bpf_skb_store_bytes(skb, LIMIT_OFFSET, &limit, 1, BPF_F_RECOMPUTE_CSUM);
	}
	if (bpf_skb_load_bytes(skb, TTL4_OFFSET, &old, 2) || (MC_BE16(old) >> 8) + difference < 1)
		return -1;
	new = MC_BE16(MC_BE16(old) + difference * 256);
	bpf_l3_csum_replace(skb, SUM4_OFFSET, old, new, 2);
	return bpf_skb_store_bytes(skb, TTL4_OFFSET, &new, 2, 0);
}
