/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A change of a membership's filter: a group record of a host, or what user space asks for. Two
 * passes: over the sources that it names, in the packet; then over the member's list, for those that
 * it does not name. In between the slot takes the new filter mode, so that a source wanted before and
 * after is forwarded all the time. The port's lock is held.
 */
#pragma once

#include "membership.h"

#define NS_PER_MS 1000000ull

static __always_inline void set_state(struct membership *m, struct mc_source *entry, __u8 state,
				      __u64 expires)
{
	m->w->changed |= entry->state != state;
	entry->state = state;
	entry->expires = expires;
}

/* The source timer has run out: at once behind an edge port. RFC 9776 section 6.3. */
static __always_inline void expire(struct membership *m, struct mc_source *entry)
{
	set_state(m, entry, m->w->exclude ? MC_SOURCE_BLOCKED : MC_SOURCE_NONE, 0);
}

static __always_inline void lower(__u64 *timer, __u64 to)
{
	if (*timer > to)
		*timer = to;
}

static __always_inline void query_source(struct membership *m, struct mc_source *entry)
{
	if (m->w->edge) {
		expire(m, entry);
		return;
	}
	m->w->query = 1;
	lower(&entry->expires, m->w->now + m->w->last_member);
}

static __always_inline void act(struct membership *m, struct mc_source *entry, __u8 action)
{
	switch (action) {
	case SOURCE_REQUEST:
		set_state(m, entry, MC_SOURCE_REQUESTED, m->w->now + m->w->group_interval);
		break;
	case SOURCE_REQUEST_QUERY:
		set_state(m, entry, MC_SOURCE_REQUESTED, m->w->old_expires);
		query_source(m, entry);
		break;
	case SOURCE_QUERY:
		query_source(m, entry);
		break;
	case SOURCE_BLOCK:
		set_state(m, entry, MC_SOURCE_BLOCKED, 0);
		break;
	case SOURCE_REMOVE:
		set_state(m, entry, MC_SOURCE_NONE, 0);
		break;
	case SOURCE_LOWER:
		lower(&entry->expires, m->w->now + m->w->last_member);
		break;
	case SOURCE_TIMEOUT:
		if (entry->expires <= m->w->now)
			expire(m, entry);
		break;
	default:
		break;
	}
	if (!m->w->exclude && entry->state == MC_SOURCE_BLOCKED)
		set_state(m, entry, MC_SOURCE_NONE, 0); /* INCLUDE has no exclude list */
}

/* What a source that is named becomes, from where it stands. */
static __always_inline __u8 named_action(const struct membership *m, __u8 state)
{
	if (state == MC_SOURCE_REQUESTED)
		return m->w->step.named_requested;
	if (state == MC_SOURCE_BLOCKED)
		return m->w->step.named_blocked;
	return m->w->step.named_none;
}

static __always_inline int makes_entry(__u8 action)
{
	return action == SOURCE_REQUEST || action == SOURCE_REQUEST_QUERY || action == SOURCE_BLOCK;
}

static __always_inline void refuse_source(struct membership *m, __u32 reason)
{
	if (m->w->refused)
		return;
	m->w->refused = refuse(m, reason);
}

static __always_inline struct mc_source *new_source(struct membership *m,
						    const struct mc_source_key *key)
{
	struct mc_source *entry;

	if (m->member->sources >= m->port->limit_sources) {
		refuse_source(m, MC_R_SOURCE_LIMIT);
		return NULL;
	}
	entry = source_add(m->member, key, &m->w->fresh);
	if (!entry)
		refuse_source(m, MC_R_SOURCES_FULL);
	return entry;
}

static __always_inline void set_origin(struct membership *m, struct mc_source *entry, int named)
{
	entry->include &= ~m->w->origin;
	entry->exclude &= ~m->w->origin;
	if (!named)
		return;
	if (m->w->exclude)
		entry->exclude |= m->w->origin;
	else
		entry->include |= m->w->origin;
}

static long change_named(__u32 index, struct membership *m)
{
	struct mc_source_key key = { .member = m->w->key };
	struct mc_source *entry;
	__u8 action = SOURCE_REQUEST;

	if (!m->member ||
	    mc_address_load(m->skb, m->w->ipv6, m->w->offset + index * mc_source_size(m->w->ipv6),
			    &key.source))
		return 1;
	if (mc_addr_is_bad_source(&key.source) ||
	    mc_addr_is_v4(&key.source) != mc_addr_is_v4(&key.member.group))
		return 0;
	entry = source_find(&key);
	if (m->w->origin == MC_ORIGIN_REPORT)
		action = named_action(m, entry ? entry->state : MC_SOURCE_NONE);
	if (!entry && makes_entry(action))
		entry = new_source(m, &key);
	if (!entry)
		return 0;
	if (m->w->origin == MC_ORIGIN_REPORT)
		act(m, entry, action);
	else
		set_origin(m, entry, 1);
	entry->mark = m->w->mark;
	entry->pass = mc_source_passes(m->member, entry);
	return 0;
}

