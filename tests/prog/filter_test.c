/* SPDX-License-Identifier: Apache-2.0 */
/* Which slots of a vector a packet goes to: source filters, and equals of which a flow takes one. */
#include <string.h>

#include <bpfcast/util.h>
#include <maps/counter.h>
#include <maps/group.h>
#include <tests/kit/expect.h>
#include <tests/kit/netns.h>
#include <tests/kit/overlay.h>
#include <tests/kit/packet.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>
#include <tests/kit/wire.h>

#define INCLUDE	    (MC_REMOTE_F_FILTER | MC_REMOTE_F_DENY)
#define EXCLUDE	    MC_REMOTE_F_FILTER
#define SOURCES_MAX 366
#define BASE	    IP4(10, 0, 0, 0)
#define FLOWS	    200
#define HOPS	    8

static __u32 port;
static int wire;
static struct frame frame, got;
static struct mc_addr sources[SOURCES_MAX];

/* The source with the number @i: in steps of 2, so that there are some in between. */
static __u32 source(unsigned int i)
{
	return BASE + 2 + 2 * i;
}

static enum mc_reason send_from(struct datapath *d, __u32 address, unsigned int flow)
{
	struct ipv4 ip = ipv4_header(address, REMOTE, PROTOCOL_UDP);
	struct udp udp = { .source = 20000 + flow, .destination = DATA_PORT };
	__u64 before = counted(d, MC_R_FORWARDED);
	static struct frame out;

	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group(REMOTE), HOST_MAC, ETHERTYPE_IPV4);
	frame_ipv4(&frame, &ip);
	frame_udp(&frame, &udp);
	frame_add_pattern(&frame, 10);
	frame_finish(&frame);
	datapath_port(d, port, &frame, &out);
	return counted(d, MC_R_FORWARDED) > before ? MC_R_FORWARDED : MC_R_FILTERED;
}

static void set_filter(struct datapath *d, unsigned int flags, unsigned int first,
		       unsigned int count)
{
	const struct mc_remote slot = {
		.vtep = scene.vtep,
		.form = MC_FORM_V4,
		.flags = flags,
		.first = first,
		.sources = count,
	};

	set_vector(d, VNI, REMOTE, &slot, 1, sources, SOURCES_MAX);
}

/* Each source that is there, and each gap between, before and behind, at many lengths of the list. */
static void include_and_exclude_of_any_length(void **state)
{
	static const unsigned int counts[] = { 0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 365, 366 };
	struct datapath *d = *state;

	for (size_t i = 0; i < MC_ARRAY_SIZE(counts); i++) {
		unsigned int count = counts[i], first = SOURCES_MAX - count;

		for (int include = 0; include < 2; include++) {
			enum mc_reason named = include ? MC_R_FORWARDED : MC_R_FILTERED;
			enum mc_reason other = include ? MC_R_FILTERED : MC_R_FORWARDED;

			set_filter(d, include ? INCLUDE : EXCLUDE, first, count);
			assert_int_equal(send_from(d, source(first) - 1, 0), other);
			for (unsigned int j = first; j < SOURCES_MAX; j++) {
				assert_int_equal(send_from(d, source(j), 0), named);
				assert_int_equal(send_from(d, source(j) + 1, 0), other);
			}
			if (first) /* another slot's */
				assert_int_equal(send_from(d, source(first - 1), 0), other);
		}
	}
}

static void a_filtered_packet_is_counted_so(void **state)
{
	set_filter(*state, INCLUDE, 0, 0);
	packet_data(&frame, REMOTE, 10);
	expect_port(*state, port, &frame, MC_R_FILTERED);
	assert_false(wire_receive(wire, &got, 0));
	assert_int_equal(group_counters(*state, VNI, REMOTE).errors, 0);
}

