/* SPDX-License-Identifier: Apache-2.0 */
#include "netns.h"

#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "test.h"

void shell(const char *fmt, ...)
{
	char command[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(command, sizeof(command), fmt, args);
	va_end(args);
	if (system(command))
		fail_msg("failed: %s", command);
}

void netns_enter(void)
{
	if (unshare(CLONE_NEWNET))
		fail_msg("no new network namespace: root is needed");
	shell("ip link set lo up");
	shell("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6");
}

__u32 netns_index(const char *name)
{
	__u32 ifindex = if_nametoindex(name);

	assert_int_not_equal(ifindex, 0);
	return ifindex;
}

__u32 netns_veth(const char *name)
{
	shell("ip link add %s type veth peer name %sp", name, name);
	shell("ip link set %s up && ip link set %sp up", name, name);
	return netns_index(name);
}

__u32 netns_uplink(const char *name, const char *address)
{
	__u32 ifindex = netns_veth(name);

	shell("ip address add %s/24 dev %s", address, name);
	shell("echo 1 >/proc/sys/net/ipv4/conf/%s/forwarding", name);
	return ifindex;
}

void netns_neighbour(const char *dev, const char *address, const char *mac)
{
	shell("ip neighbour replace %s lladdr %s nud permanent dev %s", address, mac, dev);
}
