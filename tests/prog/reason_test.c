/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each reason of include/bpfcast/reason.h is reached: by a row of the table below. A reason without a
 * row fails. What else leads to a reason, and what does not, is tested elsewhere.
 */
#include <unistd.h>

#include <bpfcast/util.h>
#include <maps/text.h>
#include <maps/vni.h>
#include <tests/kit/expect.h>
#include <tests/kit/netns.h>
#include <tests/kit/overlay.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>
#include <tests/kit/wire.h>

#define JUMBO_BYTES 20000 /* more than the 16 kB to which the kernel lets an skb grow */
#define LINK_LOCAL  IP4(224, 0, 0, 251)

struct row {
	enum mc_reason reason;
	void (*send)(struct datapath *d, const struct row *row);
	__u32 group;			       /* or the destination of an IGMP message */
	void (*prepare)(struct datapath *d);   /* NULL: the scene does */
	void (*bend)(struct frame *f);	       /* a finished packet; NULL: it is right */
	size_t payload;			       /* of data */
	__u32 source;			       /* of a header; 0: SENDER */
	__u8 ttl, protocol, type, vxlan_flags; /* of headers; @type of a record */
	__u16 fragment;
	unsigned int sources; /* of a record */
	struct igmp igmp;
	struct geneve geneve;
};

static __u32 port;
static struct frame frame, inner;

/* ---- what is sent ---- */

static void data(struct datapath *d, const struct row *row)
{
	packet_data(&frame, row->group, row->payload);
	if (row->bend)
		row->bend(&frame);
	expect_port(d, port, &frame, row->reason);
}

static void header(struct datapath *d, const struct row *row)
{
	struct ipv4 ip = ipv4_header(row->source, row->group, row->protocol);

	ip.ttl = row->ttl;
	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group(row->group), HOST_MAC, ETHERTYPE_IPV4);
	frame_ipv4(&frame, &ip);
	frame_add_pattern(&frame, 20);
	frame_finish(&frame);
	expect_port(d, port, &frame, row->reason);
}

static void tagged(struct datapath *d, const struct row *row)
{
	struct ipv4 ip = ipv4_header(SENDER, row->group, PROTOCOL_UDP);

	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group(row->group), HOST_MAC, ETHERTYPE_IPV4);
	frame_vlan(&frame, ETHERTYPE_VLAN, 5);
	frame_ipv4(&frame, &ip);
	frame_finish(&frame);
	expect_port(d, port, &frame, row->reason);
}

/* BPF_PROG_RUN takes no more than a page, so this one comes in by the device. */
static void jumbo(struct datapath *d, const struct row *row)
{
	int wire = wire_open(netns_index("p0p"));

	shell("ip link set u0 mtu 65535");
	wire_attach_port(d, port);
	packet_data(&frame, row->group, JUMBO_BYTES);
	wire_send(wire, &frame);
	for (int i = 0; i < WIRE_TIMEOUT_MS && !counted(d, row->reason); i++)
		usleep(1000);
	wire_detach(port);
	close(wire);
	shell("ip link set u0 mtu 1500");
	assert_int_equal(counted(d, row->reason), 1);
}

static void record(struct datapath *d, const struct row *row)
{
	packet_record(&frame, row->type, row->group, row->sources);
	expect_port(d, port, &frame, row->reason);
}

static void message(struct datapath *d, const struct row *row)
{
	struct ipv4 ip = igmp_header(row->group);

	ip.ttl = row->ttl;
	ip.fragment = row->fragment;
	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group(row->group), HOST_MAC, ETHERTYPE_IPV4);
	frame_ipv4(&frame, &ip);
	frame_igmp(&frame, &row->igmp);
	frame_finish(&frame);
	expect_port(d, port, &frame, row->reason);
}

static void outer(struct datapath *d, const struct row *row)
{
	struct tunnel tunnel = tunnel_from_vtep(VNI);

	tunnel.ip.source = row->source;
	tunnel.vxlan.flags = row->vxlan_flags;
	packet_data(&inner, SERVED, 10);
	packet_tunnel(&frame, &tunnel, &inner);
	expect_underlay(d, LOOPBACK, &frame, row->reason);
	expect_guard(d, &frame, row->reason);
}

