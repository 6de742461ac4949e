/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The XDP guard on what nobody here wants: it drops and counts what underlay_ingress would, to the last
 * counter, and passes whatever is for somebody, or not for it to decide.
 */
#include <string.h>

#include <bpfcast/util.h>
#include <maps/counter.h>
#include <maps/vni.h>
#include <tests/kit/events.h>
#include <tests/kit/expect.h>
#include <tests/kit/overlay.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#define U6	 ip6("ff04::7:8:9")
#define U6_OTHER ip6("ff04::7:8:a")
#define MDNS	 IP4(224, 0, 0, 251)

static struct frame frame, inner;
static __u32 vtep6;

static int start(void **state)
{
	struct datapath *d = scene_new(NULL);

	add_underlay_with(d, LOOPBACK, 0);
	vtep6 = add_vtep6(d, VTEP6_REMOTE, scene.uplink, true);
	packet_data(&inner, EMPTY, 100);
	*state = d;
	return 0;
}

/* What both hooks count beside the reason. */
struct taken {
	struct mc_vtep_counters vtep[2];
	struct mc_group_counters group;
};

static struct taken taken(struct datapath *d, __u32 group)
{
	struct taken now;

	assert_int_equal(mc_vtep_counters_get(&d->in, scene.vtep, &now.vtep[0]), 0);
	assert_int_equal(mc_vtep_counters_get(&d->in, vtep6, &now.vtep[1]), 0);
	now.group = group_counters(d, VNI, group);
	return now;
}

static void subtract(void *from, const void *what, size_t size)
{
	__u64 *a = from;
	const __u64 *b = what;

	for (size_t i = 0; i < size / sizeof(*a); i++)
		a[i] -= b[i];
}

/* The same at both hooks, one after the other. */
static void expect_same(struct datapath *d, __u32 group, enum mc_reason reason)
{
	struct taken before = taken(d, group), by_guard, by_tc;

	expect_guard(d, &frame, reason);
	by_guard = taken(d, group);
	assert_int_equal(datapath_underlay(d, LOOPBACK, &frame, NULL), TC_DROP);
	by_tc = taken(d, group);
	subtract(&by_tc, &by_guard, sizeof(by_tc));
	subtract(&by_guard, &before, sizeof(by_guard));
	assert_memory_equal(&by_guard, &by_tc, sizeof(by_tc));
	assert_int_equal(by_guard.vtep[0].rx_packets + by_guard.vtep[1].rx_packets, 1);
	assert_int_equal(by_guard.group.underlay_packets, reason == MC_R_NO_MEMBER);
}

static void no_member_in_any_form(void **state)
{
	static const __u8 options[252] = { 0xab, 0xcd };

	for (int form = 0; form < 4; form++) {
		struct outer headers = outer_from_vtep(form & 1, form & 2, VNI);

		packet_outer(&frame, &headers, &inner);
		expect_same(*state, EMPTY, MC_R_NO_MEMBER);
		expect_unwanted(*state, &frame, MC_R_NO_MEMBER);
		frame_add_pattern(&frame, 7); /* behind the IP packet */
		expect_same(*state, EMPTY, MC_R_NO_MEMBER);
	}
	for (size_t length = 4; length <= sizeof(options); length += 4) {
		struct outer headers = outer_from_vtep(true, true, VNI);

		headers.geneve.options = options;
		headers.geneve.options_length = length;
		packet_outer(&frame, &headers, &inner);
		expect_same(*state, EMPTY, MC_R_NO_MEMBER);
	}
}

/* The next packet after a join passes, and the next after the last leave does not. */
static void a_member_comes_and_goes(void **state)
{
	struct datapath *d = *state;
	struct frame report;

	packet_encapsulated(&frame, VNI, &inner);
	for (int i = 0; i < 3; i++) {
		expect_unwanted(d, &frame, MC_R_NO_MEMBER);
		packet_join_v3(&report, EMPTY);
		expect_port(d, scene.port[0], &report, MC_R_REPORT);
		expect_guard(d, &frame, MC_R_NONE);
		expect_port(d, scene.port[2], &report, MC_R_REPORT);
		packet_leave_v3(&report, EMPTY);
		expect_port(d, scene.port[0], &report, MC_R_REPORT);
		expect_guard(d, &frame, MC_R_NONE);
		expect_underlay(d, LOOPBACK, &frame, MC_R_FORWARDED);
		expect_port(d, scene.port[2], &report, MC_R_REPORT);
	}
	expect_unwanted(d, &frame, MC_R_NO_MEMBER);
}

