/* SPDX-License-Identifier: Apache-2.0 */
#include "layer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#define IPV4_LENGTH 20
#define IPV6_LENGTH 40

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

struct ip6 ip6(const char *text)
{
	struct ip6 address;

	if (inet_pton(AF_INET6, text, &address) != 1) {
		fprintf(stderr, "layer: '%s' is no IPv6 address\n", text);
		abort(); /* a mistake of the test's author */
	}
	return address;
}

struct ip6 ip6_plus(struct ip6 address, __u32 index)
{
	for (int i = 15; i >= 12; i--) {
		index += address.byte[i];
		address.byte[i] = index;
		index >>= 8;
	}
	return address;
}

__u64 mac_of_group6(struct ip6 group)
{
	const __u8 *b = group.byte;

	return 0x333300000000 | IP4(b[12], b[13], b[14], b[15]);
}

struct ipv6 ipv6_header(struct ip6 source, struct ip6 destination, unsigned int next)
{
	return (struct ipv6){
		.source = source,
		.destination = destination,
		.version = 6,
		.hop_limit = 64,
		.next = next,
	};
}

static void finish_ipv6(struct frame *f, struct layer *layer)
{
	size_t at = layer->start;

	frame_set16(f, at + 4, f->length - at - IPV6_LENGTH + layer->length_off);
}

void frame_ipv6(struct frame *f, const struct ipv6 *ip)
{
	struct layer *layer = frame_layer(f, finish_ipv6);

	layer->length_off = ip->length_off;
	frame_add32(f, (__u32)ip->version << 28 | (__u32)ip->traffic_class << 20 | ip->flow);
	frame_add16(f, 0); /* payload length */
	frame_add8(f, ip->next);
	frame_add8(f, ip->hop_limit);
	frame_add(f, &ip->source, sizeof(ip->source));
	frame_add(f, &ip->destination, sizeof(ip->destination));
}

const __u8 router_alert6[ROUTER_ALERT6_LENGTH] = { 5, 2, 0, 0, 1, 0 };

void frame_extension(struct frame *f, const struct extension *extension)
{
	frame_layer(f, NULL);
	frame_add8(f, extension->next);
	frame_add8(f, ((int)extension->length + 2) / 8 - 1 + extension->length_off);
	frame_add(f, extension->body, extension->length);
}

void frame_fragment(struct frame *f, unsigned int next, unsigned int field)
{
	frame_layer(f, NULL);
	frame_add8(f, next);
	frame_add8(f, 0); /* reserved */
	frame_add16(f, field);
	frame_add32(f, 0x12345678); /* identification */
}

/* RFC 768 and RFC 8200 section 8.1; extension headers may stand between. */
__u32 frame_pseudo_sum(const struct frame *f, const struct layer *layer, unsigned int protocol)
{
	__u32 sum = protocol + (f->length - layer->start);

	while ((layer = frame_below(f, layer))) {
		if (layer->finish == finish_ipv4)
			return frame_sum(f, layer->start + 12, 8, sum);
		if (layer->finish == finish_ipv6)
			return frame_sum(f, layer->start + 8, 32, sum);
	}
	return 0;
}

static void finish_udp(struct frame *f, struct layer *layer)
{
	__u32 sum = frame_pseudo_sum(f, layer, PROTOCOL_UDP);
	size_t length = f->length - layer->start;
	__u16 checksum;

	frame_set16(f, layer->start + 4, length + layer->length_off);
	if (layer->no_checksum || !sum)
		return;
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
