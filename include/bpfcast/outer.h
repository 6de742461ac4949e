/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The outer headers of a frame from the underlay: IPv4 or IPv6, UDP, and VXLAN (RFC 7348 section 5) or
 * Geneve (RFC 8926). Both tunnel headers begin with a word of flags, and the VNI is at the same place.
 */
#pragma once

#include <linux/udp.h>

#include <bpfcast/abi_underlay.h>
#include <bpfcast/frame.h>
#include <bpfcast/geneve.h>

#define MC_VXLAN_FLAG_VNI 0x08000000u /* the I flag; all other bits are reserved */

struct mc_tunnel_header {
	__be32 first;
	__be32 vni; /* upper 24 bits; the lower 8 are reserved, zero when sent, ignored when read */
};

/* What the outer headers say. */
struct mc_outer {
	struct mc_addr source; /* the VTEP that sent it */
	struct mc_addr group;  /* the underlay group that it was sent to; zero: to our address */
	__u32 vni;	       /* on the wire */
	__u32 udp;	       /* offset of the UDP header */
	__u32 inner;	       /* of the inner frame */
	__u32 end;	       /* where that ends */
	__u32 multicast;       /* of the Multicast option's body; 0: it has none */
	__be32 body;	       /* that body */
	__u8 tos;	       /* or traffic class: DSCP and ECN */
	__u8 hop_limit;	       /* or TTL */
	__u8 limited;	       /* not 0: the VNI may have a limit for storms (bpf/storm.h) */
	__u8 pad;	       /* 0 */
};

/* ff04::/16: admin-local scope, no flags (RFC 4291 section 2.7). */
static __always_inline int mc_addr_is_underlay_group(const struct mc_addr *addr)
{
	return addr->half[0] == MC_BE16(0xff04);
}

/* Has the frame no VNI that one could tell by whose it is? */
static __always_inline int mc_outer_has_no_vni(int reason)
{
	return reason == MC_R_VXLAN_FLAGS || reason == MC_R_GENEVE_VERSION;
}

/* Bytes before the IP header. */
static __always_inline __u32 mc_outer_mac_length(const struct mc_underlay *underlay)
{
	return underlay->flags & MC_UNDERLAY_F_NO_MAC ? 0 : ETH_HLEN;
}

/* The link layer: the type of what follows, or on a device without any what its first bits say. */
static __always_inline int mc_outer_link(mc_packet *packet, __u32 mac_length,
					 struct mc_frame *frame)
{
	__u8 version;

	if (mac_length)
		return mc_load(packet, 0, &frame->eth, ETH_HLEN);
	if (mc_load(packet, 0, &version, sizeof(version)))
		return -1;
	__builtin_memset(&frame->eth, 0, ETH_HLEN);
	frame->eth.h_proto = version >> 4 == 6 ? MC_BE16(ETH_P_IPV6) : MC_BE16(ETH_P_IP);
	return 0;
}

/* Is it to one of our addresses, or to an underlay group? */
static __always_inline int mc_outer_is_ours(const struct mc_underlay *underlay,
					    const struct mc_addr *to)
{
	if (mc_addr_is_v4(to))
		return mc_addr_equal(to, &underlay->local);
	if (mc_addr_is_underlay_group(to))
		return 1;
	return mc_addr_equal(to, &underlay->local6) && !mc_addr_is_zero(to);
}

/* Ethernet and IP, to us: 0 or MC_R_NOT_OURS. */
static __always_inline int mc_outer_ip(mc_packet *packet, __u32 frame_length,
				       const struct mc_underlay *underlay, struct mc_frame *frame)
{
	const __u32 offset = mc_outer_mac_length(underlay);
	union {
		struct iphdr v4;
		struct ipv6hdr v6;
	} ip;

	if (mc_outer_link(packet, offset, frame))
		return MC_R_NOT_OURS;
	if (frame->eth.h_proto == MC_BE16(ETH_P_IP)) {
		if (mc_load(packet, offset, &ip.v4, sizeof(ip.v4)) ||
		    mc_frame_take4(&ip.v4, offset, frame_length, frame))
			return MC_R_NOT_OURS;
	} else if (frame->eth.h_proto == MC_BE16(ETH_P_IPV6)) {
		if (mc_load(packet, offset, &ip.v6, sizeof(ip.v6)) ||
		    mc_frame_take6(&ip.v6, offset, frame_length, frame))
			return MC_R_NOT_OURS;
	} else {
		return MC_R_NOT_OURS;
	}
	if (frame->protocol != IPPROTO_UDP || frame->fragment ||
	    !mc_outer_is_ours(underlay, &frame->group))
		return MC_R_NOT_OURS;
	return 0;
}

