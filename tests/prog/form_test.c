/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies in all forms of outer headers. The golden frames are written from the RFCs that they cite,
 * byte by byte, not taken from what we send; only the outer source port and the flow label, which are
 * ours to choose, are taken over.
 */
#include <string.h>

#include <bpfcast/util.h>
#include <maps/counter.h>
#include <tests/kit/expect.h>
#include <tests/kit/netns.h>
#include <tests/kit/overlay.h>
#include <tests/kit/packet.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>
#include <tests/kit/wire.h>

#define NOTHING_MS 20
#define U6	   ip6("ff04::1:2:3")
#define FIRST_V4   IP4(192, 0, 2, 10)
#define FIRST_V6   ip6("2001:db8::10")

static __u32 port;
static int wire;
static struct frame frame, out, got, wanted;

/* 8 bytes of UDP from SENDER to REMOTE, TOS 0x2e: Ethernet, RFC 791, RFC 768. */
#define INNER                                                                                      \
	"01005e010003 0200000a0001 0800"                                                           \
	"452e0024 00000000 40117fa1 0af40102 ef010003"                                             \
	"9c40 1389 0010 48fa 0001020304050607"

/* RFC 791: TOS copied (RFC 6040), 36 + 50 bytes, id 0, DF, TTL 64. RFC 768: checksum zero. */
#define OUTER4(port)                                                                               \
	"0200000b0002 0200000b0001 0800"                                                           \
	"452e0056 00004000 4011b665 c0000201 c0000202"                                             \
	"0000 " port " 0042 0000"
/* RFC 8200: traffic class copied, @length of payload, UDP, hop limit 64. */
#define OUTER6(length, port)                                                                       \
	"0200000b0002 0200000b0001 86dd"                                                           \
	"62e00000 " length "1140 20010db8000000000000000000000001"                                 \
	"20010db8000000000000000000000002"                                                         \
	"0000 " port " " length " 0000"
/* RFC 2464 section 7: the group's MAC; hop limit 255. */
#define OUTER_GROUP(length)                                                                        \
	"333300020003 0200000b0001 86dd"                                                           \
	"62e00000 " length "11ff 20010db8000000000000000000000001"                                 \
	"ff040000000000000000000100020003"                                                         \
	"0000 17c1 " length " 0000"
#define VXLAN "08000000 00004d00" /* RFC 7348 section 5: I flag, VNI 77 */
#define GENEVE                                                                                     \
	"00006558 00004d00" /* RFC 8926 section 3.4: version 0, no options, Ethernet, VNI 77 */
#define TAGGED                                                                                     \
	"02006558 00004d00 01290101" /* ... 8 bytes of options, class 0x0129 type 1 length 1 */

static size_t udp_at(const struct frame *f)
{
	return frame_get16(f, 12) == ETHERTYPE_IPV6 ? 54 : 34;
}

/* @wanted with the port and the flow label that @is has. */
static void expect_golden(const struct frame *is, const char *hex)
{
	size_t udp = udp_at(is);

	frame_from_hex(&wanted, hex);
	assert_true(is->length > udp + 8);
	assert_true(frame_get16(is, udp) >= 49152);
	frame_set16(&wanted, udp, frame_get16(is, udp));
	if (udp == 54) {
		frame_set16(&wanted, 16, frame_get16(is, 16));
		wanted.byte[15] |= is->byte[15] & 0x0f;
	}
	assert_frames_equal(is, &wanted);
}

static struct mc_remote slot(__u32 vtep, unsigned int form)
{
	return (struct mc_remote){ .vtep = vtep, .form = form };
}

static void send_inner(struct datapath *d, enum mc_reason reason)
{
	frame_from_hex(&frame, INNER);
	expect_port_out(d, port, &frame, &out, reason);
}

static void send_to(struct datapath *d, const struct mc_remote *to)
{
	set_vector(d, VNI, REMOTE, to, 1, NULL, 0);
	send_inner(d, MC_R_FORWARDED);
	assert_false(wire_receive(wire, &got, 0));
}

static void vxlan_over_ipv4(void **state)
{
	struct mc_remote to = slot(add_vtep4(*state, VTEP_REMOTE, scene.uplink, false), MC_FORM_V4);

	send_to(*state, &to);
	expect_golden(&out, OUTER4("12b5") VXLAN INNER);
}

static void geneve_over_ipv4(void **state)
{
	struct mc_remote to = slot(add_vtep4(*state, VTEP_REMOTE, scene.uplink, true), MC_FORM_V4);

	send_to(*state, &to);
	expect_golden(&out, OUTER4("17c1") GENEVE INNER);
}

