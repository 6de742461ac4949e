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
	struct mc_member pending;

	packet_join_v2(&frame, UNKNOWN);
	expect_port(d, port, &frame, MC_R_REPORT_PENDING);
	assert_true(get_member(d, VNI, port, UNKNOWN, &pending));
	assert_int_equal(pending.version, 2);
	assert_int_equal(pending.exclude, MC_ORIGIN_REPORT);
	assert_int_equal(pending.slot, MC_SLOT_NONE);
	assert_true(pending.since > 0);
	assert_false(is_member(d, VNI, port, UNKNOWN));
	assert_int_equal(port_state(d, port).groups, 1);
	expect_port(d, port, &frame, MC_R_REPORT_PENDING); /* again: still one */
	assert_int_equal(port_state(d, port).groups, 1);
	assert_int_equal(port_state(d, port).joins, 1);
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
	assert_int_equal(member.exclude, MC_ORIGIN_REPORT);
	assert_true(is_member(d, VNI, scene.port[1], UNKNOWN));
	assert_false(is_pending(d, VNI, port, UNKNOWN));
	assert_false(is_pending(d, VNI, scene.port[1], UNKNOWN));
	assert_true(is_pending(d, OTHER_VNI, scene.port[3], UNKNOWN));
	assert_int_equal(port_state(d, port).groups, 1);
	get_vector(d, VNI, UNKNOWN, &vector);
	assert_int_equal(vector.state.used, 2);
}

static void place_asks_for_both(void **state)
{
	struct mc_member_key key = member_key(VNI, port, UNKNOWN);
	struct datapath *d = *state;

	assert_int_equal(datapath_control(d, MC_OP_PLACE, &key, 0), -ENOENT); /* no join */
	join(d, port, MC_R_REPORT_PENDING);
	assert_int_equal(datapath_control(d, MC_OP_PLACE, &key, 0), -ENOENT); /* no group */
	assert_true(is_pending(d, VNI, port, UNKNOWN));
	add_group(d, VNI, UNKNOWN, 4);
	assert_true(is_member(d, VNI, port, UNKNOWN));
	assert_int_equal(datapath_control(d, MC_OP_PLACE, &key, 0), 0); /* nothing to do */
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
		scene_test(place_asks_for_both),
		scene_test(leaving_ends_the_wait),
		scene_test(a_group_that_goes_leaves_pending_joins),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
