/* SPDX-License-Identifier: Apache-2.0 */
/* Copies to VTEPs: the frame on the wire, built by the kit, byte for byte; and who gets one. */
#include <unistd.h>

#include <bpfcast/util.h>
#include <maps/counter.h>
#include <tests/kit/events.h>
#include <tests/kit/expect.h>
#include <tests/kit/netns.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>
#include <tests/kit/wire.h>

#define NOTHING_MS   20
#define UNDERLAY_MTU 1500
#define UDP_PAYLOAD  (UNDERLAY_MTU - 20 - 8 - 8 - 14 - 20 - 8) /* of the largest inner packet */
#define PORT_AT	     34					       /* of the outer UDP header */
#define MANY	     9					       /* VTEPs: more than a line holds */
#define MANY_FIRST   IP4(192, 0, 2, 10)
#define QUIET	     IP4(198, 51, 100, 2) /* behind u1, which does not forward */
#define QUIET_MAC    0x0200000c0002
#define QUIET_LOCAL  0x0200000c0001

static __u32 port;
static int wire, pod;
static struct frame frame, out, got, wanted;

/* What goes to @vtep; the outer source port is free, and as @out has it. */
static void build_wanted(__u32 vtep, __u64 dmac, __u64 smac, const struct frame *inner)
{
	struct ipv4 ip = ipv4_header(VTEP_LOCAL, vtep, PROTOCOL_UDP);
	struct udp udp = { .destination = VXLAN_PORT, .no_checksum = true };
	struct vxlan vxlan = { .vni = VNI, .flags = VXLAN_FLAG_VNI };

	udp.source = frame_get16(&out, PORT_AT);
	assert_true(udp.source >= 49152);
	ip.fragment = FRAGMENT_DF;
	ip.tos = inner->byte[15]; /* RFC 6040 section 4.1 */
	frame_start(&wanted);
	frame_ethernet(&wanted, dmac, smac, ETHERTYPE_IPV4);
	frame_ipv4(&wanted, &ip);
	frame_udp(&wanted, &udp);
	frame_vxlan(&wanted, &vxlan);
	frame_add(&wanted, inner->byte, inner->length);
	frame_finish(&wanted);
}

static void expect_encapsulated(struct datapath *d)
{
	assert_int_equal(expect_port_out(d, port, &frame, &out, MC_R_FORWARDED), TC_REDIRECT);
	build_wanted(VTEP_REMOTE, VTEP_MAC_REMOTE, VTEP_MAC_LOCAL, &frame);
	assert_frames_equal(&out, &wanted);
}

static void every_size(void **state)
{
	struct mc_vtep_counters counters;
	struct datapath *d = *state;
	__u64 bytes = 0;

	for (size_t payload = 0; payload <= UDP_PAYLOAD; payload++) {
		packet_data(&frame, REMOTE, payload);
		expect_encapsulated(d);
		bytes += out.length;
	}
	assert_int_equal(out.length, UNDERLAY_MTU + 14);
	assert_int_equal(mc_vtep_counters_get(&d->in, scene.vtep, &counters), 0);
	assert_int_equal(counters.tx_packets, UDP_PAYLOAD + 1);
	assert_int_equal(counters.tx_bytes, bytes);
	assert_int_equal(counters.tx_errors, 0);
	assert_int_equal(group_counters(d, VNI, REMOTE).remote_copies, UDP_PAYLOAD + 1);
	packet_data(&frame, REMOTE, UDP_PAYLOAD + 1);
	expect_port(d, port, &frame, MC_R_TOO_BIG);
	assert_int_equal(mc_vtep_counters_get(&d->in, scene.vtep, &counters), 0);
	assert_int_equal(counters.tx_errors, 1);
}

static void every_tos(void **state)
{
	struct ipv4 ip = ipv4_header(SENDER, REMOTE, PROTOCOL_UDP);

	for (int tos = 0; tos < 256; tos++) {
		ip.tos = tos;
		packet_ipv4(&frame, &ip, 40);
		expect_encapsulated(*state);
	}
}