static void vxlan_over_ipv6(void **state)
{
	struct mc_remote to =
		slot(add_vtep6(*state, VTEP6_REMOTE, scene.uplink, false), MC_FORM_V6);

	send_to(*state, &to);
	expect_golden(&out, OUTER6("0042", "12b5") VXLAN INNER);
}

static void geneve_over_ipv6(void **state)
{
	struct mc_remote to = slot(add_vtep6(*state, VTEP6_REMOTE, scene.uplink, true), MC_FORM_V6);

	send_to(*state, &to);
	expect_golden(&out, OUTER6("0042", "17c1") GENEVE INNER);
}

/* M2P without forwarding entries: no option. */
static void geneve_to_an_underlay_group(void **state)
{
	struct mc_remote to = slot(add_hop(*state, U6, scene.uplink, false), MC_FORM_V6);

	send_to(*state, &to);
	expect_golden(&out, OUTER_GROUP("0042") GENEVE INNER);
}

static void geneve_tagged_in_each_mode(void **state)
{
	static const char *const golden[] = {
		OUTER_GROUP("004a") TAGGED "00000000" INNER,
		OUTER_GROUP("004a") TAGGED "40000000" INNER,
		OUTER_GROUP("004a") TAGGED "80000000" INNER,
	};
	struct mc_remote to = slot(add_hop(*state, U6, scene.uplink, true), MC_FORM_V6_TAGGED);

	for (to.mode = MC_MODE_EXTERNAL; to.mode <= MC_MODE_BOTH; to.mode++) {
		send_to(*state, &to);
		expect_golden(&out, golden[to.mode]);
	}
}

/* The flow label is of the flow, as the port is; and never the same for all. */
static void the_flow_label_is_of_the_flow(void **state)
{
	struct ipv4 ip = ipv4_header(SENDER, REMOTE, PROTOCOL_UDP);
	struct udp udp = { .destination = DATA_PORT };
	struct mc_remote to =
		slot(add_vtep6(*state, VTEP6_REMOTE, scene.uplink, false), MC_FORM_V6);
	unsigned int label, last = 0, changes = 0;

	set_vector(*state, VNI, REMOTE, &to, 1, NULL, 0);
	for (unsigned int i = 0; i < 64; i++) {
		for (int again = 0; again < 2; again++) {
			udp.source = 30000 + i;
			frame_start(&frame);
			frame_ethernet(&frame, mac_of_group(REMOTE), HOST_MAC, ETHERTYPE_IPV4);
			frame_ipv4(&frame, &ip);
			frame_udp(&frame, &udp);
			frame_add_pattern(&frame, 10 + 10 * again);
			frame_finish(&frame);
			expect_port_out(*state, port, &frame, &out, MC_R_FORWARDED);
			label = (out.byte[15] & 15u) << 16 | frame_get16(&out, 16);
			if (again)
				assert_int_equal(label, last);
			changes += label != last;
			last = label;
		}
	}
	assert_in_range(changes, 60, 64);
}

/* ---- several forms in one vector ---- */

enum { TAG, SIX, FOUR, KINDS }; /* the order that vectors have */

static struct mc_remote kinds[KINDS];

static void make_kinds(struct datapath *d)
{
	kinds[TAG] = slot(add_hop(d, U6, scene.uplink, true), MC_FORM_V6_TAGGED);
	kinds[TAG].mode = MC_MODE_UNDERLAY;
	kinds[SIX] = slot(add_vtep6(d, VTEP6_REMOTE, scene.uplink, false), MC_FORM_V6);
	kinds[FOUR] = slot(add_vtep4(d, VTEP_REMOTE, scene.uplink, true), MC_FORM_V4);
}

static void expect_kind(const struct frame *is, int kind)
{
	static const char *const golden[KINDS] = {
		OUTER_GROUP("004a") TAGGED "40000000" INNER,
		OUTER6("0042", "12b5") VXLAN INNER,
		OUTER4("17c1") GENEVE INNER,
	};

	expect_golden(is, golden[kind]);
}

/* Each subset, each form once and twice: one frame a slot, in order, none of them like another's form. */
static void every_subset_of_forms(void **state)
{
	struct mc_remote slots[2 * KINDS];
	int kind_of[2 * KINDS];

	make_kinds(*state);
	for (unsigned int subset = 1; subset < 1u << (2 * KINDS); subset++) {
		unsigned int count = 0;

		for (unsigned int i = 0; i < 2 * KINDS; i++) {
			if (!(subset >> i & 1))
				continue;
			kind_of[count] = (int)i / 2;
			slots[count++] = kinds[i / 2];
		}
		set_vector(*state, VNI, REMOTE, slots, count, NULL, 0);
		send_inner(*state, MC_R_FORWARDED);
		for (unsigned int i = 0; i + 1 < count; i++) {
			assert_true(wire_receive(wire, &got, WIRE_TIMEOUT_MS));
			expect_kind(&got, kind_of[i]);
		}
		expect_kind(&out, kind_of[count - 1]);
		assert_false(wire_receive(wire, &got, 0));
	}
}

