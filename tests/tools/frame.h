/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame built from the inside out: payload first, each push puts a header in front. Wrong on
 * purpose where the caller asks for it, so every field that a parser checks can be set.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <arpa/inet.h>

#define FRAME_SIZE     65536
#define FRAME_HEADROOM 512

struct frame {
	size_t start, end;
	uint8_t byte[FRAME_SIZE];
};

static inline void frame_init(struct frame *f)
{
	f->start = f->end = FRAME_HEADROOM;
}

static inline size_t frame_length(const struct frame *f)
{
	return f->end - f->start;
}

static inline uint8_t *frame_push(struct frame *f, size_t length)
{
	f->start -= length;
	return memset(f->byte + f->start, 0, length);
}

/* NULL when it does not fit. */
static inline uint8_t *frame_append(struct frame *f, const void *data, size_t length)
{
	uint8_t *at = f->byte + f->end;

	if (f->end + length > FRAME_SIZE)
		return NULL;
	f->end += length;
	return data ? memcpy(at, data, length) : memset(at, 0, length);
}

static inline void put16(uint8_t *at, uint32_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static inline void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

/* RFC 1071, unfolded: add up parts of even length, then frame_fold(). */
static inline uint32_t frame_sum(const uint8_t *data, size_t length, uint32_t sum)
{
	for (size_t i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	if (length & 1)
		sum += (uint32_t)data[length - 1] << 8;
	return sum;
}

static inline uint16_t frame_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* @src, @dst: for the pseudo header, host order. */
static inline void frame_push_udp(struct frame *f, uint16_t sport, uint16_t dport, uint32_t src,
				  uint32_t dst, bool checksum)
{
	size_t length = frame_length(f) + 8;
	uint8_t pseudo[12] = { [9] = IPPROTO_UDP };
	uint8_t *udp = frame_push(f, 8);
	uint16_t sum;

	put16(udp, sport);
	put16(udp + 2, dport);
	put16(udp + 4, length);
	if (!checksum)
		return;
	put32(pseudo, src);
	put32(pseudo + 4, dst);
	put16(pseudo + 10, length);
	sum = frame_fold(frame_sum(udp, length, frame_sum(pseudo, sizeof(pseudo), 0)));
	put16(udp + 6, sum ? sum : 0xffff);
}

struct frame_ip {
	uint32_t src, dst; /* host order */
	uint8_t ttl, tos, proto;
	uint16_t id;
	uint16_t fragment; /* flags and offset as on the wire */
	bool router_alert; /* RFC 2113 */
	int ihl;	   /* -1: right */
	int total_length;  /* -1: right */
};

static inline void frame_push_ip(struct frame *f, const struct frame_ip *ip)
{
	size_t header = ip->router_alert ? 24 : 20;
	size_t total = frame_length(f) + header;
	uint8_t *at = frame_push(f, header);

	at[0] = 0x40 | (ip->ihl >= 0 ? ip->ihl & 15 : (int)header / 4);
	at[1] = ip->tos;
	put16(at + 2, ip->total_length >= 0 ? (uint32_t)ip->total_length : total);
	put16(at + 4, ip->id);
	put16(at + 6, ip->fragment);
	at[8] = ip->ttl;
	at[9] = ip->proto;
	put32(at + 12, ip->src);
	put32(at + 16, ip->dst);
	if (ip->router_alert)
		put32(at + 20, 0x94040000);
	put16(at + 10, frame_fold(frame_sum(at, header, 0)));
}

/* @dst, @src: 48 bits each; @vlan: tag to insert, or -1. */
static inline void frame_push_ethernet(struct frame *f, uint64_t dst, uint64_t src, int vlan,
				       uint16_t type)
{
	uint8_t *at = frame_push(f, vlan >= 0 ? 18 : 14);

	put16(at, dst >> 32);
	put32(at + 2, dst);
	put16(at + 6, src >> 32);
	put32(at + 8, src);
	at += 12;
	if (vlan >= 0) {
		put16(at, 0x8100);
		put16(at + 2, vlan);
		at += 4;
	}
	put16(at, type);
}

/* RFC 1112 section 6.4 */
static inline uint64_t frame_group_mac(uint32_t group)
{
	return 0x01005e000000 | (group & 0x7fffff);
}
