/* SPDX-License-Identifier: Apache-2.0 */
#include "membership.h"

#include <string.h>

#include "fuzz.h"

enum {			/* bits of the seed: what to make right; all of it more often than not */
       KEEP_ALL = 0x07, /* none of these set: nothing at all */
       KEEP_LENGTH = 0x18,
       KEEP_TTL = 0x60,
       KEEP_ADDRESS = 0x180,
};

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = value >> 8;
	at[1] = value & 0xff;
}

static void repair_checksum(uint8_t *message, size_t length, unsigned int sum)
{
	put16(message + 2, 0);
	put16(message + 2, ~ones_sum(message, length, sum) & 0xffff);
}

/* The destination that the type asks for. */
static void address4(uint8_t *eth, uint8_t *ip, const uint8_t *igmp)
{
	static const uint8_t mac[3] = { 0x01, 0x00, 0x5e };
	static const uint8_t all_v3_routers[4] = { 224, 0, 0, 22 },
			     all_routers[4] = { 224, 0, 0, 2 };

	if (igmp[0] == MC_IGMP_V3_REPORT)
		memcpy(ip + 16, all_v3_routers, 4);
	else if (igmp[0] == MC_IGMP_V2_LEAVE)
		memcpy(ip + 16, all_routers, 4);
	else
		memcpy(ip + 16, igmp + 4, 4);
	memcpy(eth, mac, 3);
	eth[3] = ip[17] & 0x7f;
	memcpy(eth + 4, ip + 18, 2);
}

static void repair4(uint8_t *eth, size_t size, unsigned int seed)
{
	uint8_t *ip = eth + 14, *igmp;
	size_t header = (ip[0] & 15) * 4u, total;

	if (size < 14 + header + 8 || header < 20)
		return;
	if (seed & KEEP_LENGTH)
		put16(ip + 2, (unsigned int)size - 14);
	total = get16(ip + 2);
	if (total < header + 8 || total > size - 14)
		return;
	igmp = ip + header;
	if (seed & KEEP_TTL) {
		put16(ip + 6, 0);
		ip[8] = 1;
		ip[9] = IPPROTO_IGMP;
	}
	if (seed & KEEP_ADDRESS)
		address4(eth, ip, igmp);
	repair_checksum(igmp, total - header, 0);
}

static void address6(uint8_t *eth, uint8_t *ip, const uint8_t *mld, size_t length)
{
	static const uint8_t mac[2] = { 0x33, 0x33 };
	static const uint8_t all_routers[15] = { 0xff, 0x02 };

	if (mld[0] == MC_MLD_V2_REPORT || mld[0] == MC_MLD_V1_DONE) {
		memcpy(ip + 24, all_routers, 15);
		ip[39] = mld[0] == MC_MLD_V2_REPORT ? 0x16 : 2;
	} else if (length >= 24) {
		memcpy(ip + 24, mld + 8, 16);
	}
	memcpy(eth, mac, 2);
	memcpy(eth + 2, ip + 36, 4);
}

static void repair6(uint8_t *eth, size_t size, unsigned int seed)
{
	uint8_t *ip = eth + 14;
	uint8_t next;
	size_t at = 54, end;

	if (size < 54)
		return;
	if (seed & KEEP_LENGTH)
		put16(ip + 4, (unsigned int)size - 54);
	if (seed & KEEP_TTL)
		ip[7] = 1;
	end = 54 + get16(ip + 4);
	next = ip[6];
	while (next == 0 || next == 43 || next == 44 || next == 60) {
		if (at + 8 > end || end > size)
			return;
		next = eth[at];
		at += eth[at + 1] * (size_t)8 + 8;
	}
	if (next != IPPROTO_ICMPV6 || at + 8 > end || end > size)
		return;
	if (seed & KEEP_ADDRESS)
		address6(eth, ip, eth + at, end - at);
	repair_checksum(eth + at, end - at, pseudo_sum(ip, end - at));
}

size_t mutate_frame(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	size = LLVMFuzzerMutate(data, size, max_size);
	if (size < 34 || !(seed & KEEP_ALL))
		return size;
	put16(data + 12, data[14] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP);
	if (data[14] >> 4 == 6)
		repair6(data, size, seed);
	else if (data[14] >> 4 == 4)
		repair4(data, size, seed);
	return size;
}
