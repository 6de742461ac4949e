/* SPDX-License-Identifier: Apache-2.0 */
/* Underlay groups: the multicast addresses of the network between the nodes. */
#pragma once

struct mc_addr;

/* Refuses, with a sentence for its scope, what is no underlay group: all but ff04::/16. -EINVAL. */
int mc_underlay_group_check(const struct mc_addr *underlay);
