/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state tables of RFC 9776 sections 6.4.1 and 6.4.2 (RFC 9777 section 7.4 has the same), each state
 * with each record: all sets of four sources, both families. What is expected is computed from the
 * tables' own set algebra. A source is a bit, a set of sources a mask.
 */
#include <string.h>
#include <time.h>

#include <maps/member.h>
#include <tests/kit/expect.h>
#include <tests/kit/mld.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#define SOURCES	   4
#define SETS	   (1u << SOURCES)
#define MS	   1000000ull
#define GMI	   (MC_GROUP_INTERVAL_MS * MS)
#define LMQT	   (MC_LAST_MEMBER_MS * MS)
#define FIRST	   IP4(10, 9, 0, 1)
#define FIRST6	   ip6("fd00:9::1")
#define ANY_GROUP6 ip6("ff0e::77")

struct state {
	bool exclude;
	unsigned int x; /* INCLUDE's A, or EXCLUDE's X */
	unsigned int y; /* EXCLUDE's Y */
};

/* What a record makes of a state, and which timers it touches. */
struct expected {
	struct state state;
	unsigned int fresh;   /* timer = GMI */
	unsigned int queried; /* timer lowered to LMQT */
	bool group_fresh, group_queried;
};

static __u32 port;
static bool ipv6;
static struct frame frame;

/* Section 6.4.1. */
static struct expected from_include(unsigned int a, unsigned int type, unsigned int b)
{
	struct expected e = { .state = { .x = a } };

	switch (type) {
	case IS_IN:
	case ALLOW:
		e.state.x = a | b;
		e.fresh = b;
		break;
	case BLOCK:
		e.queried = a & b;
		break;
	case TO_IN:
		e.state.x = a | b;
		e.fresh = b;
		e.queried = a & ~b;
		break;
	default: /* IS_EX, TO_EX */
		e.state = (struct state){ .exclude = true, .x = a & b, .y = b & ~a };
		e.group_fresh = true;
		e.queried = type == TO_EX ? a & b : 0;
	}
	return e;
}

/* Section 6.4.2. "Group Timer" as a source's timer is always queried too, so it ends up at LMQT. */
static struct expected from_exclude(unsigned int x, unsigned int y, unsigned int type,
				    unsigned int a)
{
	struct expected e = { .state = { .exclude = true, .x = x | a, .y = y & ~a } };

	switch (type) {
	case IS_IN:
	case ALLOW:
		e.fresh = a;
		break;
	case TO_IN:
		e.fresh = a;
		e.queried = x & ~a;
		e.group_queried = true;
		break;
	case BLOCK:
		e.state = (struct state){ .exclude = true, .x = x | (a & ~y), .y = y };
		e.queried = a & ~y;
		break;
	default: /* IS_EX, TO_EX */
		e.state = (struct state){ .exclude = true, .x = a & ~y, .y = y & a };
		e.group_fresh = true;
		e.fresh = type == IS_EX ? a & ~x & ~y : 0;
		e.queried = type == TO_EX ? a & ~y : 0;
	}
	return e;
}

/* One host behind the port: what it says is what holds, at once. */
static struct state on_edge(struct state s, unsigned int type, unsigned int b)
{
	switch (type) {
	case IS_EX:
	case TO_EX:
		return (struct state){ .exclude = true, .y = b };
	case TO_IN:
		return (struct state){ .x = b };
	case BLOCK:
		if (s.exclude)
			return (struct state){ .exclude = true, .x = s.x & ~b, .y = s.y | b };
		return (struct state){ .x = s.x & ~b };
	default: /* IS_IN, ALLOW */
		return (struct state){ .exclude = s.exclude, .x = s.x | b, .y = s.y & ~b };
	}
}

static __u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (__u64)ts.tv_sec * 1000000000 + (__u64)ts.tv_nsec;
}

static void build4(unsigned int type, unsigned int set)
{
	__u32 source[SOURCES];
	struct record record = { .type = type, .group = EMPTY, .source = source };
	struct report report = { 0 };

	for (unsigned int i = 0; i < SOURCES; i++)
		if (set & 1u << i)
			source[record.sources++] = FIRST + i;
	packet_igmp(&frame, ALL_V3_ROUTERS);
	frame_report(&frame, &report);
	frame_record(&frame, &record);
	frame_finish(&frame);
}

static void build6(unsigned int type, unsigned int set)
{
	struct ip6 source[SOURCES];
	struct record6 record = { .type = type, .group = ANY_GROUP6, .source = source };
	struct report6 report = { 0 };

	for (unsigned int i = 0; i < SOURCES; i++)
		if (set & 1u << i)
			source[record.sources++] = ip6_plus(FIRST6, i);
	packet_mld(&frame, ALL_V2_ROUTERS6);
	frame_report6(&frame, &report);
	frame_record6(&frame, &record);
	frame_finish(&frame);
}

static void send(struct datapath *d, unsigned int type, unsigned int set)
{
	if (ipv6)
		build6(type, set);
	else
		build4(type, set);
	datapath_port(d, port, &frame, NULL);
}

