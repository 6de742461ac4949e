/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The port's lock: whoever changes a membership of a port holds its word (port_state.lock), a report
 * as well as the control program. It is a word of our own since bpf_spin_lock forbids the table
 * updates that are the point. Under it the pointers into `members` and `sources` stay what they are:
 * nobody else deletes entries of this port. Slots of a group are shared by ports and need no lock
 * (vector.h). Waiting is bounded; who does not get the lock changes nothing and says so.
 */
#pragma once

#include <maps/maps.bpf.h>

#define LOCK_TRIES (1 << 14) /* some 100 us: a holder is in softirq and needs about one */

struct lock_attempt {
	__u32 *lock;
	__u32 taken;
};

static long try_lock(__u32 index, struct lock_attempt *attempt)
{
	attempt->taken = !__sync_val_compare_and_swap(attempt->lock, 0, 1);
	return attempt->taken;
}

static __always_inline int port_lock(struct mc_port_state *state)
{
	struct lock_attempt attempt = { .lock = &state->lock };

	bpf_loop(LOCK_TRIES, try_lock, &attempt, 0);
	return attempt.taken ? 0 : MC_R_PORT_BUSY;
}

static __always_inline void port_unlock(struct mc_port_state *state)
{
	__sync_fetch_and_and(&state->lock, 0);
}
