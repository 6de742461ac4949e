/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts of older versions on a port (RFC 9776 section 7.3.2, RFC 9777 section 8.3.2): what they cannot
 * say is not done to them by those that can. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <maps/vni.h>
#include <tests/kit/expect.h>
#include <tests/kit/mld.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#define GROUP6	 ip6("ff0e::77")
#define SHORT_MS 50
#define NS	 1000000000ull

static __u32 port;
static struct frame frame;

static __u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (__u64)ts.tv_sec * NS + (__u64)ts.tv_nsec;
}

static void say(struct datapath *d, unsigned int type, unsigned int sources, enum mc_reason reason)
{
	packet_record(&frame, type, EMPTY, sources);
	expect_port(d, port, &frame, reason);
}

static struct mc_member member_now(struct datapath *d)
{
	struct mc_member member;

	assert_true(get_member(d, VNI, port, EMPTY, &member));
	return member;
}

static void expect_all_sources(struct datapath *d)
{
	struct ipv4 ip = ipv4_header(source_at(0), EMPTY, PROTOCOL_UDP);

	packet_ipv4(&frame, &ip, 20);
	expect_port(d, scene.port[1], &frame, MC_R_FORWARDED);
	assert_int_equal(member_now(d).sources, 0);
	assert_int_equal(member_now(d).exclude, MC_ORIGIN_REPORT);
}

static void a_v2_host_is_not_kept_from_any_source(void **state)
{
	struct datapath *d = *state;

	packet_join_v2(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	say(d, BLOCK, 2, MC_R_REPORT_IGNORED);
	expect_all_sources(d);
	say(d, TO_EX, 2, MC_R_REPORT); /* as TO_EX of nothing */
	expect_all_sources(d);
	say(d, TO_IN, 0, MC_R_REPORT); /* v2 hosts can leave */
	assert_false(is_member(d, VNI, port, EMPTY));
}

static void a_v1_host_never_leaves(void **state)
{
	struct datapath *d = *state;

	packet_join_v1(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	say(d, BLOCK, 2, MC_R_REPORT_IGNORED);
	say(d, TO_EX, 2, MC_R_REPORT);
	expect_all_sources(d);
	say(d, TO_IN, 0, MC_R_REPORT_IGNORED);
	packet_leave_v2(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT_IGNORED);
	expect_all_sources(d);
}

static void say6(struct datapath *d, unsigned int type, unsigned int sources, enum mc_reason reason)
{
	packet_record6(&frame, type, GROUP6, sources);
	expect_port(d, port, &frame, reason);
}

static void an_mldv1_host_is_as_one_of_igmpv2(void **state)
{
	struct mc_member_key key = { .vni = VNI, .ifindex = port };
	struct ip6 group = GROUP6;
	struct datapath *d = *state;
	struct mc_member member;

	memcpy(&key.group, &group, sizeof(group));
	packet_join6_v1(&frame, GROUP6);
	expect_port(d, port, &frame, MC_R_REPORT_PENDING);
	say6(d, BLOCK, 2, MC_R_REPORT_IGNORED);
	say6(d, TO_EX, 2, MC_R_REPORT_PENDING);
	assert_int_equal(mc_table_get(&d->in, MC_TABLE_MEMBERS, &key, &member), 0);
	assert_int_equal(member.sources, 0);
	say6(d, TO_IN, 0, MC_R_REPORT);
	assert_int_equal(mc_table_get(&d->in, MC_TABLE_MEMBERS, &key, &member), -ENOENT);
}

/* Section 8.13: the robustness variable times the query interval, and a response interval. */
static void it_lasts_an_interval_from_its_last_report(void **state)
{
	const struct mc_vni settings = { .older_host_ms = SHORT_MS };
	struct datapath *d = *state;
	__u64 last;

	packet_join_v1(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	packet_join_v2(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	last = member_now(d).last_report;
	assert_int_equal(member_now(d).v2_until, last + 260 * NS);
	assert_in_range(member_now(d).v1_until, member_now(d).since + 260 * NS, last + 260 * NS);

	assert_int_equal(mc_vni_set(&d->in, VNI, &settings), 0);
	packet_join_v1(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	packet_join_v2(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	while (member_now(d).v2_until > now())
		usleep(1000);
	say(d, BLOCK, 2, MC_R_REPORT); /* nobody older is left */
	assert_int_equal(member_now(d).sources, 2);
	packet_leave_v2(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_false(is_member(d, VNI, port, EMPTY));
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
		scene_test(a_v2_host_is_not_kept_from_any_source),
		scene_test(a_v1_host_never_leaves),
		scene_test(an_mldv1_host_is_as_one_of_igmpv2),
		scene_test(it_lasts_an_interval_from_its_last_report),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
