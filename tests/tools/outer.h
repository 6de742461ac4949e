/* SPDX-License-Identifier: Apache-2.0 */
/* Outer headers of a tunnel around a frame: VXLAN or Geneve in UDP, in IPv4 or IPv6. */
#pragma once

#include "frame.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include <net/ethernet.h>

#define OUTER_OPTIONS_MAX 256

struct outer {
	struct in6_addr src, dst; /* IPv4 as ::ffff:a.b.c.d */
	bool checksum;		  /* of UDP */
	uint8_t ttl, tos;
	uint16_t port;
	uint64_t dmac, smac; /* 48 bits each */
};

/* RFC 7348 section 5 */
static inline void frame_push_vxlan(struct frame *f, uint32_t vni, uint8_t flags)
{
	uint8_t *at = frame_push(f, 8);

	at[0] = flags;
	put32(at + 4, vni << 8);
}

/* RFC 8926 section 3.4; @head: its first four bytes when they are to be wrong, or -1. */
static inline void frame_push_geneve(struct frame *f, uint32_t vni, int64_t head,
				     const uint8_t *options, size_t length)
{
	uint8_t *at = frame_push(f, 8 + length);

	put32(at, head >= 0 ? (uint32_t)head : (uint32_t)(length / 4) << 24 | 0x6558);
	put32(at + 4, vni << 8);
	if (length)
		memcpy(at + 8, options, length);
}

static inline void frame_push_ip6(struct frame *f, const struct outer *o)
{
	size_t payload = frame_length(f);
	uint8_t *at = frame_push(f, 40);

	put32(at, 6u << 28 | (uint32_t)o->tos << 20);
	put16(at + 4, payload);
	at[6] = IPPROTO_UDP;
	at[7] = o->ttl;
	memcpy(at + 8, &o->src, 16);
	memcpy(at + 24, &o->dst, 16);
}

/* RFC 8200 section 8.1 */
static inline void frame_sum_udp6(struct frame *f, const struct outer *o)
{
	uint8_t *udp = f->byte + f->start, pseudo[8] = { [7] = IPPROTO_UDP };
	uint16_t sum;

	put32(pseudo, frame_length(f));
	sum = frame_fold(frame_sum(
		udp, frame_length(f),
		frame_sum(o->src.s6_addr, 16,
			  frame_sum(o->dst.s6_addr, 16, frame_sum(pseudo, sizeof(pseudo), 0)))));
	put16(udp + 6, sum ? sum : 0xffff);
}

static inline uint32_t outer_ipv4(const struct in6_addr *addr)
{
	return ntohl(addr->s6_addr32[3]);
}

static inline void frame_push_outer(struct frame *f, const struct outer *o)
{
	struct frame_ip ip = { .src = outer_ipv4(&o->src),
			       .dst = outer_ipv4(&o->dst),
			       .ttl = o->ttl,
			       .tos = o->tos,
			       .proto = IPPROTO_UDP,
			       .ihl = -1,
			       .total_length = -1,
			       .fragment = 0x4000 };

	if (IN6_IS_ADDR_V4MAPPED(&o->dst)) {
		frame_push_udp(f, 50000, o->port, ip.src, ip.dst, o->checksum);
		frame_push_ip(f, &ip);
		frame_push_ethernet(f, o->dmac, o->smac, -1, ETH_P_IP);
		return;
	}
	frame_push_udp(f, 50000, o->port, 0, 0, false);
	if (o->checksum)
		frame_sum_udp6(f, o);
	frame_push_ip6(f, o);
	frame_push_ethernet(f, o->dmac, o->smac, -1, ETH_P_IPV6);
}
