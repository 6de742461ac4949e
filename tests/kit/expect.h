/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs of one packet that are expected to end under a given reason: exactly that reason is counted,
 * once, with the length of the packet; what the program returns fits the reason's verdict; a packet
 * that is passed on is the same to the last byte. They return what the program returned.
 * On the underlay the guard is asked first, where there can be one (LOOPBACK): it passes, or it drops
 * and counts what underlay_ingress then does, too.
 */
#pragma once

#include <bpfcast/reason.h>

#include "datapath.h"

#define expect_port(d, ifindex, frame, reason)                                                     \
	expect_port_(d, ifindex, frame, NULL, reason, __FILE__, __LINE__)
#define expect_underlay(d, ifindex, frame, reason)                                                 \
	expect_underlay_(d, ifindex, frame, NULL, reason, __FILE__, __LINE__)

/* The same with the packet that is left. */
#define expect_port_out(d, ifindex, frame, out, reason)                                            \
	expect_port_(d, ifindex, frame, out, reason, __FILE__, __LINE__)
#define expect_underlay_out(d, ifindex, frame, out, reason)                                        \
	expect_underlay_(d, ifindex, frame, out, reason, __FILE__, __LINE__)

/* A packet that the guard and, did it pass, underlay_ingress end under @reason. */
#define expect_unwanted(d, frame, reason)                                                          \
	do {                                                                                       \
		expect_guard(d, frame, reason);                                                    \
		expect_underlay(d, LOOPBACK, frame, reason);                                       \
	} while (0)

/* The guard counts what it drops only; MC_R_NONE: passes, and nothing is counted. */
#define expect_guard(d, frame, reason) expect_guard_(d, frame, reason, __FILE__, __LINE__)

/* Packets that pass without being counted at all. */
#define expect_port_pass(d, ifindex, frame)	expect_port(d, ifindex, frame, MC_R_NONE)
#define expect_underlay_pass(d, ifindex, frame) expect_underlay(d, ifindex, frame, MC_R_NONE)

int expect_port_(struct datapath *d, __u32 ifindex, const struct frame *frame, struct frame *out,
		 enum mc_reason reason, const char *file, int line);
int expect_underlay_(struct datapath *d, __u32 ifindex, const struct frame *frame,
		     struct frame *out, enum mc_reason reason, const char *file, int line);
int expect_guard_(struct datapath *d, const struct frame *frame, enum mc_reason reason,
		  const char *file, int line);

/* Packets counted under @reason so far. */
__u64 counted(struct datapath *d, enum mc_reason reason);
