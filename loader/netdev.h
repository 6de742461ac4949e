/* SPDX-License-Identifier: Apache-2.0 */
/* What rtnetlink knows of devices and their addresses in the caller's namespace. */
#pragma once

#include <stdbool.h>

#include <bpfcast/addr.h>

struct mc_netdev {
	__u32 ifindex;
	__u32 mtu; /* bytes */
	__u8 mac[6];
	bool no_mac;	   /* packets begin with the IP header: tun, WireGuard */
	bool is_virtual;   /* no hardware's */
	bool is_veth_pair; /* a veth whose peer is in another network namespace */
};

/* -ENODEV, silently. */
int mc_netdev_get(const char *name, struct mc_netdev *dev);

/* net.ipv4.conf.NAME.forwarding, or that of IPv6 */
bool mc_netdev_forwards(const char *name, bool v6);

/* The device's first IPv4 or IPv6 address of global scope; -EADDRNOTAVAIL, silently. */
int mc_netdev_address(__u32 ifindex, bool v6, struct mc_addr *addr);

/* Has the device this address? */
bool mc_netdev_has_address(__u32 ifindex, const struct mc_addr *addr);
