/* SPDX-License-Identifier: Apache-2.0 */
/* Load, upgrade and unload the datapath of an instance. Each step may be the last before a kill -9. */
#pragma once

#include <stdbool.h>
#include <bpfcast/abi.h>

struct mc_load_options {
	__u32 groups;	   /* most groups; 0: as pinned already, else the default */
	__u32 members;	   /* most members; same */
	__u32 sources;	   /* most sources; same */
	__u16 vxlan_port;  /* host order; 0: same */
	__u16 geneve_port; /* same */
	bool fleet_chosen; /* else the fleet's VNI is as before, or MC_DEFAULT_FLEET_VNI */
	__u32 fleet_vni;
};

/*
 * Loads the programs and pins them and their tables; on a loaded instance, replaces the programs
 * through the links, keeping the tables. @name: NULL for the caller's namespace's, else the default.
 * Refuses sizes that differ from those of pinned tables. Errors are said.
 */
int mc_load(const char *name, const struct mc_load_options *options);

/* Detaches and unpins everything. -ENOENT when there is nothing; said. */
int mc_unload(const char *name);
