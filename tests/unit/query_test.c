/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agent/query.h: frames as the RFCs draw them, byte for byte; as the kit builds them; and as our own
 * parser reads them.
 */
#include <string.h>

#include <agent/query.h>
#include <bpfcast/igmp.h>
#include <bpfcast/mld.h>
#include <bpfcast/query.h>
#include <bpfcast/util.h>
#include <maps/text.h>
#include <tests/kit/mld.h>
#include <tests/kit/packet.h>
#include <tests/kit/test.h>

static struct frame built, wanted;
static const __u8 host_mac[6] = { 0x02, 0, 0, 0x0a, 0, 0x01 };

static struct mc_addr addr(const char *text)
{
	struct mc_addr addr;

	assert_int_equal(mc_addr_parse(text, &addr), 0);
	return addr;
}

static void build(const struct query_message *query)
{
	struct query_message with_mac = *query;

	memcpy(with_mac.mac, host_mac, sizeof(host_mac));
	memset(&built, 0, sizeof(built));
	built.length = query_build(&with_mac, built.byte);
}

/* RFC 9776 section 4.1; the checksums by hand. */
static void a_general_query_of_igmp(void **state)
{
	const struct query_message query = {
		.source = addr("192.0.2.1"),
		.response_ms = 10000,
		.robustness = 2,
		.query_ms = 125000,
	};

	(void)state;
	build(&query);
	frame_from_hex(&wanted, "01005e000001 0200000a0001 0800"
				"46c0 0024 0000 4000 0102 4211 c0000201 e0000001 94040000"
				"1164 ec1e 00000000 027d 0000");
	assert_frames_equal(&built, &wanted);
}

static void a_general_query_of_mld(void **state)
{
	const struct query_message query = {
		.ipv6 = true,
		.source = addr("fe80::1"),
		.response_ms = 10000,
		.robustness = 2,
		.query_ms = 125000,
	};

	(void)state;
	build(&query);
	frame_from_hex(&wanted, "333300000001 0200000a0001 86dd"
				"6c000000 0024 0001 fe800000000000000000000000000001"
				"ff020000000000000000000000000001 3a00 05020000 0100"
				"8200 5696 2710 0000 00000000000000000000000000000000 027d 0000");
	assert_frames_equal(&built, &wanted);
}

/* How the kit, which owes nothing to the code under test, has to be told the same. */
struct coded {
	unsigned int response, interval;
};

static void expect_igmp(const struct query_message *message, struct coded coded)
{
	__u32 group = MC_BE32(message->group.word[3]);
	struct ipv4 ip = igmp_header(group ? group : ALL_HOSTS);
	const struct query query = {
		.code = coded.response,
		.group = group,
		.suppress = message->suppress,
		.robustness = message->robustness,
		.interval = coded.interval,
		.sources = message->count,
	};

	ip.fragment = FRAGMENT_DF;
	ip.source = MC_BE32(message->source.word[3]);
	frame_start(&wanted);
	frame_ethernet(&wanted, mac_of_group(ip.destination), HOST_MAC, ETHERTYPE_IPV4);
	if (message->vlan)
		frame_vlan(&wanted, ETHERTYPE_VLAN, message->vlan);
	frame_ipv4(&wanted, &ip);
	frame_query(&wanted, &query);
	frame_finish(&wanted);
	build(message);
	assert_frames_equal(&built, &wanted);
}

static struct ip6 to_ip6(const struct mc_addr *addr)
{
	struct ip6 to;

	memcpy(to.byte, addr->byte, sizeof(to.byte));
	return to;
}

static void expect_mld(const struct query_message *message, struct coded coded)
{
	bool general = mc_addr_is_zero(&message->group);
	struct ipv6 ip = mld_header(general ? ALL_NODES6 : to_ip6(&message->group));
	const struct query6 query = {
		.code = (__u16)coded.response,
		.group = to_ip6(&message->group),
		.suppress = message->suppress,
		.robustness = message->robustness,
		.interval = coded.interval,
		.sources = message->count,
	};
	struct extension alert = { PROTOCOL_ICMP6, router_alert6, ROUTER_ALERT6_LENGTH, 0 };

	ip.source = to_ip6(&message->source);
	ip.traffic_class = 0xc0;
	frame_start(&wanted);
	frame_ethernet(&wanted, mac_of_group6(ip.destination), HOST_MAC, ETHERTYPE_IPV6);
	frame_ipv6(&wanted, &ip);
	frame_extension(&wanted, &alert);
	frame_query6(&wanted, &query);
	frame_finish(&wanted);
	build(message);
	assert_frames_equal(&built, &wanted);
}

