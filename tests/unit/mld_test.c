/* SPDX-License-Identifier: Apache-2.0 */
/* include/bpfcast/mld.h: one message of each type, each reason to refuse one. */
#include <stdlib.h>
#include <string.h>

#include <bpfcast/mld.h>
#include <bpfcast/util.h>
#include <tests/kit/mld.h>
#include <tests/kit/packet.h>
#include <tests/kit/test.h>

#define GROUP	ip6("ff15::1:2:3")
#define HEADER	(14 + 40)    /* offset of the Hop-by-Hop header */
#define MESSAGE (HEADER + 8) /* of the message behind it */
#define NOT_MLD (-1)

static struct frame frame;
static struct mc_message message;

/* On a copy of exactly its size, so that ASan sees a read beyond it. */
static int parse(void)
{
	__u8 *copy = malloc(frame.length ? frame.length : 1);
	mc_packet packet = { copy, frame.length };
	struct mc_frame h;
	int reason;

	assert_non_null(copy);
	memcpy(copy, frame.byte, frame.length);
	memset(&message, 0x55, sizeof(message));
	reason = mc_frame_load(&packet, 0, frame.length, MC_BE16(ETHERTYPE_IPV6), &h);
	if (!reason) {
		int found = mc_mld_find(&packet, &h);

		if (found > 0)
			reason = mc_mld_parse(&packet, &h, &message);
		else
			reason = found ? -found : NOT_MLD;
	}
	free(copy);
	return reason;
}

static int parse_message(const struct ipv6 *ip, const struct mld *mld)
{
	packet_mld_from(&frame, ip);
	frame_mld(&frame, mld);
	frame_finish(&frame);
	return parse();
}

static void expect_group(const struct mc_addr *is, struct ip6 wanted)
{
	assert_memory_equal(is, &wanted, sizeof(wanted));
}

static void expect_parsed(__u8 kind, __u8 version, unsigned int records, struct ip6 group)
{
	assert_int_equal(parse(), 0);
	assert_int_equal(message.kind, kind);
	assert_int_equal(message.version, version);
	assert_int_equal(message.ipv6, 1);
	assert_int_equal(message.records, records);
	assert_int_equal(message.offset, MESSAGE + 8);
	assert_int_equal(message.end, frame.length);
	expect_group(&message.group, group);
}

static void messages_of_v1(void **state)
{
	struct mld query = { .type = MLD_QUERY, .delay = 10000, .group = ip6("::") };

	(void)state;
	packet_join6_v1(&frame, GROUP);
	expect_parsed(MC_MESSAGE_JOIN, 1, 0, GROUP);
	packet_done6_v1(&frame, GROUP);
	expect_parsed(MC_MESSAGE_LEAVE, 1, 0, GROUP);
	packet_mld(&frame, ALL_NODES6);
	frame_mld(&frame, &query);
	frame_finish(&frame);
	expect_parsed(MC_MESSAGE_QUERY, 1, 0, ip6("::"));
	query.group = GROUP;
	packet_mld(&frame, GROUP);
	frame_mld(&frame, &query);
	frame_finish(&frame);
	expect_parsed(MC_MESSAGE_QUERY, 1, 0, GROUP);
}

/* See kit_test.c for where they come from. */
static void frames_that_linux_sent(void **state)
{
	(void)state;
	frame_from_hex(
		&frame,
		"3333000200030200000a000186dd6000000000200001fe8000000000000000000000000a0001"
		"ff1500000000000000000001000200033a0005020000010083007fe900000000ff1500000000"
		"00000000000100020003");
	expect_parsed(MC_MESSAGE_JOIN, 1, 0, GROUP);
	frame_from_hex(
		&frame,
		"3333000000020200000a000186dd6000000000200001fe8000000000000000000000000a0001"
		"ff0200000000000000000000000000023a0005020000010084007f0000000000ff1500000000"
		"00000000000100020003");
	expect_parsed(MC_MESSAGE_LEAVE, 1, 0, GROUP);
	frame_from_hex(
		&frame,
		"3333000000160200000a000186dd6000000000240001fe8000000000000000000000000a0001"
		"ff0200000000000000000000000000163a000502000001008f006fe70000000104000000ff15"
		"0000000000000000000100020003");
	expect_parsed(MC_MESSAGE_REPORT, 2, 1, ip6("::"));
	frame_from_hex(
		&frame, /* a router solicitation */
		"3333000000020200000a000186dd6000000000103afffe8000000000000000000000000a0001"
		"ff02000000000000000000000000000285007a180000000001010200000a0001");
	assert_int_equal(parse(), NOT_MLD);
}

static void queries_of_v2(void **state)
{
	struct query6 query = { .code = 10000, .group = ip6("::"), .robustness = 2 };

	(void)state;
	for (query.sources = 0; query.sources < 89; query.sources++) {
		packet_mld(&frame, ALL_NODES6);
		frame_query6(&frame, &query);
		frame_finish(&frame);
		expect_parsed(MC_MESSAGE_QUERY, 2, 0, query.group);
		query.group = GROUP;
	}
}

