/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A replicator: what came in to an underlay group for underlay members goes on to the hops of the group,
 * still encapsulated, as a router of that group would send it. Changed are the MACs, the hop limit and
 * the mode, which is that of the hop; never back to the device that it came from.
 */
#pragma once

#include "outer.h"
#include "replicate.h"

#define UDP_SUM_OFFSET __builtin_offsetof(struct udphdr, check)

/* Without pointers, see CHECKED_ALONE. */
struct onward {
	__u32 ingress;
	__u32 udp;	 /* offset of the outer UDP header, */
	__u32 multicast; /* and of the option's body */
	__be32 body;	 /* that is in the packet now */
	__u32 sum;	 /* not 0: the packet has a UDP checksum */
	__u32 back;	 /* hops that are where it came from */
	__u32 copies;
	__u32 errors;
	__u32 reason; /* of the last error, or why there is no copy at all */
};

struct onward_walk {
	struct __sk_buff *skb;
	struct targets targets;
	union {
		struct onward onward;
		struct choice choice; /* before anything is sent on */
	};
};

static __always_inline int onward_error(struct onward *o, __u32 id, __u32 reason)
{
	o->errors++;
	o->reason = reason;
	count_vtep(id, 0, 0);
	return 0;
}

/* The mode of the hop, and the other 30 bits as they came. */
static __always_inline long set_mode(struct __sk_buff *skb, struct onward *o, __u32 mode)
{
	__be32 body = MC_BE32((MC_BE32(o->body) & ~MC_MODE_BITS) | mode << MC_MODE_SHIFT);

	if (body == o->body)
		return 0;
	if (o->sum && bpf_l4_csum_replace(skb, o->udp + UDP_SUM_OFFSET, o->body, body,
					  BPF_F_MARK_MANGLED_0 | sizeof(body)))
		return -1;
	o->body = body;
	return bpf_skb_store_bytes(skb, o->multicast, &body, sizeof(body),
				   o->sum ? 0 : BPF_F_RECOMPUTE_CSUM);
}

static __always_inline long set_macs(struct __sk_buff *skb, const struct mc_next_hop *hop)
{
	__u8 macs[2 * ETH_ALEN];

	__builtin_memcpy(macs, hop->dmac, ETH_ALEN);
	__builtin_memcpy(macs + ETH_ALEN, hop->smac, ETH_ALEN);
	return bpf_skb_store_bytes(skb, 0, macs, sizeof(macs), 0);
}

/* Sends a clone to the hop of VTEP @id, unless it is where the packet came from. */
CHECKED_ALONE int onward_visit(struct __sk_buff *skb, struct onward *o, __u32 id, __u32 mode)
{
	struct mc_next_hop *hop = bpf_map_lookup_elem(&next_hops, &id);

	if (!o || !hop)
		return 0;
	if (!is_next_hop_usable(hop))
		return onward_error(o, id, MC_R_NO_NEXT_HOP);
	if (hop->ifindex == o->ingress) {
		o->back++;
		return 0;
	}
	if (hop->mtu && !skb->gso_size && skb->len - ETH_HLEN > hop->mtu)
		return onward_error(o, id, MC_R_TOO_BIG);
	if (set_mode(skb, o, mode) || set_macs(skb, hop))
		return onward_error(o, id, MC_R_NO_ROOM);
	if (bpf_clone_redirect(skb, hop->ifindex, 0))
		return onward_error(o, id, MC_R_NO_COPY);
	o->copies++;
	count_vtep(id, skb->len, 1);
	return 0;
}

static long onward_slot(__u32 index, struct onward_walk *walk)
{
	struct mc_remote *slot = target_slot(walk->targets.vector, index);

	if (!slot)
		return 1;
	if (!target_wants(&walk->targets, slot, index))
		return 0;
	if (is_fresh(slot->vtep) || refresh_next_hop(walk->skb, slot->vtep))
		onward_visit(walk->skb, &walk->onward, slot->vtep, slot->mode);
	return 0;
}

/* One router more; and is there a checksum to mend? 0 or a reason. */
static __always_inline int onward_start(struct __sk_buff *skb, const struct mc_outer *outer,
					struct onward *o)
{
	const __u32 limit_at = ETH_HLEN + __builtin_offsetof(struct ipv6hdr, hop_limit);
	__u8 limit = outer->hop_limit - 1;
	__be16 sum;

	if (outer->hop_limit <= 1)
		return MC_R_TTL;
	if (bpf_skb_load_bytes(skb, outer->udp + UDP_SUM_OFFSET, &sum, sizeof(sum)) ||
	    bpf_skb_store_bytes(skb, limit_at, &limit, sizeof(limit), BPF_F_RECOMPUTE_CSUM))
		return MC_R_NO_ROOM;
	o->ingress = skb->ifindex;
	o->udp = outer->udp;
	o->multicast = outer->multicast;
	o->body = outer->body;
	o->sum = sum;
	return 0;
}

/* Sends the packet, a frame with an Ethernet header, to all its hops as clones. */
CHECKED_ALONE int send_onward(struct __sk_buff *skb, const struct mc_outer *outer,
			      const struct mc_frame *inner, struct tally *tally)
{
	struct onward_walk walk = { .skb = skb };
	struct onward *o = &walk.onward;
	struct mc_remote_line *line;
	struct mc_addr group;
	void *vector;

	if (!outer || !inner || !tally)
		return 0;
	group = outer->group; /* onto the stack: see is_our_vni() */
	vector = bpf_map_lookup_elem(&forwarding, &group);
	if (!vector)
		return 0;
	line = target_line(vector, 0);
	if (!line)
		return 0;
	targets_start(&walk.targets, vector, &line->head, &inner->source, flow_hash(skb, inner),
		      &walk.choice);
	__builtin_memset(o, 0, sizeof(*o));
	tally->reason = onward_start(skb, outer, o);
	if (tally->reason)
		return 0;
	bpf_loop(line->head.count, onward_slot, &walk, 0);
	tally->remote = o->copies;
	tally->errors = o->errors;
	tally->filtered = walk.targets.filtered;
	tally->reason = o->back && !o->copies && !o->errors ? MC_R_INGRESS_EGRESS : o->reason;
	return 0;
}
