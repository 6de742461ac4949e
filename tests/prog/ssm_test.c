/* SPDX-License-Identifier: Apache-2.0 */
/* Source-specific groups, 232.0.0.0/8 and ff3x::/32: nobody joins them without a source (RFC 4604). */
#include <tests/kit/events.h>
#include <tests/kit/expect.h>
#include <tests/kit/mld.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#define SSM  IP4(232, 1, 1, 1)
#define SSM6 ip6("ff3e::8000:1")

static __u32 port;
static struct frame frame;
static struct events events;

static void any_source_is_ignored(void **state)
{
	struct datapath *d = *state;
	unsigned int type;

	packet_join_v1(&frame, SSM);
	expect_port(d, port, &frame, MC_R_SSM_GROUP);
	packet_join_v2(&frame, SSM);
	expect_port(d, port, &frame, MC_R_SSM_GROUP);
	packet_join6_v1(&frame, SSM6);
	expect_port(d, port, &frame, MC_R_SSM_GROUP);
	for (type = IS_EX; type <= TO_EX; type += TO_EX - IS_EX) {
		for (unsigned int sources = 0; sources < 3; sources++) {
			packet_record(&frame, type, SSM, sources);
			expect_port(d, port, &frame, MC_R_SSM_GROUP);
			packet_record6(&frame, type, SSM6, sources);
			expect_port(d, port, &frame, MC_R_SSM_GROUP);
		}
	}
	assert_int_equal(port_state(d, port).groups, 0);
	assert_int_equal(port_state(d, port).refused, 0);
}

/* Nor does it change what somebody asked for before. */
static void sources_are_joined_and_stay(void **state)
{
	struct datapath *d = *state;
	struct ipv4 ip = ipv4_header(source_at(0), SSM, PROTOCOL_UDP);
	struct mc_member member;

	add_group(d, VNI, SSM, 4);
	packet_record(&frame, TO_IN, SSM, 1);
	expect_port(d, port, &frame, MC_R_REPORT);
	packet_record(&frame, TO_EX, SSM, 0);
	expect_port(d, port, &frame, MC_R_SSM_GROUP);
	packet_join_v2(&frame, SSM);
	expect_port(d, port, &frame, MC_R_SSM_GROUP);
	packet_leave_v2(&frame, SSM);
	expect_port(d, port, &frame, MC_R_SSM_GROUP);
	assert_true(get_member(d, VNI, port, SSM, &member));
	assert_int_equal(member.exclude, 0);
	assert_int_equal(member.sources, 1);
	packet_ipv4(&frame, &ip, 20);
	expect_port(d, scene.port[1], &frame, MC_R_FORWARDED);
	ip.source = source_at(1);
	packet_ipv4(&frame, &ip, 20);
	expect_port(d, scene.port[1], &frame, MC_R_FILTERED);

	packet_record6(&frame, IS_IN, SSM6, 1);
	expect_port(d, port, &frame, MC_R_REPORT_PENDING);
}

static void the_ranges_end_where_they_should(void **state)
{
	struct datapath *d = *state;

	packet_join_v2(&frame, IP4(231, 255, 255, 255));
	expect_port(d, port, &frame, MC_R_REPORT_PENDING);
	packet_join_v2(&frame, IP4(232, 0, 0, 0));
	expect_port(d, port, &frame, MC_R_SSM_GROUP);
	packet_join_v2(&frame, IP4(232, 255, 255, 255));
	expect_port(d, port, &frame, MC_R_SSM_GROUP);
	packet_join_v2(&frame, IP4(233, 0, 0, 0));
	expect_port(d, port, &frame, MC_R_REPORT_PENDING);
	packet_join6_v1(&frame, ip6("ff35::1"));
	expect_port(d, port, &frame, MC_R_SSM_GROUP);
	packet_join6_v1(&frame, ip6("ff35:1::1")); /* a prefix: RFC 3306 */
	expect_port(d, port, &frame, MC_R_REPORT_PENDING);
	packet_join6_v1(&frame, ip6("ff25::1"));
	expect_port(d, port, &frame, MC_R_REPORT_PENDING);
}

/* Counted each time, told once an interval. */
static void it_is_told(void **state)
{
	struct datapath *d = *state;

	events_open(&events, d);
	packet_join_v2(&frame, SSM);
	expect_port(d, port, &frame, MC_R_SSM_GROUP);
	assert_int_equal(events_read_one(&events)->reason, MC_R_SSM_GROUP);
	assert_int_equal(MC_BE32(events.event[0].group.word[3]), SSM);
	assert_int_equal(events.event[0].ifindex, port);
	events_close(&events);
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
		scene_test(any_source_is_ignored),
		scene_test(sources_are_joined_and_stay),
		scene_test(the_ranges_end_where_they_should),
		scene_test(it_is_told),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
