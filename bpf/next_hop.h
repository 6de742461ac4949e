/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The next hop of a VTEP, asked of the kernel's FIB and neighbours once a second and kept in
 * between. So a neighbour that moves is followed with no process of ours alive.
 */
#pragma once

#include "account.h"

#ifndef AF_INET
#define AF_INET 2
#endif

static __noinline void tell_no_neighbour(const struct mc_vtep *vtep)
{
	struct mc_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return;
	__builtin_memset(event, 0, sizeof(*event));
	event->type = MC_EVENT_NO_NEIGHBOUR;
	event->reason = MC_R_NO_NEXT_HOP;
	event->ifindex = vtep->ifindex;
	event->time = bpf_ktime_get_ns();
	event->source = vtep->remote;
	bpf_ringbuf_submit(event, 0);
}

static __always_inline int is_zero_mac(const __u8 mac[6])
{
	return !(mac[0] | mac[1] | mac[2] | mac[3] | mac[4] | mac[5]);
}

static __always_inline __u16 device_mtu(__u32 ifindex)
{
	struct mc_underlay *underlay = bpf_map_lookup_elem(&underlays, &ifindex);

	return underlay && underlay->mtu < 65536 ? underlay->mtu : 0;
}

/* Has it the MACs that a copy needs? */
static __always_inline int is_next_hop_usable(const struct mc_next_hop *hop)
{
	return hop->state == MC_NEXT_HOP_READY || hop->state == MC_NEXT_HOP_STATIC;
}

/*
 * tot_len of 1 makes the kernel report the route's MTU (since 5.13) and refuse nothing for its
 * length. It answers FWD_DISABLED when the egress device does not forward, even for a packet of
 * our own: then what user space resolved has to do. Not 0: it has become unusable.
 */
static __noinline int resolve(struct __sk_buff *skb, const struct mc_vtep *vtep,
			      struct mc_next_hop *hop)
{
	struct bpf_fib_lookup fib = {
		.family = AF_INET,
		.l4_protocol = 17,
		.dport = vtep->port,
		.tot_len = 1,
		.ifindex = vtep->ifindex,
		.ipv4_src = vtep->local.word[3],
		.ipv4_dst = vtep->remote.word[3],
	};

	__u8 before = hop->state;

	hop->ifindex = vtep->ifindex;
	switch (bpf_fib_lookup(skb, &fib, sizeof(fib), BPF_FIB_LOOKUP_OUTPUT)) {
	case BPF_FIB_LKUP_RET_SUCCESS:
		__builtin_memcpy(hop->dmac, fib.dmac, 6);
		__builtin_memcpy(hop->smac, fib.smac, 6);
		hop->mtu = fib.mtu_result;
		hop->state = MC_NEXT_HOP_READY;
		break;
	case BPF_FIB_LKUP_RET_NO_NEIGH:
		hop->state = MC_NEXT_HOP_NO_NEIGHBOUR;
		break;
	case BPF_FIB_LKUP_RET_FWD_DISABLED:
		__builtin_memcpy(hop->dmac, vtep->dmac, 6);
		__builtin_memcpy(hop->smac, vtep->smac, 6);
		hop->mtu = device_mtu(vtep->ifindex);
		hop->state =
			is_zero_mac(vtep->dmac) ? MC_NEXT_HOP_NO_NEIGHBOUR : MC_NEXT_HOP_STATIC;
		break;
	default:
		hop->state = MC_NEXT_HOP_UNREACHABLE;
	}
	return hop->state != before && !is_next_hop_usable(hop);
}

/* The next hop of VTEP @id as of @now (CLOCK_MONOTONIC, nanoseconds), in any state. */
static __always_inline struct mc_next_hop *next_hop(struct __sk_buff *skb, __u32 id,
						    const struct mc_vtep *vtep, __u64 now)
{
	struct mc_next_hop *hop = bpf_map_lookup_elem(&next_hops, &id);

	if (!hop || hop->expires > now)
		return hop;
	if (resolve(skb, vtep, hop)) /* told here, not there: their stacks do not add up */
		tell_no_neighbour(vtep);
	hop->expires = now + MC_NS_PER_MS * (is_next_hop_usable(hop) ? MC_NEXT_HOP_TTL_MS
								     : MC_NEXT_HOP_RETRY_MS);
	return hop;
}
