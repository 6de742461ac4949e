/* SPDX-License-Identifier: Apache-2.0 */
/* The socket options that join, leave, block and unblock, by their names and with what each takes. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

enum argument { GROUP4, SOURCE4, GROUP6, GROUP_ANY, SOURCE_ANY };

#define MEMBERSHIP_OPTIONS(X)                                                                      \
	X(IP_ADD_MEMBERSHIP, GROUP4)                                                               \
	X(IP_DROP_MEMBERSHIP, GROUP4)                                                              \
	X(IP_ADD_SOURCE_MEMBERSHIP, SOURCE4)                                                       \
	X(IP_DROP_SOURCE_MEMBERSHIP, SOURCE4)                                                      \
	X(IP_BLOCK_SOURCE, SOURCE4)                                                                \
	X(IP_UNBLOCK_SOURCE, SOURCE4)                                                              \
	X(IPV6_JOIN_GROUP, GROUP6)                                                                 \
	X(IPV6_LEAVE_GROUP, GROUP6)                                                                \
	X(MCAST_JOIN_GROUP, GROUP_ANY)                                                             \
	X(MCAST_LEAVE_GROUP, GROUP_ANY)                                                            \
	X(MCAST_JOIN_SOURCE_GROUP, SOURCE_ANY)                                                     \
	X(MCAST_LEAVE_SOURCE_GROUP, SOURCE_ANY)                                                    \
	X(MCAST_BLOCK_SOURCE, SOURCE_ANY)                                                          \
	X(MCAST_UNBLOCK_SOURCE, SOURCE_ANY)

static const struct membership_option {
	const char *name;
	int number;
	enum argument argument;
} membership_options[] = {
#define X(option, takes) { .name = #option, .number = option, .argument = takes },
	MEMBERSHIP_OPTIONS(X)
#undef X
};

static inline const struct membership_option *membership_option_find(const char *name)
{
	for (size_t i = 0; i < sizeof(membership_options) / sizeof(membership_options[0]); i++) {
		if (!strcmp(membership_options[i].name, name))
			return &membership_options[i];
	}
	return NULL;
}

static inline bool takes_source(const struct membership_option *option)
{
	return option->argument == SOURCE4 || option->argument == SOURCE_ANY;
}

/* Where to join: the older IPv4 options know devices by their address only. */
struct membership_device {
	unsigned int ifindex;
	struct in_addr address;
};

/* As setsockopt(). @source is not read by an option that takes none. */
static inline int membership_set(int fd, const struct membership_option *option,
				 const struct membership_device *device,
				 const struct sockaddr_storage *group,
				 const struct sockaddr_storage *source)
{
	struct in_addr group4 = ((const struct sockaddr_in *)group)->sin_addr;
	struct ip_mreqn mreq = { .imr_multiaddr = group4, .imr_ifindex = (int)device->ifindex };
	struct ip_mreq_source mreq_source = {
		.imr_multiaddr = group4,
		.imr_interface = device->address,
		.imr_sourceaddr = ((const struct sockaddr_in *)source)->sin_addr,
	};
	struct ipv6_mreq mreq6 = {
		.ipv6mr_multiaddr = ((const struct sockaddr_in6 *)group)->sin6_addr,
		.ipv6mr_interface = device->ifindex,
	};
	struct group_req req = { .gr_interface = device->ifindex, .gr_group = *group };
	struct group_source_req req_source = { .gsr_interface = device->ifindex,
					       .gsr_group = *group,
					       .gsr_source = *source };
	const struct {
		const void *value;
		socklen_t size;
	} arguments[] = {
		[GROUP4] = { &mreq, sizeof(mreq) },
		[SOURCE4] = { &mreq_source, sizeof(mreq_source) },
		[GROUP6] = { &mreq6, sizeof(mreq6) },
		[GROUP_ANY] = { &req, sizeof(req) },
		[SOURCE_ANY] = { &req_source, sizeof(req_source) },
	};

	return setsockopt(fd, group->ss_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
			  option->number, arguments[option->argument].value,
			  arguments[option->argument].size);
}
