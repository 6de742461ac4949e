/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * IGMP messages as a snooper reads them: RFC 1112 (v1), RFC 2236 (v2), RFC 9776 (v3).
 * A message is validated to its last byte before any record of it is used, so that a truncated
 * report changes nothing. Nothing here touches a table.
 */
#pragma once

#include <bpfcast/checksum.h>
#include <bpfcast/ipv4.h>

enum mc_igmp_type {
	MC_IGMP_QUERY = 0x11,
	MC_IGMP_V1_REPORT = 0x12,
	MC_IGMP_V2_REPORT = 0x16,
	MC_IGMP_V2_LEAVE = 0x17,
	MC_IGMP_V3_REPORT = 0x22,
};

enum mc_record_type { /* RFC 9776 section 4.2.13, and the same numbers in MLDv2 */
	MC_IS_IN = 1,
	MC_IS_EX = 2,
	MC_TO_IN = 3,
	MC_TO_EX = 4,
	MC_ALLOW = 5,
	MC_BLOCK = 6,
};

#define MC_IGMP_ALL_ROUTERS   MC_BE32(0xe0000002) /* 224.0.0.2 */
#define MC_IGMP_ALL_V3_ROUTERS MC_BE32(0xe0000016) /* 224.0.0.22 */

/* The first eight bytes that all versions share, and what of them each version fills. */
struct mc_igmp_header {
	__u8 type;
	__u8 code; /* maximum response time in queries */
	__be16 checksum;
	union {
		__be32 group; /* v1, v2 */
		struct {
			__be16 reserved;
			__be16 records; /* v3 reports */
		};
	};
};

struct mc_igmp_record_header {
	__u8 type;
	__u8 aux_words; /* auxiliary data, 32-bit words */
	__be16 sources;
	__be32 group;
};

/* A valid message. */
struct mc_igmp {
	__u8 type;     /* enum mc_igmp_type */
	__u8 version;  /* 1, 2, 3 of a report or leave; 0 for a query */
	__u16 records; /* of a v3 report, else 0 */
	__be32 group;  /* of a v1 or v2 message, else 0 */
	__u32 offset;  /* of the first record from the start of the frame */
	__u32 end;     /* where the message ends */
};

/* One group record, the sources not read. */
struct mc_igmp_record {
	__u8 type; /* enum mc_record_type, or anything else that is to be skipped */
	__u16 sources;
	__be32 group;
	__u32 offset; /* of the first source from the start of the frame */
	__u32 next;   /* of the next record */
};

/* Reads the record at @offset of a message that ends at @end: 0 or a reason. */
static __always_inline int mc_igmp_record_load(mc_packet *packet, __u32 offset, __u32 end,
					       struct mc_igmp_record *record)
{
	struct mc_igmp_record_header h;

	if (offset + sizeof(h) > end || mc_load(packet, offset, &h, sizeof(h)))
		return MC_R_IGMP_TRUNCATED;
	record->type = h.type;
	record->sources = MC_BE16(h.sources);
	record->group = h.group;
	record->offset = offset + sizeof(h);
	record->next = record->offset + 4 * (record->sources + (__u32)h.aux_words);
	if (record->next > end)
		return MC_R_IGMP_TRUNCATED;
	return 0;
}

struct mc_igmp_walk {
	mc_packet *packet;
	__u32 offset;
	__u32 end;
	int reason;
};

static long mc_igmp_check_record(__u32 index, void *context)
{
	struct mc_igmp_walk *walk = context;
	struct mc_igmp_record record;

	(void)index;
	walk->reason = mc_igmp_record_load(walk->packet, walk->offset, walk->end, &record);
	if (walk->reason)
		return 1;
	walk->offset = record.next;
	return 0;
}

/* Does each of the records that the report announces fit into it? */
static __always_inline int mc_igmp_check_records(mc_packet *packet, const struct mc_igmp *igmp)
{
	struct mc_igmp_walk walk = { .packet = packet, .offset = igmp->offset, .end = igmp->end };

	mc_loop(igmp->records, mc_igmp_check_record, &walk);
	return walk.reason;
}

/* Destinations that each type is sent to; others are not for a snooper. */
static __always_inline int mc_igmp_destination_valid(const struct mc_igmp *igmp, __be32 daddr)
{
	switch (igmp->type) {
	case MC_IGMP_V1_REPORT:
	case MC_IGMP_V2_REPORT:
		return daddr == igmp->group;
	case MC_IGMP_V2_LEAVE: /* RFC 2236 section 9: early hosts sent it to the group */
		return daddr == MC_IGMP_ALL_ROUTERS || daddr == igmp->group;
	case MC_IGMP_V3_REPORT:
		return daddr == MC_IGMP_ALL_V3_ROUTERS;
	default:
		return 1;
	}
}

/*
 * Reads and validates the IGMP message behind the headers @h of a frame that starts at offset 0:
 * 0 or a reason. For a query only the header is checked.
 */
static __always_inline int mc_igmp_parse(mc_packet *packet, const struct mc_headers *h,
					 struct mc_igmp *igmp)
{
	__u32 start = sizeof(struct ethhdr) + h->ip.ihl * 4u;
	__u32 length = MC_BE16(h->ip.tot_len) - h->ip.ihl * 4u;
	struct mc_igmp_header header;

	if (mc_ipv4_is_fragment(h))
		return MC_R_IGMP_FRAGMENT;
	if (h->ip.ttl != 1) /* RFC 9776 section 4 */
		return MC_R_IGMP_TTL;
	if (h->ip.saddr && mc_v4_is_bad_source(h->ip.saddr)) /* section 4.2.14: 0.0.0.0 is legal */
		return MC_R_BAD_SOURCE;
	if (length < sizeof(header) || mc_load(packet, start, &header, sizeof(header)))
		return MC_R_IGMP_TRUNCATED;
	if (!mc_checksum_valid(packet, start, length))
		return MC_R_IGMP_CHECKSUM;

	igmp->type = header.type;
	igmp->version = 0;
	igmp->records = 0;
	igmp->group = header.group;
	igmp->offset = start + sizeof(header);
	igmp->end = start + length;
	switch (header.type) {
	case MC_IGMP_QUERY:
		return 0;
	case MC_IGMP_V1_REPORT:
		igmp->version = 1;
		break;
	case MC_IGMP_V2_REPORT:
	case MC_IGMP_V2_LEAVE:
		igmp->version = 2;
		break;
	case MC_IGMP_V3_REPORT:
		igmp->version = 3;
		igmp->group = 0;
		igmp->records = MC_BE16(header.records);
		break;
	default: /* RFC 9776 section 4: unrecognized types are ignored */
		return MC_R_IGMP_TYPE;
	}
	if (!mc_igmp_destination_valid(igmp, h->ip.daddr))
		return MC_R_IGMP_DESTINATION;
	return mc_igmp_check_records(packet, igmp);
}
