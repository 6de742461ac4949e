/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VTEPs: the other nodes. They share the table `vteps` with the next hops of underlay groups (maps/hop.h),
 * which no walk here sees.
 */
#pragma once

#include <bpfcast/abi.h>

struct mc_instance;

/*
 * Adds a VTEP from its addresses, egress device, UDP port and encapsulation; fills in the rest.
 * -EEXIST: there is one with this address; -ENOSPC. Errors are said. @id may be NULL.
 */
int mc_vtep_add(struct mc_instance *in, const struct mc_vtep *vtep, __u32 *id);

/* Replaces the settings of the VTEP with this remote address, or adds it. */
int mc_vtep_replace(struct mc_instance *in, const struct mc_vtep *vtep);

/* Deletes a VTEP, and its membership of each group first. -ENOENT is said. */
int mc_vtep_del(struct mc_instance *in, const struct mc_addr *remote);

/* -ENOENT, silently. */
int mc_vtep_find(struct mc_instance *in, const struct mc_addr *remote, __u32 *id);
int mc_vtep_get(struct mc_instance *in, __u32 id, struct mc_vtep *vtep); /* or a hop (maps/hop.h) */
int mc_vtep_next_hop(struct mc_instance *in, __u32 id, struct mc_next_hop *next_hop);

typedef int (*mc_vtep_fn)(__u32 id, const struct mc_vtep *vtep, void *arg);
/* Over a snapshot; a non-zero return of @fn ends it and is returned. */
int mc_vtep_for_each(struct mc_instance *in, mc_vtep_fn fn, void *arg);

/* First word of the header of an encapsulation (enum mc_encap) without options. */
__be32 mc_vtep_tunnel(__u8 encap);

/* An id that is free, its counters zero. -ENOSPC, silently. */
int mc_vtep_find_free(struct mc_instance *in, __u32 *id);

/* Writes the entry as it is, its next hop not yet known; or makes the id free. Silent. */
int mc_vtep_write(struct mc_instance *in, __u32 id, const struct mc_vtep *vtep);
int mc_vtep_free(struct mc_instance *in, __u32 id);
