/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking a port for a group, or for sources of it, after a leave: RFC 9776 section 6.6.3. The datapath
 * has lowered the timers; whoever is still there has until then to say so. Which those are is seen in
 * the tables, so that an event that got lost is made good by the next sweep.
 */
#pragma once

#include <stdint.h>

#include <bpfcast/abi.h>

struct port;

/* Asks for what has been lowered, unless that is being asked for already, or another querier's task. */
void ask_for(struct port *port, const struct mc_member_key *key, const struct mc_member *member);

/* When ask_run() has something to do; UINT64_MAX: never. */
uint64_t ask_due(const struct port *port);

/* Sends what is due at @now. */
void ask_run(struct port *port, uint64_t now);

/* Forgets all that is being asked. */
void ask_stop(struct port *port);
