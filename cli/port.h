/* SPDX-License-Identifier: Apache-2.0 */
/* Ports by name, as other nouns refer to them, and their listing, apart from the verbs that change them. */
#pragma once

#include <linux/types.h>

struct cli;
struct mc_instance;

#define PORT_NO_LIMIT 0xffffffffu /* of groups */

/* The index of the port; -ENOENT, said. Works after the device is gone. */
int port_find(struct mc_instance *in, const char *dev, __u32 *ifindex);

/* "deny" (0) or "allow" (1) */
const char *port_query_name(unsigned int query);

/* The verb. */
int port_show(struct cli *cli, int argc, char **argv);
