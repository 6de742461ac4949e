/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a valid IGMP message to changes of membership (RFC 9776 section 6.4, any-source: a member
 * with a source list gets all sources, and its own kernel filters them).
 */
#pragma once

#include <bpfcast/igmp.h>

#include "membership.h"

struct report {
	struct __sk_buff *skb;
	struct membership m;
	__u32 offset; /* of the next record */
	__u32 end;
	__u32 applied; /* records that were taken into the tables */
	__u32 ignored; /* reason of the last record that was not, and need not be */
	__u32 pending; /* joins that wait for their group */
	__u32 refused; /* reason of the first refusal */
};

/* Groups that nobody may join: 0 or a reason. */
static __always_inline int check_group(__be32 group)
{
	if (!mc_v4_is_multicast(group))
		return MC_R_BAD_GROUP;
	if (mc_v4_is_link_local_group(group))
		return MC_R_RESERVED_GROUP;
	return 0;
}

enum change { CHANGE_NONE, CHANGE_JOIN, CHANGE_LEAVE };

/*
 * What a record means when sources are not tracked: all that asks for some source joins, only
 * TO_IN of nothing leaves. BLOCK may end the last source, but that cannot be told from here.
 */
static __always_inline enum change record_change(const struct mc_igmp_record *record, __u8 *filter)
{
	*filter = MC_FILTER_INCLUDE;
	switch (record->type) {
	case MC_IS_EX:
	case MC_TO_EX:
		*filter = MC_FILTER_EXCLUDE;
		return CHANGE_JOIN;
	case MC_TO_IN:
		return record->sources ? CHANGE_JOIN : CHANGE_LEAVE;
	case MC_IS_IN:
	case MC_ALLOW:
		return record->sources ? CHANGE_JOIN : CHANGE_NONE;
	default: /* BLOCK, and unknown types: RFC 9776 section 4.2.13 */
		return CHANGE_NONE;
	}
}

static __always_inline void apply(struct report *report, __be32 group, enum change change)
{
	int reason = check_group(group);

	if (!reason && change == CHANGE_NONE)
		reason = MC_R_REPORT_IGNORED;
	if (reason) {
		report->ignored = reason;
		return;
	}
	report->m.key.group = mc_addr_v4(group);
	reason = change == CHANGE_JOIN ? join(&report->m) : leave(&report->m);
	if (!reason)
		report->applied++;
	else if (reason == MC_R_REPORT_PENDING)
		report->pending++;
	else if (reason == MC_R_REPORT_IGNORED)
		report->ignored = reason;
	else if (!report->refused)
		report->refused = reason;
}

static long apply_record(__u32 index, struct report *report)
{
	struct mc_igmp_record record;
	enum change change;

	if (mc_igmp_record_load(report->skb, report->offset, report->end, &record))
		return 1; /* not reached: the report was validated */
	report->offset = record.next;
	change = record_change(&record, &report->m.filter);
	apply(report, record.group, change);
	return 0;
}

/* One reason for the whole report: what was refused counts most, then what was done. */
static __always_inline int report_reason(const struct report *report)
{
	if (report->refused)
		return report->refused;
	if (report->applied)
		return MC_R_REPORT;
	if (report->pending)
		return MC_R_REPORT_PENDING;
	return report->ignored ?: MC_R_REPORT_IGNORED;
}

/* Takes the IGMP message behind @h from a port: the reason it is counted under. */
static __always_inline int igmp_input(struct __sk_buff *skb, struct mc_port *port,
				      const struct mc_headers *h)
{
	struct report report = {
		.skb = skb,
		.m = {
			.key = { .vni = port->vni, .ifindex = skb->ifindex },
			.origins = MC_ORIGIN_REPORT,
			.port = port,
		},
	};
	struct mc_igmp igmp;
	int reason = mc_igmp_parse(skb, h, &igmp);
	__u32 ifindex = skb->ifindex;

	if (reason)
		return reason;
	if (igmp.type == MC_IGMP_QUERY)
		return port->flags & MC_PORT_F_MAY_QUERY ? MC_R_NOT_OURS : MC_R_IGMP_QUERY;
	report.m.state = bpf_map_lookup_elem(&port_state, &ifindex);
	if (!report.m.state || port_lock(report.m.state))
		return MC_R_PORT_BUSY;
	report.m.state->reports++;
	report.m.version = igmp.version;
	report.offset = igmp.offset;
	report.end = igmp.end;
	if (igmp.type == MC_IGMP_V3_REPORT)
		bpf_loop(igmp.records, apply_record, &report, 0);
	else
		apply(&report, igmp.group,
		      igmp.type == MC_IGMP_V2_LEAVE ? CHANGE_LEAVE : CHANGE_JOIN);
	port_unlock(report.m.state);
	return report_reason(&report);
}