static void specific_queries_of_igmp(void **state)
{
	struct query_message message = {
		.source = addr("0.0.0.0"),
		.group = addr("239.1.1.1"),
		.response_ms = 1000,
		.robustness = 7,
		.query_ms = 1000,
	};
	struct mc_addr sources[300];

	(void)state;
	expect_igmp(&message, (struct coded){ 10, 1 });
	message.suppress = true;
	message.vlan = 42;
	expect_igmp(&message, (struct coded){ 10, 1 });
	for (unsigned int i = 0; i < MC_ARRAY_SIZE(sources); i++)
		sources[i] = mc_addr_v4(MC_BE32(source_at(i)));
	message.sources = sources;
	for (message.count = 1; message.count <= 300; message.count += 23)
		expect_igmp(&message, (struct coded){ 10, 1 });
}

static void specific_queries_of_mld(void **state)
{
	struct query_message message = {
		.ipv6 = true,
		.source = addr("fe80::7"),
		.group = addr("ff0e::77"),
		.response_ms = 40000,
		.robustness = 3,
		.query_ms = 600000,
	};
	struct mc_addr sources[60];

	(void)state;
	/* 40000 = (0x1000 | 0x388) << 3; 600 s = 0x12 << 5 and 24 more */
	expect_mld(&message, (struct coded){ 0x8388, 0xa2 });
	message.suppress = true;
	for (unsigned int i = 0; i < MC_ARRAY_SIZE(sources); i++) {
		struct ip6 source = source6_at(i);

		memcpy(&sources[i], &source, sizeof(source));
	}
	message.sources = sources;
	for (message.count = 1; message.count <= 60; message.count += 7)
		expect_mld(&message, (struct coded){ 0x8388, 0xa2 });
}

/* Section 4.1.6: what does not fit three bits is not said; section 4.1.1: 0 would be "at once". */
static void values_at_their_bounds(void **state)
{
	struct query_message message = {
		.source = addr("192.0.2.1"),
		.response_ms = 1,
		.robustness = 7,
		.query_ms = 1,
	};

	(void)state;
	expect_igmp(&message, (struct coded){ 1, 1 });
	message.robustness = 8;
	build(&message);
	assert_int_equal(built.byte[14 + 24 + 8], 0);
	message = (struct query_message){ .ipv6 = true, .source = addr("fe80::7"), .query_ms = 1 };
	expect_mld(&message, (struct coded){ 1, 1 });
}

/* A link's MTU bounds the sources, and what has so many fits exactly. */
static void as_many_sources_as_fit(void **state)
{
	static const __u32 mtus[] = { 68, 576, 1280, 1450, 1500, 9000 };

	(void)state;
	assert_int_equal(query_sources_max(false, 1500), 366); /* section 4.1.8 */
	assert_int_equal(query_sources_max(true, 1500), 89);   /* RFC 9777 section 5.1.10 */
	for (size_t i = 0; i < MC_ARRAY_SIZE(mtus); i++) {
		for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
			__u32 count = query_sources_max(ipv6, mtus[i]);
			struct mc_addr *sources = test_calloc(count + 1, sizeof(*sources));
			const struct query_message message = {
				.ipv6 = ipv6,
				.source = addr(ipv6 ? "fe80::1" : "192.0.2.1"),
				.group = addr(ipv6 ? "ff0e::1" : "239.1.1.1"),
				.sources = sources,
				.count = count,
			};

			build(&message);
			if (count) {
				assert_true(built.length <= 14 + mtus[i]);
				assert_true(built.length + (ipv6 ? 16 : 4) > 14 + mtus[i]);
			}
			test_free(sources);
		}
	}
}

/* The largest that is not above, and what the parser makes of it. */
static void codes(void **state)
{
	(void)state;
	for (__u32 value = 0; value < 32000; value++) {
		__u8 code = query_code8(value);

		assert_true(mc_code8_value(code) <= value);
		if (code < 255)
			assert_true(mc_code8_value(code + 1) > value);
	}
	for (__u32 value = 0; value < 8400000; value += 7) {
		__u16 code = query_code16(value);

		assert_true(mc_code16_value(code) <= value);
		if (code < 65535)
			assert_true(mc_code16_value(code + 1) > value);
	}
	assert_int_equal(query_code8(UINT32_MAX), 255);
	assert_int_equal(query_code16(UINT32_MAX), 65535);
}