/* Geneve from the VTEP, with one thing wrong; @type: the outer traffic class. */
static void geneve(struct datapath *d, const struct row *row)
{
	struct outer headers = outer_from_vtep(true, true, VNI);

	add_underlay_with(d, LOOPBACK, 0);
	add_vtep6(d, VTEP6_REMOTE, scene.uplink, true);
	headers.geneve = row->geneve;
	headers.geneve.vni = VNI;
	headers.ip6.traffic_class = row->type;
	packet_data(&inner, SERVED, 10);
	packet_outer(&frame, &headers, &inner);
	expect_underlay(d, LOOPBACK, &frame, row->reason);
	expect_guard(d, &frame, row->reason == MC_R_ECN ? MC_R_NONE : row->reason);
}

/* A replicator whose one hop is where the packet came from. */
static void onward(struct datapath *d, const struct row *row)
{
	static const __u8 underlay_mode[] = { 0x01, 0x29, 0x01, 0x01, 0x40, 0, 0, 0 };
	const struct ip6 group = ip6("ff04::7");
	struct outer headers = outer_to_group(group, FLEET_VNI, underlay_mode, 8);
	struct mc_remote back = { .form = MC_FORM_V6_TAGGED, .mode = MC_MODE_UNDERLAY };

	add_underlay_with(d, LOOPBACK, MC_UNDERLAY_F_REPLICATE);
	add_vtep6(d, VTEP6_REMOTE, scene.uplink, true);
	back.vtep = add_hop(d, group, LOOPBACK, true);
	set_hops(d, group, &back, 1, NULL, 0);
	packet_data(&inner, row->group, 10);
	packet_outer(&frame, &headers, &inner);
	expect_underlay(d, LOOPBACK, &frame, row->reason);
}

static void inner_report(struct datapath *d, const struct row *row)
{
	packet_join_v2(&inner, row->group);
	packet_encapsulated(&frame, VNI, &inner);
	expect_underlay(d, LOOPBACK, &frame, row->reason);
}

/* ---- what goes before, and what is wrong ---- */

/* A member whose device is gone, and a VTEP that no one has described. */
static void members_that_fail(struct datapath *d)
{
	const struct mc_remote none = { .vtep = DATAPATH_VTEPS - 1, .form = MC_FORM_V4 };

	add_port(d, NO_DEVICE, VNI);
	add_member(d, VNI, NO_DEVICE, EMPTY);
	set_vector(d, VNI, EMPTY, &none, 1, NULL, 0);
}

static void vtep_without_route(struct datapath *d)
{
	__u32 vtep = add_vtep(d, NO_ROUTE, scene.uplink);

	set_remotes(d, VNI, REMOTE, &vtep, 1);
}

static void last_member(struct datapath *d)
{
	add_member(d, VNI, scene.port[2], EMPTY);
}

static void other_source_wanted(struct datapath *d)
{
	packet_record(&frame, IS_IN, EMPTY, 1); /* not SENDER's */
	expect_port(d, scene.port[2], &frame, MC_R_REPORT);
}

static void drop_unknown(struct datapath *d)
{
	const struct mc_vni settings = { .unknown = MC_UNKNOWN_DROP };

	assert_int_equal(mc_vni_set(&d->in, VNI, &settings), 0);
}

static void own_mac(struct datapath *d)
{
	set_port(d, port, &(struct mc_port){ .vni = VNI, .flags = MC_PORT_F_CHECK_MAC });
}

static void own_source(struct datapath *d)
{
	set_port(d, port, &(struct mc_port){ .vni = VNI, .flags = MC_PORT_F_CHECK_SOURCE });
}

static void last_token(struct datapath *d)
{
	set_port(d, port, &(struct mc_port){ .vni = VNI, .limit_groups = 9, .limit_rate = 1 });
	packet_join_v2(&frame, EMPTY);
	expect_port(d, port, &frame, MC_R_REPORT);
}

static void no_sources(struct datapath *d)
{
	set_port(d, port, &(struct mc_port){ .vni = VNI, .limit_groups = 9 });
}

static void limit(struct datapath *d)
{
	const struct mc_port none = { .vni = VNI, .limit_groups = 0 };

	set_port(d, port, &none);
}

static void lock(struct datapath *d)
{
	set_port_lock(d, port, 1);
}

