/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The next hop of a VTEP, asked of the kernel's FIB and neighbours once a second and kept in
 * between. So a neighbour that moves is followed with no process of ours alive.
 */
#pragma once

#include "account.h"
#include "underlay.h"

#define AF_INET		 2
#define AF_INET6	 10
#define LOOPBACK_IFINDEX 1

static __always_inline void tell_no_neighbour(const struct mc_vtep *vtep)
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

/* Has it the MACs that a copy needs? */
static __always_inline int is_next_hop_usable(const struct mc_next_hop *hop)
{
	return hop->state == MC_NEXT_HOP_READY || hop->state == MC_NEXT_HOP_STATIC;
}

/*
 * tot_len of 1 makes the kernel report the route's MTU (since 5.13) and refuse nothing for its
 * length. As if the packet came in by loopback the routes choose the device, as for one of our own;
 * unless loopback does not forward: then for the device that the VTEP was added with.
 */
static __always_inline long ask_routes(struct __sk_buff *skb, const struct mc_vtep *vtep,
				       struct bpf_fib_lookup *fib)
{
	long result = BPF_FIB_LKUP_RET_FWD_DISABLED;

	fib->l4_protocol = 17;
	fib->dport = vtep->port;
	fib->tot_len = 1;
	if (mc_addr_is_v4(&vtep->via)) {
		fib->family = AF_INET;
		fib->ipv4_src = vtep->local.word[3];
		fib->ipv4_dst = vtep->via.word[3];
	} else {
		fib->family = AF_INET6;
		__builtin_memcpy(fib->ipv6_src, &vtep->local, sizeof(vtep->local));
		__builtin_memcpy(fib->ipv6_dst, &vtep->via, sizeof(vtep->via));
	}
	if (!(vtep->flags & MC_VTEP_F_DEV)) {
		fib->ifindex = LOOPBACK_IFINDEX;
		result = bpf_fib_lookup(skb, fib, sizeof(*fib), 0);
	}
	if (result != BPF_FIB_LKUP_RET_FWD_DISABLED)
		return result;
	fib->ifindex = vtep->ifindex;
	return bpf_fib_lookup(skb, fib, sizeof(*fib), BPF_FIB_LOOKUP_OUTPUT);
}

/* What the routes answered, as MACs and a state. */
static __always_inline void take_answer(const struct mc_vtep *vtep,
					const struct bpf_fib_lookup *fib, long result,
					struct mc_next_hop *hop)
{
	switch (result) {
	case BPF_FIB_LKUP_RET_SUCCESS:
		__builtin_memcpy(hop->dmac, fib->dmac, 6);
		__builtin_memcpy(hop->smac, fib->smac, 6);
		hop->mtu = fib->mtu_result;
		hop->state = MC_NEXT_HOP_READY;
		break;
	case BPF_FIB_LKUP_RET_NO_NEIGH:
		hop->state = MC_NEXT_HOP_NO_NEIGHBOUR;
		break;
	case BPF_FIB_LKUP_RET_FWD_DISABLED:
		__builtin_memcpy(hop->dmac, vtep->dmac, 6);
		__builtin_memcpy(hop->smac, vtep->smac, 6);
		hop->state =
			is_zero_mac(vtep->dmac) ? MC_NEXT_HOP_NO_NEIGHBOUR : MC_NEXT_HOP_STATIC;
		break;
	default:
		hop->state = MC_NEXT_HOP_UNREACHABLE;
	}
}

/*
 * The kernel answers FWD_DISABLED when the egress device does not forward, even for a packet of our
 * own: then what user space resolved has to do. An underlay group needs no neighbour: its MAC follows
 * from it; nor does a device without MACs. Not 0: it has become unusable.
 */
static __always_inline int resolve(struct __sk_buff *skb, const struct mc_vtep *vtep,
				   struct mc_next_hop *hop)
{
	const __u32 fixed = MC_VTEP_F_GROUP | MC_VTEP_F_DEV;
	long result = BPF_FIB_LKUP_RET_NO_NEIGH;
	struct mc_underlay *underlay;
	struct bpf_fib_lookup fib = { .ifindex = vtep->ifindex };
	__u8 before = hop->state;

	if ((vtep->flags & fixed) != fixed)
		result = ask_routes(skb, vtep, &fib);
	hop->ifindex = fib.ifindex;
	hop->mtu = 0;
	take_answer(vtep, &fib, result, hop);
	underlay = find_underlay(hop->ifindex, &fib.ipv4_src);
	if (!underlay) {
		hop->state = MC_NEXT_HOP_UNREACHABLE;
		return hop->state != before;
	}
	if (!hop->mtu && underlay->mtu < 65536)
		hop->mtu = underlay->mtu;
	if (hop->state == MC_NEXT_HOP_NO_NEIGHBOUR &&
	    (vtep->flags & MC_VTEP_F_GROUP || underlay->flags & MC_UNDERLAY_F_NO_MAC))
		hop->state = MC_NEXT_HOP_READY;
	if (vtep->flags & MC_VTEP_F_GROUP) {
		mc_addr_group_mac(&vtep->remote, hop->dmac);
		__builtin_memcpy(hop->smac, underlay->mac, 6);
	}
	return hop->state != before && !is_next_hop_usable(hop);
}

/* Was it looked at in this tick of the clock? To ask that is a load; to ask for the time, a call. */
static __always_inline int is_fresh(__u32 id)
{
	struct mc_next_hop *hop = bpf_map_lookup_elem(&next_hops, &id);

	return hop && hop->tick == (__u32)bpf_jiffies64();
}

/* The next hop of VTEP @id, asked for anew where that is due: whether there is such a VTEP at all. */
CHECKED_ALONE int refresh_next_hop(struct __sk_buff *skb, __u32 id)
{
	struct mc_next_hop *hop = bpf_map_lookup_elem(&next_hops, &id);
	struct mc_vtep *vtep = bpf_map_lookup_elem(&vteps, &id);

	if (!hop || !vtep || vtep->encap == MC_ENCAP_NONE)
		return 0;
	hop->tick = (__u32)bpf_jiffies64();
	if (hop->expires > bpf_ktime_get_coarse_ns())
		return 1;
	if (resolve(skb, vtep, hop))
		tell_no_neighbour(vtep);
	hop->expires = bpf_ktime_get_coarse_ns() + MC_NS_PER_MS * (is_next_hop_usable(hop)
									   ? MC_NEXT_HOP_TTL_MS
									   : MC_NEXT_HOP_RETRY_MS);
	return 1;
}
