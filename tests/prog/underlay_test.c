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
#define INNER	 50

/* Everything of a frame from the underlay that a test may want to be otherwise. */
struct outer {
	struct ipv4 ip;
	struct udp udp;
	struct vxlan vxlan;
	unsigned int type;
};

static struct frame frame, inner;

static struct outer right(void)
{
	struct outer o = {
		.ip = ipv4_header(VTEP_REMOTE, VTEP_LOCAL, PROTOCOL_UDP),
		.udp = { .source = 50000, .destination = VXLAN_PORT, .no_checksum = true },
		.vxlan = { .vni = VNI, .flags = VXLAN_FLAG_VNI },
		.type = ETHERTYPE_IPV4,
	};

	o.ip.fragment = FRAGMENT_DF;
	return o;
}

static void build(const struct outer *o)
{
	frame_start(&frame);
	frame_ethernet(&frame, VTEP_MAC_LOCAL, VTEP_MAC_REMOTE, o->type);
	frame_ipv4(&frame, &o->ip);
	frame_udp(&frame, &o->udp);
	frame_vxlan(&frame, &o->vxlan);
	frame_add(&frame, inner.byte, inner.length);
	frame_finish(&frame);
}

/* Is it a reason that the outer headers alone can have? */
static bool is_outer(enum mc_reason reason)
{
	return reason == MC_R_UNKNOWN_VTEP || reason == MC_R_OWN_ADDRESS ||
	       reason == MC_R_VXLAN_FLAGS || reason == MC_R_MALFORMED;
}

#define expect_outer(d, o, reason)                                                \
	do {                                                                      \
		build(o);                                                         \
		expect_underlay(d, LOOPBACK, &frame, reason);                     \
		expect_guard(d, &frame, is_outer(reason) ? (reason) : MC_R_NONE); \
	} while (0)
#define expect_pass(d, o) expect_outer(d, o, MC_R_NONE)

static int start(void **state)
{
	packet_data(&inner, SERVED, 40);
	return scene_setup(state);
}

static void the_right_one_is_delivered(void **state)
{
	struct outer o = right();

	expect_outer(*state, &o, MC_R_FORWARDED);
}

static void other_tunnels_of_the_host_pass(void **state)
{
	struct outer o = right();

	o.vxlan.vni = VNI + 100;
	expect_pass(*state, &o);
	o.vxlan.vni = VNI << 8;
	expect_pass(*state, &o);
	o = right();
	o.udp.destination = 8472;
	expect_pass(*state, &o);
	o = right();
	o.ip.destination = IP4(192, 0, 2, 3);
	expect_pass(*state, &o);
	o = right();
	o.ip.source = NO_ROUTE;
	o.vxlan.vni = VNI + 100;
	expect_pass(*state, &o);
	o = right();
	o.ip.source = VTEP_LOCAL;
	o.vxlan.vni = VNI + 100;
	expect_pass(*state, &o);
	o = right();
	o.vxlan.flags = 0; /* without the flag there is no VNI; its sender is not one of ours */
	o.ip.source = NO_ROUTE;
	expect_pass(*state, &o);
}

static void what_is_no_vxlan_passes(void **state)
{
	struct outer o = right();

	o.ip.protocol = PROTOCOL_TCP;
	expect_pass(*state, &o);
	o = right();
	o.ip.fragment = FRAGMENT_MORE;
	expect_pass(*state, &o);
	o = right();
	o.ip.fragment = 1;
	expect_pass(*state, &o);
	o = right();
	o.ip.version = 6;
	expect_pass(*state, &o);
	o = right();
	o.ip.total_off = 1; /* lost bytes: the host's stack says so */
	expect_pass(*state, &o);
	o = right();
	o.ip.ihl_off = -1;
	expect_pass(*state, &o);
}

/* Another protocol whose bytes happen to read like a frame of ours from a stranger. */
static void what_is_no_ipv4_passes(void **state)
{
	struct outer o = right();

	o.ip.source = NO_ROUTE;
	o.type = 0x88b5; /* IEEE 802 local experimental */
	expect_pass(*state, &o);
	o.type = ETHERTYPE_ARP;
	expect_pass(*state, &o);
}

static void a_device_that_is_no_underlay_passes(void **state)
{
	struct outer o = right();

	build(&o);
	expect_underlay_pass(*state, scene.port[0], &frame);
}

static void strangers_and_loops_are_dropped(void **state)
{
	struct outer o = right();

	o.ip.source = NO_ROUTE;
	expect_outer(*state, &o, MC_R_UNKNOWN_VTEP);
	o.ip.source = VTEP_LOCAL;
	expect_outer(*state, &o, MC_R_OWN_ADDRESS);
}

