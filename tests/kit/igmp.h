/* SPDX-License-Identifier: Apache-2.0 */
/* IGMP messages as a layer: RFC 1112 (v1), RFC 2236 (v2), RFC 9776 (v3). */
#pragma once

#include "frame.h"

#define IGMP_QUERY     0x11
#define IGMP_V1_REPORT 0x12
#define IGMP_V2_REPORT 0x16
#define IGMP_V2_LEAVE  0x17
#define IGMP_V3_REPORT 0x22

#define IS_IN 1
#define IS_EX 2
#define TO_IN 3
#define TO_EX 4
#define ALLOW 5
#define BLOCK 6

#define ALL_HOSTS      IP4(224, 0, 0, 1)
#define ALL_ROUTERS    IP4(224, 0, 0, 2)
#define ALL_V3_ROUTERS IP4(224, 0, 0, 22)

/* Eight bytes: a v1 or v2 message of any type. */
struct igmp {
	__u8 type, code;
	__u32 group;
	int checksum_off;
};

void frame_igmp(struct frame *f, const struct igmp *igmp);

/* The header of a v3 report; each frame_record() after it is counted into it. */
struct report {
	int records_off, checksum_off;
};

void frame_report(struct frame *f, const struct report *report);

struct record {
	__u8 type;
	__u32 group;
	unsigned int sources;	/* number of them */
	const __u32 *source;	/* NULL: source_at(0), source_at(1), ... */
	unsigned int aux_words; /* of auxiliary data, 4 bytes each */
	int sources_off, aux_off;
};

void frame_record(struct frame *f, const struct record *record);
__u32 source_at(unsigned int index);

/* A v3 query; the sources as in a record. */
struct query {
	__u8 code; /* maximum response time, as coded */
	__u32 group;
	bool suppress; /* the S flag */
	__u8 robustness;
	__u8 interval; /* QQIC */
	unsigned int sources;
	const __u32 *source;
	int sources_off, checksum_off;
};

void frame_query(struct frame *f, const struct query *query);
