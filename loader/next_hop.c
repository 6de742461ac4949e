/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/next_hop.h>

#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpfcast/abi.h>
#include <bpfcast/util.h>
#include <loader/netdev.h>
#include <loader/route.h>

#define TRIES	 100
#define PAUSE_US 10000

/* An empty datagram to the VTEP's own UDP port: nothing there takes it for a packet. */
static void poke(const struct mc_vtep *vtep)
{
	struct sockaddr_in v4 = {
		.sin_family = AF_INET,
		.sin_port = vtep->port,
		.sin_addr.s_addr = vtep->remote.word[3],
	};
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = vtep->port };
	bool is_v4 = mc_addr_is_v4(&vtep->remote);
	mc_autoclose int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(&v6.sin6_addr, &vtep->remote, sizeof(v6.sin6_addr));
	if (fd < 0)
		return;
	if (is_v4)
		(void)sendto(fd, "", 0, MSG_DONTWAIT, (struct sockaddr *)&v4, sizeof(v4));
	else
		(void)sendto(fd, "", 0, MSG_DONTWAIT, (struct sockaddr *)&v6, sizeof(v6));
}

/*
 * May the datapath ask the kernel? It is asked as for a packet that goes out by the device, or, where routes
 * choose the device, as for one from loopback: that one has to forward.
 */
static bool is_followed(const struct mc_vtep *vtep, const char *name)
{
	return mc_netdev_forwards(vtep->flags & MC_VTEP_F_DEV ? name : "lo",
				  !mc_addr_is_v4(&vtep->remote));
}

void mc_next_hop_seed(struct mc_vtep *vtep)
{
	struct mc_route route;
	struct mc_netdev dev;
	char name[IF_NAMESIZE];

	poke(vtep);
	if (!if_indextoname(vtep->ifindex, name) || is_followed(vtep, name) ||
	    mc_netdev_get(name, &dev) || dev.no_mac ||
	    mc_route_get(&vtep->remote, vtep->ifindex, &route))
		return;
	for (int i = 0; i < TRIES; i++) {
		if (!mc_route_neighbour(vtep->ifindex, &route.gateway, vtep->dmac)) {
			memcpy(vtep->smac, dev.mac, sizeof(vtep->smac));
			return;
		}
		usleep(PAUSE_US);
	}
}
