/* SPDX-License-Identifier: Apache-2.0 */
/* What is told as it happens: each change once, with all that is known; drops by sample. */
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <tests/kit/events.h>
#include <tests/kit/expect.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#define RING_RECORDS (MC_EVENT_BYTES / (sizeof(struct mc_event) + 8)) /* with its header */

static __u32 port;
static struct frame frame;
static struct events events;

static __u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (__u64)ts.tv_sec * 1000000000 + (__u64)ts.tv_nsec;
}

static void expect_change(enum mc_event_type type, enum mc_reason reason, __u8 origins, __u32 group)
{
	const struct mc_event *event = events_read_one(&events);

	assert_int_equal(event->type, type);
	assert_int_equal(event->reason, reason);
	assert_int_equal(event->origins, origins);
	assert_int_equal(event->pad, 0);
	assert_int_equal(event->ifindex, port);
	assert_int_equal(event->vni, VNI);
	assert_int_equal(event->count, 0);
	assert_int_equal(event->length, 0);
	assert_true(mc_addr_is_v4(&event->group));
	assert_int_equal(MC_BE32(event->group.word[3]), group);
	assert_true(event->time <= now() && event->time + 10000000000 > now());
}

static void joins_and_leaves(void **state)
{
	struct mc_member_key key = member_key(VNI, port, EMPTY);
	struct datapath *d = *state;

	events_open(&events, d);
	packet_join_v3(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	expect_change(MC_EVENT_JOIN, MC_R_REPORT, MC_ORIGIN_REPORT, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT); /* a refresh is no news */
	assert_int_equal(events_read(&events), 0);
	datapath_control(d, MC_OP_JOIN, &key, MC_ORIGIN_STATIC);
	expect_change(MC_EVENT_JOIN, MC_R_REPORT, MC_ORIGIN_STATIC, EMPTY);
	packet_leave_v3(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	expect_change(MC_EVENT_LEAVE, MC_R_REPORT, MC_ORIGIN_REPORT, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT_IGNORED);
	assert_int_equal(events_read(&events), 0);
	datapath_control(d, MC_OP_LEAVE, &key, MC_ORIGIN_STATIC);
	expect_change(MC_EVENT_LEAVE, MC_R_REPORT, MC_ORIGIN_STATIC, EMPTY);
	events_close(&events);
}

/* The origins that changed, not those that were asked for. */
static void only_what_changed_is_told(void **state)
{
	struct mc_member_key key = member_key(VNI, port, EMPTY);
	struct datapath *d = *state;

	events_open(&events, d);
	datapath_control(d, MC_OP_JOIN, &key, MC_ORIGIN_STATIC);
	expect_change(MC_EVENT_JOIN, MC_R_REPORT, MC_ORIGIN_STATIC, EMPTY);
	datapath_control(d, MC_OP_JOIN, &key, MC_ORIGIN_STATIC);
	assert_int_equal(events_read(&events), 0);
	datapath_control(d, MC_OP_JOIN, &key, MC_ORIGIN_CONTROL);
	expect_change(MC_EVENT_JOIN, MC_R_REPORT, MC_ORIGIN_CONTROL, EMPTY);
	datapath_control(d, MC_OP_LEAVE, &key, MC_ORIGIN_STATIC | MC_ORIGIN_REPORT);
	expect_change(MC_EVENT_LEAVE, MC_R_REPORT, MC_ORIGIN_STATIC, EMPTY);
	events_close(&events);
}

static void joins_that_wait(void **state)
{
	struct datapath *d = *state;

	events_open(&events, d);
	packet_join_v3(&frame, UNKNOWN);
	expect_port(d, port, &frame, MC_R_REPORT_PENDING);
	expect_change(MC_EVENT_JOIN, MC_R_REPORT_PENDING, MC_ORIGIN_REPORT, UNKNOWN);
	expect_port(d, port, &frame, MC_R_REPORT_PENDING);
	assert_int_equal(events_read(&events), 0);
	add_group(d, VNI, UNKNOWN, 4);
	expect_change(MC_EVENT_JOIN, MC_R_REPORT, MC_ORIGIN_REPORT, UNKNOWN);
	events_close(&events);
}

static void a_report_tells_each_of_its_joins(void **state)
{
	struct datapath *d = *state;

	events_open(&events, d);
	packet_report(&frame, TO_EX, UNKNOWN, 180);
	expect_port(d, port, &frame, MC_R_REPORT_PENDING);
	assert_int_equal(events_read(&events), 180);
	for (__u32 i = 0; i < 180; i++)
		assert_int_equal(MC_BE32(events.event[i].group.word[3]), UNKNOWN + i);
	events_close(&events);
}

/* At most one a MC_EVENT_INTERVAL_MS on a CPU, so all this runs on one. */
static void expect_sampled(struct datapath *d, enum mc_event_type type, enum mc_reason reason)
{
	const struct mc_event *event;

	events_open(&events, d);
	for (int i = 0; i < 20; i++)
		expect_port(d, port, &frame, reason);
	event = events_read_one(&events);
	assert_int_equal(event->type, type);
	assert_int_equal(event->reason, reason);
	assert_int_equal(event->count, 1);
	assert_int_equal(event->length, frame.length);
	assert_int_equal(event->ifindex, port);
	assert_int_equal(event->vni, VNI);
	assert_int_equal(MC_BE32(event->source.word[3]), SENDER);

	for (int i = 0; i < 200 && !events_read(&events); i++) { /* until the interval is over */
		usleep(MC_EVENT_INTERVAL_MS * 1000 / 20);
		expect_port(d, port, &frame, reason);
	}
	assert_int_equal(events.count, 1);
	assert_int_equal(events.event[0].count, counted(d, reason));
	events_close(&events);
}

static void drops_are_sampled(void **state)
{
	packet_data(&frame, SERVED, 10);
	frame.byte[5]++;
	expect_sampled(*state, MC_EVENT_DROP, MC_R_WRONG_MAC);
}

static void unknown_groups_are_sampled(void **state)
{
	packet_data(&frame, UNKNOWN, 10);
	expect_sampled(*state, MC_EVENT_UNKNOWN_GROUP, MC_R_UNKNOWN_GROUP);
	assert_int_equal(events.count, 1);
}

/* Each reason has an interval of its own. */
static void one_reason_hides_no_other(void **state)
{
	struct datapath *d = *state;

	events_open(&events, d);
	packet_data(&frame, SERVED, 10);
	frame.byte[5]++;
	expect_port(d, port, &frame, MC_R_WRONG_MAC);
	expect_port(d, port, &frame, MC_R_WRONG_MAC);
	frame_cut(&frame, frame.length - 1);
	expect_port(d, port, &frame, MC_R_MALFORMED);
	assert_int_equal(events_read(&events), 2);
	assert_int_equal(events.event[1].reason, MC_R_MALFORMED);
	events_close(&events);
}

static void success_is_no_event(void **state)
{
	struct datapath *d = *state;

	events_open(&events, d);
	packet_data(&frame, SERVED, 10);
	expect_port(d, port, &frame, MC_R_FORWARDED);
	packet_data(&frame, EMPTY, 10);
	expect_port(d, port, &frame, MC_R_NO_MEMBER);
	packet_data(&frame, IP4(224, 0, 0, 251), 10);
	expect_port(d, port, &frame, MC_R_LINK_LOCAL);
	assert_int_equal(events_read(&events), 0);
	events_close(&events);
}

/* A reader that is not there costs events, and nothing else. */
static void a_full_ring_loses_no_membership(void **state)
{
	struct datapath *d = *state;

	for (size_t i = 0; i < RING_RECORDS / 2 + 100; i++) {
		packet_join_v2(&frame, EMPTY);
		datapath_port(d, port, &frame, NULL);
		packet_leave_v2(&frame, EMPTY);
		datapath_port(d, port, &frame, NULL);
	}
	packet_join_v2(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_true(is_member(d, VNI, port, EMPTY));
	assert_true(port_state(d, port).joins > RING_RECORDS / 2);
	events_open(&events, d); /* empties it */
	packet_leave_v2(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	expect_change(MC_EVENT_LEAVE, MC_R_REPORT, MC_ORIGIN_REPORT, EMPTY);
	events_close(&events);
}

static int enter(void **state)
{
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(sched_getcpu(), &first);
	assert_int_equal(sched_setaffinity(0, sizeof(first), &first), 0);
	scene_enter(state);
	port = scene.port[0];
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(joins_and_leaves),
		scene_test(only_what_changed_is_told),
		scene_test(joins_that_wait),
		scene_test(a_report_tells_each_of_its_joins),
		scene_test(drops_are_sampled),
		scene_test(unknown_groups_are_sampled),
		scene_test(one_reason_hides_no_other),
		scene_test(success_is_no_event),
		scene_test(a_full_ring_loses_no_membership),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
