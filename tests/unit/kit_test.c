/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kit that builds the packets of the other tests, against packets that scapy 2.5.0 built. Each
 * vector was printed by scapy from the expression above it, where
 *	E(g) = Ether(dst=MAC of g, src='02:00:00:0a:00:01')
 *	I(d) = IP(src='10.244.1.1', dst=d, ttl=1, tos=0xc0, id=0, options=[IPOption_Router_Alert()], proto=2)
 */
#include <tests/kit/mld.h>
#include <tests/kit/packet.h>
#include <tests/kit/test.h>

#define GROUP IP4(239, 1, 2, 3)

static struct frame built, wanted;

static void check(const char *hex)
{
	frame_from_hex(&wanted, hex);
	assert_frames_equal(&built, &wanted);
}

static void builds_v1_and_v2_messages(void **state)
{
	(void)state;
	packet_join_v1(&built, GROUP); /* E/I/IGMP(type=0x12, gaddr='239.1.2.3', mrcode=0) */
	check("01005e0102030200000a0001080046c00020000000000102271f0af40101ef010203940400001200"
	      "fcfaef010203");
	packet_join_v2(&built, GROUP); /* ... type=0x16 */
	check("01005e0102030200000a0001080046c00020000000000102271f0af40101ef010203940400001600"
	      "f8faef010203");
	packet_leave_v2(&built, GROUP); /* ... type=0x17, to 224.0.0.2 */
	check("01005e0000020200000a0001080046c0002000000000010238210af40101e0000002940400001700"
	      "f7faef010203");
}

/* E/I/IGMPv3(type=0x22, mrcode=0)/IGMPv3mr(numgrp=3, records=[
 *	IGMPv3gr(rtype=4, maddr='239.1.2.3'),
 *	IGMPv3gr(rtype=3, maddr='232.5.5.5', numsrc=2, srcaddrs=['10.9.0.1', '10.9.0.2']),
 *	IGMPv3gr(rtype=6, maddr='239.255.0.1', numsrc=1, srcaddrs=['10.9.0.1'])]) */
static void builds_a_v3_report(void **state)
{
	static const struct record records[] = {
		{ .type = TO_EX, .group = GROUP },
		{ .type = TO_IN, .group = IP4(232, 5, 5, 5), .sources = 2 },
		{ .type = BLOCK, .group = IP4(239, 255, 0, 1), .sources = 1 },
	};
	struct report report = { 0 };

	(void)state;
	packet_igmp(&built, ALL_V3_ROUTERS);
	frame_report(&built, &report);
	for (size_t i = 0; i < 3; i++)
		frame_record(&built, &records[i]);
	frame_finish(&built);
	check("01005e0000160200000a0001080046c0004400000000010237e90af40101e0000016940400002200"
	      "e4c90000000304000000ef01020303000002e80505050a0900010a09000206000001efff00010a09"
	      "0001");
}

/* E/I/IGMPv3(type=0x11, mrcode=100)/IGMPv3mq(gaddr='0.0.0.0', qrv=2, qqic=125, numsrc=0) */
static void builds_a_v3_query(void **state)
{
	struct query query = { .code = 100, .robustness = 2, .interval = 125 };

	(void)state;
	packet_igmp(&built, ALL_HOSTS);
	frame_query(&built, &query);
	frame_finish(&built);
	check("01005e0000010200000a0001080046c00024000000000102381e0af40101e0000001940400001164"
	      "ec1e00000000027d0000");
}

/* E/IP(src='10.244.1.2', dst='239.129.2.3', ttl=64, id=0)/UDP(sport=40000, dport=5001)/
 * Raw(bytes(range(19))), and the same in Ether(dst='02:00:00:0b:00:01', src='02:00:00:0b:00:02')/
 * IP(src='192.0.2.2', dst='192.0.2.1', ttl=64, id=0, flags='DF')/
 * UDP(sport=50000, dport=4789, chksum=0)/VXLAN(flags=8, vni=0x123456) */
static void builds_data_and_its_encapsulation(void **state)
{
	static struct frame inner;

	(void)state;
	packet_data(&built, IP4(239, 129, 2, 3), 19);
	check("01005e0102030200000a000108004500002f0000000040117d440af40102ef8102039c401389001b"
	      "f822000102030405060708090a0b0c0d0e0f101112");
	frame_copy(&inner, &built);
	packet_encapsulated(&built, 0x123456, &inner);
	check("0200000b00010200000b0002080045000061000040004011b688c0000202c0000201c35012b5004d"
	      "0000080000001234560001005e0102030200000a000108004500002f0000000040117d440af40102"
	      "ef8102039c401389001bf822000102030405060708090a0b0c0d0e0f101112");
}

