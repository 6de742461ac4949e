/* SPDX-License-Identifier: Apache-2.0 */
/* The layers below a membership message or a payload: Ethernet, VLAN, IPv4, IPv6, UDP, VXLAN. */
#pragma once

#include "frame.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_ARP  0x0806
#define ETHERTYPE_VLAN 0x8100 /* 802.1Q */
#define ETHERTYPE_QINQ 0x88a8 /* 802.1ad */
#define ETHERTYPE_IPV6 0x86dd
#define PROTOCOL_ICMP  1
#define PROTOCOL_IGMP  2
#define PROTOCOL_TCP   6
#define PROTOCOL_UDP   17
#define PROTOCOL_ICMP6 58
#define FRAGMENT_DF    0x4000
#define FRAGMENT_MORE  0x2000
#define MAC_BROADCAST  0xffffffffffff
#define VXLAN_PORT     4789
#define VXLAN_FLAG_VNI 0x08
#define VXLAN_OVERHEAD 50 /* bytes from the outer MAC header's start to the inner's */

/* The Ethernet address of an IPv4 group, RFC 1112 section 6.4. */
__u64 mac_of_group(__u32 group);

void frame_ethernet(struct frame *f, __u64 destination, __u64 source, unsigned int type);

/* A tag behind the Ethernet addresses: the type just added becomes @type of the tag. */
void frame_vlan(struct frame *f, unsigned int tpid, unsigned int tci);

struct ipv4 {
	__u32 source, destination;
	__u8 version, tos, ttl, protocol;
	__u16 id;
	__u16 fragment;	       /* flags and offset as on the wire */
	const void *options;   /* NULL: none */
	size_t options_length; /* bytes, a multiple of 4 */
	int ihl_off, total_off, checksum_off;
};

/* A header without options and TTL 64, to be bent as wanted and added with frame_ipv4(). */
struct ipv4 ipv4_header(__u32 source, __u32 destination, unsigned int protocol);
void frame_ipv4(struct frame *f, const struct ipv4 *ip);

/* The Router Alert option, RFC 2113. */
#define ROUTER_ALERT_LENGTH 4
extern const __u8 router_alert[ROUTER_ALERT_LENGTH];

struct ip6 {
	__u8 byte[16];
};

/* The address that @text says, which must be one. */
struct ip6 ip6(const char *text);

/* @address with @index added to its last 32 bits. */
struct ip6 ip6_plus(struct ip6 address, __u32 index);

/* The Ethernet address of an IPv6 group, RFC 2464 section 7. */
__u64 mac_of_group6(struct ip6 group);

struct ipv6 {
	struct ip6 source, destination;
	__u8 version, traffic_class, hop_limit, next;
	__u32 flow; /* label */
	int length_off;
};

/* A header with hop limit 64, to be bent as wanted and added with frame_ipv6(). */
struct ipv6 ipv6_header(struct ip6 source, struct ip6 destination, unsigned int next);
void frame_ipv6(struct frame *f, const struct ipv6 *ip);

#define EXT_HOP_BY_HOP	0
#define EXT_ROUTING	43
#define EXT_FRAGMENT	44
#define EXT_DESTINATION 60
#define EXT_NONE	59

/* An extension header, RFC 8200 section 4: @length bytes of @body behind its first two. */
struct extension {
	__u8 next;
	const void *body; /* NULL: Pad1 options */
	size_t length;	  /* with those two a multiple of 8 */
	int length_off;	  /* of the header's length, 8 bytes each */
};

void frame_extension(struct frame *f, const struct extension *extension);

/* A fragment header; @field: offset and M flag as on the wire. */
void frame_fragment(struct frame *f, unsigned int next, unsigned int field);

/* The Router Alert option for MLD, RFC 2711, and padding: the body of a Hop-by-Hop header. */
#define ROUTER_ALERT6_LENGTH 6
extern const __u8 router_alert6[ROUTER_ALERT6_LENGTH];

/* The sum of the pseudo header for @layer, of the IPv4 or IPv6 header below it; 0 if none is. */
__u32 frame_pseudo_sum(const struct frame *f, const struct layer *layer, unsigned int protocol);

struct udp {
	__u16 source, destination;
	int length_off, checksum_off;
	bool no_checksum; /* zero on the wire */
};

void frame_udp(struct frame *f, const struct udp *udp);

struct vxlan {
	__u32 vni;
	__u8 flags;
	__u32 reserved; /* 24 bits behind the flags */
	__u8 reserved2; /* behind the VNI */
};

void frame_vxlan(struct frame *f, const struct vxlan *vxlan);
