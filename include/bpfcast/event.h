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
	X(NO_NEIGHBOUR, "no_neighbour")

enum mc_event_type {
#define X(name, text) MC_EVENT_##name,
	MC_EVENTS(X)
#undef X
		MC_EVENT_COUNT
};

struct mc_event {
	__u8 type;     /* enum mc_event_type */
	__u8 reason;   /* enum mc_reason; for JOIN, LEAVE and PENDING MC_R_REPORT */
	__u8 origins;  /* JOIN, LEAVE: the enum mc_origin bits that changed */
	__u8 pad;      /* 0 */
	__u32 ifindex; /* port or underlay device */
	__u64 time;    /* CLOCK_MONOTONIC, nanoseconds */
	__u64 count;   /* DROP: packets counted under the reason on this CPU so far */
	__u32 vni;
	__u32 length;	       /* DROP: L2 length of the packet */
	struct mc_addr group;  /* as far as it was known, else zero */
	struct mc_addr source; /* same; NO_NEIGHBOUR: the VTEP */
};

_Static_assert(sizeof(struct mc_event) == 64, "ABI: size of mc_event");
