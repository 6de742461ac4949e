/* SPDX-License-Identifier: Apache-2.0 */
/* Storm control: a VTEP may send a VNI so many packets a second, asked for by one hook, not by both. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpfcast/util.h>

#include <maps/counter.h>
#include <maps/group.h>
#include <maps/storm.h>
#include <maps/underlay.h>
#include <maps/vni.h>
#include <tests/kit/events.h>
#include <tests/kit/expect.h>
#include <tests/kit/mld.h>
#include <tests/kit/overlay.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#define RATE	    20
#define TRIES	    20 /* until a burst is over before the clock has moved by a token */
#define U6	    ip6("ff04::7:8:9")
#define SERVED6	    ip6("ff15::1:2")
#define SECOND_VTEP IP4(192, 0, 2, 3)

static struct frame frame, inner;
static __u32 second_vtep;

static void limit(struct datapath *d, __u32 vni, __u32 rate)
{
	const struct mc_vni settings = { .storm_rate = rate };

	assert_int_equal(mc_vni_set(&d->in, vni, &settings), 0);
}

static void set_xdp(struct datapath *d, __u8 mode)
{
	struct mc_underlay underlay;

	assert_int_equal(mc_underlay_get(&d->in, LOOPBACK, &underlay), 0);
	underlay.xdp = mode;
	assert_int_equal(mc_underlay_set(&d->in, LOOPBACK, &underlay), 0);
}

static int start(void **state)
{
	struct datapath *d = scene_new(NULL);

	add_underlay_with(d, LOOPBACK, 0);
	second_vtep = add_vtep4(d, SECOND_VTEP, scene.uplink, false);
	packet_data(&inner, SERVED, 100);
	packet_encapsulated(&frame, VNI, &inner);
	*state = d;
	return 0;
}

static void from(__u32 source, __u32 vni)
{
	struct tunnel tunnel = tunnel_from_vtep(vni);

	tunnel.ip.source = source;
	packet_tunnel(&frame, &tunnel, &inner);
}

static __u64 coarse_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return (__u64)ts.tv_sec * 1000000000 + (__u64)ts.tv_nsec;
}

static int run_guard(struct datapath *d)
{
	return datapath_guard(d, &frame, NULL) == XDP_DROP;
}

static int run_tc(struct datapath *d)
{
	return datapath_underlay(d, LOOPBACK, &frame, NULL) == TC_DROP;
}

/* How many of 3 * RATE packets pass a bucket that is full. */
static int count_passed(struct datapath *d, int (*run)(struct datapath *d))
{
	for (int i = 0; i < TRIES; i++) {
		__u64 since;
		int passed = 0;

		limit(d, VNI, 0); /* forgets what was sent */
		limit(d, VNI, RATE);
		since = coarse_ns();
		for (int n = 0; n < 3 * RATE; n++)
			passed += !run(d);
		if (coarse_ns() - since < 1000000000 / RATE)
			return passed;
	}
	fail_msg("the machine never got %d packets through in time", 3 * RATE);
	return 0;
}

/* A second's worth, and not one more. */
static void tokens_are_exact(void **state)
{
	struct datapath *d = *state;
	__u64 dropped[2] = { 0 };

	set_xdp(d, MC_XDP_NATIVE);
	assert_int_equal(count_passed(d, run_guard), RATE);
	assert_int_equal(mc_storm_dropped(&d->in, scene.vtep, 1, dropped), 0);
	assert_int_equal(dropped[0], 2 * RATE);
	assert_true(counted(d, MC_R_STORM) >= 2 * RATE);
	set_xdp(d, MC_XDP_OFF);
	assert_int_equal(count_passed(d, run_tc), RATE);
}

/* They come back, one each 1/RATE of a second, and no more than a second's worth of them. */
static void tokens_come_back(void **state)
{
	struct mc_storm_key key = { .vni = VNI, .vtep = scene.vtep };
	struct datapath *d = *state;
	struct mc_storm storm;

	count_passed(d, run_guard);
	assert_int_equal(mc_table_get(&d->in, MC_TABLE_STORMS, &key, &storm), 0);
	storm.tokens_at -= 5 * (1000000000ull / RATE); /* as if so much time had passed */
	assert_int_equal(mc_table_set(&d->in, MC_TABLE_STORMS, &key, &storm, 0), 0);
	for (int i = 0; i < 5; i++)
		assert_false(run_guard(d));
	storm.tokens_at = 0;
	assert_int_equal(mc_table_set(&d->in, MC_TABLE_STORMS, &key, &storm, 0), 0);
	for (int i = 0; i < RATE; i++)
		assert_false(run_guard(d));
}

