/* SPDX-License-Identifier: Apache-2.0 */
/* The neighbours that lead to VTEPs, kept resolved, so that the datapath always finds their MACs. */
#pragma once

struct agent;

/* Routes, neighbours or devices have changed: they are looked at soon. */
void next_hops_changed(struct agent *agent);
