/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reading a packet and looping, the two things that BPF and the host do differently, so that the
 * parsers are one source: in BPF a packet is an skb of any shape, linear or not; on the host, a
 * buffer. Nothing here or in a parser touches a table.
 */
#pragma once

#include <bpfcast/addr.h>

#ifdef __bpf__
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifdef MC_ACCESS_XDP /* defined before the first include by a program on an XDP hook */
typedef struct xdp_md mc_packet;

#define MC_XDP_OFFSET_MAX 0x7fff /* beyond any frame that XDP sees; the verifier wants a bound */

/*
 * Copies @length bytes at @offset to @to; 0, or not 0 when the packet ends before. A constant @length:
 * the bytes are read where they lie, and those that nobody uses not at all. A frame is one piece, since
 * our program does not ask for fragments (SEC("xdp.frags")). The alignment is a lie: without it
 * clang reads byte by byte, and the kernel refuses what a machine cannot do.
 */
static __always_inline int mc_load(mc_packet *packet, __u32 offset, void *to, __u32 length)
{
	void *end = (void *)(long)packet->data_end;
	void *from = (void *)(long)packet->data;

	if (offset > MC_XDP_OFFSET_MAX)
		return -1;
	from += offset;
	if (from + length > end)
		return -1;
	__builtin_memcpy(to, __builtin_assume_aligned(from, 8), length);
	return 0;
}
#else
typedef struct __sk_buff mc_packet;

/* Copies @length bytes at @offset to @to; 0, or not 0 when the packet ends before. */
static __always_inline int mc_load(mc_packet *packet, __u32 offset, void *to, __u32 length)
{
	return bpf_skb_load_bytes(packet, offset, to, length);
}
#endif

/*
 * @length bytes at @offset: where they are, if that is the packet's beginning and linear, else copied to
 * @room; NULL when the packet ends before.
 */
static __always_inline const void *mc_peek(mc_packet *packet, __u32 offset, void *room,
					   __u32 length)
{
	const char *data = (const char *)(long)packet->data;

	if (__builtin_constant_p(offset) && !offset &&
	    data + length <= (const char *)(long)packet->data_end)
		return data;
	return mc_load(packet, offset, room, length) ? 0 : room;
}

/* Makes the compiler forget what it knows of @x, so that it keeps a check for the verifier to see. */
#define mc_opaque(x) asm volatile("" : "+r"(x))

/* Calls @step(index, context) @count times or until it returns not 0. */
#define mc_loop(count, step, context) bpf_loop(count, step, context, 0)

#else
#include <stddef.h>
#include <string.h>

typedef struct {
	const void *data;
	size_t length;
} mc_packet;

static inline int mc_load(const mc_packet *packet, __u32 offset, void *to, __u32 length)
{
	if (length > packet->length || offset > packet->length - length)
		return -1;
	memcpy(to, (const char *)packet->data + offset, length);
	return 0;
}

static inline const void *mc_peek(const mc_packet *packet, __u32 offset, void *room, __u32 length)
{
	return mc_load(packet, offset, room, length) ? NULL : room;
}

#define mc_opaque(x) (void)(x)

static inline long mc_loop(__u32 count, long (*step)(__u32 index, void *context), void *context)
{
	for (__u32 i = 0; i < count; i++)
		if (step(i, context))
			return (long)i + 1;
	return count;
}
#endif
