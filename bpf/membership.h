/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memberships of a port: beginning, being served by a slot of the group's vector, ending. The port's
 * lock is held (port_lock.h). Functions return 0 or an enum mc_reason of a refusal.
 */
#pragma once

#include "account.h"
#include "port_lock.h"
#include "source.h"
#include "transition.h"
#include "vector.h"

/*
 * What a change of memberships works with, in the port's state and so its alone while the lock is held:
 * a program's stack is too small for it, and per-CPU memory may be taken by an interrupting program.
 */
struct work {
	struct mc_member_key key;
	struct source_walk walk;
	struct mc_source fresh; /* entry being added */
	__u64 now;		/* CLOCK_MONOTONIC, nanoseconds */
	__u64 old_expires;	/* group timer before the change */
	__u64 mark;		/* of the record being applied */
	__u64 group_interval;	/* nanoseconds, as the next two */
	__u64 last_member;
	__u64 older_host;
	__u32 offset;	     /* of the sources in the packet */
	__u32 record_offset; /* of the next record */
	__u32 record_end;
	__u32 refused; /* reason of the first source that was refused */
	__u32 failed;  /* reason of the first record that was refused */
	__u32 ignored; /* reason of the last record that had to be ignored */
	__u16 count;   /* of sources that the record names */
	__u16 wanted;  /* sources that the origin wants afterwards */
	__u16 applied; /* records taken into the tables */
	__u16 waiting; /* joins that wait for their group */
	__u8 ipv6;     /* width of the addresses in the packet */
	__u8 type;     /* enum mc_record_type; of user space MC_TO_IN or MC_TO_EX */
	__u8 origin;   /* one of enum mc_origin */
	__u8 edge;     /* one host behind the port */
	__u8 exclude;  /* filter mode of the origin afterwards */
	__u8 version;  /* of the report */
	__u8 changed;  /* a source or the mode is not what it was */
	__u8 query;    /* the querier should ask */
	struct transition step;
	__u8 pad[2];
};

_Static_assert(sizeof(struct work) <= MC_PORT_WORK, "work no longer fits into the port's state");

struct membership {
	struct work *w;
	struct mc_port *port;
	struct mc_port_state *state;
	struct mc_member *member; /* NULL: not there (yet) */
	struct __sk_buff *skb;
};

/* With the lock just taken: an empty desk. */
static __always_inline void work_start(struct membership *m)
{
	m->w = (struct work *)m->state->work;
	__builtin_memset(m->w, 0, sizeof(*m->w));
	m->w->now = bpf_ktime_get_ns();
}

static __noinline void tell(const struct membership *m, __u32 type, __u32 reason, __u32 origins)
{
	struct mc_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return;
	__builtin_memset(event, 0, sizeof(*event));
	event->type = type;
	event->reason = reason;
	event->origins = origins;
	event->ifindex = m->w->key.ifindex;
	event->time = m->w->now;
	event->vni = m->w->key.vni;
	event->group = m->w->key.group;
	bpf_ringbuf_submit(event, 0);
}

static __always_inline int refuse(const struct membership *m, __u32 reason)
{
	m->state->refused++;
	tell(m, MC_EVENT_REFUSED, reason, 0);
	return reason;
}

static __always_inline void *group_vector(const struct mc_member_key *key)
{
	struct mc_group_key group = { .vni = key->vni, .group = key->group };

	return bpf_map_lookup_elem(&fanout, &group);
}

/* The flood group of a VNI is no wish of the port's, so no limit of the port's holds for it. */
static __always_inline int is_flood_group(const struct mc_addr *group)
{
	return mc_addr_is_zero(group);
}

/* A member that no origin holds yet; the caller gives it one, or ends it. */
static __noinline int member_begin(struct membership *m)
{
	struct mc_member value = { .slot = MC_SLOT_NONE, .since = m->w->now };

	if (m->state->groups >= m->port->limit_groups && !is_flood_group(&m->w->key.group))
		return refuse(m, MC_R_PORT_LIMIT);
	if (bpf_map_update_elem(&members, &m->w->key, &value, BPF_NOEXIST))
		return refuse(m, MC_R_MEMBERS_FULL);
	m->state->groups++;
	m->member = bpf_map_lookup_elem(&members, &m->w->key);
	return m->member ? 0 : MC_R_MEMBERS_FULL;
}

static __always_inline void count_waiting(void *vector, int difference)
{
	struct mc_fanout_state *state = vector_state(vector);

	if (state)
		__sync_fetch_and_add(&state->waiting, difference);
}

/* Has the member a slot of this vector, or is it counted as waiting for one? */
static __always_inline int is_known(const struct mc_member *member, void *vector)
{
	struct mc_fanout_config *config = vector_config(vector);

	return config && member->generation == config->generation;
}

/*
 * In a vector that is the copy of a smaller one, the member's slot is the one that holds its port: it was
 * copied, whatever became of it in the old vector meanwhile. Is there one?
 */
static __noinline int adopt_slot(struct membership *m, void *vector)
{
	struct mc_fanout_config *config = vector_config(vector);
	__u32 slot;

	if (!config || !m->member || !(config->flags & MC_FANOUT_F_SETTLING))
		return 0;
	slot = vector_find(vector, m->w->key.ifindex);
	if (slot == MC_SLOT_NONE)
		return 0;
	m->member->slot = slot;
	m->member->generation = config->generation;
	return 1;
}

/*
 * Brings the slot up to date with the member, claiming one if it has none. Without a group to be in
 * it waits: MC_R_REPORT_PENDING. With a full one too: MC_R_GROUP_FULL.
 */
static __noinline int member_serve(struct membership *m)
{
	void *vector = group_vector(&m->w->key);
	struct mc_fanout_config *config;
	union mc_slot slot, *place;
	int known;

	if (!vector || !m->member)
		return MC_R_REPORT_PENDING;
	config = vector_config(vector);
	if (!config)
		return MC_R_REPORT_PENDING;
	slot = mc_slot_of(m->port, m->member, m->w->key.ifindex);
	known = m->member->generation == config->generation || adopt_slot(m, vector);
	if (known && m->member->slot != MC_SLOT_NONE) {
		place = vector_slot(vector, m->member->slot);
		if (place)
			*(volatile __u64 *)&place->word = slot.word;
		return 0;
	}
	m->member->slot = vector_claim(vector, slot.word);
	m->member->generation = config->generation;
	if (m->member->slot == MC_SLOT_NONE) {
		count_waiting(vector, !known);
		return MC_R_GROUP_FULL;
	}
	count_waiting(vector, -known);
	return 0;
}

static __always_inline void member_unserve(struct membership *m)
{
	void *vector = group_vector(&m->w->key);

	if (!vector || (!is_known(m->member, vector) && !adopt_slot(m, vector)))
		return;
	if (m->member->slot == MC_SLOT_NONE)
		count_waiting(vector, -1);
	else
		vector_release(vector, m->member->slot, m->w->key.ifindex);
}

static long remove_first(__u32 index, struct membership *m)
{
	struct mc_source_key key = { .member = m->w->key };

	if (!m->member)
		return 1;
	key.source = m->member->first;
	if (mc_addr_is_zero(&key.source))
		return 1;
	source_remove(m->member, &key);
	return 0;
}

/* Slot first, so that no copy is made any more; then what it names, then itself. */
static __noinline void member_end(struct membership *m)
{
	member_unserve(m);
	bpf_loop(MC_SOURCES_MAX + 1, remove_first, m, 0);
	if (!bpf_map_delete_elem(&members, &m->w->key))
		m->state->groups--;
	m->member = NULL;
}
