/* SPDX-License-Identifier: Apache-2.0 */
#include "outer.h"

#include "packet.h"

void frame_geneve(struct frame *f, const struct geneve *geneve)
{
	int words = (int)geneve->options_length / 4 + geneve->options_length_off;

	frame_layer(f, NULL);
	frame_add8(f, geneve->version << 6 | (words & 0x3f));
	frame_add8(f, geneve->bits);
	frame_add16(f, geneve->protocol ? geneve->protocol : GENEVE_ETHERNET);
	frame_add32(f, geneve->vni << 8 | geneve->reserved);
	frame_add(f, geneve->options, geneve->options_length);
}

void multicast_option(__u8 option[MULTICAST_LENGTH], unsigned int mode, __u32 rest)
{
	option[0] = 0x01;
	option[1] = 0x29;
	option[2] = 0x01; /* type */
	option[3] = 0x01; /* 4 bytes of body */
	option[4] = mode << 6 | (rest >> 24 & 0x3f);
	option[5] = rest >> 16;
	option[6] = rest >> 8;
	option[7] = rest;
}

struct outer outer_from_vtep(bool ipv6, bool is_geneve, __u32 vni)
{
	struct outer outer = {
		.dmac = VTEP_MAC_LOCAL,
		.smac = VTEP_MAC_REMOTE,
		.ipv6 = ipv6,
		.ip = ipv4_header(VTEP_REMOTE, VTEP_LOCAL, PROTOCOL_UDP),
		.ip6 = ipv6_header(VTEP6_REMOTE, VTEP6_LOCAL, PROTOCOL_UDP),
		.udp = { .source = 50000, .no_checksum = true },
		.is_geneve = is_geneve,
		.vxlan = { .vni = vni, .flags = VXLAN_FLAG_VNI },
		.geneve = { .vni = vni },
	};

	outer.udp.destination = is_geneve ? GENEVE_PORT : VXLAN_PORT;
	outer.ip.fragment = FRAGMENT_DF;
	return outer;
}

struct outer outer_to_group(struct ip6 group, __u32 vni, const void *options, size_t options_length)
{
	struct outer outer = outer_from_vtep(true, true, vni);

	outer.dmac = mac_of_group6(group);
	outer.ip6.destination = group;
	outer.ip6.hop_limit = 255;
	outer.geneve.options = options;
	outer.geneve.options_length = options_length;
	return outer;
}

void packet_outer(struct frame *f, const struct outer *outer, const struct frame *inner)
{
	unsigned int type = outer->ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4;

	frame_start(f);
	if (!outer->no_mac)
		frame_ethernet(f, outer->dmac, outer->smac, outer->type ? outer->type : type);
	if (outer->ipv6)
		frame_ipv6(f, &outer->ip6);
	else
		frame_ipv4(f, &outer->ip);
	frame_udp(f, &outer->udp);
	if (outer->is_geneve)
		frame_geneve(f, &outer->geneve);
	else
		frame_vxlan(f, &outer->vxlan);
	frame_add(f, inner->byte, inner->length);
	frame_finish(f);
}
