/* SPDX-License-Identifier: Apache-2.0 */
/* A query of IGMPv3 (RFC 9776 section 4.1) or MLDv2 (RFC 9777 section 5.1) as a frame. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <bpfcast/addr.h>

struct query_message {
	bool ipv6;
	__u8 mac[6];	       /* source */
	__u16 vlan;	       /* 0: untagged */
	struct mc_addr source; /* of the family; 0.0.0.0 is legal, :: no host heeds */
	struct mc_addr group;  /* zero: a general query */
	__u32 response_ms;
	bool suppress;	  /* S flag */
	__u32 robustness; /* QRV; above 7: not said, as section 4.1.6 has it */
	__u32 query_ms;	  /* QQI */
	const struct mc_addr *sources;
	__u32 count; /* of sources: at most query_sources_max() */
};

#define QUERY_FRAME_MAX 9216 /* bytes, a jumbo frame's */

/* How many sources a query on a link of @mtu bytes can have. */
__u32 query_sources_max(bool ipv6, __u32 mtu);

/* Writes the frame to @frame, QUERY_FRAME_MAX bytes: its length. */
size_t query_build(const struct query_message *query, __u8 *frame);

/* Times as coded: the largest that the code can say and that is not above @value. */
__u8 query_code8(__u32 value);
__u16 query_code16(__u32 value);
