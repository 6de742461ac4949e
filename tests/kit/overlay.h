/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills the tables of the overlay field by field, as abi_underlay.h has them; owes nothing to what
 * compiles them for users. All fail the test on an error.
 */
#pragma once

#include <bpfcast/abi.h>

#include "datapath.h"
#include "outer.h"

struct mc_addr addr6(struct ip6 address);

/* Tunnel words, as the wire has them. */
#define TUNNEL_VXLAN  MC_BE32(0x08000000)
#define TUNNEL_GENEVE MC_BE32(0x00006558)
#define TUNNEL_TAGGED MC_BE32(0x02006558)

/* Underlays that have both our addresses and both ports, and the MAC VTEP_MAC_LOCAL. */
void add_underlay_with(struct datapath *d, __u32 ifindex, unsigned int flags);

/* VTEPs with the next hop given, since nothing here forwards: their ids. */
__u32 add_vtep4(struct datapath *d, __u32 address, __u32 ifindex, bool is_geneve);
__u32 add_vtep6(struct datapath *d, struct ip6 address, __u32 ifindex, bool is_geneve);

/* A hop of an underlay group: Geneve to @group, VNI FLEET_VNI, out of the device. */
__u32 add_hop(struct datapath *d, struct ip6 group, __u32 ifindex, bool tagged);

/* A vector of @count slots, with the sources of their filters; `equals` found by their flag. */
void set_vector(struct datapath *d, __u32 vni, __u32 group, const struct mc_remote *slots,
		unsigned int count, const struct mc_addr *sources, unsigned int source_count);

/* Of a group of either family. */
void set_vector_of(struct datapath *d, const struct mc_group_key *key,
		   const struct mc_remote *slots, unsigned int count, const struct mc_addr *sources,
		   unsigned int source_count);

/* The same as the hops of an underlay group. */
void set_hops(struct datapath *d, struct ip6 group, const struct mc_remote *slots,
	      unsigned int count, const struct mc_addr *sources, unsigned int source_count);

/* What comes to the two groups is the VNI's. */
void map_group(struct datapath *d, struct ip6 underlay, __u32 group, __u32 vni);
