/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Records of the `events` ring buffer: what happened, as it happens, for `bpfcast monitor` and the
 * agent. Losing one loses no state: every fact is in the tables. Drops are sampled, at most one a
 * MC_EVENT_INTERVAL_MS for each reason and CPU; joins and leaves are not.
 */
#pragma once

#include <bpfcast/addr.h>

#define MC_EVENT_INTERVAL_MS 100

/* X(NAME, "name in output") */
#define MC_EVENTS(X)                                                                               \
	X(JOIN, "join")                                                                            \
	X(LEAVE, "leave")                                                                          \
	X(FILTER, "filter")                                                                        \
	X(QUERY, "query")                                                                          \
	X(REFUSED, "refused")                                                                      \
	X(DROP, "drop")                                                                            \
	X(UNKNOWN_GROUP, "unknown_group")                                                          \
	X(NO_NEIGHBOUR, "no_neighbour")                                                            \
	X(QUERIER, "querier")

enum mc_event_type {
#define X(name, text) MC_EVENT_##name,
	MC_EVENTS(X)
#undef X
		MC_EVENT_COUNT
};

/* What a query of somebody else says. */
struct mc_event_query {
	__u32 response_ms; /* maximum response time */
	__u16 interval_s;  /* QQI; 0: none said */
	__u8 robustness;   /* QRV; 0: none said */
	__u8 version;	   /* IGMP 1, 2, 3; MLD 1, 2 */
};

struct mc_event {
	__u8 type;     /* enum mc_event_type */
	__u8 reason;   /* enum mc_reason; for JOIN, LEAVE and QUERIER MC_R_REPORT */
	__u8 origins;  /* JOIN, LEAVE: the enum mc_origin bits that changed */
	__u8 pad;      /* 0 */
	__u32 ifindex; /* port or underlay device */
	__u64 time;    /* CLOCK_MONOTONIC, nanoseconds */
	union {
		__u64 count; /* DROP: packets counted under the reason on this CPU so far */
		struct mc_event_query query; /* QUERIER */
	};
	__u32 vni;
	__u32 length;	       /* DROP: L2 length of the packet */
	struct mc_addr group;  /* as far as it was known, else zero */
	struct mc_addr source; /* same; NO_NEIGHBOUR: the VTEP; QUERIER: who asks */
};

_Static_assert(sizeof(struct mc_event) == 64, "ABI: size of mc_event");
