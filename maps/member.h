/* SPDX-License-Identifier: Apache-2.0 */
/* Local members: ports that receive a group. All changes go through the control program. */
#pragma once

#include <bpfcast/abi.h>

struct mc_instance;

/*
 * Adds @origins to the member, creating it. -ENOENT: no such group or port, or the port is in
 * another VNI; -EEXIST: has them already; -ENOSPC: a limit. Errors are said.
 */
int mc_member_add(struct mc_instance *in, const struct mc_member_key *key, __u8 origins);

/* Takes @origins off, the member goes with the last. -ENOENT: not a member by them; said. */
int mc_member_del(struct mc_instance *in, const struct mc_member_key *key, __u8 origins);

typedef int (*mc_member_fn)(const struct mc_member_key *key, const struct mc_member *member,
			    void *arg);
int mc_member_for_each(struct mc_instance *in, mc_member_fn fn, void *arg);

typedef int (*mc_pending_fn)(const struct mc_member_key *key, const struct mc_pending *pending,
			     void *arg);
int mc_pending_for_each(struct mc_instance *in, mc_pending_fn fn, void *arg);

/* Turns the pending joins whose groups now exist into members. */
int mc_pending_adopt_all(struct mc_instance *in);

/* Removes the members of a group that is gone; reported ones become pending again. */
int mc_member_orphan(struct mc_instance *in, const struct mc_group_key *key);

/* Removes all memberships and pending joins of a port, whatever their origin. */
int mc_member_forget_port(struct mc_instance *in, __u32 ifindex);
