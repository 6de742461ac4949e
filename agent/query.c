/* SPDX-License-Identifier: Apache-2.0 */
#include "query.h"

#include <string.h>

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>

#include <netinet/ip6.h>

#include <bpfcast/checksum.h>
#include <bpfcast/igmp.h>
#include <bpfcast/mld.h>
#include <bpfcast/query.h>

#define TRAFFIC_CLASS 0xc0 /* internetwork control, RFC 9776 section 4 */
#define DONT_FRAGMENT 0x4000

/* Router Alert: RFC 2113; RFC 2711 for MLD, in a Hop-by-Hop header with padding. */
static const __u8 alert4[4] = { 148, 4, 0, 0 };
static const __u8 alert6[8] = { IPPROTO_ICMPV6, 0, 5, 2, 0, 0, 1, 0 };

#define IGMP_LENGTH (sizeof(struct mc_igmp_header) + sizeof(struct mc_query_tail))
#define MLD_LENGTH  (sizeof(struct mc_mld_header) + 16 + sizeof(struct mc_query_tail))

struct cursor {
	__u8 *start;
	size_t length;
};

static void put(struct cursor *to, const void *data, size_t length)
{
	memcpy(to->start + to->length, data, length);
	to->length += length;
}

static void put16(struct cursor *to, __u16 value)
{
	__be16 wire = MC_BE16(value);

	put(to, &wire, sizeof(wire));
}

__u32 query_sources_max(bool ipv6, __u32 mtu)
{
	size_t fixed = ipv6 ? sizeof(struct ip6_hdr) + sizeof(alert6) + MLD_LENGTH
			    : sizeof(struct iphdr) + sizeof(alert4) + IGMP_LENGTH;

	if (mtu > QUERY_FRAME_MAX - ETH_HLEN - 4)
		mtu = QUERY_FRAME_MAX - ETH_HLEN - 4;
	return mtu > fixed ? (__u32)((mtu - fixed) / mc_source_size(ipv6)) : 0;
}

__u8 query_code8(__u32 value)
{
	__u8 exponent = 0;

	if (value < 128)
		return (__u8)value;
	while (exponent < 7 && value >= 0x20u << (exponent + 3))
		exponent++;
	if (value >= 0x20u << (exponent + 3))
		return 0xff;
	return (__u8)(0x80 | exponent << 4 | (value >> (exponent + 3) & 0x0f));
}

__u16 query_code16(__u32 value)
{
	__u8 exponent = 0;

	if (value < 32768)
		return (__u16)value;
	while (exponent < 7 && value >= 0x2000u << (exponent + 3))
		exponent++;
	if (value >= 0x2000u << (exponent + 3))
		return 0xffff;
	return (__u16)(0x8000 | exponent << 12 | (value >> (exponent + 3) & 0x0fff));
}

static bool is_general(const struct query_message *query)
{
	return mc_addr_is_zero(&query->group);
}

static struct mc_addr destination(const struct query_message *query)
{
	struct mc_addr all_nodes = { .word = { MC_BE32(0xff020000), 0, 0, MC_BE32(1) } };

	if (!is_general(query))
		return query->group;
	return query->ipv6 ? all_nodes : mc_addr_v4(MC_BE32(INADDR_ALLHOSTS_GROUP));
}

static void put_ethernet(struct cursor *to, const struct query_message *query,
			 const struct mc_addr *group)
{
	__u8 mac[ETH_ALEN];

	mc_addr_group_mac(group, mac);
	put(to, mac, sizeof(mac));
	put(to, query->mac, sizeof(query->mac));
	if (query->vlan) {
		put16(to, ETH_P_8021Q);
		put16(to, query->vlan);
	}
	put16(to, query->ipv6 ? ETH_P_IPV6 : ETH_P_IP);
}

/* Over @length bytes, an even number; @sum: of the pseudo header. */
static __be16 checksum(const void *data, size_t length, __u64 sum)
{
	const __u8 *bytes = data;
	__u16 word;

	for (size_t i = 0; i < length; i += sizeof(word)) {
		memcpy(&word, bytes + i, sizeof(word));
		sum += word;
	}
	return (__be16)~mc_checksum_fold(sum);
}

