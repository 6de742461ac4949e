/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames from the underlay that are not delivered: what passes to the host's own tunnel devices, and
 * what is dropped under which reason. Each goes through the XDP guard, too, which drops nothing that
 * underlay_ingress does not, and what it drops, under the same reason.
 */
#include <bpfcast/util.h>
#include <tests/kit/expect.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#define OUTER_IP 14

static struct frame frame, inner;

#define expect_outer(d, tunnel, reason)                                                            \
	do {                                                                                       \
		packet_tunnel(&frame, tunnel, &inner);                                             \
		expect_underlay(d, LOOPBACK, &frame, reason);                                      \
		expect_guard(d, &frame, (reason) == MC_R_FORWARDED ? MC_R_NONE : (reason));        \
	} while (0)
#define expect_pass(d, tunnel) expect_outer(d, tunnel, MC_R_NONE)

static int start(void **state)
{
	packet_data(&inner, SERVED, 40);
	return scene_setup(state);
}

static void the_right_one_is_delivered(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	expect_outer(*state, &tunnel, MC_R_FORWARDED);
}

static void other_tunnels_of_the_host_pass(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	tunnel.vxlan.vni = VNI + 100;
	expect_pass(*state, &tunnel);
	tunnel.vxlan.vni = VNI << 8;
	expect_pass(*state, &tunnel);
	tunnel = tunnel_from_vtep(VNI);
	tunnel.udp.destination = 8472;
	expect_pass(*state, &tunnel);
	tunnel = tunnel_from_vtep(VNI);
	tunnel.ip.destination = IP4(192, 0, 2, 3);
	expect_pass(*state, &tunnel);
	tunnel = tunnel_from_vtep(VNI);
	tunnel.ip.source = NO_ROUTE;
	tunnel.vxlan.vni = VNI + 100;
	expect_pass(*state, &tunnel);
	tunnel = tunnel_from_vtep(VNI);
	tunnel.ip.source = VTEP_LOCAL;
	tunnel.vxlan.vni = VNI + 100;
	expect_pass(*state, &tunnel);
	tunnel = tunnel_from_vtep(VNI);
	tunnel.vxlan.flags =
		0; /* without the flag there is no VNI; its sender is not one of ours */
	tunnel.ip.source = NO_ROUTE;
	expect_pass(*state, &tunnel);
}

static void what_is_no_vxlan_passes(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	tunnel.ip.protocol = PROTOCOL_TCP;
	expect_pass(*state, &tunnel);
	tunnel = tunnel_from_vtep(VNI);
	tunnel.ip.fragment = FRAGMENT_MORE;
	expect_pass(*state, &tunnel);
	tunnel = tunnel_from_vtep(VNI);
	tunnel.ip.fragment = 1;
	expect_pass(*state, &tunnel);
	tunnel = tunnel_from_vtep(VNI);
	tunnel.ip.version = 6;
	expect_pass(*state, &tunnel);
	tunnel = tunnel_from_vtep(VNI);
	tunnel.ip.total_off = 1; /* lost bytes: the host's stack says so */
	expect_pass(*state, &tunnel);
	tunnel = tunnel_from_vtep(VNI);
	tunnel.ip.ihl_off = -1;
	expect_pass(*state, &tunnel);
}

/* Another protocol whose bytes happen to read like a frame of ours from a stranger. */
static void what_is_no_ipv4_passes(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	tunnel.ip.source = NO_ROUTE;
	tunnel.type = 0x88b5; /* IEEE 802 local experimental */
	expect_pass(*state, &tunnel);
	tunnel.type = ETHERTYPE_ARP;
	expect_pass(*state, &tunnel);
}

static void a_device_that_is_no_underlay_passes(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	packet_tunnel(&frame, &tunnel, &inner);
	expect_underlay_pass(*state, scene.port[0], &frame);
}

static void strangers_and_loops_are_dropped(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	tunnel.ip.source = NO_ROUTE;
	expect_outer(*state, &tunnel, MC_R_UNKNOWN_VTEP);
	tunnel.ip.source = VTEP_LOCAL;
	expect_outer(*state, &tunnel, MC_R_OWN_ADDRESS);
}

static void flags_and_reserved_bits(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	for (int flags = 0; flags < 256; flags++) {
		tunnel.vxlan.flags = flags;
		expect_outer(*state, &tunnel, flags & 8 ? MC_R_FORWARDED : MC_R_VXLAN_FLAGS);
	}
	tunnel = tunnel_from_vtep(VNI);
	tunnel.vxlan.reserved = 0xffffff;
	tunnel.vxlan.reserved2 = 0xff;
	expect_outer(*state, &tunnel, MC_R_FORWARDED);
}

static void any_udp_checksum_that_is_right(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	tunnel.udp.no_checksum = false;
	expect_outer(*state, &tunnel, MC_R_FORWARDED);
}

static void a_udp_length_that_lies(void **state)
{
	const int length = 8 + 8 + (int)inner.length;
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	for (int off = -length; off < 0; off++) {
		tunnel.udp.length_off = off;
		expect_outer(*state, &tunnel, MC_R_MALFORMED);
	}
	for (int off = 1; off < 65535 - length; off *= 2) {
		tunnel.udp.length_off = off;
		expect_outer(*state, &tunnel, MC_R_MALFORMED);
	}
}

/* Cut on the way at each byte: never delivered, and no reason that names someone. */
static void cut_at_each_byte(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);
	size_t length;

	packet_tunnel(&frame, &tunnel, &inner);
	for (length = frame.length - 1; length >= OUTER_IP + 20; length--) {
		frame_cut(&frame, length);
		expect_underlay_pass(*state, LOOPBACK, &frame);
		expect_guard(*state, &frame, MC_R_NONE);
	}
	for (; length > OUTER_IP; length--) { /* BPF_PROG_RUN of tc takes no less */
		frame_cut(&frame, length);
		expect_guard(*state, &frame, MC_R_NONE);
	}
}

#define underlay_test(function) cmocka_unit_test_setup_teardown(function, start, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		underlay_test(the_right_one_is_delivered),
		underlay_test(other_tunnels_of_the_host_pass),
		underlay_test(what_is_no_vxlan_passes),
		underlay_test(what_is_no_ipv4_passes),
		underlay_test(a_device_that_is_no_underlay_passes),
		underlay_test(strangers_and_loops_are_dropped),
		underlay_test(flags_and_reserved_bits),
		underlay_test(any_udp_checksum_that_is_right),
		underlay_test(a_udp_length_that_lies),
		underlay_test(cut_at_each_byte),
	};

	return cmocka_run_group_tests(tests, scene_enter, NULL);
}
