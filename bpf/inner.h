/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The frame in the tunnel: is it data that we carry, and which tenant's? The same on tc and XDP. */
#pragma once

#include <bpfcast/mld.h>

#include "account.h"
#include "group.h"
#include "outer.h"

/* The headers of the inner frame, IP to a group's MAC: 0, or a reason if it is to no group. */
static __always_inline int inner_load(mc_packet *packet, const struct mc_outer *outer,
				      struct facts *facts, struct mc_frame *frame)
{
	__be16 ethertype;
	int reason;

	if (mc_load(packet, outer->inner + 12, &ethertype, sizeof(ethertype)))
		return MC_R_MALFORMED;
	reason = mc_frame_load(packet, outer->inner, outer->end, ethertype, frame);
	if (reason)
		return reason;
	facts->source = frame->source;
	facts->key.group = frame->group;
	return mc_addr_is_multicast(&frame->group) ? 0 : MC_R_NOT_OURS;
}

/* Can one tell only by looking through headers whether it is MLD? */
static __always_inline int has_headers_between(const struct mc_frame *frame)
{
	return frame->ipv6 && frame->protocol != IPPROTO_UDP;
}

/* Is a frame that has none between data that we carry? 0 or a reason. */
static __always_inline int inner_judge(const struct mc_frame *frame)
{
	if (!frame->ipv6 && frame->protocol == IPPROTO_IGMP)
		return MC_R_INNER_MEMBERSHIP; /* a membership belongs to a port */
	return mc_frame_check_data(frame);
}

/* Is the inner frame data that we carry? 0 or a reason. */
static __always_inline int inner_check(mc_packet *packet, const struct mc_outer *outer,
				       struct facts *facts, struct mc_frame *frame)
{
	int reason = inner_load(packet, outer, facts, frame);

	if (reason)
		return reason;
	if (has_headers_between(frame)) {
		reason = mc_mld_find(packet, frame);
		if (reason)
			return reason < 0 ? -reason : MC_R_INNER_MEMBERSHIP;
	}
	return inner_judge(frame);
}

/* After inner_check(): did it stand without looking through headers, so that the guard has judged it, too? */
static __always_inline int is_judged_early(const struct mc_outer *outer,
					   const struct mc_frame *frame)
{
	return !frame->ipv6 || (frame->protocol == IPPROTO_UDP &&
				frame->payload == outer->inner + ETH_HLEN + sizeof(struct ipv6hdr));
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
