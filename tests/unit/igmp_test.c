/* SPDX-License-Identifier: Apache-2.0 */
/* include/bpfcast/igmp.h: one message of each type, and each reason to refuse one. */
#include <stdlib.h>
#include <string.h>

#include <bpfcast/igmp.h>
#include <bpfcast/util.h>
#include <tests/kit/packet.h>
#include <tests/kit/test.h>

#define GROUP	IP4(239, 1, 2, 3)
#define MESSAGE (14 + 24) /* offset in a frame with Router Alert */

static struct frame frame;
static struct mc_message igmp;

/* On a copy of exactly its size, so that ASan sees a read beyond it. */
static int parse(const struct frame *f)
{
	__u8 *copy = malloc(f->length);
	mc_packet packet = { copy, f->length };
	struct mc_frame h;
	int reason;

	assert_non_null(copy);
	memcpy(copy, f->byte, f->length);
	memset(&igmp, 0x55, sizeof(igmp));
	reason = mc_frame_load(&packet, 0, f->length, MC_BE16(ETHERTYPE_IPV4), &h);
	if (!reason)
		reason = mc_igmp_parse(&packet, &h, &igmp);
	free(copy);
	return reason;
}

static int parse_message(const struct ipv4 *ip, const struct igmp *message)
{
	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group(ip->destination), HOST_MAC, ETHERTYPE_IPV4);
	frame_ipv4(&frame, ip);
	frame_igmp(&frame, message);
	frame_finish(&frame);
	return parse(&frame);
}

/* @group: 0 for none, which is not 0.0.0.0 */
static void expect_parsed(__u8 kind, __u8 version, __u32 group)
{
	struct mc_addr none = { 0 }, wanted = mc_addr_v4(MC_BE32(group));

	assert_int_equal(parse(&frame), 0);
	assert_int_equal(igmp.kind, kind);
	assert_int_equal(igmp.version, version);
	assert_int_equal(igmp.ipv6, 0);
	assert_int_equal(igmp.records, 0);
	assert_memory_equal(&igmp.group, group ? &wanted : &none, sizeof(wanted));
	assert_int_equal(igmp.offset, MESSAGE + 8);
	assert_int_equal(igmp.end, MESSAGE + 8);
}

static void reports_and_leaves(void **state)
{
	(void)state;
	packet_join_v1(&frame, GROUP);
	expect_parsed(MC_MESSAGE_JOIN, 1, GROUP);
	packet_join_v2(&frame, GROUP);
	expect_parsed(MC_MESSAGE_JOIN, 2, GROUP);
	packet_leave_v2(&frame, GROUP);
	expect_parsed(MC_MESSAGE_LEAVE, 2, GROUP);
	packet_report(&frame, TO_EX, GROUP, 0);
	expect_parsed(MC_MESSAGE_REPORT, 3, 0);
}

/* Captured by scapy's builders: see kit_test.c for how they were made. */
static void frames_that_scapy_built(void **state)
{
	(void)state;
	frame_from_hex(&frame,
		       "01005e0102030200000a0001080046c00020000000000102271f0af40101ef010203940400"
		       "001600f8faef010203");
	expect_parsed(MC_MESSAGE_JOIN, 2, GROUP);
	frame_from_hex(&frame,
		       "01005e0000020200000a0001080046c0002000000000010238210af40101e0000002940400"
		       "001700f7faef010203");
	expect_parsed(MC_MESSAGE_LEAVE, 2, GROUP);
	frame_from_hex(&frame,
		       "01005e0000010200000a0001080046c00024000000000102381e0af40101e0000001940400"
		       "001164ec1e00000000027d0000");
	assert_int_equal(parse(&frame), 0);
	assert_int_equal(igmp.kind, MC_MESSAGE_QUERY);
	assert_int_equal(igmp.version, 3);
}

