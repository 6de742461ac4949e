/* SPDX-License-Identifier: Apache-2.0 */
/* One question to rtnetlink, and the addresses in it. */
#pragma once

#include <stdbool.h>
#include <libmnl/libmnl.h>

#include <bpfcast/addr.h>

/* What rtnetlink sends at once at most (NLMSG_GOODSIZE and the 32 kB that iproute2 reads too). */
#define MC_NETLINK_BUFFER 32768

/*
 * Sends @request (NLM_F_REQUEST, with NLM_F_DUMP for a list) and hands each answer to @fn. 0 or the
 * negative errno that the kernel answered. Silent.
 */
int mc_netlink_ask(struct nlmsghdr *request, mnl_cb_t fn, void *arg);

/* Sends @request, which asks for nothing but to be done (NLM_F_REQUEST and NLM_F_ACK). Silent. */
int mc_netlink_do(struct nlmsghdr *request);

/* AF_INET or AF_INET6. */
__u8 mc_netlink_family(const struct mc_addr *addr);

/* Appends @addr as an attribute: 4 bytes or 16. */
void mc_netlink_put_addr(struct nlmsghdr *nlh, __u16 type, const struct mc_addr *addr);

/* Reads one of either length; -EINVAL, with *@addr untouched, for any other. */
int mc_netlink_get_addr(const struct nlattr *attr, struct mc_addr *addr);
