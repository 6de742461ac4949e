/* SPDX-License-Identifier: Apache-2.0 */
/* Where underlay groups are joined, read once from the kernel. */
#pragma once

#include <stdbool.h>
#include <linux/types.h>

#include "array.h"

struct mc_addr;

struct joined {
	struct array entries; /* sorted */
};

/* Fills in @joined, to be freed with joined_free() whatever this returns. Errors are said. */
int joined_read(struct joined *joined);
void joined_free(struct joined *joined);
#define autojoined __attribute__((cleanup(joined_free)))

/* Has the device joined the underlay group? */
bool joined_has(const struct joined *joined, __u32 ifindex, const struct mc_addr *underlay);