/* RFC 9777 section 8.1: by length. */
static void versions_of_queries(void **state)
{
	struct mld query = { .type = MLD_QUERY, .group = GROUP };

	(void)state;
	for (unsigned int more = 0; more < 40; more++) {
		packet_mld(&frame, ALL_NODES6);
		frame_mld(&frame, &query);
		frame_add(&frame, NULL, more);
		frame_finish(&frame);
		assert_int_equal(parse(), more > 0 && more < 4 ? MC_R_MLD_TRUNCATED : 0);
		if (!more || more >= 4)
			assert_int_equal(message.version, more ? 2 : 1);
	}
}

/* ICMPv6 of other types is data, and so is all that is not ICMPv6. */
static void each_type(void **state)
{
	struct mld mld = { .group = GROUP };
	struct ipv6 ip = mld_header(GROUP);

	(void)state;
	for (int type = 0; type < 256; type++) {
		int wanted = NOT_MLD;

		if (type == MLD_QUERY || type == MLD_V1_REPORT)
			wanted = 0;
		if (type == MLD_V1_DONE || type == MLD_V2_REPORT)
			wanted = MC_R_MLD_DESTINATION;
		mld.type = type;
		assert_int_equal(parse_message(&ip, &mld), wanted);
	}
	packet_data6(&frame, GROUP, 100);
	assert_int_equal(parse(), NOT_MLD);
}

static void destinations(void **state)
{
	static const struct {
		__u8 type;
		const char *destination;
		bool valid;
	} cases[] = {
		{ MLD_V1_REPORT, "ff15::1:2:3", true },
		{ MLD_V1_REPORT, "ff15::1:2:4", false },
		{ MLD_V1_REPORT, "ff05::1:2:3", false },
		{ MLD_V1_REPORT, "ff02::2", false },
		{ MLD_V1_REPORT, "ff02::16", false },
		{ MLD_V1_DONE, "ff02::2", true },
		{ MLD_V1_DONE, "ff05::2", false },
		{ MLD_V1_DONE, "ff15::1:2:3", false },
		{ MLD_V1_DONE, "ff02::1", false },
		{ MLD_V1_DONE, "ff02::16", false },
		{ MLD_V2_REPORT, "ff02::16", true },
		{ MLD_V2_REPORT, "ff02::2", false },
		{ MLD_V2_REPORT, "ff02::1:16", false },
		{ MLD_V2_REPORT, "ff02:0:0:1::16", false },
		{ MLD_V2_REPORT, "ff02:0:1::16", false },
		{ MLD_V2_REPORT, "ff02:1::16", false },
		{ MLD_V2_REPORT, "ff15::1:2:3", false },
		{ MLD_QUERY, "ff02::1", true },
		{ MLD_QUERY, "ff15::1:2:3", true },
	};

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++) {
		struct ipv6 ip = mld_header(ip6(cases[i].destination));
		struct mld mld = { .type = cases[i].type, .group = GROUP };

		assert_int_equal(parse_message(&ip, &mld),
				 cases[i].valid ? 0 : MC_R_MLD_DESTINATION);
	}
}

static void hop_limit_must_be_one(void **state)
{
	struct mld mld = { .type = MLD_V1_REPORT, .group = GROUP };
	struct ipv6 ip = mld_header(GROUP);

	(void)state;
	for (int limit = 0; limit < 256; limit++) {
		ip.hop_limit = limit;
		assert_int_equal(parse_message(&ip, &mld), limit == 1 ? 0 : MC_R_MLD_HOP_LIMIT);
	}
}

/* RFC 9777 section 5.2.13: :: is of a host that has no address yet, and queries nothing. */
static void sources(void **state)
{
	static const struct {
		const char *source;
		bool link_local;
	} cases[] = {
		{ "fe80::1", true },	    { "fe80::", true },	  { "febf::1", true },
		{ "fec0::1", false },	    { "fe7f::1", false }, { "2001:db8::1", false },
		{ "fd00:244:1::2", false }, { "::1", false },	  { "::2", false },
		{ "ff02::1", false },
	};
	static const __u8 types[] = { MLD_QUERY, MLD_V1_REPORT, MLD_V1_DONE, MLD_V2_REPORT };

	(void)state;
	for (size_t t = 0; t < MC_ARRAY_SIZE(types); t++) {
		struct mld mld = { .type = types[t], .group = GROUP };
		struct ipv6 ip = mld_header(GROUP);

		if (mld.type == MLD_V1_DONE)
			ip.destination = ALL_ROUTERS6;
		if (mld.type == MLD_V2_REPORT)
			ip.destination = ALL_V2_ROUTERS6;
		for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++) {
			ip.source = ip6(cases[i].source);
			assert_int_equal(parse_message(&ip, &mld),
					 cases[i].link_local ? 0 : MC_R_MLD_SOURCE);
		}
		ip.source = ip6("::");
		assert_int_equal(parse_message(&ip, &mld),
				 mld.type == MLD_QUERY ? MC_R_MLD_SOURCE : 0);
	}
}

