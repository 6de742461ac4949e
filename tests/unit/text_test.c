/* SPDX-License-Identifier: Apache-2.0 */
/* maps/text.h: addresses and enums as text, both ways. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include <bpfcast/abi.h>
#include <bpfcast/event.h>
#include <bpfcast/reason.h>
#include <bpfcast/util.h>
#include <maps/text.h>
#include <tests/kit/test.h>

static void addresses_both_ways(void **state)
{
	static const char *const texts[] = {
		"0.0.0.0",
		"239.1.2.3",
		"255.255.255.255",
		"224.0.0.0",
		"::",
		"::1",
		"ff02::1",
		"2001:db8::1",
		"fd00:244:1::2",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};
	char buf[MC_ADDR_TEXT];
	struct mc_addr addr;

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(texts); i++) {
		assert_int_equal(mc_addr_parse(texts[i], &addr), 0);
		assert_int_equal(mc_addr_is_v4(&addr), !strchr(texts[i], ':'));
		assert_ptr_equal(mc_addr_format(&addr, buf), buf);
		assert_string_equal(buf, texts[i]);
	}
}

static void the_longest_address_fits(void **state)
{
	struct mc_addr addr = { .byte = { 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55,
					  0x55, 0x66, 0x66, 0x77, 0x77, 0x88, 0x88 } };
	char buf[MC_ADDR_TEXT];

	(void)state;
	assert_string_equal(mc_addr_format(&addr, buf), "1111:2222:3333:4444:5555:6666:7777:8888");
	addr = mc_addr_v4(MC_BE32(0xffffffff));
	assert_string_equal(mc_addr_format(&addr, buf), "255.255.255.255");
}

/* What is no address leaves the result alone; a mapped one has a second spelling, so it is none. */
static void what_is_no_address(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"239.1.2",
		"239.1.2.3.4",
		"239.1.2.256",
		"239.1.2.3 ",
		" 239.1.2.3",
		"0xef010203",
		"4009820675",
		"239.1.2.03x",
		"a.b.c.d",
		"-1.2.3.4",
		"::ffff:239.1.2.3",
		"::ffff:0:0",
		"1::2::3",
		"ff02::1%eth0",
		"ff02::1/64",
		"12345::",
		"239.1.2.3/24",
		"localhost",
		"2001:db8:::1",
	};
	struct mc_addr addr, before;

	(void)state;
	memset(&before, 0x5a, sizeof(before));
	for (size_t i = 0; i < MC_ARRAY_SIZE(texts); i++) {
		addr = before;
		assert_int_equal(mc_addr_parse(texts[i], &addr), -EINVAL);
		assert_memory_equal(&addr, &before, sizeof(addr));
	}
}

/* "FORWARDED" is to be called "forwarded". */
static void expect_lower_case(const char *name, const char *text)
{
	assert_int_equal(strlen(name), strlen(text));
	for (size_t i = 0; name[i]; i++)
		assert_int_equal(tolower((unsigned char)name[i]), text[i]);
}

static void reasons(void **state)
{
	(void)state;
#define X(name, text, verdict, help)                                                               \
	expect_lower_case(#name, mc_reason_name(MC_R_##name));                                     \
	assert_int_equal(mc_reason_verdict(MC_R_##name), MC_VERDICT_##verdict);                    \
	assert_string_equal(mc_reason_help(MC_R_##name), help);                                    \
	assert_true(strlen(help) > 10);
	MC_REASONS(X)
#undef X
	assert_string_equal(mc_reason_name(MC_R_NONE), "none");
	assert_string_equal(mc_reason_name(MC_REASON_COUNT), "unknown");
	assert_string_equal(mc_reason_name(0xffffffff), "unknown");
	assert_int_equal(mc_reason_verdict(MC_REASON_COUNT), MC_VERDICT_DROP);
	for (int i = 0; i < MC_REASON_COUNT; i++)
		for (int j = 0; j < i; j++)
			assert_string_not_equal(mc_reason_name(i), mc_reason_name(j));
}

static void events(void **state)
{
	(void)state;
#define X(name, text) expect_lower_case(#name, mc_event_name(MC_EVENT_##name));
	MC_EVENTS(X)
#undef X
	assert_string_equal(mc_event_name(MC_EVENT_COUNT), "unknown");
}

static void port_kinds_both_ways(void **state)
{
	static const char *const wrong[] = { "", "Edge", "edg", "edge ", "unknown", "edges" };
	__u8 kind;

	(void)state;
	for (unsigned int i = MC_PORT_EDGE; i <= MC_PORT_SYSTEM; i++) {
		kind = 0xff;
		assert_int_equal(mc_port_kind_parse(mc_port_kind_name(i), &kind), 0);
		assert_int_equal(kind, i);
	}
	kind = 0xff;
	for (size_t i = 0; i < MC_ARRAY_SIZE(wrong); i++)
		assert_int_equal(mc_port_kind_parse(wrong[i], &kind), -EINVAL);
	assert_int_equal(kind, 0xff);
	assert_string_equal(mc_port_kind_name(MC_PORT_SYSTEM + 1), "unknown");
}

static void other_names(void **state)
{
	(void)state;
	assert_string_equal(mc_encap_name(MC_ENCAP_VXLAN), "vxlan");
	assert_string_equal(mc_encap_name(MC_ENCAP_GENEVE), "geneve");
	assert_string_equal(mc_encap_name(99), "unknown");
	assert_string_equal(mc_attach_name(MC_ATTACH_TCX), "tcx");
	assert_string_equal(mc_attach_name(MC_ATTACH_CLSACT), "clsact");
	assert_string_equal(mc_attach_name(MC_ATTACH_CLSACT_OURS), "clsact");
	assert_string_equal(mc_attach_name(99), "unknown");
	assert_string_equal(mc_xdp_name(MC_XDP_OFF), "off");
	assert_string_equal(mc_xdp_name(MC_XDP_GENERIC), "generic");
	assert_string_equal(mc_xdp_name(MC_XDP_NATIVE), "native");
	assert_string_equal(mc_xdp_name(99), "unknown");
	assert_string_equal(mc_filter_name(0), "include");
	assert_string_equal(mc_filter_name(1), "exclude");
	assert_string_equal(mc_filter_name(0x100), "exclude");
	assert_string_equal(mc_unknown_policy_name(MC_UNKNOWN_HOST), "host");
	assert_string_equal(mc_unknown_policy_name(MC_UNKNOWN_DROP), "drop");
	assert_string_equal(mc_unknown_policy_name(MC_UNKNOWN_LEARN), "learn");
	assert_string_equal(mc_unknown_policy_name(MC_UNKNOWN_LEARN + 1), "unknown");
	assert_string_equal(mc_link_local_policy_name(MC_LINK_LOCAL_HOST), "host");
	assert_string_equal(mc_link_local_policy_name(MC_LINK_LOCAL_FLOOD), "flood");
	assert_string_equal(mc_link_local_policy_name(MC_LINK_LOCAL_FLOOD + 1), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_both_ways),
		cmocka_unit_test(the_longest_address_fits),
		cmocka_unit_test(what_is_no_address),
		cmocka_unit_test(reasons),
		cmocka_unit_test(events),
		cmocka_unit_test(port_kinds_both_ways),
		cmocka_unit_test(other_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
