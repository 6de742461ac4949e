/* SPDX-License-Identifier: Apache-2.0 */
/* Groups: their vectors in `fanout`, their ids, their counters. */
#pragma once

#include <stdbool.h>
#include <bpfcast/abi.h>

struct mc_instance;

struct mc_group {
	struct mc_group_key key;
	__u32 id;
	__u32 size;			   /* slots */
	__u32 generation;		   /* of its vector; not 0 */
	__u32 flags;			   /* enum mc_fanout_flags */
	__u32 local;			   /* members with a slot */
	__u32 waiting;			   /* members without one */
	__u32 remote;			   /* VTEPs */
	struct mc_group_counters counters; /* summed over CPUs */
};

/*
 * Adds a group with @size slots and takes over the joins that were waiting for it; one that hosts have
 * made by joining it becomes one that was added, with at least @size slots. -EINVAL: not a group we can
 * serve; -EEXIST; -ENOSPC: table full. Errors are said.
 */
int mc_group_add(struct mc_instance *in, const struct mc_group_key *key, __u32 size);

/*
 * The same for @count groups at once, all or none, in little more time than for one: each write to
 * `fanout` makes the kernel wait for an RCU grace period (10 to 30 ms), and here there is one.
 */
int mc_group_add_many(struct mc_instance *in, const struct mc_group_key *keys, const __u32 *sizes,
		      __u32 count);

/* The same for groups that hosts have joined, marked so (MC_FANOUT_F_LEARNED). */
int mc_group_learn_many(struct mc_instance *in, const struct mc_group_key *keys, const __u32 *sizes,
			__u32 count);

/* Same without looking at the addresses: the flood group of a VNI is no group that anybody adds. */
int mc_group_add_any(struct mc_instance *in, const struct mc_group_key *keys, const __u32 *sizes,
		     __u32 count);

/* Deletes a group; hosts that joined it stay known, and wait for it. -ENOENT is said. */
int mc_group_del(struct mc_instance *in, const struct mc_group_key *key);

/* The same for @count groups, with the wait of one. -ENOENT, said and nothing done, if one is missing. */
int mc_group_del_many(struct mc_instance *in, const struct mc_group_key *keys, __u32 count);

/*
 * Gives a group a vector of @size slots, if it has less: no packet is lost or doubled. Its members that
 * waited for a slot have one afterwards. Errors are said.
 */
int mc_group_grow(struct mc_instance *in, const struct mc_group_key *key, __u32 size);

/* Finishes what a mc_group_grow() that was killed has begun; 0 at once where there is nothing. Silent. */
int mc_group_settle(struct mc_instance *in, const struct mc_group_key *key);

/*
 * Gives a group whose vector was altered by hand a sound one: the settings anew, the slots those of its
 * members. Who has a slot loses and doubles nothing. Silent.
 */
int mc_group_rebuild(struct mc_instance *in, const struct mc_group_key *key);

/* The id by which `group_keys` knows the group: @id if that can be, made good where it was altered. */
int mc_group_own_id(struct mc_instance *in, const struct mc_group_key *key, __u32 id);

/* All of @group but counters when @counters is false. -ENOENT, silently. */
int mc_group_get(struct mc_instance *in, const struct mc_group_key *key, bool counters,
		 struct mc_group *group);

/* Is it there? Cheap. */
bool mc_group_exists(struct mc_instance *in, const struct mc_group_key *key);

typedef int (*mc_group_fn)(const struct mc_group *group, void *arg);
/* Over a snapshot; a non-zero return of @fn ends it and is returned. */
int mc_group_for_each(struct mc_instance *in, mc_group_fn fn, void *arg);

/* The vector of a group, as a descriptor that the caller closes; -ENOENT, silently. */
int mc_group_vector(struct mc_instance *in, const struct mc_group_key *key);

/* Sets or clears bits of enum mc_fanout_flags. */
int mc_group_set_flags(struct mc_instance *in, const struct mc_group_key *key, __u32 set,
		       __u32 clear);

/* Settings of a vector that is open as @vector. */
int mc_group_config(int vector, struct mc_fanout_config *config);
