/* SPDX-License-Identifier: Apache-2.0 */
/* What a port may use besides groups: sources of a membership, messages a second. The new is refused. */
#include <time.h>
#include <unistd.h>

#include <tests/kit/expect.h>
#include <tests/kit/mld.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

static __u32 port;
static struct frame frame;

static void expect_from(struct datapath *d, __u32 source, enum mc_reason reason)
{
	struct ipv4 ip = ipv4_header(source, EMPTY, PROTOCOL_UDP);

	packet_ipv4(&frame, &ip, 20);
	expect_port(d, scene.port[1], &frame, reason);
}

static void a_membership_has_its_limit_of_sources(void **state)
{
	const struct mc_port limited = { .vni = VNI, .limit_groups = 9, .limit_sources = 2 };
	struct datapath *d = *state;

	set_port(d, port, &limited);
	packet_record(&frame, TO_IN, EMPTY, 3);
	expect_port(d, port, &frame, MC_R_SOURCE_LIMIT);
	expect_from(d, source_at(0), MC_R_FORWARDED);
	expect_from(d, source_at(1), MC_R_FORWARDED);
	expect_from(d, source_at(2), MC_R_FILTERED);
	packet_record(&frame, ALLOW, EMPTY, 2); /* those that it has */
	expect_port(d, port, &frame, MC_R_REPORT);
	packet_record(&frame, BLOCK, EMPTY, 1);
	expect_port(d, port, &frame, MC_R_REPORT);
	expect_from(d, source_at(0), MC_R_FILTERED);
	packet_record(&frame, TO_IN, REMOTE, 2); /* each membership has its own */
	expect_port(d, port, &frame, MC_R_REPORT);
	packet_record6(&frame, TO_IN, ip6("ff0e::77"), 3);
	expect_port(d, port, &frame, MC_R_SOURCE_LIMIT);
}

static void a_full_table_of_sources_refuses(void **state)
{
	const struct datapath_sizes sizes = { .sources = 2 };
	struct datapath *d = scene_new(&sizes);

	(void)state;
	packet_record(&frame, TO_IN, EMPTY, 2);
	expect_port(d, scene.port[2], &frame, MC_R_REPORT);
	packet_record(&frame, TO_IN, EMPTY, 1);
	expect_port(d, port, &frame, MC_R_SOURCES_FULL);
	expect_from(d, source_at(0), MC_R_FORWARDED); /* who was there first keeps its own */
	expect_from(d, source_at(1), MC_R_FORWARDED);
	datapath_free(d);
}

static bool within_a_second(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - start->tv_sec < 1 ||
	       (now.tv_sec - start->tv_sec == 1 && now.tv_nsec < start->tv_nsec);
}

/* One a second: the first is taken, the next is not, unless the machine slept that second. */
static void a_port_has_its_limit_of_messages(void **state)
{
	const struct mc_port limited = {
		.vni = VNI, .limit_groups = 9, .limit_sources = 9, .limit_rate = 1
	};
	struct datapath *d = *state;
	struct timespec start;

	set_port(d, port, &limited);
	clock_gettime(CLOCK_MONOTONIC, &start);
	packet_join_v3(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	packet_leave_v3(&frame, EMPTY);
	datapath_port(d, port, &frame, NULL);
	if (within_a_second(&start)) {
		assert_int_equal(counted(d, MC_R_PORT_RATE), 1);
		assert_true(is_member(d, VNI, port, EMPTY));
		packet_join6_v2(&frame, ip6("ff0e::77")); /* both families are the port's */
		datapath_port(d, port, &frame, NULL);
		assert_true(!within_a_second(&start) || counted(d, MC_R_PORT_RATE) == 2);
	}
	packet_join_v3(&frame, EMPTY);
	expect_port(d, scene.port[1], &frame, MC_R_REPORT); /* another port is not limited */
	packet_leave_v3(&frame, EMPTY);
	while (is_member(d, VNI, port, EMPTY)) { /* it may leave when it may speak again */
		usleep(10000);
		datapath_port(d, port, &frame, NULL);
	}
}

/* What was not used in a second is lost: a burst is no more than a second's worth. */
static void a_burst_is_a_second_s_worth(void **state)
{
	const struct mc_port limited = { .vni = VNI, .limit_groups = 9, .limit_rate = 100 };
	struct datapath *d = *state;
	struct timespec start;
	unsigned int sent = 0;

	set_port(d, port, &limited);
	packet_join_v3(&frame, EMPTY);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (; !counted(d, MC_R_PORT_RATE) && sent < 300; sent++)
		datapath_port(d, port, &frame, NULL);
	if (!within_a_second(&start))
		return; /* the machine sleeps */
	assert_int_equal(counted(d, MC_R_PORT_RATE), 1);
	assert_in_range(counted(d, MC_R_REPORT), 100, 200);
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
		scene_test(a_membership_has_its_limit_of_sources),
		cmocka_unit_test(a_full_table_of_sources_refuses),
		scene_test(a_port_has_its_limit_of_messages),
		scene_test(a_burst_is_a_second_s_worth),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
