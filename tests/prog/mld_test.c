/* SPDX-License-Identifier: Apache-2.0 */
/* IPv6: MLD into the same tables, data by the same path, and each reason that only IPv6 has. */
#include <string.h>

#include <maps/group.h>
#include <maps/text.h>
#include <tests/kit/expect.h>
#include <tests/kit/mld.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#define GROUP6 ip6("ff0e::1:1")

static __u32 port;
static struct frame frame;

static struct mc_group_key key6(struct ip6 group)
{
	struct mc_group_key key = { .vni = VNI };

	memcpy(&key.group, &group, sizeof(group));
	return key;
}

static bool get_member6(struct datapath *d, __u32 ifindex, struct ip6 group,
			struct mc_member *member)
{
	struct mc_member_key key = { .vni = VNI, .ifindex = ifindex };

	memcpy(&key.group, &group, sizeof(group));
	return !mc_table_get(&d->in, MC_TABLE_MEMBERS, &key, member);
}

static void add_group6(struct datapath *d)
{
	struct mc_group_key key = key6(GROUP6);

	assert_int_equal(mc_group_add(&d->in, &key, 8), 0);
}

static void v1_joins_and_leaves(void **state)
{
	struct datapath *d = *state;
	struct mc_member member;

	add_group6(d);
	packet_join6_v1(&frame, GROUP6);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_true(get_member6(d, port, GROUP6, &member));
	assert_int_equal(member.version, 1);
	assert_true(member.v2_until > 0); /* MLDv1 is to MLDv2 as IGMPv2 is to IGMPv3 */
	packet_done6_v1(&frame, GROUP6);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_false(get_member6(d, port, GROUP6, &member));
}

static void v2_joins_waits_and_leaves(void **state)
{
	struct datapath *d = *state;
	struct mc_member member;

	packet_join6_v2(&frame, GROUP6);
	expect_port(d, port, &frame, MC_R_REPORT_PENDING);
	add_group6(d);
	assert_true(get_member6(d, port, GROUP6, &member));
	assert_int_not_equal(member.slot, MC_SLOT_NONE);
	packet_leave6_v2(&frame, GROUP6);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_false(get_member6(d, port, GROUP6, &member));
}

static void data_goes_by_source(void **state)
{
	struct datapath *d = *state;

	add_group6(d);
	packet_data6(&frame, GROUP6, 20);
	expect_port(d, port, &frame, MC_R_NO_MEMBER);
	packet_record6(&frame, IS_IN, GROUP6, 2); /* neither is SENDER6 */
	expect_port(d, scene.port[1], &frame, MC_R_REPORT);
	packet_data6(&frame, GROUP6, 20);
	expect_port(d, port, &frame, MC_R_FILTERED);
	packet_join6_v2(&frame, GROUP6);
	expect_port(d, scene.port[1], &frame, MC_R_REPORT);
	packet_data6(&frame, GROUP6, 20);
	expect_port(d, port, &frame, MC_R_FORWARDED);
}

static void groups_that_stay_on_the_link(void **state)
{
	struct datapath *d = *state;

	packet_join6_v2(&frame, ip6("ff02::fb"));
	expect_port(d, port, &frame, MC_R_RESERVED_GROUP);
	packet_join6_v2(&frame, ip6("ff01::1"));
	expect_port(d, port, &frame, MC_R_RESERVED_GROUP);
	packet_join6_v1(&frame, ip6("ff3e::8000:1"));
	expect_port(d, port, &frame, MC_R_SSM_GROUP);
	packet_join6_v2(&frame, ip6("fd00::1"));
	expect_port(d, port, &frame, MC_R_BAD_GROUP);
	packet_join6_v2(&frame, ip6("::ffff:239.1.0.2")); /* would be the IPv4 group's key */
	expect_port(d, port, &frame, MC_R_BAD_GROUP);
	packet_data6(&frame, ip6("::ffff:239.1.0.2"), 20);
	expect_port(d, port, &frame, MC_R_MALFORMED);
	packet_data6(&frame, ip6("ff02::fb"), 20);
	expect_port(d, port, &frame, MC_R_LINK_LOCAL);
}