/* Each bit of the message, but those of a type that is none, and each of the addresses. */
static void each_wrong_bit_is_seen(void **state)
{
	struct mld mld = { .type = MLD_V1_REPORT, .group = GROUP, .checksum_off = 1 };
	struct ipv6 ip = mld_header(GROUP);

	(void)state;
	assert_int_equal(parse_message(&ip, &mld), MC_R_MLD_CHECKSUM);
	packet_join6_v1(&frame, GROUP);
	for (size_t bit = 8; bit < 24 * 8; bit++) {
		frame.byte[MESSAGE + bit / 8] ^= 1 << bit % 8;
		assert_int_equal(parse(), MC_R_MLD_CHECKSUM);
		frame.byte[MESSAGE + bit / 8] ^= 1 << bit % 8;
	}
	for (size_t bit = 16; bit < 32 * 8; bit++) { /* fe80 stays */
		frame.byte[14 + 8 + bit / 8] ^= 1 << bit % 8;
		assert_int_equal(parse(), MC_R_MLD_CHECKSUM);
		frame.byte[14 + 8 + bit / 8] ^= 1 << bit % 8;
	}
	frame.byte[MESSAGE] ^= 1;
	assert_int_equal(parse(), MC_R_MLD_CHECKSUM);
	frame.byte[MESSAGE] ^= 1;
	assert_int_equal(parse(), 0);
}

/* The length of the message is in the pseudo header; zeros behind it are not for nothing. */
static void a_longer_message(void **state)
{
	struct mld mld = { .type = MLD_V1_REPORT, .group = GROUP };

	(void)state;
	packet_mld(&frame, GROUP);
	frame_mld(&frame, &mld);
	frame_add_pattern(&frame, 101);
	frame_finish(&frame);
	expect_parsed(MC_MESSAGE_JOIN, 1, 0, GROUP);
	frame.byte[frame.length - 1] ^= 1;
	assert_int_equal(parse(), MC_R_MLD_CHECKSUM);
	packet_join6_v1(&frame, GROUP);
	frame_add_pattern(&frame, 14); /* Ethernet's padding is no part of it */
	assert_int_equal(parse(), 0);
	assert_int_equal(message.end, MESSAGE + 24);
	packet_join6_v1(&frame, GROUP);
	frame_add(&frame, NULL, 8);
	frame_set16(&frame, 14 + 4, 8 + 24 + 8);
	assert_int_equal(parse(), MC_R_MLD_CHECKSUM);
}

/* Sets lengths and checksums right again after a cut to at least the IPv6 header. */
static void mend(void)
{
	size_t length = frame.length - MESSAGE;
	__u32 sum = frame_sum(&frame, 14 + 8, 32, PROTOCOL_ICMP6 + length);

	frame_set16(&frame, 14 + 4, frame.length - HEADER);
	if (frame.length < MESSAGE + 4)
		return;
	frame_set16(&frame, MESSAGE + 2, 0);
	frame_set16(&frame, MESSAGE + 2, frame_fold(frame_sum(&frame, MESSAGE, length, sum)));
}

/* Cut at each byte: on the way, and by the sender, with all lengths right. */
static void expect_cuts(void)
{
	assert_int_equal(parse(), 0);
	for (size_t length = frame.length; length-- > 0;) {
		frame_cut(&frame, length);
		assert_int_equal(parse(), MC_R_MALFORMED);
		if (length < HEADER)
			continue;
		mend();
		assert_int_equal(parse(), length <= MESSAGE ? MC_R_MALFORMED : MC_R_MLD_TRUNCATED);
	}
}

static void cut_at_each_byte(void **state)
{
	static const struct record6 records[] = {
		{ .type = TO_EX, .sources = 1 },
		{ .type = TO_IN, .sources = 3, .aux_words = 2 },
		{ .type = 99, .aux_words = 1 },
	};
	struct mld query = { .type = MLD_QUERY, .group = GROUP };
	struct report6 report = { 0 };

	(void)state;
	packet_join6_v1(&frame, GROUP);
	expect_cuts();
	packet_done6_v1(&frame, GROUP);
	expect_cuts();
	packet_mld(&frame, GROUP);
	frame_mld(&frame, &query);
	frame_finish(&frame);
	expect_cuts();
	packet_mld(&frame, ALL_V2_ROUTERS6);
	frame_report6(&frame, &report);
	for (size_t i = 0; i < MC_ARRAY_SIZE(records); i++)
		frame_record6(&frame, &records[i]);
	frame_finish(&frame);
	expect_cuts();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_of_v1),
		cmocka_unit_test(frames_that_linux_sent),
		cmocka_unit_test(queries_of_v2),
		cmocka_unit_test(versions_of_queries),
		cmocka_unit_test(each_type),
		cmocka_unit_test(destinations),
		cmocka_unit_test(hop_limit_must_be_one),
		cmocka_unit_test(sources),
		cmocka_unit_test(each_wrong_bit_is_seen),
		cmocka_unit_test(a_longer_message),
		cmocka_unit_test(cut_at_each_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
