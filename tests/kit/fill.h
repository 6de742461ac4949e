/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills the tables of a datapath, by the accessors that the loader and the CLI use where there are
 * some, and reads them back. Addresses in host order. All fail the test on an error.
 */
#pragma once

#include <bpfcast/abi.h>

#include "datapath.h"

struct mc_group_key group_key(__u32 vni, __u32 group);
struct mc_member_key member_key(__u32 vni, __u32 ifindex, __u32 group);

void add_port(struct datapath *d, __u32 ifindex, __u32 vni);
void add_port_with(struct datapath *d, __u32 ifindex, const struct mc_port *port);

/* Changes the settings of a port that is there, and not its state. */
void set_port(struct datapath *d, __u32 ifindex, const struct mc_port *port);

/* The state of a port, and the same changed: the lock held, as by another CPU. */
struct mc_port_state port_state(struct datapath *d, __u32 ifindex);
void set_port_lock(struct datapath *d, __u32 ifindex, __u32 lock);

void add_group(struct datapath *d, __u32 vni, __u32 group, __u32 size);

/* @group, @group + 1, ... @count of them. */
void add_groups(struct datapath *d, __u32 vni, __u32 group, unsigned int count, __u32 size);
void del_group(struct datapath *d, __u32 vni, __u32 group);

/* A VTEP address of ours, VTEP_LOCAL, on a device, with the port VXLAN_PORT. */
void add_underlay(struct datapath *d, __u32 ifindex);

/* A VTEP behind @ifindex, as a VXLAN one with the port VXLAN_PORT: its id. */
__u32 add_vtep(struct datapath *d, __u32 address, __u32 ifindex);
void set_remotes(struct datapath *d, __u32 vni, __u32 group, const __u32 *vteps,
		 unsigned int count);

/* By the control program, as static ones. */
void add_member(struct datapath *d, __u32 vni, __u32 ifindex, __u32 group);

/* Are they there? */
bool get_member(struct datapath *d, __u32 vni, __u32 ifindex, __u32 group,
		struct mc_member *member);
bool is_member(struct datapath *d, __u32 vni, __u32 ifindex, __u32 group);
/* Has the port joined it while nobody has added the group? Such a one is no member by is_member(). */
bool is_pending(struct datapath *d, __u32 vni, __u32 ifindex, __u32 group);

/* The lines of a group's vector in one piece; @slots is as large as MC_GROUP_SIZE_MAX. */
struct vector {
	struct mc_fanout_config config;
	struct mc_fanout_state state;
	__u32 lines; /* of slots */
	union mc_slot slot[1024];
};

void get_vector(struct datapath *d, __u32 vni, __u32 group, struct vector *vector);
struct mc_group_counters group_counters(struct datapath *d, __u32 vni, __u32 group);
