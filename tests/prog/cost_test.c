/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a packet costs, in calls of helpers: the regression gate of the datapath. A time would be noise
 * where tests run; these are the same on every machine, kernel and compiler. A number that grew is
 * a lookup, a load or a copy more for every packet; one that shrank is a gain, to be written down
 * here so that it is kept. Each failure prints the line as it is now.
 */
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpfcast.skel.h>
#include <bpfcast/util.h>
#include <maps/vni.h>
#include <tests/kit/fill.h>
#include <tests/kit/mld.h>
#include <tests/kit/netns.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#include "cost.bpf.h"

#define FIRST_GROUP	 IP4(239, 5, 0, 1)
#define STRANGER	 IP4(192, 0, 2, 99)
#define SECOND_VTEP	 IP4(192, 0, 2, 3)
#define SECOND_VTEP_TEXT "192.0.2.3"

#define TRIES 20

enum hook { PORT, UNDERLAY, GUARD };

struct cost_case {
	const char *name;
	enum hook hook;
	void (*make)(struct datapath *d); /* the frame, and what it meets */
	bool told; /* count the first packet, whose drop is told, not the second */
	__u64 calls[COST_COUNT];
};

static struct frame frame, inner;
static __u32 group, second_vtep; /* a group of its own for each case */

static void members(struct datapath *d, int count)
{
	for (int i = 1; i <= count; i++) /* the sender is port 0 */
		add_member(d, VNI, scene.port[i], group);
	packet_data(&frame, group, 100);
}

static void unicast(struct datapath *d)
{
	struct ipv4 ip = ipv4_header(SENDER, HOST, PROTOCOL_UDP);

	(void)d;
	packet_ipv4(&frame, &ip, 100);
	frame.byte[0] &= 0xfe;
}

static void unknown_group(struct datapath *d)
{
	(void)d;
	packet_data(&frame, UNKNOWN, 100);
}

static void no_member(struct datapath *d)
{
	members(d, 0);
}

static void one_member(struct datapath *d)
{
	members(d, 1);
}

static void two_members(struct datapath *d)
{
	members(d, 2);
}

static void group_size(struct datapath *d)
{
	del_group(d, VNI, group);
	add_group(d, VNI, group, 16384);
	members(d, 2);
}

/* What is resolved stays so, however slow the machine is. */
static void remote(struct datapath *d, unsigned int count)
{
	const __u32 vtep[2] = { scene.vtep, second_vtep };
	struct mc_next_hop hop;

	set_remotes(d, VNI, group, vtep, count);
	packet_data(&frame, group, 100);
	datapath_port(d, scene.port[0], &frame, NULL);
	for (unsigned int i = 0; i < count; i++) {
		int fd = d->in.table[MC_TABLE_NEXT_HOPS];

		assert_int_equal(bpf_map_lookup_elem(fd, &vtep[i], &hop), 0);
		assert_int_equal(hop.state, MC_NEXT_HOP_READY);
		hop.expires = UINT64_MAX;
		assert_int_equal(bpf_map_update_elem(fd, &vtep[i], &hop, BPF_ANY), 0);
	}
}

static void one_vtep(struct datapath *d)
{
	remote(d, 1);
}

static void two_vteps(struct datapath *d)
{
	remote(d, 2);
}

static void member_and_vtep(struct datapath *d)
{
	members(d, 1);
	remote(d, 1);
}

static void join(struct datapath *d)
{
	(void)d;
	packet_join_v3(&frame, group);
}

static void join6(struct datapath *d)
{
	(void)d;
	packet_join6_v2(&frame, ip6("ff05::1:1"));
}

static void received(struct datapath *d)
{
	members(d, 2);
	inner = frame;
	packet_encapsulated(&frame, VNI, &inner);
}

static void received_unwanted(struct datapath *d)
{
	members(d, 0);
	inner = frame;
	packet_encapsulated(&frame, VNI, &inner);
}

/* A limit that is not reached. */
static void limited(struct datapath *d)
{
	const struct mc_vni settings = { .storm_rate = MC_STORM_RATE_MAX };

	received(d);
	assert_int_equal(mc_vni_set(&d->in, VNI, &settings), 0);
}

static void not_tunnelled(struct datapath *d)
{
	unicast(d);
}

static void from_stranger(struct datapath *d)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	members(d, 1);
	inner = frame;
	tunnel.ip.source = STRANGER;
	packet_tunnel(&frame, &tunnel, &inner);
}

