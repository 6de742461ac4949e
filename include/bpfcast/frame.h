/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The Ethernet and IP headers of a multicast frame, of either family, read once and checked once
 * (RFC 791, RFC 8200). What follows them is the business of others.
 */
#pragma once

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpfcast/access.h>
#include <bpfcast/reason.h>

#define MC_IP_MF     0x2000 /* more fragments */
#define MC_IP_OFFSET 0x1fff /* fragment offset, 8 bytes each */

struct mc_frame {
	struct mc_addr source;
	struct mc_addr group; /* the destination, whatever it is */
	__u32 payload;	      /* offset of what follows the headers read so far */
	__u32 end;	      /* offset where the IP packet ends */
	__u8 protocol;	      /* of the payload; IPv6: the next header */
	__u8 ttl;	      /* or hop limit */
	__u8 tos;	      /* or traffic class */
	__u8 fragment;	      /* not 0: one of several */
	__u8 alert;	      /* not 0: has the IPv6 Router Alert option */
	__u8 ipv6;
	struct ethhdr eth;
};

/* The IPv4 header *@ip, read at @offset, into *@frame, all but `eth`: 0 or a reason. */
static __always_inline int mc_frame_take4(const struct iphdr *ip, __u32 offset, __u32 frame_end,
					  struct mc_frame *frame)
{
	__u32 total = MC_BE16(ip->tot_len);

	if (ip->version != 4 || ip->ihl < 5 || total < ip->ihl * 4u || offset + total > frame_end)
		return MC_R_MALFORMED;
	frame->source = mc_addr_v4(ip->saddr);
	frame->group = mc_addr_v4(ip->daddr);
	frame->payload = offset + ip->ihl * 4u;
	frame->end = offset + total;
	frame->protocol = ip->protocol;
	frame->ttl = ip->ttl;
	frame->tos = ip->tos;
	frame->fragment = !!(ip->frag_off & MC_BE16(MC_IP_MF | MC_IP_OFFSET));
	frame->alert = 0;
	frame->ipv6 = 0;
	return 0;
}

/* Same for IPv6, the fixed header only. A jumbogram (RFC 2675) is malformed to us. */
static __always_inline int mc_frame_take6(const struct ipv6hdr *ip, __u32 offset, __u32 frame_end,
					  struct mc_frame *frame)
{
	frame->payload = offset + sizeof(*ip);
	frame->end = frame->payload + MC_BE16(ip->payload_len);
	if (ip->version != 6 || frame->end > frame_end)
		return MC_R_MALFORMED;
	__builtin_memcpy(&frame->source, &ip->saddr, sizeof(frame->source));
	__builtin_memcpy(&frame->group, &ip->daddr, sizeof(frame->group));
	/* RFC 4291 section 2.5.5.2: IPv4 inside us, on no wire; else one family could name the other's */
	if (mc_addr_is_v4(&frame->source) || mc_addr_is_v4(&frame->group))
		return MC_R_MALFORMED;
	frame->protocol = ip->nexthdr;
	frame->ttl = ip->hop_limit;
	frame->tos = ip->priority << 4 | ip->flow_lbl[0] >> 4;
	frame->fragment = 0;
	frame->alert = 0;
	frame->ipv6 = 1;
	return 0;
}

/* Loads an IPv4 frame that starts at @offset: 0 or a reason. @frame_end: offset of its end. */
static __always_inline int mc_frame_load4(mc_packet *packet, __u32 offset, __u32 frame_end,
					  struct mc_frame *frame)
{
	struct {
		__u16 align; /* BPF reads its stack only aligned */
		struct ethhdr eth;
		struct iphdr ip;
	} h;
	const struct ethhdr *eth;

	eth = mc_peek(packet, offset, &h.eth, ETH_HLEN + sizeof(h.ip));
	if (!eth)
		return MC_R_MALFORMED;
	frame->eth = *eth;
	return mc_frame_take4((const struct iphdr *)(eth + 1), offset + ETH_HLEN, frame_end, frame);
}

static __always_inline int mc_frame_load6(mc_packet *packet, __u32 offset, __u32 frame_end,
					  struct mc_frame *frame)
{
	struct {
		__u16 align;
		struct ethhdr eth;
		struct ipv6hdr ip;
	} h;
	const struct ethhdr *eth;

	eth = mc_peek(packet, offset, &h.eth, ETH_HLEN + sizeof(h.ip));
	if (!eth)
		return MC_R_MALFORMED;
	frame->eth = *eth;
	return mc_frame_take6((const struct ipv6hdr *)(eth + 1), offset + ETH_HLEN, frame_end,
			      frame);
}

/* @ethertype: in network byte order; MC_R_NOT_OURS for any but IP. */
static __always_inline int mc_frame_load(mc_packet *packet, __u32 offset, __u32 frame_end,
					 __be16 ethertype, struct mc_frame *frame)
{
	if (ethertype == MC_BE16(ETH_P_IP))
		return mc_frame_load4(packet, offset, frame_end, frame);
	if (ethertype == MC_BE16(ETH_P_IPV6))
		return mc_frame_load6(packet, offset, frame_end, frame);
	return MC_R_NOT_OURS;
}

/* Is the destination MAC the one of the destination group? */
static __always_inline int mc_frame_mac_matches(const struct mc_frame *frame)
{
	__u8 mac[6];

	mc_addr_group_mac(&frame->group, mac);
	return mc_mac_equal(mac, frame->eth.h_dest);
}

/* What a data packet to a group must look like, wherever it came from: 0 or a reason. */
static __always_inline int mc_frame_check_data(const struct mc_frame *frame)
{
	if (!mc_frame_mac_matches(frame))
		return MC_R_WRONG_MAC;
	if (mc_addr_is_bad_source(&frame->source))
		return MC_R_BAD_SOURCE;
	if (!frame->ttl)
		return MC_R_TTL;
	if (frame->protocol == IPPROTO_TCP)
		return MC_R_TCP;
	return 0;
}
