/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A membership message of either family once it is found valid: what IGMP and MLD have in common.
 * IGMPv3 (RFC 9776) and MLDv2 (RFC 9777) differ in the width of addresses, no more.
 */
#pragma once

#include <bpfcast/checksum.h>
#include <bpfcast/frame.h>

enum mc_message_kind {
	MC_MESSAGE_QUERY,
	MC_MESSAGE_JOIN,   /* a report of IGMPv1, IGMPv2 or MLDv1: one group, all sources */
	MC_MESSAGE_LEAVE,  /* IGMPv2 leave, MLDv1 done */
	MC_MESSAGE_REPORT, /* IGMPv3 or MLDv2: group records */
};

enum mc_record_type { /* RFC 9776 section 4.2.13, RFC 9777 section 5.2.12 */
		      MC_IS_IN = 1,
		      MC_IS_EX = 2,
		      MC_TO_IN = 3,
		      MC_TO_EX = 4,
		      MC_ALLOW = 5,
		      MC_BLOCK = 6,
};

struct mc_message {
	struct mc_addr group; /* of a join or leave; zero for a report */
	__u32 offset;	      /* of the first record from the start of the packet */
	__u32 end;	      /* where the message ends */
	__u16 records;	      /* of a report, else 0 */
	__u8 kind;	      /* enum mc_message_kind */
	__u8 version;	      /* as sent: IGMP 1, 2, 3; MLD 1, 2 */
	__u8 ipv6;
	__u8 pad[3];
};

/* One group record, the sources not read. */
struct mc_record {
	struct mc_addr group;
	__u32 offset; /* of the first source from the start of the packet */
	__u32 next;   /* of the next record */
	__u16 sources;
	__u8 type; /* enum mc_record_type, or anything else, which is to be skipped */
	__u8 pad;
};

static __always_inline __u32 mc_source_size(int ipv6)
{
	return ipv6 ? 16 : 4;
}

/* Reads an address of the message's family. 0, or not 0 when the packet ends before. */
static __always_inline int mc_address_load(mc_packet *packet, int ipv6, __u32 offset,
					   struct mc_addr *addr)
{
	__be32 v4;

	if (ipv6)
		return mc_load(packet, offset, addr, sizeof(*addr));
	if (mc_load(packet, offset, &v4, sizeof(v4)))
		return -1;
	*addr = mc_addr_v4(v4);
	return 0;
}

/* Reads the record at @offset of a message that ends at @end: 0, or not 0 if it does not fit. */
static __always_inline int mc_record_load(mc_packet *packet, int ipv6, __u32 offset, __u32 end,
					  struct mc_record *record)
{
	struct {
		__u8 type;
		__u8 aux_words; /* auxiliary data, 32-bit words */
		__be16 sources;
	} h;
	__u32 size = mc_source_size(ipv6);

	if (offset + sizeof(h) + size > end || mc_load(packet, offset, &h, sizeof(h)) ||
	    mc_address_load(packet, ipv6, offset + sizeof(h), &record->group))
		return -1;
	record->type = h.type;
	record->sources = MC_BE16(h.sources);
	record->offset = offset + sizeof(h) + size;
	record->next = record->offset + size * record->sources + 4 * (__u32)h.aux_words;
	return record->next > end ? -1 : 0;
}

struct mc_record_walk {
	mc_packet *packet;
	__u32 offset;
	__u32 end;
	int ipv6;
	int bad;
};

static long mc_record_check(__u32 index, void *context)
{
	struct mc_record_walk *walk = context;
	struct mc_record record;

	(void)index;
	walk->bad = mc_record_load(walk->packet, walk->ipv6, walk->offset, walk->end, &record);
	if (walk->bad)
		return 1;
	walk->offset = record.next;
	return 0;
}

/*
 * Does each of the records that the report announces fit into it? Done before any is used, so that a
 * truncated report changes nothing.
 */
static __always_inline int mc_message_records_fit(mc_packet *packet,
						  const struct mc_message *message)
{
	struct mc_record_walk walk = {
		.packet = packet,
		.offset = message->offset,
		.end = message->end,
		.ipv6 = message->ipv6,
	};

	mc_loop(message->records, mc_record_check, &walk);
	return !walk.bad;
}

/*
 * Maximum response code in tenths of a second (IGMP, RFC 9776 section 4.1.1) and QQIC in seconds
 * (section 4.1.7): floating point from 128 up.
 */
static __always_inline __u32 mc_code8_value(__u8 code)
{
	return code < 128 ? code : ((code & 0x0fu) | 0x10) << (((code >> 4) & 7) + 3);
}

/* Maximum response code of MLDv2 in milliseconds: floating point from 32768 up (RFC 9777, 5.1.3). */
static __always_inline __u32 mc_code16_value(__u16 code)
{
	return code < 32768 ? code : ((code & 0x0fffu) | 0x1000) << (((code >> 12) & 7) + 3);
}
