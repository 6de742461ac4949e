/* SPDX-License-Identifier: Apache-2.0 */
/* Ports as the tables have them. Adding one also attaches a program: loader/port.h. */
#pragma once

#include <bpfcast/abi.h>

struct mc_instance;

/* -ENOENT, silently. */
int mc_port_get(struct mc_instance *in, __u32 ifindex, struct mc_port *port);
int mc_port_state_get(struct mc_instance *in, __u32 ifindex, struct mc_port_state *state);

/* Name to index as recorded when the port was added; works when the device is gone. -ENOENT. */
int mc_port_find(struct mc_instance *in, const char *name, __u32 *ifindex);

typedef int (*mc_port_fn)(__u32 ifindex, const struct mc_port *port, void *arg);
/* Over a snapshot; a non-zero return of @fn ends it and is returned. */
int mc_port_for_each(struct mc_instance *in, mc_port_fn fn, void *arg);

/* Calls @fn for each address that a port may send from, all ports in no order. */
typedef int (*mc_port_source_fn)(__u32 ifindex, const struct mc_addr *source, void *arg);
int mc_port_for_each_source(struct mc_instance *in, mc_port_source_fn fn, void *arg);
