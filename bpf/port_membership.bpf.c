/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Membership messages from a port; port_ingress jumps here with any that it meets. A program of its
 * own, so that the data path stays small and this one has a whole stack. The packet is consumed:
 * reports never reach other ports, where they would suppress those of v1 and v2 hosts.
 */
#include <linux/bpf.h>

#include <bpfcast/igmp.h>
#include <bpfcast/mld.h>
#include <bpfcast/query.h>

#include "bucket.h"
#include "report.h"
#include "source_check.h"

static __noinline int parse(struct __sk_buff *skb, struct mc_frame *frame,
			    struct mc_message *message)
{
	int reason = mc_frame_load(skb, 0, skb->len, skb->protocol, frame);

	if (reason)
		return reason;
	if (!mc_frame_mac_matches(frame))
		return MC_R_WRONG_MAC;
	if (!frame->ipv6)
		return mc_igmp_parse(skb, frame, message);
	reason = mc_ipv6_skip_extensions(skb, frame);
	return reason ?: mc_mld_parse(skb, frame, message);
}

static __noinline void tell_querier(const struct facts *facts, const struct mc_message *message,
				    const struct mc_query *query)
{
	struct mc_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return;
	__builtin_memset(event, 0, sizeof(*event));
	event->type = MC_EVENT_QUERIER;
	event->reason = MC_R_REPORT;
	event->ifindex = facts->ifindex;
	event->time = bpf_ktime_get_ns();
	event->query.response_ms = query->response_ms;
	event->query.interval_s = query->interval_s;
	event->query.robustness = query->robustness;
	event->query.version = message->version;
	event->vni = facts->key.vni;
	event->group = message->group;
	event->source = facts->source;
	bpf_ringbuf_submit(event, 0);
}

/*
 * RFC 9776 section 6.6.1: who hears a query for a group lowers its timers, to what the querier will
 * wait: it asks as often as its robustness says (section 8.9), and each time waits that long.
 */
static __noinline int lower_timers(struct membership *m, const struct facts *facts,
				   const struct mc_message *message, const struct mc_query *query)
{
	if (port_lock(m->state))
		return MC_R_PORT_BUSY;
	work_start(m);
	m->w->key = (struct mc_member_key){ facts->key.vni, facts->ifindex, message->group };
	set_intervals(m, facts->key.vni);
	if (query->response_ms)
		m->w->last_member =
			(query->robustness ?: 2) * (__u64)query->response_ms * NS_PER_MS;
	m->w->origin = MC_ORIGIN_REPORT;
	m->w->edge = m->port->kind == MC_PORT_EDGE;
	m->w->ipv6 = message->ipv6;
	m->w->type = RECORD_QUERY;
	m->w->offset = query->offset;
	m->w->count = query->sources;
	m->member = bpf_map_lookup_elem(&members, &m->w->key);
	if (m->member && m->member->origins & MC_ORIGIN_REPORT)
		change_apply(m);
	port_unlock(m->state);
	return MC_R_NOT_OURS;
}

/* A query from a port that may: the host's stack sees it too. */
static __noinline int hear_query(struct membership *m, const struct facts *facts,
				 const struct mc_message *message)
{
	struct mc_query query;
	int reason = mc_query_load(m->skb, message, &query);

	if (reason)
		return reason;
	tell_querier(facts, message, &query);
	if (query.suppress || !mc_addr_is_multicast(&message->group))
		return MC_R_NOT_OURS;
	return lower_timers(m, facts, message, &query);
}

/* The message from @frame of the port, whose lock is not held yet: the reason it counts under. */
static __noinline int take_message(struct membership *m, const struct facts *facts,
				   const struct mc_message *message)
{
	int reason;

	if (message->kind == MC_MESSAGE_QUERY) {
		if (m->port->flags & MC_PORT_F_MAY_QUERY)
			return hear_query(m, facts, message);
		return message->ipv6 ? MC_R_MLD_QUERY : MC_R_IGMP_QUERY;
	}
	if (port_lock(m->state))
		return MC_R_PORT_BUSY;
	work_start(m);
	m->w->key.vni = facts->key.vni;
	m->w->key.ifindex = facts->ifindex;
	m->state->reports++;
	reason = report_take(m, message);
	port_unlock(m->state);
	return reason;
}

/* Reads the message and checks who sends it: 0 or a reason. A function of its own for its stack. */
static __noinline int read_message(struct __sk_buff *skb, const struct mc_port *port,
				   struct facts *facts, struct mc_message *message)
{
	struct mc_frame frame = {};
	int reason = parse(skb, &frame, message);

	facts->key.group = message->group;
	facts->source = frame.source;
	return reason ?: check_report_source(port, facts->ifindex, &frame);
}

static __always_inline int handle(struct __sk_buff *skb, struct facts *facts)
{
	struct membership m = { .skb = skb };
	struct mc_message message = {};
	int reason;

	m.port = bpf_map_lookup_elem(&ports, &facts->ifindex);
	m.state = bpf_map_lookup_elem(&port_state, &facts->ifindex);
	if (!m.port || !m.state)
		return MC_R_PORT_BUSY;
	facts->key.vni = m.port->vni;
	if (m.port->limit_rate &&
	    !bucket_take(&m.state->tokens_at, m.port->limit_rate, bpf_ktime_get_ns()))
		return MC_R_PORT_RATE;
	reason = read_message(skb, m.port, facts, &message);
	return reason ?: take_message(&m, facts, &message);
}

SEC("tc")
int port_membership(struct __sk_buff *skb)
{
	struct facts facts = { .ifindex = skb->ifindex, .length = skb->len };

	return finish(&facts, handle(skb, &facts));
}
