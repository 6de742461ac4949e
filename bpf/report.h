/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a valid membership message to changes: one a record, with the compatibility rules for older
 * hosts (RFC 9776 section 7.3.2) and for source-specific ranges (RFC 4604 section 2.2.3).
 */
#pragma once

#include "change.h"

/* Groups that nobody may join: 0 or a reason. */
static __always_inline int check_group(const struct mc_addr *group, int ipv6)
{
	if (mc_addr_is_v4(group) == !!ipv6 || !mc_addr_is_multicast(group))
		return MC_R_BAD_GROUP;
	if (mc_addr_is_link_local_group(group))
		return MC_R_RESERVED_GROUP;
	return 0;
}

/* Does it make a member of who is none: does it ask for any source? */
static __always_inline int is_join(const struct membership *m)
{
	switch (m->w->type) {
	case MC_IS_EX:
	case MC_TO_EX:
		return 1;
	case MC_IS_IN:
	case MC_TO_IN:
	case MC_ALLOW:
		return m->w->count != 0;
	default:
		return 0;
	}
}

/* What hosts of older versions on the port make of the record: 0, or to be ignored. */
static __always_inline int older_host_rules(struct membership *m, const struct mc_member *member)
{
	if (!member || (member->v1_until <= m->w->now && member->v2_until <= m->w->now))
		return 0;
	if (m->w->type == MC_BLOCK || (m->w->type == MC_TO_IN && member->v1_until > m->w->now))
		return MC_R_REPORT_IGNORED;
	if (m->w->type == MC_TO_EX || (m->w->edge && m->w->type == MC_IS_EX))
		m->w->count = 0;
	return 0;
}

static __always_inline void note_older_host(struct membership *m, struct mc_member *member)
{
	__u64 until = m->w->now + m->w->older_host;

	if (m->w->version == 1 && !m->w->ipv6)
		member->v1_until = until;
	else if (m->w->version == (m->w->ipv6 ? 1 : 2))
		member->v2_until = until;
}

/* One group record, or what a message of an older version amounts to: 0 or a reason. */
static __noinline int report_record(struct membership *m)
{
	int reason = check_group(&m->w->key.group, m->w->ipv6);

	if (reason)
		return reason;
	if (mc_addr_is_ssm(&m->w->key.group) && (m->w->type == MC_IS_EX || m->w->type == MC_TO_EX ||
						 m->w->version < (m->w->ipv6 ? 2 : 3)))
		return MC_R_SSM_GROUP;
	m->member = bpf_map_lookup_elem(&members, &m->w->key);
	if (!m->member || !(m->member->origins & MC_ORIGIN_REPORT)) {
		if (!is_join(m))
			return MC_R_REPORT_IGNORED;
		reason = m->member ? 0 : member_begin(m);
	} else {
		reason = older_host_rules(m, m->member);
	}
	if (reason || !m->member)
		return reason;
	note_older_host(m, m->member);
	m->w->refused = 0;
	m->w->wanted = 0;
	m->w->changed = 0;
	m->w->query = 0;
	return change_apply(m);
}

static __always_inline void take(struct membership *m)
{
	int reason = report_record(m);

	if (!reason)
		m->w->applied++;
	else if (reason == MC_R_REPORT_PENDING)
		m->w->waiting++;
	else if (reason == MC_R_REPORT_IGNORED || reason == MC_R_RESERVED_GROUP ||
		 reason == MC_R_SSM_GROUP || reason == MC_R_BAD_GROUP)
		m->w->ignored = reason;
	else if (!m->w->failed)
		m->w->failed = reason;
}

static long take_record(__u32 index, struct membership *m)
{
	struct mc_record record;

	if (mc_record_load(m->skb, m->w->ipv6, m->w->record_offset, m->w->record_end, &record))
		return 1; /* not reached: the report was validated */
	m->w->record_offset = record.next;
	if (record.type < MC_IS_IN || record.type > MC_BLOCK) {
		m->w->ignored = MC_R_REPORT_IGNORED; /* RFC 9776 section 4.2.13 */
		return 0;
	}
	m->w->key.group = record.group;
	m->w->type = record.type;
	m->w->offset = record.offset;
	m->w->count = record.sources;
	take(m);
	return 0;
}

/* One reason for the whole message: what was refused counts most, then what was done. */
static __always_inline int report_reason(const struct membership *m)
{
	if (m->w->failed)
		return m->w->failed;
	if (m->w->applied)
		return MC_R_REPORT;
	if (m->w->waiting)
		return MC_R_REPORT_PENDING;
	return m->w->ignored ?: MC_R_REPORT_IGNORED;
}

static __always_inline __u64 interval(__u32 configured_ms, __u32 default_ms)
{
	return (configured_ms ?: default_ms) * NS_PER_MS;
}

static __always_inline void set_intervals(struct membership *m, __u32 vni)
{
	struct mc_vni *settings = bpf_map_lookup_elem(&vnis, &vni);

	m->w->group_interval = MC_GROUP_INTERVAL_MS * NS_PER_MS;
	m->w->last_member = MC_LAST_MEMBER_MS * NS_PER_MS;
	m->w->older_host = MC_OLDER_HOST_MS * NS_PER_MS;
	if (!settings)
		return;
	m->w->group_interval = interval(settings->group_interval_ms, MC_GROUP_INTERVAL_MS);
	m->w->last_member = interval(settings->last_member_ms, MC_LAST_MEMBER_MS);
	m->w->older_host = interval(settings->older_host_ms, MC_OLDER_HOST_MS);
}

/* Takes a valid report, join or leave from a port, whose lock is held: the reason it counts under. */
static __always_inline int report_take(struct membership *m, const struct mc_message *message)
{
	m->w->origin = MC_ORIGIN_REPORT;
	m->w->edge = m->port->kind == MC_PORT_EDGE;
	m->w->ipv6 = message->ipv6;
	m->w->version = message->version;
	set_intervals(m, m->w->key.vni);
	if (message->kind == MC_MESSAGE_REPORT) {
		m->w->record_offset = message->offset;
		m->w->record_end = message->end;
		bpf_loop(message->records, take_record, m, 0);
	} else { /* RFC 9776 section 7.3.2: a join is IS_EX of nothing, a leave TO_IN of nothing */
		m->w->key.group = message->group;
		m->w->type = message->kind == MC_MESSAGE_JOIN ? MC_IS_EX : MC_TO_IN;
		m->w->count = 0;
		take(m);
	}
	return report_reason(m);
}
