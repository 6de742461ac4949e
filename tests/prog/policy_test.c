/* SPDX-License-Identifier: Apache-2.0 */
/* What a VNI says of groups that are never pruned, and of those that nobody added. */
#include <maps/vni.h>
#include <tests/kit/expect.h>
#include <tests/kit/mld.h>
#include <tests/kit/netns.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>
#include <tests/kit/wire.h>

#define NOTHING_MS 20
#define MDNS	   IP4(224, 0, 0, 251)

static __u32 port;
static int wire[SCENE_PORTS];
static struct frame frame, out, got;

static void set_vni(struct datapath *d, const struct mc_vni *settings)
{
	assert_int_equal(mc_vni_set(&d->in, VNI, settings), 0);
}

/* To the other ports of the VNI, whoever joined what, and to the VTEP: the last copy, encapsulated. */
static void expect_flood(struct datapath *d)
{
	assert_int_equal(expect_port_out(d, port, &frame, &out, MC_R_FORWARDED), TC_REDIRECT);
	for (int i = 1; i < SCENE_PORTS - 1; i++) {
		assert_true(wire_receive(wire[i], &got, WIRE_TIMEOUT_MS));
		assert_frames_equal(&got, &frame);
	}
	assert_int_equal(out.length, frame.length + VXLAN_OVERHEAD);
	assert_memory_equal(out.byte + VXLAN_OVERHEAD, frame.byte, frame.length);
	for (int i = 0; i < SCENE_PORTS; i++)
		assert_false(wire_receive(wire[i], &got, NOTHING_MS));
}

static void link_local_groups_are_flooded(void **state)
{
	const struct mc_vni flood = { .link_local = MC_LINK_LOCAL_FLOOD }, host = { 0 };
	struct datapath *d = *state;

	set_vni(d, &flood);
	packet_data(&frame, MDNS, 40);
	expect_flood(d);
	packet_data(&frame, IP4(224, 0, 0, 18), 40); /* VRRP's */
	expect_flood(d);
	packet_data6(&frame, ip6("ff02::fb"), 40);
	expect_flood(d);
	packet_data(&frame, IP4(224, 0, 1, 1), 40); /* the next range */
	expect_port(d, port, &frame, MC_R_UNKNOWN_GROUP);
	set_vni(d, &host);
	packet_data(&frame, MDNS, 40);
	expect_port(d, port, &frame, MC_R_LINK_LOCAL);
}

static void a_flood_stays_in_its_vni(void **state)
{
	const struct mc_vni flood = { .link_local = MC_LINK_LOCAL_FLOOD };
	struct datapath *d = *state;

	set_vni(d, &flood);
	packet_data(&frame, MDNS, 40);
	expect_port(d, scene.port[3], &frame, MC_R_LINK_LOCAL); /* OTHER_VNI's */
	assert_int_equal(mc_vni_set(&d->in, OTHER_VNI, &flood), 0);
	expect_port_out(d, scene.port[3], &frame, &out, MC_R_FORWARDED); /* to the VTEP alone */
	for (int i = 0; i < SCENE_PORTS; i++)
		assert_false(wire_receive(wire[i], &got, NOTHING_MS));
}

static void floods_from_a_vtep_stay_here(void **state)
{
	const struct mc_vni flood = { .link_local = MC_LINK_LOCAL_FLOOD };
	static struct frame tunnelled;
	struct datapath *d = *state;
	unsigned int clones = 0;

	set_vni(d, &flood);
	packet_data(&frame, MDNS, 40);
	packet_encapsulated(&tunnelled, VNI, &frame);
	expect_underlay_out(d, LOOPBACK, &tunnelled, &out, MC_R_FORWARDED);
	assert_frames_equal(&out, &frame); /* that of one port or another, and not back to a VTEP */
	for (int i = 0; i < SCENE_PORTS; i++)
		clones += wire_receive(wire[i], &got, NOTHING_MS);
	assert_int_equal(clones, SCENE_PORTS - 2);
}

static void unknown_groups_as_the_vni_says(void **state)
{
	static const struct {
		__u8 unknown;
		enum mc_reason reason;
	} cases[] = {
		{ MC_UNKNOWN_HOST, MC_R_UNKNOWN_GROUP },
		{ MC_UNKNOWN_DROP, MC_R_UNKNOWN_DROPPED },
		{ MC_UNKNOWN_LEARN, MC_R_UNKNOWN_DROPPED },
	};
	struct datapath *d = *state;

	for (int i = 0; i < 3; i++) {
		const struct mc_vni settings = { .unknown = cases[i].unknown };

		set_vni(d, &settings);
		packet_data(&frame, UNKNOWN, 40);
		expect_port(d, port, &frame, cases[i].reason);
		packet_data6(&frame, ip6("ff0e::9:9"), 40);
		expect_port(d, port, &frame, cases[i].reason);
		packet_data(&frame, EMPTY, 40); /* not unknown */
		expect_port(d, port, &frame, MC_R_NO_MEMBER);
		packet_data(&frame, MDNS, 40); /* another policy's */
		expect_port(d, port, &frame, MC_R_LINK_LOCAL);
		packet_data(&frame, UNKNOWN, 40); /* another VNI */
		expect_port(d, scene.port[3], &frame, MC_R_UNKNOWN_GROUP);
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
		scene_test(link_local_groups_are_flooded),
		scene_test(a_flood_stays_in_its_vni),
		scene_test(floods_from_a_vtep_stay_here),
		scene_test(unknown_groups_as_the_vni_says),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
