/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ethernet and IPv4 headers of a multicast frame: read once, checked once (RFC 791, RFC 1112). */
#pragma once

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>

#include <bpfcast/access.h>
#include <bpfcast/reason.h>

#define MC_IP_MF     0x2000 /* more fragments */
#define MC_IP_OFFSET 0x1fff /* fragment offset, 8 bytes each */

/* The first 34 bytes of a frame, the IP header aligned to 4: BPF reads its stack only aligned. */
struct mc_headers {
	__u16 align;
	struct ethhdr eth;
	struct iphdr ip;
};

#define MC_HEADERS_LENGTH (sizeof(struct ethhdr) + sizeof(struct iphdr))

/* Loads Ethernet and IPv4 headers of the frame at @offset and checks lengths: 0 or a reason. */
static __always_inline int mc_ipv4_load(mc_packet *packet, __u32 offset, __u32 frame_length,
					struct mc_headers *h)
{
	__u32 total;

	if (mc_load(packet, offset, &h->eth, MC_HEADERS_LENGTH))
		return MC_R_MALFORMED;
	if (h->ip.version != 4 || h->ip.ihl < 5)
		return MC_R_MALFORMED;
	total = MC_BE16(h->ip.tot_len);
	if (total < h->ip.ihl * 4u || total > frame_length - sizeof(struct ethhdr))
		return MC_R_MALFORMED;
	return 0;
}

static __always_inline int mc_ipv4_is_fragment(const struct mc_headers *h)
{
	return !!(h->ip.frag_off & MC_BE16(MC_IP_MF | MC_IP_OFFSET));
}

/* Is the destination MAC the one of the destination group (RFC 1112 section 6.4)? */
static __always_inline int mc_ipv4_group_mac_matches(const struct mc_headers *h)
{
	__u32 group = MC_BE32(h->ip.daddr);
	const __u8 *mac = h->eth.h_dest;

	return mac[0] == 0x01 && mac[1] == 0x00 && mac[2] == 0x5e &&
	       mac[3] == ((group >> 16) & 0x7f) && mac[4] == ((group >> 8) & 0xff) &&
	       mac[5] == (group & 0xff);
}

/* What a data packet to a group must look like, wherever it came from: 0 or a reason. */
static __always_inline int mc_ipv4_check_data(const struct mc_headers *h)
{
	if (!mc_ipv4_group_mac_matches(h))
		return MC_R_WRONG_MAC;
	if (mc_v4_is_bad_source(h->ip.saddr))
		return MC_R_BAD_SOURCE;
	if (!h->ip.ttl)
		return MC_R_TTL;
	if (h->ip.protocol == IPPROTO_TCP)
		return MC_R_TCP;
	return 0;
}
