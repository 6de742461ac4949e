/* SPDX-License-Identifier: Apache-2.0 */
/* Frames from the underlay that are delivered: bit for bit, to local members, never back. */
#include <maps/counter.h>
#include <tests/kit/expect.h>
#include <tests/kit/netns.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>
#include <tests/kit/wire.h>

#define NOTHING_MS 20

static int pod, wire;
static struct frame frame, inner, out, got;

static void expect_delivered(struct datapath *d)
{
	packet_encapsulated(&frame, VNI, &inner);
	assert_int_equal(expect_underlay_out(d, LOOPBACK, &frame, &out, MC_R_FORWARDED),
			 TC_REDIRECT);
	assert_frames_equal(&out, &inner);
}

static void every_size(void **state)
{
	struct mc_vtep_counters counters;
	struct mc_group_counters group;
	struct datapath *d = *state;
	__u64 inner_bytes = 0, outer_bytes = 0;

	for (size_t payload = 0; payload <= 1472; payload++) {
		packet_data(&inner, SERVED, payload);
		expect_delivered(d);
		inner_bytes += inner.length;
		outer_bytes += frame.length;
	}
	group = group_counters(d, VNI, SERVED);
	assert_int_equal(group.underlay_packets, 1473);
	assert_int_equal(group.underlay_bytes, inner_bytes);
	assert_int_equal(group.port_packets, 0);
	assert_int_equal(group.local_copies, 1473);
	assert_int_equal(group.remote_copies, 0);
	assert_int_equal(mc_vtep_counters_get(&d->in, scene.vtep, &counters), 0);
	assert_int_equal(counters.rx_packets, 1473);
	assert_int_equal(counters.rx_bytes, outer_bytes);
}

static void any_inner_packet(void **state)
{
	struct ipv4 ip = ipv4_header(SENDER, SERVED, PROTOCOL_ICMP);

	packet_ipv4(&inner, &ip, 0);
	expect_delivered(*state);
	ip.ttl = 1;
	ip.tos = 0xff;
	ip.options = router_alert;
	ip.options_length = ROUTER_ALERT_LENGTH;
	ip.fragment = FRAGMENT_MORE;
	packet_ipv4(&inner, &ip, 1400);
	expect_delivered(*state);
	ip.fragment = 0x1234;
	packet_ipv4(&inner, &ip, 3);
	expect_delivered(*state);
	ip.checksum_off = 1; /* none of our business */
	packet_ipv4(&inner, &ip, 3);
	expect_delivered(*state);
}

static void outer_options_of_any_length(void **state)
{
	static const __u8 nop[40] = { 1, 1, 1, 1 };
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	packet_data(&inner, SERVED, 100);
	tunnel.ip.options = nop;
	for (tunnel.ip.options_length = 0; tunnel.ip.options_length <= sizeof(nop);
	     tunnel.ip.options_length += 4) {
		packet_tunnel(&frame, &tunnel, &inner);
		assert_int_equal(
			expect_underlay_out(*state, LOOPBACK, &frame, &out, MC_R_FORWARDED),
			TC_REDIRECT);
		assert_frames_equal(&out, &inner);
	}
}

/* Padding behind the outer IP packet is Ethernet's, and no part of the inner frame. */
static void padding_of_the_outer_frame_is_left_behind(void **state)
{
	packet_data(&inner, SERVED, 10);
	packet_encapsulated(&frame, VNI, &inner);
	frame_add_pattern(&frame, 8);
	assert_int_equal(expect_underlay_out(*state, LOOPBACK, &frame, &out, MC_R_FORWARDED),
			 TC_REDIRECT);
	assert_frames_equal(&out, &inner);
}

/* And padding within the datagram is part of it. */
static void padding_of_the_inner_frame_is_kept(void **state)
{
	packet_data(&inner, SERVED, 1);
	frame_add_pattern(&inner, 60 - inner.length);
	expect_delivered(*state);
}

static void all_members_and_never_the_underlay(void **state)
{
	struct datapath *d = *state;

	for (int i = 0; i < SCENE_PORTS - 1; i++)
		add_member(d, VNI, scene.port[i], REMOTE); /* which has a VTEP, too */
	packet_data(&inner, REMOTE, 100);
	expect_delivered(d);
	assert_true(wire_receive(pod, &got, WIRE_TIMEOUT_MS));
	assert_frames_equal(&got, &inner);
	assert_false(wire_receive(pod, &got, NOTHING_MS));
	assert_false(wire_receive(wire, &got, NOTHING_MS));
	assert_int_equal(group_counters(d, VNI, REMOTE).local_copies, 3);
	assert_int_equal(group_counters(d, VNI, REMOTE).remote_copies, 0);
}

static void nobody_here_wants_it(void **state)
{
	packet_data(&inner, REMOTE, 100);
	packet_encapsulated(&frame, VNI, &inner);
	expect_underlay(*state, LOOPBACK, &frame, MC_R_NO_MEMBER);
	assert_false(wire_receive(wire, &got, NOTHING_MS));
}

static void the_vni_chooses_the_members(void **state)
{
	struct datapath *d = *state;

	add_group(d, OTHER_VNI, SERVED, 2);
	packet_data(&inner, SERVED, 100);
	packet_encapsulated(&frame, OTHER_VNI, &inner);
	expect_underlay(d, LOOPBACK, &frame, MC_R_NO_MEMBER);
	add_member(d, OTHER_VNI, scene.port[3], SERVED);
	expect_underlay(d, LOOPBACK, &frame, MC_R_FORWARDED);
	assert_int_equal(group_counters(d, VNI, SERVED).underlay_packets, 0);
	assert_int_equal(group_counters(d, OTHER_VNI, SERVED).underlay_packets,
			 3); /* one by the guard */
}

/* What port_ingress sends, underlay_ingress of another node takes apart again. */
static void there_and_back(void **state)
{
	struct datapath *d = *state;
	static struct frame tunnelled;

	packet_data(&inner, REMOTE, 700);
	expect_port_out(d, scene.port[0], &inner, &tunnelled, MC_R_FORWARDED);
	for (int i = 0; i < 4; i++) { /* the other node is ourselves with addresses exchanged */
		__u8 byte = tunnelled.byte[26 + i];

		tunnelled.byte[26 + i] = tunnelled.byte[30 + i];
		tunnelled.byte[30 + i] = byte;
	}
	add_member(d, VNI, scene.port[1], REMOTE);
	assert_int_equal(expect_underlay_out(d, LOOPBACK, &tunnelled, &out, MC_R_FORWARDED),
			 TC_REDIRECT);
	assert_frames_equal(&out, &inner);
}

static int enter(void **state)
{
	scene_enter(state);
	pod = wire_open(netns_index("p0p"));
	wire = wire_open(netns_index("u0p"));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(every_size),
		scene_test(any_inner_packet),
		scene_test(outer_options_of_any_length),
		scene_test(padding_of_the_outer_frame_is_left_behind),
		scene_test(padding_of_the_inner_frame_is_kept),
		scene_test(all_members_and_never_the_underlay),
		scene_test(nobody_here_wants_it),
		scene_test(the_vni_chooses_the_members),
		scene_test(there_and_back),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
