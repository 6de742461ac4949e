/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows from other entries and was altered by hand, below the datapath: settings and slots of vectors,
 * ids of groups, lists of sources. It would be wrong for good: a member that is served twice or never, a
 * source that passes though nobody asked for it. Whatever the members say stays.
 */
#pragma once

#include <stddef.h>
#include <bpfcast/abi.h>

struct agent;

#define DAMAGE_SUSPECTS 64

struct damage {
	struct mc_group_key suspects[DAMAGE_SUSPECTS]; /* not sound in the last look */
	size_t count;
	size_t next; /* group that the next look begins with */
};

/*
 * Looks at some groups, others each time. What comes and goes meanwhile is not read in one piece, so what
 * is not sound counts when it is found twice; then it is mended. Errors are said.
 */
void damage_look(struct agent *agent, struct damage *damage);
