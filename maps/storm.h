/* SPDX-License-Identifier: Apache-2.0 */
/* Storm control: what VTEPs have sent to VNIs that have a limit (mc_vni.storm_rate). All silent. */
#pragma once

#include <linux/types.h>

struct mc_instance;

/* Packets above their limits that the VTEPs with ids from @first on have sent: @count sums in @dropped. */
int mc_storm_dropped(struct mc_instance *in, __u32 first, __u32 count, __u64 *dropped);

/* Forgets what a VTEP has sent, or what was sent to a VNI. */
int mc_storm_forget_vtep(struct mc_instance *in, __u32 vtep_id);
int mc_storm_forget_vni(struct mc_instance *in, __u32 vni);
