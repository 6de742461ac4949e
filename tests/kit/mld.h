/* SPDX-License-Identifier: Apache-2.0 */
/* MLD messages as a layer, RFC 2710 (v1) and RFC 9777 (v2), and whole packets of them. */
#pragma once

#include "igmp.h" /* the record types */
#include "layer.h"

#define MLD_QUERY     130
#define MLD_V1_REPORT 131
#define MLD_V1_DONE   132
#define MLD_V2_REPORT 143

#define ALL_NODES6	ip6("ff02::1")
#define ALL_ROUTERS6	ip6("ff02::2")
#define ALL_V2_ROUTERS6 ip6("ff02::16")
#define HOST6		ip6("fe80::a:1") /* what HOST_MAC sends membership messages from */
#define SENDER6		ip6("fd00:244:1::2")

/* 24 bytes: a v1 message of any type. */
struct mld {
	__u8 type, code;
	__u16 delay; /* maximum response */
	struct ip6 group;
	int checksum_off;
};

void frame_mld(struct frame *f, const struct mld *mld);

/* The header of a v2 report; each frame_record6() after it is counted into it. */
struct report6 {
	int records_off, checksum_off;
};

void frame_report6(struct frame *f, const struct report6 *report);

struct record6 {
	__u8 type;
	struct ip6 group;
	unsigned int sources;	  /* number of them */
	const struct ip6 *source; /* NULL: source6_at(0), source6_at(1), ... */
	unsigned int aux_words;	  /* of auxiliary data, 4 bytes each */
	int sources_off, aux_off;
};

void frame_record6(struct frame *f, const struct record6 *record);
struct ip6 source6_at(unsigned int index);

/* A v2 query; the sources as in a record. */
struct query6 {
	__u16 code; /* maximum response, as coded */
	struct ip6 group;
	bool suppress; /* the S flag */
	__u8 robustness;
	__u8 interval; /* QQIC */
	unsigned int sources;
	const struct ip6 *source;
	int sources_off, checksum_off;
};

void frame_query6(struct frame *f, const struct query6 *query);

/* The IPv6 header of an MLD message: hop limit 1, from HOST6, a Hop-by-Hop header next. */
struct ipv6 mld_header(struct ip6 destination);

/* Starts a frame with Ethernet's header, @ip, and a Hop-by-Hop header with Router Alert. */
void packet_mld_from(struct frame *f, const struct ipv6 *ip);
void packet_mld(struct frame *f, struct ip6 destination);

void packet_join6_v1(struct frame *f, struct ip6 group);
void packet_done6_v1(struct frame *f, struct ip6 group);
void packet_join6_v2(struct frame *f, struct ip6 group);  /* TO_EX{} */
void packet_leave6_v2(struct frame *f, struct ip6 group); /* TO_IN{} */
void packet_record6(struct frame *f, unsigned int type, struct ip6 group, unsigned int sources);

/* @ip and @payload bytes behind the Ethernet header of the group. */
void packet_ipv6(struct frame *f, const struct ipv6 *ip, size_t payload);

/* UDP from SENDER6 to @group and DATA_PORT, with @payload bytes. */
void packet_data6(struct frame *f, struct ip6 group, size_t payload);
