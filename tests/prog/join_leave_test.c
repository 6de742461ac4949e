/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one message of IGMPv1, v2 or v3 does to a membership: RFC 9776 section 6.4 as far as it goes
 * without source lists, where all that asks for some source is a join.
 */
#include <bpfcast/util.h>
#include <tests/kit/expect.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

static __u32 port;
static struct frame frame;

static struct mc_member member_now(struct datapath *d, __u32 group)
{
	struct mc_member member;

	assert_true(get_member(d, VNI, port, group, &member));
	return member;
}

static void v1_and_v2_join(void **state)
{
	struct datapath *d = *state;

	packet_join_v1(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_int_equal(member_now(d, EMPTY).version, 1);
	assert_true(member_now(d, EMPTY).exclude);

	packet_join_v2(&frame, REMOTE);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_int_equal(member_now(d, REMOTE).version, 2);
	assert_true(member_now(d, REMOTE).exclude);
	assert_int_equal(member_now(d, REMOTE).origins, MC_ORIGIN_REPORT);
	assert_int_equal(port_state(d, port).groups, 2);
	assert_int_equal(port_state(d, port).joins, 2);
	assert_int_equal(port_state(d, port).reports, 2);
}

static void leave_with(struct datapath *d, __u32 destination)
{
	struct igmp leave = { .type = IGMP_V2_LEAVE, .group = EMPTY };

	packet_join_v2(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	packet_igmp(&frame, destination);
	frame_igmp(&frame, &leave);
	frame_finish(&frame);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_false(is_member(d, VNI, port, EMPTY));
	assert_int_equal(port_state(d, port).groups, 0);
}

static void v2_leaves(void **state)
{
	leave_with(*state, ALL_ROUTERS);
	leave_with(*state, EMPTY); /* RFC 2236 section 9: early hosts */
	assert_int_equal(port_state(*state, port).leaves, 2);
}

/* What each type of record does to who is no member, and to an any-source member. */
enum effect { NOTHING, JOINS, LEAVES, BLOCKS };

static const struct {
	__u8 type;
	__u8 sources;
	enum effect effect; /* on nobody only JOINS is not NOTHING; on a member it is a refresh */
	__u8 exclude;	    /* after JOINS */
} records[] = {
	{ IS_IN, 0, NOTHING, 0 }, { IS_IN, 2, JOINS, 0 },   { IS_EX, 0, JOINS, 1 },
	{ IS_EX, 2, JOINS, 1 },	  { TO_IN, 0, LEAVES, 0 },  { TO_IN, 2, JOINS, 0 }, /* no leave */
	{ TO_EX, 0, JOINS, 1 },	  { TO_EX, 2, JOINS, 1 },   { ALLOW, 0, NOTHING, 0 },
	{ ALLOW, 2, JOINS, 0 },	  { BLOCK, 0, NOTHING, 0 }, { BLOCK, 2, BLOCKS, 1 },
	{ 0, 0, NOTHING, 0 }, /* unknown, section 4.2.13 */
	{ 0, 2, NOTHING, 0 },	  { 7, 0, NOTHING, 0 },	    { 255, 2, NOTHING, 0 },
};

static void each_record_type_from_nobody(void **state)
{
	struct datapath *d = *state;

	for (size_t i = 0; i < MC_ARRAY_SIZE(records); i++) {
		bool joins = records[i].effect == JOINS;

		packet_record(&frame, records[i].type, EMPTY, records[i].sources);
		expect_port(d, port, &frame, joins ? MC_R_REPORT : MC_R_REPORT_IGNORED);
		assert_int_equal(is_member(d, VNI, port, EMPTY), joins);
		if (!joins)
			continue;
		assert_int_equal(!!member_now(d, EMPTY).exclude, records[i].exclude);
		assert_int_equal(member_now(d, EMPTY).version, 3);
		packet_leave_v3(&frame, EMPTY);
		expect_port(d, port, &frame, MC_R_REPORT);
	}
	assert_int_equal(port_state(d, port).groups, 0);
}

static void each_record_type_from_a_member(void **state)
{
	struct datapath *d = *state;

	for (size_t i = 0; i < MC_ARRAY_SIZE(records); i++) {
		packet_join_v3(&frame, EMPTY);
		expect_port(d, port, &frame, MC_R_REPORT);
		packet_record(&frame, records[i].type, EMPTY, records[i].sources);
		expect_port(d, port, &frame,
			    records[i].type < IS_IN || records[i].type > BLOCK ? MC_R_REPORT_IGNORED
									       : MC_R_REPORT);
		assert_int_equal(is_member(d, VNI, port, EMPTY), records[i].effect != LEAVES);
		assert_int_equal(port_state(d, port).groups, records[i].effect != LEAVES);
	}
}

/* RFC 9776 section 6.4.1 and 6.4.2: only TO_IN, and only once the group timer is out, ends EXCLUDE. */
static void allow_leaves_exclude_mode_alone(void **state)
{
	struct datapath *d = *state;

	packet_join_v3(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	packet_record(&frame, ALLOW, EMPTY, 2); /* of a host that blocked these before */
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_true(member_now(d, EMPTY).exclude);
}

static void a_second_join_refreshes(void **state)
{
	struct datapath *d = *state;
	struct mc_member first, second;

	packet_join_v2(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	first = member_now(d, EMPTY);
	assert_int_equal(first.since, first.last_report);
	packet_join_v3(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	second = member_now(d, EMPTY);
	assert_int_equal(second.since, first.since);
	assert_true(second.last_report > first.last_report);
	assert_int_equal(second.version, 3);
	assert_int_equal(second.slot, first.slot);
	assert_int_equal(port_state(d, port).joins, 1);
	assert_int_equal(port_state(d, port).groups, 1);
}

/* Each origin holds the member for itself. */
static void a_leave_takes_the_reports_hold_only(void **state)
{
	struct mc_member_key key = member_key(VNI, port, EMPTY);
	struct datapath *d = *state;

	assert_int_equal(datapath_control(d, MC_OP_JOIN, &key, MC_ORIGIN_STATIC), 0);
	packet_leave_v2(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT_IGNORED);
	packet_join_v2(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_int_equal(member_now(d, EMPTY).origins, MC_ORIGIN_STATIC | MC_ORIGIN_REPORT);
	packet_leave_v2(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_int_equal(member_now(d, EMPTY).origins, MC_ORIGIN_STATIC);
	assert_int_equal(port_state(d, port).leaves, 0);
}

/* The membership is of the port's VNI: port 3 is in another one. */
static void a_port_joins_in_its_own_vni(void **state)
{
	struct datapath *d = *state;

	packet_join_v2(&frame, EMPTY);
	expect_port(d, scene.port[3], &frame, MC_R_REPORT_PENDING);
	assert_true(is_pending(d, OTHER_VNI, scene.port[3], EMPTY));
	assert_false(is_member(d, VNI, scene.port[3], EMPTY));
	add_group(d, OTHER_VNI, REMOTE, 4);
	packet_join_v2(&frame, REMOTE);
	expect_port(d, scene.port[3], &frame, MC_R_REPORT);
	assert_true(is_member(d, OTHER_VNI, scene.port[3], REMOTE));
	assert_false(is_member(d, VNI, scene.port[3], REMOTE));
}

/* Router Alert is expected, not required; source 0.0.0.0 is of a host without address (4.2.14). */
static void accepts_what_real_hosts_send(void **state)
{
	struct ipv4 ip = igmp_header(EMPTY);
	struct igmp join = { .type = IGMP_V2_REPORT, .group = EMPTY };
	struct datapath *d = *state;

	ip.options_length = 0;
	ip.source = 0;
	ip.tos = 0;
	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group(EMPTY), HOST_MAC, ETHERTYPE_IPV4);
	frame_ipv4(&frame, &ip);
	frame_igmp(&frame, &join);
	frame_finish(&frame);
	expect_port(d, port, &frame, MC_R_REPORT);
	packet_leave_v2(&frame, EMPTY);
	frame_add(&frame, NULL, 60 - frame.length); /* padding of Ethernet, behind the IP packet */
	expect_port(d, port, &frame, MC_R_REPORT);
	packet_join_v2(&frame, EMPTY);
	packet_igmp(&frame, EMPTY);
	frame_igmp(&frame, &join);
	frame_add_pattern(&frame, 20); /* part of the message, RFC 2236 section 2.5: ignored */
	frame_finish(&frame);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_true(is_member(d, VNI, port, EMPTY));
}

static void queries_change_nothing(void **state)
{
	const struct mc_port may_query = { .vni = VNI,
					   .limit_groups = 8,
					   .flags = MC_PORT_F_MAY_QUERY };
	struct query query = { .code = 100 };
	struct datapath *d = *state;

	packet_igmp(&frame, ALL_HOSTS);
	frame_query(&frame, &query);
	frame_finish(&frame);
	expect_port(d, port, &frame, MC_R_IGMP_QUERY);
	set_port(d, port, &may_query);
	expect_port(d, port, &frame, MC_R_NOT_OURS);
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
		scene_test(v1_and_v2_join),
		scene_test(v2_leaves),
		scene_test(each_record_type_from_nobody),
		scene_test(each_record_type_from_a_member),
		scene_test(allow_leaves_exclude_mode_alone),
		scene_test(a_second_join_refreshes),
		scene_test(a_leave_takes_the_reports_hold_only),
		scene_test(a_port_joins_in_its_own_vni),
		scene_test(accepts_what_real_hosts_send),
		scene_test(queries_change_nothing),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