static void other_protocols_and_fragments(void **state)
{
	struct ipv4 ip = ipv4_header(SENDER, REMOTE, PROTOCOL_ICMP);

	packet_ipv4(&frame, &ip, 0);
	expect_encapsulated(*state);
	packet_ipv4(&frame, &ip, 3);
	expect_encapsulated(*state);
	ip.options = router_alert;
	ip.options_length = ROUTER_ALERT_LENGTH;
	packet_ipv4(&frame, &ip, 30);
	expect_encapsulated(*state);
	ip.fragment = FRAGMENT_MORE;
	packet_ipv4(&frame, &ip, 80);
	expect_encapsulated(*state);
	ip.ttl = 1;
	packet_ipv4(&frame, &ip, 80);
	expect_encapsulated(*state);
}

/* One flow keeps its port, fragments of one datagram too; different flows spread. */
static void the_source_port_is_of_the_flow(void **state)
{
	static __u8 seen[65536];
	struct ipv4 ip = ipv4_header(SENDER, REMOTE, PROTOCOL_UDP);
	struct udp udp = { .destination = DATA_PORT };
	unsigned int distinct = 0, number;

	for (unsigned int i = 0; i < 1000; i++) {
		for (int again = 0; again < 2; again++) {
			udp.source = 30000 + i;
			frame_start(&frame);
			frame_ethernet(&frame, mac_of_group(REMOTE), HOST_MAC, ETHERTYPE_IPV4);
			frame_ipv4(&frame, &ip);
			frame_udp(&frame, &udp);
			frame_add_pattern(&frame, 10 + 10 * again);
			frame_finish(&frame);
			expect_encapsulated(*state);
			number = frame_get16(&out, PORT_AT);
			if (again)
				assert_int_equal(seen[number], 1);
			else
				distinct += !seen[number];
			seen[number] = 1;
		}
	}
	assert_true(distinct > 900); /* of 16384: 970 if they were random */
	ip.fragment = FRAGMENT_MORE;
	packet_ipv4(&frame, &ip, 1400);
	expect_encapsulated(*state);
	number = frame_get16(&out, PORT_AT);
	ip.fragment = 175;
	packet_ipv4(&frame, &ip, 500);
	frame.byte[frame.length - 1] ^= 1;
	expect_encapsulated(*state);
	assert_int_equal(frame_get16(&out, PORT_AT), number);
}

/* Clones to all VTEPs but one, the packet itself to that; a VTEP without route harms no other. */
static void many_vteps_get_one_each(void **state)
{
	struct datapath *d = *state;
	struct mc_vtep_counters counters;
	__u32 vteps[MANY + 1];
	unsigned int seen = 0;

	for (int i = 0; i < MANY; i++) {
		char address[] = "192.0.2.1N";

		address[sizeof(address) - 2] = '0' + i;
		netns_neighbour("u0", address, VTEP_MAC_REMOTE_TEXT);
		vteps[i] = add_vtep(d, MANY_FIRST + i, scene.uplink);
	}
	vteps[MANY] = vteps[4];
	vteps[4] = add_vtep(d, NO_ROUTE, scene.uplink);
	set_remotes(d, VNI, REMOTE, vteps, MANY + 1);
	packet_data(&frame, REMOTE, 100);
	assert_int_equal(expect_port_out(d, port, &frame, &out, MC_R_FORWARDED), TC_REDIRECT);
	for (int i = 0; i < MANY; i++) {
		const struct frame *copy = i ? &got : &out;
		__u32 to;

		if (i)
			assert_true(wire_receive(wire, &got, WIRE_TIMEOUT_MS));
		to = frame_get16(copy, 30) << 16 | frame_get16(copy, 32);
		assert_in_range(to, MANY_FIRST, MANY_FIRST + MANY - 1);
		seen |= 1u << (to - MANY_FIRST);
		build_wanted(to, VTEP_MAC_REMOTE, VTEP_MAC_LOCAL, &frame);
		assert_frames_equal(copy, &wanted);
	}
	assert_int_equal(seen, (1u << MANY) - 1);
	assert_false(wire_receive(wire, &got, NOTHING_MS));
	assert_int_equal(group_counters(d, VNI, REMOTE).remote_copies, MANY);
	assert_int_equal(group_counters(d, VNI, REMOTE).errors, 1);
	assert_int_equal(mc_vtep_counters_get(&d->in, vteps[4], &counters), 0);
	assert_int_equal(counters.tx_errors, 1);
	assert_int_equal(counters.tx_packets, 0);
}

