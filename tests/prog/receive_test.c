/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes from the underlay in any form: to our address or to an underlay group, with and without a
 * link layer, with congestion marks, with a replication mode. What an uplink port sends and gets.
 */
#include <string.h>

#include <bpfcast/util.h>
#include <maps/group.h>
#include <tests/kit/expect.h>
#include <tests/kit/netns.h>
#include <tests/kit/overlay.h>
#include <tests/kit/packet.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>
#include <tests/kit/wire.h>

#define U6	 ip6("ff04::7:8:9")
#define U6_OTHER ip6("ff04::7:8:a")
#define TTL_AT	 22
#define SUM_AT	 24

static struct frame frame, inner, out, got, wanted;
static int pod[SCENE_PORTS];

static void expect_delivered(struct datapath *d, const struct outer *headers)
{
	packet_outer(&frame, headers, &inner);
	assert_int_equal(expect_underlay_out(d, LOOPBACK, &frame, &out, MC_R_FORWARDED),
			 TC_REDIRECT);
	assert_frames_equal(&out, &inner);
	expect_guard(d, &frame, MC_R_NONE);
}

static void every_form(void **state)
{
	for (int form = 0; form < 4; form++) {
		struct outer headers = outer_from_vtep(form & 1, form & 2, VNI);

		for (size_t payload = 0; payload < 1400; payload += 7) {
			packet_data(&inner, SERVED, payload);
			expect_delivered(*state, &headers);
		}
		headers.udp.no_checksum = false;
		expect_delivered(*state, &headers);
	}
}

static void options_of_any_length(void **state)
{
	static const __u8 options[252] = { 0xab, 0xcd };
	struct outer headers = outer_from_vtep(true, true, VNI);

	packet_data(&inner, SERVED, 40);
	headers.geneve.options = options;
	for (size_t length = 0; length <= sizeof(options); length += 4) {
		headers.geneve.options_length = length;
		expect_delivered(*state, &headers);
	}
}

/* The inner packet of either family in outer ones of either, and bytes behind all that. */
static void families_mixed(void **state)
{
	const struct mc_group_key key = { .vni = VNI, .group = addr6(ip6("ff0e::5:6")) };
	const struct mc_member_key member = { .vni = VNI,
					      .ifindex = scene.port[1],
					      .group = key.group };
	struct ipv6 ip = ipv6_header(ip6("2001:db8:9::1"), ip6("ff0e::5:6"), PROTOCOL_UDP);
	struct datapath *d = *state;

	assert_int_equal(mc_group_add(&d->in, &key, 1), 0);
	assert_int_equal(datapath_control(d, MC_OP_JOIN, &member, MC_ORIGIN_STATIC), 0);
	frame_start(&inner);
	frame_ethernet(&inner, mac_of_group6(ip.destination), HOST_MAC, ETHERTYPE_IPV6);
	frame_ipv6(&inner, &ip);
	frame_add_pattern(&inner, 50);
	frame_finish(&inner);
	for (int form = 0; form < 4; form++) {
		struct outer headers = outer_from_vtep(form & 1, form & 2, VNI);

		expect_delivered(d, &headers);
		packet_outer(&frame, &headers, &inner);
		frame_add_pattern(&frame, 9);
		expect_underlay_out(d, LOOPBACK, &frame, &out, MC_R_FORWARDED);
		assert_frames_equal(&out, &inner);
	}
}

/* ---- faults of the outer headers ---- */

static void expect_fault(struct datapath *d, const struct outer *headers, enum mc_reason reason)
{
	packet_outer(&frame, headers, &inner);
	expect_underlay(d, LOOPBACK, &frame, reason);
	expect_guard(d, &frame, reason);
}

static void faults_are_dropped_if_they_are_ours(void **state)
{
	static const __u8 critical[4] = { 0xab, 0xcd, 0x80, 0 };
	static const __u8 lying[4] = { 0xab, 0xcd, 0, 1 };
	__u8 reserved[MULTICAST_LENGTH];
	const struct {
		enum mc_reason reason;
		struct geneve geneve;
	} faults[] = {
		{ MC_R_GENEVE_VERSION, { .version = 1 } },
		{ MC_R_GENEVE_CONTROL, { .bits = 0x80 } },
		{ MC_R_GENEVE_CRITICAL, { .options = critical, .options_length = 4 } },
		{ MC_R_GENEVE_OPTIONS, { .options = lying, .options_length = 4 } },
		{ MC_R_RESERVED_MODE, { .options = reserved, .options_length = 8 } },
	};
	struct outer headers;

	multicast_option(reserved, 3, 0);
	packet_data(&inner, SERVED, 40);
	for (size_t i = 0; i < MC_ARRAY_SIZE(faults); i++) {
		headers = outer_from_vtep(true, true, VNI);
		headers.geneve = faults[i].geneve;
		headers.geneve.vni = VNI;
		expect_fault(*state, &headers, faults[i].reason);
		if (headers.geneve.version) { /* no VNI to tell by: the sender tells */
			headers.ip6.source = ip6_plus(VTEP6_REMOTE, 9);
		} else {
			inner.byte[0] = 0x02; /* unicast is the host's */
			expect_fault(*state, &headers, MC_R_NONE);
			packet_data(&inner, SERVED, 40);
			headers.geneve.vni = VNI + 100;
		}
		expect_fault(*state, &headers, MC_R_NONE);
	}
	headers = outer_from_vtep(true, true, VNI);
	headers.ip6.source = VTEP6_LOCAL;
	expect_fault(*state, &headers, MC_R_OWN_ADDRESS);
	headers.ip6.source = ip6_plus(VTEP6_REMOTE, 9);
	expect_fault(*state, &headers, MC_R_UNKNOWN_VTEP);
}

