/* SPDX-License-Identifier: Apache-2.0 */
/* The input is an IPv4 frame with an IGMP message, whatever its protocol field says. */
#include "fuzz.h"
#include "membership.h"

static bool is_source(const uint8_t *ip)
{
	bool zero = !(ip[12] | ip[13] | ip[14] | ip[15]);

	return zero || (ip[12] != 0 && ip[12] != 127 && ip[12] < 224);
}

static bool is_to(const uint8_t *ip, const uint8_t *group)
{
	return ip[16] == group[0] && ip[17] == group[1] && ip[18] == group[2] && ip[19] == group[3];
}

/* A message of which the IP header is sound: does it hold what the RFCs ask for? */
static bool message_valid(const uint8_t *ip, const uint8_t *igmp, size_t length)
{
	static const uint8_t all_routers[4] = { 224, 0, 0, 2 },
			     all_v3_routers[4] = { 224, 0, 0, 22 };

	if (length < 8 || ones_sum(igmp, length, 0) != 0xffff)
		return false;
	switch (igmp[0]) {
	case 0x11:
		return length == 8 || length >= 12;
	case 0x12:
	case 0x16:
		return is_to(ip, igmp + 4);
	case 0x17:
		return is_to(ip, igmp + 4) || is_to(ip, all_routers);
	case 0x22:
		return is_to(ip, all_v3_routers) &&
		       records_fit(igmp, 8, length, get16(igmp + 6), false);
	default:
		return false;
	}
}

static bool frame_valid(const uint8_t *data, size_t size)
{
	const uint8_t *ip = data + 14;
	size_t header, total;

	if (size < 34)
		return false;
	header = (ip[0] & 15) * 4u;
	total = get16(ip + 2);
	if (ip[0] >> 4 != 4 || header < 20 || total < header || total > size - 14)
		return false;
	if (get16(ip + 6) & 0x3fff || ip[8] != 1 || !is_source(ip))
		return false;
	return message_valid(ip, ip + header, total - header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading r;

	check_reading(read_igmp, data, size, &r);
	REQUIRE(frame_valid(data, size) == !r.reason);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	return mutate_frame(data, size, max_size, seed);
}
