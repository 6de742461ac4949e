/* SPDX-License-Identifier: Apache-2.0 */
#include "reading.h"

void read_igmp(mc_packet *packet, __u32 offset, struct reading *r)
{
	r->reason = mc_frame_load4(packet, offset, packet->length, &r->frame);
	r->loaded = !r->reason;
	if (r->loaded)
		r->reason = mc_igmp_parse(packet, &r->frame, &r->message);
}

void read_mld(mc_packet *packet, __u32 offset, struct reading *r)
{
	int found;

	r->reason = mc_frame_load6(packet, offset, packet->length, &r->frame);
	r->loaded = !r->reason;
	if (!r->loaded)
		return;
	found = mc_mld_find(packet, &r->frame);
	if (found > 0)
		r->reason = mc_mld_parse(packet, &r->frame, &r->message);
	else
		r->reason = found ? -found : MC_R_NOT_OURS;
}

/* As port_ingress and port_membership do. */
void read_frame(mc_packet *packet, __u32 offset, struct reading *r)
{
	struct ethhdr eth;

	r->loaded = false;
	r->reason = MC_R_MALFORMED;
	if (mc_load(packet, offset, &eth, sizeof(eth)))
		return;
	r->reason = mc_frame_load(packet, offset, packet->length, eth.h_proto, &r->frame);
	r->loaded = !r->reason;
	if (r->reason)
		return;
	if (r->frame.ipv6)
		read_mld(packet, offset, r);
	else if (r->frame.protocol == IPPROTO_IGMP)
		read_igmp(packet, offset, r);
	else
		r->reason = MC_R_NOT_OURS;
	if (!r->reason && !mc_frame_mac_matches(&r->frame))
		r->reason = MC_R_WRONG_MAC;
}
