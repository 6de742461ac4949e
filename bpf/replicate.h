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

/* What became of a packet, here and on other nodes. */
struct tally {
	__u32 local;
	__u32 remote;
	__u32 errors;
	__u32 filtered; /* members and VTEPs that do not want this source */
	__u32 reason;	/* why there is no remote copy, or one less; 0: all is well */
};

static __always_inline int tally_reason(const struct tally *tally)
{
	if (tally->local + tally->remote)
		return MC_R_FORWARDED;
	if (tally->reason)
		return tally->reason;
	if (tally->errors)
		return MC_R_NO_COPY;
	return tally->filtered ? MC_R_FILTERED : MC_R_NO_MEMBER;
}

/* A group that nobody added: what the VNI says. */
static __always_inline int unknown_reason(__u32 vni)
{
	struct mc_vni *settings = bpf_map_lookup_elem(&vnis, &vni);

	if (settings && settings->unknown != MC_UNKNOWN_HOST)
		return MC_R_UNKNOWN_DROPPED;
	return MC_R_UNKNOWN_GROUP;
}

/*
 * The vector that a packet to @key goes to: the group's, or for a group that stays on the link the
 * VNI's flood group. NULL with a reason in *@reason when there is none.
 */
static __always_inline void *find_vector(struct mc_group_key *key, int *reason)
{
	struct mc_vni *settings;
	void *vector;

	*reason = MC_R_LINK_LOCAL;
	if (mc_addr_is_link_local_group(&key->group)) {
		settings = bpf_map_lookup_elem(&vnis, &key->vni);
		if (!settings || settings->link_local != MC_LINK_LOCAL_FLOOD)
			return NULL;
		__builtin_memset(&key->group, 0, sizeof(key->group));
		return bpf_map_lookup_elem(&fanout, key);
	}
	vector = bpf_map_lookup_elem(&fanout, key);
	if (!vector)
		*reason = unknown_reason(key->vni);
	return vector;
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
	fanout_clone(walk);
	return 0;
}
