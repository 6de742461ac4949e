/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ends of timers (RFC 9776 sections 6.3 and 6.5) and queries of others (6.6.1): what the control program
 * and the datapath make of them. Time is not waited for: the tables' times are put into the past.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <time.h>

#include <bpfcast/log.h>
#include <maps/member.h>
#include <maps/vni.h>
#include <tests/kit/events.h>
#include <tests/kit/expect.h>
#include <tests/kit/invariant.h>
#include <tests/kit/mld.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#define MS 1000000ull

static __u32 port;
static struct frame frame;
static struct mc_member_key key;

static __u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (__u64)ts.tv_sec * 1000000000 + (__u64)ts.tv_nsec;
}

static struct mc_member member_now(struct datapath *d)
{
	struct mc_member member;

	assert_int_equal(mc_member_get(&d->in, &key, &member), 0);
	return member;
}

/* Whether the datapath or a test wrote it last: nothing else runs here. */
static void set_group_timer(struct datapath *d, __u64 expires)
{
	struct mc_member member = member_now(d);

	member.expires = expires;
	assert_int_equal(mc_table_set(&d->in, MC_TABLE_MEMBERS, &key, &member, BPF_EXIST), 0);
}

static struct mc_source_key source_key(unsigned int index)
{
	return (struct mc_source_key){ key, mc_addr_v4(MC_BE32(source_at(index))) };
}

static bool get_source(struct datapath *d, unsigned int index, struct mc_source *source)
{
	struct mc_source_key at = source_key(index);

	return !mc_table_get(&d->in, MC_TABLE_SOURCES, &at, source);
}

static void set_source_timer(struct datapath *d, unsigned int index, __u64 expires)
{
	struct mc_source_key at = source_key(index);
	struct mc_source source;

	assert_true(get_source(d, index, &source));
	source.expires = expires;
	assert_int_equal(mc_table_set(&d->in, MC_TABLE_SOURCES, &at, &source, BPF_EXIST), 0);
}

static int source_state(struct datapath *d, unsigned int index)
{
	struct mc_source source;

	return get_source(d, index, &source) ? source.state : -1;
}

static void take(struct datapath *d, unsigned int type, unsigned int sources)
{
	packet_record(&frame, type, EMPTY, sources);
	expect_port(d, port, &frame, MC_R_REPORT);
}

/* With several hosts behind it, of which one may query. */
static void make_shared(struct datapath *d)
{
	const struct mc_port settings = { .vni = VNI,
					  .kind = MC_PORT_SHARED,
					  .flags = MC_PORT_F_MAY_QUERY,
					  .limit_groups = 8,
					  .limit_sources = 8 };

	set_port(d, port, &settings);
}

static void nothing_that_runs_is_ended(void **state)
{
	struct datapath *d = *state;
	struct mc_member before;

	assert_int_equal(mc_member_expire(&d->in, &key), -ENOENT);
	take(d, IS_EX, 0);
	before = member_now(d);
	assert_int_equal(mc_member_expire(&d->in, &key), 0);
	assert_int_equal(member_now(d).expires, before.expires);
	assert_int_equal(member_now(d).last_report, before.last_report); /* it is no report */
}

static void without_sources_the_member_goes(void **state)
{
	static struct events events;
	struct datapath *d = *state;

	take(d, IS_EX, 0);
	set_group_timer(d, now() - 1);
	events_open(&events, d);
	assert_int_equal(mc_member_expire(&d->in, &key), 0);
	assert_int_equal(events_read_one(&events)->type, MC_EVENT_LEAVE);
	events_close(&events);
	assert_false(is_member(d, VNI, port, EMPTY));
}

/* Section 6.5: INCLUDE with those whose timers run; the exclude list goes. */
static void exclude_becomes_include(void **state)
{
	static struct events events;
	struct datapath *d = *state;

	make_shared(d);
	take(d, IS_IN, 2); /* A = 0, 1 */
	take(d, TO_EX, 3); /* X = 0, 1; Y = 2 */
	set_source_timer(d, 0, now() + 100000 * MS);
	set_source_timer(d, 1, now() - 1);
	set_group_timer(d, now() - 1);
	events_open(&events, d);
	assert_int_equal(mc_member_expire(&d->in, &key), 0);
	assert_int_equal(events_read_one(&events)->type, MC_EVENT_FILTER);
	events_close(&events);
	assert_int_equal(member_now(d).exclude, 0);
	assert_int_equal(member_now(d).expires, 0);
	assert_int_equal(member_now(d).sources, 1);
	assert_int_equal(source_state(d, 0), MC_SOURCE_REQUESTED);
	assert_int_equal(source_state(d, 1), -1);
	assert_int_equal(source_state(d, 2), -1);
}

/* Section 6.3: in EXCLUDE a source that timed out is not wanted any more, in INCLUDE forgotten. */
static void a_source_times_out(void **state)
{
	struct datapath *d = *state;
	struct mc_source source;

	make_shared(d);
	take(d, IS_IN, 2);
	set_source_timer(d, 1, now() - 1);
	assert_int_equal(mc_member_expire(&d->in, &key), 0);
	assert_int_equal(source_state(d, 0), MC_SOURCE_REQUESTED);
	assert_int_equal(source_state(d, 1), -1);
	take(d, TO_EX, 1); /* X = 0 */
	set_source_timer(d, 0, now() - 1);
	assert_int_equal(mc_member_expire(&d->in, &key), 0);
	assert_true(get_source(d, 0, &source));
	assert_int_equal(source.state, MC_SOURCE_BLOCKED);
	assert_int_equal(source.pass, 0);
	take(d, TO_IN, 1);
	set_source_timer(d, 0, now() - 1);
	set_group_timer(d, now() - 1);
	assert_int_equal(mc_member_expire(&d->in, &key), 0);
	assert_false(is_member(d, VNI, port, EMPTY));
}

