/* SPDX-License-Identifier: Apache-2.0 */
/* The input is an IPv4 frame from the underlay, for the VTEP 192.0.2.1 on port 4789. */
#include <stdlib.h>
#include <string.h>

#include <bpfcast/vxlan.h>

#include "fuzz.h"
#include "membership.h"

static const uint8_t local[4] = { 192, 0, 2, 1 };

/* The verdict by RFC 791, 768 and 7348. */
static int expected(const uint8_t *data, size_t size)
{
	const uint8_t *ip = data + 14, *udp;
	size_t header, total;

	if (size < 34 || get16(data + 12) != ETH_P_IP)
		return MC_R_NOT_OURS;
	header = (ip[0] & 15) * 4u;
	total = get16(ip + 2);
	if (ip[0] >> 4 != 4 || header < 20 || total < header || 14 + total > size)
		return MC_R_NOT_OURS;
	if (get16(ip + 6) & 0x3fff || ip[9] != 17 || memcmp(ip + 16, local, 4) != 0)
		return MC_R_NOT_OURS;
	udp = ip + header;
	if (14 + header + 16 > size || get16(udp + 2) != 4789)
		return MC_R_NOT_OURS;
	if (!(udp[8] & 8))
		return MC_R_VXLAN_FLAGS;
	return get16(udp + 4) >= 30 && get16(udp + 4) <= total - header ? 0 : MC_R_MALFORMED;
}

static int parse(const uint8_t *data, size_t size, int fill, struct mc_outer *outer)
{
	mc_packet packet = { .data = data, .length = size };
	struct mc_outer_match match = { .vxlan_port = MC_BE16(4789) };

	memcpy(&match.local, local, sizeof(local));
	memset(outer, fill, sizeof(*outer));
	return mc_vxlan_parse(&packet, (__u32)size, &match, outer);
}

static void check_outer(const uint8_t *data, size_t size, const struct mc_outer *outer)
{
	size_t header = (data[14] & 15) * 4u;
	const uint8_t *vxlan = data + 14 + header + 8;

	REQUIRE(outer->inner == 14 + header + 16 && outer->inner + ETH_HLEN <= size);
	REQUIRE(outer->end == 14 + header + get16(vxlan - 4));
	REQUIRE(outer->inner + ETH_HLEN <= outer->end); /* inside the UDP payload, */
	REQUIRE(outer->end <= 14u + get16(data + 16));	/* which is inside the IP packet */
	REQUIRE(outer->vni == ((__u32)vxlan[4] << 16 | get16(vxlan + 5)));
	REQUIRE(outer->tos == data[15]);
	REQUIRE(mc_addr_is_v4(&outer->source) && !memcmp(&outer->source.word[3], data + 26, 4));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mc_outer outer, again;
	struct reading inner;
	int reason = parse(data, size, 0, &outer);
	uint8_t *copy;
	size_t end;

	REQUIRE(reason == expected(data, size));
	REQUIRE(reason == parse(data, size, 0xff, &again));
	if (reason)
		return 0;
	check_outer(data, size, &outer);
	REQUIRE(!memcmp(&outer, &again, sizeof(outer)));
	end = 14 + get16(data + 16);
	copy = fuzz_copy(data, end);
	REQUIRE(!parse(copy, end, 0, &again));
	free(copy);
	copy = fuzz_copy(data + outer.inner, outer.end - outer.inner);
	check_reading(read_frame, copy, outer.end - outer.inner, &inner);
	free(copy);
	return 0;
}
