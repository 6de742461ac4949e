/* SPDX-License-Identifier: Apache-2.0 */
/* include/bpfcast/frame.h: reading the headers of both families, and what data must look like. */
#include <stdlib.h>
#include <string.h>

#include <bpfcast/frame.h>
#include <bpfcast/util.h>
#include <tests/kit/mld.h>
#include <tests/kit/packet.h>
#include <tests/kit/test.h>

#define GROUP  IP4(239, 1, 2, 3)
#define GROUP6 ip6("ff15::1:2:3")

static struct frame frame;
static struct mc_frame headers;

/* On a copy of exactly its size, so that ASan sees a read beyond it. */
static int load_type(const struct frame *f, __u32 offset, unsigned int type)
{
	__u8 *copy = malloc(f->length ? f->length : 1);
	mc_packet packet = { copy, f->length };
	int reason;

	assert_non_null(copy);
	memcpy(copy, f->byte, f->length);
	memset(&headers, 0x55, sizeof(headers));
	reason = mc_frame_load(&packet, offset, f->length, MC_BE16(type), &headers);
	free(copy);
	return reason;
}

static int load_at(const struct frame *f, __u32 offset)
{
	return load_type(f, offset, ETHERTYPE_IPV4);
}

static int load6(const struct ipv6 *ip, size_t payload)
{
	packet_ipv6(&frame, ip, payload);
	return load_type(&frame, 0, ETHERTYPE_IPV6);
}

static int load(const struct ipv4 *ip, size_t payload)
{
	packet_ipv4(&frame, ip, payload);
	return load_at(&frame, 0);
}

static void each_field_is_where_it_belongs(void **state)
{
	struct ipv4 ip = ipv4_header(SENDER, GROUP, PROTOCOL_UDP);
	const __u8 source[6] = { 0x02, 0x00, 0x00, 0x0a, 0x00, 0x01 };
	const __u8 destination[6] = { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 };

	(void)state;
	ip.tos = 0xb8;
	ip.id = 0x1234;
	ip.fragment = FRAGMENT_DF;
	assert_int_equal(load(&ip, 10), 0);
	assert_memory_equal(headers.eth.h_dest, destination, 6);
	assert_memory_equal(headers.eth.h_source, source, 6);
	assert_int_equal(MC_BE16(headers.eth.h_proto), ETHERTYPE_IPV4);
	assert_int_equal(headers.ipv6, 0);
	assert_int_equal(headers.payload, 14 + 20);
	assert_int_equal(headers.end, 14 + 30);
	assert_int_equal(headers.tos, 0xb8);
	assert_int_equal(headers.fragment, 0);
	assert_int_equal(headers.alert, 0);
	assert_int_equal(headers.ttl, 64);
	assert_int_equal(headers.protocol, PROTOCOL_UDP);
	assert_true(mc_addr_is_v4(&headers.source));
	assert_int_equal(MC_BE32(headers.source.word[3]), SENDER);
	assert_true(mc_addr_is_v4(&headers.group));
	assert_int_equal(MC_BE32(headers.group.word[3]), GROUP);
}

static void each_field_of_ipv6(void **state)
{
	const __u8 source[6] = { 0x02, 0x00, 0x00, 0x0a, 0x00, 0x01 };
	const __u8 destination[6] = { 0x33, 0x33, 0x00, 0x02, 0x00, 0x03 };
	struct ipv6 ip = ipv6_header(SENDER6, GROUP6, PROTOCOL_UDP);

	(void)state;
	ip.traffic_class = 0xb9;
	ip.flow = 0xfedcb;
	assert_int_equal(load6(&ip, 10), 0);
	assert_memory_equal(headers.eth.h_dest, destination, 6);
	assert_memory_equal(headers.eth.h_source, source, 6);
	assert_int_equal(MC_BE16(headers.eth.h_proto), ETHERTYPE_IPV6);
	assert_int_equal(headers.ipv6, 1);
	assert_int_equal(headers.payload, 14 + 40);
	assert_int_equal(headers.end, 14 + 50);
	assert_int_equal(headers.tos, 0xb9);
	assert_int_equal(headers.fragment, 0);
	assert_int_equal(headers.alert, 0);
	assert_int_equal(headers.ttl, 64);
	assert_int_equal(headers.protocol, PROTOCOL_UDP);
	assert_memory_equal(&headers.source, &ip.source, 16);
	assert_memory_equal(&headers.group, &ip.destination, 16);
}