/* One packet a second, and it is gone. */
static void last_packet(struct datapath *d, const struct row *row)
{
	const struct mc_vni settings = { .storm_rate = 1 };

	assert_int_equal(mc_vni_set(&d->in, VNI, &settings), 0);
	packet_data(&inner, row->group, 10);
	packet_encapsulated(&frame, VNI, &inner);
	datapath_guard(d, &frame, NULL);
	expect_guard(d, &frame, row->reason);
}

static void to_unicast(struct frame *f)
{
	frame_set16(f, 14 + 16, 10 << 8); /* 10.0.x.y under a group's MAC */
}

static void cut(struct frame *f)
{
	frame_cut(f, f->length - 1);
}

static void other_mac(struct frame *f)
{
	f->byte[5]++;
}

/* ---- the table ---- */

/* clang-format off */
#define JOIN_WITH(...) { .type = IGMP_V2_REPORT, .group = EMPTY, ##__VA_ARGS__ }
/* clang-format on */

static const __u8 lying[] = { 0xab, 0xcd, 0x00, 0x01 };
static const __u8 critical[] = { 0xab, 0xcd, 0x80, 0x00 };
static const __u8 reserved[] = { 0x01, 0x29, 0x01, 0x01, 0xc0, 0, 0, 0 };

static const struct row rows[] = {
	{ MC_R_NOT_OURS, data, .group = SERVED, .bend = to_unicast },
	{ MC_R_FORWARDED, data, .group = SERVED },
	{ MC_R_NO_MEMBER, data, .group = EMPTY },
	{ MC_R_REPORT, record, .group = EMPTY, .type = TO_EX },
	{ MC_R_REPORT_PENDING, record, .group = UNKNOWN, .type = TO_EX },
	{ MC_R_REPORT_IGNORED, record, .group = EMPTY, .type = TO_IN },
	{ MC_R_UNKNOWN_GROUP, data, .group = UNKNOWN },
	{ MC_R_LINK_LOCAL, data, .group = LINK_LOCAL },
	{ MC_R_NO_COPY, data, .group = EMPTY, .prepare = members_that_fail },
	{ MC_R_MALFORMED, data, .group = SERVED, .bend = cut },
	{ MC_R_VLAN, tagged, .group = SERVED },
	{ MC_R_WRONG_MAC, data, .group = SERVED, .bend = other_mac },
	{ MC_R_BAD_SOURCE, header, .group = SERVED, .source = IP4(127, 0, 0, 1), .ttl = 64 },
	{ MC_R_TTL, header, .group = SERVED, .source = SENDER, .ttl = 0 },
	{ MC_R_TCP, header, .group = SERVED, .source = SENDER, .ttl = 64,
	  .protocol = PROTOCOL_TCP },
	{ MC_R_TOO_BIG, data, .group = REMOTE, .payload = 1500 - 20 - 8 },
	{ MC_R_NO_NEXT_HOP, data, .group = REMOTE, .prepare = vtep_without_route },
	{ MC_R_NO_ROOM, jumbo, .group = REMOTE },
	{ MC_R_IGMP_CHECKSUM, message, .group = EMPTY, .ttl = 1,
	  .igmp = JOIN_WITH(.checksum_off = 1) },
	{ MC_R_IGMP_TTL, message, .group = EMPTY, .ttl = 2, .igmp = JOIN_WITH() },
	{ MC_R_IGMP_FRAGMENT, message, .group = EMPTY, .fragment = FRAGMENT_MORE, .ttl = 1,
	  .igmp = JOIN_WITH() },
	{ MC_R_IGMP_TRUNCATED, message, .group = ALL_V3_ROUTERS, .ttl = 1,
	  .igmp = { .type = IGMP_V3_REPORT, .group = 1 } },
	{ MC_R_IGMP_TYPE, message, .group = EMPTY, .ttl = 1, .igmp = { .type = 0x13 } },
	{ MC_R_IGMP_DESTINATION, message, .group = SERVED, .ttl = 1, .igmp = JOIN_WITH() },
	{ MC_R_IGMP_QUERY, message, .group = ALL_HOSTS, .ttl = 1, .igmp = { .type = IGMP_QUERY } },
	{ MC_R_RESERVED_GROUP, record, .group = LINK_LOCAL, .type = TO_EX },
	{ MC_R_BAD_GROUP, record, .group = IP4(10, 1, 2, 3), .type = TO_EX },
	{ MC_R_GROUP_FULL, record, .group = SERVED, .type = TO_EX },
	{ MC_R_MEMBERS_FULL, record, .group = EMPTY, .type = TO_EX, .prepare = last_member },
	{ MC_R_PORT_LIMIT, record, .group = EMPTY, .type = TO_EX, .prepare = limit },
	{ MC_R_PORT_BUSY, record, .group = EMPTY, .type = TO_EX, .prepare = lock },
	{ MC_R_UNKNOWN_VTEP, outer, .source = NO_ROUTE, .vxlan_flags = VXLAN_FLAG_VNI },
	{ MC_R_OWN_ADDRESS, outer, .source = VTEP_LOCAL, .vxlan_flags = VXLAN_FLAG_VNI },
	{ MC_R_VXLAN_FLAGS, outer, .source = VTEP_REMOTE, .vxlan_flags = 0 },
	{ MC_R_INNER_MEMBERSHIP, inner_report, .group = SERVED },
	{ MC_R_FILTERED, data, .group = EMPTY, .prepare = other_source_wanted },
	{ MC_R_UNKNOWN_DROPPED, data, .group = UNKNOWN, .prepare = drop_unknown },
	{ MC_R_SPOOFED_SOURCE, data, .group = SERVED, .prepare = own_source },
	{ MC_R_SPOOFED_MAC, data, .group = SERVED, .prepare = own_mac },
	{ MC_R_PORT_RATE, record, .group = EMPTY, .type = TO_EX, .prepare = last_token },
	{ MC_R_SOURCE_LIMIT, record, .group = EMPTY, .type = TO_IN, .sources = 1,
	  .prepare = no_sources },
	{ MC_R_SOURCES_FULL, record, .group = EMPTY, .type = TO_IN, .sources = 2 },
	{ MC_R_SSM_GROUP, record, .group = IP4(232, 1, 1, 1), .type = TO_EX },
	{ MC_R_GENEVE_VERSION, geneve, .geneve = { .version = 1 } },
	{ MC_R_GENEVE_CONTROL, geneve, .geneve = { .bits = 0x80 } },
	{ MC_R_GENEVE_OPTIONS, geneve, .geneve = { .options = lying, .options_length = 4 } },
	{ MC_R_GENEVE_CRITICAL, geneve, .geneve = { .options = critical, .options_length = 4 } },
	{ MC_R_RESERVED_MODE, geneve, .geneve = { .options = reserved, .options_length = 8 } },
	{ MC_R_ECN, geneve, .type = 3 },
	{ MC_R_INGRESS_EGRESS, onward, .group = UNKNOWN },
	{ MC_R_STORM, last_packet, .group = SERVED },
};

