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

#define TRIES	 100
#define PAUSE_US 10000

/* An empty datagram to the VTEP's own UDP port: nothing there takes it for a packet. */
static void poke(const struct mc_vtep *vtep)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = vtep->port,
		.sin_addr.s_addr = vtep->remote.word[3],
	};
	mc_autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		(void)sendto(fd, "", 0, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to));
}

void mc_next_hop_seed(struct mc_vtep *vtep)
{
	struct mc_route route;
	struct mc_netdev dev;
	char name[IF_NAMESIZE];

	poke(vtep);
	if (!if_indextoname(vtep->ifindex, name) || mc_netdev_get(name, &dev) || dev.forwards ||
	    mc_netdev_route(&vtep->remote, vtep->ifindex, &route))
		return;
	for (int i = 0; i < TRIES; i++) {
		if (!mc_netdev_neighbour(vtep->ifindex, &route.gateway, vtep->dmac)) {
			memcpy(vtep->smac, dev.mac, sizeof(vtep->smac));
			return;
		}
		usleep(PAUSE_US);
	}
}
