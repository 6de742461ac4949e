/* SPDX-License-Identifier: Apache-2.0 */
/* The input is any frame, taken the whole way of the datapath: headers, message, records, sources. */
#include "fuzz.h"
#include "membership.h"

static void check_data(const uint8_t *data, const struct reading *r)
{
	int reason = mc_frame_check_data(&r->frame);

	REQUIRE(reason >= 0 && reason < MC_REASON_COUNT);
	if (reason)
		return;
	REQUIRE(data[0] & 1 && r->frame.ttl && r->frame.protocol != 6);
	REQUIRE(!mc_addr_is_multicast(&r->frame.source) && !mc_addr_is_zero(&r->frame.source));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading r;

	check_reading(read_frame, data, size, &r);
	if (!r.loaded)
		return 0;
	REQUIRE(size >= 34 && r.frame.ipv6 == (get16(data + 12) == ETH_P_IPV6));
	REQUIRE(r.frame.ttl == data[r.frame.ipv6 ? 21 : 22]);
	/* what a whole IP packet is, and what of one */
	REQUIRE(r.frame.end == (r.frame.ipv6 ? 54 + get16(data + 18) : 14 + get16(data + 16)));
	/* a message is valid only to a group, or a query to whom it likes */
	if (!r.reason && r.message.kind != MC_MESSAGE_QUERY)
		REQUIRE(mc_frame_mac_matches(&r.frame));
	if (r.reason == MC_R_NOT_OURS)
		check_data(data, &r);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	return mutate_frame(data, size, max_size, seed);
}
