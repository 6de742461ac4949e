/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * BPF_PROG_RUN: how user space changes memberships. A request is a packet (struct mc_request), the
 * return value 0 or a negative errno. The same lock and code as for a report, so neither side can
 * overwrite what the other has just written.
 */
#include <linux/bpf.h>

#include "membership.h"

#define MC_ENOENT 2
#define MC_E2BIG  7
#define MC_EBUSY  16
#define MC_EINVAL 22
#define MC_ENOSPC 28

static __always_inline int reason_errno(int reason)
{
	switch (reason) {
	case 0:
		return 0;
	case MC_R_REPORT_IGNORED:
		return -MC_ENOENT;
	case MC_R_PORT_LIMIT:
		return -MC_E2BIG;
	case MC_R_PORT_BUSY:
		return -MC_EBUSY;
	default:
		return -MC_ENOSPC;
	}
}

/* A member that exists only in a group: no waiting for one. */
static __always_inline int control_join(struct membership *m)
{
	if (!group_vector(&m->key))
		return -MC_ENOENT;
	return reason_errno(join(m));
}

static __always_inline int control_adopt(struct membership *m)
{
	struct mc_pending *waiting = bpf_map_lookup_elem(&pending, &m->key);

	if (!waiting || !group_vector(&m->key))
		return -MC_ENOENT;
	m->origins = MC_ORIGIN_REPORT;
	m->version = waiting->version;
	m->filter = waiting->filter;
	forget_pending(m);
	return reason_errno(join(m));
}

static __always_inline int control_orphan(struct membership *m)
{
	struct mc_member *member = bpf_map_lookup_elem(&members, &m->key);

	if (!member)
		return -MC_ENOENT;
	m->version = member->version;
	m->filter = member->filter;
	m->origins = MC_ORIGIN_ALL;
	if (!(member->origins & MC_ORIGIN_REPORT))
		return reason_errno(leave(m));
	leave(m);
	m->origins = MC_ORIGIN_REPORT;
	join_pending(m);
	return 0;
}

static __always_inline int control_forget(struct membership *m)
{
	if (bpf_map_delete_elem(&pending, &m->key))
		return -MC_ENOENT;
	m->state->groups--;
	return 0;
}

static __always_inline int dispatch(__u8 op, struct membership *m)
{
	switch (op) {
	case MC_OP_JOIN:
		return control_join(m);
	case MC_OP_LEAVE:
		return reason_errno(leave(m));
	case MC_OP_ADOPT:
		return control_adopt(m);
	case MC_OP_ORPHAN:
		return control_orphan(m);
	case MC_OP_FORGET:
		return control_forget(m);
	default:
		return -MC_EINVAL;
	}
}

SEC("tc")
int control(struct __sk_buff *skb)
{
	struct mc_request request;
	struct membership m = {};
	int error;

	if (bpf_skb_load_bytes(skb, 0, &request, sizeof(request)))
		return -MC_EINVAL;
	m.key = request.key;
	m.origins = request.origins;
	m.port = bpf_map_lookup_elem(&ports, &request.key.ifindex);
	m.state = bpf_map_lookup_elem(&port_state, &request.key.ifindex);
	if (!m.port || !m.state)
		return -MC_ENOENT;
	if (port_lock(m.state))
		return -MC_EBUSY;
	error = dispatch(request.op, &m);
	port_unlock(m.state);
	return error;
}
