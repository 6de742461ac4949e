/* SPDX-License-Identifier: Apache-2.0 */
/* Socket options of multicast. What the kernel refuses ends the program with status 1. */
#pragma once

#include <err.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "args.h"

static inline void set_option(int fd, int level, int name, int value, const char *what)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		err(1, "cannot set %s to %d", what, value);
}

static inline void set_interface(int fd, int family, unsigned int ifindex)
{
	struct ip_mreqn mreq = { .imr_ifindex = ifindex };

	if (family == AF_INET6)
		set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, ifindex, "the interface");
	else if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &mreq, sizeof(mreq)))
		err(1, "cannot set the interface");
}

/* No @sources: any source. */
static inline void join(int fd, const struct sockaddr_storage *group,
			const struct group_list *sources, unsigned int ifindex)
{
	int level = group->ss_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	struct group_req any = { .gr_interface = ifindex, .gr_group = *group };
	struct group_source_req some = { .gsr_interface = ifindex, .gsr_group = *group };

	if (!sources->count && setsockopt(fd, level, MCAST_JOIN_GROUP, &any, sizeof(any)))
		err(1, "cannot join the group");
	for (size_t i = 0; i < sources->count; i++) {
		some.gsr_source = sources->at[i];
		if (setsockopt(fd, level, MCAST_JOIN_SOURCE_GROUP, &some, sizeof(some)))
			err(1, "cannot join the source of the group");
	}
}
