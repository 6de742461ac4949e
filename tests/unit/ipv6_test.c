/* SPDX-License-Identifier: Apache-2.0 */
/* include/bpfcast/ipv6.h: extension headers, and what of MLD and of data is found behind them. */
#include <stdlib.h>
#include <string.h>

#include <bpfcast/mld.h>
#include <bpfcast/util.h>
#include <tests/kit/mld.h>
#include <tests/kit/packet.h>
#include <tests/kit/test.h>

#define GROUP	ip6("ff15::1:2:3")
#define HEADER	(14 + 40) /* offset of the first extension header */
#define NOT_MLD (-1)
#define END	(-1) /* of a chain */

static struct frame frame;
static struct mc_frame h;
static struct mc_message message;

/* Without a message behind the headers that is found: NOT_MLD. A copy is for ASan. */
static int parse(void)
{
	__u8 *copy = malloc(frame.length);
	mc_packet packet = { copy, frame.length };
	int reason;

	assert_non_null(copy);
	memcpy(copy, frame.byte, frame.length);
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

static void add_header(int type, unsigned int next)
{
	struct extension extension = { .next = next, .length = 6 };

	if (type == EXT_FRAGMENT) {
		frame_fragment(&frame, next, 0);
		return;
	}
	if (type == EXT_HOP_BY_HOP)
		extension.body = router_alert6;
	frame_extension(&frame, &extension);
}

/* A frame with the headers of @chain, up to END, and a report of v1 or, of @next, other bytes. */
static void build_chain(const int *chain, unsigned int next)
{
	struct ipv6 ip = mld_header(GROUP);
	struct mld mld = { .type = MLD_V1_REPORT, .group = GROUP };

	ip.next = *chain == END ? next : (unsigned int)*chain;
	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group6(GROUP), HOST_MAC, ETHERTYPE_IPV6);
	frame_ipv6(&frame, &ip);
	for (; *chain != END; chain++)
		add_header(*chain, chain[1] == END ? next : (unsigned int)chain[1]);
	if (next == PROTOCOL_ICMP6)
		frame_mld(&frame, &mld);
	else
		frame_add_pattern(&frame, 40);
	frame_finish(&frame);
}

static const struct {
	int chain[7];
	int mld, data; /* with MLD behind it, and with UDP */
} chains[] = {
	{ { END }, MC_R_MLD_ALERT, NOT_MLD },
	{ { 0, END }, 0, NOT_MLD },
	{ { 60, END }, MC_R_MLD_ALERT, NOT_MLD },
	{ { 0, 60, END }, 0, NOT_MLD },
	{ { 0, 43, END }, 0, NOT_MLD },
	{ { 0, 60, 43, 60, END }, 0, NOT_MLD },
	{ { 60, 60, 60, 60, END }, MC_R_MLD_ALERT, NOT_MLD },
	{ { 60, 60, 60, 60, 60, END }, MC_R_IPV6_CHAIN, MC_R_IPV6_CHAIN },
	{ { 0, 60, 43, 60, 60, END }, MC_R_IPV6_CHAIN, MC_R_IPV6_CHAIN },
	{ { 0, 60, 43, 44, 60, END }, MC_R_IPV6_CHAIN, MC_R_IPV6_CHAIN },
	{ { 0, 60, 60, 60, 0, END }, MC_R_IPV6_CHAIN, MC_R_IPV6_CHAIN },
	{ { 0, 60, 60, 60, 60, 60, END }, MC_R_IPV6_CHAIN, MC_R_IPV6_CHAIN },
	{ { 60, 0, END }, MC_R_MALFORMED, MC_R_MALFORMED }, /* RFC 8200 section 4.1 */
	{ { 0, 0, END }, MC_R_MALFORMED, MC_R_MALFORMED },
	{ { 43, 0, END }, MC_R_MALFORMED, MC_R_MALFORMED },
	{ { 44, 0, END }, MC_R_MALFORMED, MC_R_MALFORMED },
	{ { 60, 60, 60, 0, END }, MC_R_MALFORMED, MC_R_MALFORMED },
	{ { 0, 44, END }, MC_R_MLD_FRAGMENT, NOT_MLD },
	{ { 44, END }, MC_R_MLD_FRAGMENT, NOT_MLD },
	{ { 0, 44, 60, END }, MC_R_MLD_FRAGMENT, NOT_MLD },
};

static unsigned int chain_length(const int *chain)
{
	unsigned int length = 0;

	while (chain[length] != END)
		length++;
	return length;
}

