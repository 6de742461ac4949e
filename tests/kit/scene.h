/* SPDX-License-Identifier: Apache-2.0 */
/* A small node that most tests of the programs start from: devices, and the tables filled for them. */
#pragma once

#include "datapath.h"
#include "fill.h"
#include "packet.h"

#define VNI	    77
#define OTHER_VNI   78
#define SCENE_PORTS 4
#define SERVED	    IP4(239, 1, 0, 1) /* port 1 is its member and has the only slot */
#define EMPTY	    IP4(239, 1, 0, 2) /* no member, SCENE_SLOTS slots */
#define REMOTE	    IP4(239, 1, 0, 3) /* one VTEP, VTEP_REMOTE behind `uplink`, and no local member */
#define UNKNOWN	    IP4(239, 9, 9, 9) /* not in the tables */
#define SCENE_SLOTS 8
#define NO_DEVICE   9999		/* an ifindex */
#define NO_ROUTE    IP4(203, 0, 113, 9) /* an address */
#define LOOPBACK    1			/* an underlay, too: the device of XDP in BPF_PROG_RUN */

/* Made once a process by scene_enter(). */
extern struct scene {
	__u32 port[SCENE_PORTS]; /* p0 ... in VNI, the last in OTHER_VNI */
	__u32 uplink;		 /* u0, an underlay with the address VTEP_LOCAL */
	__u32 vtep;		 /* the id of VTEP_REMOTE */
} scene;

/* For cmocka: the namespace and its devices, a datapath filled as above in *state, and its end. */
int scene_enter(void **state);
int scene_setup(void **state);
int scene_teardown(void **state);

/* The same with tables of other sizes. */
struct datapath *scene_new(const struct datapath_sizes *sizes);

#define scene_test(function) cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)
