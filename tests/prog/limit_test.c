/* SPDX-License-Identifier: Apache-2.0 */
/* Full groups, full tables, limits of a port: the new is refused, counted and told, the old is kept. */
#include <errno.h>

#include <tests/kit/events.h>
#include <tests/kit/expect.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#define SMALL	    IP4(239, 3, 0, 1)
#define SMALL_SLOTS 3

static __u32 port, port2;
static struct frame frame;
static struct events events;
static struct vector vector;

static void expect_refused(__u32 ifindex, __u32 group, enum mc_reason reason)
{
	const struct mc_event *event = NULL;

	events_read(&events);
	for (size_t i = 0; i < events.count; i++)
		if (events.event[i].type == MC_EVENT_REFUSED)
			event = &events.event[i];
	assert_non_null(event);
	assert_int_equal(event->reason, reason);
	assert_int_equal(event->ifindex, ifindex);
	assert_int_equal(event->vni, VNI);
	assert_int_equal(MC_BE32(event->group.word[3]), group);
}

/* Members of SMALL that need no device. */
static void fill_group(struct datapath *d, unsigned int members)
{
	add_group(d, VNI, SMALL, SMALL_SLOTS);
	for (unsigned int i = 0; i < members; i++) {
		add_port(d, NO_DEVICE + i, VNI);
		add_member(d, VNI, NO_DEVICE + i, SMALL);
	}
}

static void a_full_group_refuses(void **state)
{
	struct datapath *d = *state;
	struct mc_member member;

	fill_group(d, SMALL_SLOTS);
	events_open(&events, d);
	packet_join_v3(&frame, SMALL);
	expect_port(d, port, &frame, MC_R_GROUP_FULL);
	expect_refused(port, SMALL, MC_R_GROUP_FULL);
	assert_int_equal(port_state(d, port).refused, 1);
	assert_true(get_member(d, VNI, port, SMALL, &member)); /* known, waits for a slot */
	assert_int_equal(member.slot, MC_SLOT_NONE);
	get_vector(d, VNI, SMALL, &vector);
	assert_int_equal(vector.state.used, SMALL_SLOTS);
	assert_int_equal(vector.state.high, SMALL_SLOTS);
	assert_int_equal(vector.state.waiting, 1);
	for (__u32 i = 0; i < SMALL_SLOTS; i++)
		assert_int_equal(vector.slot[i].ifindex, NO_DEVICE + i);
	assert_int_equal(vector.slot[SMALL_SLOTS].word, 0);

	expect_port(d, port, &frame, MC_R_GROUP_FULL); /* again: waits once */
	get_vector(d, VNI, SMALL, &vector);
	assert_int_equal(vector.state.waiting, 1);
	assert_int_equal(port_state(d, port).groups, 1);
	events_close(&events);
}

static void who_waits_is_served_after_a_leave(void **state)
{
	struct mc_member_key key = member_key(VNI, NO_DEVICE + 1, SMALL);
	struct datapath *d = *state;
	struct mc_member member;

	fill_group(d, SMALL_SLOTS);
	packet_join_v3(&frame, SMALL);
	expect_port(d, port, &frame, MC_R_GROUP_FULL);
	assert_int_equal(datapath_control(d, MC_OP_LEAVE, &key, MC_ORIGIN_STATIC), 0);
	expect_port(d, port, &frame, MC_R_REPORT); /* as its next report says it again */
	assert_true(get_member(d, VNI, port, SMALL, &member));
	assert_int_equal(member.slot, 1);
	get_vector(d, VNI, SMALL, &vector);
	assert_int_equal(vector.state.waiting, 0);
	assert_int_equal(vector.state.used, SMALL_SLOTS);
	assert_int_equal(vector.slot[1].ifindex, port);
}

static void who_waits_may_leave(void **state)
{
	struct datapath *d = *state;

	fill_group(d, SMALL_SLOTS);
	packet_join_v3(&frame, SMALL);
	expect_port(d, port, &frame, MC_R_GROUP_FULL);
	packet_leave_v3(&frame, SMALL);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_false(is_member(d, VNI, port, SMALL));
	get_vector(d, VNI, SMALL, &vector);
	assert_int_equal(vector.state.waiting, 0);
	assert_int_equal(vector.state.used, SMALL_SLOTS);
}

static void a_hole_is_filled_before_fresh_slots(void **state)
{
	struct mc_member_key key = member_key(VNI, NO_DEVICE, SMALL);
	struct datapath *d = *state;
	struct mc_member member;

	fill_group(d, 2);
	assert_int_equal(datapath_control(d, MC_OP_LEAVE, &key, MC_ORIGIN_STATIC), 0);
	get_vector(d, VNI, SMALL, &vector);
	assert_int_equal(vector.state.used, 1);
	assert_int_equal(vector.state.high, 2);
	assert_int_equal(vector.slot[0].word, 0);
	packet_join_v3(&frame, SMALL);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_true(get_member(d, VNI, port, SMALL, &member));
	assert_int_equal(member.slot, 0);
	expect_port(d, port2, &frame, MC_R_REPORT);
	assert_true(get_member(d, VNI, port2, SMALL, &member));
	assert_int_equal(member.slot, 2);
}

