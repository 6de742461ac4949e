/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The Internet checksum (RFC 1071) over a range of a packet. */
#pragma once

#include <bpfcast/access.h>

#define MC_CHECKSUM_CHUNK 64

struct mc_checksum {
	mc_packet *packet;
	__u32 offset; /* of the next chunk */
	__u32 left;   /* bytes still to sum */
	__u64 sum;    /* of 32-bit words in memory order */
};

static long mc_checksum_chunk(__u32 index, void *context)
{
	struct mc_checksum *c = context;
	__u32 word[MC_CHECKSUM_CHUNK / 4] = { 0 };
	__u32 length = c->left;

	(void)index;
	if (length > MC_CHECKSUM_CHUNK)
		length = MC_CHECKSUM_CHUNK;
	if (!length)
		return 1;
	mc_opaque(length);
	length = ((length - 1) & (MC_CHECKSUM_CHUNK - 1)) + 1; /* what it is: 1 to the chunk */
	if (mc_load(c->packet, c->offset, word, length))
		return 1;
	for (int i = 0; i < MC_CHECKSUM_CHUNK / 4; i++)
		c->sum += word[i];
	c->offset += length;
	c->left -= length;
	return 0;
}

/* Ones' complement sum folded to 16 bits. */
static __always_inline __u16 mc_checksum_fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/*
 * Is the checksum that the range holds right? Also false when the packet ends before the range.
 * @length: bytes, at most 65535. @start: the sum of 32-bit words of a pseudo-header, or 0.
 */
static __always_inline int mc_checksum_valid(mc_packet *packet, __u32 offset, __u32 length,
					     __u64 start)
{
	struct mc_checksum c = {
		.packet = packet,
		.offset = offset,
		.left = length,
		.sum = start,
	};

	mc_loop((length + MC_CHECKSUM_CHUNK - 1) / MC_CHECKSUM_CHUNK, mc_checksum_chunk, &c);
	return !c.left && mc_checksum_fold(c.sum) == 0xffff;
}
