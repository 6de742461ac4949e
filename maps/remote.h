/* SPDX-License-Identifier: Apache-2.0 */
/* Remote members: the VTEPs that get a copy of a group, each with the sources that it wants. */
#pragma once

#include <maps/remote_list.h>

struct mc_instance;

/*
 * Makes VTEP id @vtep a member that wants @filter, or one that was a member before want that instead.
 * -ENOENT: no such group; -EEXIST: a member with the same filter already. Errors are said.
 */
int mc_remote_add(struct mc_instance *in, const struct mc_group_key *key, __u32 vtep,
		  const struct mc_filter *filter);

/* -ENOENT: not a member; said. */
int mc_remote_del(struct mc_instance *in, const struct mc_group_key *key, __u32 vtep);

/* Makes exactly @count VTEPs (ids in @vteps) the remote members, all with @filter, in one step. */
int mc_remote_set(struct mc_instance *in, const struct mc_group_key *key, const __u32 *vteps,
		  __u32 count, const struct mc_filter *filter);

/* Takes the VTEP off all groups. */
int mc_remote_forget(struct mc_instance *in, __u32 vtep);
