/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The outer headers of a copy: what is the same for all copies of a form is written once for it, what
 * is a VTEP's own once a copy. VXLAN and Geneve differ in one word of the template, so cost the same.
 *
 * Room is made once a packet, for the longest form that it takes: adjust_room() encapsulates only once.
 * For a shorter form it is shrunk, and the UDP header stays where the kernel thinks it is, as long as
 * no option goes.
 */
#pragma once

#include <bpfcast/outer.h>
#include <maps/maps.bpf.h>

#define MC_FORM_NONE (MC_FORM_V4 + 1) /* no room made yet */

/* Aligned so that every header is (BPF's stack). */
struct outer_frame {
	__u16 align;
	struct ethhdr eth;
	union {
		struct {
			struct iphdr ip;
			struct udphdr udp;
			struct mc_tunnel_header tunnel;
			struct ethhdr inner;
		} v4;
		struct {
			struct ipv6hdr ip;
			struct udphdr udp;
			struct mc_tunnel_header tunnel;
			union {
				struct ethhdr inner; /* MC_FORM_V6 */
				struct {
					struct mc_geneve_option option;
					__be32 body;
					struct ethhdr inner;
				} tagged;
			};
		} v6;
	};
};

/* Bytes on the wire before the inner frame, which are those that encapsulation adds: of the packet's
 * own Ethernet header room is made before, and it is the inner one afterwards. */
#define V4_LENGTH     50
#define V6_LENGTH     70
#define TAGGED_LENGTH 78

_Static_assert(__builtin_offsetof(struct outer_frame, v4.inner) == V4_LENGTH + 2, "layout");
_Static_assert(__builtin_offsetof(struct outer_frame, v6.inner) == V6_LENGTH + 2, "layout");
_Static_assert(__builtin_offsetof(struct outer_frame, v6.tagged.inner) == TAGGED_LENGTH + 2,
	       "layout");

/* What of a packet goes into all of its copies. */
struct inner {
	__u32 length; /* L2 */
	__u32 hash;   /* of the flow */
	__u32 vni;
	struct ethhdr eth;
	__u8 tos; /* or traffic class */
};

static __always_inline __u32 form_length(__u32 form)
{
	if (form == MC_FORM_V4)
		return V4_LENGTH;
	return form == MC_FORM_V6 ? V6_LENGTH : TAGGED_LENGTH;
}

/* Of the inner flow; a fragment has no ports to read. */
static __noinline __u32 flow_hash(struct __sk_buff *skb, const struct mc_frame *inner)
{
	__u32 hash = inner->protocol;
	__u32 ports;

	for (int i = 0; i < 4; i++)
		hash = (hash << 5 | hash >> 27) ^ inner->source.word[i] ^ inner->group.word[i] * 3;
	if (!inner->fragment && !bpf_skb_load_bytes(skb, inner->payload, &ports, sizeof(ports)))
		hash ^= ports;
	return hash *
	       0x9e3779b1; /* 2^32 over the golden ratio: spreads low entropy over all bits */
}

static __always_inline void start_udp(struct udphdr *udp, __u32 length, __u32 hash)
{
	udp->source = MC_BE16(0xc000 | hash >> 18); /* RFC 7348 section 5 */
	udp->len = MC_BE16(length);
	udp->check = 0;
}

/* What is the same for all copies of the form. TOS: RFC 6040 section 4.1, the inner one copied whole. */
static __always_inline void start_v4(struct outer_frame *frame, const struct inner *inner)
{
	__u32 length = inner->length + V4_LENGTH - ETH_HLEN;

	frame->eth.h_proto = MC_BE16(ETH_P_IP);
	frame->v4.ip.version = 4;
	frame->v4.ip.ihl = 5;
	frame->v4.ip.tos = inner->tos;
	frame->v4.ip.tot_len = MC_BE16(length);
	frame->v4.ip.id = 0;			 /* atomic, RFC 6864 section 4.1 */
	frame->v4.ip.frag_off = MC_BE16(0x4000); /* DF */
	frame->v4.ip.ttl = 64;
	frame->v4.ip.protocol = IPPROTO_UDP;
	start_udp(&frame->v4.udp, length - sizeof(struct iphdr), inner->hash);
	frame->v4.inner = inner->eth;
}

/* Flow label: RFC 6438 section 3. Zero checksum: RFC 6936, what is inside has its own. */
static __always_inline void start_v6(struct outer_frame *frame, const struct inner *inner,
				     __u32 form)
{
	__u32 length = inner->length + form_length(form) - ETH_HLEN - sizeof(struct ipv6hdr);

	frame->eth.h_proto = MC_BE16(ETH_P_IPV6);
	*(__be32 *)&frame->v6.ip = MC_BE32(6u << 28 | (__u32)inner->tos << 20 | inner->hash >> 12);
	frame->v6.ip.payload_len = MC_BE16(length);
	frame->v6.ip.nexthdr = IPPROTO_UDP;
	start_udp(&frame->v6.udp, length, inner->hash);
	if (form == MC_FORM_V6) {
		frame->v6.inner = inner->eth;
		return;
	}
	frame->v6.tagged.option.class = MC_BE16(MC_GENEVE_CLASS);
	frame->v6.tagged.option.type = MC_OPTION_MULTICAST;
	frame->v6.tagged.option.length = 1;
	frame->v6.tagged.inner = inner->eth;
}