static void forget_macs(struct datapath *d, __u32 id)
{
	struct mc_next_hop none = { 0 };
	struct mc_vtep vtep;

	assert_int_equal(mc_table_get(&d->in, MC_TABLE_VTEPS, &id, &vtep), 0);
	memset(vtep.dmac, 0, sizeof(vtep.dmac));
	assert_int_equal(mc_table_set(&d->in, MC_TABLE_VTEPS, &id, &vtep, 0), 0);
	assert_int_equal(mc_table_set(&d->in, MC_TABLE_NEXT_HOPS, &id, &none, 0), 0);
}

/* Who has no neighbour gets the packet itself, in his form, though others come after him. */
static void an_unresolved_one_among_other_forms(void **state)
{
	struct datapath *d = *state;

	make_kinds(d);
	forget_macs(d, kinds[SIX].vtep);
	set_vector(d, VNI, REMOTE, kinds, KINDS, NULL, 0);
	send_inner(d, MC_R_FORWARDED);
	assert_true(wire_receive(wire, &got, WIRE_TIMEOUT_MS));
	expect_kind(&got, TAG);
	assert_true(wire_receive(wire, &got, WIRE_TIMEOUT_MS));
	expect_kind(&got, FOUR);
	assert_false(wire_receive(wire, &got, NOTHING_MS));
	memcpy(out.byte, "\x02\x00\x00\x0b\x00\x02", 6); /* the kernel's to fill in */
	expect_kind(&out, SIX);
	assert_int_equal(group_counters(d, VNI, REMOTE).remote_copies, 3);
	assert_int_equal(group_counters(d, VNI, REMOTE).errors, 0);

	forget_macs(d, kinds[FOUR].vtep); /* a second one waits for the next packet */
	send_inner(d, MC_R_FORWARDED);
	assert_true(wire_receive(wire, &got, WIRE_TIMEOUT_MS));
	expect_kind(&got, TAG);
	assert_false(wire_receive(wire, &got, NOTHING_MS));
	assert_int_equal(group_counters(d, VNI, REMOTE).errors, 1);
}

/* What fits one form and not the other goes where it fits. */
static void too_big_is_of_the_form(void **state)
{
	static const size_t overhead[KINDS] = { 78, 70, 50 };
	struct mc_vtep_counters counters;
	struct datapath *d = *state;

	make_kinds(d);
	set_vector(d, VNI, REMOTE, kinds, KINDS, NULL, 0);
	for (int kind = 0; kind < KINDS; kind++) {
		size_t largest = 1500 + 14 - overhead[kind]; /* of the inner frame */

		packet_data(&frame, REMOTE, largest - 42);
		assert_int_equal(frame.length, largest);
		expect_port(d, port, &frame, MC_R_FORWARDED);
		for (int i = kind; i + 1 < KINDS; i++)
			assert_true(wire_receive(wire, &got, WIRE_TIMEOUT_MS));
		packet_data(&frame, REMOTE, largest + 1 - 42);
		expect_port(d, port, &frame, kind == FOUR ? MC_R_TOO_BIG : MC_R_FORWARDED);
		for (int i = kind + 1; i + 1 < KINDS; i++)
			assert_true(wire_receive(wire, &got, WIRE_TIMEOUT_MS));
		assert_false(wire_receive(wire, &got, 0));
		assert_int_equal(mc_vtep_counters_get(&d->in, kinds[kind].vtep, &counters), 0);
		assert_int_equal(counters.tx_errors, 1);
	}
}

static int setup(void **state)
{
	scene_setup(state);
	add_underlay_with(*state, scene.uplink, 0);
	return 0;
}

static int enter(void **state)
{
	scene_enter(state);
	port = scene.port[0];
	wire = wire_open(netns_index("u0p"));
	shell("echo 0 >/proc/sys/net/ipv4/conf/u0/forwarding");
	return 0;
}

#define form_test(function) cmocka_unit_test_setup_teardown(function, setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		form_test(vxlan_over_ipv4),
		form_test(geneve_over_ipv4),
		form_test(vxlan_over_ipv6),
		form_test(geneve_over_ipv6),
		form_test(geneve_to_an_underlay_group),
		form_test(geneve_tagged_in_each_mode),
		form_test(the_flow_label_is_of_the_flow),
		form_test(every_subset_of_forms),
		form_test(an_unresolved_one_among_other_forms),
		form_test(too_big_is_of_the_form),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