/* IPv6 sources are compared in all their bytes. */
static void each_byte_of_a_source_counts(void **state)
{
	const struct ip6 right = ip6("2001:db8:1234:5678:9abc:def0:1357:2468");
	struct datapath *d = *state;
	struct mc_addr is = addr6(right);
	struct mc_remote slot = {
		.vtep = scene.vtep, .form = MC_FORM_V4, .flags = INCLUDE, .sources = 1
	};
	struct mc_group_key key = { .vni = VNI, .group = addr6(ip6("ff0e::1:2")) };
	struct ipv6 ip = ipv6_header(right, ip6("ff0e::1:2"), PROTOCOL_UDP);

	assert_int_equal(mc_group_add(&d->in, &key, 1), 0);
	set_vector_of(d, &key, &slot, 1, &is, 1);
	for (int byte = -1; byte < 16; byte++) {
		ip.source = right;
		if (byte >= 0)
			ip.source.byte[byte] ^= byte ? 0x01 : 0x04;
		frame_start(&frame);
		frame_ethernet(&frame, mac_of_group6(ip.destination), HOST_MAC, ETHERTYPE_IPV6);
		frame_ipv6(&frame, &ip);
		frame_add_pattern(&frame, 20);
		frame_finish(&frame);
		expect_port(d, port, &frame, byte < 0 ? MC_R_FORWARDED : MC_R_FILTERED);
	}
}

/* ---- equals ---- */

static __u32 hop[HOPS];

static void make_hops(struct datapath *d)
{
	for (int i = 0; i < HOPS; i++)
		hop[i] = add_hop(d, ip6("ff04::9"), scene.uplink, true);
}

static struct mc_remote equal(int i, unsigned int mode)
{
	return (struct mc_remote){
		.vtep = hop[i],
		.form = MC_FORM_V6_TAGGED,
		.mode = mode,
		.flags = MC_REMOTE_F_EQUAL,
	};
}

/* Which of the hops got a copy of the flow, as bits. */
static unsigned int hops_of_flow(struct datapath *d, unsigned int flow)
{
	struct mc_vtep_counters before[HOPS], after;
	unsigned int hops = 0;

	for (int i = 0; i < HOPS; i++)
		assert_int_equal(mc_vtep_counters_get(&d->in, hop[i], &before[i]), 0);
	send_from(d, SENDER, flow);
	for (int i = 0; i < HOPS; i++) {
		assert_int_equal(mc_vtep_counters_get(&d->in, hop[i], &after), 0);
		assert_in_range(after.tx_packets - before[i].tx_packets, 0, 1);
		if (after.tx_packets != before[i].tx_packets)
			hops |= 1u << i;
	}
	while (wire_receive(wire, &got, 0))
		;
	return hops;
}

static unsigned int bits(unsigned int x)
{
	return (unsigned int)__builtin_popcount(x);
}

/* Flows spread over equals of one mode, one copy each, and each flow stays where it is. */
static void equals_of_one_mode(struct datapath *d, unsigned int mode)
{
	struct mc_remote slots[4];
	unsigned int used[HOPS] = { 0 };

	for (int i = 0; i < 4; i++)
		slots[i] = equal(i, mode);
	set_vector(d, VNI, REMOTE, slots, 4, NULL, 0);
	for (unsigned int flow = 0; flow < FLOWS; flow++) {
		unsigned int hops = hops_of_flow(d, flow);

		assert_int_equal(bits(hops), 1);
		assert_int_equal(hops_of_flow(d, flow), hops);
		used[__builtin_ctz(hops)]++;
	}
	for (int i = 0; i < 4; i++)
		assert_in_range(used[i], FLOWS / 4 / 2, FLOWS / 2);
}

static void a_flow_takes_one_of_equals(void **state)
{
	make_hops(*state);
	for (unsigned int mode = MC_MODE_EXTERNAL; mode <= MC_MODE_BOTH; mode++)
		equals_of_one_mode(*state, mode);
}

/* External and Underlay: one of each. */
static void each_target_is_served_once(void **state)
{
	struct datapath *d = *state;
	struct mc_remote slots[4];

	make_hops(d);
	for (int i = 0; i < 4; i++)
		slots[i] = equal(i, i < 2 ? MC_MODE_EXTERNAL : MC_MODE_UNDERLAY);
	set_vector(d, VNI, REMOTE, slots, 4, NULL, 0);
	for (unsigned int flow = 0; flow < FLOWS; flow++) {
		unsigned int hops = hops_of_flow(d, flow);

		assert_int_equal(bits(hops & 3), 1);
		assert_int_equal(bits(hops & 12), 1);
	}
}