static struct mc_member_key the_key(void)
{
	struct mc_member_key key = member_key(VNI, port, EMPTY);
	struct ip6 group = ANY_GROUP6;

	if (ipv6)
		memcpy(&key.group, &group, sizeof(group));
	return key;
}

/* By records whose effect is the same on any port. */
static void reach(struct datapath *d, struct state s)
{
	struct mc_member_key key = the_key();

	datapath_control(d, MC_OP_LEAVE, &key, MC_ORIGIN_REPORT);
	if (s.exclude)
		send(d, TO_EX, s.y);
	if (s.x)
		send(d, ALLOW, s.x);
}

static struct mc_source *read_source(struct datapath *d, unsigned int i, struct mc_source *entry)
{
	struct mc_source_key key = { .member = the_key() };
	struct ip6 source = ip6_plus(FIRST6, i);

	key.source = mc_addr_v4(MC_BE32(FIRST + i));
	if (ipv6)
		memcpy(&key.source, &source, sizeof(source));
	return mc_table_get(&d->in, MC_TABLE_SOURCES, &key, entry) ? NULL : entry;
}

/* The lists are those of @s, and packets pass as they say. */
static void check_state(struct datapath *d, struct state s)
{
	struct mc_member_key key = the_key();
	struct mc_member member;
	bool there = !mc_member_get(&d->in, &key, &member);

	assert_int_equal(there, s.exclude || s.x);
	if (!there)
		return;
	assert_int_equal(member.exclude, s.exclude ? MC_ORIGIN_REPORT : 0);
	assert_int_equal(member.sources, __builtin_popcount(s.x | s.y));
	for (unsigned int i = 0; i < SOURCES; i++) {
		bool requested = s.x & 1u << i, blocked = s.y & 1u << i;
		struct mc_source entry;

		if (!read_source(d, i, &entry)) {
			assert_false(requested || blocked);
			continue;
		}
		assert_int_equal(entry.state, requested ? MC_SOURCE_REQUESTED : MC_SOURCE_BLOCKED);
		assert_true(requested || blocked);
		assert_int_equal(entry.pass, requested);
		if (blocked)
			assert_int_equal(entry.expires, 0);
	}
}

static void check_timer(__u64 expires, __u64 before, bool fresh, bool queried)
{
	if (queried)
		assert_in_range(expires, before + LMQT, now() + LMQT);
	else if (fresh)
		assert_in_range(expires, before + GMI, now() + GMI);
	else /* as it was: set by reach() */
		assert_in_range(expires, before + LMQT + 1, before + GMI - 1);
}

static void check_timers(struct datapath *d, const struct expected *e, __u64 before)
{
	struct mc_member_key key = the_key();
	struct mc_member member;

	if (mc_member_get(&d->in, &key, &member))
		return;
	if (e->state.exclude)
		check_timer(member.expires, before, e->group_fresh, e->group_queried);
	for (unsigned int i = 0; i < SOURCES; i++) {
		struct mc_source entry;

		if (e->state.x & 1u << i && read_source(d, i, &entry))
			check_timer(entry.expires, before, e->fresh & 1u << i,
				    e->queried & 1u << i);
	}
}

static void check_record(struct datapath *d, bool edge, struct state s, unsigned int type,
			 unsigned int set)
{
	struct expected e =
		s.exclude ? from_exclude(s.x, s.y, type, set) : from_include(s.x, type, set);
	__u64 before;

	reach(d, s);
	before = now();
	send(d, type, set);
	check_state(d, edge ? on_edge(s, type, set) : e.state);
	if (!edge)
		check_timers(d, &e, before);
}

static void check_all(struct datapath *d, __u8 kind)
{
	const struct mc_port settings = {
		.vni = VNI,
		.kind = kind,
		.limit_groups = 8,
		.limit_sources = SOURCES,
	};

	set_port(d, port, &settings);
	for (unsigned int x = 0; x < SETS; x++)
		for (unsigned int y = 0; y < SETS; y++)
			for (unsigned int type = IS_IN; type <= BLOCK; type++)
				for (unsigned int set = 0; set < SETS && !(x & y); set++) {
					struct state s = { .exclude = true, .x = x, .y = y };

					check_record(d, kind == MC_PORT_EDGE, s, type, set);
					s = (struct state){ .x = x };
					if (!y)
						check_record(d, kind == MC_PORT_EDGE, s, type, set);
				}
}

static void a_shared_port_follows_the_tables(void **state)
{
	ipv6 = false;
	check_all(*state, MC_PORT_SHARED);
}

static void so_it_does_for_ipv6(void **state)
{
	ipv6 = true;
	check_all(*state, MC_PORT_SHARED);
}

static void an_edge_port_believes_its_host(void **state)
{
	ipv6 = false;
	check_all(*state, MC_PORT_EDGE);
}

static void so_it_does_in_ipv6(void **state)
{
	ipv6 = true;
	check_all(*state, MC_PORT_EDGE);
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
		scene_test(a_shared_port_follows_the_tables),
		scene_test(so_it_does_for_ipv6),
		scene_test(an_edge_port_believes_its_host),
		scene_test(so_it_does_in_ipv6),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
