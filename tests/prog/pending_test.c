/* SPDX-License-Identifier: Apache-2.0 */
/* Joins that come before their group: kept, taken over when the group is added, never twice. */
#include <errno.h>

#include <tests/kit/expect.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

static __u32 port;
static struct frame frame;

static void join(struct datapath *d, __u32 from, enum mc_reason reason)
{
	packet_join_v3(&frame, UNKNOWN);
	expect_port(d, from, &frame, reason);
}

static void waits_for_its_group(void **state)
{
	struct datapath *d = *state;
	struct mc_pending pending;

	packet_join_v2(&frame, UNKNOWN);
	expect_port(d, port, &frame, MC_R_REPORT_PENDING);
	assert_true(get_pending(d, VNI, port, UNKNOWN, &pending));
	assert_int_equal(pending.version, 2);
	assert_int_equal(pending.filter, MC_FILTER_EXCLUDE);
	assert_true(pending.since > 0);
	assert_false(is_member(d, VNI, port, UNKNOWN));
	assert_int_equal(port_state(d, port).groups, 1);
	expect_port(d, port, &frame, MC_R_REPORT_PENDING); /* again: still one */
	assert_int_equal(port_state(d, port).groups, 1);
	assert_int_equal(port_state(d, port).joins, 0);
}

static void adding_the_group_takes_it_over(void **state)
{
	struct datapath *d = *state;
	struct mc_member member;
	struct vector vector;

	join(d, port, MC_R_REPORT_PENDING);
	join(d, scene.port[1], MC_R_REPORT_PENDING);
	join(d, scene.port[3], MC_R_REPORT_PENDING); /* of another VNI: stays */
	add_group(d, VNI, UNKNOWN, 4);
	assert_true(get_member(d, VNI, port, UNKNOWN, &member));
	assert_int_equal(member.origins, MC_ORIGIN_REPORT);
	assert_int_equal(member.version, 3);
	assert_int_equal(member.filter, MC_FILTER_EXCLUDE);
	assert_true(is_member(d, VNI, scene.port[1], UNKNOWN));
	assert_false(is_pending(d, VNI, port, UNKNOWN));
	assert_false(is_pending(d, VNI, scene.port[1], UNKNOWN));
	assert_true(is_pending(d, OTHER_VNI, scene.port[3], UNKNOWN));
	assert_int_equal(port_state(d, port).groups, 1);
	get_vector(d, VNI, UNKNOWN, &vector);
	assert_int_equal(vector.state.used, 2);
}

static void adopt_asks_for_both(void **state)
{
	struct mc_member_key key = member_key(VNI, port, UNKNOWN);
	struct datapath *d = *state;

	assert_int_equal(datapath_control(d, MC_OP_ADOPT, &key, 0), -ENOENT); /* no join */
	join(d, port, MC_R_REPORT_PENDING);
	assert_int_equal(datapath_control(d, MC_OP_ADOPT, &key, 0), -ENOENT); /* no group */
	assert_true(is_pending(d, VNI, port, UNKNOWN));
	add_group(d, VNI, UNKNOWN, 4);
	assert_true(is_member(d, VNI, port, UNKNOWN));
	assert_int_equal(datapath_control(d, MC_OP_ADOPT, &key, 0), -ENOENT); /* done before */
}

/* A leave of a join that waits: the join is gone, and that is no message without effect. */
static void leaving_ends_the_wait(void **state)
{
	struct datapath *d = *state;

	join(d, port, MC_R_REPORT_PENDING);
	packet_leave_v3(&frame, UNKNOWN);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_false(is_pending(d, VNI, port, UNKNOWN));
	assert_int_equal(port_state(d, port).groups, 0);
	expect_port(d, port, &frame, MC_R_REPORT_IGNORED);
	add_group(d, VNI, UNKNOWN, 4);
	assert_false(is_member(d, VNI, port, UNKNOWN));
}

/* The group came, and the host reported again before its old join was taken over. */
static void a_report_overtakes_the_adoption(void **state)
{
	struct mc_member_key key = member_key(VNI, port, SERVED + 100);
	struct mc_pending left = { .since = 1, .version = 3 };
	struct mc_port_state before;
	struct datapath *d = *state;

	add_group(d, VNI, SERVED + 100, 4);
	assert_int_equal(mc_table_set(&d->in, MC_TABLE_PENDING, &key, &left, 0), 0);
	before = port_state(d, port);
	before.groups = 1;
	assert_int_equal(mc_table_set(&d->in, MC_TABLE_PORT_STATE, &port, &before, 0), 0);

	packet_join_v3(&frame, SERVED + 100);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_int_equal(datapath_control(d, MC_OP_ADOPT, &key, 0), 0);
	assert_true(is_member(d, VNI, port, SERVED + 100));
	assert_false(is_pending(d, VNI, port, SERVED + 100));
	assert_int_equal(port_state(d, port).groups, 1);
	assert_int_equal(port_state(d, port).joins, 1);
}

/* Deleting a group keeps who reported, as pending; who is only static goes. */
static void a_group_that_goes_leaves_pending_joins(void **state)
{
	struct datapath *d = *state;

	packet_join_v3(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	add_member(d, VNI, port, EMPTY); /* both */
	add_member(d, VNI, scene.port[2], EMPTY);
	del_group(d, VNI, EMPTY);
	assert_false(is_member(d, VNI, port, EMPTY));
	assert_false(is_member(d, VNI, scene.port[2], EMPTY));
	assert_true(is_pending(d, VNI, port, EMPTY));
	assert_false(is_pending(d, VNI, scene.port[2], EMPTY));
	assert_int_equal(port_state(d, port).groups, 1);
	assert_int_equal(port_state(d, scene.port[2]).groups, 0);
	add_group(d, VNI, EMPTY, 4);
	assert_true(is_member(d, VNI, port, EMPTY));
}

/* Refusing the new must not lose the old: the join waits on when the table of members is full. */
static void a_full_table_of_members_loses_no_pending_join(void **state)
{
	const struct datapath_sizes sizes = { .members = 1 };
	struct datapath *d = scene_new(&sizes); /* SERVED's member is the one */

	(void)state;
	join(d, port, MC_R_REPORT_PENDING);
	add_group(d, VNI, UNKNOWN, 4);
	assert_false(is_member(d, VNI, port, UNKNOWN));
	assert_true(is_pending(d, VNI, port, UNKNOWN));
	assert_int_equal(port_state(d, port).groups, 1);
	datapath_free(d);
}

static void forget_drops_it(void **state)
{
	struct mc_member_key key = member_key(VNI, port, UNKNOWN);
	struct datapath *d = *state;

	join(d, port, MC_R_REPORT_PENDING);
	assert_int_equal(datapath_control(d, MC_OP_FORGET, &key, 0), 0);
	assert_false(is_pending(d, VNI, port, UNKNOWN));
	assert_int_equal(port_state(d, port).groups, 0);
	assert_int_equal(datapath_control(d, MC_OP_FORGET, &key, 0), -ENOENT);
	assert_int_equal(port_state(d, port).groups, 0);
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
		scene_test(waits_for_its_group),
		scene_test(adding_the_group_takes_it_over),
		scene_test(adopt_asks_for_both),
		scene_test(leaving_ends_the_wait),
		scene_test(a_report_overtakes_the_adoption),
		scene_test(a_group_that_goes_leaves_pending_joins),
		cmocka_unit_test(a_full_table_of_members_loses_no_pending_join),
		scene_test(forget_drops_it),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
