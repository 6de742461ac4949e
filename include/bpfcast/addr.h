/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * One address type for both families, as every table key has it: 16 bytes in network byte order,
 * an IPv4 address as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2). Compiles for BPF and for the host.
 */
#pragma once

#include <linux/types.h>

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

struct mc_addr {
	union {
		__u8 byte[16];
		__be16 half[8];
		__be32 word[4];
	};
};

_Static_assert(sizeof(struct mc_addr) == 16, "ABI: size of mc_addr");

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define MC_BE16(x) ((__be16)__builtin_bswap16((__u16)(x)))
#define MC_BE32(x) ((__be32)__builtin_bswap32((__u32)(x)))
#else
#define MC_BE16(x) ((__be16)(x))
#define MC_BE32(x) ((__be32)(x))
#endif

/* Returns the 16-byte form of an IPv4 address (@v4 in network byte order). */
static __always_inline struct mc_addr mc_addr_v4(__be32 v4)
{
	struct mc_addr addr = { .word = { 0, 0, MC_BE32(0xffff), v4 } };

	return addr;
}

static __always_inline int mc_addr_is_v4(const struct mc_addr *addr)
{
	return !addr->word[0] && !addr->word[1] && addr->word[2] == MC_BE32(0xffff);
}

static __always_inline int mc_addr_equal(const struct mc_addr *a, const struct mc_addr *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1] && a->word[2] == b->word[2] &&
	       a->word[3] == b->word[3];
}

/* 224.0.0.0/4, RFC 5771 */
static __always_inline int mc_v4_is_multicast(__be32 v4)
{
	return (v4 & MC_BE32(0xf0000000)) == MC_BE32(0xe0000000);
}

/* 224.0.0.0/24, the Local Network Control Block: never pruned (RFC 4541 section 2.1.2) */
static __always_inline int mc_v4_is_link_local_group(__be32 v4)
{
	return (v4 & MC_BE32(0xffffff00)) == MC_BE32(0xe0000000);
}

/* 232.0.0.0/8, source-specific (RFC 4607 section 1) */
static __always_inline int mc_v4_is_ssm(__be32 v4)
{
	return (v4 & MC_BE32(0xff000000)) == MC_BE32(0xe8000000);
}

/* A source that no host can have: zero net, loopback, multicast, class E with the broadcast address. */
static __always_inline int mc_v4_is_bad_source(__be32 v4)
{
	__u8 top = MC_BE32(v4) >> 24;

	return top == 0 || top == 127 || top >= 224;
}

static __always_inline int mc_addr_is_multicast(const struct mc_addr *addr)
{
	return mc_addr_is_v4(addr) ? mc_v4_is_multicast(addr->word[3]) : addr->byte[0] == 0xff;
}

/* The Ethernet address of an IPv4 group: 01:00:5e and its low 23 bits (RFC 1112 section 6.4). */
static __always_inline void mc_v4_group_mac(__be32 group, __u8 mac[6])
{
	__u32 host = MC_BE32(group);

	mac[0] = 0x01;
	mac[1] = 0x00;
	mac[2] = 0x5e;
	mac[3] = (host >> 16) & 0x7f;
	mac[4] = host >> 8;
	mac[5] = host;
}
