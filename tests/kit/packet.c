/* SPDX-License-Identifier: Apache-2.0 */
#include "packet.h"

struct ipv4 igmp_header(__u32 destination)
{
	struct ipv4 ip = ipv4_header(HOST, destination, PROTOCOL_IGMP);

	ip.ttl = 1;
	ip.tos = 0xc0;
	ip.options = router_alert;
	ip.options_length = ROUTER_ALERT_LENGTH;
	return ip;
}

void packet_igmp(struct frame *f, __u32 destination)
{
	struct ipv4 ip = igmp_header(destination);

	frame_start(f);
	frame_ethernet(f, mac_of_group(destination), HOST_MAC, ETHERTYPE_IPV4);
	frame_ipv4(f, &ip);
}

static void packet_v2(struct frame *f, unsigned int type, __u32 destination, __u32 group)
{
	struct igmp igmp = { .type = type, .group = group };

	packet_igmp(f, destination);
	frame_igmp(f, &igmp);
	frame_finish(f);
}

void packet_join_v1(struct frame *f, __u32 group)
{
	packet_v2(f, IGMP_V1_REPORT, group, group);
}

void packet_join_v2(struct frame *f, __u32 group)
{
	packet_v2(f, IGMP_V2_REPORT, group, group);
}

void packet_leave_v2(struct frame *f, __u32 group)
{
	packet_v2(f, IGMP_V2_LEAVE, ALL_ROUTERS, group);
}

void packet_record(struct frame *f, unsigned int type, __u32 group, unsigned int sources)
{
	struct record record = { .type = type, .group = group, .sources = sources };
	struct report report = { 0 };

	packet_igmp(f, ALL_V3_ROUTERS);
	frame_report(f, &report);
	frame_record(f, &record);
	frame_finish(f);
}

void packet_join_v3(struct frame *f, __u32 group)
{
	packet_record(f, TO_EX, group, 0);
}

void packet_leave_v3(struct frame *f, __u32 group)
{
	packet_record(f, TO_IN, group, 0);
}

void packet_report(struct frame *f, unsigned int type, __u32 group, unsigned int count)
{
	struct report report = { 0 };

	packet_igmp(f, ALL_V3_ROUTERS);
	frame_report(f, &report);
	for (unsigned int i = 0; i < count; i++) {
		struct record record = { .type = type, .group = group + i };

		frame_record(f, &record);
	}
	frame_finish(f);
}

void packet_ipv4(struct frame *f, const struct ipv4 *ip, size_t payload)
{
	frame_start(f);
	frame_ethernet(f, mac_of_group(ip->destination), HOST_MAC, ETHERTYPE_IPV4);
	frame_ipv4(f, ip);
	frame_add_pattern(f, payload);
	frame_finish(f);
}

void packet_data(struct frame *f, __u32 group, size_t payload)
{
	struct ipv4 ip = ipv4_header(SENDER, group, PROTOCOL_UDP);
	struct udp udp = { .source = 40000, .destination = DATA_PORT };

	frame_start(f);
	frame_ethernet(f, mac_of_group(group), HOST_MAC, ETHERTYPE_IPV4);
	frame_ipv4(f, &ip);
	frame_udp(f, &udp);
	frame_add_pattern(f, payload);
	frame_finish(f);
}

struct tunnel tunnel_from_vtep(__u32 vni)
{
	struct tunnel tunnel = {
		.type = ETHERTYPE_IPV4,
		.ip = ipv4_header(VTEP_REMOTE, VTEP_LOCAL, PROTOCOL_UDP),
		.udp = { .source = 50000, .destination = VXLAN_PORT, .no_checksum = true },
		.vxlan = { .vni = vni, .flags = VXLAN_FLAG_VNI },
	};

	tunnel.ip.fragment = FRAGMENT_DF;
	return tunnel;
}

void packet_tunnel(struct frame *f, const struct tunnel *tunnel, const struct frame *inner)
{
	frame_start(f);
	frame_ethernet(f, VTEP_MAC_LOCAL, VTEP_MAC_REMOTE, tunnel->type);
	frame_ipv4(f, &tunnel->ip);
	frame_udp(f, &tunnel->udp);
	frame_vxlan(f, &tunnel->vxlan);
	frame_add(f, inner->byte, inner->length);
	frame_finish(f);
}

void packet_encapsulated(struct frame *f, __u32 vni, const struct frame *inner)
{
	struct tunnel tunnel = tunnel_from_vtep(vni);

	packet_tunnel(f, &tunnel, inner);
}
