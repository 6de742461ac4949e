/* SPDX-License-Identifier: Apache-2.0 */
/* VTEPs by address, as other nouns refer to them. */
#pragma once

#include <linux/types.h>

struct mc_addr;
struct mc_instance;

/* The id of the VTEP; -ENOENT, said. */
int vtep_find(struct mc_instance *in, const struct mc_addr *remote, __u32 *id);

/* enum mc_next_hop_state */
const char *vtep_next_hop_name(unsigned int state);