static void other_types_are_not_ours(void **state)
{
	(void)state;
	packet_data(&frame, GROUP, 10);
	for (unsigned int type = 0; type <= 0xffff; type++)
		if (type != ETHERTYPE_IPV4 && type != ETHERTYPE_IPV6)
			assert_int_equal(load_type(&frame, 0, type), MC_R_NOT_OURS);
	assert_int_equal(load_type(&frame, 0, ETHERTYPE_IPV6), MC_R_MALFORMED);
	packet_data6(&frame, GROUP6, 10);
	assert_int_equal(load_type(&frame, 0, ETHERTYPE_IPV4), MC_R_MALFORMED);
	assert_int_equal(load_type(&frame, 0, ETHERTYPE_IPV6), 0);
}

static void at_an_offset(void **state)
{
	static struct frame outer;

	(void)state;
	packet_data(&frame, GROUP, 10);
	packet_encapsulated(&outer, 7, &frame);
	assert_int_equal(load_at(&outer, VXLAN_OVERHEAD), 0);
	assert_int_equal(MC_BE32(headers.group.word[3]), GROUP);
	assert_int_equal(headers.payload, VXLAN_OVERHEAD + 14 + 20);
	assert_int_equal(headers.end, outer.length);
	frame_cut(&outer, outer.length - 1);
	assert_int_equal(load_at(&outer, VXLAN_OVERHEAD), MC_R_MALFORMED);
}

static void a_frame_cut_at_each_byte(void **state)
{
	(void)state;
	packet_data(&frame, GROUP, 10);
	for (size_t length = frame.length; length-- > 0;) {
		frame_cut(&frame, length);
		assert_int_equal(load_at(&frame, 0), MC_R_MALFORMED);
	}
	packet_data6(&frame, GROUP6, 10);
	for (size_t length = frame.length; length-- > 0;) {
		frame_cut(&frame, length);
		assert_int_equal(load_type(&frame, 0, ETHERTYPE_IPV6), MC_R_MALFORMED);
	}
}

static void lengths_that_contradict(void **state)
{
	const struct ipv4 right = ipv4_header(SENDER, GROUP, PROTOCOL_UDP);
	struct ipv4 ip;

	(void)state;
	for (int version = 0; version < 16; version++) {
		ip = right;
		ip.version = version;
		assert_int_equal(load(&ip, 10), version == 4 ? 0 : MC_R_MALFORMED);
	}
	for (int ihl = 0; ihl < 16; ihl++) { /* 30 bytes: seven words and a half */
		ip = right;
		ip.ihl_off = ihl - 5;
		assert_int_equal(load(&ip, 10), ihl >= 5 && ihl <= 7 ? 0 : MC_R_MALFORMED);
	}
	for (int total = 0; total <= 0xffff; total++) { /* 30 is right, 20 to 29 leaves padding */
		ip = right;
		ip.total_off = total - 30;
		assert_int_equal(load(&ip, 10), total >= 20 && total <= 30 ? 0 : MC_R_MALFORMED);
	}
}

static void lengths_of_ipv6_that_contradict(void **state)
{
	const struct ipv6 right = ipv6_header(SENDER6, GROUP6, PROTOCOL_UDP);
	struct ipv6 ip = right;

	(void)state;
	for (int version = 0; version < 16; version++) {
		ip.version = version;
		assert_int_equal(load6(&ip, 10), version == 6 ? 0 : MC_R_MALFORMED);
	}
	ip = right;
	for (int length = 0; length <= 0xffff; length++) { /* 10 is right, 0 to 9 leave padding */
		ip.length_off = length - 10;
		assert_int_equal(load6(&ip, 10), length <= 10 ? 0 : MC_R_MALFORMED);
		if (length <= 10)
			assert_int_equal(headers.end, 14 + 40 + length);
	}
}

static void fragments(void **state)
{
	static const struct {
		__u16 field;
		bool fragment;
	} cases[] = {
		{ 0, false },	   { FRAGMENT_DF, false },
		{ 0x8000, false }, { FRAGMENT_MORE, true },
		{ 1, true },	   { 0x1fff, true },
		{ 0x1000, true },  { 0x3fff, true },
		{ 0xc000, false }, { 0x4001, true },
	};

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++) {
		struct ipv4 ip = ipv4_header(SENDER, GROUP, PROTOCOL_UDP);

		ip.fragment = cases[i].field;
		assert_int_equal(load(&ip, 10), 0);
		assert_int_equal(headers.fragment, cases[i].fragment);
	}
}

