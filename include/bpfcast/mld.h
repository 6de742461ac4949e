/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* MLD messages as a snooper reads them: RFC 2710 (v1), RFC 9777 (v2). */
#pragma once

#include <bpfcast/ipv6.h>
#include <bpfcast/message.h>

enum mc_mld_type {
	MC_MLD_QUERY = 130,
	MC_MLD_V1_REPORT = 131,
	MC_MLD_V1_DONE = 132,
	MC_MLD_V2_REPORT = 143,
};

static __always_inline int mc_mld_is_type(__u8 type)
{
	return (type >= MC_MLD_QUERY && type <= MC_MLD_V1_DONE) || type == MC_MLD_V2_REPORT;
}

/*
 * Is @frame, of IPv6, an MLD message? Looks through extension headers, so @frame then stands at the
 * ICMPv6 header. 1 yes, 0 no, or minus a reason.
 */
static __always_inline int mc_mld_find(mc_packet *packet, struct mc_frame *frame)
{
	int reason = mc_ipv6_skip_extensions(packet, frame);
	__u8 type;

	if (reason)
		return -reason;
	if (frame->protocol != MC_IPPROTO_ICMPV6 || frame->fragment > 1)
		return 0;
	/* RFC 7112 section 5: a first fragment must not leave its headers to the second */
	if (frame->payload >= frame->end || mc_load(packet, frame->payload, &type, 1))
		return -MC_R_MALFORMED;
	return mc_mld_is_type(type);
}

struct mc_mld_header {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be16 delay;	/* maximum response code of queries */
	__be16 records; /* v2 reports */
};

/* ff02::16, and ff02::2 */
static __always_inline int mc_mld_is_all_routers(const struct mc_addr *addr, __u8 last)
{
	return addr->word[0] == MC_BE32(0xff020000) && !addr->word[1] && !addr->word[2] &&
	       addr->word[3] == MC_BE32(last);
}

static __always_inline int mc_mld_destination_valid(__u8 type, const struct mc_addr *daddr,
						    const struct mc_addr *group)
{
	switch (type) {
	case MC_MLD_V1_REPORT:
		return mc_addr_equal(daddr, group);
	case MC_MLD_V1_DONE:
		return mc_mld_is_all_routers(daddr, 2);
	case MC_MLD_V2_REPORT:
		return mc_mld_is_all_routers(daddr, 0x16);
	default:
		return 1;
	}
}

/* RFC 8200 section 8.1: source, destination, length and protocol, as the checksum has them. */
static __always_inline __u64 mc_mld_pseudo_sum(const struct mc_frame *frame, __u32 length)
{
	__u64 sum = MC_BE32(length) + (__u64)MC_BE32(MC_IPPROTO_ICMPV6);

	for (int i = 0; i < 4; i++)
		sum += (__u64)frame->source.word[i] + frame->group.word[i];
	return sum;
}

static __always_inline int mc_mld_check_ip(const struct mc_frame *frame, __u8 type)
{
	if (frame->fragment)
		return MC_R_MLD_FRAGMENT;
	if (frame->ttl != 1) /* RFC 9777 section 5 */
		return MC_R_MLD_HOP_LIMIT;
	if (!frame->alert)
		return MC_R_MLD_ALERT;
	/* section 5.2.13: a host without an address yet reports from :: */
	if (!mc_addr_is_v6_link_local(&frame->source) &&
	    (type == MC_MLD_QUERY || !mc_addr_is_zero(&frame->source)))
		return MC_R_MLD_SOURCE;
	return 0;
}

/* What the header says; the group of v1 messages and queries follows it: 0 or a reason. */
static __always_inline int mc_mld_classify(mc_packet *packet, const struct mc_mld_header *header,
					   __u32 length, struct mc_message *message)
{
	message->offset += sizeof(*header);
	if (header->type == MC_MLD_V2_REPORT) {
		message->kind = MC_MESSAGE_REPORT;
		message->version = 2;
		message->records = MC_BE16(header->records);
		return 0;
	}
	if (length < sizeof(*header) + 16 ||
	    mc_address_load(packet, 1, message->offset, &message->group))
		return MC_R_MLD_TRUNCATED;
	message->version = 1;
	message->kind = header->type == MC_MLD_V1_REPORT ? MC_MESSAGE_JOIN : MC_MESSAGE_LEAVE;
	if (header->type != MC_MLD_QUERY)
		return 0;
	message->kind = MC_MESSAGE_QUERY;
	if (length != 24) /* RFC 9777 section 8.1 */
		message->version = 2;
	return length == 24 || length >= 28 ? 0 : MC_R_MLD_TRUNCATED;
}

/* Reads and validates the MLD message that mc_mld_find() found: 0 or a reason. */
static __always_inline int mc_mld_parse(mc_packet *packet, const struct mc_frame *frame,
					struct mc_message *message)
{
	__u32 length = frame->end - frame->payload;
	struct mc_mld_header header;
	int reason;

	if (length < sizeof(header) || mc_load(packet, frame->payload, &header, sizeof(header)))
		return MC_R_MLD_TRUNCATED;
	reason = mc_mld_check_ip(frame, header.type);
	if (reason)
		return reason;
	if (!mc_checksum_valid(packet, frame->payload, length, mc_mld_pseudo_sum(frame, length)))
		return MC_R_MLD_CHECKSUM;
	__builtin_memset(message, 0, sizeof(*message));
	message->ipv6 = 1;
	message->offset = frame->payload;
	message->end = frame->end;
	reason = mc_mld_classify(packet, &header, length, message);
	if (reason)
		return reason;
	if (!mc_mld_destination_valid(header.type, &frame->group, &message->group))
		return MC_R_MLD_DESTINATION;
	return mc_message_records_fit(packet, message) ? 0 : MC_R_MLD_TRUNCATED;
}
