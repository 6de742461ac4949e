/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The VXLAN header (RFC 7348 section 5) and the outer headers in front of it. */
#pragma once

#include <linux/udp.h>

#include <bpfcast/frame.h>

#define MC_VXLAN_FLAG_VNI 0x08000000u /* the I flag; all other bits are reserved */

struct mc_vxlan_header {
	__be32 flags;
	__be32 vni; /* upper 24 bits; the lower 8 are reserved, zero when sent, ignored when read */
};

/* All that stands before the inner IP packet; aligned so that every header is (BPF's stack). */
struct mc_vxlan4_frame {
	__u16 align;
	struct ethhdr eth;
	struct iphdr ip;
	struct udphdr udp;
	struct mc_vxlan_header vxlan;
	struct ethhdr inner;
};

#define MC_VXLAN4_OVERHEAD 50 /* bytes that encapsulation adds: IPv4, UDP, VXLAN, inner Ethernet */
#define MC_VXLAN4_LENGTH   64 /* bytes of struct mc_vxlan4_frame that are on the wire */

_Static_assert(__builtin_offsetof(struct mc_vxlan4_frame, inner) == 52, "layout of the frame");

/* What the outer headers of a received frame say. */
struct mc_outer {
	struct mc_addr source; /* the VTEP that sent it */
	__u32 vni;
	__u32 inner; /* offset of the inner frame */
	__u32 end;   /* offset where it ends */
	__u32 tos;   /* of the outer header: DSCP and ECN */
};

/* What of an underlay device decides whether a frame is for us. */
struct mc_outer_match {
	__be32 local;	   /* our VTEP address */
	__be16 vxlan_port; /* UDP */
};

/*
 * Reads the outer headers of a frame of @frame_length bytes: 0, MC_R_NOT_OURS, or a reason to drop
 * it provided that its VNI is ours, which the caller knows from *@outer->vni.
 * The UDP checksum, zero or not, is not verified: RFC 7348 section 4.1 leaves that open, and inside
 * one machine it may not be filled in yet.
 */
static __always_inline int mc_vxlan_parse(mc_packet *packet, __u32 frame_length,
					  const struct mc_outer_match *match,
					  struct mc_outer *outer)
{
	struct {
		struct udphdr udp;
		struct mc_vxlan_header vxlan;
	} h;
	struct mc_frame frame;
	__u32 length;

	if (mc_frame_load4(packet, 0, frame_length, &frame) ||
	    frame.eth.h_proto != MC_BE16(ETH_P_IP) || frame.protocol != IPPROTO_UDP ||
	    frame.group.word[3] != match->local || frame.fragment)
		return MC_R_NOT_OURS;
	if (mc_load(packet, frame.payload, &h, sizeof(h)) || h.udp.dest != match->vxlan_port)
		return MC_R_NOT_OURS;
	outer->source = frame.source;
	outer->vni = MC_BE32(h.vxlan.vni) >> 8;
	outer->inner = frame.payload + sizeof(h);
	outer->tos = frame.tos;
	if (!(MC_BE32(h.vxlan.flags) & MC_VXLAN_FLAG_VNI))
		return MC_R_VXLAN_FLAGS;
	length = MC_BE16(h.udp.len);
	outer->end = frame.payload + length;
	if (length < sizeof(h) + ETH_HLEN || length > frame.end - frame.payload)
		return MC_R_MALFORMED;
	return 0;
}
