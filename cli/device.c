/* SPDX-License-Identifier: Apache-2.0 */
#include "device.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <bpfcast/util.h>
#include <loader/underlay.h>
#include <maps/port.h>

int device_get(__u32 ifindex, struct device *device)
{
	mc_autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct device found = {};
	struct ifreq request = {};

	if (fd < 0)
		return -errno;
	request.ifr_ifindex = (int)ifindex;
	if (ioctl(fd, SIOCGIFNAME, &request))
		return -errno;
	snprintf(found.name, sizeof(found.name), "%s", request.ifr_name);
	if (ioctl(fd, SIOCGIFMTU, &request))
		return -errno;
	found.mtu = (__u32)request.ifr_mtu;
	if (ioctl(fd, SIOCGIFFLAGS, &request))
		return -errno;
	found.up = request.ifr_flags & IFF_UP;
	*device = found;
	return 0;
}

const char *device_state(__u32 ifindex)
{
	struct device device;

	if (device_get(ifindex, &device))
		return "gone";
	return device.up ? "up" : "down";
}

const char *device_name(struct mc_instance *in, __u32 ifindex, char name[DEVICE_NAME_SIZE])
{
	struct mc_underlay underlay;
	struct mc_port port;
	struct device device;

	if (!mc_port_get(in, ifindex, &port))
		snprintf(name, DEVICE_NAME_SIZE, "%s", port.name);
	else if (!mc_underlay_get(in, ifindex, &underlay))
		snprintf(name, DEVICE_NAME_SIZE, "%s", underlay.name);
	else if (!device_get(ifindex, &device))
		memcpy(name, device.name, DEVICE_NAME_SIZE);
	else
		snprintf(name, DEVICE_NAME_SIZE, "%u", ifindex);
	return name;
}

const char *device_mac(const __u8 mac[6], char buf[MAC_TEXT])
{
	snprintf(buf, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
	return buf;
}