static void reaches(void **state)
{
	static const struct datapath_sizes small = { .members = 2, .sources = 1 };
	int reason = (int)(long)*state;
	const struct row *row = rows;
	struct datapath *d;

	while (row < rows + MC_ARRAY_SIZE(rows) && (int)row->reason != reason)
		row++;
	if (row == rows + MC_ARRAY_SIZE(rows))
		fail_msg("no row reaches '%s': %s", mc_reason_name(reason), mc_reason_help(reason));
	d = scene_new(&small);

	if (row->prepare)
		row->prepare(d);
	row->send(d, row);
	datapath_free(d);
}

static int enter(void **state)
{
	scene_enter(state);
	port = scene.port[0];
	shell("ip link set p0 mtu 65535 && ip link set p0p mtu 65535");
	return 0;
}

int main(void)
{
	/* those of IPv6 in between: mld_test.c */
	struct CMUnitTest tests[MC_REASON_COUNT - 1 - (MC_R_GENEVE_VERSION - MC_R_IPV6_CHAIN)];
	size_t count = 0;

	for (long reason = 1; reason < MC_REASON_COUNT && count < MC_ARRAY_SIZE(tests); reason++) {
		if (reason >= MC_R_IPV6_CHAIN && reason < MC_R_GENEVE_VERSION)
			continue;
		tests[count++] = (struct CMUnitTest){
			.name = mc_reason_name(reason),
			.test_func = reaches,
			.initial_state = (void *)reason,
		};
	}
	return cmocka_run_group_tests(tests, enter, NULL);
}
