/* SPDX-License-Identifier: Apache-2.0 */
/* One question to rtnetlink. */
#pragma once

#include <stdbool.h>
#include <libmnl/libmnl.h>

/* What rtnetlink sends at once at most (NLMSG_GOODSIZE and the 32 kB that iproute2 reads too). */
#define MC_NETLINK_BUFFER 32768

/*
 * Sends @request (NLM_F_REQUEST, with NLM_F_DUMP for a list) and hands each answer to @fn. 0 or the
 * negative errno that the kernel answered. Silent.
 */
int mc_netlink_ask(struct nlmsghdr *request, mnl_cb_t fn, void *arg);
