/* SPDX-License-Identifier: Apache-2.0 */
/* A membership message read from a frame, by the parsers of the datapath and in their order. */
#pragma once

#include <stdbool.h>

#include <bpfcast/igmp.h>
#include <bpfcast/mld.h>

struct reading {
	int reason;  /* 0: a valid message */
	bool loaded; /* the IP header is sound, @frame filled in */
	struct mc_frame frame;
	struct mc_message message;
};

/* Reads the frame that begins at @offset and goes to the end of @packet. */
typedef void (*read_fn)(mc_packet *packet, __u32 offset, struct reading *r);

/* An IPv4 frame with IGMP; an IPv6 frame with MLD or MC_R_NOT_OURS; either, by its ethertype. */
void read_igmp(mc_packet *packet, __u32 offset, struct reading *r);
void read_mld(mc_packet *packet, __u32 offset, struct reading *r);
void read_frame(mc_packet *packet, __u32 offset, struct reading *r);
