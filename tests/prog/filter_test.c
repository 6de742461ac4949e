/* SPDX-License-Identifier: Apache-2.0 */
/* Source filters and data: each member gets the sources that it asked for, whoever else asked for others. */
#include <unistd.h>

#include <tests/kit/expect.h>
#include <tests/kit/netns.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>
#include <tests/kit/wire.h>

#define NOTHING_MS 20

static __u32 port, member, other;
static int wire[2]; /* on the peers of `member` and `other` */
static struct frame frame, inner, got;
static struct vector vector;

static void say(struct datapath *d, __u32 ifindex, unsigned int type, unsigned int sources)
{
	packet_record(&frame, type, EMPTY, sources);
	expect_port(d, ifindex, &frame, MC_R_REPORT);
}

static void build_from(struct frame *f, __u32 source)
{
	struct ipv4 ip = ipv4_header(source, EMPTY, PROTOCOL_UDP);

	packet_ipv4(f, &ip, 20);
}

/* Data from @source, sent by a port here, then by another node. */
static void expect_from(struct datapath *d, __u32 source, enum mc_reason reason)
{
	build_from(&frame, source);
	expect_port(d, port, &frame, reason);
	build_from(&inner, source);
	packet_encapsulated(&frame, VNI, &inner);
	expect_underlay(d, LOOPBACK, &frame, reason);
}

static void include_gets_its_sources_only(void **state)
{
	struct datapath *d = *state;

	say(d, member, TO_IN, 2);
	expect_from(d, source_at(0), MC_R_FORWARDED);
	expect_from(d, source_at(1), MC_R_FORWARDED);
	expect_from(d, source_at(2), MC_R_FILTERED);
	expect_from(d, SENDER, MC_R_FILTERED);
}

static void include_of_nothing_is_no_member(void **state)
{
	struct datapath *d = *state;

	say(d, member, TO_IN, 2);
	say(d, member, BLOCK, 2);
	expect_from(d, source_at(0), MC_R_NO_MEMBER);
	assert_false(is_member(d, VNI, member, EMPTY));
}

static void exclude_gets_all_but_its_sources(void **state)
{
	struct datapath *d = *state;

	say(d, member, TO_EX, 2);
	expect_from(d, source_at(0), MC_R_FILTERED);
	expect_from(d, source_at(1), MC_R_FILTERED);
	expect_from(d, source_at(2), MC_R_FORWARDED);
	expect_from(d, SENDER, MC_R_FORWARDED);
}

/* Whose slot does not say so is not looked up, even where the members beside it are. */
static void exclude_of_nothing_needs_no_lookup(void **state)
{
	struct datapath *d = *state;

	say(d, other, TO_IN, 1);
	say(d, member, TO_EX, 0);
	get_vector(d, VNI, EMPTY, &vector);
	assert_int_equal(vector.slot[0].ifindex, other);
	assert_true(vector.slot[0].flags & MC_SLOT_F_FILTER);
	assert_int_equal(vector.slot[1].ifindex, member);
	assert_false(vector.slot[1].flags & MC_SLOT_F_FILTER);
	expect_from(d, SENDER, MC_R_FORWARDED);
	say(d, member, TO_EX, 1);
	say(d, member, TO_EX, 0); /* and again once it has blocked something for a while */
	get_vector(d, VNI, EMPTY, &vector);
	assert_false(vector.slot[1].flags & MC_SLOT_F_FILTER);
}

static void expect_on(int index, bool copy)
{
	assert_int_equal(wire_receive(wire[index], &got, copy ? WIRE_TIMEOUT_MS : NOTHING_MS),
			 copy);
	if (copy)
		assert_frames_equal(&got, &frame);
}

/* The last member, whose copy BPF_PROG_RUN does not deliver, is one without a device. */
static void each_member_by_its_own_filter(void **state)
{
	struct datapath *d = *state;

	say(d, member, TO_IN, 1);
	say(d, other, TO_EX, 1);
	add_port(d, NO_DEVICE, VNI);
	add_member(d, VNI, NO_DEVICE, EMPTY);
	build_from(&frame, source_at(0));
	expect_port(d, port, &frame, MC_R_FORWARDED);
	expect_on(0, true);
	expect_on(1, false);
	build_from(&frame, source_at(1));
	expect_port(d, port, &frame, MC_R_FORWARDED);
	expect_on(1, true);
	expect_on(0, false);
}

static int enter(void **state)
{
	scene_enter(state);
	port = scene.port[0];
	member = scene.port[1];
	other = scene.port[2];
	wire[0] = wire_open(netns_index("p1p"));
	wire[1] = wire_open(netns_index("p2p"));
	return 0;
}

/* What the tests before have left on the wires is of no interest. */
static int setup(void **state)
{
	for (int i = 0; i < 2; i++)
		while (wire_receive(wire[i], &got, 0))
			;
	return scene_setup(state);
}

#define filter_test(function) cmocka_unit_test_setup_teardown(function, setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		filter_test(include_gets_its_sources_only),
		filter_test(include_of_nothing_is_no_member),
		filter_test(exclude_gets_all_but_its_sources),
		filter_test(exclude_of_nothing_needs_no_lookup),
		filter_test(each_member_by_its_own_filter),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
