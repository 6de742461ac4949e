/* SPDX-License-Identifier: Apache-2.0 */
/* Data from a port: who gets a copy, what it looks like, what is dropped and what is let through. */
#include <unistd.h>

#include <bpfcast/util.h>
#include <tests/kit/expect.h>
#include <tests/kit/netns.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>
#include <tests/kit/wire.h>

#define NOTHING_MS 20 /* for what must not come: copies are made before BPF_PROG_RUN returns */

static __u32 port;
static int wire[SCENE_PORTS]; /* on the peers: what the pods would get */
static struct frame frame, out, got;

/* Members 1 and 2 besides the sender: one gets a clone, the other the packet itself. */
static void expect_copies(struct datapath *d)
{
	struct mc_group_counters before = group_counters(d, VNI, EMPTY), after;

	assert_int_equal(expect_port_out(d, port, &frame, &out, MC_R_FORWARDED), TC_REDIRECT);
	assert_frames_equal(&out, &frame);
	assert_true(wire_receive(wire[1], &got, WIRE_TIMEOUT_MS));
	assert_frames_equal(&got, &frame);
	after = group_counters(d, VNI, EMPTY);
	assert_int_equal(after.port_packets - before.port_packets, 1);
	assert_int_equal(after.port_bytes - before.port_bytes, frame.length);
	assert_int_equal(after.local_copies - before.local_copies, 2);
	assert_int_equal(after.remote_copies, 0);
	assert_int_equal(after.errors, 0);
}

static void join_all(struct datapath *d)
{
	for (int i = 0; i < SCENE_PORTS - 1; i++)
		add_member(d, VNI, scene.port[i], EMPTY);
}

static void members_get_it_bit_for_bit_but_the_sender(void **state)
{
	struct datapath *d = *state;

	join_all(d);
	packet_data(&frame, EMPTY, 100);
	expect_copies(d);
	for (int i = 0; i < SCENE_PORTS; i++)
		assert_false(wire_receive(wire[i], &got, NOTHING_MS));
}

static void a_sender_alone_gets_nothing(void **state)
{
	struct datapath *d = *state;

	add_member(d, VNI, port, EMPTY);
	packet_data(&frame, EMPTY, 100);
	expect_port(d, port, &frame, MC_R_NO_MEMBER);
	assert_int_equal(group_counters(d, VNI, EMPTY).local_copies, 0);
	assert_false(wire_receive(wire[0], &got, NOTHING_MS));
}

static void any_packet_that_ip_allows(void **state)
{
	static const __u8 option[4] = { 0x94, 0x04, 0, 0 };
	static const struct {
		__u8 protocol, ttl;
		__u16 fragment;
		size_t payload, options;
	} cases[] = {
		{ PROTOCOL_ICMP, 64, 0, 8, 0 },
		{ 136 /* UDP-Lite */, 64, 0, 20, 0 },
		{ 253, 64, 0, 0, 0 },
		{ PROTOCOL_UDP, 1, 0, 20, 0 },
		{ PROTOCOL_UDP, 255, 0, 20, 4 },
		{ PROTOCOL_UDP, 64, FRAGMENT_MORE, 1480, 0 },
		{ PROTOCOL_UDP, 64, 185, 3, 0 },
		{ PROTOCOL_UDP, 64, FRAGMENT_DF, 1480, 0 },
		{ PROTOCOL_UDP, 64, 0x1fff, 8, 0 },
	};
	struct datapath *d = *state;

	join_all(d);
	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++) {
		struct ipv4 ip = ipv4_header(SENDER, EMPTY, cases[i].protocol);

		ip.ttl = cases[i].ttl;
		ip.fragment = cases[i].fragment;
		ip.options = option;
		ip.options_length = cases[i].options;
		packet_ipv4(&frame, &ip, cases[i].payload);
		expect_copies(d);
	}
	packet_data(&frame, EMPTY, 1);
	frame_add(&frame, NULL, 60 - frame.length); /* padding of Ethernet */
	expect_copies(d);
}

