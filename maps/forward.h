/* SPDX-License-Identifier: Apache-2.0 */
/* Forwarding entries: the next hops of an underlay group. Finding a way to one: loader/forward.h. */
#pragma once

#include <bpfcast/abi.h>
#include <maps/remote_list.h>

struct mc_instance;

/*
 * Makes @hops (by ids of mc_hop_take()) the hops of the entry of @underlay, which need not have been there, and
 * sends all groups that are mapped to it by them, each in one step. Errors are said.
 */
int mc_forward_set(struct mc_instance *in, const struct mc_addr *underlay,
		   const struct mc_remote_list *hops);

/* Deletes the entry: nothing is sent to the underlay group any more. -ENOENT is said. */
int mc_forward_del(struct mc_instance *in, const struct mc_addr *underlay);

/* Appends the hops of the entry to @hops. -ENOENT, silently. */
int mc_forward_get(struct mc_instance *in, const struct mc_addr *underlay,
		   struct mc_remote_list *hops);

typedef int (*mc_forward_fn)(const struct mc_addr *underlay, const struct mc_remote_list *hops,
			     void *arg);
/* Over a snapshot; a non-zero return of @fn ends it and is returned. */
int mc_forward_for_each(struct mc_instance *in, mc_forward_fn fn, void *arg);
