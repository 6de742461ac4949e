/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flood group of a VNI, whose address is ::, carries what stays on a link (mDNS, VRRP, OSPF ...) to
 * all ports of the VNI and to all VTEPs. There where the VNI's policy says so.
 */
#pragma once

#include <linux/types.h>

struct mc_instance;

/* Makes the flood group of @vni be what the VNI's policy, the ports and the VTEPs ask for. Said. */
int mc_flood_update(struct mc_instance *in, __u32 vni);

/* The same for all VNIs: a VTEP has come or gone. */
int mc_flood_update_all(struct mc_instance *in);