/* E/Dot1Q(vlan=5, prio=3)/IP(src='10.244.1.2', dst='239.1.2.3', ttl=64, id=0)/
 * UDP(sport=40000, dport=5001)/Raw(bytes(range(4))) */
static void builds_a_vlan_tag(void **state)
{
	struct ipv4 ip = ipv4_header(SENDER, GROUP, PROTOCOL_UDP);
	struct udp udp = { .source = 40000, .destination = 5001 };

	(void)state;
	frame_start(&built);
	frame_ethernet(&built, mac_of_group(GROUP), HOST_MAC, ETHERTYPE_IPV4);
	frame_vlan(&built, ETHERTYPE_VLAN, 3 << 13 | 5);
	frame_ipv4(&built, &ip);
	frame_udp(&built, &udp);
	frame_add_pattern(&built, 4);
	frame_finish(&built);
	check("01005e0102030200000a0001810060050800450000200000000040117dd30af40102ef0102039c40"
	      "1389000c510e00010203");
}

/*
 * Captured from Linux 6.18 on a veth with this MAC and fe80::a:1: setsockopt(IPV6_JOIN_GROUP) of
 * ff15::1:2:3, MCAST_JOIN_SOURCE_GROUP of ff35::5 with two sources, close(), and the first and the last
 * again with sysctl force_mld_version=1.
 */
static void builds_what_linux_sends(void **state)
{
	struct ip6 group = ip6("ff15::1:2:3");

	(void)state;
	packet_join6_v2(&built, group);
	check("3333000000160200000a000186dd6000000000240001fe8000000000000000000000000a0001ff02000000"
	      "00000000000000000000163a000502000001008f006fe70000000104000000ff15000000000000000000"
	      "0100020003");
	packet_record6(&built, ALLOW, ip6("ff35::5"), 2);
	check("3333000000160200000a000186dd6000000000440001fe8000000000000000000000000a0001ff02000000"
	      "00000000000000000000163a000502000001008f00748f0000000105000002ff35000000000000000000"
	      "0000000005fd000009000000000000000000000001fd000009000000000000000000000002");
	packet_leave6_v2(&built, group);
	check("3333000000160200000a000186dd6000000000240001fe8000000000000000000000000a0001ff02000000"
	      "00000000000000000000163a000502000001008f0070e70000000103000000ff15000000000000000000"
	      "0100020003");
	packet_join6_v1(&built, group);
	check("3333000200030200000a000186dd6000000000200001fe8000000000000000000000000a0001ff15000000"
	      "00000000000001000200033a0005020000010083007fe900000000ff1500000000000000000001000200"
	      "03");
	packet_done6_v1(&built, group);
	check("3333000000020200000a000186dd6000000000200001fe8000000000000000000000000a0001ff02000000"
	      "00000000000000000000023a0005020000010084007f0000000000ff1500000000000000000001000200"
	      "03");
}

/* Each lie changes its own field by what was asked, and no other length or count. */
static void lies_where_asked(void **state)
{
	struct ipv4 ip = ipv4_header(SENDER, GROUP, PROTOCOL_IGMP);
	struct report report = { .records_off = 7, .checksum_off = 1 };
	struct record record = { .type = 9, .sources = 1, .sources_off = -1, .aux_off = 3 };

	(void)state;
	ip.ihl_off = -1;
	ip.total_off = 2;
	ip.checksum_off = 5;
	frame_start(&built);
	frame_ipv4(&built, &ip);
	frame_report(&built, &report);
	frame_record(&built, &record);
	frame_finish(&built);
	assert_int_equal(built.length, 20 + 8 + 8 + 4);
	assert_int_equal(built.byte[0], 0x44);
	assert_int_equal(frame_get16(&built, 2), 42);
	assert_int_equal(frame_get16(&built, 26), 8);
	assert_int_equal(frame_get16(&built, 28), 9 << 8 | 3);
	assert_int_equal(frame_get16(&built, 30), 0);
	frame_set16(&built, 10, frame_get16(&built, 10) - 5);
	assert_int_equal(frame_fold(frame_sum(&built, 0, 20, 0)), 0);
	frame_set16(&built, 22, frame_get16(&built, 22) - 1);
	assert_int_equal(frame_fold(frame_sum(&built, 20, 20, 0)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_v1_and_v2_messages),
		cmocka_unit_test(builds_a_v3_report),
		cmocka_unit_test(builds_a_v3_query),
		cmocka_unit_test(builds_data_and_its_encapsulation),
		cmocka_unit_test(builds_a_vlan_tag),
		cmocka_unit_test(builds_what_linux_sends),
		cmocka_unit_test(lies_where_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
