/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input is a frame from the underlay, for the VTEPs 192.0.2.1 and 2001:db8::1, VXLAN on port 4789
 * and Geneve on 6081. The first byte says whether the device has a link layer.
 */
#include <stdlib.h>
#include <string.h>

#include <bpfcast/outer.h>

#include "fuzz.h"
#include "membership.h"

static const uint8_t local[4] = { 192, 0, 2, 1 };
static const uint8_t local6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
static const uint8_t mapped[12] = { [10] = 0xff, 0xff };

/* What the oracle reads. */
struct read {
	size_t ip, udp, end; /* offsets; the end is that of the IP packet */
	size_t inner;
	size_t multicast; /* of the body of the first Multicast option */
	bool ipv6, group;
};

static bool read_ip4(const uint8_t *data, size_t size, struct read *r)
{
	const uint8_t *ip = data + r->ip;
	size_t header, total;

	if (size < r->ip + 20)
		return false;
	header = (ip[0] & 15) * 4u;
	total = get16(ip + 2);
	r->udp = r->ip + header;
	r->end = r->ip + total;
	return ip[0] >> 4 == 4 && header >= 20 && total >= header && r->end <= size &&
	       !(get16(ip + 6) & 0x3fff) && ip[9] == 17 && !memcmp(ip + 16, local, 4);
}

static bool read_ip6(const uint8_t *data, size_t size, struct read *r)
{
	const uint8_t *ip = data + r->ip;

	if (size < r->ip + 40)
		return false;
	r->ipv6 = true;
	r->udp = r->ip + 40;
	r->end = r->udp + get16(ip + 4);
	r->group = get16(ip + 24) == 0xff04;
	return ip[0] >> 4 == 6 && r->end <= size && ip[6] == 17 &&
	       memcmp(ip + 8, mapped, 12) != 0 && (r->group || !memcmp(ip + 24, local6, 16));
}

static bool read_ip(const uint8_t *data, size_t size, bool mac, struct read *r)
{
	r->ip = mac ? 14 : 0;
	if (size <= r->ip)
		return false;
	if (mac ? get16(data + 12) == ETH_P_IPV6 : data[0] >> 4 == 6)
		return read_ip6(data, size, r);
	return (!mac || get16(data + 12) == ETH_P_IP) && read_ip4(data, size, r);
}

/* RFC 8926 section 3.5, and the options for replication. */
static int read_options(const uint8_t *data, struct read *r)
{
	size_t at = r->udp + 16;

	while (at < r->inner) {
		unsigned int type = data[at + 2], words = data[at + 3] & 31;
		bool known = get16(data + at) == 0x0129 && type <= 2;

		if (at + 4 + 4u * words > r->inner || (known && words != (type ? 1 : 0)))
			return MC_R_GENEVE_OPTIONS;
		if (!known && type & 0x80)
			return MC_R_GENEVE_CRITICAL;
		if (known && type == 1 && !r->multicast)
			r->multicast = at + 4;
		at += 4 + 4u * words;
	}
	return r->multicast && data[r->multicast] >> 6 == 3 ? MC_R_RESERVED_MODE : 0;
}

static int read_tunnel(const uint8_t *data, struct read *r)
{
	const uint8_t *tunnel = data + r->udp + 8;

	r->inner = r->udp + 16;
	if (get16(data + r->udp + 2) == 4789)
		return tunnel[0] & 8 ? 0 : MC_R_VXLAN_FLAGS;
	if (get16(data + r->udp + 2) != 6081)
		return MC_R_NOT_OURS;
	r->inner += (tunnel[0] & 63) * 4u;
	if (tunnel[0] >> 6)
		return MC_R_GENEVE_VERSION;
	if (tunnel[1] & 0x80)
		return MC_R_GENEVE_CONTROL;
	return get16(tunnel + 2) == 0x6558 ? 0 : MC_R_NOT_OURS;
}