static void chains_of_headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(chains); i++) {
		const int *chain = chains[i].chain;

		build_chain(chain, PROTOCOL_ICMP6);
		assert_int_equal(parse(), chains[i].mld);
		if (!chains[i].mld)
			assert_int_equal(message.offset, HEADER + 8 * chain_length(chain) + 8);
		build_chain(chain, PROTOCOL_UDP);
		assert_int_equal(parse(), chains[i].data);
		if (chains[i].data != NOT_MLD)
			continue;
		assert_int_equal(h.protocol, PROTOCOL_UDP);
		assert_int_equal(h.payload, HEADER + 8 * chain_length(chain));
		assert_int_equal(mc_frame_check_data(&h), 0);
	}
}

/* TCP does not hide behind headers, in a later fragment neither. */
static void data_behind_headers_is_checked(void **state)
{
	static const int chain[] = { EXT_HOP_BY_HOP, EXT_DESTINATION, END };
	struct ipv6 ip = ipv6_header(SENDER6, GROUP, EXT_FRAGMENT);

	(void)state;
	build_chain(chain, PROTOCOL_TCP);
	assert_int_equal(parse(), NOT_MLD);
	assert_int_equal(mc_frame_check_data(&h), MC_R_TCP);
	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group6(GROUP), HOST_MAC, ETHERTYPE_IPV6);
	frame_ipv6(&frame, &ip);
	frame_fragment(&frame, PROTOCOL_TCP, 8);
	frame_add_pattern(&frame, 8);
	frame_finish(&frame);
	assert_int_equal(parse(), NOT_MLD);
	assert_int_equal(mc_frame_check_data(&h), MC_R_TCP);
}

/* What follows a header that is none of ours is not looked at; "no next header" neither. */
static void each_next_header(void **state)
{
	static const int none[] = { END };

	(void)state;
	for (unsigned int next = 0; next < 256; next++) {
		if (mc_ipv6_is_extension(next) || next == PROTOCOL_ICMP6)
			continue;
		build_chain(none, next);
		assert_int_equal(parse(), NOT_MLD);
		assert_int_equal(h.payload, HEADER);
		assert_int_equal(h.protocol, next);
	}
}

static void fragments(void **state)
{
	static const struct {
		unsigned int field;
		unsigned int fragment;
		int mld;
	} cases[] = {
		{ 0, 1, MC_R_MLD_FRAGMENT }, /* atomic, RFC 6946 */
		{ 1, 1, MC_R_MLD_FRAGMENT }, /* the first */
		{ 6, 1, MC_R_MLD_FRAGMENT }, /* reserved bits */
		{ 8, 2, NOT_MLD },	     /* the second, if of eight bytes */
		{ 9, 2, NOT_MLD },	     { 0xfff8, 2, NOT_MLD },
	};
	const struct extension alert = { .next = EXT_FRAGMENT, .body = router_alert6, .length = 6 };
	const struct mld mld = { .type = MLD_V1_REPORT, .group = GROUP };
	const struct ipv6 ip = mld_header(GROUP);

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++) {
		frame_start(&frame);
		frame_ethernet(&frame, mac_of_group6(GROUP), HOST_MAC, ETHERTYPE_IPV6);
		frame_ipv6(&frame, &ip);
		frame_extension(&frame, &alert);
		frame_fragment(&frame, PROTOCOL_ICMP6, cases[i].field);
		frame_mld(&frame, &mld);
		frame_finish(&frame);
		assert_int_equal(parse(), cases[i].mld);
		assert_int_equal(h.fragment, cases[i].fragment);
		assert_int_equal(h.payload, HEADER + 16);
	}
}

/* What a later fragment carries is not read as a header, even if it says it is one. */
static void a_later_fragment_is_not_read_on(void **state)
{
	struct ipv6 ip = ipv6_header(SENDER6, GROUP, EXT_FRAGMENT);

	(void)state;
	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group6(GROUP), HOST_MAC, ETHERTYPE_IPV6);
	frame_ipv6(&frame, &ip);
	frame_fragment(&frame, EXT_DESTINATION, 0x100);
	frame_add(&frame, "\xff\xff", 2);
	frame_finish(&frame);
	assert_int_equal(parse(), NOT_MLD);
	assert_int_equal(h.payload, HEADER + 8);
}

static int parse_options(const void *options, size_t length, int length_off)
{
	const struct extension extension = {
		.next = PROTOCOL_ICMP6, .body = options, .length = length, .length_off = length_off
	};
	const struct mld mld = { .type = MLD_V1_REPORT, .group = GROUP };
	const struct ipv6 ip = mld_header(GROUP);

	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group6(GROUP), HOST_MAC, ETHERTYPE_IPV6);
	frame_ipv6(&frame, &ip);
	frame_extension(&frame, &extension);
	frame_mld(&frame, &mld);
	frame_finish(&frame);
	return parse();
}

