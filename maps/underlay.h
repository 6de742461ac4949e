/* SPDX-License-Identifier: Apache-2.0 */
/* Underlay devices as the tables have them. Adding one also attaches programs: loader/underlay.h. */
#pragma once

#include <bpfcast/abi.h>

struct mc_instance;

/* -ENOENT, silently. */
int mc_underlay_get(struct mc_instance *in, __u32 ifindex, struct mc_underlay *underlay);

/* Writes the entry of a device, whose `ifindex` it fills in. -ENOSPC: all its places are taken. Silent. */
int mc_underlay_set(struct mc_instance *in, __u32 ifindex, const struct mc_underlay *underlay);

/* Frees the device's place. -ENOENT, silently. */
int mc_underlay_clear(struct mc_instance *in, __u32 ifindex);

/* By the name that the device had when it was added; -ENOENT, silently. */
int mc_underlay_find(struct mc_instance *in, const char *name, __u32 *ifindex);

typedef int (*mc_underlay_fn)(__u32 ifindex, const struct mc_underlay *underlay, void *arg);
/* Over a snapshot; a non-zero return of @fn ends it and is returned. */
int mc_underlay_for_each(struct mc_instance *in, mc_underlay_fn fn, void *arg);
