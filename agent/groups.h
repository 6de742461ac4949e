/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups that hosts have made by joining them, where their VNI learns; vectors that are too small; and
 * joins that no one has taken over yet.
 */
#pragma once

#include <bpfcast/abi.h>

struct agent;
struct mc_event;

/* A join of a group that is not there, or is full. */
void groups_take_event(struct agent *agent, const struct mc_event *event);

/* A sweep over all members: begins, has come to one, to one without a slot, has ended. */
void groups_begin(struct agent *agent);
void groups_live(struct agent *agent, const struct mc_member_key *key);
void groups_want(struct agent *agent, const struct mc_member_key *key,
		 const struct mc_member *member);
void groups_end(struct agent *agent);
