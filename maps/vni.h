/* SPDX-License-Identifier: Apache-2.0 */
/* VNIs that are ours: there as long as a port or a group uses them, or an operator has set one up. */
#pragma once

#include <bpfcast/abi.h>

struct mc_instance;

/* Makes @vni ours; 0 too if it was. */
int mc_vni_hold(struct mc_instance *in, __u32 vni);

/* Forgets @vni if neither a port nor a group uses it any more and it is not pinned. */
int mc_vni_release(struct mc_instance *in, __u32 vni);

/* -ENOENT, silently. */
int mc_vni_get(struct mc_instance *in, __u32 vni, struct mc_vni *settings);

/* Sets policies and intervals, and makes the flood group be what they ask for. Errors are said. */
int mc_vni_set(struct mc_instance *in, __u32 vni, const struct mc_vni *settings);

typedef int (*mc_vni_fn)(__u32 vni, const struct mc_vni *settings, void *arg);
/* Over a snapshot; a non-zero return of @fn ends it and is returned. */
int mc_vni_for_each(struct mc_instance *in, mc_vni_fn fn, void *arg);
