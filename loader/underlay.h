/* SPDX-License-Identifier: Apache-2.0 */
/* Underlay devices: the table entry and the programs (tc and XDP) on the device, together. */
#pragma once

#include <stdbool.h>
#include <bpfcast/abi.h>
#include <maps/underlay.h>

struct mc_instance;

struct mc_underlay_options {
	struct mc_addr local;  /* our IPv4 VTEP address; both zero: the first global one of each */
	struct mc_addr local6; /* ... and IPv6 */
	bool xdp_chosen;       /* else: native where it works, then generic, then off */
	__u8 xdp;	       /* enum mc_xdp_mode */
	bool replicate;	       /* send on what comes in to an underlay group */
};

/* -ENODEV, -EEXIST, -EADDRNOTAVAIL; said. */
int mc_underlay_add(struct mc_instance *in, const char *name,
		    const struct mc_underlay_options *options);

/* By name, also of a device that is gone. -EBUSY while VTEPs use it; said. */
int mc_underlay_del(struct mc_instance *in, const char *name);

/* Gives the device its offload back if mc_underlay_add() has taken it; silent. */
void mc_underlay_uncut(struct mc_instance *in, __u32 ifindex);

/* Our address on it of the family of @remote; zero: none. */
const struct mc_addr *mc_underlay_local(const struct mc_underlay *underlay,
					const struct mc_addr *remote);

/*
 * The underlay device towards @remote, by the kernel's routes; @dev: NULL, or the name of the one to
 * use. -ENOENT: no underlay leads there; -EADDRNOTAVAIL: none of our addresses can send there; said.
 */
int mc_underlay_route(struct mc_instance *in, const struct mc_addr *remote, const char *dev,
		      __u32 *ifindex, struct mc_underlay *underlay);
