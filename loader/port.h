/* SPDX-License-Identifier: Apache-2.0 */
/* Ports: the table entry and the program on the device, together. */
#pragma once

#include <stdbool.h>
#include <bpfcast/abi.h>

struct mc_instance;

struct mc_port_options {
	__u32 vni;
	__u8 kind;	    /* enum mc_port_kind */
	__u32 limit_groups; /* 0: MC_DEFAULT_LIMIT_GROUPS */
	bool may_query;
};

/* -ENODEV, -EEXIST, -EINVAL, -ENOSPC; said. */
int mc_port_add(struct mc_instance *in, const char *dev, const struct mc_port_options *options);

/* By name, also of a device that is gone; memberships go with it. -ENOENT; said. */
int mc_port_del(struct mc_instance *in, const char *dev);
