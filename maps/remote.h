/* SPDX-License-Identifier: Apache-2.0 */
/* Remote members: the VTEPs that get a copy of a group. A vector is built anew and swapped in. */
#pragma once

#include <bpfcast/abi.h>

struct mc_instance;

/* -ENOENT: no such group; -EEXIST: a member already. Errors are said. @vtep: VTEP id. */
int mc_remote_add(struct mc_instance *in, const struct mc_group_key *key, __u32 vtep);

/* -ENOENT: not a member; said. */
int mc_remote_del(struct mc_instance *in, const struct mc_group_key *key, __u32 vtep);

/* Makes exactly @count VTEPs (ids in @vteps) the remote members, in one step. */
int mc_remote_set(struct mc_instance *in, const struct mc_group_key *key, const __u32 *vteps,
		  __u32 count);

/* The VTEP ids of a group in *@vteps (malloc, caller frees; NULL if none) and their number. */
int mc_remote_get(struct mc_instance *in, const struct mc_group_key *key, __u32 **vteps,
		  __u32 *count);
