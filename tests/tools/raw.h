/* SPDX-License-Identifier: Apache-2.0 */
/* UDP over IPv4 handed to a device as a finished frame (AF_PACKET): a sender that costs less. */
#pragma once

#include <err.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "args.h"
#include "frame.h"

#define RAW_HEADER 42 /* bytes of Ethernet, IPv4 and UDP headers */

static inline int raw_open(unsigned int ifindex)
{
	struct sockaddr_ll device = { .sll_family = AF_PACKET,
				      .sll_protocol = htons(ETH_P_IP),
				      .sll_ifindex = ifindex };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	int one = 1;

	if (fd < 0)
		err(1, "cannot open a packet socket");
	if (setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) ||
	    bind(fd, (void *)&device, sizeof(device)))
		err(1, "cannot send frames to the device");
	return fd;
}

/* The device's MAC, and into @address, host order, its IPv4 address. */
static inline uint64_t raw_device(unsigned int ifindex, uint32_t *address)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in in;
	struct ifreq request;
	uint64_t mac = 0;

	memset(&request, 0, sizeof(request));
	if (fd < 0 || !if_indextoname(ifindex, request.ifr_name) ||
	    ioctl(fd, SIOCGIFADDR, &request))
		err(1, "the device has no IPv4 address");
	memcpy(&in, &request.ifr_addr, sizeof(in));
	*address = ntohl(in.sin_addr.s_addr);
	if (ioctl(fd, SIOCGIFHWADDR, &request))
		err(1, "the device has no MAC");
	for (int i = 0; i < 6; i++)
		mac = mac << 8 | (uint8_t)request.ifr_hwaddr.sa_data[i];
	close(fd);
	return mac;
}

/* Writes RAW_HEADER bytes for datagrams of @size bytes of payload to @group, no UDP checksum. */
static inline void raw_header(uint8_t *at, unsigned int ifindex, const struct sockaddr_in *group,
			      size_t size, uint8_t ttl, uint8_t tos)
{
	struct frame_ip ip = { .dst = ntohl(group->sin_addr.s_addr),
			       .ttl = ttl,
			       .tos = tos,
			       .proto = IPPROTO_UDP,
			       .fragment = 0x4000, /* DF */
			       .ihl = -1,
			       .total_length = -1 };
	uint64_t mac = raw_device(ifindex, &ip.src);
	static struct frame f;

	frame_init(&f);
	if (!frame_append(&f, NULL, size))
		errx(2, "%zu bytes do not fit a frame", size);
	frame_push_udp(&f, ntohs(group->sin_port), ntohs(group->sin_port), ip.src, ip.dst, false);
	frame_push_ip(&f, &ip);
	frame_push_ethernet(&f, frame_group_mac(ip.dst), mac, -1, ETH_P_IP);
	memcpy(at, f.byte + f.start, RAW_HEADER);
}