/* Whether a member wants the source is for tc to find. */
static void a_filter_is_not_the_guards(void **state)
{
	struct datapath *d = *state;
	struct frame report;

	packet_record(&report, IS_IN, EMPTY, 1); /* not SENDER's */
	expect_port(d, scene.port[0], &report, MC_R_REPORT);
	packet_encapsulated(&frame, VNI, &inner);
	expect_guard(d, &frame, MC_R_NONE);
	expect_underlay(d, LOOPBACK, &frame, MC_R_FILTERED);
}

/* A VTEP that receives the group does not make it wanted here; the same group of another VNI neither. */
static void members_elsewhere(void **state)
{
	struct datapath *d = *state;

	packet_data(&inner, REMOTE, 100);
	packet_encapsulated(&frame, VNI, &inner);
	expect_same(d, REMOTE, MC_R_NO_MEMBER);
	add_group(d, OTHER_VNI, EMPTY, 2);
	add_member(d, OTHER_VNI, scene.port[3], EMPTY);
	packet_data(&inner, EMPTY, 100);
	packet_encapsulated(&frame, VNI, &inner);
	expect_unwanted(d, &frame, MC_R_NO_MEMBER);
	packet_encapsulated(&frame, OTHER_VNI, &inner);
	expect_guard(d, &frame, MC_R_NONE);
	expect_underlay(d, LOOPBACK, &frame, MC_R_FORWARDED);
}

static void groups_that_nobody_added(void **state)
{
	static const struct {
		__u8 policy;
		enum mc_reason reason;
	} rows[] = {
		{ MC_UNKNOWN_HOST, MC_R_UNKNOWN_GROUP },
		{ MC_UNKNOWN_DROP, MC_R_UNKNOWN_DROPPED },
		{ MC_UNKNOWN_LEARN, MC_R_UNKNOWN_DROPPED },
	};

	packet_data(&inner, UNKNOWN, 100);
	packet_encapsulated(&frame, VNI, &inner);
	for (size_t i = 0; i < MC_ARRAY_SIZE(rows); i++) {
		const struct mc_vni settings = { .unknown = rows[i].policy };
		struct datapath *d = *state;

		assert_int_equal(mc_vni_set(&d->in, VNI, &settings), 0);
		expect_guard(d, &frame,
			     rows[i].reason == MC_R_UNKNOWN_GROUP ? MC_R_NONE : rows[i].reason);
		expect_underlay(d, LOOPBACK, &frame, rows[i].reason);
	}
}

/* Left to the host, or flooded to the ports of the VNI. */
static void link_local_groups(void **state)
{
	const struct mc_vni flood = { .link_local = MC_LINK_LOCAL_FLOOD };
	struct datapath *d = *state;

	packet_data(&inner, MDNS, 100);
	packet_encapsulated(&frame, OTHER_VNI, &inner);
	expect_guard(d, &frame, MC_R_NONE);
	expect_underlay(d, LOOPBACK, &frame, MC_R_LINK_LOCAL);
	assert_int_equal(mc_vni_set(&d->in, OTHER_VNI, &flood), 0);
	expect_guard(d, &frame, MC_R_NONE);
	expect_underlay(d, LOOPBACK, &frame, MC_R_FORWARDED);
}

static void what_comes_to_an_underlay_group(void **state)
{
	const struct mc_vni drop = { .unknown = MC_UNKNOWN_DROP };
	struct outer headers = outer_to_group(U6, FLEET_VNI, NULL, 0);
	struct datapath *d = *state;

	map_group(d, U6, EMPTY, VNI);
	packet_outer(&frame, &headers, &inner);
	expect_same(d, EMPTY, MC_R_NO_MEMBER);
	headers.geneve.vni = VNI;
	packet_outer(&frame, &headers, &inner);
	expect_same(d, EMPTY, MC_R_NO_MEMBER);
	headers.geneve.vni = OTHER_VNI; /* another tenant's is left to the host, or dropped */
	packet_outer(&frame, &headers, &inner);
	expect_guard(d, &frame, MC_R_NONE);
	assert_int_equal(mc_vni_set(&d->in, OTHER_VNI, &drop), 0);
	expect_unwanted(d, &frame, MC_R_UNKNOWN_DROPPED);
	add_member(d, VNI, scene.port[0], EMPTY);
	headers.geneve.vni = FLEET_VNI;
	packet_outer(&frame, &headers, &inner);
	expect_guard(d, &frame, MC_R_NONE);
	headers = outer_to_group(U6_OTHER, 5000, NULL, 0);
	packet_outer(&frame, &headers, &inner);
	expect_guard(d, &frame, MC_R_NONE); /* nobody's VNI */
}

