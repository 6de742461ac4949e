/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * IPv6 extension headers (RFC 8200 section 4), looked through to find MLD behind them. Both walks are
 * mc_loop()s: unrolled, they have more paths than the verifier of kernel 6.1 follows.
 */
#pragma once

#include <bpfcast/frame.h>

#define MC_IPV6_CHAIN	4  /* extension headers that are looked through */
#define MC_IPV6_OPTIONS 16 /* options of a Hop-by-Hop header that are */

#define MC_IPPROTO_HOPOPTS  0
#define MC_IPPROTO_ROUTING  43
#define MC_IPPROTO_FRAGMENT 44
#define MC_IPPROTO_ICMPV6   58
#define MC_IPPROTO_DSTOPTS  60

struct mc_option_walk {
	mc_packet *packet;
	__u32 at;  /* offset of the next option */
	__u32 end; /* of the header */
	__u32 alert;
};

static long mc_ipv6_option(__u32 index, void *context)
{
	struct mc_option_walk *walk = context;
	struct {
		__u8 type;
		__u8 length;
	} option;

	(void)index;
	if (walk->at + sizeof(option) > walk->end ||
	    mc_load(walk->packet, walk->at, &option, sizeof(option)))
		return 1;
	if (option.type == 5) { /* Router Alert, RFC 2711 section 2.1 */
		walk->alert = option.length == 2 && walk->at + 4 <= walk->end;
		return 1;
	}
	walk->at += option.type ? option.length + 2u : 1; /* Pad1 has no length */
	return 0;
}

/* Has the Hop-by-Hop header of @length bytes at @offset the Router Alert option? */
static __always_inline int mc_ipv6_has_alert(mc_packet *packet, __u32 offset, __u32 length)
{
	struct mc_option_walk walk = {
		.packet = packet,
		.at = offset + 2,
		.end = offset + length,
	};

	mc_loop(MC_IPV6_OPTIONS, mc_ipv6_option, &walk);
	return walk.alert != 0;
}

struct mc_extension_walk {
	mc_packet *packet;
	struct mc_frame *frame;
	int reason;
};

static __always_inline int mc_ipv6_is_extension(__u8 protocol)
{
	return protocol == MC_IPPROTO_HOPOPTS || protocol == MC_IPPROTO_ROUTING ||
	       protocol == MC_IPPROTO_FRAGMENT || protocol == MC_IPPROTO_DSTOPTS;
}

static long mc_ipv6_extension(__u32 index, void *context)
{
	struct mc_extension_walk *walk = context;
	struct mc_frame *frame = walk->frame;
	__u8 protocol = frame->protocol;
	struct {
		__u8 next;
		__u8 length; /* 8 bytes each, the first not counted */
		__be16 fragment;
	} h;
	__u32 length;

	if (!mc_ipv6_is_extension(protocol))
		return 1;
	walk->reason = index == MC_IPV6_CHAIN ? MC_R_IPV6_CHAIN : MC_R_MALFORMED;
	if (index == MC_IPV6_CHAIN || frame->payload + 8 > frame->end ||
	    mc_load(walk->packet, frame->payload, &h, sizeof(h)))
		return 1;
	if (protocol == MC_IPPROTO_HOPOPTS && index) /* RFC 8200 section 4.1: first or none */
		return 1;
	length = protocol == MC_IPPROTO_FRAGMENT ? 8 : (h.length + 1) * 8;
	if (frame->payload + length > frame->end)
		return 1;
	if (protocol == MC_IPPROTO_HOPOPTS)
		frame->alert = mc_ipv6_has_alert(walk->packet, frame->payload, length);
	if (protocol == MC_IPPROTO_FRAGMENT)
		frame->fragment = 1 + !!(h.fragment & MC_BE16(0xfff8));
	frame->protocol = h.next;
	frame->payload += length;
	walk->reason = 0;
	return frame->fragment > 1; /* not the first: what follows is no header */
}

/* Moves @frame to what follows its extension headers: 0, MC_R_IPV6_CHAIN or MC_R_MALFORMED. */
static __always_inline int mc_ipv6_skip_extensions(mc_packet *packet, struct mc_frame *frame)
{
	struct mc_extension_walk walk = { .packet = packet, .frame = frame };

	mc_loop(MC_IPV6_CHAIN + 1, mc_ipv6_extension, &walk);
	return walk.reason;
}
