/* SPDX-License-Identifier: Apache-2.0 */
/* A direct-action filter on the ingress of a clsact qdisc: for kernels below 6.6. All silent. */
#pragma once

#include <stdbool.h>
#include <linux/types.h>

/* Has the device a clsact qdisc, whoever made it? */
bool mc_clsact_exists(__u32 ifindex);

/* Adds or replaces our filter, creating the qdisc if need be. */
int mc_clsact_attach(__u32 ifindex, int prog);

/* Removes our filter, and the qdisc if @ours and no other filter is left on it. */
int mc_clsact_detach(__u32 ifindex, bool ours);

/* Is our filter on it? */
bool mc_clsact_is_attached(__u32 ifindex);