/* The first word of a Geneve header, in host order: 0 or a reason. */
static __always_inline int mc_geneve_first(__u32 first)
{
	if (first & MC_GENEVE_VERSION)
		return MC_R_GENEVE_VERSION;
	if (first & MC_GENEVE_CONTROL)
		return MC_R_GENEVE_CONTROL;
	return (first & 0xffff) == MC_GENEVE_ETHERNET ? 0 : MC_R_NOT_OURS;
}

/* The replication mode, of a packet that has one. */
static __always_inline enum mc_mode mc_outer_mode(const struct mc_outer *outer)
{
	return MC_BE32(outer->body) >> MC_MODE_SHIFT;
}

/* The options of a header that is right, @length bytes before the inner frame: 0 or a reason. */
static __always_inline int mc_outer_options(mc_packet *packet, __u32 length, struct mc_outer *outer)
{
	int reason = mc_geneve_options(packet, outer->inner - length, length, &outer->multicast);

	if (reason || !outer->multicast)
		return reason;
	if (mc_load(packet, outer->multicast, &outer->body, sizeof(outer->body)))
		return MC_R_GENEVE_OPTIONS;
	return mc_outer_mode(outer) == MC_MODE_RESERVED ? MC_R_RESERVED_MODE : 0;
}

/*
 * Reads the outer headers of a frame of @frame_length bytes: 0, MC_R_NOT_OURS, or a reason to drop it
 * provided that it is ours, which the caller knows from *@outer (see mc_outer_has_no_vni()).
 * The UDP checksum, zero or not, is not verified: RFC 7348 section 4.1 leaves that open, and inside
 * one machine it may not be filled in yet.
 */
static __always_inline int mc_outer_parse(mc_packet *packet, __u32 frame_length,
					  const struct mc_underlay *underlay,
					  struct mc_outer *outer)
{
	struct {
		struct udphdr udp;
		struct mc_tunnel_header tunnel;
	} h;
	struct mc_frame frame;
	__u32 length, options = 0;
	int reason;

	if (mc_outer_ip(packet, frame_length, underlay, &frame) ||
	    mc_load(packet, frame.payload, &h, sizeof(h)))
		return MC_R_NOT_OURS;
	if (h.udp.dest == underlay->vxlan_port) {
		reason = MC_BE32(h.tunnel.first) & MC_VXLAN_FLAG_VNI ? 0 : MC_R_VXLAN_FLAGS;
	} else if (h.udp.dest == underlay->geneve_port) {
		reason = mc_geneve_first(MC_BE32(h.tunnel.first));
		options = (MC_BE32(h.tunnel.first) & MC_GENEVE_LENGTH) >> 22;
	} else {
		return MC_R_NOT_OURS;
	}
	if (reason == MC_R_NOT_OURS)
		return reason;
	outer->source = frame.source;
	if (frame.ipv6 && mc_addr_is_underlay_group(&frame.group))
		outer->group = frame.group;
	outer->vni = MC_BE32(h.tunnel.vni) >> 8;
	outer->udp = frame.payload;
	outer->inner = frame.payload + sizeof(h) + options;
	outer->tos = frame.tos;
	outer->hop_limit = frame.ttl;
	if (mc_outer_has_no_vni(reason))
		return reason;
	length = MC_BE16(h.udp.len);
	outer->end = frame.payload + length;
	if (length < sizeof(h) + options + ETH_HLEN || length > frame.end - frame.payload)
		return MC_R_MALFORMED;
	if (mc_outer_mac_length(underlay) && !mc_addr_is_zero(&outer->group) &&
	    !mc_frame_mac_matches(&frame))
		return MC_R_WRONG_MAC;
	if (!reason && options)
		reason = mc_outer_options(packet, options, outer);
	return reason;
}