static void flags_and_reserved_bits(void **state)
{
	struct outer o = right();

	for (int flags = 0; flags < 256; flags++) {
		o.vxlan.flags = flags;
		expect_outer(*state, &o, flags & 8 ? MC_R_FORWARDED : MC_R_VXLAN_FLAGS);
	}
	o = right();
	o.vxlan.reserved = 0xffffff;
	o.vxlan.reserved2 = 0xff;
	expect_outer(*state, &o, MC_R_FORWARDED);
}

static void any_udp_checksum_that_is_right(void **state)
{
	struct outer o = right();

	o.udp.no_checksum = false;
	expect_outer(*state, &o, MC_R_FORWARDED);
}

static void a_udp_length_that_lies(void **state)
{
	const int length = 8 + 8 + (int)inner.length;
	struct outer o = right();

	for (int off = -length; off <= -length + 8 + 8 + 14 + 20 - 1; off++) {
		o.udp.length_off = off;
		expect_outer(*state, &o, MC_R_MALFORMED);
	}
	for (int off = 1; off < 65535 - length; off *= 2) {
		o.udp.length_off = off;
		expect_outer(*state, &o, MC_R_MALFORMED);
	}
}

/* @behind bytes follow the datagram, and the inner packet says that they are its. */
static void expect_inner_length(struct datapath *d, const struct outer *o, unsigned int behind)
{
	build(o);
	frame_set16(&frame, INNER + 14 + 2, inner.length - 14 + behind);
	frame_add(&frame, NULL, behind);
	expect_underlay(d, LOOPBACK, &frame, MC_R_MALFORMED);
}

/* Shorter than the inner packet says: what is behind the datagram is none of it. */
static void a_udp_length_that_cuts_the_inner_packet(void **state)
{
	struct outer o = right();

	o.udp.length_off = -1;
	expect_inner_length(*state, &o, 0);
	o = right();
	expect_inner_length(*state, &o, 8);
}

/* Cut on the way at each byte: never delivered, and no reason that names someone. */
static void cut_at_each_byte(void **state)
{
	struct outer o = right();
	size_t length;

	build(&o);
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

/* Cut by the sender, with lengths that fit. */
static void an_inner_frame_cut_at_each_byte(void **state)
{
	struct outer o = right();
	size_t whole = inner.length;

	for (size_t length = 0; length < whole; length++) {
		frame_cut(&inner, length);
		build(&o);
		expect_underlay(*state, LOOPBACK, &frame, MC_R_MALFORMED);
		expect_guard(*state, &frame, length < 34 ? MC_R_MALFORMED : MC_R_NONE);
		packet_data(&inner, SERVED, 40);
	}
}

static void expect_inner(struct datapath *d, enum mc_reason reason)
{
	struct outer o = right();

	build(&o);
	expect_underlay(d, LOOPBACK, &frame, reason);
	expect_guard(d, &frame, MC_R_NONE);
}

static void inner_frames_that_are_not_for_members_pass(void **state)
{
	frame_set16(&inner, 0, 0x0200); /* unicast */
	expect_inner(*state, MC_R_NOT_OURS);
	packet_data(&inner, SERVED, 40);
	for (int i = 0; i < 6; i++)
		inner.byte[i] = 0xff;
	expect_inner(*state, MC_R_NOT_OURS);
	packet_data(&inner, SERVED, 40);
	frame_set16(&inner, 12, ETHERTYPE_IPV6);
	expect_inner(*state, MC_R_NOT_OURS);
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

	frame_start(&inner);
	frame_ethernet(&inner, mac_of_group(SERVED), HOST_MAC, ETHERTYPE_IPV4);
	frame_vlan(&inner, ETHERTYPE_VLAN, 5);
	frame_ipv4(&inner, &ip);
	frame_add_pattern(&inner, 40);
	frame_finish(&inner);
	expect_inner(*state, MC_R_VLAN);
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
		underlay_test(a_udp_length_that_cuts_the_inner_packet),
		underlay_test(cut_at_each_byte),
		underlay_test(an_inner_frame_cut_at_each_byte),
		underlay_test(inner_frames_that_are_not_for_members_pass),
		underlay_test(inner_frames_that_are_wrong_are_dropped),
		underlay_test(an_inner_vlan_tag_is_dropped),
	};

	return cmocka_run_group_tests(tests, scene_enter, NULL);
}