/* ---- include/bpfcast/query.h reads what was built ---- */

static int read_back(struct mc_message *message, struct mc_query *query)
{
	mc_packet packet = { built.byte, built.length };
	struct mc_frame frame = { 0 };
	int ipv6 = built.byte[12] == 0x86, reason;

	reason = mc_frame_load(&packet, 0, (__u32)built.length,
			       ipv6 ? MC_BE16(ETHERTYPE_IPV6) : MC_BE16(ETHERTYPE_IPV4), &frame);
	assert_int_equal(reason, 0);
	if (ipv6) {
		assert_int_equal(mc_mld_find(&packet, &frame), 1);
		assert_int_equal(mc_mld_parse(&packet, &frame, message), 0);
	} else {
		assert_int_equal(mc_igmp_parse(&packet, &frame, message), 0);
	}
	assert_int_equal(message->kind, MC_MESSAGE_QUERY);
	return mc_query_load(&packet, message, query);
}

static void the_parser_reads_them(void **state)
{
	struct mc_addr sources[3] = { addr("10.0.0.1"), addr("10.0.0.2"), addr("10.0.0.3") };
	struct query_message sent = {
		.source = addr("192.0.2.1"),
		.group = addr("239.1.1.1"),
		.response_ms = 2500,
		.suppress = true,
		.robustness = 5,
		.query_ms = 90000,
		.sources = sources,
		.count = 3,
	};
	struct mc_message message;
	struct mc_query query;

	(void)state;
	for (int ipv6 = 0; ipv6 <= 1; ipv6++) {
		sent.ipv6 = ipv6;
		sent.source = addr(ipv6 ? "fe80::1" : "192.0.2.1");
		sent.group = addr(ipv6 ? "ff0e::1" : "239.1.1.1");
		build(&sent);
		assert_int_equal(read_back(&message, &query), 0);
		assert_true(mc_addr_equal(&message.group, &sent.group));
		assert_int_equal(message.version, ipv6 ? 2 : 3);
		assert_int_equal(query.response_ms, 2500);
		assert_int_equal(query.suppress, 1);
		assert_int_equal(query.robustness, 5);
		assert_int_equal(query.interval_s, 90);
		assert_int_equal(query.sources, 3);
		assert_memory_equal(built.byte + query.offset, sources[0].byte + (ipv6 ? 0 : 12),
				    ipv6 ? 16 : 4);
	}
}

/* More sources announced than there are. */
static void a_query_that_lies_is_refused(void **state)
{
	struct query query = { .code = 100, .group = IP4(239, 1, 1, 1), .sources = 2 };
	struct mc_message message;
	struct mc_query read;

	(void)state;
	query.sources_off = 1;
	packet_igmp(&built, IP4(239, 1, 1, 1));
	frame_query(&built, &query);
	frame_finish(&built);
	assert_int_equal(read_back(&message, &read), MC_R_IGMP_TRUNCATED);
}

/* RFC 2236 section 4: v1 says nothing and means ten seconds; v2 tenths, linear throughout. */
static void older_versions(void **state)
{
	static const struct {
		__u8 code;
		__u8 version;
		__u32 ms;
	} cases[] = { { 0, 1, 10000 }, { 100, 2, 10000 }, { 255, 2, 25500 } };
	struct mc_message message;
	struct mc_query query;

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++) {
		struct igmp igmp = { .type = IGMP_QUERY, .code = cases[i].code };
		packet_igmp(&built, ALL_HOSTS);
		frame_igmp(&built, &igmp);
		frame_finish(&built);
		assert_int_equal(read_back(&message, &query), 0);
		assert_int_equal(message.version, cases[i].version);
		assert_int_equal(query.response_ms, cases[i].ms);
		assert_int_equal(query.robustness + query.interval_s + query.suppress, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_general_query_of_igmp),
		cmocka_unit_test(a_general_query_of_mld),
		cmocka_unit_test(specific_queries_of_igmp),
		cmocka_unit_test(specific_queries_of_mld),
		cmocka_unit_test(values_at_their_bounds),
		cmocka_unit_test(as_many_sources_as_fit),
		cmocka_unit_test(codes),
		cmocka_unit_test(the_parser_reads_them),
		cmocka_unit_test(a_query_that_lies_is_refused),
		cmocka_unit_test(older_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
