/* SPDX-License-Identifier: Apache-2.0 */
/* Outer headers of a tunnel of any form: with or without Ethernet, IPv4 or IPv6, VXLAN or Geneve. */
#pragma once

#include "layer.h"

#define GENEVE_PORT	6081
#define GENEVE_ETHERNET 0x6558
#define FLEET_VNI	77

/* RFC 8926 section 3.4 */
struct geneve {
	__u32 vni;
	__u16 protocol; /* 0: GENEVE_ETHERNET */
	__u8 version;
	__u8 bits;		/* the O bit is 0x80, the C bit 0x40, the others reserved */
	__u8 reserved;		/* behind the VNI */
	const void *options;	/* as on the wire */
	size_t options_length;	/* bytes, a multiple of 4 */
	int options_length_off; /* 4 bytes each */
};

void frame_geneve(struct frame *f, const struct geneve *geneve);

/* The Multicast option, class 0x0129 type 1: its mode in the top two bits, below @rest. */
#define MULTICAST_LENGTH 8
void multicast_option(__u8 option[MULTICAST_LENGTH], unsigned int mode, __u32 rest);

struct outer {
	bool no_mac;
	__u64 dmac, smac;
	__u16 type; /* Ethernet's; 0: what @ipv6 says */
	bool ipv6;
	struct ipv4 ip;
	struct ipv6 ip6;
	struct udp udp;
	bool is_geneve;
	struct vxlan vxlan;
	struct geneve geneve;
};

#define VTEP6_LOCAL  ip6("2001:db8::1")
#define VTEP6_REMOTE ip6("2001:db8::2")

/* Right headers from the VTEP to us, by either family and tunnel, to be bent as wanted. */
struct outer outer_from_vtep(bool ipv6, bool is_geneve, __u32 vni);

/* Geneve from the VTEP to an underlay group, with one option of @options_length bytes, or none. */
struct outer outer_to_group(struct ip6 group, __u32 vni, const void *options,
			    size_t options_length);

/* @inner, a finished frame, behind such headers. */
void packet_outer(struct frame *f, const struct outer *outer, const struct frame *inner);