/* 239.1.0.2 and 239.129.0.2 have the same Ethernet address. */
static void groups_that_share_a_mac_stay_apart(void **state)
{
	const __u32 twin = EMPTY ^ 1 << 23;
	struct datapath *d = *state;

	assert_int_equal(mac_of_group(twin), mac_of_group(EMPTY));
	join_all(d);
	packet_data(&frame, twin, 10);
	expect_port(d, port, &frame, MC_R_UNKNOWN_GROUP);
	add_group(d, VNI, twin, 2);
	expect_port(d, port, &frame, MC_R_NO_MEMBER);
	assert_false(wire_receive(wire[1], &got, NOTHING_MS));
}

static void the_same_group_in_two_vnis_stays_apart(void **state)
{
	struct datapath *d = *state;

	add_group(d, OTHER_VNI, EMPTY, 4);
	add_port(d, NO_DEVICE, OTHER_VNI);
	add_member(d, OTHER_VNI, scene.port[3], EMPTY);
	packet_data(&frame, EMPTY, 10);
	expect_port(d, port, &frame, MC_R_NO_MEMBER);
	join_all(d);
	expect_copies(d);
	assert_false(wire_receive(wire[3], &got, NOTHING_MS));
	expect_port(d, scene.port[3], &frame, MC_R_NO_MEMBER);
	for (int i = 0; i < SCENE_PORTS; i++)
		assert_false(wire_receive(wire[i], &got, NOTHING_MS));
	assert_int_equal(group_counters(d, OTHER_VNI, EMPTY).port_packets, 1);
}

/* A device that is gone, first among the members: its error is counted, the next is served. */
static void a_dead_member_harms_no_other(void **state)
{
	struct datapath *d = *state;
	struct mc_member member;

	add_port(d, NO_DEVICE, VNI);
	add_member(d, VNI, NO_DEVICE, EMPTY);
	add_member(d, VNI, scene.port[1], EMPTY);
	add_member(d, VNI, scene.port[2], EMPTY);
	packet_data(&frame, EMPTY, 10);
	assert_int_equal(expect_port(d, port, &frame, MC_R_FORWARDED), TC_REDIRECT);
	assert_true(wire_receive(wire[1], &got, WIRE_TIMEOUT_MS));
	assert_frames_equal(&got, &frame);
	assert_true(get_member(d, VNI, NO_DEVICE, EMPTY, &member));
	assert_int_equal(member.errors, 1);
	assert_int_equal(group_counters(d, VNI, EMPTY).errors, 1);
	assert_int_equal(group_counters(d, VNI, EMPTY).local_copies, 2);
}

static void a_source_that_no_host_has(void **state)
{
	static const struct {
		__u32 source;
		bool bad;
	} cases[] = {
		{ 0, true },
		{ IP4(0, 255, 255, 255), true },
		{ IP4(1, 0, 0, 0), false },
		{ IP4(126, 255, 255, 255), false },
		{ IP4(127, 0, 0, 0), true },
		{ IP4(127, 255, 255, 255), true },
		{ IP4(128, 0, 0, 0), false },
		{ IP4(223, 255, 255, 255), false },
		{ IP4(224, 0, 0, 0), true },
		{ EMPTY, true },
		{ IP4(240, 0, 0, 0), true },
		{ IP4(255, 255, 255, 255), true },
	};

	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++) {
		struct ipv4 ip = ipv4_header(cases[i].source, EMPTY, PROTOCOL_UDP);

		packet_ipv4(&frame, &ip, 20);
		expect_port(*state, port, &frame, cases[i].bad ? MC_R_BAD_SOURCE : MC_R_NO_MEMBER);
	}
}

/* Each single bit wrong; without the group bit it is unicast and none of our business. */
static void a_mac_that_is_not_the_groups(void **state)
{
	for (int bit = 0; bit < 48; bit++) {
		packet_data(&frame, EMPTY, 10);
		frame.byte[bit / 8] ^= 1 << bit % 8;
		if (bit == 0)
			expect_port_pass(*state, port, &frame);
		else
			expect_port(*state, port, &frame, MC_R_WRONG_MAC);
	}
}

