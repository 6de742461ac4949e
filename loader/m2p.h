/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings to underlay groups: the table entries and the kernel's memberships, together. */
#pragma once

#include <bpfcast/abi.h>

struct mc_instance;

/* -EEXIST: the group is mapped already; else as mc_mapping_replace(). Errors are said. */
int mc_mapping_add(struct mc_instance *in, const struct mc_group_key *key,
		   const struct mc_m2p *m2p);

/* Joins the underlay group and maps the group to it, whatever it was mapped to. Errors are said. */
int mc_mapping_replace(struct mc_instance *in, const struct mc_group_key *key,
		       const struct mc_m2p *m2p);

/* Forgets the mapping; the underlay group is left with its last. -ENOENT is said. */
int mc_mapping_del(struct mc_instance *in, const struct mc_group_key *key);
