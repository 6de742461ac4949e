/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mappings of overlay groups to underlay groups, in both directions (`m2p`, `underlay_groups`). Adding one
 * also joins the underlay group: loader/m2p.h.
 */
#pragma once

#include <bpfcast/abi.h>

struct mc_instance;

/*
 * Maps the group as @m2p says, whatever it was mapped to, and sends it so from then on if it has been
 * added. -EINVAL: no group, or no underlay group; -EEXIST: the underlay group and the group together are
 * those of another VNI. Errors are said.
 */
int mc_m2p_set(struct mc_instance *in, const struct mc_group_key *key, const struct mc_m2p *m2p);

/* Refuses, with a sentence, what mc_m2p_set() would; changes nothing. */
int mc_m2p_check(struct mc_instance *in, const struct mc_group_key *key, const struct mc_m2p *m2p);

/* Forgets the mapping, and sends nothing by it any more. -ENOENT is said. */
int mc_m2p_del(struct mc_instance *in, const struct mc_group_key *key);

/* -ENOENT, silently. */
int mc_m2p_get(struct mc_instance *in, const struct mc_group_key *key, struct mc_m2p *m2p);

typedef int (*mc_m2p_fn)(const struct mc_group_key *key, const struct mc_m2p *m2p, void *arg);
/* Over a snapshot; a non-zero return of @fn ends it and is returned. */
int mc_m2p_for_each(struct mc_instance *in, mc_m2p_fn fn, void *arg);

/* The groups that are sent by the hops of @underlay: *@count of them in *@keys (malloc, caller frees). */
int mc_m2p_groups_of(struct mc_instance *in, const struct mc_addr *underlay,
		     struct mc_group_key **keys, __u32 *count);
