/* SPDX-License-Identifier: Apache-2.0 */
/* include/bpfcast/outer.h: the outer headers of a frame from the underlay. */
#include <stdlib.h>
#include <string.h>

#include <bpfcast/outer.h>
#include <bpfcast/util.h>
#include <tests/kit/packet.h>
#include <tests/kit/test.h>

#define VNI 0x123456

static struct frame frame, inner;
static struct mc_outer outer;

/* On a copy of exactly its size, so that ASan sees a read beyond it. */
static int parse_frame(void)
{
	const struct mc_underlay underlay = {
		.local = mc_addr_v4(MC_BE32(VTEP_LOCAL)),
		.vxlan_port = MC_BE16(VXLAN_PORT),
	};
	__u8 *copy = malloc(frame.length ? frame.length : 1);
	mc_packet packet = { copy, frame.length };
	int reason;

	assert_non_null(copy);
	memcpy(copy, frame.byte, frame.length);
	memset(&outer, 0, sizeof(outer));
	reason = mc_outer_parse(&packet, frame.length, &underlay, &outer);
	free(copy);
	return reason;
}

static int parse(const struct tunnel *tunnel)
{
	packet_tunnel(&frame, tunnel, &inner);
	return parse_frame();
}

static int start(void **state)
{
	(void)state;
	packet_data(&inner, IP4(239, 1, 2, 3), 40);
	return 0;
}

/* VXLAN(flags=8, vni=0x123456) of kit_test.c, as scapy printed it. */
static void a_frame_that_scapy_built(void **state)
{
	(void)state;
	frame_from_hex(
		&frame,
		"0200000b00010200000b0002080045000061000040004011b688c0000202c0000201c35012b5"
		"004d00000800000012345600"
		"01005e0102030200000a000108004500002f0000000040117d440af40102ef8102039c401389"
		"001bf822000102030405060708090a0b0c0d0e0f101112");
	assert_int_equal(parse_frame(), 0);
	assert_true(mc_addr_is_v4(&outer.source));
	assert_int_equal(MC_BE32(outer.source.word[3]), VTEP_REMOTE);
	assert_int_equal(outer.vni, VNI);
	assert_int_equal(outer.inner, VXLAN_OVERHEAD);
	assert_int_equal(outer.end, frame.length);
	assert_int_equal(outer.tos, 0);
}

static void the_tos_is_the_outer_headers(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	(void)state;
	for (int tos = 0; tos < 256; tos++) {
		tunnel.ip.tos = tos;
		assert_int_equal(parse(&tunnel), 0);
		assert_int_equal(outer.tos, tos);
	}
}

static void vnis(void **state)
{
	static const __u32 vni[] = { 0, 1, 0xff, 0x100, 0xffff, 0x800000, 0xffffff };
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(vni); i++) {
		tunnel.vxlan.vni = vni[i];
		tunnel.vxlan.reserved2 = 0xff;
		assert_int_equal(parse(&tunnel), 0);
		assert_int_equal(outer.vni, vni[i]);
	}
}

static void options_move_the_inner_frame(void **state)
{
	static const __u8 nop[40] = { 1, 1, 1, 1 };
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	(void)state;
	tunnel.ip.options = nop;
	for (tunnel.ip.options_length = 0; tunnel.ip.options_length <= sizeof(nop);
	     tunnel.ip.options_length += 4) {
		assert_int_equal(parse(&tunnel), 0);
		assert_int_equal(outer.inner, VXLAN_OVERHEAD + tunnel.ip.options_length);
		assert_int_equal(outer.vni, VNI);
	}
}

static void flags(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	(void)state;
	tunnel.vxlan.reserved = 0xffffff;
	for (int bits = 0; bits < 256; bits++) {
		tunnel.vxlan.flags = bits;
		assert_int_equal(parse(&tunnel), bits & 8 ? 0 : MC_R_VXLAN_FLAGS);
		assert_int_equal(MC_BE32(outer.source.word[3]), VTEP_REMOTE);
	}
}

static void what_is_not_ours(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	(void)state;
	tunnel.ip.destination++;
	assert_int_equal(parse(&tunnel), MC_R_NOT_OURS);
	tunnel = tunnel_from_vtep(VNI);
	tunnel.udp.destination++;
	assert_int_equal(parse(&tunnel), MC_R_NOT_OURS);
	tunnel = tunnel_from_vtep(VNI);
	for (int protocol = 0; protocol < 256; protocol++) {
		tunnel.ip.protocol = protocol;
		assert_int_equal(parse(&tunnel), protocol == PROTOCOL_UDP ? 0 : MC_R_NOT_OURS);
	}
	tunnel = tunnel_from_vtep(VNI);
	tunnel.ip.fragment = FRAGMENT_MORE;
	assert_int_equal(parse(&tunnel), MC_R_NOT_OURS);
	tunnel.ip.fragment = 0x1fff;
	assert_int_equal(parse(&tunnel), MC_R_NOT_OURS);
	tunnel = tunnel_from_vtep(VNI);
	tunnel.ip.version = 6;
	assert_int_equal(parse(&tunnel), MC_R_NOT_OURS);
	tunnel = tunnel_from_vtep(VNI);
	tunnel.ip.ihl_off = -1;
	assert_int_equal(parse(&tunnel), MC_R_NOT_OURS);
	tunnel = tunnel_from_vtep(VNI);
	tunnel.ip.total_off = 1;
	assert_int_equal(parse(&tunnel), MC_R_NOT_OURS);
	tunnel = tunnel_from_vtep(VNI);
	tunnel.type = ETHERTYPE_IPV6;
	assert_int_equal(parse(&tunnel), MC_R_NOT_OURS);
}

static void lengths_that_contradict(void **state)
{
	const int headers = 8 + 8 + 14; /* UDP, VXLAN, and what an inner frame has at least */
	const int length = 8 + 8 + (int)inner.length;
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	(void)state;
	for (int is = 0; is <= 0xffff; is++) {
		tunnel.udp.length_off = is - length;
		assert_int_equal(parse(&tunnel),
				 is >= headers && is <= length ? 0 : MC_R_MALFORMED);
		assert_int_equal(outer.end, 14 + 20 + is);
		assert_int_equal(outer.vni, VNI); /* it decides whether to drop the frame */
	}
}

static void cut_at_each_byte(void **state)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	(void)state;
	assert_int_equal(parse(&tunnel), 0);
	for (size_t length = frame.length; length-- > 0;) {
		frame_cut(&frame, length);
		assert_int_equal(parse_frame(), MC_R_NOT_OURS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_that_scapy_built),
		cmocka_unit_test(the_tos_is_the_outer_headers),
		cmocka_unit_test(vnis),
		cmocka_unit_test(options_move_the_inner_frame),
		cmocka_unit_test(flags),
		cmocka_unit_test(what_is_not_ours),
		cmocka_unit_test(lengths_that_contradict),
		cmocka_unit_test(cut_at_each_byte),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
