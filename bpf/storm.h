/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Storm control: what a VTEP may send to a VNI in a second, so that one that storms costs this node no
 * more than the look at its packets. Asked once a packet: by the guard, or by tc where there is none.
 */
#pragma once

#include "account.h"
#include "bucket.h"
#include "outer.h"

/* The bucket of the packet's VNI and VTEP, new if it is the first; NULL: the table is full. */
static __always_inline struct mc_storm *find_storm(const struct mc_storm_key *key)
{
	struct mc_storm *storm = bpf_map_lookup_elem(&storms, key);
	struct mc_storm fresh = {};

	if (storm)
		return storm;
	bpf_map_update_elem(&storms, key, &fresh, BPF_NOEXIST); /* or another CPU was faster */
	return bpf_map_lookup_elem(&storms, key);
}

/* Is the packet more than VTEP @vtep may send? Then *@facts names that VTEP as its source. */
static __noinline int is_storm(struct facts *facts, const struct mc_outer *outer, __u32 vtep)
{
	struct mc_storm_key key = { .vni = facts->key.vni, .vtep = vtep };
	struct mc_vni *settings = bpf_map_lookup_elem(&vnis, &key.vni);
	struct mc_storm *storm;

	if (!settings || !settings->storm_rate)
		return 0;
	storm = find_storm(&key);
	if (storm &&
	    bucket_take(&storm->tokens_at, settings->storm_rate, bpf_ktime_get_coarse_ns()))
		return 0;
	if (storm)
		__sync_fetch_and_add(&storm->dropped, 1);
	facts->source = outer->source;
	return 1;
}