/* ---- each reason ---- */

static void report_with(const struct ipv6 *ip, int checksum_off, int records_off)
{
	struct record6 record = { .type = TO_EX, .group = GROUP6 };
	struct report6 report = { .checksum_off = checksum_off, .records_off = records_off };

	packet_mld_from(&frame, ip);
	frame_report6(&frame, &report);
	frame_record6(&frame, &record);
	frame_finish(&frame);
}

/* An MLD report behind @count destination options, and no Hop-by-Hop header. */
static void report_behind(unsigned int count)
{
	struct ipv6 ip = ipv6_header(HOST6, ALL_V2_ROUTERS6, count ? EXT_DESTINATION : 58);
	struct report6 report = { 0 };

	ip.hop_limit = 1;
	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group6(ALL_V2_ROUTERS6), HOST_MAC, ETHERTYPE_IPV6);
	frame_ipv6(&frame, &ip);
	for (unsigned int i = 1; i <= count; i++) {
		struct extension options = { .next = i < count ? EXT_DESTINATION : 58,
					     .length = 6 };

		frame_extension(&frame, &options);
	}
	frame_report6(&frame, &report);
	frame_finish(&frame);
}

static void fragmented(void)
{
	struct ipv6 ip = ipv6_header(HOST6, ALL_V2_ROUTERS6, EXT_FRAGMENT);
	struct report6 report = { 0 };

	ip.hop_limit = 1;
	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group6(ALL_V2_ROUTERS6), HOST_MAC, ETHERTYPE_IPV6);
	frame_ipv6(&frame, &ip);
	frame_fragment(&frame, 58, 1); /* the first of several */
	frame_report6(&frame, &report);
	frame_finish(&frame);
}

static void query(void)
{
	struct mld mld = { .type = MLD_QUERY };

	packet_mld(&frame, ALL_NODES6);
	frame_mld(&frame, &mld);
	frame_finish(&frame);
}

static void build(enum mc_reason reason)
{
	struct ipv6 ip = mld_header(ALL_V2_ROUTERS6);

	switch (reason) {
	case MC_R_IPV6_CHAIN:
		report_behind(5);
		break;
	case MC_R_MLD_CHECKSUM:
		report_with(&ip, 1, 0);
		break;
	case MC_R_MLD_HOP_LIMIT:
		ip.hop_limit = 2;
		report_with(&ip, 0, 0);
		break;
	case MC_R_MLD_FRAGMENT:
		fragmented();
		break;
	case MC_R_MLD_ALERT:
		report_behind(1);
		break;
	case MC_R_MLD_SOURCE:
		ip.source = SENDER6;
		report_with(&ip, 0, 0);
		break;
	case MC_R_MLD_TRUNCATED:
		report_with(&ip, 0, 1);
		break;
	case MC_R_MLD_DESTINATION:
		ip = mld_header(ALL_ROUTERS6);
		report_with(&ip, 0, 0);
		break;
	case MC_R_MLD_QUERY:
		query();
		break;
	default:
		fail_msg("no packet reaches '%s'", mc_reason_name(reason));
	}
}

static void each_reason(void **state)
{
	for (int reason = MC_R_IPV6_CHAIN; reason < MC_R_GENEVE_VERSION; reason++) {
		build(reason);
		expect_port(*state, port, &frame, reason);
	}
}

static int enter(void **state)
{
	scene_enter(state);
	port = scene.port[0];
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(v1_joins_and_leaves), scene_test(v2_joins_waits_and_leaves),
		scene_test(data_goes_by_source), scene_test(groups_that_stay_on_the_link),
		scene_test(each_reason),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
