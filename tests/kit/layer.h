/* SPDX-License-Identifier: Apache-2.0 */
/* The layers below a membership message or a payload: Ethernet, VLAN, IPv4, UDP, VXLAN. */
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
