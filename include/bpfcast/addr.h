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

static __always_inline int mc_addr_is_zero(const struct mc_addr *addr)
{
	return !(addr->word[0] | addr->word[1] | addr->word[2] | addr->word[3]);
}

static __always_inline int mc_addr_is_multicast(const struct mc_addr *addr)
{
	return mc_addr_is_v4(addr) ? mc_v4_is_multicast(addr->word[3]) : addr->byte[0] == 0xff;
}

/*
 * Groups that stay on the link and are never pruned: 224.0.0.0/24 (RFC 4541 section 2.1.2), and of
 * IPv6 the scopes reserved (0), interface-local (1) and link-local (2), RFC 4291 section 2.7.
 */
static __always_inline int mc_addr_is_link_local_group(const struct mc_addr *addr)
{
	if (mc_addr_is_v4(addr))
		return mc_v4_is_link_local_group(addr->word[3]);
	return addr->byte[0] == 0xff && (addr->byte[1] & 0x0f) <= 2;
}

/* 232.0.0.0/8 and ff3x::/32 (RFC 4607 section 1) */
static __always_inline int mc_addr_is_ssm(const struct mc_addr *addr)
{
	if (mc_addr_is_v4(addr))
		return mc_v4_is_ssm(addr->word[3]);
	return addr->byte[0] == 0xff && (addr->byte[1] & 0xf0) == 0x30 && !addr->half[1];
}

/* A source that no host can have: for IPv6 multicast, unspecified and loopback. */
static __always_inline int mc_addr_is_bad_source(const struct mc_addr *addr)
{
	if (mc_addr_is_v4(addr))
		return mc_v4_is_bad_source(addr->word[3]);
	return addr->byte[0] == 0xff || (!addr->word[0] && !addr->word[1] && !addr->word[2] &&
					 (!addr->word[3] || addr->word[3] == MC_BE32(1)));
}

/* 169.254.0.0/16 (RFC 3927) */
static __always_inline int mc_addr_is_v4_link_local(const struct mc_addr *addr)
{
	return mc_addr_is_v4(addr) && addr->half[6] == MC_BE16(0xa9fe);
}

/* fe80::/10 (RFC 4291 section 2.5.6) */
static __always_inline int mc_addr_is_v6_link_local(const struct mc_addr *addr)
{
	return addr->byte[0] == 0xfe && (addr->byte[1] & 0xc0) == 0x80;
}

/*
 * The Ethernet address of a group: 01:00:5e and the low 23 bits of an IPv4 group (RFC 1112 section
 * 6.4), 33:33 and the last four bytes of an IPv6 group (RFC 2464 section 7).
 */
static __always_inline void mc_addr_group_mac(const struct mc_addr *group, __u8 mac[6])
{
	if (mc_addr_is_v4(group)) {
		mac[0] = 0x01;
		mac[1] = 0x00;
		mac[2] = 0x5e;
		mac[3] = group->byte[13] & 0x7f;
	} else {
		mac[0] = 0x33;
		mac[1] = 0x33;
		mac[2] = group->byte[12];
		mac[3] = group->byte[13];
	}
	mac[4] = group->byte[14];
	mac[5] = group->byte[15];
}

static __always_inline int mc_mac_equal(const __u8 a[6], const __u8 b[6])
{
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]) |
		 (a[5] ^ b[5]));
}