static void the_mac_must_be_the_groups(void **state)
{
	(void)state;
	for (__u32 top = 0; top < 32; top++) {
		packet_data(&frame, IP4(224, 0, 0, 0) + (top << 23) + 0x7fffff, 10);
		assert_int_equal(load_at(&frame, 0), 0);
		assert_true(mc_frame_mac_matches(&headers));
	}
	for (int bit = 0; bit < 48; bit++) {
		packet_data(&frame, GROUP, 10);
		frame.byte[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(load_at(&frame, 0), 0);
		assert_false(mc_frame_mac_matches(&headers));
		assert_int_equal(mc_frame_check_data(&headers), MC_R_WRONG_MAC);
	}
}

static void data_that_is_refused(void **state)
{
	struct ipv4 ip = ipv4_header(SENDER, GROUP, PROTOCOL_UDP);

	(void)state;
	assert_int_equal(load(&ip, 10), 0);
	assert_int_equal(mc_frame_check_data(&headers), 0);
	for (int protocol = 0; protocol < 256; protocol++) {
		ip.protocol = protocol;
		assert_int_equal(load(&ip, 10), 0);
		assert_int_equal(mc_frame_check_data(&headers),
				 protocol == PROTOCOL_TCP ? MC_R_TCP : 0);
	}
	ip.protocol = PROTOCOL_UDP;
	for (int ttl = 0; ttl < 256; ttl++) {
		ip.ttl = ttl;
		assert_int_equal(load(&ip, 10), 0);
		assert_int_equal(mc_frame_check_data(&headers), ttl ? 0 : MC_R_TTL);
	}
	for (int top = 0; top < 256; top++) {
		ip.source = IP4(top, 1, 2, 3);
		assert_int_equal(load(&ip, 10), 0);
		assert_int_equal(mc_frame_check_data(&headers),
				 top && top != 127 && top < 224 ? 0 : MC_R_BAD_SOURCE);
	}
}

static void ipv6_macs_must_be_the_groups(void **state)
{
	(void)state;
	for (int bit = 0; bit < 48; bit++) {
		packet_data6(&frame, GROUP6, 10);
		assert_int_equal(load_type(&frame, 0, ETHERTYPE_IPV6), 0);
		assert_int_equal(mc_frame_check_data(&headers), 0);
		frame.byte[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(load_type(&frame, 0, ETHERTYPE_IPV6), 0);
		assert_false(mc_frame_mac_matches(&headers));
		assert_int_equal(mc_frame_check_data(&headers), MC_R_WRONG_MAC);
	}
}

static void ipv6_data_that_is_refused(void **state)
{
	static const char *const bad[] = { "::", "::1", "ff02::1", "ff15::1:2:3", "ff00::" };
	static const char *const good[] = { "::2", "fe80::1", "2001:db8::1", "fd00::" };
	struct ipv6 ip = ipv6_header(SENDER6, GROUP6, PROTOCOL_UDP);

	(void)state;
	for (int next = 0; next < 256; next++) {
		ip.next = next;
		assert_int_equal(load6(&ip, 10), 0);
		assert_int_equal(mc_frame_check_data(&headers),
				 next == PROTOCOL_TCP ? MC_R_TCP : 0);
	}
	ip.next = PROTOCOL_UDP;
	for (int limit = 0; limit < 256; limit++) {
		ip.hop_limit = limit;
		assert_int_equal(load6(&ip, 10), 0);
		assert_int_equal(mc_frame_check_data(&headers), limit ? 0 : MC_R_TTL);
	}
	for (size_t i = 0; i < MC_ARRAY_SIZE(bad); i++) {
		ip.source = ip6(bad[i]);
		assert_int_equal(load6(&ip, 10), 0);
		assert_int_equal(mc_frame_check_data(&headers), MC_R_BAD_SOURCE);
	}
	for (size_t i = 0; i < MC_ARRAY_SIZE(good); i++) {
		ip.source = ip6(good[i]);
		assert_int_equal(load6(&ip, 10), 0);
		assert_int_equal(mc_frame_check_data(&headers), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_is_where_it_belongs),
		cmocka_unit_test(each_field_of_ipv6),
		cmocka_unit_test(other_types_are_not_ours),
		cmocka_unit_test(at_an_offset),
		cmocka_unit_test(a_frame_cut_at_each_byte),
		cmocka_unit_test(lengths_that_contradict),
		cmocka_unit_test(lengths_of_ipv6_that_contradict),
		cmocka_unit_test(fragments),
		cmocka_unit_test(the_mac_must_be_the_groups),
		cmocka_unit_test(data_that_is_refused),
		cmocka_unit_test(ipv6_macs_must_be_the_groups),
		cmocka_unit_test(ipv6_data_that_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
