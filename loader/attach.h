/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs on devices: tcx links where the kernel has them (6.6), a filter on clsact below, XDP links.
 * Links are pinned as links/PROGRAM-IFINDEX, so they outlive us and an upgrade finds them again.
 */
#pragma once

#include <stdbool.h>
#include <linux/types.h>

struct mc_instance;

#define MC_PROGRAM_PORT	    "port_ingress"
#define MC_PROGRAM_UNDERLAY "underlay_ingress"
#define MC_PROGRAM_GUARD    "underlay_guard"
#define MC_PROGRAM_CONTROL  "control"

/* Says how a tc program would be attached to the device, attaching nothing: enum mc_attach. */
int mc_attach_plan(struct mc_instance *in, const char *program, __u32 ifindex);

/*
 * Puts the pinned @program on the device's tc ingress in the way @attach (enum mc_attach). Attaching
 * what is attached already replaces the program in place. Silent.
 */
int mc_attach_tc(struct mc_instance *in, const char *program, __u32 ifindex, __u8 attach);

/* Takes it off again; a device that is gone is fine. Silent. */
int mc_detach_tc(struct mc_instance *in, const char *program, __u32 ifindex, __u8 attach);

/* Is it really there? */
bool mc_is_attached_tc(struct mc_instance *in, const char *program, __u32 ifindex, __u8 attach);

/* Same for the XDP program, in mode (enum mc_xdp_mode). Silent. */
int mc_attach_xdp(struct mc_instance *in, __u32 ifindex, __u8 mode);
int mc_detach_xdp(struct mc_instance *in, __u32 ifindex);

/* Puts the pinned programs behind all pinned links, after an upgrade. Errors are said. */
int mc_attach_refresh_links(struct mc_instance *in);

/* Detaches and unpins all links. Errors are said. */
int mc_detach_all_links(struct mc_instance *in);