/* Where the node replicates, a group is wanted if it has hops, and the tag sends it on. */
static void what_goes_onward_passes(void **state)
{
	struct datapath *d = *state;
	struct mc_remote hop = { .form = MC_FORM_V6_TAGGED, .mode = MC_MODE_UNDERLAY };
	__u8 option[MULTICAST_LENGTH];

	map_group(d, U6, EMPTY, VNI);
	hop.vtep = add_hop(d, U6, scene.uplink, true);
	set_hops(d, U6, &hop, 1, NULL, 0);
	for (int replicates = 0; replicates < 2; replicates++) {
		add_underlay_with(d, LOOPBACK, replicates ? MC_UNDERLAY_F_REPLICATE : 0);
		for (unsigned int mode = MC_MODE_EXTERNAL; mode < MC_MODE_RESERVED; mode++) {
			bool on = replicates && mode != MC_MODE_EXTERNAL;
			struct outer headers;

			multicast_option(option, mode, 0);
			headers = outer_to_group(U6, FLEET_VNI, option, sizeof(option));
			packet_outer(&frame, &headers, &inner);
			expect_guard(d, &frame, on ? MC_R_NONE : MC_R_NO_MEMBER);
			expect_underlay(d, LOOPBACK, &frame, on ? MC_R_FORWARDED : MC_R_NO_MEMBER);
		}
	}
}

/* Congestion that the inner packet cannot tell of comes before the want of members: RFC 6040. */
static void a_mark_that_cannot_be_told(void **state)
{
	struct outer headers = outer_from_vtep(false, false, VNI);

	headers.ip.tos = 3;
	packet_outer(&frame, &headers, &inner);
	expect_same(*state, EMPTY, MC_R_ECN);
}

static void expect_event(struct events *events, enum mc_reason reason, __u32 source, __u32 group)
{
	const struct mc_event *event = events_read_one(events);

	assert_int_equal(event->type, MC_EVENT_DROP);
	assert_int_equal(event->reason, reason);
	assert_int_equal(event->ifindex, LOOPBACK);
	assert_int_equal(event->vni, VNI);
	assert_int_equal(event->length, frame.length);
	assert_int_equal(MC_BE32(event->source.word[3]), source);
	assert_int_equal(MC_BE32(event->group.word[3]), group);
}

/* A drop is told alike: who sent it, and what. */
static void both_tell_the_same(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);
	struct datapath *d = *state;
	struct events events;

	events_open(&events, d);
	tunnel.ip.source = NO_ROUTE;
	packet_tunnel(&frame, &tunnel, &inner);
	expect_guard(d, &frame, MC_R_UNKNOWN_VTEP);
	expect_event(&events, MC_R_UNKNOWN_VTEP, NO_ROUTE, 0);
	tunnel.ip.source = VTEP_LOCAL;
	packet_tunnel(&frame, &tunnel, &inner);
	datapath_underlay(d, LOOPBACK, &frame, NULL);
	expect_event(&events, MC_R_OWN_ADDRESS, VTEP_LOCAL, 0);
	inner.byte[5]++;
	packet_encapsulated(&frame, VNI, &inner);
	expect_guard(d, &frame, MC_R_WRONG_MAC);
	expect_event(&events, MC_R_WRONG_MAC, SENDER, EMPTY);
	events_close(&events);
}

/* Cut on the way or by the sender: the guard's word is tc's, or none. */
static void cut_at_each_byte(void **state)
{
	struct outer headers = outer_from_vtep(true, true, VNI);
	size_t whole = inner.length;

	for (size_t length = 0; length < whole; length++) {
		packet_data(&inner, EMPTY, 100);
		frame_cut(&inner, length);
		packet_outer(&frame, &headers, &inner);
		expect_unwanted(*state, &frame, MC_R_MALFORMED);
	}
	packet_data(&inner, EMPTY, 100);
	packet_outer(&frame, &headers, &inner);
	for (size_t length = frame.length - 1; length >= 14; length--) {
		frame_cut(&frame, length);
		expect_guard(*state, &frame, MC_R_NONE);
	}
}

#define guard_test(function) cmocka_unit_test_setup_teardown(function, start, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		guard_test(no_member_in_any_form),
		guard_test(a_member_comes_and_goes),
		guard_test(a_filter_is_not_the_guards),
		guard_test(members_elsewhere),
		guard_test(groups_that_nobody_added),
		guard_test(link_local_groups),
		guard_test(what_comes_to_an_underlay_group),
		guard_test(what_goes_onward_passes),
		guard_test(a_mark_that_cannot_be_told),
		guard_test(both_tell_the_same),
		guard_test(cut_at_each_byte),
	};

	return cmocka_run_group_tests(tests, scene_enter, NULL);
}
