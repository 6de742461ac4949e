/* SPDX-License-Identifier: Apache-2.0 */
/* Frames on a device as they are, by a packet socket: what a test puts in and what comes out. */
#pragma once

#include <linux/types.h>

#include "frame.h"

struct datapath;

/* A socket that sends on, and receives from, the device @ifindex. */
int wire_open(__u32 ifindex);
void wire_send(int wire, const struct frame *frame);

/* Same, of a page's size at least, with no more than the Ethernet header in the skb's linear part. */
void wire_send_in_pages(int wire, const struct frame *frame);

/* The next frame that came in, waited for at most @timeout_ms; false if there was none. */
bool wire_receive(int wire, struct frame *frame, int timeout_ms);

#define WIRE_TIMEOUT_MS 5000 /* for what must come */

/* Puts port_ingress on the device for real, or takes it off. */
void wire_attach_port(struct datapath *d, __u32 ifindex);
void wire_detach(__u32 ifindex);