/* ---- RFC 6040 section 4.2 ---- */

static void congestion_is_told_to_the_receiver(void **state)
{
	struct ipv4 ip = ipv4_header(SENDER, SERVED, PROTOCOL_UDP);

	for (int outer_tos = 0; outer_tos < 8; outer_tos++) {
		for (int inner_tos = 0; inner_tos < 8; inner_tos++) {
			struct outer headers = outer_from_vtep(outer_tos & 4, true, VNI);
			int in = inner_tos & 3, on = outer_tos & 3;
			int result = on == 3 ? 3 : on == 1 && in == 2 ? 1 : in;

			headers.ip.tos = headers.ip6.traffic_class = 0xb8 | on;
			ip.tos = 0x2c | in;
			packet_ipv4(&inner, &ip, 40);
			packet_outer(&frame, &headers, &inner);
			if (on == 3 && in == 0) {
				expect_underlay(*state, LOOPBACK, &frame, MC_R_ECN);
				continue;
			}
			ip.tos = 0x2c | result;
			packet_ipv4(&wanted, &ip, 40); /* with the checksum for it */
			expect_underlay_out(*state, LOOPBACK, &frame, &out, MC_R_FORWARDED);
			assert_frames_equal(&out, &wanted);
		}
	}
}

/* ---- underlay groups ---- */

static void what_comes_to_an_underlay_group(void **state)
{
	struct datapath *d = *state;
	struct outer headers = outer_to_group(U6, FLEET_VNI, NULL, 0);

	map_group(d, U6, SERVED, VNI);
	packet_data(&inner, SERVED, 100);
	expect_delivered(d, &headers); /* the fleet's VNI */
	headers.geneve.vni = VNI;
	expect_delivered(d, &headers);
	headers.geneve.vni = OTHER_VNI; /* another tenant of ours */
	packet_outer(&frame, &headers, &inner);
	expect_underlay(d, LOOPBACK, &frame, MC_R_UNKNOWN_GROUP);
	headers.geneve.vni = 5000; /* nobody's */
	packet_outer(&frame, &headers, &inner);
	expect_underlay_pass(d, LOOPBACK, &frame);
	headers = outer_to_group(U6_OTHER, FLEET_VNI, NULL, 0); /* not mapped */
	packet_outer(&frame, &headers, &inner);
	expect_underlay(d, LOOPBACK, &frame, MC_R_UNKNOWN_GROUP);
	headers = outer_to_group(U6, FLEET_VNI, NULL, 0);
	headers.dmac++;
	expect_fault(d, &headers, MC_R_WRONG_MAC);
	headers = outer_to_group(U6, FLEET_VNI, NULL, 0);
	headers.ip6.source = ip6_plus(VTEP6_REMOTE, 9);
	expect_fault(d, &headers, MC_R_UNKNOWN_VTEP);
	headers.ip6.source = VTEP6_LOCAL;
	expect_fault(d, &headers, MC_R_OWN_ADDRESS);
	headers =
		outer_from_vtep(true, true, FLEET_VNI + 1000); /* to our address no fleet VNI is */
	expect_fault(d, &headers, MC_R_NONE);
}

/* Two overlay groups by one underlay address: the inner destination decides. */
static void groups_that_share_an_underlay_group(void **state)
{
	struct datapath *d = *state;
	struct outer headers = outer_to_group(U6, FLEET_VNI, NULL, 0);

	map_group(d, U6, SERVED, VNI);
	map_group(d, U6, EMPTY, OTHER_VNI);
	packet_data(&inner, SERVED, 100);
	expect_delivered(d, &headers);
	packet_data(&inner, EMPTY, 100);
	packet_outer(&frame, &headers, &inner);
	expect_underlay(d, LOOPBACK, &frame, MC_R_UNKNOWN_GROUP); /* not there in OTHER_VNI */
	assert_int_equal(group_counters(d, VNI, EMPTY).underlay_packets, 0);
	packet_data(&inner, REMOTE, 100); /* ours, and not mapped to this one */
	packet_outer(&frame, &headers, &inner);
	expect_underlay(d, LOOPBACK, &frame, MC_R_UNKNOWN_GROUP);
}

/* ---- modes and uplinks ---- */

static void make_uplink(struct datapath *d, __u32 ifindex)
{
	struct mc_port settings = {
		.vni = VNI,
		.kind = MC_PORT_UPLINK,
		.limit_groups = MC_DEFAULT_LIMIT_GROUPS,
		.limit_sources = MC_DEFAULT_LIMIT_SOURCES,
	};

	set_port(d, ifindex, &settings);
}

