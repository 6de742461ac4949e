/* SPDX-License-Identifier: Apache-2.0 */
/* Per-CPU counters, by reason, group and VTEP, summed over CPUs. */
#pragma once

#include <bpfcast/abi.h>
#include <bpfcast/reason.h>

struct mc_instance;

/* @counters: MC_REASON_COUNT entries, by enum mc_reason. */
int mc_counter_get_all(struct mc_instance *in, struct mc_counter *counters);

/* By group id; clearing is for an id that is about to be used again. */
int mc_group_counters_get(struct mc_instance *in, __u32 group_id, struct mc_group_counters *sum);
int mc_group_counters_clear(struct mc_instance *in, __u32 group_id);

/* By VTEP id; same. */
int mc_vtep_counters_get(struct mc_instance *in, __u32 vtep_id, struct mc_vtep_counters *sum);
int mc_vtep_counters_clear(struct mc_instance *in, __u32 vtep_id);
