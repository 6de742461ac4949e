/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VNIs: the policy of the configuration, and the intervals that the datapath goes by. An interval that an
 * operator has set with 'bpfcast vni set' rules; else it follows from the querier in force.
 */
#pragma once

#include <bpfcast/abi.h>

#include "intervals.h"

struct agent;

/* Brings the table up to date. */
void vnis_update(struct agent *agent);

/* The intervals of @vni: those of the configuration, bent to what an operator has set. */
struct intervals vni_intervals(const struct agent *agent, __u32 vni);
