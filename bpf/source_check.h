/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Does the port own what its packets say they come from? Only where its addresses are known. */
#pragma once

#include <bpfcast/frame.h>
#include <maps/maps.bpf.h>

/* Not inlined: its stack is free again when the copies are made. */
static __noinline int owns_source(__u32 ifindex, const struct mc_addr *source)
{
	struct mc_port_source key = { .ifindex = ifindex, .source = *source };

	return !!bpf_map_lookup_elem(&port_sources, &key);
}

static __always_inline int check_mac(const struct mc_port *port, const struct mc_frame *frame)
{
	if (port->flags & MC_PORT_F_CHECK_MAC && !mc_mac_equal(port->mac, frame->eth.h_source))
		return MC_R_SPOOFED_MAC;
	return 0;
}

/* A data packet: 0 or a reason. */
static __always_inline int check_data_source(const struct mc_port *port, __u32 ifindex,
					     const struct mc_frame *frame)
{
	int reason = check_mac(port, frame);

	if (!reason && port->flags & MC_PORT_F_CHECK_SOURCE &&
	    !owns_source(ifindex, &frame->source))
		return MC_R_SPOOFED_SOURCE;
	return reason;
}

/* A membership message, which may come from 0.0.0.0, :: or any link-local address: 0 or a reason. */
static __always_inline int check_report_source(const struct mc_port *port, __u32 ifindex,
					       const struct mc_frame *frame)
{
	int reason = check_mac(port, frame);

	if (reason || !(port->flags & MC_PORT_F_CHECK_SOURCE) || frame->ipv6 ||
	    !frame->source.word[3] || owns_source(ifindex, &frame->source))
		return reason;
	return MC_R_SPOOFED_SOURCE;
}
