/* SPDX-License-Identifier: Apache-2.0 */
/* A group's vector as it was read, at once, to be compared with its members: see damage.h. */
#pragma once

#include <stdbool.h>

#include <bpfcast/abi.h>

struct mc_instance;

struct sight {
	struct mc_group_key key;
	struct mc_line *lines; /* the caller frees them */
	__u32 slots;	       /* there is room for */
	__u32 taken;	       /* of them */
	__u32 matched;	       /* of those, as their members have it: the caller's count */
	__u32 waiting;	       /* members: the same */
	bool damaged;	       /* does not fit together, or is not settled */
};

/*
 * Reads the vector of @sight->key and looks at what it says of itself, and at the id and the remotes of its
 * group. -ENOENT: no such group; another negative errno where that cannot be read at once. Silent.
 */
int sight_read(struct mc_instance *in, struct sight *sight);

static inline const struct mc_fanout_config *sight_config(const struct sight *sight)
{
	return &sight->lines[0].config;
}

static inline const struct mc_fanout_state *sight_state(const struct sight *sight)
{
	return &sight->lines[1].state;
}

/* @number below @sight->slots. */
static inline const union mc_slot *sight_slot(const struct sight *sight, __u32 number)
{
	return &sight->lines[MC_FANOUT_HEADER + number / MC_LINE_SLOTS]
			.slot[number % MC_LINE_SLOTS];
}