static void a_full_table_of_members_refuses(void **state)
{
	const struct datapath_sizes sizes = { .members = 3 }; /* the scene has one */
	struct datapath *d = scene_new(&sizes);

	(void)state;
	events_open(&events, d);
	packet_join_v3(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	expect_port(d, port2, &frame, MC_R_REPORT);
	packet_join_v3(&frame, REMOTE);
	expect_port(d, port, &frame, MC_R_MEMBERS_FULL);
	expect_refused(port, REMOTE, MC_R_MEMBERS_FULL);
	assert_int_equal(port_state(d, port).groups, 1);
	assert_int_equal(port_state(d, port).refused, 1);
	get_vector(d, VNI, REMOTE, &vector);
	assert_int_equal(vector.state.used, 0);
	assert_int_equal(vector.state.waiting, 0);
	packet_leave_v3(&frame, EMPTY);
	expect_port(d, port2, &frame, MC_R_REPORT);
	packet_join_v3(&frame, REMOTE); /* room again */
	expect_port(d, port, &frame, MC_R_REPORT);
	events_close(&events);
	datapath_free(d);
}

static void a_full_table_refuses_waiting_joins_too(void **state)
{
	const struct datapath_sizes sizes = { .members = 2 }; /* one is SERVED's */
	struct datapath *d = scene_new(&sizes);

	(void)state;
	events_open(&events, d);
	packet_join_v3(&frame, UNKNOWN);
	expect_port(d, port, &frame, MC_R_REPORT_PENDING);
	packet_join_v3(&frame, UNKNOWN + 1);
	expect_port(d, port, &frame, MC_R_MEMBERS_FULL);
	expect_refused(port, UNKNOWN + 1, MC_R_MEMBERS_FULL);
	assert_true(is_pending(d, VNI, port, UNKNOWN));
	assert_int_equal(port_state(d, port).groups, 1);
	events_close(&events);
	datapath_free(d);
}

/* Members and pending joins count alike, and a port at its limit still refreshes and leaves. */
static void a_port_has_its_limit(void **state)
{
	const struct mc_port limited = { .vni = VNI, .limit_groups = 2 };
	struct datapath *d = *state;

	set_port(d, port, &limited);
	events_open(&events, d);
	packet_join_v3(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	packet_join_v3(&frame, UNKNOWN);
	expect_port(d, port, &frame, MC_R_REPORT_PENDING);
	packet_join_v3(&frame, REMOTE);
	expect_port(d, port, &frame, MC_R_PORT_LIMIT);
	expect_refused(port, REMOTE, MC_R_PORT_LIMIT);
	packet_join_v3(&frame, UNKNOWN + 1);
	expect_port(d, port, &frame, MC_R_PORT_LIMIT);
	packet_join_v3(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	packet_join_v3(&frame, REMOTE);
	expect_port(d, port2, &frame, MC_R_REPORT); /* another port is not limited */
	packet_leave_v3(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	packet_join_v3(&frame, REMOTE);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_int_equal(port_state(d, port).groups, 2);
	assert_int_equal(port_state(d, port).refused, 2);
	events_close(&events);
}

/* Leaves first or last in a report: who is at the limit may exchange groups in one message. */
static void a_report_over_the_limit_takes_what_fits(void **state)
{
	const struct mc_port limited = { .vni = VNI, .limit_groups = 5 };
	struct datapath *d = *state;

	set_port(d, port, &limited);
	packet_report(&frame, TO_EX, UNKNOWN, 9);
	expect_port(d, port, &frame, MC_R_PORT_LIMIT);
	for (__u32 i = 0; i < 9; i++)
		assert_int_equal(is_pending(d, VNI, port, UNKNOWN + i), i < 5);
	assert_int_equal(port_state(d, port).groups, 5);
	assert_int_equal(port_state(d, port).refused, 4);
}

/* The lock is held, or the port has no state: nothing is changed, and it is said. */
static void a_busy_port_changes_nothing(void **state)
{
	struct datapath *d = *state;

	set_port_lock(d, port, 1);
	packet_join_v3(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_PORT_BUSY);
	assert_false(is_member(d, VNI, port, EMPTY));
	assert_int_equal(port_state(d, port).reports, 0);
	set_port_lock(d, port, 0);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_int_equal(port_state(d, port).lock, 0);
	assert_int_equal(mc_table_del(&d->in, MC_TABLE_PORT_STATE, &port), 0);
	packet_leave_v3(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_PORT_BUSY);
	assert_true(is_member(d, VNI, port, EMPTY));
}

static int enter(void **state)
{
	scene_enter(state);
	port = scene.port[0];
	port2 = scene.port[2];
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(a_full_group_refuses),
		scene_test(who_waits_is_served_after_a_leave),
		scene_test(who_waits_may_leave),
		scene_test(a_hole_is_filled_before_fresh_slots),
		cmocka_unit_test(a_full_table_of_members_refuses),
		cmocka_unit_test(a_full_table_refuses_waiting_joins_too),
		scene_test(a_port_has_its_limit),
		scene_test(a_report_over_the_limit_takes_what_fits),
		scene_test(a_busy_port_changes_nothing),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