static void local_members_get_the_inner_frame(void **state)
{
	struct datapath *d = *state;

	add_member(d, VNI, scene.port[1], REMOTE);
	add_member(d, VNI, port, REMOTE); /* the sender */
	packet_data(&frame, REMOTE, 100);
	expect_encapsulated(d);
	assert_true(wire_receive(pod, &got, WIRE_TIMEOUT_MS));
	assert_frames_equal(&got, &frame);
	assert_int_equal(group_counters(d, VNI, REMOTE).local_copies, 1);
	assert_int_equal(group_counters(d, VNI, REMOTE).remote_copies, 1);
}

/* Where the kernel does not forward, it does not say the next hop: then that of user space. */
static void a_device_that_does_not_forward(void **state)
{
	struct mc_vtep vtep;
	struct datapath *d = *state;
	__u32 device = netns_index("u1");
	__u32 id = add_vtep(d, QUIET, device);

	add_underlay(d, device);
	assert_int_equal(mc_table_get(&d->in, MC_TABLE_VTEPS, &id, &vtep), 0);
	vtep.dmac[0] = vtep.smac[0] = QUIET_MAC >> 40;
	vtep.dmac[3] = vtep.smac[3] = QUIET_MAC >> 16 & 0xff;
	vtep.dmac[5] = QUIET_MAC & 0xff;
	vtep.smac[5] = QUIET_LOCAL & 0xff;
	assert_int_equal(mc_table_set(&d->in, MC_TABLE_VTEPS, &id, &vtep, 0), 0);
	set_remotes(d, VNI, REMOTE, &id, 1);
	packet_data(&frame, REMOTE, 100);
	assert_int_equal(expect_port_out(d, port, &frame, &out, MC_R_FORWARDED), TC_REDIRECT);
	build_wanted(QUIET, QUIET_MAC, QUIET_LOCAL, &frame);
	assert_frames_equal(&out, &wanted);
}

/* Without a neighbour the packet itself goes to the kernel, which resolves it; once an event says so. */
static void a_neighbour_that_is_not_known_yet(void **state)
{
	static struct events events;
	const struct mc_event *event;
	struct datapath *d = *state;
	__u32 id = add_vtep(d, IP4(192, 0, 2, 99), scene.uplink);
	__u32 both[] = { id, scene.vtep };

	events_open(&events, d);
	set_remotes(d, VNI, REMOTE, both, 2);
	packet_data(&frame, REMOTE, 100);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(expect_port_out(d, port, &frame, &out, MC_R_FORWARDED),
				 TC_REDIRECT);
		assert_int_equal(frame_get16(&out, 30), 192 << 8);
		assert_int_equal(frame_get16(&out, 32), 2 << 8 | 99);
		assert_true(wire_receive(wire, &got, WIRE_TIMEOUT_MS));
		build_wanted(VTEP_REMOTE, VTEP_MAC_REMOTE, VTEP_MAC_LOCAL, &frame);
		assert_frames_equal(&got, &wanted);
	}
	event = events_read_one(&events);
	assert_int_equal(event->type, MC_EVENT_NO_NEIGHBOUR);
	assert_int_equal(MC_BE32(event->source.word[3]), IP4(192, 0, 2, 99));
	assert_int_equal(event->ifindex, scene.uplink);
	events_close(&events);
}

static int enter(void **state)
{
	scene_enter(state);
	port = scene.port[0];
	wire = wire_open(netns_index("u0p"));
	pod = wire_open(netns_index("p1p"));
	netns_veth("u1");
	shell("ip address add 198.51.100.1/24 dev u1");
	shell("echo 0 >/proc/sys/net/ipv4/conf/u1/forwarding");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(every_size),
		scene_test(every_tos),
		scene_test(other_protocols_and_fragments),
		scene_test(the_source_port_is_of_the_flow),
		scene_test(many_vteps_get_one_each),
		scene_test(local_members_get_the_inner_frame),
		scene_test(a_device_that_does_not_forward),
		scene_test(a_neighbour_that_is_not_known_yet),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
