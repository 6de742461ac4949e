/* SPDX-License-Identifier: Apache-2.0 */
/* The real programs and tables, loaded without pins, run on one packet at a time by BPF_PROG_RUN. */
#pragma once

#include <maps/table.h>

#include "frame.h"

struct bpfcast;
struct mc_member_key;

/* Most entries of the tables; 0: small defaults. */
struct datapath_sizes {
	__u32 groups, members, sources;
};

#define DATAPATH_GROUPS	 64
#define DATAPATH_MEMBERS 1024
#define DATAPATH_VTEPS	 16
#define DATAPATH_PORTS	 64

struct datapath {
	struct bpfcast *skeleton;
	struct mc_instance in; /* its descriptors borrowed from the skeleton: not to be closed */
};

#define TC_PASS	    (-1) /* TC_ACT_UNSPEC */
#define TC_DROP	    2	 /* TC_ACT_SHOT */
#define TC_REDIRECT 7	 /* TC_ACT_REDIRECT: to where, BPF_PROG_RUN does not say */

/* Fail the test when the kernel does not take the programs. */
struct datapath *datapath_new(const struct datapath_sizes *sizes);
void datapath_free(struct datapath *d);

/* For cmocka: a datapath of default sizes in *state. */
int datapath_setup(void **state);
int datapath_teardown(void **state);

/*
 * Run a program on @frame as if it had come in on device @ifindex, and return what the program
 * returns; the packet that it leaves goes to @out unless that is NULL.
 */
int datapath_port(struct datapath *d, __u32 ifindex, const struct frame *frame, struct frame *out);
int datapath_underlay(struct datapath *d, __u32 ifindex, const struct frame *frame,
		      struct frame *out);

/* Same on a port, for threads, where no test may fail: 0 or a negative errno of BPF_PROG_RUN. */
int datapath_try_port(struct datapath *d, __u32 ifindex, const struct frame *frame, int *returned);

/* The XDP program, always on loopback. */
int datapath_guard(struct datapath *d, const struct frame *frame, struct frame *out);

/* Asks the control program: 0 or a negative errno. */
int datapath_control(struct datapath *d, unsigned int op, const struct mc_member_key *key,
		     unsigned int origins);

/* Same, with the first @length bytes of the request. */
int datapath_control_cut(struct datapath *d, unsigned int op, const struct mc_member_key *key,
			 unsigned int origins, size_t length);