static void other_origins_are_left(void **state)
{
	struct datapath *d = *state;

	add_member(d, VNI, port, EMPTY);
	assert_int_equal(mc_member_expire(&d->in, &key), -ENOENT);
	take(d, IS_EX, 0);
	set_group_timer(d, now() - 1);
	assert_int_equal(mc_member_expire(&d->in, &key), 0);
	assert_int_equal(member_now(d).origins, MC_ORIGIN_STATIC);
	assert_int_equal(member_now(d).exclude, MC_ORIGIN_STATIC);
}

/* ---- queries of others ---- */

static void query(struct datapath *d, const struct query *query)
{
	packet_igmp(&frame, query->group ? query->group : ALL_HOSTS);
	frame_query(&frame, query);
	frame_finish(&frame);
	expect_port(d, port, &frame, MC_R_NOT_OURS);
}

static void a_query_is_told(void **state)
{
	static struct events events;
	struct query general = { .code = 100, .robustness = 3, .interval = 60 };
	const struct mc_event *event;
	struct datapath *d = *state;

	packet_igmp(&frame, ALL_HOSTS);
	frame_query(&frame, &general);
	frame_finish(&frame);
	expect_port(d, port, &frame, MC_R_IGMP_QUERY);
	make_shared(d);
	events_open(&events, d);
	query(d, &general);
	event = events_read_one(&events);
	assert_int_equal(event->type, MC_EVENT_QUERIER);
	assert_int_equal(event->ifindex, port);
	assert_int_equal(event->vni, VNI);
	assert_int_equal(event->query.response_ms, 10000);
	assert_int_equal(event->query.interval_s, 60);
	assert_int_equal(event->query.robustness, 3);
	assert_int_equal(event->query.version, 3);
	assert_true(event->source.word[3] == MC_BE32(HOST));
	assert_int_equal(event->group.word[3], 0);
	events_close(&events);
}

/* The querier asks QRV times, and waits for each answer as long as it says: that is left to us. */
static void a_group_query_lowers_the_group_timer(void **state)
{
	struct query specific = { .code = 10, .group = EMPTY, .robustness = 3, .suppress = true };
	struct datapath *d = *state;
	struct mc_member before;

	make_shared(d);
	take(d, IS_EX, 0);
	before = member_now(d);
	query(d, &specific); /* S: leave the timers alone */
	assert_int_equal(member_now(d).expires, before.expires);
	specific.suppress = false;
	query(d, &specific);
	assert_true(member_now(d).expires <= now() + 3000 * MS);
	assert_true(member_now(d).expires > before.last_report + 3000 * MS);
	assert_int_equal(member_now(d).last_report, before.last_report);
	specific.code = 100;
	before = member_now(d);
	query(d, &specific); /* never raised */
	assert_int_equal(member_now(d).expires, before.expires);
}

static void a_source_query_lowers_these_timers(void **state)
{
	const struct query specific = { .code = 10, .group = EMPTY, .robustness = 2, .sources = 1 };
	struct datapath *d = *state;
	struct mc_source asked, other;

	make_shared(d);
	take(d, IS_IN, 2);
	query(d, &specific);
	assert_true(get_source(d, 0, &asked) && get_source(d, 1, &other));
	assert_true(asked.expires <= now() + 2000 * MS);
	assert_true(other.expires > now() + 100000 * MS);
	assert_int_equal(member_now(d).sources, 2);
	take(d, IS_EX, 0);
	query(d, &specific); /* and not the group's */
	assert_true(member_now(d).expires > now() + 100000 * MS);
}

static void a_query_joins_nobody(void **state)
{
	const struct query specific = { .code = 10, .group = EMPTY, .sources = 2 };
	struct datapath *d = *state;

	make_shared(d);
	query(d, &specific);
	assert_false(is_member(d, VNI, port, EMPTY));
	add_member(d, VNI, port, EMPTY);
	query(d, &specific);
	assert_int_equal(member_now(d).sources, 0);
	assert_int_equal(member_now(d).origins, MC_ORIGIN_STATIC);
}

static void mld_too(void **state)
{
	static struct events events;
	const struct query6 general = { .code = 0x8388, .robustness = 2, .interval = 125 };
	const struct mc_event *event;
	struct datapath *d = *state;

	make_shared(d);
	events_open(&events, d);
	packet_mld(&frame, ALL_NODES6);
	frame_query6(&frame, &general);
	frame_finish(&frame);
	expect_port(d, port, &frame, MC_R_NOT_OURS);
	event = events_read_one(&events);
	assert_int_equal(event->type, MC_EVENT_QUERIER);
	assert_int_equal(event->query.response_ms, 40000);
	assert_int_equal(event->query.version, 2);
	assert_int_equal(event->source.byte[0], 0xfe);
	events_close(&events);
}

static int enter(void **state)
{
	scene_enter(state);
	port = scene.port[0];
	key = member_key(VNI, port, EMPTY);
	return 0;
}

static int leave(void **state)
{
	check_invariants(*state);
	return scene_teardown(state);
}

#define expire_test(function) cmocka_unit_test_setup_teardown(function, scene_setup, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		expire_test(nothing_that_runs_is_ended),
		expire_test(without_sources_the_member_goes),
		expire_test(exclude_becomes_include),
		expire_test(a_source_times_out),
		expire_test(other_origins_are_left),
		expire_test(a_query_is_told),
		expire_test(a_group_query_lowers_the_group_timer),
		expire_test(a_source_query_lowers_these_timers),
		expire_test(a_query_joins_nobody),
		expire_test(mld_too),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
