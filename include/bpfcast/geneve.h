/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The Geneve header and its options (RFC 8926 section 3.4 and 3.5): walked with bounds, since each
 * has a length of its own. An option that nobody here knows is skipped unless it is critical.
 */
#pragma once

#include <bpfcast/access.h>
#include <bpfcast/reason.h>

/* The first word of the header, in host order. */
#define MC_GENEVE_VERSION  0xc0000000u
#define MC_GENEVE_LENGTH   0x3f000000u /* of the options, 4 bytes each */
#define MC_GENEVE_CONTROL  0x00800000u /* the O bit */
#define MC_GENEVE_ETHERNET 0x00006558u /* protocol type, the low 16 bits: ETH_P_TEB */

#define MC_GENEVE_OPTIONS     252  /* bytes of options that a header can have */
#define MC_GENEVE_OPTION_MIN  4	   /* bytes of one, its header alone */
#define MC_GENEVE_TYPE_UNSAFE 0x80 /* of `type`: who does not know it must drop the packet */
#define MC_GENEVE_WORDS	      0x1f /* of `length` */

struct mc_geneve_option {
	__be16 class;
	__u8 type;
	__u8 length; /* of the body, 4 bytes each; the upper 3 bits are reserved */
};

/* Options for replication, whose type is what decides their length. */
#define MC_GENEVE_CLASS	    0x0129
#define MC_OPTION_EXTERNAL  0x00 /* no body */
#define MC_OPTION_MULTICAST 0x01 /* body of 4 bytes: enum mc_mode in the top two bits */
#define MC_OPTION_MSS	    0x02 /* body of 4 bytes */
#define MC_MODE_SHIFT	    30
#define MC_MODE_BITS	    0xc0000000u /* of the body of MC_OPTION_MULTICAST, in host order */

struct mc_geneve_walk {
	mc_packet *packet;
	__u32 at;	 /* offset of the next option */
	__u32 end;	 /* of all options */
	__u32 multicast; /* offset of the body of the first MC_OPTION_MULTICAST; 0: none */
	int reason;
};

static __always_inline int mc_geneve_known(struct mc_geneve_walk *walk,
					   const struct mc_geneve_option *option)
{
	__u32 words = option->length & MC_GENEVE_WORDS;

	if (option->class != MC_BE16(MC_GENEVE_CLASS) || option->type > MC_OPTION_MSS)
		return option->type & MC_GENEVE_TYPE_UNSAFE ? MC_R_GENEVE_CRITICAL : 0;
	if (words != (option->type != MC_OPTION_EXTERNAL))
		return MC_R_GENEVE_OPTIONS;
	if (option->type == MC_OPTION_MULTICAST && !walk->multicast)
		walk->multicast = walk->at + MC_GENEVE_OPTION_MIN;
	return 0;
}

static long mc_geneve_step(__u32 index, void *context)
{
	struct mc_geneve_walk *walk = context;
	struct mc_geneve_option option;
	__u32 next;

	(void)index;
	if (walk->at >= walk->end)
		return 1;
	walk->reason = MC_R_GENEVE_OPTIONS;
	if (mc_load(walk->packet, walk->at, &option, sizeof(option)))
		return 1;
	next = walk->at + MC_GENEVE_OPTION_MIN + (option.length & MC_GENEVE_WORDS) * 4;
	if (next > walk->end)
		return 1;
	walk->reason = mc_geneve_known(walk, &option);
	walk->at = next;
	return walk->reason != 0;
}

/*
 * Walks the @length bytes of options at @offset: 0 or a reason. *@multicast: offset of the body of the
 * Multicast option, 0 if there is none.
 */
static __always_inline int mc_geneve_options(mc_packet *packet, __u32 offset, __u32 length,
					     __u32 *multicast)
{
	struct mc_geneve_walk walk = {
		.packet = packet,
		.at = offset,
		.end = offset + length,
	};

	mc_loop(MC_GENEVE_OPTIONS / MC_GENEVE_OPTION_MIN, mc_geneve_step, &walk);
	*multicast = walk.multicast;
	return walk.reason;
}