static __always_inline void change_unnamed(struct membership *m, struct mc_source *entry)
{
	if (m->w->origin != MC_ORIGIN_REPORT)
		set_origin(m, entry, 0);
	else if (entry->state == MC_SOURCE_REQUESTED)
		act(m, entry, m->w->step.rest_requested);
	else if (entry->state == MC_SOURCE_BLOCKED)
		act(m, entry, m->w->step.rest_blocked);
}

static long change_rest(__u32 index, struct membership *m)
{
	struct mc_source *entry = source_next(&m->w->walk);

	if (!entry || !m->member)
		return 1;
	if (entry->mark != m->w->mark)
		change_unnamed(m, entry);
	if (!source_is_named(entry)) {
		source_remove(m->member, &m->w->walk.key);
		return 0;
	}
	entry->pass = mc_source_passes(m->member, entry);
	if (m->w->origin == MC_ORIGIN_REPORT ? entry->state == MC_SOURCE_REQUESTED
					     : entry->include & m->w->origin)
		m->w->wanted++;
	return 0;
}

static __always_inline void leave_exclude(struct membership *m, struct mc_member *member)
{
	m->w->exclude = 0;
	member->expires = 0;
}

static __always_inline void change_host_mode(struct membership *m, struct mc_member *member)
{
	__u64 last = m->w->now + m->w->last_member;

	m->w->step = find_transition(m->w->exclude, m->w->edge, m->w->type);
	switch (m->w->step.mode) {
	case MODE_EXCLUDE:
		m->w->exclude = 1;
		member->expires = m->w->now + m->w->group_interval;
		break;
	case MODE_QUERY:
		if (m->w->edge) {
			leave_exclude(m, member);
			break;
		}
		m->w->query = 1;
		lower(&member->expires, last);
		break;
	case MODE_LOWER:
		if (!m->w->count)
			lower(&member->expires, last);
		break;
	case MODE_TIMEOUT:
		if (m->w->exclude && member->expires <= m->w->now)
			leave_exclude(m, member);
		break;
	default:
		break;
	}
}

/* Filter mode and group timer of the origin after the change, RFC 9776 section 6.4. */
static __always_inline void change_mode(struct membership *m)
{
	struct mc_member *member = m->member;
	int before = !!(member->exclude & m->w->origin);

	m->w->old_expires = member->expires;
	m->w->exclude = before;
	if (m->w->origin == MC_ORIGIN_REPORT)
		change_host_mode(m, member);
	else
		m->w->exclude = m->w->type == MC_TO_EX;
	m->w->changed |= before != m->w->exclude;
	member->origins |= m->w->origin;
	if (m->w->exclude)
		member->exclude |= m->w->origin;
	else
		member->exclude &= ~m->w->origin;
}

static __always_inline void tell_settled(struct membership *m, int had, int reason)
{
	int has = m->member && m->member->origins & m->w->origin;

	if (had != !!has)
		tell(m, has ? MC_EVENT_JOIN : MC_EVENT_LEAVE, reason ?: MC_R_REPORT, m->w->origin);
	else if (has && m->w->changed)
		tell(m, MC_EVENT_FILTER, MC_R_REPORT, m->w->origin);
	if (m->w->query)
		tell(m, MC_EVENT_QUERY, MC_R_REPORT, m->w->origin);
}

/*
 * An origin in INCLUDE that wants nothing is no member; the member goes with the last origin. @before:
 * the origins before the change.
 */
static __always_inline int settle(struct membership *m, __u8 before)
{
	int had = !!(before & m->w->origin);
	int reason = 0;

	if (!m->w->exclude && !m->w->wanted)
		m->member->origins &= ~m->w->origin;
	if (!m->member->origins) {
		m->state->leaves += !!before;
		member_end(m);
	} else {
		m->state->joins += !before;
		reason = member_serve(m);
	}
	tell_settled(m, had, reason == MC_R_REPORT_PENDING ? reason : 0);
	if (reason == MC_R_GROUP_FULL && !had)
		refuse(m, reason);
	if (had && (!m->member || !(m->member->origins & m->w->origin)))
		return 0; /* it has left: who else still waits is none of its business */
	return m->w->refused ?: reason;
}

/* Applies the change to the member, which is there: 0 or a reason. */
static __noinline int change_apply(struct membership *m)
{
	struct mc_member *member = m->member;
	__u8 before;

	if (!member)
		return MC_R_REPORT_IGNORED;
	before = member->origins;
	if (m->w->version) {
		member->last_report = m->w->now;
		member->version = m->w->version;
	}
	change_mode(m);
	m->w->mark = ++m->state->mark;
	bpf_loop(m->w->count, change_named, m, 0);
	if (before) /* a new member is served only once its filter is whole */
		member_serve(m);
	m->w->walk.key.member = m->w->key;
	m->w->walk.next = member->first;
	bpf_loop(MC_SOURCES_MAX + 1, change_rest, m, 0);
	return settle(m, before);
}
