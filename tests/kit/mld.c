/* SPDX-License-Identifier: Apache-2.0 */
#include "mld.h"

#include "packet.h"

/* RFC 9777 section 5.1.2: over a pseudo header and the message. */
static void finish_mld(struct frame *f, struct layer *layer)
{
	__u32 sum = frame_pseudo_sum(f, layer, PROTOCOL_ICMP6);
	size_t at = layer->start;

	frame_set16(f, at + 2, 0);
	frame_set16(f, at + 2,
		    frame_fold(frame_sum(f, at, f->length - at, sum)) + layer->checksum_off);
}

static void finish_report6(struct frame *f, struct layer *layer)
{
	frame_set16(f, layer->start + 6, layer->count + layer->count_off);
	finish_mld(f, layer);
}

static void add_ip6(struct frame *f, struct ip6 address)
{
	frame_add(f, &address, sizeof(address));
}

static void add_header(struct frame *f, unsigned int type, unsigned int code, unsigned int delay)
{
	frame_add8(f, type);
	frame_add8(f, code);
	frame_add16(f, 0); /* checksum */
	frame_add16(f, delay);
	frame_add16(f, 0); /* reserved, or number of records */
}

void frame_mld(struct frame *f, const struct mld *mld)
{
	frame_layer(f, finish_mld)->checksum_off = mld->checksum_off;
	add_header(f, mld->type, mld->code, mld->delay);
	add_ip6(f, mld->group);
}

void frame_report6(struct frame *f, const struct report6 *report)
{
	struct layer *layer = frame_layer(f, finish_report6);

	layer->count_off = report->records_off;
	layer->checksum_off = report->checksum_off;
	add_header(f, MLD_V2_REPORT, 0, 0);
}

struct ip6 source6_at(unsigned int index)
{
	return ip6_plus(ip6("fd00:9::1"), index);
}

static void add_sources(struct frame *f, const struct ip6 *source, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		add_ip6(f, source ? source[i] : source6_at(i));
}

void frame_record6(struct frame *f, const struct record6 *record)
{
	frame_top(f)->count++;
	frame_add8(f, record->type);
	frame_add8(f, record->aux_words + record->aux_off);
	frame_add16(f, record->sources + record->sources_off);
	add_ip6(f, record->group);
	add_sources(f, record->source, record->sources);
	frame_add_pattern(f, record->aux_words * 4);
}

void frame_query6(struct frame *f, const struct query6 *query)
{
	frame_layer(f, finish_mld)->checksum_off = query->checksum_off;
	add_header(f, MLD_QUERY, 0, query->code);
	add_ip6(f, query->group);
	frame_add8(f, (query->suppress ? 8 : 0) | (query->robustness & 7));
	frame_add8(f, query->interval);
	frame_add16(f, query->sources + query->sources_off);
	add_sources(f, query->source, query->sources);
}

struct ipv6 mld_header(struct ip6 destination)
{
	struct ipv6 ip = ipv6_header(HOST6, destination, EXT_HOP_BY_HOP);

	ip.hop_limit = 1;
	return ip;
}

static void start_ipv6(struct frame *f, const struct ipv6 *ip)
{
	frame_start(f);
	frame_ethernet(f, mac_of_group6(ip->destination), HOST_MAC, ETHERTYPE_IPV6);
	frame_ipv6(f, ip);
}

void packet_mld_from(struct frame *f, const struct ipv6 *ip)
{
	const struct extension alert = {
		.next = PROTOCOL_ICMP6,
		.body = router_alert6,
		.length = sizeof(router_alert6),
	};

	start_ipv6(f, ip);
	frame_extension(f, &alert);
}

void packet_mld(struct frame *f, struct ip6 destination)
{
	struct ipv6 ip = mld_header(destination);

	packet_mld_from(f, &ip);
}

static void packet_v1(struct frame *f, unsigned int type, struct ip6 destination, struct ip6 group)
{
	struct mld mld = { .type = type, .group = group };

	packet_mld(f, destination);
	frame_mld(f, &mld);
	frame_finish(f);
}

void packet_join6_v1(struct frame *f, struct ip6 group)
{
	packet_v1(f, MLD_V1_REPORT, group, group);
}

void packet_done6_v1(struct frame *f, struct ip6 group)
{
	packet_v1(f, MLD_V1_DONE, ALL_ROUTERS6, group);
}

void packet_record6(struct frame *f, unsigned int type, struct ip6 group, unsigned int sources)
{
	struct record6 record = { .type = type, .group = group, .sources = sources };
	struct report6 report = { 0 };

	packet_mld(f, ALL_V2_ROUTERS6);
	frame_report6(f, &report);
	frame_record6(f, &record);
	frame_finish(f);
}

void packet_join6_v2(struct frame *f, struct ip6 group)
{
	packet_record6(f, TO_EX, group, 0);
}

void packet_leave6_v2(struct frame *f, struct ip6 group)
{
	packet_record6(f, TO_IN, group, 0);
}

void packet_ipv6(struct frame *f, const struct ipv6 *ip, size_t payload)
{
	start_ipv6(f, ip);
	frame_add_pattern(f, payload);
	frame_finish(f);
}

void packet_data6(struct frame *f, struct ip6 group, size_t payload)
{
	struct ipv6 ip = ipv6_header(SENDER6, group, PROTOCOL_UDP);
	struct udp udp = { .source = 40000, .destination = DATA_PORT };

	start_ipv6(f, &ip);
	frame_udp(f, &udp);
	frame_add_pattern(f, payload);
	frame_finish(f);
}