static void router_alert_among_options(void **state)
{
	static const struct {
		__u8 length;
		__u8 options[22];
		bool alert;
	} cases[] = {
		{ 6, { 5, 2, 0, 0, 1, 0 }, true },
		{ 6, { 1, 0, 5, 2, 0, 0 }, true },
		{ 6, { 0, 0, 5, 2, 0, 0 }, true },
		{ 6, { 0, 5, 2, 0, 0, 0 }, true },
		{ 6, { 5, 2, 0, 0, 0, 0 }, true },
		{ 6, { 0, 0, 0, 0, 0, 0 }, false },
		{ 6, { 1, 4, 0, 0, 0, 0 }, false },
		{ 6, { 1, 4, 5, 2, 0, 0 }, false }, /* in the padding */
		{ 6, { 0, 0, 0, 5, 2, 0 }, false }, /* beyond the header */
		{ 6, { 0, 0, 0, 0, 5, 2 }, false },
		{ 6, { 0, 0, 0, 0, 0, 5 }, false },
		{ 6, { 5, 0, 0, 0, 0, 0 }, false }, /* of a length that it has not */
		{ 6, { 5, 1, 0, 1, 1, 0 }, false },
		{ 6, { 5, 4, 0, 0, 0, 0 }, false },
		{ 6, { 1, 255, 5, 2, 0, 0 }, false },
		{ 14, { 1, 8, 0, 0, 0, 0, 0, 0, 0, 0, 5, 2, 0, 0 }, true },
		{ 14, { 0xc2, 4, 0, 0, 0, 0, 1, 0, 1, 0, 5, 2, 0, 0 }, true },
		{ 14, { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 2, 0, 0 }, true },
		{ 22, { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 2, 0, 0 }, true },
		{ 22, { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 2, 0, 0 }, false },
	};

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++) {
		assert_int_equal(parse_options(cases[i].options, cases[i].length, 0),
				 cases[i].alert ? 0 : MC_R_MLD_ALERT);
		assert_int_equal(h.alert, cases[i].alert);
	}
}

/* An alert is one of the Hop-by-Hop header only. */
static void router_alert_elsewhere(void **state)
{
	const struct extension extension = { .next = PROTOCOL_ICMP6,
					     .body = router_alert6,
					     .length = 6 };
	const struct mld mld = { .type = MLD_V1_REPORT, .group = GROUP };
	struct ipv6 ip = mld_header(GROUP);

	(void)state;
	ip.next = EXT_DESTINATION;
	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group6(GROUP), HOST_MAC, ETHERTYPE_IPV6);
	frame_ipv6(&frame, &ip);
	frame_extension(&frame, &extension);
	frame_mld(&frame, &mld);
	frame_finish(&frame);
	assert_int_equal(parse(), MC_R_MLD_ALERT);
}

/* A header of any length; behind its right one, 24 bytes are left, which is two words more. */
static void lengths_of_headers(void **state)
{
	static __u8 options[2046] = { 5, 2, 0, 0 };

	(void)state;
	for (size_t length = 6; length <= sizeof(options); length += 8) {
		assert_int_equal(parse_options(options, length, 0), 0);
		assert_int_equal(message.offset, HEADER + 2 + length + 8);
	}
	for (int off = 4; off < 256; off++)
		assert_int_equal(parse_options(options, 6, off), MC_R_MALFORMED);
	/* RFC 7112: the chain ends at the end of the packet, so the message is not there */
	assert_int_equal(parse_options(options, 6, 3), MC_R_MALFORMED);
}

static void chains_cut_at_each_byte(void **state)
{
	static const int chain[] = { EXT_HOP_BY_HOP, EXT_DESTINATION, EXT_ROUTING, END };

	(void)state;
	build_chain(chain, PROTOCOL_ICMP6);
	assert_int_equal(parse(), 0);
	for (size_t length = HEADER + 24; length >= HEADER; length--) {
		frame_cut(&frame, length);
		assert_int_equal(parse(), MC_R_MALFORMED);
		frame_set16(&frame, 14 + 4, length - HEADER); /* cut by its sender */
		assert_int_equal(parse(), MC_R_MALFORMED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains_of_headers),
		cmocka_unit_test(data_behind_headers_is_checked),
		cmocka_unit_test(each_next_header),
		cmocka_unit_test(fragments),
		cmocka_unit_test(a_later_fragment_is_not_read_on),
		cmocka_unit_test(router_alert_among_options),
		cmocka_unit_test(router_alert_elsewhere),
		cmocka_unit_test(lengths_of_headers),
		cmocka_unit_test(chains_cut_at_each_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
