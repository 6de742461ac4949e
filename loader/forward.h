/* SPDX-License-Identifier: Apache-2.0 */
/* Forwarding entries, with the routes to their next hops. */
#pragma once

#include <stdbool.h>
#include <bpfcast/abi.h>
#include <maps/filter.h>

struct mc_instance;

struct mc_forward_options {
	struct mc_addr underlay;
	bool has_via;	    /* else only the entry, and how its hops are chosen */
	struct mc_addr via; /* the next hop: unicast; chooses the route, and is in no packet */
	__u8 mode;	    /* enum mc_mode, not MC_MODE_RESERVED */
	bool vni_chosen;    /* else that of the fleet, which is the only one that there may be */
	__u32 vni;
	struct mc_filter filter; /* inner sources that are sent to it */
	bool choose_chosen;	 /* else as the entry has it; a new one: every hop */
	bool choose_one;	 /* each flow takes one of the hops for a target, else every hop */
};

/* Adds a hop, and the entry if it is new. -EEXIST: there is one by this address; said. */
int mc_forward_add_hop(struct mc_instance *in, const struct mc_forward_options *options);

/* Same, and replaces the hop by the same address. -EINVAL, -ENOENT (no route); said. */
int mc_forward_replace_hop(struct mc_instance *in, const struct mc_forward_options *options);

/*
 * Makes @hops, each with a `via`, all the hops of the entry of @underlay, which need not have been there; what
 * they say of choosing is @choose_one. In one step. As mc_forward_replace_hop().
 */
int mc_forward_replace(struct mc_instance *in, const struct mc_addr *underlay, bool choose_one,
		       const struct mc_forward_options *hops, __u32 count);

/* Takes the hop out; the entry stays, even if that was the last. -ENOENT; said. */
int mc_forward_del_hop(struct mc_instance *in, const struct mc_addr *underlay,
		       const struct mc_addr *via);
