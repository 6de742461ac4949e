/* SPDX-License-Identifier: Apache-2.0 */
/* Source addresses and MACs that a port owns: others are dropped, where these are known. */
#include <string.h>

#include <bpf/bpf.h>

#include <tests/kit/expect.h>
#include <tests/kit/mld.h>
#include <tests/kit/scene.h>
#include <tests/kit/snapshot.h>
#include <tests/kit/test.h>

#define OTHER_HOST IP4(10, 244, 1, 9) /* another pod's address */

static __u32 port;
static struct frame frame;

static void own(struct datapath *d, const struct mc_addr *source)
{
	struct mc_port_source key = { .ifindex = port, .source = *source };
	__u32 value = 0;

	assert_int_equal(mc_table_set(&d->in, MC_TABLE_PORT_SOURCES, &key, &value, BPF_ANY), 0);
}

/* The port owns HOST, SENDER6 and HOST_MAC. */
static void set_owner(struct datapath *d, __u16 flags)
{
	struct mc_port settings = { .vni = VNI, .flags = flags, .limit_groups = 9 };
	struct mc_addr v4 = mc_addr_v4(MC_BE32(HOST)), v6;
	struct ip6 sender = SENDER6;

	for (int i = 0; i < 6; i++)
		settings.mac[i] = HOST_MAC >> (40 - 8 * i) & 0xff;
	memcpy(&v6, &sender, sizeof(v6));
	own(d, &v4);
	own(d, &v6);
	set_port(d, port, &settings);
}

static void expect_data(struct datapath *d, __u32 source, enum mc_reason reason)
{
	struct ipv4 ip = ipv4_header(source, EMPTY, PROTOCOL_UDP);

	packet_ipv4(&frame, &ip, 20);
	expect_port(d, port, &frame, reason);
}

static void expect_report(struct datapath *d, __u32 source, enum mc_reason reason)
{
	struct igmp join = { .type = IGMP_V2_REPORT, .group = EMPTY };
	struct ipv4 ip = igmp_header(EMPTY);

	ip.source = source;
	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group(EMPTY), HOST_MAC, ETHERTYPE_IPV4);
	frame_ipv4(&frame, &ip);
	frame_igmp(&frame, &join);
	frame_finish(&frame);
	expect_port(d, port, &frame, reason);
}

static void expect_report6(struct datapath *d, struct ip6 source, enum mc_reason reason)
{
	struct ipv6 ip = mld_header(ALL_V2_ROUTERS6);
	struct record6 record = { .type = TO_EX, .group = ip6("ff0e::77") };
	struct report6 report = { 0 };

	ip.source = source;
	packet_mld_from(&frame, &ip);
	frame_report6(&frame, &report);
	frame_record6(&frame, &record);
	frame_finish(&frame);
	expect_port(d, port, &frame, reason);
}

static void unless_known_any_may_send(void **state)
{
	struct datapath *d = *state;

	set_owner(d, 0);
	expect_data(d, OTHER_HOST, MC_R_NO_MEMBER);
	expect_report(d, OTHER_HOST, MC_R_REPORT);
}

static void data_from_another_address(void **state)
{
	struct datapath *d = *state;
	struct ipv6 ip;

	set_owner(d, MC_PORT_F_CHECK_SOURCE);
	expect_data(d, HOST, MC_R_NO_MEMBER);
	expect_data(d, OTHER_HOST, MC_R_SPOOFED_SOURCE);
	expect_data(d, 0, MC_R_BAD_SOURCE);
	expect_data(d, IP4(127, 0, 0, 1), MC_R_BAD_SOURCE);
	expect_data(d, IP4(255, 255, 255, 255), MC_R_BAD_SOURCE);
	expect_data(d, EMPTY, MC_R_BAD_SOURCE);
	add_group(d, VNI, IP4(239, 1, 7, 7), 1);
	packet_data6(&frame, ip6("ff0e::77"), 20);
	expect_port(d, port, &frame, MC_R_UNKNOWN_GROUP); /* nobody's to check */
	packet_data(&frame, IP4(239, 1, 7, 7), 20);	  /* from SENDER */
	expect_port(d, port, &frame, MC_R_SPOOFED_SOURCE);
	expect_port(d, scene.port[1], &frame, MC_R_NO_MEMBER); /* another port */
	ip = ipv6_header(HOST6, ip6("ff0e::77"), PROTOCOL_UDP);
	packet_ipv6(&frame, &ip, 20);
	expect_port(d, port, &frame, MC_R_UNKNOWN_GROUP);
}

/* A report of another pod's address would be a join of this port all the same, but it is a lie. */
static void reports_from_another_address(void **state)
{
	struct datapath *d = *state;
	struct snapshot *before;

	set_owner(d, MC_PORT_F_CHECK_SOURCE);
	before = snapshot_take(d);
	expect_report(d, OTHER_HOST, MC_R_SPOOFED_SOURCE);
	snapshot_check(d, before, "another host's report", 0);
	snapshot_free(before);
	expect_report(d, HOST, MC_R_REPORT);
	expect_report(d, 0, MC_R_REPORT); /* has no address yet: RFC 9776 section 4.2.14 */
	expect_report6(d, HOST6, MC_R_REPORT_PENDING); /* link-local */
	expect_report6(d, ip6("::"), MC_R_REPORT_PENDING);
	expect_report6(d, SENDER6, MC_R_MLD_SOURCE);
}

static void another_mac(void **state)
{
	struct datapath *d = *state;
	struct snapshot *before;

	set_owner(d, MC_PORT_F_CHECK_MAC);
	expect_data(d, OTHER_HOST, MC_R_NO_MEMBER); /* the MAC alone is known */
	before = snapshot_take(d);
	packet_join_v3(&frame, EMPTY);
	frame.byte[11] ^= 1;
	expect_port(d, port, &frame, MC_R_SPOOFED_MAC);
	packet_join6_v2(&frame, ip6("ff0e::77"));
	frame.byte[6] ^= 4;
	expect_port(d, port, &frame, MC_R_SPOOFED_MAC);
	packet_data(&frame, EMPTY, 20);
	frame.byte[8] ^= 1;
	expect_port(d, port, &frame, MC_R_SPOOFED_MAC);
	snapshot_check(d, before, "another MAC", 0);
	snapshot_free(before);
	packet_join_v3(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
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
		scene_test(unless_known_any_may_send),
		scene_test(data_from_another_address),
		scene_test(reports_from_another_address),
		scene_test(another_mac),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
