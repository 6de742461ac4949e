/* SPDX-License-Identifier: Apache-2.0 */
/* VNIs that are ours: there as long as a port or a group uses them. */
#pragma once

#include <linux/types.h>

struct mc_instance;

/* Makes @vni ours; 0 too if it was. */
int mc_vni_hold(struct mc_instance *in, __u32 vni);

/* Forgets @vni if neither a port nor a group uses it any more. */
int mc_vni_release(struct mc_instance *in, __u32 vni);
