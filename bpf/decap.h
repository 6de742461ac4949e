/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* From an outer frame to the inner one, in place; super-frames stay whole. */
#pragma once

#include <linux/if_packet.h>

#include <bpfcast/ecn.h>
#include <bpfcast/outer.h>

#include "account.h"
#include "encap.h"

/* A packet from a device without link layer gets an Ethernet header like all others: not 0 if it cannot. */
static __noinline long add_mac(struct __sk_buff *skb, struct mc_outer *outer)
{
	__be16 protocol = skb->protocol;

	outer->udp += ETH_HLEN;
	outer->inner += ETH_HLEN;
	outer->end += ETH_HLEN;
	if (outer->multicast)
		outer->multicast += ETH_HLEN;
	return bpf_skb_change_head(skb, ETH_HLEN, 0)
		       ?: bpf_skb_store_bytes(skb, 2 * ETH_ALEN, &protocol, sizeof(protocol), 0);
}

/*
 * Takes @length bytes of outer headers off. The kernel goes by skb->protocol where no driver sets it
 * anew, so it has to become the inner one: by a flag, or below 6.3 by change_proto(), which also adds
 * or takes the 20 bytes that IPv6 is longer.
 */
static __always_inline long shrink(struct __sk_buff *skb, __u32 length, int ipv6)
{
	const __s32 longer = V6_LENGTH - V4_LENGTH;
	__u64 decap = ipv6 ? BPF_F_ADJ_ROOM_DECAP_L3_IPV6 : BPF_F_ADJ_ROOM_DECAP_L3_IPV4;
	__be16 protocol = ipv6 ? MC_BE16(ETH_P_IPV6) : MC_BE16(ETH_P_IP);
	__s32 off = -(__s32)length;

	if (skb->protocol != protocol) {
		if (!bpf_skb_adjust_room(skb, off, BPF_ADJ_ROOM_MAC,
					 BPF_F_ADJ_ROOM_FIXED_GSO | decap))
			return 0;
		if (bpf_skb_change_proto(skb, protocol, 0))
			return -1;
		off += ipv6 ? -longer : longer;
	}
	return bpf_skb_adjust_room(skb, off, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_FIXED_GSO);
}

/* Congestion met on the underlay, told to the receiver by the inner header: 0 or a reason. */
static __always_inline int mark_ecn(struct __sk_buff *skb, int ipv6, __u32 ecn)
{
	const __u32 sum_at = ETH_HLEN + __builtin_offsetof(struct iphdr, check);
	const __u32 shift = ipv6 ? 4 : 0; /* the flow label begins there */
	__be16 old, new;

	if (bpf_skb_load_bytes(skb, ETH_HLEN, &old, sizeof(old)))
		return MC_R_NO_ROOM;
	new = MC_BE16((MC_BE16(old) & ~(MC_ECN_BITS << shift)) | ecn << shift);
	if (!ipv6)
		bpf_l3_csum_replace(skb, sum_at, old, new, sizeof(new));
	if (bpf_skb_store_bytes(skb, ETH_HLEN, &new, sizeof(new), ipv6 ? BPF_F_RECOMPUTE_CSUM : 0))
		return MC_R_NO_ROOM;
	return 0;
}

/* The packet is the inner frame afterwards. 0 or a reason. */
CHECKED_ALONE int decapsulate(struct __sk_buff *skb, const struct mc_outer *outer,
			      const struct mc_frame *frame)
{
	int ecn;

	if (!outer || !frame)
		return MC_R_NO_ROOM;
	ecn = mc_ecn_decapsulate(outer->tos, frame->tos);
	if (ecn < 0)
		return MC_R_ECN;
	if (skb->len > outer->end && bpf_skb_change_tail(skb, outer->end, 0)) /* padding */
		return MC_R_NO_ROOM;
	if (shrink(skb, outer->inner, frame->ipv6) ||
	    bpf_skb_store_bytes(skb, 0, &frame->eth, ETH_HLEN, 0) ||
	    bpf_skb_change_type(skb, PACKET_MULTICAST))
		return MC_R_NO_ROOM;
	return ecn == (frame->tos & MC_ECN_BITS) ? 0 : mark_ecn(skb, frame->ipv6, ecn);
}
