/* SPDX-License-Identifier: Apache-2.0 */
/* include/bpfcast/geneve.h and outer.h: Geneve and its options, IPv6, underlay groups, no link layer. */
#include <stdlib.h>
#include <string.h>

#include <bpfcast/outer.h>
#include <bpfcast/util.h>
#include <tests/kit/outer.h>
#include <tests/kit/packet.h>
#include <tests/kit/test.h>

#define VNI 0x123456
#define U6  ip6("ff04::7:8:9")

static struct frame frame, inner;
static struct mc_outer outer;

/* On a copy of exactly its size, so that ASan sees a read beyond it. */
static int parse_frame(bool no_mac)
{
	struct mc_underlay underlay = {
		.local = mc_addr_v4(MC_BE32(VTEP_LOCAL)),
		.vxlan_port = MC_BE16(VXLAN_PORT),
		.geneve_port = MC_BE16(GENEVE_PORT),
		.flags = no_mac ? MC_UNDERLAY_F_NO_MAC : 0,
	};
	__u8 *copy = malloc(frame.length ? frame.length : 1);
	mc_packet packet = { copy, frame.length };
	struct ip6 local = VTEP6_LOCAL;
	int reason;

	assert_non_null(copy);
	memcpy(&underlay.local6, &local, sizeof(local));
	memcpy(copy, frame.byte, frame.length);
	memset(&outer, 0, sizeof(outer));
	reason = mc_outer_parse(&packet, frame.length, &underlay, &outer);
	free(copy);
	return reason;
}

static int parse(const struct outer *headers)
{
	packet_outer(&frame, headers, &inner);
	return parse_frame(headers->no_mac);
}

static int parse_options(const void *options, size_t length)
{
	struct outer headers = outer_from_vtep(true, true, VNI);

	headers.geneve.options = options;
	headers.geneve.options_length = length;
	return parse(&headers);
}

static int start(void **state)
{
	(void)state;
	packet_data(&inner, IP4(239, 1, 2, 3), 40);
	return 0;
}

static void every_form(void **state)
{
	const struct ip6 remote = VTEP6_REMOTE;

	(void)state;
	for (int form = 0; form < 8; form++) {
		bool ipv6 = form & 1;
		struct outer headers = outer_from_vtep(ipv6, form & 2, VNI);

		headers.no_mac = form & 4;
		headers.ip.tos = headers.ip6.traffic_class = 0xa5;
		assert_int_equal(parse(&headers), 0);
		assert_int_equal(outer.udp, (form & 4 ? 0 : 14) + (ipv6 ? 40 : 20));
		assert_int_equal(outer.inner, outer.udp + 16);
		assert_int_equal(outer.end, frame.length);
		assert_int_equal(outer.vni, VNI);
		assert_int_equal(outer.tos, 0xa5);
		assert_int_equal(outer.hop_limit, 64);
		assert_int_equal(outer.multicast, 0);
		assert_true(mc_addr_is_zero(&outer.group));
		if (ipv6)
			assert_memory_equal(&outer.source, &remote, 16);
		else
			assert_int_equal(MC_BE32(outer.source.word[3]), VTEP_REMOTE);
	}
}

/* What a device with a link layer carries is none without one, and the other way round. */
static void cut_at_each_byte(void **state)
{
	(void)state;
	for (int form = 0; form < 8; form++) {
		struct outer headers = outer_from_vtep(form & 1, form & 2, VNI);

		headers.no_mac = form & 4;
		assert_int_equal(parse(&headers), 0);
		for (size_t length = frame.length; length-- > 0;) {
			frame_cut(&frame, length);
			assert_int_equal(parse_frame(headers.no_mac), MC_R_NOT_OURS);
		}
	}
}

static void ipv6_that_is_not_ours(void **state)
{
	const struct outer right = outer_from_vtep(true, true, VNI);
	struct outer headers = right;

	(void)state;
	headers.ip6.destination = ip6_plus(VTEP6_LOCAL, 1);
	assert_int_equal(parse(&headers), MC_R_NOT_OURS);
	headers.ip6.destination = ip6("::");
	assert_int_equal(parse(&headers), MC_R_NOT_OURS);
	headers = right;
	headers.ip6.version = 4;
	assert_int_equal(parse(&headers), MC_R_NOT_OURS);
	headers = right;
	headers.ip6.next = EXT_FRAGMENT;
	assert_int_equal(parse(&headers), MC_R_NOT_OURS);
	headers = right;
	headers.ip6.length_off = 1;
	assert_int_equal(parse(&headers), MC_R_NOT_OURS);
	headers = right;
	headers.type = ETHERTYPE_IPV4;
	assert_int_equal(parse(&headers), MC_R_NOT_OURS);
	headers = right;
	headers.geneve.protocol = 0x0800;
	assert_int_equal(parse(&headers), MC_R_NOT_OURS);
}

static void versions_and_bits(void **state)
{
	struct outer headers = outer_from_vtep(true, true, VNI);

	(void)state;
	for (unsigned int version = 0; version < 4; version++) {
		headers.geneve.version = version;
		assert_int_equal(parse(&headers), version ? MC_R_GENEVE_VERSION : 0);
	}
	headers.geneve.version = 0;
	headers.geneve.reserved = 0xff;
	for (unsigned int bits = 0; bits < 256; bits++) {
		headers.geneve.bits = bits;
		assert_int_equal(parse(&headers), bits & 0x80 ? MC_R_GENEVE_CONTROL : 0);
		assert_int_equal(outer.vni, VNI);
	}
}

