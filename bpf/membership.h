/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memberships of a port: joining, leaving, waiting for a group.
 *
 * Locking: whoever changes a membership of a port holds the port's lock word (port_state.lock), in a
 * report as well as in the control program. It is a word of our own since bpf_spin_lock forbids the
 * table updates that are the point. Under it the pointers into `members` and `port_state` stay what
 * they are: nobody else deletes entries of this port. Slots of a group are shared by ports and
 * need no lock (vector.h). Waiting is bounded; who does not get the lock changes nothing and says so.
 *
 * All functions: lock held, 0 or an enum mc_reason of a refusal.
 */
#pragma once

#include "account.h"
#include "vector.h"

#define LOCK_TRIES (1 << 14) /* some 100 us: a holder is in softirq and needs about one */

struct membership {
	struct mc_member_key key;
	__u8 origins; /* who joins or leaves */
	__u8 version; /* of the report, 0 if none */
	__u8 filter;
	__u8 pad;
	struct mc_port *port;
	struct mc_port_state *state;
};

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

static __noinline void tell_change(const struct membership *m, __u32 type, __u32 reason)
{
	struct mc_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return;
	__builtin_memset(event, 0, sizeof(*event));
	event->type = type;
	event->reason = reason;
	event->origins = m->origins;
	event->ifindex = m->key.ifindex;
	event->time = bpf_ktime_get_ns();
	event->vni = m->key.vni;
	event->group = m->key.group;
	bpf_ringbuf_submit(event, 0);
}

static __always_inline int refuse(const struct membership *m, __u32 reason)
{
	m->state->refused++;
	tell_change(m, MC_EVENT_REFUSED, reason);
	return reason;
}

static __always_inline void *group_vector(const struct mc_member_key *key)
{
	struct mc_group_key group = { .vni = key->vni, .group = key->group };

	return bpf_map_lookup_elem(&fanout, &group);
}

static __always_inline int join_pending(const struct membership *m)
{
	struct mc_pending value = { .version = m->version, .filter = m->filter };

	if (bpf_map_lookup_elem(&pending, &m->key))
		return MC_R_REPORT_PENDING;
	if (m->state->groups >= m->port->limit_groups)
		return refuse(m, MC_R_PORT_LIMIT);
	value.since = bpf_ktime_get_ns();
	if (bpf_map_update_elem(&pending, &m->key, &value, BPF_NOEXIST))
		return refuse(m, MC_R_PENDING_FULL);
	m->state->groups++;
	tell_change(m, MC_EVENT_PENDING, MC_R_REPORT_PENDING);
	return MC_R_REPORT_PENDING;
}

/* Gives the member a slot if it has none: MC_R_GROUP_FULL when there is none to give. */
static __always_inline int serve(const struct membership *m, struct mc_member *member, void *vector)
{
	union mc_slot slot = { .ifindex = m->key.ifindex, .flags = MC_SLOT_F_USED };

	if (m->port->flags & MC_PORT_F_PEER)
		slot.flags |= MC_SLOT_F_PEER;
	member->slot = vector_claim(vector, slot.word);
	return member->slot == MC_SLOT_NONE ? MC_R_GROUP_FULL : 0;
}

static __always_inline void count_waiting(void *vector, int difference)
{
	struct mc_fanout_state *state = vector_state(vector);

	if (state)
		__sync_fetch_and_add(&state->waiting, difference);
}

static __always_inline int join_new(const struct membership *m, void *vector)
{
	struct mc_member value = {
		.slot = MC_SLOT_NONE,
		.origins = m->origins,
		.filter = m->filter,
		.version = m->version,
	};
	struct mc_member *member;

	if (m->state->groups >= m->port->limit_groups)
		return refuse(m, MC_R_PORT_LIMIT);
	value.since = bpf_ktime_get_ns();
	if (m->version)
		value.last_report = value.since;
	if (bpf_map_update_elem(&members, &m->key, &value, BPF_NOEXIST))
		return refuse(m, MC_R_MEMBERS_FULL);
	m->state->groups++;
	m->state->joins++;
	tell_change(m, MC_EVENT_JOIN, MC_R_REPORT);
	member = bpf_map_lookup_elem(&members, &m->key);
	if (member && !serve(m, member, vector))
		return 0;
	count_waiting(vector, 1);
	return refuse(m, MC_R_GROUP_FULL);
}

/* A membership of more origins, or the same again: refresh it, and serve it if a slot is free now. */
static __always_inline int join_again(const struct membership *m, struct mc_member *member,
				      void *vector)
{
	if (m->origins & ~member->origins)
		tell_change(m, MC_EVENT_JOIN, MC_R_REPORT);
	member->origins |= m->origins;
	if (m->version) {
		member->last_report = bpf_ktime_get_ns();
		member->version = m->version;
		member->filter = m->filter;
	}
	if (member->slot != MC_SLOT_NONE)
		return 0;
	if (serve(m, member, vector))
		return MC_R_GROUP_FULL;
	count_waiting(vector, -1);
	return 0;
}

static __noinline int join(const struct membership *m)
{
	void *vector = group_vector(&m->key);
	struct mc_member *member;

	if (!vector)
		return join_pending(m);
	member = bpf_map_lookup_elem(&members, &m->key);
	return member ? join_again(m, member, vector) : join_new(m, vector);
}

static __always_inline void forget_pending(const struct membership *m)
{
	if (!bpf_map_delete_elem(&pending, &m->key))
		m->state->groups--;
}

/* MC_R_REPORT_IGNORED when there is nothing that @m->origins could leave. */
static __noinline int leave(const struct membership *m)
{
	struct mc_member *member = bpf_map_lookup_elem(&members, &m->key);
	void *vector = group_vector(&m->key);
	__u32 slot;

	if (m->origins & MC_ORIGIN_REPORT)
		forget_pending(m);
	if (!member || !(member->origins & m->origins))
		return MC_R_REPORT_IGNORED;
	tell_change(m, MC_EVENT_LEAVE, MC_R_REPORT);
	member->origins &= ~m->origins;
	if (member->origins)
		return 0;
	slot = member->slot;
	if (bpf_map_delete_elem(&members, &m->key))
		return MC_R_REPORT_IGNORED;
	m->state->groups--;
	m->state->leaves++;
	if (!vector)
		return 0;
	if (slot == MC_SLOT_NONE)
		count_waiting(vector, -1);
	else
		vector_release(vector, slot, m->key.ifindex);
	return 0;
}
