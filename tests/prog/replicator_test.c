/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An instance that replicates: what came in to an underlay group goes on to the hops of the group, still
 * encapsulated, and to members here. It comes in by loopback; the hops are behind u0, and loopback.
 */
#include <string.h>

#include <bpfcast/util.h>
#include <maps/counter.h>
#include <tests/kit/expect.h>
#include <tests/kit/netns.h>
#include <tests/kit/overlay.h>
#include <tests/kit/packet.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>
#include <tests/kit/wire.h>

#define U6   ip6("ff04::7:8:9")
#define REST 0x2a5a5a5a /* of the option's body, below the mode */

static struct frame frame, inner, out, got, wanted;
static int wire, pod;
static __u8 option[MULTICAST_LENGTH];

/* From the VTEP, tagged with the mode. */
static struct outer tagged(unsigned int mode)
{
	multicast_option(option, mode, REST);
	return outer_to_group(U6, FLEET_VNI, option, sizeof(option));
}

static struct mc_remote hop(struct datapath *d, __u32 ifindex, unsigned int mode)
{
	return (struct mc_remote){
		.vtep = add_hop(d, U6, ifindex, true),
		.form = MC_FORM_V6_TAGGED,
		.mode = mode,
	};
}

/* What the hop gets: our MAC, one hop less, the hop's mode, and the checksum for all that. */
static void expect_onward(const struct outer *came, unsigned int mode)
{
	struct outer headers = *came;
	__u8 to[MULTICAST_LENGTH];

	multicast_option(to, mode, REST);
	headers.smac = VTEP_MAC_LOCAL;
	headers.ip6.hop_limit--;
	headers.geneve.options = to;
	packet_outer(&wanted, &headers, &inner);
	assert_true(wire_receive(wire, &got, WIRE_TIMEOUT_MS));
	assert_frames_equal(&got, &wanted);
}

static void expect_nothing(void)
{
	assert_false(wire_receive(wire, &got, 0));
	assert_false(wire_receive(pod, &got, 0));
}

/* Both to hops of each mode and to the member here; the other 30 bits are kept. */
static void each_mode_in_and_out(void **state)
{
	struct datapath *d = *state;
	struct mc_remote hops[3];

	map_group(d, U6, SERVED, VNI);
	for (unsigned int mode = 0; mode < 3; mode++)
		hops[mode] = hop(d, scene.uplink, mode);
	set_hops(d, U6, hops, 3, NULL, 0);
	for (unsigned int mode = 0; mode < 3; mode++) {
		for (int sum = 0; sum < 2; sum++) {
			struct outer headers = tagged(mode);

			headers.udp.no_checksum = !sum;
			packet_outer(&frame, &headers, &inner);
			expect_underlay_out(d, LOOPBACK, &frame, &out, MC_R_FORWARDED);
			assert_frames_equal(&out, &inner); /* to the member */
			for (unsigned int to = 0; to < 3 && mode != MC_MODE_EXTERNAL; to++)
				expect_onward(&headers, to);
			expect_nothing();
			expect_guard(d, &frame, MC_R_NONE);
		}
	}
}

/* The group is nobody's here: a replicator alone, as a switch is. */
static void without_a_group_of_its_own(void **state)
{
	struct datapath *d = *state;
	struct mc_remote to = hop(d, scene.uplink, MC_MODE_UNDERLAY);
	struct mc_vtep_counters counters;
	struct outer headers = tagged(MC_MODE_BOTH);

	set_hops(d, U6, &to, 1, NULL, 0);
	packet_outer(&frame, &headers, &inner);
	assert_int_equal(expect_underlay(d, LOOPBACK, &frame, MC_R_FORWARDED), TC_DROP);
	expect_onward(&headers, MC_MODE_UNDERLAY);
	expect_nothing();
	assert_int_equal(mc_vtep_counters_get(&d->in, to.vtep, &counters), 0);
	assert_int_equal(counters.tx_packets, 1);
	assert_int_equal(counters.tx_bytes, frame.length);
	headers = tagged(MC_MODE_EXTERNAL); /* no external member here either */
	packet_outer(&frame, &headers, &inner);
	expect_underlay(d, LOOPBACK, &frame, MC_R_UNKNOWN_GROUP);
	headers = outer_to_group(U6, FLEET_VNI, NULL, 0); /* no mode at all */
	packet_outer(&frame, &headers, &inner);
	expect_underlay(d, LOOPBACK, &frame, MC_R_UNKNOWN_GROUP);
	expect_nothing();
}

static void who_does_not_replicate_is_a_leaf(void **state)
{
	struct datapath *d = *state;
	struct mc_remote to = hop(d, scene.uplink, MC_MODE_UNDERLAY);
	struct outer headers = tagged(MC_MODE_BOTH);

	add_underlay_with(d, LOOPBACK, 0);
	map_group(d, U6, SERVED, VNI);
	set_hops(d, U6, &to, 1, NULL, 0);
	packet_outer(&frame, &headers, &inner);
	expect_underlay_out(d, LOOPBACK, &frame, &out, MC_R_FORWARDED);
	assert_frames_equal(&out, &inner);
	expect_nothing();
}

