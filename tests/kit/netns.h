/* SPDX-License-Identifier: Apache-2.0 */
/* A network namespace without a name, for this process alone, and devices in it. */
#pragma once

#include <linux/types.h>

/* Moves the process into a new namespace with loopback up and no IPv6 of its own. Once a process. */
void netns_enter(void);

/* Runs a shell command, which must succeed. */
void shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The ifindex of a device that must be there. */
__u32 netns_index(const char *name);

/* A pair of veths, both up: @name and its peer, called @name with a 'p' behind. The first's ifindex. */
__u32 netns_veth(const char *name);

/* The same with an IPv4 address (a /24) and forwarding, so that bpf_fib_lookup() answers for it. */
__u32 netns_uplink(const char *name, const char *address);

/* A neighbour that never expires. */
void netns_neighbour(const char *dev, const char *address, const char *mac);
