/* SPDX-License-Identifier: Apache-2.0 */
/* Ports by name, as other nouns refer to them. */
#pragma once

#include <linux/types.h>

struct mc_instance;

/* The index of the port; -ENOENT, said. Works after the device is gone. */
int port_find(struct mc_instance *in, const char *dev, __u32 *ifindex);
