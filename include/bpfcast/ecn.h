/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Explicit congestion notification through a tunnel, RFC 6040. */
#pragma once

#include <linux/types.h>

#include <bpfcast/addr.h>

#define MC_ECN_BITS 3 /* of a TOS or traffic class byte */

enum mc_ecn {
	MC_ECN_NOT_ECT = 0,
	MC_ECN_ECT1 = 1,
	MC_ECN_ECT0 = 2,
	MC_ECN_CE = 3,
};

/*
 * The ECN field of the packet that leaves a tunnel, from those of its two headers, or -1 if it has to
 * be dropped: section 4.2, figure 4.
 */
static __always_inline int mc_ecn_decapsulate(__u8 outer, __u8 inner)
{
	outer &= MC_ECN_BITS;
	inner &= MC_ECN_BITS;
	if (outer == MC_ECN_CE)
		return inner == MC_ECN_NOT_ECT ? -1 : MC_ECN_CE;
	if (outer == MC_ECN_ECT1 && inner == MC_ECN_ECT0)
		return MC_ECN_ECT1;
	return inner;
}
