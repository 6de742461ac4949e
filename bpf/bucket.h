/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A token bucket of one second's worth, as one time: when it was last full, or will be. */
#pragma once

#include <linux/types.h>

#include "vector.h"

#define NS_PER_S 1000000000ull

#define BUCKET_TRIES 4 /* against other CPUs; who loses them all lets a packet more pass */

/* Takes one of the @rate tokens a second, at @now in nanoseconds: 0 if there is none. */
static __always_inline int bucket_take(__u64 *tokens_at, __u32 rate, __u64 now)
{
	for (int i = 0; i < BUCKET_TRIES; i++) {
		__u64 found = READ_ONCE(*tokens_at);
		__u64 at = found;

		if (at + NS_PER_S < now)
			at = now - NS_PER_S;
		at += NS_PER_S / rate;
		if (at > now)
			return 0;
		if (__sync_val_compare_and_swap(tokens_at, found, at) == found)
			break;
	}
	return 1;
}
