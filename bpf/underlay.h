/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Finding the underlay that a device is, in `underlays`. */
#pragma once

#include <maps/maps.bpf.h>

/*
 * NULL if the device is no underlay; 0 is no device. *@place: room for a key, since below 6.3 there is no
 * stack left where next_hop.h asks, nor for a call.
 */
static __always_inline struct mc_underlay *find_underlay(__u32 ifindex, __u32 *place)
{
#pragma unroll
	for (__u32 step = 0; ifindex && step < MC_UNDERLAY_PLACES; step++) {
		struct mc_underlay *underlay;

		*place = (ifindex + step) % MC_UNDERLAY_MAX;
		underlay = bpf_map_lookup_elem(&underlays, place);
		if (underlay && underlay->ifindex == ifindex)
			return underlay;
	}
	return NULL;
}
