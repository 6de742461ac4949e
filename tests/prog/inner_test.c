/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames from a VTEP of ours, in a VNI of ours, with something inside that is not delivered: what is
 * dropped, the XDP guard drops.
 */
#include <maps/text.h>
#include <tests/kit/expect.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#define INNER VXLAN_OVERHEAD

static struct frame frame, inner;

static int start(void **state)
{
	packet_data(&inner, SERVED, 40);
	return scene_setup(state);
}

static void expect_inner(struct datapath *d, enum mc_reason reason)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	packet_tunnel(&frame, &tunnel, &inner);
	expect_underlay(d, LOOPBACK, &frame, reason);
	expect_guard(d, &frame, mc_reason_verdict(reason) == MC_VERDICT_PASS ? MC_R_NONE : reason);
}

/* @behind bytes follow the datagram, and the inner packet says that they are its. */
static void expect_inner_length(struct datapath *d, const struct tunnel *tunnel,
				unsigned int behind)
{
	packet_tunnel(&frame, tunnel, &inner);
	frame_set16(&frame, INNER + 14 + 2, inner.length - 14 + behind);
	frame_add(&frame, NULL, behind);
	expect_unwanted(d, &frame, MC_R_MALFORMED);
}

/* Shorter than the inner packet says: what is behind the datagram is none of it. */
static void a_udp_length_that_cuts_the_inner_packet(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	tunnel.udp.length_off = -1;
	expect_inner_length(*state, &tunnel, 0);
	tunnel = tunnel_from_vtep(VNI);
	expect_inner_length(*state, &tunnel, 8);
}

/* Cut by the sender, with lengths that fit. */
static void an_inner_frame_cut_at_each_byte(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);
	size_t whole = inner.length;

	for (size_t length = 0; length < whole; length++) {
		frame_cut(&inner, length);
		packet_tunnel(&frame, &tunnel, &inner);
		expect_unwanted(*state, &frame, MC_R_MALFORMED);
		packet_data(&inner, SERVED, 40);
	}
}

static void inner_frames_that_are_not_for_members_pass(void **state)
{
	frame_set16(&inner, 0, 0x0200); /* unicast */
	expect_inner(*state, MC_R_NONE);
	packet_data(&inner, SERVED, 40);
	for (int i = 0; i < 6; i++)
		inner.byte[i] = 0xff;
	expect_inner(*state, MC_R_NONE);
	packet_data(&inner, SERVED, 40);
	frame_set16(&inner, 12, 0x88cc); /* LLDP */
	expect_inner(*state, MC_R_NONE);
	packet_data(&inner, IP4(10, 0, 0, 1), 40);
	expect_inner(*state, MC_R_NOT_OURS);
	packet_data(&inner, UNKNOWN, 40);
	expect_inner(*state, MC_R_UNKNOWN_GROUP);
	packet_data(&inner, IP4(224, 0, 0, 251), 40);
	expect_inner(*state, MC_R_LINK_LOCAL);
}

static void inner_frames_that_are_wrong_are_dropped(void **state)
{
	struct ipv4 ip = ipv4_header(IP4(127, 0, 0, 1), SERVED, PROTOCOL_UDP);

	packet_ipv4(&inner, &ip, 20);
	expect_inner(*state, MC_R_BAD_SOURCE);
	ip.source = SENDER;
	ip.ttl = 0;
	packet_ipv4(&inner, &ip, 20);
	expect_inner(*state, MC_R_TTL);
	ip.ttl = 64;
	ip.protocol = PROTOCOL_TCP;
	packet_ipv4(&inner, &ip, 20);
	expect_inner(*state, MC_R_TCP);
	ip.protocol = PROTOCOL_UDP;
	ip.ihl_off = -1;
	packet_ipv4(&inner, &ip, 20);
	expect_inner(*state, MC_R_MALFORMED);
	packet_data(&inner, SERVED, 40);
	inner.byte[5]++;
	expect_inner(*state, MC_R_WRONG_MAC);
	packet_join_v3(&inner, SERVED);
	expect_inner(*state, MC_R_INNER_MEMBERSHIP);
	packet_leave_v2(&inner, SERVED);
	expect_inner(*state, MC_R_INNER_MEMBERSHIP);
}

/* protocols.md 4: inner VLAN tags are dropped unless configured. */
static void an_inner_vlan_tag_is_dropped(void **state)
{
	struct ipv4 ip = ipv4_header(SENDER, SERVED, PROTOCOL_UDP);
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	frame_start(&inner);
	frame_ethernet(&inner, mac_of_group(SERVED), HOST_MAC, ETHERTYPE_IPV4);
	frame_vlan(&inner, ETHERTYPE_VLAN, 5);
	frame_ipv4(&inner, &ip);
	frame_add_pattern(&inner, 40);
	frame_finish(&inner);
	packet_tunnel(&frame, &tunnel, &inner);
	expect_unwanted(*state, &frame, MC_R_VLAN);
}

#define inner_test(function) cmocka_unit_test_setup_teardown(function, start, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		inner_test(a_udp_length_that_cuts_the_inner_packet),
		inner_test(an_inner_frame_cut_at_each_byte),
		inner_test(inner_frames_that_are_not_for_members_pass),
		inner_test(inner_frames_that_are_wrong_are_dropped),
		inner_test(an_inner_vlan_tag_is_dropped),
	};

	return cmocka_run_group_tests(tests, scene_enter, NULL);
}
