/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The group that a packet goes to, and what becomes of one that nobody added. The same on tc and XDP. */
#pragma once

#include "vector.h"

/* The group's counters; the verifier wants a NULL check where they are used. */
static __always_inline struct mc_group_counters *group_count(const struct mc_fanout_config *config)
{
	__u32 id = config->id;

	return bpf_map_lookup_elem(&group_counters, &id);
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