/* As a router would: one hop less, and the checksum for it. */
static void routed(struct frame *to, const struct frame *from)
{
	frame_copy(to, from);
	to->byte[TTL_AT]--;
	frame_set16(to, SUM_AT, 0);
	frame_set16(to, SUM_AT, frame_fold(frame_sum(to, 14, 20, 0)));
}

/* Port 1 is an uplink, port 2 is not; the order of their slots both ways. */
static void the_mode_decides_of_uplinks_alone(void **state)
{
	struct datapath *d = *state;
	__u8 option[MULTICAST_LENGTH];

	map_group(d, U6, EMPTY, VNI);
	make_uplink(d, scene.port[1]);
	for (int order = 0; order < 2; order++) {
		struct mc_member_key key = member_key(VNI, scene.port[1], EMPTY);

		add_member(d, VNI, scene.port[2 - order], EMPTY);
		add_member(d, VNI, scene.port[1 + order], EMPTY);
		packet_data(&inner, EMPTY, 30);
		for (int mode = -1; mode < 3; mode++) {
			struct outer headers =
				outer_to_group(U6, FLEET_VNI, option, mode < 0 ? 0 : 8);
			bool external = mode != MC_MODE_UNDERLAY;
			__u64 before = group_counters(d, VNI, EMPTY).local_copies;

			multicast_option(option, mode < 0 ? 0 : mode, 0x155);
			packet_outer(&frame, &headers, &inner);
			expect_underlay_out(d, LOOPBACK, &frame, &out, MC_R_FORWARDED);
			assert_int_equal(group_counters(d, VNI, EMPTY).local_copies - before,
					 1 + external);
			routed(&wanted, &inner);
			if (external && order) { /* the uplink by a clone, restored after it */
				assert_frames_equal(&out, &inner);
			} else if (external) {
				assert_frames_equal(&out, &wanted);
				assert_true(wire_receive(pod[2], &got, WIRE_TIMEOUT_MS));
				assert_frames_equal(&got, &inner);
			}
			if (external && order) {
				assert_true(wire_receive(pod[1], &got, WIRE_TIMEOUT_MS));
				assert_frames_equal(&got, &wanted);
			}
			assert_false(wire_receive(pod[1], &got, 0));
			assert_false(wire_receive(pod[2], &got, 0));
		}
		assert_int_equal(datapath_control(d, MC_OP_LEAVE, &key, MC_ORIGIN_ALL), 0);
		key.ifindex = scene.port[2];
		assert_int_equal(datapath_control(d, MC_OP_LEAVE, &key, MC_ORIGIN_ALL), 0);
	}
}

/* To an uplink a TTL of 1 ends: an error of that member. From one it is dropped, or counted down. */
static void uplinks_route(void **state)
{
	struct ipv4 ip = ipv4_header(SENDER, EMPTY, PROTOCOL_UDP);
	struct datapath *d = *state;

	make_uplink(d, scene.port[1]);
	add_member(d, VNI, scene.port[1], EMPTY);
	add_member(d, VNI, scene.port[2], EMPTY);
	ip.ttl = 1;
	packet_ipv4(&frame, &ip, 30);
	expect_port_out(d, scene.port[0], &frame, &out, MC_R_FORWARDED);
	assert_frames_equal(&out, &frame);
	assert_false(wire_receive(pod[1], &got, 0));
	assert_int_equal(group_counters(d, VNI, EMPTY).errors, 1);

	make_uplink(d, scene.port[0]);
	expect_port(d, scene.port[0], &frame, MC_R_TTL);
	for (ip.ttl = 255; ip.ttl > 2; ip.ttl -= 23) {
		packet_ipv4(&frame, &ip, 30);
		expect_port_out(d, scene.port[0], &frame, &out, MC_R_FORWARDED);
		routed(&wanted, &frame);
		assert_frames_equal(&out, &wanted);
		routed(&wanted, &wanted);
		assert_true(wire_receive(pod[1], &got, WIRE_TIMEOUT_MS));
		assert_frames_equal(&got, &wanted);
	}
}

static int start(void **state)
{
	struct datapath *d;

	scene_setup(state);
	d = *state;
	add_underlay_with(d, LOOPBACK, 0);
	add_vtep6(d, VTEP6_REMOTE, scene.uplink, true);
	return 0;
}

static int enter(void **state)
{
	static const char *const peers[SCENE_PORTS] = { "p0p", "p1p", "p2p", "p3p" };

	scene_enter(state);
	for (int i = 0; i < SCENE_PORTS; i++)
		pod[i] = wire_open(netns_index(peers[i]));
	return 0;
}

#define receive_test(function) cmocka_unit_test_setup_teardown(function, start, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		receive_test(every_form),
		receive_test(options_of_any_length),
		receive_test(families_mixed),
		receive_test(faults_are_dropped_if_they_are_ours),
		receive_test(congestion_is_told_to_the_receiver),
		receive_test(what_comes_to_an_underlay_group),
		receive_test(groups_that_share_an_underlay_group),
		receive_test(the_mode_decides_of_uplinks_alone),
		receive_test(uplinks_route),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