/* The verdict by the RFCs. */
static int expected(const uint8_t *data, size_t size, bool mac, struct read *r)
{
	size_t length;
	int reason;

	if (!read_ip(data, size, mac, r) || r->udp + 16 > size)
		return MC_R_NOT_OURS;
	reason = read_tunnel(data, r);
	if (reason == MC_R_NOT_OURS || reason == MC_R_VXLAN_FLAGS || reason == MC_R_GENEVE_VERSION)
		return reason;
	length = get16(data + r->udp + 4);
	if (r->udp + length < r->inner + 14 || r->udp + length > r->end)
		return MC_R_MALFORMED;
	if (mac && r->group &&
	    (get16(data) != 0x3333 || memcmp(data + 2, data + r->ip + 36, 4) != 0))
		return MC_R_WRONG_MAC;
	return reason ? reason : read_options(data, r);
}

static int parse(const uint8_t *data, size_t size, bool mac, struct mc_outer *outer)
{
	mc_packet packet = { .data = data, .length = size };
	struct mc_underlay underlay = {
		.vxlan_port = MC_BE16(4789),
		.geneve_port = MC_BE16(6081),
		.flags = mac ? 0 : MC_UNDERLAY_F_NO_MAC,
	};
	__be32 v4;

	memcpy(&v4, local, sizeof(v4));
	underlay.local = mc_addr_v4(v4);
	memcpy(&underlay.local6, local6, sizeof(local6));
	memset(outer, 0, sizeof(*outer));
	return mc_outer_parse(&packet, (__u32)size, &underlay, outer);
}

static void check_outer(const uint8_t *data, const struct mc_outer *outer, const struct read *r)
{
	const uint8_t *ip = data + r->ip, *vni = data + r->udp + 12;

	REQUIRE(outer->udp == r->udp && outer->inner == r->inner);
	REQUIRE(outer->end == r->udp + get16(data + r->udp + 4) && outer->end <= r->end);
	REQUIRE(outer->inner + ETH_HLEN <= outer->end);
	REQUIRE(outer->vni == ((__u32)vni[0] << 16 | get16(vni + 1)));
	REQUIRE(outer->multicast == r->multicast);
	if (r->multicast)
		REQUIRE(!memcmp(&outer->body, data + r->multicast, 4));
	REQUIRE(mc_addr_is_zero(&outer->group) == !r->group);
	if (r->ipv6) {
		REQUIRE(!memcmp(&outer->source, ip + 8, 16));
		REQUIRE(outer->tos == (ip[0] << 4 & 0xff | ip[1] >> 4) &&
			outer->hop_limit == ip[7]);
		REQUIRE(!r->group || !memcmp(&outer->group, ip + 24, 16));
	} else {
		REQUIRE(mc_addr_is_v4(&outer->source) &&
			!memcmp(&outer->source.word[3], ip + 12, 4));
		REQUIRE(outer->tos == ip[1] && outer->hop_limit == ip[8]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *frame = data + 1;
	size_t rest = size - 1;
	struct mc_outer outer, again;
	struct read r = { 0 };
	struct reading inner;
	uint8_t *copy;
	bool mac;
	int reason;

	if (!size)
		return 0;
	mac = !(data[0] & 1);
	copy = fuzz_copy(frame, rest);
	reason = parse(copy, rest, mac, &outer);
	REQUIRE(reason == expected(copy, rest, mac, &r));
	free(copy);
	if (reason)
		return 0;
	check_outer(frame, &outer, &r);
	copy = fuzz_copy(frame, r.end); /* nothing behind the IP packet matters */
	REQUIRE(!parse(copy, r.end, mac, &again));
	REQUIRE(!memcmp(&outer, &again, sizeof(outer)));
	free(copy);
	copy = fuzz_copy(frame + outer.inner, outer.end - outer.inner);
	check_reading(read_frame, copy, outer.end - outer.inner, &inner);
	free(copy);
	return 0;
}