/* Where there is a guard, tc takes no second token. */
static void one_hook_asks(void **state)
{
	struct datapath *d = *state;

	set_xdp(d, MC_XDP_GENERIC);
	limit(d, VNI, 1);
	for (int i = 0; i < 9; i++)
		assert_int_not_equal(run_tc(d), 1);
	assert_int_equal(counted(d, MC_R_STORM), 0);
}

/* As a device has it: what the guard passes comes to tc. */
static int run_both(struct datapath *d)
{
	return run_guard(d) || datapath_underlay(d, LOOPBACK, &frame, NULL) == TC_DROP;
}

static void packet_other(__u32 group, unsigned int protocol)
{
	struct ipv4 ip = ipv4_header(SENDER, group, protocol);

	packet_ipv4(&inner, &ip, 40);
}

/* @behind: the header behind IPv6's; a UDP datagram is behind that, if it is an extension. */
static void packet_other6(struct ip6 group, unsigned int behind)
{
	const struct extension extension = { .next = PROTOCOL_UDP, .length = 6 };
	const struct udp udp = { .source = DATA_PORT, .destination = DATA_PORT };
	struct ipv6 ip = ipv6_header(SENDER6, group, behind);

	frame_start(&inner);
	frame_ethernet(&inner, mac_of_group6(group), HOST_MAC, ETHERTYPE_IPV6);
	frame_ipv6(&inner, &ip);
	if (behind == EXT_DESTINATION)
		frame_extension(&inner, &extension);
	if (behind != EXT_NONE)
		frame_udp(&inner, &udp);
	frame_add_pattern(&inner, 40);
	frame_finish(&inner);
}

static void serve6(struct datapath *d)
{
	const struct mc_group_key group = { .vni = VNI, .group = addr6(SERVED6) };
	const struct mc_member_key member = { VNI, scene.port[1], group.group };
	const __u32 size = 1;

	assert_int_equal(mc_group_add_many(&d->in, &group, &size, 1), 0);
	assert_int_equal(datapath_control(d, MC_OP_JOIN, &member, MC_ORIGIN_STATIC), 0);
}

/* Whatever is in the tunnel takes one token, of the guard or of tc. */
static void all_data_takes_one_token(void **state)
{
	static const unsigned int behind[] = { PROTOCOL_UDP, EXT_DESTINATION, EXT_NONE };
	struct datapath *d = *state;

	set_xdp(d, MC_XDP_NATIVE);
	assert_int_equal(count_passed(d, run_both), RATE);
	packet_other(SERVED, PROTOCOL_ICMP);
	packet_encapsulated(&frame, VNI, &inner);
	assert_int_equal(count_passed(d, run_both), RATE);
	serve6(d);
	for (size_t i = 0; i < MC_ARRAY_SIZE(behind); i++) {
		packet_other6(SERVED6, behind[i]);
		packet_encapsulated(&frame, VNI, &inner);
		assert_int_equal(count_passed(d, run_both), RATE);
	}
}

static void each_vtep_and_vni_by_itself(void **state)
{
	struct datapath *d = *state;

	limit(d, OTHER_VNI, 1);
	for (int i = 0; i < 9; i++)
		assert_false(run_guard(d)); /* VNI has no limit */
	assert_true(count_passed(d, run_guard) == RATE);
	from(SECOND_VTEP, VNI);
	assert_false(run_guard(d));
	from(VTEP_REMOTE, OTHER_VNI);
	add_group(d, OTHER_VNI, SERVED, 1);
	add_member(d, OTHER_VNI, scene.port[3], SERVED);
	assert_false(run_guard(d));
}

