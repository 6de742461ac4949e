/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc ingress of an underlay device: what other nodes send. A leaf: a packet from the underlay goes to
 * local members only, never back; unless the device makes the node a replicator, see onward.h. What is
 * not ours goes on to the host's own tunnel devices.
 */
#include <linux/bpf.h>
#include <linux/if_packet.h>

#include "decap.h"
#include "inner.h"
#include "onward.h"
#include "replicate.h"
#include "storm.h"
#include "underlay.h"

/* What outer_check() says of the packet. */
CHECKED_ALONE int check_outer(struct __sk_buff *skb, const struct mc_underlay *underlay,
			      struct mc_outer *outer, __u32 *vtep)
{
	if (!underlay || !outer || !vtep)
		return MC_R_NOT_OURS;
	return outer_check(skb, skb->len, underlay, outer, vtep);
}

/* What inner_check() says of it. */
CHECKED_ALONE int check_inner(struct __sk_buff *skb, const struct mc_outer *outer,
			      struct facts *facts, struct mc_frame *frame)
{
	if (!outer || !facts || !frame)
		return MC_R_NOT_OURS;
	return inner_check(skb, outer, facts, frame);
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
	if (!reason && outer->limited &&
	    (underlay->xdp == MC_XDP_OFF || !is_judged_early(outer, &frame)) &&
	    is_storm(facts, outer, vtep))
		return finish(facts, MC_R_STORM);
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
	underlay = find_underlay(facts.ifindex, &vtep);
	if (!underlay)
		return MC_TC_PASS;
	reason = check_outer(skb, underlay, &outer, &vtep);
	if (reason == MC_R_NOT_OURS)
		return MC_TC_PASS;
	facts.key.vni = outer.vni;
	facts.source = outer.source;
	if (reason)
		return finish(&facts, reason);
	return receive(skb, underlay, &outer, &facts, vtep);
}
