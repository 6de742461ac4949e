/* SPDX-License-Identifier: Apache-2.0 */
/* A packet that is thought of, on its way through the tables. */
#pragma once

#include <stdbool.h>
#include <bpfcast/abi.h>
#include <maps/group.h>

#include "output.h"

struct mc_instance;

struct trace {
	struct mc_instance *in;
	struct mc_addr source, destination;
	struct mc_group_key
		key; /* the group that carries it: the flood group for link-local ones */
	__u32 ifindex;
	struct mc_port port;
	struct mc_group group;
	struct output out;
	unsigned int copies, failed, filtered;
};

/* Prints a line. */
void trace_step(struct trace *trace, const char *step, const char *result, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* A line a member, local and remote; counts what becomes of the copies. Errors are said. */
int trace_members(struct trace *trace);