static void each_type(void **state)
{
	struct ipv4 ip = igmp_header(GROUP);
	struct igmp message = { .group = GROUP };

	(void)state;
	for (int type = 0; type < 256; type++) {
		int wanted = MC_R_IGMP_TYPE;

		if (type == IGMP_QUERY || type == IGMP_V1_REPORT || type == IGMP_V2_REPORT ||
		    type == IGMP_V2_LEAVE)
			wanted = 0;
		if (type == IGMP_V3_REPORT)
			wanted = MC_R_IGMP_DESTINATION;
		message.type = type;
		assert_int_equal(parse_message(&ip, &message), wanted);
	}
}

/* RFC 9776 section 7.1: by length and code. */
static void versions_of_queries(void **state)
{
	struct ipv4 ip = igmp_header(ALL_HOSTS);
	struct igmp message = { .type = IGMP_QUERY };

	(void)state;
	for (int code = 0; code < 256; code++) {
		message.code = code;
		assert_int_equal(parse_message(&ip, &message), 0);
		assert_int_equal(igmp.kind, MC_MESSAGE_QUERY);
		assert_int_equal(igmp.version, code ? 2 : 1);
	}
	for (unsigned int more = 1; more < 40; more++) {
		packet_igmp(&frame, ALL_HOSTS);
		frame_igmp(&frame, &message);
		frame_add(&frame, NULL, more);
		frame_finish(&frame);
		assert_int_equal(parse(&frame), more < 4 ? MC_R_IGMP_TRUNCATED : 0);
		if (more >= 4)
			assert_int_equal(igmp.version, 3);
	}
}

static void destinations(void **state)
{
	static const struct {
		__u8 type;
		__u32 destination;
		bool valid;
	} cases[] = {
		{ IGMP_V1_REPORT, GROUP, true },
		{ IGMP_V1_REPORT, GROUP + 1, false },
		{ IGMP_V1_REPORT, ALL_HOSTS, false },
		{ IGMP_V2_REPORT, GROUP, true },
		{ IGMP_V2_REPORT, ALL_ROUTERS, false },
		{ IGMP_V2_REPORT, ALL_V3_ROUTERS, false },
		{ IGMP_V2_LEAVE, ALL_ROUTERS, true },
		{ IGMP_V2_LEAVE, GROUP, true }, /* RFC 2236 section 9 */
		{ IGMP_V2_LEAVE, GROUP + 1, false },
		{ IGMP_V2_LEAVE, ALL_HOSTS, false },
		{ IGMP_V3_REPORT, ALL_V3_ROUTERS, true },
		{ IGMP_V3_REPORT, ALL_ROUTERS, false },
		{ IGMP_V3_REPORT, GROUP, false },
		{ IGMP_QUERY, ALL_HOSTS, true },
		{ IGMP_QUERY, GROUP, true },
	};

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++) {
		struct ipv4 ip = igmp_header(cases[i].destination);
		struct igmp message = { .type = cases[i].type, .group = GROUP };

		if (cases[i].type == IGMP_V3_REPORT)
			message.group = 0; /* no records */
		assert_int_equal(parse_message(&ip, &message),
				 cases[i].valid ? 0 : MC_R_IGMP_DESTINATION);
	}
}

static void ttl_must_be_one(void **state)
{
	struct ipv4 ip = igmp_header(GROUP);
	struct igmp message = { .type = IGMP_V2_REPORT, .group = GROUP };

	(void)state;
	for (int ttl = 0; ttl < 256; ttl++) {
		ip.ttl = ttl;
		assert_int_equal(parse_message(&ip, &message), ttl == 1 ? 0 : MC_R_IGMP_TTL);
	}
}