static void never_back_to_where_it_came_from(void **state)
{
	struct datapath *d = *state;
	struct mc_remote hops[2] = { hop(d, LOOPBACK, MC_MODE_UNDERLAY),
				     hop(d, scene.uplink, MC_MODE_UNDERLAY) };
	struct outer headers = tagged(MC_MODE_UNDERLAY);

	set_hops(d, U6, hops, 2, NULL, 0);
	packet_outer(&frame, &headers, &inner);
	expect_underlay(d, LOOPBACK, &frame, MC_R_FORWARDED);
	expect_onward(&headers, MC_MODE_UNDERLAY);
	set_hops(d, U6, hops, 1, NULL, 0);
	expect_underlay(d, LOOPBACK, &frame, MC_R_INGRESS_EGRESS);
	expect_nothing();
	map_group(d, U6, SERVED, VNI); /* the member here is no hop */
	expect_underlay(d, LOOPBACK, &frame, MC_R_FORWARDED);
	expect_nothing();
}

static void the_hop_limit_ends_it(void **state)
{
	struct datapath *d = *state;
	struct mc_remote to = hop(d, scene.uplink, MC_MODE_UNDERLAY);
	struct outer headers = tagged(MC_MODE_UNDERLAY);

	set_hops(d, U6, &to, 1, NULL, 0);
	for (int limit = 0; limit < 256; limit += limit < 3 ? 1 : 63) {
		headers.ip6.hop_limit = limit;
		packet_outer(&frame, &headers, &inner);
		expect_underlay(d, LOOPBACK, &frame, limit < 2 ? MC_R_TTL : MC_R_FORWARDED);
		if (limit >= 2)
			expect_onward(&headers, MC_MODE_UNDERLAY);
		expect_nothing();
	}
}

static void wrong_mac_and_strangers(void **state)
{
	struct datapath *d = *state;
	struct mc_remote to = hop(d, scene.uplink, MC_MODE_UNDERLAY);
	struct outer headers = tagged(MC_MODE_UNDERLAY);

	set_hops(d, U6, &to, 1, NULL, 0);
	headers.dmac ^= 0x100;
	packet_outer(&frame, &headers, &inner);
	expect_underlay(d, LOOPBACK, &frame, MC_R_WRONG_MAC);
	headers = tagged(MC_MODE_UNDERLAY);
	headers.ip6.source = ip6_plus(VTEP6_REMOTE, 7);
	packet_outer(&frame, &headers, &inner);
	expect_underlay(d, LOOPBACK, &frame, MC_R_UNKNOWN_VTEP);
	headers = tagged(MC_MODE_RESERVED);
	packet_outer(&frame, &headers, &inner);
	expect_underlay(d, LOOPBACK, &frame, MC_R_RESERVED_MODE);
	expect_nothing();
}

/* Filters look at the inner source; equals are chosen as a sender chooses them. */
static void filters_and_equals(void **state)
{
	struct mc_addr sender = mc_addr_v4(MC_BE32(SENDER));
	struct datapath *d = *state;
	struct mc_remote hops[3];
	struct outer headers = tagged(MC_MODE_BOTH);

	for (int i = 0; i < 3; i++)
		hops[i] = hop(d, scene.uplink, MC_MODE_BOTH);
	packet_outer(&frame, &headers, &inner);
	hops[0].flags = MC_REMOTE_F_FILTER;
	hops[0].sources = 1;
	set_hops(d, U6, hops, 1, &sender, 1);
	expect_underlay(d, LOOPBACK, &frame, MC_R_FILTERED);
	hops[0].flags |= MC_REMOTE_F_DENY;
	set_hops(d, U6, hops, 1, &sender, 1);
	expect_underlay(d, LOOPBACK, &frame, MC_R_FORWARDED);
	expect_onward(&headers, MC_MODE_BOTH);
	for (int i = 0; i < 3; i++)
		hops[i].flags = MC_REMOTE_F_EQUAL;
	set_hops(d, U6, hops, 3, NULL, 0);
	expect_underlay(d, LOOPBACK, &frame, MC_R_FORWARDED);
	expect_onward(&headers, MC_MODE_BOTH);
	expect_nothing();
}

static int start(void **state)
{
	struct datapath *d;

	scene_setup(state);
	d = *state;
	packet_data(&inner, SERVED, 60);
	add_underlay_with(d, LOOPBACK, MC_UNDERLAY_F_REPLICATE);
	add_underlay_with(d, scene.uplink, 0);
	add_vtep6(d, VTEP6_REMOTE, scene.uplink, true);
	return 0;
}

static int enter(void **state)
{
	scene_enter(state);
	wire = wire_open(netns_index("u0p"));
	pod = wire_open(netns_index("p1p"));
	return 0;
}

#define replicator_test(function) cmocka_unit_test_setup_teardown(function, start, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		replicator_test(each_mode_in_and_out),
		replicator_test(without_a_group_of_its_own),
		replicator_test(who_does_not_replicate_is_a_leaf),
		replicator_test(never_back_to_where_it_came_from),
		replicator_test(the_hop_limit_ends_it),
		replicator_test(wrong_mac_and_strangers),
		replicator_test(filters_and_equals),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
