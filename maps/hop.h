/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways to underlay groups: entries of `vteps` that are no VTEPs (MC_VTEP_F_GROUP). One leads to an
 * underlay group by a next hop, tagged, or out of a device, as it is. All silent.
 */
#pragma once

#include <bpfcast/abi.h>

struct mc_instance;

/*
 * The entry that leads to underlay group @hop->remote by next hop @hop->via: found or made, and made what
 * @hop says. Filled in: the MACs, the tunnel, the VNI and what else follows. -ENOSPC.
 */
int mc_hop_take(struct mc_instance *in, const struct mc_vtep *hop, __u32 *id);

/* The entry that leads out of the device of @m2p. -ENOENT: that is no underlay with an IPv6 address. */
int mc_hop_take_device(struct mc_instance *in, const struct mc_m2p *m2p, __u32 *id);

/* Frees the entries that no vector of `remotes` or `forwarding` names. */
int mc_hop_sweep(struct mc_instance *in);

typedef int (*mc_hop_fn)(__u32 id, const struct mc_vtep *hop, void *arg);
/* Over a snapshot; a non-zero return of @fn ends it and is returned. */
int mc_hop_for_each(struct mc_instance *in, mc_hop_fn fn, void *arg);