/* Each type of our class at each length; the critical bit makes another type of it. */
static void each_type_has_its_length(void **state)
{
	__u8 options[4 + 31 * 4] = { 0x01, 0x29 };

	(void)state;
	for (unsigned int type = 0; type < 256; type++) {
		for (unsigned int words = 0; words < 32; words++) {
			int reason = type & 0x80 ? MC_R_GENEVE_CRITICAL : 0;

			if (type <= 2 && words != (type ? 1 : 0))
				reason = MC_R_GENEVE_OPTIONS;
			options[2] = type;
			options[3] = words | 0xe0; /* reserved bits are ignored */
			assert_int_equal(parse_options(options, 4 + words * 4), reason);
			assert_int_equal(outer.multicast,
					 !reason && type == 1 ? outer.udp + 20 : 0);
		}
	}
}

static void options_of_others(void **state)
{
	__u8 options[16] = { 0xab, 0xcd, 0x7f, 0x01, 1, 2, 3, 4 };

	(void)state;
	multicast_option(options + 8, 2, 0);
	assert_int_equal(parse_options(options, 16), 0); /* unknown, skipped */
	assert_int_equal(outer.multicast, outer.udp + 16 + 8 + 4);
	assert_int_equal(mc_outer_mode(&outer), MC_MODE_BOTH);
	options[2] = 0xff;
	assert_int_equal(parse_options(options, 16), MC_R_GENEVE_CRITICAL);
	assert_int_equal(outer.vni, VNI);
	memmove(options, options + 8, 8); /* behind a known one, too */
	memcpy(options + 8, (__u8[]){ 0x01, 0x28, 0x81, 0x01, 0, 0, 0, 0 }, 8);
	assert_int_equal(parse_options(options, 16), MC_R_GENEVE_CRITICAL);
}

static void every_mode_and_the_other_bits(void **state)
{
	__u8 option[MULTICAST_LENGTH];

	(void)state;
	for (unsigned int mode = 0; mode < 4; mode++) {
		multicast_option(option, mode, 0x2badcafe);
		assert_int_equal(parse_options(option, sizeof(option)),
				 mode == 3 ? MC_R_RESERVED_MODE : 0);
		assert_int_equal(mc_outer_mode(&outer), mode);
		assert_int_equal(MC_BE32(outer.body), mode << 30 | 0x2badcafe);
	}
}

/* The header's length of all options against each option's own. */
static void lengths_that_lie(void **state)
{
	struct outer headers = outer_from_vtep(true, true, VNI);
	__u8 options[252] = { 0 };

	(void)state;
	options[0] = 0xab;
	for (int words = 0; words < 32; words++) { /* one option, beyond the end but for few */
		options[3] = words;
		assert_int_equal(parse_options(options, 20), words <= 4 ? 0 : MC_R_GENEVE_OPTIONS);
	}
	memset(options, 0, sizeof(options));
	assert_int_equal(parse_options(options, 252), 0); /* 63 of them, the most there can be */
	assert_int_equal(outer.inner, outer.udp + 16 + 252);
	options[251] = 1;
	assert_int_equal(parse_options(options, 252), MC_R_GENEVE_OPTIONS);
	headers.geneve.options_length_off = 63; /* more than the datagram has */
	assert_int_equal(parse(&headers), MC_R_MALFORMED);
	headers.geneve.options_length_off = 0;
	headers.udp.length_off = -(int)inner.length + 13;
	assert_int_equal(parse(&headers), MC_R_MALFORMED);
}

static void underlay_groups(void **state)
{
	struct outer headers = outer_to_group(U6, 77, NULL, 0);
	const struct ip6 group = U6;

	(void)state;
	assert_int_equal(parse(&headers), 0);
	assert_memory_equal(&outer.group, &group, 16);
	assert_int_equal(outer.hop_limit, 255);
	for (int bit = 0; bit < 48; bit++) {
		headers.dmac = mac_of_group6(U6) ^ 1ull << bit;
		assert_int_equal(parse(&headers), MC_R_WRONG_MAC);
	}
	headers.no_mac = true;
	assert_int_equal(parse(&headers), 0);
	headers = outer_to_group(ip6("ff14::7:8:9"), 77, NULL, 0); /* flags */
	assert_int_equal(parse(&headers), MC_R_NOT_OURS);
	headers = outer_to_group(ip6("ff05::7:8:9"), 77, NULL, 0); /* another scope */
	assert_int_equal(parse(&headers), MC_R_NOT_OURS);
	headers = outer_to_group(ip6("ff02::7:8:9"), 77, NULL, 0);
	assert_int_equal(parse(&headers), MC_R_NOT_OURS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form),
		cmocka_unit_test(cut_at_each_byte),
		cmocka_unit_test(ipv6_that_is_not_ours),
		cmocka_unit_test(versions_and_bits),
		cmocka_unit_test(each_type_has_its_length),
		cmocka_unit_test(options_of_others),
		cmocka_unit_test(every_mode_and_the_other_bits),
		cmocka_unit_test(lengths_that_lie),
		cmocka_unit_test(underlay_groups),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
