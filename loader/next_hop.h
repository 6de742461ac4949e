/* SPDX-License-Identifier: Apache-2.0 */
/* A first next hop of a VTEP from user space; the datapath follows it from then on. */
#pragma once

struct mc_vtep;

/*
 * Makes the kernel resolve the neighbour towards @vtep, whose remote, ifindex and flags are set. Where the
 * device that packets go out by does not forward (loopback, where routes choose it), the datapath may
 * not ask the kernel: then waits up to a second for the answer and puts it into dmac and smac. Best
 * effort, silent.
 */
void mc_next_hop_seed(struct mc_vtep *vtep);
