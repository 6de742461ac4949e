/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * XDP of an underlay device: what nobody here may want, or does want, is dropped before an skb exists
 * for it. It decides, counts and tells what underlay_ingress would, so it may be missing; what it
 * cannot decide, passes.
 */
#define MC_ACCESS_XDP
#include "inner.h"

#include <bpfcast/ecn.h>

#include "storm.h"
#include "underlay.h"

/* Has the group a slot in use? Taken before its slot is, so that no member is missed. */
static __always_inline int has_member(void *vector)
{
	struct mc_fanout_state *state = vector_state(vector);

	return !state || READ_ONCE(state->used);
}

/* Counts a packet to a group without a member as taken from its VTEP: the reason that it ends under. */
static __always_inline int end_unwanted(void *vector, const struct mc_outer *outer,
					const struct mc_frame *frame, __u32 length, __u32 vtep)
{
	struct mc_fanout_config *config = vector_config(vector);
	struct mc_group_counters *count;

	count_vtep_rx(vtep, length);
	if (mc_ecn_decapsulate(outer->tos, frame->tos) < 0)
		return MC_R_ECN;
	count = config ? group_count(config) : NULL;
	if (count) {
		count->underlay_packets++;
		count->underlay_bytes += outer->end - outer->inner;
	}
	return MC_R_NO_MEMBER;
}

/* What inner_check() says of it, if that need not look through headers: on 6.1 there is no stack for it. */
CHECKED_ALONE int guard_inner(struct xdp_md *xdp, const struct mc_outer *outer, struct facts *facts,
			      struct mc_frame *frame)
{
	int reason;

	if (!outer || !facts || !frame)
		return MC_R_NOT_OURS;
	reason = inner_load(xdp, outer, facts, frame);
	return reason || has_headers_between(frame) ? reason : inner_judge(frame);
}

/* A packet that is ours: 0 if it is for somebody, or the reason why not. */
static __always_inline int check_wanted(struct xdp_md *xdp, const struct mc_underlay *underlay,
					const struct mc_outer *outer, struct facts *facts,
					__u32 vtep)
{
	struct mc_frame frame = {};
	void *vector;
	int reason = guard_inner(xdp, outer, facts, &frame);

	if (reason || has_headers_between(&frame)) /* 0: tc looks */
		return reason;
	if (is_to_group(outer))
		reason = find_tenant(underlay, outer, facts);
	if (!reason && outer->limited && is_storm(facts, outer, vtep))
		return MC_R_STORM;
	if (goes_onward(underlay, outer))
		return 0;
	if (reason)
		return reason;
	vector = find_vector(&facts->key, &reason);
	if (!vector)
		return reason;
	return has_member(vector) ? 0 : end_unwanted(vector, outer, &frame, facts->length, vtep);
}

SEC("xdp")
int underlay_guard(struct xdp_md *xdp)
{
	struct facts facts = {
		.ifindex = xdp->ingress_ifindex,
		.length = xdp->data_end - xdp->data,
	};
	__u32 vtep = 0;
	struct mc_underlay *underlay = find_underlay(facts.ifindex, &vtep);
	struct mc_outer outer = {};
	int reason;

	if (!underlay)
		return XDP_PASS;
	reason = outer_check(xdp, facts.length, underlay, &outer, &vtep);
	facts.key.vni = outer.vni;
	facts.source = outer.source;
	if (!reason)
		reason = check_wanted(xdp, underlay, &outer, &facts, vtep);
	if (!reason || has_verdict(reason, MC_VERDICT_PASS))
		return XDP_PASS;
	account(&facts, reason);
	return XDP_DROP;
}