/* A Both serves both targets, so with none for Underlay beside it, it is alone. */
static void both_collapses(void **state)
{
	struct datapath *d = *state;
	struct mc_remote slots[3];
	unsigned int external = 0;

	make_hops(d);
	slots[0] = equal(0, MC_MODE_EXTERNAL);
	slots[1] = equal(1, MC_MODE_EXTERNAL);
	slots[2] = equal(2, MC_MODE_BOTH);
	set_vector(d, VNI, REMOTE, slots, 3, NULL, 0);
	for (unsigned int flow = 0; flow < FLOWS; flow++)
		assert_int_equal(hops_of_flow(d, flow), 4);
	slots[1] = equal(1, MC_MODE_UNDERLAY);
	set_vector(d, VNI, REMOTE, slots, 3, NULL, 0);
	for (unsigned int flow = 0; flow < FLOWS; flow++) {
		unsigned int hops = hops_of_flow(d, flow);

		assert_true(hops == 3 || hops == 4);
		external += hops == 3;
	}
	assert_in_range(external, FLOWS / 4, FLOWS * 3 / 4);
}

/* Chosen among those whose filter passes; who is none of the equals gets his copy in any case. */
static void the_choice_depends_on_the_filter(void **state)
{
	struct datapath *d = *state;
	struct mc_remote slots[4];
	struct mc_addr sender = mc_addr_v4(MC_BE32(SENDER));

	make_hops(d);
	slots[0] = equal(0, MC_MODE_UNDERLAY);
	slots[0].flags |= EXCLUDE;
	slots[0].sources = 1;
	slots[1] = equal(1, MC_MODE_UNDERLAY);
	slots[1].flags |= INCLUDE;
	slots[1].sources = 1;
	slots[2] = equal(2, MC_MODE_UNDERLAY);
	slots[2].flags |= INCLUDE;
	slots[3] = equal(3, MC_MODE_UNDERLAY);
	slots[3].flags = 0;
	set_vector(d, VNI, REMOTE, slots, 4, &sender, 1);
	for (unsigned int flow = 0; flow < FLOWS / 4; flow++)
		assert_int_equal(hops_of_flow(d, flow), 2 | 8);
	set_vector(d, VNI, REMOTE, slots + 2, 1, NULL, 0);
	packet_data(&frame, REMOTE, 10);
	expect_port(d, port, &frame, MC_R_FILTERED);
}

/* When a hop goes, only its flows move. */
static void flows_stay_when_a_hop_goes(void **state)
{
	struct datapath *d = *state;
	struct mc_remote slots[4];
	unsigned int before[FLOWS];

	make_hops(d);
	for (int i = 0; i < 4; i++)
		slots[i] = equal(i, MC_MODE_BOTH);
	set_vector(d, VNI, REMOTE, slots, 4, NULL, 0);
	for (unsigned int flow = 0; flow < FLOWS; flow++)
		before[flow] = hops_of_flow(d, flow);
	slots[1] = slots[3];
	set_vector(d, VNI, REMOTE, slots, 3, NULL, 0);
	for (unsigned int flow = 0; flow < FLOWS; flow++)
		if (before[flow] != 2)
			assert_int_equal(hops_of_flow(d, flow), before[flow]);
}

static int setup(void **state)
{
	scene_setup(state);
	add_underlay_with(*state, scene.uplink, 0);
	return 0;
}

static int enter(void **state)
{
	scene_enter(state);
	port = scene.port[0];
	wire = wire_open(netns_index("u0p"));
	for (unsigned int i = 0; i < SOURCES_MAX; i++)
		sources[i] = mc_addr_v4(MC_BE32(source(i)));
	return 0;
}

#define filter_test(function) cmocka_unit_test_setup_teardown(function, setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		filter_test(include_and_exclude_of_any_length),
		filter_test(a_filtered_packet_is_counted_so),
		filter_test(each_byte_of_a_source_counts),
		filter_test(a_flow_takes_one_of_equals),
		filter_test(each_target_is_served_once),
		filter_test(both_collapses),
		filter_test(the_choice_depends_on_the_filter),
		filter_test(flows_stay_when_a_hop_goes),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
