/* SPDX-License-Identifier: Apache-2.0 */
/* include/bpfcast/addr.h: each range at its ends. */
#include <string.h>

#include <bpfcast/addr.h>
#include <bpfcast/util.h>
#include <tests/kit/layer.h>
#include <tests/kit/test.h>

/* First and last of a range, and what is next to it. */
static void check_range(int (*is)(__be32), __u32 first, __u32 last)
{
	assert_true(is(MC_BE32(first)));
	assert_true(is(MC_BE32(last)));
	assert_true(is(MC_BE32(first + (last - first) / 2)));
	if (first)
		assert_false(is(MC_BE32(first - 1)));
	if (last != 0xffffffff)
		assert_false(is(MC_BE32(last + 1)));
	assert_false(is(MC_BE32(IP4(10, 0, 0, 1))));
}

static void ranges_of_groups(void **state)
{
	(void)state;
	check_range(mc_v4_is_multicast, IP4(224, 0, 0, 0), IP4(239, 255, 255, 255));
	check_range(mc_v4_is_link_local_group, IP4(224, 0, 0, 0), IP4(224, 0, 0, 255));
	check_range(mc_v4_is_ssm, IP4(232, 0, 0, 0), IP4(232, 255, 255, 255));
}

static void ranges_of_sources_that_no_host_has(void **state)
{
	(void)state;
	check_range(mc_v4_is_bad_source, 0, IP4(0, 255, 255, 255));
	check_range(mc_v4_is_bad_source, IP4(127, 0, 0, 0), IP4(127, 255, 255, 255));
	check_range(mc_v4_is_bad_source, IP4(224, 0, 0, 0), IP4(255, 255, 255, 255));
}

static void byte_order(void **state)
{
	const __u8 wire16[] = { 0x12, 0x34 };
	const __u8 wire32[] = { 0x12, 0x34, 0x56, 0x78 };
	__be16 be16;
	__be32 be32;

	(void)state;
	memcpy(&be16, wire16, sizeof(be16));
	memcpy(&be32, wire32, sizeof(be32));
	assert_int_equal(MC_BE16(be16), 0x1234);
	assert_int_equal(MC_BE32(be32), 0x12345678);
	assert_int_equal(MC_BE16(0x1234), be16);
	assert_int_equal(MC_BE32(0x12345678), be32);
}

/* RFC 4291 section 2.5.5.2 */
static void an_ipv4_address_is_mapped(void **state)
{
	const __u8 mapped[16] = { [10] = 0xff, 0xff, 239, 1, 2, 3 };
	struct mc_addr addr = mc_addr_v4(MC_BE32(IP4(239, 1, 2, 3)));

	(void)state;
	assert_memory_equal(addr.byte, mapped, 16);
	assert_true(mc_addr_is_v4(&addr));
	for (int bit = 0; bit < 128; bit++) {
		struct mc_addr other = addr;

		other.byte[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(mc_addr_is_v4(&other), bit >= 96);
		assert_false(mc_addr_equal(&addr, &other));
		assert_false(mc_addr_equal(&other, &addr));
	}
	assert_true(mc_addr_equal(&addr, &addr));
}

static void multicast_of_both_families(void **state)
{
	static const struct {
		struct mc_addr addr;
		bool multicast;
	} cases[] = {
		{ { .byte = { 0xff, 0x02, [15] = 1 } }, true },
		{ { .byte = { 0xff } }, true },
		{ { .byte = { 0xfe, 0xff } }, false },
		{ { .byte = { 0 } }, false },
		{ { .byte = { [10] = 0xff, 0xff, 224 } }, true },
		{ { .byte = { [10] = 0xff, 0xff, 239, 255, 255, 255 } }, true },
		{ { .byte = { [10] = 0xff, 0xff, 223, 255, 255, 255 } }, false },
		{ { .byte = { [10] = 0xff, 0xff, 240 } }, false },
		{ { .byte = { [10] = 0xff, 0xfe, 224 } }, false }, /* not mapped */
	};

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++)
		assert_int_equal(mc_addr_is_multicast(&cases[i].addr), cases[i].multicast);
}

static struct mc_addr v6(const char *text)
{
	struct ip6 address = ip6(text);
	struct mc_addr addr;

	memcpy(&addr, &address, sizeof(addr));
	return addr;
}

static void group_mac4(__u32 group, __u8 mac[6])
{
	struct mc_addr addr = mc_addr_v4(MC_BE32(group));

	mc_addr_group_mac(&addr, mac);
}

/* RFC 1112 section 6.4: 23 bits, so 32 groups have the same address. */
static void the_mac_of_a_group(void **state)
{
	const __u8 low[6] = { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x00 };
	const __u8 high[6] = { 0x01, 0x00, 0x5e, 0x7f, 0xff, 0xff };
	const __u8 some[6] = { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 };
	__u8 mac[6];

	(void)state;
	group_mac4(IP4(224, 0, 0, 0), mac);
	assert_memory_equal(mac, low, 6);
	group_mac4(IP4(239, 255, 255, 255), mac);
	assert_memory_equal(mac, high, 6);
	for (__u32 top = 0; top < 32; top++) {
		group_mac4(IP4(224, 1, 2, 3) + (top << 23), mac);
		assert_memory_equal(mac, some, 6);
	}
}

