/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* IGMP messages as a snooper reads them: RFC 1112 (v1), RFC 2236 (v2), RFC 9776 (v3). */
#pragma once

#include <bpfcast/message.h>

enum mc_igmp_type {
	MC_IGMP_QUERY = 0x11,
	MC_IGMP_V1_REPORT = 0x12,
	MC_IGMP_V2_REPORT = 0x16,
	MC_IGMP_V2_LEAVE = 0x17,
	MC_IGMP_V3_REPORT = 0x22,
};

#define MC_IGMP_ALL_ROUTERS    MC_BE32(0xe0000002) /* 224.0.0.2 */
#define MC_IGMP_ALL_V3_ROUTERS MC_BE32(0xe0000016) /* 224.0.0.22 */

/* The first eight bytes, which all versions share; v3 queries go on. */
struct mc_igmp_header {
	__u8 type;
	__u8 code; /* maximum response time in queries */
	__be16 checksum;
	union {
		__be32 group; /* all but v3 reports */
		struct {
			__be16 reserved;
			__be16 records; /* v3 reports */
		};
	};
};

/* What each type is sent to; others are not for a snooper. @daddr, @group: network byte order. */
static __always_inline int mc_igmp_destination_valid(__u8 type, __be32 daddr, __be32 group)
{
	switch (type) {
	case MC_IGMP_V1_REPORT:
	case MC_IGMP_V2_REPORT:
		return daddr == group;
	case MC_IGMP_V2_LEAVE: /* RFC 2236 section 9: early hosts sent it to the group */
		return daddr == MC_IGMP_ALL_ROUTERS || daddr == group;
	case MC_IGMP_V3_REPORT:
		return daddr == MC_IGMP_ALL_V3_ROUTERS;
	default:
		return 1;
	}
}

/* Version of a query by its length (RFC 9776 section 7.1); 0: of none, to be ignored. */
static __always_inline __u8 mc_igmp_query_version(__u32 length, __u8 code)
{
	if (length == 8)
		return code ? 2 : 1;
	return length >= 12 ? 3 : 0;
}

/* What the header says: 0 or a reason. */
static __always_inline int mc_igmp_classify(const struct mc_igmp_header *header, __u32 length,
					    struct mc_message *message)
{
	message->group = mc_addr_v4(header->group);
	switch (header->type) {
	case MC_IGMP_QUERY:
		message->kind = MC_MESSAGE_QUERY;
		message->version = mc_igmp_query_version(length, header->code);
		return message->version ? 0 : MC_R_IGMP_TRUNCATED;
	case MC_IGMP_V1_REPORT:
		message->kind = MC_MESSAGE_JOIN;
		message->version = 1;
		return 0;
	case MC_IGMP_V2_REPORT:
		message->kind = MC_MESSAGE_JOIN;
		message->version = 2;
		return 0;
	case MC_IGMP_V2_LEAVE:
		message->kind = MC_MESSAGE_LEAVE;
		message->version = 2;
		return 0;
	case MC_IGMP_V3_REPORT:
		message->kind = MC_MESSAGE_REPORT;
		message->version = 3;
		message->records = MC_BE16(header->records);
		message->group = (struct mc_addr){};
		return 0;
	default: /* RFC 9776 section 4: unrecognized types are ignored */
		return MC_R_IGMP_TYPE;
	}
}

/* Reads and validates the IGMP message behind @frame: 0 or a reason. */
static __always_inline int mc_igmp_parse(mc_packet *packet, const struct mc_frame *frame,
					 struct mc_message *message)
{
	__u32 length = frame->end - frame->payload;
	struct mc_igmp_header header;
	int reason;

	if (frame->fragment)
		return MC_R_IGMP_FRAGMENT;
	if (frame->ttl != 1) /* RFC 9776 section 4 */
		return MC_R_IGMP_TTL;
	/* section 4.2.14: 0.0.0.0 is legal */
	if (frame->source.word[3] && mc_addr_is_bad_source(&frame->source))
		return MC_R_BAD_SOURCE;
	if (length < sizeof(header) || mc_load(packet, frame->payload, &header, sizeof(header)))
		return MC_R_IGMP_TRUNCATED;
	if (!mc_checksum_valid(packet, frame->payload, length, 0))
		return MC_R_IGMP_CHECKSUM;
	message->ipv6 = 0;
	message->records = 0;
	message->offset = frame->payload + sizeof(header);
	message->end = frame->end;
	reason = mc_igmp_classify(&header, length, message);
	if (reason)
		return reason;
	if (!mc_igmp_destination_valid(header.type, frame->group.word[3], header.group))
		return MC_R_IGMP_DESTINATION;
	return mc_message_records_fit(packet, message) ? 0 : MC_R_IGMP_TRUNCATED;
}
