/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * BPF_PROG_RUN: how user space changes memberships. A request is a packet (struct mc_request and its
 * sources), the return value 0 or a negative errno. The same lock and code as for a report, so
 * neither side can overwrite what the other has just written.
 */
#include <linux/bpf.h>

#include "change.h"

#define MC_ENOENT 2
#define MC_E2BIG  7
#define MC_EBUSY  16
#define MC_EINVAL 22
#define MC_ENOSPC 28

static __always_inline int reason_errno(int reason)
{
	switch (reason) {
	case 0:
	case MC_R_REPORT_PENDING:
		return 0;
	case MC_R_PORT_LIMIT:
	case MC_R_SOURCE_LIMIT:
		return -MC_E2BIG;
	default:
		return -MC_ENOSPC;
	}
}

static __always_inline int control_join(struct membership *m)
{
	int reason = 0;

	if (!group_vector(&m->w->key))
		return -MC_ENOENT;
	if (!m->member)
		reason = member_begin(m);
	return reason_errno(reason ?: change_apply(m));
}

static __always_inline int leave_origin(struct membership *m, __u8 origin)
{
	if (!m->member || !(m->member->origins & origin))
		return -MC_ENOENT;
	m->w->origin = origin;
	m->w->type = MC_TO_IN;
	m->w->count = 0;
	m->w->wanted = 0;
	m->w->edge = 1; /* whatever the port: an operator waits for no query */
	return reason_errno(change_apply(m));
}

static __always_inline int control_leave(struct membership *m, __u8 origins)
{
	int left = -MC_ENOENT;

	if (origins & MC_ORIGIN_STATIC && !leave_origin(m, MC_ORIGIN_STATIC))
		left = 0;
	if (origins & MC_ORIGIN_CONTROL && !leave_origin(m, MC_ORIGIN_CONTROL))
		left = 0;
	if (origins & MC_ORIGIN_REPORT && !leave_origin(m, MC_ORIGIN_REPORT))
		left = 0;
	return left;
}

/* Its group has come. */
static __always_inline int control_place(struct membership *m)
{
	int reason;

	if (!m->member || !group_vector(&m->w->key))
		return -MC_ENOENT;
	reason = member_serve(m);
	if (reason)
		refuse(m, reason);
	else
		tell(m, MC_EVENT_JOIN, MC_R_REPORT, m->member->origins);
	return reason_errno(reason);
}

/* By the timers as they are under the lock: a report that has just come is not lost. */
static __always_inline int control_expire(struct membership *m)
{
	if (!m->member || !(m->member->origins & MC_ORIGIN_REPORT))
		return -MC_ENOENT;
	m->w->origin = MC_ORIGIN_REPORT;
	m->w->type = RECORD_TIMEOUT;
	m->w->count = 0;
	return reason_errno(change_apply(m));
}

/* A slot that was copied from a smaller vector, and whose member has left that one meanwhile. */
static __always_inline int control_vacate(struct membership *m, __u32 slot)
{
	void *vector = group_vector(&m->w->key);

	if (!vector)
		return -MC_ENOENT;
	if (m->member)
		member_serve(m);
	if (m->member && is_known(m->member, vector) && m->member->slot == slot)
		return 0;
	vector_release(vector, slot, m->w->key.ifindex);
	return 0;
}

static long relink_source(__u32 index, struct membership *m)
{
	struct mc_source_key key = { .member = m->w->key };
	struct mc_source *entry;

	if (!m->member ||
	    mc_address_load(m->skb, 1, m->w->offset + index * mc_source_size(1), &key.source))
		return 1;
	source_link(m->member, &key);
	entry = source_find(&key);
	if (entry)
		entry->pass = mc_source_passes(m->member, entry);
	return 0;
}

/* The list of a member's sources, and what they say, where that was altered by hand, in the table itself. */
static __always_inline int control_relink(struct membership *m, __u32 count)
{
	if (!m->member)
		return -MC_ENOENT;
	__builtin_memset(&m->member->first, 0, sizeof(m->member->first));
	m->member->sources = 0;
	bpf_loop(count, relink_source, m, 0);
	return reason_errno(member_serve(m));
}

/* A slot of a port that is gone: nobody else writes its slots. */
static __noinline int vacate_lone(const struct mc_request *request)
{
	void *vector = group_vector(&request->key);

	if (request->op != MC_OP_VACATE || !vector)
		return -MC_ENOENT;
	vector_release(vector, request->slot, request->key.ifindex);
	return 0;
}

static __always_inline int dispatch(const struct mc_request *request, struct membership *m)
{
	switch (request->op) {
	case MC_OP_JOIN:
	case MC_OP_INCLUDE:
		if (request->origins != MC_ORIGIN_STATIC && request->origins != MC_ORIGIN_CONTROL)
			return -MC_EINVAL;
		m->w->origin = request->origins;
		m->w->type = request->op == MC_OP_JOIN ? MC_TO_EX : MC_TO_IN;
		m->w->count = request->sources;
		return control_join(m);
	case MC_OP_LEAVE:
		if (!request->origins || request->origins & ~MC_ORIGIN_ALL)
			return -MC_EINVAL;
		return control_leave(m, request->origins);
	case MC_OP_PLACE:
		return control_place(m);
	case MC_OP_EXPIRE:
		return control_expire(m);
	case MC_OP_VACATE:
		return control_vacate(m, request->slot);
	case MC_OP_RELINK:
		return control_relink(m, request->sources);
	default:
		return -MC_EINVAL;
	}
}

SEC("tc")
int control(struct __sk_buff *skb)
{
	struct mc_request request;
	struct membership m = { .skb = skb };
	int error;

	if (bpf_skb_load_bytes(skb, 0, &request, sizeof(request)) ||
	    request.sources > MC_SOURCES_MAX)
		return -MC_EINVAL;
	m.port = bpf_map_lookup_elem(&ports, &request.key.ifindex);
	m.state = bpf_map_lookup_elem(&port_state, &request.key.ifindex);
	if (!m.port || !m.state)
		return vacate_lone(&request);
	if (m.port->vni != request.key.vni) /* tenants never meet */
		return -MC_EINVAL;
	if (port_lock(m.state))
		return -MC_EBUSY;
	work_start(&m);
	m.w->key = request.key;
	m.w->offset = sizeof(request);
	m.w->ipv6 = 1; /* sources are struct mc_addr, whatever their family */
	m.member = bpf_map_lookup_elem(&members, &request.key);
	error = dispatch(&request, &m);
	port_unlock(m.state);
	return error;
}
