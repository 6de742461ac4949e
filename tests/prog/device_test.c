/* SPDX-License-Identifier: Apache-2.0 */
/* port_ingress on a real device: what BPF_PROG_RUN cannot show, since it carries out no redirect. */
#include <unistd.h>

#include <tests/kit/expect.h>
#include <tests/kit/netns.h>
#include <tests/kit/scene.h>
#include <tests/kit/snapshot.h>
#include <tests/kit/test.h>
#include <tests/kit/wire.h>

#define NOTHING_MS 20
#define PACKETS	   100

static __u32 port;
static int wire[SCENE_PORTS], underlay;
static struct frame frame, got;

static void wait_for(struct datapath *d, enum mc_reason reason, __u64 packets)
{
	for (int i = 0; i < WIRE_TIMEOUT_MS && counted(d, reason) < packets; i++)
		usleep(1000);
	assert_int_equal(counted(d, reason), packets);
}

static void expect_on(int from, const struct frame *wanted)
{
	assert_true(wire_receive(from, &got, WIRE_TIMEOUT_MS));
	assert_frames_equal(&got, wanted);
}

/* Each member has each packet once and in order, the last member by redirect. */
static void all_members_get_each_packet_once(void **state)
{
	struct datapath *d = *state;

	for (int i = 0; i < SCENE_PORTS - 1; i++)
		add_member(d, VNI, scene.port[i], EMPTY);
	for (int i = 0; i < PACKETS; i++) {
		packet_data(&frame, EMPTY, i);
		wire_send(wire[0], &frame);
		expect_on(wire[1], &frame);
		expect_on(wire[2], &frame);
	}
	assert_int_equal(counted(d, MC_R_FORWARDED), PACKETS);
	for (int i = 0; i < SCENE_PORTS; i++)
		assert_false(wire_receive(wire[i], &got, NOTHING_MS));
}

/* Cloned to the local member, then encapsulated: the clone must not see what happens after it. */
static void a_clone_keeps_its_bytes(void **state)
{
	struct datapath *d = *state;

	add_member(d, VNI, scene.port[1], REMOTE);
	add_member(d, VNI, scene.port[2], REMOTE);
	for (int i = 0; i < PACKETS; i++) {
		packet_data(&frame, REMOTE, 10 * i);
		wire_send(wire[0], &frame);
		expect_on(wire[1], &frame);
		expect_on(wire[2], &frame);
		assert_true(wire_receive(underlay, &got, WIRE_TIMEOUT_MS));
		assert_int_equal(got.length, frame.length + VXLAN_OVERHEAD);
		assert_memory_equal(got.byte + VXLAN_OVERHEAD, frame.byte, frame.length);
	}
}

/* What the last member missed is counted: its device is gone. */
static void a_dead_last_member_is_counted(void **state)
{
	struct datapath *d = *state;
	struct mc_member member;

	add_port(d, NO_DEVICE, VNI);
	add_member(d, VNI, NO_DEVICE, EMPTY);
	packet_data(&frame, EMPTY, 10);
	wire_send(wire[0], &frame);
	for (int i = 0; i < WIRE_TIMEOUT_MS && !group_counters(d, VNI, EMPTY).port_packets; i++)
		usleep(1000);
	assert_true(get_member(d, VNI, NO_DEVICE, EMPTY, &member));
	assert_int_equal(member.errors, 1);
	assert_int_equal(group_counters(d, VNI, EMPTY).local_copies, 0);
	assert_int_equal(counted(d, MC_R_NO_COPY), 1);
}

/* The kernel takes the tag out of the packet before tc sees it. */
static void tags_are_seen_where_the_kernel_puts_them(void **state)
{
	struct ipv4 ip = ipv4_header(SENDER, SERVED, PROTOCOL_UDP);
	struct datapath *d = *state;

	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group(SERVED), HOST_MAC, ETHERTYPE_IPV4);
	frame_vlan(&frame, ETHERTYPE_VLAN, 5);
	frame_ipv4(&frame, &ip);
	frame_add_pattern(&frame, 40);
	frame_finish(&frame);
	wire_send(wire[0], &frame);
	wait_for(d, MC_R_VLAN, 1);
	assert_false(wire_receive(wire[1], &got, NOTHING_MS));
}

/* Shorter than BPF_PROG_RUN takes. */
static void frames_without_a_whole_header(void **state)
{
	struct datapath *d = *state;
	struct snapshot *before = snapshot_take(d);
	__u64 sent = 0;

	for (size_t length = 15; length < 34; length++) {
		packet_join_v3(&frame, EMPTY);
		frame_cut(&frame, length);
		wire_send(wire[0], &frame);
		wait_for(d, MC_R_MALFORMED, ++sent);
		snapshot_check(d, before, "cut at", length);
	}
	snapshot_free(before);
}

static void reports_reach_no_one(void **state)
{
	struct datapath *d = *state;

	for (int i = 0; i < SCENE_PORTS - 1; i++)
		add_member(d, VNI, scene.port[i], EMPTY);
	packet_join_v2(&frame, EMPTY);
	wire_send(wire[0], &frame);
	packet_leave_v2(&frame, EMPTY);
	wire_send(wire[0], &frame);
	wait_for(d, MC_R_REPORT, 2);
	for (int i = 0; i < SCENE_PORTS; i++)
		assert_false(wire_receive(wire[i], &got, NOTHING_MS));
}

/* As large as a report may be: not linear in the kernel when it comes by a packet socket. */
static void a_large_report_is_read_whole(void **state)
{
	struct datapath *d = *state;

	packet_report(&frame, TO_EX, UNKNOWN, 180);
	wire_send(wire[0], &frame);
	wait_for(d, MC_R_REPORT_PENDING, 1);
	for (__u32 i = 0; i < 180; i++)
		assert_true(is_pending(d, VNI, port, UNKNOWN + i));
}

/* The kernel keeps only the Ethernet header of it where a program can look without asking. */
static void headers_that_are_not_linear_are_read(void **state)
{
	struct datapath *d = *state;

	packet_data(&frame, SERVED, 8000);
	wire_send_in_pages(wire[0], &frame);
	expect_on(wire[1], &frame);
	assert_int_equal(counted(d, MC_R_FORWARDED), 1);
}

static int enter(void **state)
{
	static const char *const peers[SCENE_PORTS] = { "p0p", "p1p", "p2p", "p3p" };

	scene_enter(state);
	port = scene.port[0];
	for (int i = 0; i < SCENE_PORTS; i++)
		wire[i] = wire_open(netns_index(peers[i]));
	for (int i = 0; i < 2; i++) /* veths, both ends */
		shell("ip link set p%d mtu 9000; ip link set p%dp mtu 9000", i, i);
	underlay = wire_open(netns_index("u0p"));
	return 0;
}

static int attach(void **state)
{
	scene_setup(state);
	wire_attach_port(*state, port);
	return 0;
}

static int detach(void **state)
{
	wire_detach(port);
	for (int i = 0; i < SCENE_PORTS; i++)
		while (wire_receive(wire[i], &got, 0))
			;
	return scene_teardown(state);
}

#define device_test(function) cmocka_unit_test_setup_teardown(function, attach, detach)

int main(void)
{
	const struct CMUnitTest tests[] = {
		device_test(all_members_get_each_packet_once),
		device_test(a_clone_keeps_its_bytes),
		device_test(a_dead_last_member_is_counted),
		device_test(tags_are_seen_where_the_kernel_puts_them),
		device_test(frames_without_a_whole_header),
		device_test(reports_reach_no_one),
		device_test(a_large_report_is_read_whole),
		device_test(headers_that_are_not_linear_are_read),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
