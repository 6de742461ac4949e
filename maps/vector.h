/* SPDX-License-Identifier: Apache-2.0 */
/* The vector of a group as a map of its own, before it is anybody's. */
#pragma once

#include <bpfcast/abi.h>

/* An empty vector as a descriptor that the caller closes; @flags: enum mc_fanout_flags. Silent. */
int mc_vector_new(__u32 id, __u32 size, __u32 flags);

/* How many lines it has, whatever its settings say; at least the header's. Silent. */
int mc_vector_lines(int vector, __u32 *lines);
