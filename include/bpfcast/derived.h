/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the datapath reads for each packet and what follows from entries that it does not read then: the word
 * of a member's slot, and whether a source passes. One place for who writes them and for who looks
 * whether they are as they should be. Compiles for BPF and for the host.
 */
#pragma once

#include <bpfcast/abi_group.h>
#include <bpfcast/abi_port.h>

/* The slot of @member, which is @ifindex, a port with the settings @port. */
static __always_inline union mc_slot mc_slot_of(const struct mc_port *port,
						const struct mc_member *member, __u32 ifindex)
{
	union mc_slot slot = { .ifindex = ifindex, .flags = MC_SLOT_F_USED };

	if (port->flags & MC_PORT_F_PEER)
		slot.flags |= MC_SLOT_F_PEER;
	if (port->vlan)
		slot.flags |= MC_SLOT_F_VLAN;
	if (port->kind == MC_PORT_UPLINK)
		slot.flags |= MC_SLOT_F_UPLINK;
	if (!member->exclude)
		slot.flags |= MC_SLOT_F_FILTER | MC_SLOT_F_DENY;
	else if (member->sources)
		slot.flags |= MC_SLOT_F_FILTER;
	return slot;
}

/*
 * Is a packet from it wanted: does an origin in EXCLUDE not exclude it, or one in INCLUDE include it?
 */
static __always_inline __u8 mc_source_passes(const struct mc_member *member,
					     const struct mc_source *entry)
{
	__u8 include = entry->include;
	__u8 exclude = entry->exclude;

	if (entry->state == MC_SOURCE_REQUESTED)
		include |= MC_ORIGIN_REPORT;
	if (entry->state == MC_SOURCE_BLOCKED)
		exclude |= MC_ORIGIN_REPORT;
	return !!((member->exclude & ~exclude) | (member->origins & ~member->exclude & include));
}
