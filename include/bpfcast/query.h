/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a query says: RFC 9776 section 4.1, RFC 9777 section 5.1. */
#pragma once

#include <bpfcast/message.h>

struct mc_query {
	__u32 response_ms; /* maximum response time */
	__u32 offset;	   /* of the first source from the start of the packet */
	__u16 interval_s;  /* QQI; 0: none said */
	__u16 sources;
	__u8 robustness; /* QRV; 0: none said */
	__u8 suppress;	 /* S flag: routers leave their timers alone */
	__u8 pad[2];
};

/* What a query of IGMPv3 or MLDv2 has behind the group. */
struct mc_query_tail {
	__u8 flags; /* 4 bits reserved, S, QRV */
	__u8 interval;
	__be16 sources;
};

/* Maximum response time in ms; @header: the first eight bytes. RFC 9776 section 7.1, RFC 9777 8.1. */
static __always_inline __u32 mc_query_response(const struct mc_message *message,
					       const __u8 header[8])
{
	__u16 code = (__u16)(header[4] << 8 | header[5]);

	if (message->ipv6)
		return message->version == 1 ? code : mc_code16_value(code);
	if (message->version == 1)
		return 10000; /* RFC 2236 section 4 */
	return 100 * (message->version == 2 ? header[1] : mc_code8_value(header[1]));
}

/* Reads the rest of the query that @message is, which was found valid so far: 0 or a reason. */
static __always_inline int mc_query_load(mc_packet *packet, const struct mc_message *message,
					 struct mc_query *query)
{
	__u32 offset = message->offset + (message->ipv6 ? 16 : 0);
	struct mc_query_tail tail;
	__u8 header[8];

	__builtin_memset(query, 0, sizeof(*query));
	if (mc_load(packet, message->offset - sizeof(header), header, sizeof(header)))
		return message->ipv6 ? MC_R_MLD_TRUNCATED : MC_R_IGMP_TRUNCATED;
	query->response_ms = mc_query_response(message, header);
	if (message->version < (message->ipv6 ? 2 : 3))
		return 0;
	if (mc_load(packet, offset, &tail, sizeof(tail)))
		return message->ipv6 ? MC_R_MLD_TRUNCATED : MC_R_IGMP_TRUNCATED;
	query->suppress = tail.flags >> 3 & 1;
	query->robustness = tail.flags & 7;
	query->interval_s = mc_code8_value(tail.interval);
	query->sources = MC_BE16(tail.sources);
	query->offset = offset + sizeof(tail);
	if (query->offset + query->sources * mc_source_size(message->ipv6) > message->end)
		return message->ipv6 ? MC_R_MLD_TRUNCATED : MC_R_IGMP_TRUNCATED;
	return 0;
}
