/* SPDX-License-Identifier: Apache-2.0 */
/* What entries of `m2p` and `forwarding` say, as facts; and facts of these kinds into the tables and out of them. */
#pragma once

#include "fact.h"

struct mc_instance;
struct mc_remote_list;

/* Damaged: its device is none, or what follows from it in other tables is not there. */
struct fact overlay_m2p(struct mc_instance *in, const struct mc_group_key *key,
			const struct mc_m2p *m2p);

/* Its hops and addresses are the caller's, also after an error: fact_free(). Damaged: a hop is none. -ENOMEM. */
int overlay_forwarding(struct mc_instance *in, const struct mc_addr *underlay,
		       const struct mc_remote_list *hops, struct fact *fact);

/* Errors are said. */
int overlay_apply_m2p(struct mc_instance *in, const struct fact *fact);
int overlay_apply_forwarding(struct mc_instance *in, const struct fact *fact);