static void fragments_are_refused(void **state)
{
	struct ipv4 ip = igmp_header(GROUP);
	struct igmp message = { .type = IGMP_V2_REPORT, .group = GROUP };

	(void)state;
	ip.fragment = FRAGMENT_MORE;
	assert_int_equal(parse_message(&ip, &message), MC_R_IGMP_FRAGMENT);
	ip.fragment = 1;
	assert_int_equal(parse_message(&ip, &message), MC_R_IGMP_FRAGMENT);
	ip.fragment = 0x1fff;
	assert_int_equal(parse_message(&ip, &message), MC_R_IGMP_FRAGMENT);
	ip.fragment = FRAGMENT_DF;
	assert_int_equal(parse_message(&ip, &message), 0);
}

/* 0.0.0.0 is of a host that has no address yet: RFC 9776 section 4.2.14. */
static void sources(void **state)
{
	struct igmp message = { .type = IGMP_V2_REPORT, .group = GROUP };
	struct ipv4 ip = igmp_header(GROUP);

	(void)state;
	for (int top = 0; top < 256; top++) {
		ip.source = IP4(top, 0, 0, top ? 1 : 0);
		assert_int_equal(parse_message(&ip, &message),
				 top == 127 || top >= 224 ? MC_R_BAD_SOURCE : 0);
	}
	ip.source = IP4(0, 0, 0, 1);
	assert_int_equal(parse_message(&ip, &message), MC_R_BAD_SOURCE);
}

static void each_wrong_bit_is_seen(void **state)
{
	(void)state;
	for (int bit = 0; bit < 64; bit++) {
		packet_join_v2(&frame, GROUP);
		frame.byte[MESSAGE + bit / 8] ^= 1 << bit % 8;
		assert_int_equal(parse(&frame), MC_R_IGMP_CHECKSUM);
	}
}

static void header_of_any_length(void **state)
{
	static const __u8 nop[40] = { 1, 1, 1, 1 };
	struct igmp message = { .type = IGMP_V2_REPORT, .group = GROUP };
	struct ipv4 ip = igmp_header(GROUP);

	(void)state;
	ip.options = nop;
	for (ip.options_length = 0; ip.options_length <= sizeof(nop); ip.options_length += 4) {
		assert_int_equal(parse_message(&ip, &message), 0);
		assert_int_equal(igmp.offset, 14 + 20 + ip.options_length + 8);
	}
}

/* RFC 2236 section 2.5: longer messages are read as far as they are known, and checked whole. */
static void a_longer_message(void **state)
{
	struct igmp message = { .type = IGMP_V2_REPORT, .group = GROUP };

	(void)state;
	packet_igmp(&frame, GROUP);
	frame_igmp(&frame, &message);
	frame_add_pattern(&frame, 101);
	frame_finish(&frame);
	assert_int_equal(parse(&frame), 0);
	assert_int_equal(igmp.end, MESSAGE + 8 + 101);
	frame.byte[frame.length - 1] ^= 1;
	assert_int_equal(parse(&frame), MC_R_IGMP_CHECKSUM);
	packet_join_v2(&frame, GROUP);
	frame_add_pattern(&frame, 14); /* Ethernet's padding is no part of it */
	assert_int_equal(parse(&frame), 0);
	assert_int_equal(igmp.end, MESSAGE + 8);
}

/* Cut by its sender, with an IP header that fits: too short for any message. */
static void a_shorter_message(void **state)
{
	struct ipv4 ip = igmp_header(GROUP);

	(void)state;
	for (size_t length = 0; length < 8; length++) {
		packet_ipv4(&frame, &ip, length);
		assert_int_equal(parse(&frame), MC_R_IGMP_TRUNCATED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_and_leaves),
		cmocka_unit_test(frames_that_scapy_built),
		cmocka_unit_test(each_type),
		cmocka_unit_test(versions_of_queries),
		cmocka_unit_test(destinations),
		cmocka_unit_test(ttl_must_be_one),
		cmocka_unit_test(fragments_are_refused),
		cmocka_unit_test(sources),
		cmocka_unit_test(each_wrong_bit_is_seen),
		cmocka_unit_test(header_of_any_length),
		cmocka_unit_test(a_longer_message),
		cmocka_unit_test(a_shorter_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
