/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Local members: what ports want, whether or not the group has been added. All changes go through the
 * control program.
 */
#pragma once

#include <stdbool.h>

#include <bpfcast/abi.h>
#include <maps/filter.h>

struct mc_instance;

/*
 * Makes the port a member by @origin with @filter, in place of what that origin wished before.
 * -ENOENT: no such group or port, or the port is in another VNI; -ENOSPC: a limit. Errors are said.
 */
int mc_member_set(struct mc_instance *in, const struct mc_member_key *key, __u8 origin,
		  const struct mc_filter *filter);

/* Same, but -EEXIST, said, if the origin wished something before. */
int mc_member_add(struct mc_instance *in, const struct mc_member_key *key, __u8 origin,
		  const struct mc_filter *filter);

/* Takes @origins off, the member goes with the last. -ENOENT: not a member by them; said. */
int mc_member_del(struct mc_instance *in, const struct mc_member_key *key, __u8 origins);

/* -ENOENT, silently. */
int mc_member_get(struct mc_instance *in, const struct mc_member_key *key,
		  struct mc_member *member);

typedef int (*mc_member_fn)(const struct mc_member_key *key, const struct mc_member *member,
			    void *arg);
/* Over a snapshot; a non-zero return of @fn ends it and is returned. */
int mc_member_for_each(struct mc_instance *in, mc_member_fn fn, void *arg);

/* Calls @fn for each source that the member names, in no order. */
typedef int (*mc_source_fn)(const struct mc_addr *source, const struct mc_source *entry, void *arg);
int mc_member_for_each_source(struct mc_instance *in, const struct mc_member_key *key,
			      const struct mc_member *member, mc_source_fn fn, void *arg);

/* Is the list of the member's sources as long as the member says? True for who is no member. Silent. */
bool mc_member_is_whole(struct mc_instance *in, const struct mc_member_key *key);

/* Makes the list of the member's sources anew, of those that there are, and what each says. Silent. */
int mc_member_relink(struct mc_instance *in, const struct mc_member_key *key);

/*
 * Is the list of the member's sources whole? If not, since somebody has deleted an entry by hand, it is
 * made so from those that there are. -EBUSY: it changes all the time. Silent.
 */
int mc_member_mend_sources(struct mc_instance *in, const struct mc_member_key *key);

/* Ends what has timed out of what a host reported: the timers are looked at again, under the port's
 * lock. -ENOENT: no member by a report. Silent. */
int mc_member_expire(struct mc_instance *in, const struct mc_member_key *key);

/* Gives slots to the members of @count groups that are there now. @keys need not be sorted. */
int mc_member_place(struct mc_instance *in, const struct mc_group_key *keys, __u32 count);

/* The groups are gone: only what hosts reported stays, waiting for them to come back. */
int mc_member_orphan(struct mc_instance *in, const struct mc_group_key *keys, __u32 count);

/* Removes all memberships of a port, whatever their origin. */
int mc_member_forget_port(struct mc_instance *in, __u32 ifindex);
