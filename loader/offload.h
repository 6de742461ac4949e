/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Super-frames in tunnels. A device that takes them whole and is none of hardware gives them whole to
 * another stack of this machine (veth, and what is on top of one). That stack can take off the outer
 * headers, but nothing in BPF can take off the mark that says there were some; cut at a socket later, by
 * the mark, they are lost without a word. So such a device must not take them: the kernel cuts them before.
 */
#pragma once

#include <stdbool.h>

/* Does the device take super-frames in UDP tunnels whole? */
bool mc_offload_takes_tunnels(const char *name);

/* Has it take them whole, or no more. Errors are silent. */
int mc_offload_set_tunnels(const char *name, bool whole);