/* lookups, updates, loads, writes, clones, redirects, others */
static const struct cost_case cases[] = {
	{ "unicast", PORT, unicast, false, { 0 } },
	{ "group that nobody added", PORT, unknown_group, true, { 4, 0, 0, 0, 0, 0, 5 } },
	{ "no member", PORT, no_member, false, { 6, 0, 0, 0, 0, 0, 1 } },
	{ "1 local member", PORT, one_member, false, { 7, 0, 0, 0, 0, 1, 2 } },
	{ "2 local members", PORT, two_members, false, { 8, 0, 0, 0, 1, 1, 2 } },
	{ "2 members of 16,384 slots", PORT, group_size, false, { 8, 0, 0, 0, 1, 1, 2 } },
	{ "1 VTEP", PORT, one_vtep, false, { 14, 0, 1, 2, 0, 1, 3 } },
	{ "2 VTEPs", PORT, two_vteps, false, { 20, 0, 1, 3, 1, 1, 4 } },
	{ "1 local member, 1 VTEP", PORT, member_and_vtep, false, { 15, 0, 1, 2, 1, 1, 3 } },
	{ "IGMPv3 join", PORT, join, true, { 14, 1, 6, 0, 0, 0, 10 } },
	{ "IGMPv3 join again", PORT, join, false, { 12, 0, 6, 0, 0, 0, 8 } },
	{ "MLDv2 join", PORT, join6, true, { 8, 1, 11, 0, 0, 0, 14 } },
	{ "from a VTEP to 2 members", UNDERLAY, received, false, { 11, 0, 6, 3, 1, 1, 2 } },
	{ "from a VTEP, no member", UNDERLAY, received_unwanted, true, { 9, 0, 6, 3, 0, 0, 1 } },
	{ "underlay, not tunnelled", UNDERLAY, not_tunnelled, false, { 1, 0, 2, 0, 0, 0, 0 } },
	{ "guard, wanted", GUARD, received, false, { 5, 0, 0, 0, 0, 0, 0 } },
	{ "guard, no member", GUARD, received_unwanted, false, { 9, 0, 0, 0, 0, 0, 0 } },
	{ "guard, storm control", GUARD, limited, false, { 7, 0, 0, 0, 0, 0, 1 } },
	{ "guard, from a stranger", GUARD, from_stranger, true, { 4, 0, 0, 0, 0, 0, 5 } },
	{ "guard, not tunnelled", GUARD, not_tunnelled, false, { 1, 0, 0, 0, 0, 0, 0 } },
};

static void run(struct datapath *d, enum hook hook)
{
	if (hook == PORT)
		datapath_port(d, scene.port[0], &frame, NULL);
	else if (hook == UNDERLAY)
		datapath_underlay(d, LOOPBACK, &frame, NULL);
	else
		datapath_guard(d, &frame, NULL);
}

/*
 * What the programs have called since it was last asked. The linker keeps the room of each object's
 * counters, and uses the first.
 */
static void take_calls(struct datapath *d, __u64 calls[COST_COUNT])
{
	struct bpf_map *map = bpf_object__find_map_by_name(d->skeleton->obj, ".bss");
	__u64 bss[64] = { 0 };
	__u32 key = 0;

	assert_true(map && bpf_map__value_size(map) <= sizeof(bss));
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(map), &key, bss), 0);
	memcpy(calls, bss, COST_COUNT * sizeof(*calls));
	memset(bss, 0, sizeof(bss));
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(map), &key, bss, BPF_ANY), 0);
}

/* Once a tick of the clock a next hop is looked at more closely: so a few tries, if it is not told. */
static bool run_costs(struct datapath *d, const struct cost_case *c, __u64 calls[COST_COUNT])
{
	for (int tries = c->told ? 1 : TRIES; tries; tries--) {
		if (!c->told)
			run(d, c->hook);
		take_calls(d, calls);
		run(d, c->hook);
		take_calls(d, calls);
		if (!memcmp(calls, c->calls, sizeof(c->calls)))
			return true;
	}
	return false;
}

static bool same_cost(struct datapath *d, const struct cost_case *c)
{
	__u64 calls[COST_COUNT];
	bool same;

	add_group(d, VNI, group, SCENE_SLOTS);
	c->make(d);
	same = run_costs(d, c, calls);
	assert_int_equal(mc_vni_set(&d->in, VNI, &(const struct mc_vni){ 0 }), 0);
	if (same)
		return true;
	print_message("%s: now {", c->name);
	for (int i = 0; i < COST_COUNT; i++)
		print_message(" %llu%s", calls[i], i < COST_COUNT - 1 ? "," : " }\n");
	return false;
}

static void no_packet_costs_more_or_less(void **state)
{
	int differ = 0;

	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++) {
		group = FIRST_GROUP + i;
		differ += !same_cost(*state, &cases[i]);
	}
	assert_int_equal(differ, 0);
}

static int setup(void **state)
{
	struct datapath *d = scene_new(NULL);

	netns_neighbour("u0", SECOND_VTEP_TEXT, "02:00:00:0b:00:03");
	second_vtep = add_vtep(d, SECOND_VTEP, scene.uplink);
	*state = d;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_packet_costs_more_or_less, setup,
						scene_teardown),
	};

	return cmocka_run_group_tests(tests, scene_enter, NULL);
}
