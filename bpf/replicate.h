/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One data packet, all its copies: local members first, then VTEPs, the last copy a redirect. */
#pragma once

#include "fanout.h"
#include "remote.h"

/* The group's counters; the verifier wants a NULL check where they are used. */
static __always_inline struct mc_group_counters *group_count(const struct mc_fanout_config *config)
{
	__u32 id = config->id;

	return bpf_map_lookup_elem(&group_counters, &id);
}

static __always_inline int replication_reason(__u32 copies, __u32 errors, __u32 remote_reason)
{
	if (copies)
		return MC_R_FORWARDED;
	if (!errors)
		return MC_R_NO_MEMBER;
	return remote_reason ?: MC_R_NO_COPY;
}

/*
 * Delivers to the members on this node; the packet itself goes to the last of them unless @keep.
 * Returns what the program returns if it was redirected, else 0.
 */
static __always_inline int replicate_local(struct fanout_walk *walk, int keep)
{
	fanout_walk(walk);
	if (!walk->last.word)
		return 0;
	if (!keep)
		return fanout_last(walk);
	fanout_clone(walk, walk->last.ifindex);
	return 0;
}
