/* SPDX-License-Identifier: Apache-2.0 */
/* Frames onto devices, by one packet socket that receives nothing. */
#pragma once

#include <stddef.h>
#include <linux/types.h>

/* A descriptor, or a negative errno. Takes CAP_NET_RAW, which sending does not. Silent. */
int wire_open(void);

/* 0 or a negative errno: -ENETDOWN, -ENXIO. Silent. */
int wire_send(int wire, __u32 ifindex, const __u8 *frame, size_t length);