/* The tenant's limit counts, whose group it is, whatever VNI the header has. */
static void the_fleets_vni_is_not_the_tenants(void **state)
{
	struct outer headers = outer_to_group(U6, FLEET_VNI, NULL, 0);
	struct mc_storm_key key = { .vni = OTHER_VNI };
	struct datapath *d = *state;
	struct mc_storm storm;

	key.vtep = add_vtep6(d, VTEP6_REMOTE, scene.uplink, true);
	add_group(d, OTHER_VNI, SERVED, 1);
	add_member(d, OTHER_VNI, scene.port[3], SERVED);
	map_group(d, U6, SERVED, OTHER_VNI);
	limit(d, OTHER_VNI, 1);
	packet_outer(&frame, &headers, &inner);
	assert_false(run_guard(d));
	assert_int_equal(mc_table_get(&d->in, MC_TABLE_STORMS, &key, &storm), 0);
}

static void other_packets_cost_no_token(void **state)
{
	struct mc_storm_key key = { .vni = VNI, .vtep = scene.vtep };
	struct datapath *d = *state;
	struct mc_storm storm;

	limit(d, VNI, 1);
	inner.byte[5]++;
	packet_encapsulated(&frame, VNI, &inner);
	expect_guard(d, &frame, MC_R_WRONG_MAC);
	packet_data(&inner, SERVED, 100);
	inner.byte[0] = 2; /* unicast, the host's */
	packet_encapsulated(&frame, VNI, &inner);
	expect_guard(d, &frame, MC_R_NONE);
	assert_int_equal(mc_table_get(&d->in, MC_TABLE_STORMS, &key, &storm), -ENOENT);
}

/* The event says which VTEP. */
static void a_storm_is_told(void **state)
{
	const struct mc_event *event;
	struct datapath *d = *state;
	struct events events;

	events_open(&events, d);
	count_passed(d, run_guard);
	events_read(&events);
	assert_true(events.count > 0);
	event = &events.event[0];
	assert_int_equal(event->type, MC_EVENT_DROP);
	assert_int_equal(event->reason, MC_R_STORM);
	assert_int_equal(event->vni, VNI);
	assert_int_equal(MC_BE32(event->source.word[3]), VTEP_REMOTE);
	assert_int_equal(MC_BE32(event->group.word[3]), SERVED);
	events_close(&events);
}

/* What has no bucket in a full table sends too much; it is forgotten with its VTEP or its limit. */
static void a_table_that_is_full(void **state)
{
	struct mc_storm_key key = { .vni = 5000 };
	struct mc_storm storm = { 0 };
	struct datapath *d = *state;
	__u32 room = mc_table_capacity(&d->in, MC_TABLE_STORMS);

	limit(d, VNI, RATE);
	for (key.vtep = 0; key.vtep < room; key.vtep++)
		assert_int_equal(mc_table_set(&d->in, MC_TABLE_STORMS, &key, &storm, 0), 0);
	expect_guard(d, &frame, MC_R_STORM);
	assert_int_equal(mc_storm_forget_vtep(&d->in, 7), 0);
	assert_false(run_guard(d));
	assert_int_equal(mc_storm_forget_vni(&d->in, 5000), 0);
	key.vtep = 8;
	assert_int_equal(mc_table_get(&d->in, MC_TABLE_STORMS, &key, &storm), -ENOENT);
	key = (struct mc_storm_key){ .vni = VNI, .vtep = scene.vtep };
	assert_int_equal(mc_table_get(&d->in, MC_TABLE_STORMS, &key, &storm), 0);
	limit(d, VNI, 0);
	assert_int_equal(mc_table_get(&d->in, MC_TABLE_STORMS, &key, &storm), -ENOENT);
}

#define storm_test(function) cmocka_unit_test_setup_teardown(function, start, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		storm_test(tokens_are_exact),
		storm_test(tokens_come_back),
		storm_test(one_hook_asks),
		storm_test(all_data_takes_one_token),
		storm_test(each_vtep_and_vni_by_itself),
		storm_test(the_fleets_vni_is_not_the_tenants),
		storm_test(other_packets_cost_no_token),
		storm_test(a_storm_is_told),
		storm_test(a_table_that_is_full),
	};

	return cmocka_run_group_tests(tests, scene_enter, NULL);
}
