/* SPDX-License-Identifier: Apache-2.0 */
/* Whole packets as well-behaved hosts and VTEPs send them, for tests that bend something else. */
#pragma once

#include "igmp.h"
#include "layer.h"

#define HOST_MAC  0x0200000a0001
#define HOST	  IP4(10, 244, 1, 1)
#define SENDER	  IP4(10, 244, 1, 2)
#define DATA_PORT 5001

/* The underlay; as text, too, for ip(8). */
#define VTEP_LOCAL_TEXT	     "192.0.2.1"
#define VTEP_REMOTE_TEXT     "192.0.2.2"
#define VTEP_MAC_LOCAL_TEXT  "02:00:00:0b:00:01"
#define VTEP_MAC_REMOTE_TEXT "02:00:00:0b:00:02"
#define VTEP_MAC_LOCAL	     0x0200000b0001
#define VTEP_MAC_REMOTE	     0x0200000b0002
#define VTEP_LOCAL	     IP4(192, 0, 2, 1)
#define VTEP_REMOTE	     IP4(192, 0, 2, 2)

/* The IPv4 header of an IGMP message: TTL 1, TOS 0xc0, Router Alert (RFC 9776 section 4). */
struct ipv4 igmp_header(__u32 destination);

/* Starts a frame with that header, and the Ethernet header of the group @destination before it. */
void packet_igmp(struct frame *f, __u32 destination);

void packet_join_v1(struct frame *f, __u32 group);
void packet_join_v2(struct frame *f, __u32 group);
void packet_leave_v2(struct frame *f, __u32 group);
void packet_join_v3(struct frame *f, __u32 group);  /* TO_EX{} */
void packet_leave_v3(struct frame *f, __u32 group); /* TO_IN{} */
void packet_record(struct frame *f, unsigned int type, __u32 group, unsigned int sources);

/* One report with @count records of @type for @group, @group + 1, and so on. */
void packet_report(struct frame *f, unsigned int type, __u32 group, unsigned int count);

/* Data of any kind: @ip and @payload bytes behind the Ethernet header of the group. */
void packet_ipv4(struct frame *f, const struct ipv4 *ip, size_t payload);

/* UDP from SENDER to @group, with @payload bytes. */
void packet_data(struct frame *f, __u32 group, size_t payload);

/* The outer headers of VXLAN from VTEP_REMOTE to VTEP_LOCAL, to be bent as wanted. */
struct tunnel {
	unsigned int type; /* Ethernet's */
	struct ipv4 ip;
	struct udp udp;
	struct vxlan vxlan;
};

struct tunnel tunnel_from_vtep(__u32 vni);

/* @inner, a finished frame, behind such headers; and behind right ones. */
void packet_tunnel(struct frame *f, const struct tunnel *tunnel, const struct frame *inner);
void packet_encapsulated(struct frame *f, __u32 vni, const struct frame *inner);