static __always_inline __be32 wire_vni(const struct mc_vtep *vtep, const struct inner *inner)
{
	return MC_BE32((vtep->vni == MC_VNI_OF_PACKET ? inner->vni : vtep->vni) << 8);
}

/* What is the VTEP's own. */
static __always_inline void address_v4(struct outer_frame *frame, const struct inner *inner,
				       const struct mc_vtep *vtep)
{
	__u32 sum = vtep->ip_sum + frame->v4.ip.tos + MC_BE16(frame->v4.ip.tot_len);

	frame->v4.ip.saddr = vtep->local.word[3];
	frame->v4.ip.daddr = vtep->remote.word[3];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	frame->v4.ip.check = MC_BE16(~sum & 0xffff);
	frame->v4.udp.dest = vtep->port;
	frame->v4.tunnel.first = vtep->tunnel;
	frame->v4.tunnel.vni = wire_vni(vtep, inner);
}

static __always_inline void address_v6(struct outer_frame *frame, const struct inner *inner,
				       const struct mc_vtep *vtep)
{
	frame->v6.ip.hop_limit = vtep->flags & MC_VTEP_F_GROUP ? 255 : 64;
	__builtin_memcpy(&frame->v6.ip.saddr, &vtep->local, sizeof(vtep->local));
	__builtin_memcpy(&frame->v6.ip.daddr, &vtep->remote, sizeof(vtep->remote));
	frame->v6.udp.dest = vtep->port;
	frame->v6.tunnel.first = vtep->tunnel;
	frame->v6.tunnel.vni = wire_vni(vtep, inner);
}

/* ---- room ---- */

#define GROW_FLAGS                                                                                 \
	(BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L4_UDP |                                  \
	 BPF_F_ADJ_ROOM_ENCAP_L2(ETH_HLEN) | BPF_F_ADJ_ROOM_ENCAP_L2_ETH)

#ifndef BPF_F_ADJ_ROOM_DECAP_L3_IPV6 /* kernel 6.3 */
#define BPF_F_ADJ_ROOM_DECAP_L3_IPV4 (1ULL << 7)
#define BPF_F_ADJ_ROOM_DECAP_L3_IPV6 (1ULL << 8)
#endif

/* The packet's own Ethernet header is moved to the front by this; the inner one is written with the frame. */
static __always_inline long make_room(struct __sk_buff *skb, __u32 form)
{
	__u64 flags = GROW_FLAGS | (form == MC_FORM_V4 ? BPF_F_ADJ_ROOM_ENCAP_L3_IPV4
						       : BPF_F_ADJ_ROOM_ENCAP_L3_IPV6);

	return bpf_skb_adjust_room(skb, form_length(form), BPF_ADJ_ROOM_MAC, flags);
}

/*
 * The kernel cuts a super-frame by where it thinks the UDP header is, and that does not move: right from
 * IPv6 to IPv4, since it is as far from the end in both, but 8 bytes wrong once the option is gone.
 */
static __always_inline long drop_option(struct __sk_buff *skb)
{
	if (skb->gso_size)
		return -1;
	return bpf_skb_adjust_room(skb, V6_LENGTH - TAGGED_LENGTH, BPF_ADJ_ROOM_MAC,
				   BPF_F_ADJ_ROOM_FIXED_GSO);
}

/* Takes the 20 bytes that IPv6 is longer; change_proto(), which does so too, is all that 6.1 has. */
static __always_inline long v6_to_v4(struct __sk_buff *skb)
{
	if (!bpf_skb_adjust_room(skb, V4_LENGTH - V6_LENGTH, BPF_ADJ_ROOM_MAC,
				 BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_DECAP_L3_IPV4))
		return 0;
	return bpf_skb_change_proto(skb, MC_BE16(ETH_P_IP), 0);
}

/* From *@form, or none, to another that is shorter; *@form is what the packet has afterwards. */
static __always_inline long change_form(struct __sk_buff *skb, __u8 *form, __u32 to)
{
	if (*form == MC_FORM_NONE && make_room(skb, to))
		return -1;
	if (*form == MC_FORM_NONE)
		*form = to;
	if (*form == MC_FORM_V6_TAGGED && to != MC_FORM_V6_TAGGED) {
		if (drop_option(skb))
			return -1;
		*form = MC_FORM_V6;
	}
	if (*form == MC_FORM_V6 && to == MC_FORM_V4) {
		if (v6_to_v4(skb))
			return -1;
		*form = MC_FORM_V4;
	}
	return 0;
}
