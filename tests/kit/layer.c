/* SPDX-License-Identifier: Apache-2.0 */
#include "layer.h"

#define IPV4_LENGTH 20

__u64 mac_of_group(__u32 group)
{
	return 0x01005e000000 | (group & 0x7fffff);
}

void frame_ethernet(struct frame *f, __u64 destination, __u64 source, unsigned int type)
{
	frame_layer(f, NULL);
	frame_add_mac(f, destination);
	frame_add_mac(f, source);
	frame_add16(f, type);
}

void frame_vlan(struct frame *f, unsigned int tpid, unsigned int tci)
{
	unsigned int type = frame_get16(f, f->length - 2);

	frame_set16(f, f->length - 2, tpid);
	frame_add16(f, tci);
	frame_add16(f, type);
}

const __u8 router_alert[ROUTER_ALERT_LENGTH] = { 0x94, 0x04, 0x00, 0x00 };

struct ipv4 ipv4_header(__u32 source, __u32 destination, unsigned int protocol)
{
	return (struct ipv4){
		.source = source,
		.destination = destination,
		.version = 4,
		.ttl = 64,
		.protocol = protocol,
	};
}

static void finish_ipv4(struct frame *f, struct layer *layer)
{
	size_t at = layer->start;

	frame_set16(f, at + 2, f->length - at + layer->length_off);
	frame_set16(f, at + 10, 0);
	frame_set16(f, at + 10,
		    frame_fold(frame_sum(f, at, layer->header_length, 0)) + layer->checksum_off);
}

void frame_ipv4(struct frame *f, const struct ipv4 *ip)
{
	struct layer *layer = frame_layer(f, finish_ipv4);

	layer->header_length = IPV4_LENGTH + ip->options_length;
	layer->length_off = ip->total_off;
	layer->checksum_off = ip->checksum_off;
	frame_add8(f, ip->version << 4 | (((int)layer->header_length / 4 + ip->ihl_off) & 0xf));
	frame_add8(f, ip->tos);
	frame_add16(f, 0); /* total length */
	frame_add16(f, ip->id);
	frame_add16(f, ip->fragment);
	frame_add8(f, ip->ttl);
	frame_add8(f, ip->protocol);
	frame_add16(f, 0); /* checksum */
	frame_add32(f, ip->source);
	frame_add32(f, ip->destination);
	frame_add(f, ip->options, ip->options_length);
}

/* The pseudo header is made of the IPv4 header below (RFC 768). */
static void finish_udp(struct frame *f, struct layer *layer)
{
	const struct layer *below = frame_below(f, layer);
	size_t length = f->length - layer->start;
	__u32 sum = PROTOCOL_UDP + length;
	__u16 checksum;

	frame_set16(f, layer->start + 4, length + layer->length_off);
	if (layer->no_checksum || !below)
		return;
	sum = frame_sum(f, below->start + 12, 8, sum);
	checksum = frame_fold(frame_sum(f, layer->start, length, sum));
	frame_set16(f, layer->start + 6, (checksum ? checksum : 0xffff) + layer->checksum_off);
}

void frame_udp(struct frame *f, const struct udp *udp)
{
	struct layer *layer = frame_layer(f, finish_udp);

	layer->length_off = udp->length_off;
	layer->checksum_off = udp->checksum_off;
	layer->no_checksum = udp->no_checksum;
	frame_add16(f, udp->source);
	frame_add16(f, udp->destination);
	frame_add16(f, 0); /* length */
	frame_add16(f, 0); /* checksum */
}

void frame_vxlan(struct frame *f, const struct vxlan *vxlan)
{
	frame_layer(f, NULL);
	frame_add8(f, vxlan->flags);
	frame_add8(f, vxlan->reserved >> 16);
	frame_add16(f, vxlan->reserved);
	frame_add32(f, vxlan->vni << 8 | vxlan->reserved2);
}