/* RFC 2464 section 7: the last 32 bits, whatever stands before them. */
static void the_mac_of_an_ipv6_group(void **state)
{
	const __u8 all_nodes[6] = { 0x33, 0x33, 0x00, 0x00, 0x00, 0x01 };
	const __u8 some[6] = { 0x33, 0x33, 0xfe, 0xdc, 0xba, 0x98 };
	struct mc_addr group = v6("ff02::1");
	__u8 mac[6];

	(void)state;
	mc_addr_group_mac(&group, mac);
	assert_memory_equal(mac, all_nodes, 6);
	group = v6("ff15::fedc:ba98");
	for (int bit = 0; bit < 96; bit++) {
		struct mc_addr other = group;

		other.byte[bit / 8] ^= 1 << bit % 8;
		mc_addr_group_mac(&other, mac);
		assert_memory_equal(mac, some, 6);
	}
	for (int bit = 0; bit < 48; bit++) {
		memcpy(mac, some, 6);
		assert_true(mc_mac_equal(mac, some));
		mac[bit / 8] ^= 1 << bit % 8;
		assert_false(mc_mac_equal(mac, some));
	}
}

/* RFC 4291 section 2.7: all flags, all scopes; 0 to 2 stay on the link. */
static void scopes_of_ipv6_groups(void **state)
{
	struct mc_addr group = v6("ff00::1");

	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		group.byte[1] = byte;
		assert_true(mc_addr_is_multicast(&group));
		assert_int_equal(mc_addr_is_link_local_group(&group), (byte & 0xf) <= 2);
	}
	for (int byte = 0; byte < 0xff; byte++) {
		group.byte[0] = byte;
		group.byte[1] = 2;
		assert_false(mc_addr_is_multicast(&group));
		assert_false(mc_addr_is_link_local_group(&group));
		assert_false(mc_addr_is_ssm(&group));
	}
}

/* ff3x::/32 for every x, RFC 4607 section 1. */
static void source_specific_ipv6_groups(void **state)
{
	struct mc_addr group = v6("ff00:0:ffff:ffff:ffff:ffff:ffff:ffff");

	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		group.byte[1] = byte;
		assert_int_equal(mc_addr_is_ssm(&group), byte >> 4 == 3);
	}
	group = v6("ff35::");
	assert_true(mc_addr_is_ssm(&group));
	for (int bit = 16; bit < 128; bit++) {
		struct mc_addr other = group;

		other.byte[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(mc_addr_is_ssm(&other), bit >= 32);
	}
}

static void both_families_have_one_answer(void **state)
{
	struct mc_addr addr;

	(void)state;
	for (__u32 i = 0; i < 1 << 16; i++) {
		__be32 v4 = MC_BE32(i << 16 | (i & 0x101));

		addr = mc_addr_v4(v4);
		assert_int_equal(mc_addr_is_multicast(&addr), mc_v4_is_multicast(v4));
		assert_int_equal(mc_addr_is_link_local_group(&addr), mc_v4_is_link_local_group(v4));
		assert_int_equal(mc_addr_is_ssm(&addr), mc_v4_is_ssm(v4));
		assert_int_equal(mc_addr_is_bad_source(&addr), mc_v4_is_bad_source(v4));
		assert_int_equal(mc_addr_is_v4_link_local(&addr), i == 0xa9fe);
		assert_false(mc_addr_is_v6_link_local(&addr));
	}
}

static void unicast_ipv6(void **state)
{
	static const struct {
		const char *text;
		bool zero, bad, link_local;
	} cases[] = {
		{ "::", true, true, false },
		{ "::1", false, true, false },
		{ "::2", false, false, false },
		{ "1::", false, false, false },
		{ "1::1", false, false, false },
		{ "0:0:1::1", false, false, false },
		{ "::1:0:1", false, false, false },
		{ "fe7f:ffff::", false, false, false },
		{ "fe80::", false, false, true },
		{ "fe80::1", false, false, true },
		{ "febf:ffff::1", false, false, true },
		{ "fec0::", false, false, false },
		{ "feff::", false, false, false },
		{ "ff00::", false, true, false },
		{ "ff02::1", false, true, false },
		{ "ffff::", false, true, false },
		{ "2001:db8::1", false, false, false },
		{ "a9fe::", false, false, false },
		{ "::a9fe:0:0", false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++) {
		struct mc_addr addr = v6(cases[i].text);

		assert_int_equal(mc_addr_is_zero(&addr), cases[i].zero);
		assert_int_equal(mc_addr_is_bad_source(&addr), cases[i].bad);
		assert_int_equal(mc_addr_is_v6_link_local(&addr), cases[i].link_local);
		assert_false(mc_addr_is_v4_link_local(&addr));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_of_groups),
		cmocka_unit_test(ranges_of_sources_that_no_host_has),
		cmocka_unit_test(byte_order),
		cmocka_unit_test(an_ipv4_address_is_mapped),
		cmocka_unit_test(multicast_of_both_families),
		cmocka_unit_test(the_mac_of_a_group),
		cmocka_unit_test(the_mac_of_an_ipv6_group),
		cmocka_unit_test(scopes_of_ipv6_groups),
		cmocka_unit_test(source_specific_ipv6_groups),
		cmocka_unit_test(both_families_have_one_answer),
		cmocka_unit_test(unicast_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
