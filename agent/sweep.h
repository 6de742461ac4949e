/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables, looked through again and again: what no event has told, and what is over. At least once a
 * second, and when the next timer runs out; less often where there is so much that it would take more
 * than a tenth of the time.
 */
#pragma once

#include <stdint.h>

struct agent;

/* Sweeps as soon as it may. */
void sweep_soon(struct agent *agent);

/* Sweeps not later than at @at (CLOCK_MONOTONIC, nanoseconds). */
void sweep_by(struct agent *agent, uint64_t at);