static void headers_that_contradict_themselves(void **state)
{
	const struct ipv4 right = ipv4_header(SENDER, EMPTY, PROTOCOL_UDP);
	struct ipv4 ip;

	for (int version = 0; version < 16; version++) {
		ip = right;
		ip.version = version;
		packet_ipv4(&frame, &ip, 40);
		expect_port(*state, port, &frame, version == 4 ? MC_R_NO_MEMBER : MC_R_MALFORMED);
	}
	for (int off = -5; off <= 10; off++) { /* 5 is right; 15 words are exactly all there is */
		ip = right;
		ip.ihl_off = off;
		packet_ipv4(&frame, &ip, 36);
		expect_port(*state, port, &frame,
			    off < 0 || off == 10 ? MC_R_MALFORMED : MC_R_NO_MEMBER);
	}
	for (int off = -41; off <= 1; off++) {
		ip = right;
		ip.total_off = off;
		packet_ipv4(&frame, &ip, 40);
		expect_port(*state, port, &frame,
			    off < -40 || off > 0 ? MC_R_MALFORMED : MC_R_NO_MEMBER);
	}
}

/* A group's frame with another type, address, or none of ours. */
static void what_is_not_ours_passes_untouched(void **state)
{
	struct datapath *d = *state;

	packet_data(&frame, EMPTY, 40);		   /* BPF_PROG_RUN wants room for an IPv6 header */
	expect_port_pass(d, scene.uplink, &frame); /* not a port */
	frame_set16(&frame, 12, ETHERTYPE_ARP);
	expect_port_pass(d, port, &frame);
	frame_set16(&frame, 12, 0x88cc); /* LLDP */
	expect_port_pass(d, port, &frame);

	packet_data(&frame, EMPTY, 10);
	for (int i = 0; i < 6; i++)
		frame.byte[i] = 0xff;
	expect_port_pass(d, port, &frame);

	packet_data(&frame, IP4(224, 0, 0, 255), 10);
	expect_port(d, port, &frame, MC_R_LINK_LOCAL);
	packet_data(&frame, IP4(224, 0, 1, 0), 10);
	expect_port(d, port, &frame, MC_R_UNKNOWN_GROUP);
	packet_data(&frame, IP4(239, 255, 255, 255), 10);
	expect_port(d, port, &frame, MC_R_UNKNOWN_GROUP);
	packet_data(&frame, IP4(240, 0, 0, 0), 10);
	expect_port(d, port, &frame, MC_R_NOT_OURS);
	packet_data(&frame, IP4(223, 255, 255, 255), 10);
	expect_port(d, port, &frame, MC_R_NOT_OURS);
}

static void vlan_tags_are_dropped(void **state)
{
	const struct ipv4 ip = ipv4_header(SENDER, EMPTY, PROTOCOL_UDP);
	static const __u16 tpids[] = { ETHERTYPE_VLAN, ETHERTYPE_QINQ };

	for (size_t i = 0; i < MC_ARRAY_SIZE(tpids); i++) {
		frame_start(&frame);
		frame_ethernet(&frame, mac_of_group(EMPTY), HOST_MAC, ETHERTYPE_IPV4);
		frame_vlan(&frame, tpids[i], 0); /* a priority tag, too */
		frame_ipv4(&frame, &ip);
		frame_finish(&frame);
		expect_port(*state, port, &frame, MC_R_VLAN);
	}
}

static int enter(void **state)
{
	static const char *const peers[SCENE_PORTS] = { "p0p", "p1p", "p2p", "p3p" };

	scene_enter(state);
	port = scene.port[0];
	for (int i = 0; i < SCENE_PORTS; i++)
		wire[i] = wire_open(netns_index(peers[i]));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(members_get_it_bit_for_bit_but_the_sender),
		scene_test(a_sender_alone_gets_nothing),
		scene_test(any_packet_that_ip_allows),
		scene_test(groups_that_share_a_mac_stay_apart),
		scene_test(the_same_group_in_two_vnis_stays_apart),
		scene_test(a_dead_member_harms_no_other),
		scene_test(a_source_that_no_host_has),
		scene_test(a_mac_that_is_not_the_groups),
		scene_test(headers_that_contradict_themselves),
		scene_test(what_is_not_ours_passes_untouched),
		scene_test(vlan_tags_are_dropped),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
