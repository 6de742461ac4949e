/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of the namespace as rtnetlink tells, kept up to date. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <bpfcast/addr.h>

struct agent;

struct link {
	struct link *next; /* in the bucket */
	__u32 ifindex;
	bool up; /* and with a carrier */
	bool seen;
	__u32 mtu; /* bytes */
	__u8 mac[6];
	char name[16];
	struct mc_addr addr;  /* its first IPv4 address, 0.0.0.0 if none */
	struct mc_addr addr6; /* its link-local address, made of the MAC if it has none */
	bool has_addr6;
};

/* NULL if there is none. Valid until the loop goes on. */
const struct link *link_find(const struct agent *agent, __u32 ifindex);
