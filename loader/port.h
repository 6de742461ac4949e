/* SPDX-License-Identifier: Apache-2.0 */
/* Ports: the table entry and the program on the device, together. */
#pragma once

#include <stdbool.h>
#include <bpfcast/abi.h>

struct mc_instance;

struct mc_port_options {
	__u32 vni;
	__u8 kind;	     /* enum mc_port_kind */
	__u32 limit_groups;  /* 0: MC_DEFAULT_LIMIT_GROUPS */
	__u32 limit_sources; /* 0: MC_DEFAULT_LIMIT_SOURCES */
	bool rate_chosen;    /* else limit_rate is MC_DEFAULT_LIMIT_RATE */
	__u32 limit_rate;    /* messages a second; 0: no limit */
	__u16 vlan;	     /* 0: untagged */
	bool may_query;
	bool check_mac;
	__u8 mac[6];		       /* with check_mac */
	const struct mc_addr *sources; /* addresses that it may send from; not owned */
	__u32 source_count;	       /* 0: any */
};

/* -ENODEV, -EEXIST, -EINVAL, -ENOSPC; said. */
int mc_port_add(struct mc_instance *in, const char *name, const struct mc_port_options *options);

/*
 * The same for what is a port already: it keeps its memberships, unless the VNI is another. What is no
 * port, or has lost its program, is added. Said.
 */
int mc_port_replace(struct mc_instance *in, const char *name,
		    const struct mc_port_options *options);

/* By index, for an agent: its device is gone, or its program. -ENOENT; silent. */
int mc_port_remove(struct mc_instance *in, __u32 ifindex);

/* By name, also of a device that is gone; memberships go with it. -ENOENT; said. */
int mc_port_del(struct mc_instance *in, const char *name);