static void put_tail(struct cursor *to, const struct query_message *query)
{
	__u32 seconds = (query->query_ms + 999) / 1000;
	__u8 robustness = query->robustness < 8 ? (__u8)query->robustness : 0;
	struct mc_query_tail tail = {
		.flags = (__u8)((query->suppress ? 1 << 3 : 0) | robustness),
		.interval = query_code8(seconds),
		.sources = MC_BE16(query->count),
	};

	put(to, &tail, sizeof(tail));
	for (__u32 i = 0; i < query->count; i++)
		put(to, query->ipv6 ? query->sources[i].byte : query->sources[i].byte + 12,
		    mc_source_size(query->ipv6));
}

static void put_igmp(struct cursor *to, const struct query_message *query,
		     const struct mc_addr *group)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = (sizeof(ip) + sizeof(alert4)) / 4,
		.tos = TRAFFIC_CLASS,
		.tot_len = MC_BE16(sizeof(ip) + sizeof(alert4) + IGMP_LENGTH + 4 * query->count),
		.frag_off = MC_BE16(DONT_FRAGMENT),
		.ttl = 1,
		.protocol = IPPROTO_IGMP,
		.saddr = query->source.word[3],
		.daddr = group->word[3],
	};
	__u32 tenths = query->response_ms / 100;
	struct mc_igmp_header igmp = {
		.type = MC_IGMP_QUERY,
		.code = query_code8(tenths ? tenths : 1),
		.group = query->group.word[3],
	};
	size_t ip_at = to->length, at;

	put(to, &ip, sizeof(ip));
	put(to, alert4, sizeof(alert4));
	ip.check = checksum(to->start + ip_at, to->length - ip_at, 0);
	memcpy(to->start + ip_at, &ip, sizeof(ip));
	at = to->length;
	put(to, &igmp, sizeof(igmp));
	put_tail(to, query);
	igmp.checksum = checksum(to->start + at, to->length - at, 0);
	memcpy(to->start + at, &igmp, sizeof(igmp));
}

static __u64 pseudo_sum(const struct mc_addr *source, const struct mc_addr *group, size_t length)
{
	struct mc_frame frame = { .source = *source, .group = *group };

	return mc_mld_pseudo_sum(&frame, (__u32)length);
}

static void put_mld(struct cursor *to, const struct query_message *query,
		    const struct mc_addr *group)
{
	size_t length = MLD_LENGTH + 16 * query->count;
	struct ip6_hdr ip = {
		.ip6_flow = MC_BE32(6u << 28 | TRAFFIC_CLASS << 20),
		.ip6_plen = MC_BE16(sizeof(alert6) + length),
		.ip6_nxt = IPPROTO_HOPOPTS,
		.ip6_hlim = 1,
	};
	struct mc_mld_header mld = {
		.type = MC_MLD_QUERY,
		.delay = MC_BE16(query_code16(query->response_ms ? query->response_ms : 1)),
	};
	size_t at;

	memcpy(&ip.ip6_src, &query->source, sizeof(ip.ip6_src));
	memcpy(&ip.ip6_dst, group, sizeof(ip.ip6_dst));
	put(to, &ip, sizeof(ip));
	put(to, alert6, sizeof(alert6));
	at = to->length;
	put(to, &mld, sizeof(mld));
	put(to, &query->group, sizeof(query->group));
	put_tail(to, query);
	mld.checksum = checksum(to->start + at, length, pseudo_sum(&query->source, group, length));
	memcpy(to->start + at, &mld, sizeof(mld));
}

/* NOLINTNEXTLINE(readability-non-const-parameter): written through the cursor */
size_t query_build(const struct query_message *query, __u8 *frame)
{
	struct mc_addr group = destination(query);
	struct cursor to = { frame, 0 };

	put_ethernet(&to, query, &group);
	if (query->ipv6)
		put_mld(&to, query, &group);
	else
		put_igmp(&to, query, &group);
	return to.length;
}
