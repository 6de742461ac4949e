/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Is a frame from the underlay for us, and may its sender send to us? The same on tc and XDP. */
#pragma once

#include <bpfcast/outer.h>
#include <maps/maps.bpf.h>

/*
 * Is the inner frame one that we would carry: IP to a group's MAC? What is not goes on to the host's own
 * tunnel devices, which may serve the same VNI for all else. 0 or a reason.
 */
static __always_inline int inner_kind(mc_packet *packet, const struct mc_outer *outer)
{
	struct {
		__u16 align;
		struct ethhdr eth;
	} h;

	if (mc_load(packet, outer->inner, &h.eth, ETH_HLEN))
		return MC_R_MALFORMED;
	if (!(h.eth.h_dest[0] & 1) || h.eth.h_dest[0] == 0xff)
		return MC_R_NOT_OURS;
	switch (h.eth.h_proto) {
	case MC_BE16(ETH_P_IP):
	case MC_BE16(ETH_P_IPV6):
		return 0;
	case MC_BE16(ETH_P_8021Q):
	case MC_BE16(ETH_P_8021AD):
		return MC_R_VLAN;
	default:
		return MC_R_NOT_OURS;
	}
}

static __always_inline int is_to_group(const struct mc_outer *outer)
{
	return !mc_addr_is_zero(&outer->group);
}

/* To an underlay group the VNI may be the fleet's; which tenant's it is then the inner group tells. */
static __always_inline int is_our_vni(const struct mc_underlay *underlay, struct mc_outer *outer)
{
	__u32 vni =
		outer->vni; /* below 6.2 a key must be on the stack, and @outer may be elsewhere */
	struct mc_vni *settings;

	outer->limited = 1;
	if (is_to_group(outer) && outer->vni == underlay->fleet_vni)
		return 1;
	settings = bpf_map_lookup_elem(&vnis, &vni);
	if (!settings)
		return 0;
	outer->limited = !!settings->storm_rate;
	return 1;
}

/* Has the packet hops to go on to? */
static __always_inline int goes_onward(const struct mc_underlay *underlay,
				       const struct mc_outer *outer)
{
	return underlay->flags & MC_UNDERLAY_F_REPLICATE && is_to_group(outer) &&
	       outer->multicast && mc_outer_mode(outer) != MC_MODE_EXTERNAL &&
	       bpf_map_lookup_elem(&forwarding, &outer->group);
}

static __always_inline void count_vtep_rx(__u32 id, __u32 length)
{
	struct mc_vtep_counters *counter = bpf_map_lookup_elem(&vtep_counters, &id);

	if (!counter)
		return;
	counter->rx_packets++;
	counter->rx_bytes += length;
}

static __always_inline int is_our_address(const struct mc_underlay *underlay,
					  const struct mc_addr *address)
{
	return mc_addr_equal(address, &underlay->local) ||
	       mc_addr_equal(address, &underlay->local6);
}

/*
 * 0 with *@outer and *@vtep filled in, MC_R_NOT_OURS (a VNI that we do not serve belongs to some other
 * device of this host), or a reason to drop it.
 */
static __always_inline int outer_check(mc_packet *packet, __u32 frame_length,
				       const struct mc_underlay *underlay, struct mc_outer *outer,
				       __u32 *vtep)
{
	int reason = mc_outer_parse(packet, frame_length, underlay, outer);
	struct mc_addr source;
	__u32 *id;
	int kind;

	if (reason == MC_R_NOT_OURS)
		return reason;
	source = outer->source;
	id = bpf_map_lookup_elem(&vtep_ids, &source);
	if (mc_outer_has_no_vni(reason)) /* ours if its sender is */
		return id ? reason : MC_R_NOT_OURS;
	if (!is_our_vni(underlay, outer))
		return MC_R_NOT_OURS;
	if (reason == MC_R_MALFORMED)
		return reason;
	kind = inner_kind(packet, outer);
	if (reason && kind != MC_R_NOT_OURS)
		return reason;
	if (kind)
		return kind;
	if (is_our_address(underlay, &outer->source))
		return MC_R_OWN_ADDRESS;
	if (!id)
		return MC_R_UNKNOWN_VTEP;
	*vtep = *id;
	return 0;
}
