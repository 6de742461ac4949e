/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Copies to the local members of a group. The walk holds one member back, so that the last copy can
 * be the packet itself: a redirect costs a third of a clone, and into the pod's own device if it is
 * a veth with a peer in another namespace.
 */
#pragma once

#include <linux/if_ether.h>

#include "account.h"
#include "ttl.h"
#include "vector.h"

struct fanout_walk {
	struct __sk_buff *skb;
	void *vector;
	const struct mc_group_key *key;
	const struct mc_addr *source;
	union mc_slot last; /* held back; word 0: none yet */
	__u32 ingress;	    /* never gets its own packet back */
	__u32 inward;	    /* for underlay members only: not 0, uplinks get none */
	__u32 copies;
	__u32 errors;
	__u32 filtered; /* members that do not want this source */
};

static __always_inline void fanout_start(struct fanout_walk *walk, struct __sk_buff *skb,
					 void *vector, const struct mc_fanout_config *config,
					 const struct facts *facts)
{
	walk->skb = skb;
	walk->vector = vector;
	walk->key = &facts->key;
	walk->source = &facts->source;
	/* Below 6.7 the verifier takes what it knows before the first iteration to hold in all, and
	 * hard-wires the branches on it: a held-back member of a constant zero would never be sent to. */
	walk->last.word = config->zero;
	walk->filtered = config->zero;
	walk->copies = config->zero;
	walk->errors = config->zero;
}

static __noinline void count_member_error(const struct mc_group_key *key, __u32 ifindex)
{
	struct mc_member_key member_key = {
		.vni = key->vni,
		.ifindex = ifindex,
		.group = key->group,
	};
	struct mc_member *member = bpf_map_lookup_elem(&members, &member_key);

	if (member)
		__sync_fetch_and_add(&member->errors, 1);
}

/* Puts the tag of the member's port on the packet, which has none. Not inlined: hardly ever called. */
static __noinline void push_tag(struct __sk_buff *skb, __u32 ifindex)
{
	struct mc_port *port = bpf_map_lookup_elem(&ports, &ifindex);

	if (port)
		bpf_skb_vlan_push(skb, MC_BE16(ETH_P_8021Q), port->vlan);
}

static __always_inline int is_ipv6(const struct fanout_walk *walk)
{
	return !mc_addr_is_v4(walk->source);
}

/* To an uplink a copy is routed: one hop less, which is given back for the next copy. */
static __noinline long clone_routed(struct __sk_buff *skb, __u32 ifindex, int ipv6)
{
	long err;

	if (change_ttl(skb, ipv6, -1))
		return -1;
	err = bpf_clone_redirect(skb, ifindex, 0);
	change_ttl(skb, ipv6, 1);
	return err;
}

/* One clone; a member that cannot be reached is counted, and the others go on. */
static __always_inline void fanout_clone(struct fanout_walk *walk)
{
	__u32 ifindex = walk->last.ifindex;
	__u32 tagged = walk->last.flags & MC_SLOT_F_VLAN;
	__u32 routed = walk->last.flags & MC_SLOT_F_UPLINK;
	long err;

	if (tagged)
		push_tag(walk->skb, ifindex);
	if (!routed)
		err = bpf_clone_redirect(walk->skb, ifindex, 0);
	else
		err = clone_routed(walk->skb, ifindex, is_ipv6(walk));
	if (tagged)
		bpf_skb_vlan_pop(walk->skb);
	if (!err) {
		walk->copies++;
		return;
	}
	walk->errors++;
	count_member_error(walk->key, ifindex);
}

/* Does the member want this source? Asked only where its slot says that there is something to ask. */
static __noinline int wants_source(const struct fanout_walk *walk, __u64 word)
{
	union mc_slot slot = { .word = word };
	struct mc_source_key key = {
		.member = {
			.vni = walk->key->vni,
			.ifindex = slot.ifindex,
			.group = walk->key->group,
		},
		.source = *walk->source,
	};
	struct mc_source *entry = bpf_map_lookup_elem(&sources, &key);

	return entry ? entry->pass : !(slot.flags & MC_SLOT_F_DENY);
}

static long fanout_slot(__u32 index, struct fanout_walk *walk)
{
	union mc_slot *slot = vector_slot(walk->vector, index);
	union mc_slot found;

	if (!slot)
		return 1;
	found.word = READ_ONCE(slot->word);
	if (!found.word || found.ifindex == walk->ingress)
		return 0;
	if (found.flags & MC_SLOT_F_UPLINK && walk->inward)
		return 0;
	if (found.flags & MC_SLOT_F_FILTER && !wants_source(walk, found.word)) {
		walk->filtered++;
		return 0;
	}
	if (walk->last.word)
		fanout_clone(walk);
	walk->last = found;
	return 0;
}

/* Clones to all members but one, which is left in @walk->last. */
static __always_inline void fanout_walk(struct fanout_walk *walk)
{
	struct mc_fanout_state *state = vector_state(walk->vector);

	if (state)
		bpf_loop(READ_ONCE(state->high), fanout_slot, walk, 0);
}

/*
 * Sends the packet itself to the member held back: what the program returns, 0 if it cannot. A redirect
 * happens after the program, when it is too late to count what fails; bpf_check_mtu() at least knows
 * whether there is such a device.
 */
static __always_inline int fanout_last(struct fanout_walk *walk)
{
	__u32 ifindex = walk->last.ifindex;
	__u32 mtu = 0;

	if (bpf_check_mtu(walk->skb, ifindex, &mtu, 0, 0) < 0 ||
	    (walk->last.flags & MC_SLOT_F_UPLINK && change_ttl(walk->skb, is_ipv6(walk), -1))) {
		walk->errors++;
		count_member_error(walk->key, ifindex);
		return 0;
	}
	walk->copies++;
	if (walk->last.flags & MC_SLOT_F_VLAN)
		push_tag(walk->skb, ifindex);
	if (walk->last.flags & MC_SLOT_F_PEER)
		return bpf_redirect_peer(ifindex, 0);
	return bpf_redirect(ifindex, 0);
}
