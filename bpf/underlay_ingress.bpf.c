/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc ingress of an underlay device: what other nodes send. A leaf: a packet from the underlay goes to
 * local members only, never back; unless the device makes the node a replicator, see onward.h. What is
 * not ours goes on to the host's own tunnel devices.
 */
#include <linux/bpf.h>
#include <linux/if_packet.h>

#include <bpfcast/mld.h>

#include "decap.h"
#include "onward.h"
#include "outer.h"
#include "replicate.h"

static __always_inline void count_vtep_rx(__u32 id, __u32 length)
{
	struct mc_vtep_counters *counter = bpf_map_lookup_elem(&vtep_counters, &id);

	if (!counter)
		return;
	counter->rx_packets++;
	counter->rx_bytes += length;
}

/* What outer_check() says of the packet. */
CHECKED_ALONE int check_outer(struct __sk_buff *skb, const struct mc_underlay *underlay,
			      struct mc_outer *outer, __u32 *vtep)
{
	if (!underlay || !outer || !vtep)
		return MC_R_NOT_OURS;
	return outer_check(skb, skb->len, underlay, outer, vtep);
}

/* Is the inner frame, IP to a group's MAC, data that we carry? 0 or a reason. */
CHECKED_ALONE int check_inner(struct __sk_buff *skb, const struct mc_outer *outer,
			      struct facts *facts, struct mc_frame *frame)
{
	__be16 ethertype;
	int reason;

	if (!outer || !facts || !frame)
		return MC_R_NOT_OURS;
	if (mc_load(skb, outer->inner + 12, &ethertype, sizeof(ethertype)))
		return MC_R_MALFORMED;
	reason = mc_frame_load(skb, outer->inner, outer->end, ethertype, frame);
	if (reason)
		return reason;
	facts->source = frame->source;
	facts->key.group = frame->group;
	if (!mc_addr_is_multicast(&frame->group))
		return MC_R_NOT_OURS;
	if (frame->ipv6 && frame->protocol != IPPROTO_UDP) {
		reason = mc_mld_find(skb, frame);
		if (reason)
			return reason < 0 ? -reason : MC_R_INNER_MEMBERSHIP;
	} else if (!frame->ipv6 && frame->protocol == IPPROTO_IGMP) {
		return MC_R_INNER_MEMBERSHIP; /* a membership belongs to a port */
	}
	return mc_frame_check_data(frame);
}

/*
 * Whose is what came by an underlay group? The VNI's to which the two groups belong; on it must be that
 * VNI or the fleet's. 0 or a reason.
 */
static __noinline int find_tenant(const struct mc_underlay *underlay, const struct mc_outer *outer,
				  struct facts *facts)
{
	struct mc_underlay_group key = { .underlay = outer->group, .group = facts->key.group };
	struct mc_underlay_vni *found = bpf_map_lookup_elem(&underlay_groups, &key);

	if (!found || (outer->vni != found->vni && outer->vni != underlay->fleet_vni))
		return unknown_reason(outer->vni);
	facts->key.vni = found->vni;
	return 0;
}

/* To the members here: what the program returns, or 0. A function of its own for its stack. */
static __noinline int deliver(struct __sk_buff *skb, struct facts *facts, void *vector,
			      const struct mc_outer *outer, struct tally *tally)
{
	struct mc_fanout_config *config = vector_config(vector);
	struct fanout_walk walk = {};
	struct mc_group_counters *count;
	int action;

	if (!config)
		return 0;
	fanout_start(&walk, skb, vector, config, facts);
	walk.inward = outer->multicast && mc_outer_mode(outer) == MC_MODE_UNDERLAY;
	action = replicate_local(&walk, 0);
	tally->local = walk.copies;
	tally->errors += walk.errors;
	tally->filtered += walk.filtered;
	count = group_count(config);
	if (count) {
		count->underlay_packets++;
		count->underlay_bytes += outer->end - outer->inner;
		count->local_copies += tally->local;
		count->remote_copies += tally->remote;
		count->errors += tally->errors;
	}
	return action;
}

/* A packet that is ours: what the program returns. */
static __always_inline int receive(struct __sk_buff *skb, const struct mc_underlay *underlay,
				   struct mc_outer *outer, struct facts *facts, __u32 vtep)
{
	struct mc_frame frame = {};
	struct tally tally = {};
	void *vector = NULL;
	int reason = check_inner(skb, outer, facts, &frame);
	int action = 0, onward;

	if (reason)
		return finish(facts, reason);
	if (is_to_group(outer))
		reason = find_tenant(underlay, outer, facts);
	if (!reason)
		vector = find_vector(&facts->key, &reason);
	onward = goes_onward(underlay, outer);
	if (!onward && !vector)
		return finish(facts, reason);
	count_vtep_rx(vtep, facts->length);
	if (underlay->flags & MC_UNDERLAY_F_NO_MAC && add_mac(skb, outer))
		return finish(facts, MC_R_NO_ROOM);
	if (onward)
		send_onward(skb, outer, &frame, &tally);
	if (vector) {
		reason = decapsulate(skb, outer, &frame);
		if (reason)
			tally.reason = reason;
		else
			action = deliver(skb, facts, vector, outer, &tally);
	}
	account(facts, tally_reason(&tally));
	return action ?: MC_TC_DROP;
}

SEC("tc")
int underlay_ingress(struct __sk_buff *skb)
{
	struct facts facts = { .ifindex = skb->ifindex, .length = skb->len };
	struct mc_underlay *underlay;
	struct mc_outer outer = {};
	__u32 vtep = 0;
	int reason;

	if (skb->protocol != MC_BE16(ETH_P_IP) && skb->protocol != MC_BE16(ETH_P_IPV6))
		return MC_TC_PASS;
	underlay = bpf_map_lookup_elem(&underlays, &facts.ifindex);
	if (!underlay)
		return MC_TC_PASS;
	reason = check_outer(skb, underlay, &outer, &vtep);
	if (reason == MC_R_NOT_OURS)
		return MC_TC_PASS;
	facts.key.vni = outer.vni;
	if (reason)
		return finish(&facts, reason);
	return receive(skb, underlay, &outer, &facts, vtep);
}
