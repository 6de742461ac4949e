/* SPDX-License-Identifier: Apache-2.0 */
/* What rtnetlink knows of devices, addresses, routes and neighbours in the caller's namespace. */
#pragma once

#include <stdbool.h>

#include <bpfcast/addr.h>

struct mc_netdev {
	__u32 ifindex;
	__u32 mtu; /* bytes */
	__u8 mac[6];
	bool is_veth_pair; /* a veth whose peer is in another network namespace */
	bool forwards;	   /* net.ipv4.conf.DEV.forwarding */
};

/* -ENODEV, silently. */
int mc_netdev_get(const char *name, struct mc_netdev *dev);

/* The device's first IPv4 address of global scope; -EADDRNOTAVAIL, silently. */
int mc_netdev_address(__u32 ifindex, struct mc_addr *addr);

/* Has the device this address? */
bool mc_netdev_has_address(__u32 ifindex, const struct mc_addr *addr);

struct mc_route {
	__u32 ifindex;		/* egress */
	struct mc_addr gateway; /* the next hop: the destination itself on a connected network */
	struct mc_addr source;	/* preferred source address */
};

/* The kernel's route to @remote, through device @ifindex unless 0. -ENETUNREACH and so on; silent. */
int mc_netdev_route(const struct mc_addr *remote, __u32 ifindex, struct mc_route *route);

/* The MAC of a neighbour; -ENOENT, silently, while the kernel has none. */
int mc_netdev_neighbour(__u32 ifindex, const struct mc_addr *addr, __u8 mac[6]);
