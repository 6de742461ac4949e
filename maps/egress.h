/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The egress of a group, all that leaves the node for it: its remote members, and what `m2p` and
 * `forwarding` make of it. Compiled into one vector of `remotes` that is swapped in: a packet sees a
 * change whole or not at all. Each write to `remotes` makes the kernel wait for RCU, so that groups
 * are changed many at a time.
 */
#pragma once

#include <maps/remote_list.h>

struct mc_instance;

/*
 * What is about to be written to other tables: the vectors are made as if it were. So they come first, and
 * a run that is killed after them does the same again, since the tables still say what was before.
 */
struct mc_egress_draft {
	const struct mc_group_key *mapped; /* a group whose mapping is to change; NULL: none */
	const struct mc_m2p *m2p;	   /* to this; NULL: it goes */
	const struct mc_addr
		*forwarded; /* an underlay group whose hops are to change; NULL: none */
	const struct mc_remote_list *hops; /* to these; NULL: the entry goes */
	const __u32 *gone;		   /* a VTEP that is to be no member any more; NULL: none */
};

/* Makes the vectors of @count groups anew. Those that have not been added are left out. Silent. */
int mc_egress_update(struct mc_instance *in, const struct mc_group_key *keys, __u32 count,
		     const struct mc_egress_draft *draft);

/* Makes @members the remote members of one group. Silent. */
int mc_egress_set(struct mc_instance *in, const struct mc_group_key *key,
		  const struct mc_remote_list *members);

/*
 * For groups that are about to be added with the vectors of `fanout` open as @fanouts: makes their egress,
 * which has no members yet, and says in the vectors whether there is one. Silent.
 */
int mc_egress_prepare(struct mc_instance *in, const struct mc_group_key *keys, const int *fanouts,
		      __u32 count);

/* Appends to @list the remote members, without what other tables make. None is fine. Silent. */
int mc_egress_members(struct mc_instance *in, const struct mc_group_key *key,
		      struct mc_remote_list *list);
