/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * XDP of an underlay device: what nobody here may want is dropped before an skb exists for it. It
 * drops nothing that underlay_ingress would not, so it may be missing.
 */
#define MC_ACCESS_XDP
#include "outer.h"

#include "account.h"

SEC("xdp")
int underlay_guard(struct xdp_md *xdp)
{
	struct facts facts = {
		.ifindex = xdp->ingress_ifindex,
		.length = xdp->data_end - xdp->data,
	};
	struct mc_underlay *underlay = bpf_map_lookup_elem(&underlays, &facts.ifindex);
	struct mc_outer outer = {};
	__u32 vtep;
	int reason;

	if (!underlay)
		return XDP_PASS;
	reason = outer_check(xdp, facts.length, underlay, &outer, &vtep);
	if (!reason || reason == MC_R_NOT_OURS)
		return XDP_PASS;
	facts.key.vni = outer.vni;
	facts.source = outer.source;
	account(&facts, reason);
	return XDP_DROP;
}
