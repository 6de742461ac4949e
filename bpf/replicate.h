/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* One data packet, all its copies: local members first, then VTEPs, the last copy a redirect. */
#pragma once

#include "fanout.h"
#include "group.h"
#include "remote.h"

/* What became of a packet, here and on other nodes. */
struct tally {
	__u32 local;
	__u32 remote;
	__u32 errors;
	__u32 filtered; /* members and VTEPs that do not want this source */
	__u32 reason;	/* why there is no remote copy, or one less; 0: all is well */
};

static __always_inline int tally_reason(const struct tally *tally)
{
	if (tally->local + tally->remote)
		return MC_R_FORWARDED;
	if (tally->reason)
		return tally->reason;
	if (tally->errors)
		return MC_R_NO_COPY;
	return tally->filtered ? MC_R_FILTERED : MC_R_NO_MEMBER;
}

/*
 * Delivers to the members on this node; the packet itself goes to the last of them unless @keep.
 * Returns what the program returns if it was redirected, else 0.
 */
static __always_inline int replicate_local(struct fanout_walk *walk, int keep)
{
	fanout_walk(walk);
	if (!walk->last.word)
		return 0;
	if (!keep)
		return fanout_last(walk);
	fanout_clone(walk);
	return 0;
}
