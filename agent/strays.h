/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots of vectors that are no member's: of members that were deleted by hand, below the datapath, which
 * would go on getting copies, or get each twice once they are members again.
 */
#pragma once

#include <stddef.h>
#include <bpfcast/abi.h>

struct agent;

#define STRAYS_SUSPECTS 64

struct strays {
	struct mc_group_key suspects[STRAYS_SUSPECTS]; /* had one in the last look */
	size_t count;
	size_t next; /* group that the next look begins with */
};

/*
 * Looks at some groups, others each time. A slot is claimed before its member says so, so one that is
 * nobody's counts when it is found twice. Errors are said.
 */
void strays_look(struct agent *agent, struct strays *strays);
