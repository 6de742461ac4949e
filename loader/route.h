/* SPDX-License-Identifier: Apache-2.0 */
/* What rtnetlink knows of routes and neighbours in the caller's namespace. */
#pragma once

#include <bpfcast/addr.h>

struct mc_route {
	__u32 ifindex;		/* egress */
	struct mc_addr gateway; /* the next hop: the destination itself on a connected network */
	struct mc_addr source;	/* preferred source address */
};

/* The kernel's route to @remote, through device @ifindex unless 0. -ENETUNREACH and so on; silent. */
int mc_route_get(const struct mc_addr *remote, __u32 ifindex, struct mc_route *route);

/* The MAC of a neighbour; -ENOENT, silently, while the kernel has none. */
int mc_route_neighbour(__u32 ifindex, const struct mc_addr *addr, __u8 mac[6]);
