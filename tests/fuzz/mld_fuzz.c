/* SPDX-License-Identifier: Apache-2.0 */
/* The input is an IPv6 frame, with an MLD message somewhere behind its extension headers. */
#include <string.h>

#include "fuzz.h"
#include "membership.h"

/* Is there a Router Alert among the options, and all of them inside the header? RFC 8200, 4.2. */
static bool has_alert(const uint8_t *options, size_t length)
{
	size_t at = 0;

	while (at < length) {
		if (options[at] == 0) {
			at++;
			continue;
		}
		if (at + 2 > length || at + 2 + options[at + 1] > length)
			return false;
		if (options[at] == 5 && options[at + 1] == 2)
			return true;
		at += 2u + options[at + 1];
	}
	return false;
}

/* Where the ICMPv6 header lies: first Hop-by-Hop Options with Router Alert; no fragment. 0: nowhere. */
static size_t find_icmp(const uint8_t *data, size_t end)
{
	size_t at = 54, length;
	uint8_t next = data[20];

	if (next != 0)
		return 0;
	while (next != IPPROTO_ICMPV6) {
		if (at + 8 > end || (next == 0 && at != 54) ||
		    (next != 0 && next != 43 && next != 60))
			return 0;
		length = data[at + 1] * (size_t)8 + 8;
		if (at + length > end)
			return 0;
		if (next == 0 && !has_alert(data + at + 2, length - 2))
			return 0;
		next = data[at];
		at += length;
	}
	return at;
}

static bool is_source(const uint8_t *source, uint8_t type)
{
	static const uint8_t zero[16];

	if (type != 130 && !memcmp(source, zero, 16))
		return true;
	return source[0] == 0xfe && source[1] >> 6 == 2;
}

static bool is_destination(const uint8_t *to, const uint8_t *mld)
{
	static const uint8_t all_routers[16] = { 0xff, 2, [15] = 2 };
	static const uint8_t all_v2_routers[16] = { 0xff, 2, [15] = 0x16 };

	switch (mld[0]) {
	case 131:
		return !memcmp(to, mld + 8, 16);
	case 132:
		return !memcmp(to, all_routers, 16);
	case 143:
		return !memcmp(to, all_v2_routers, 16);
	default:
		return mld[0] == 130;
	}
}

/* What each valid message has; the parser may refuse more, for it looks through few headers. */
static void require_valid(const uint8_t *data, size_t size)
{
	const uint8_t *ip = data + 14, *mld;
	size_t end, at, length;

	REQUIRE(size >= 54 && ip[0] >> 4 == 6 && ip[7] == 1);
	end = 54 + get16(ip + 4);
	REQUIRE(end <= size);
	at = find_icmp(data, end);
	REQUIRE(at && at + 8 <= end);
	mld = data + at;
	length = end - at;
	REQUIRE(ones_sum(mld, length, pseudo_sum(ip, length)) == 0xffff);
	REQUIRE(mld[0] == 143 || length >= 24);
	REQUIRE(mld[0] != 130 || length == 24 || length >= 28);
	REQUIRE(is_source(ip + 8, mld[0]) && is_destination(ip + 24, mld));
	if (mld[0] == 143)
		REQUIRE(records_fit(mld, 8, length, get16(mld + 6), true));
}

/* Nothing refused that is as all hosts send it: Router Alert and PadN, or the other way round. */
static bool is_plain(const uint8_t *data, size_t size)
{
	static const uint8_t alert_first[8] = { 58, 0, 5, 2, 0, 0, 1, 0 };
	static const uint8_t pad_first[8] = { 58, 0, 1, 0, 5, 2, 0, 0 };

	return size >= 62 && data[14] >> 4 == 6 && data[20] == 0 && data[21] == 1 &&
	       (!memcmp(data + 54, alert_first, 8) || !memcmp(data + 54, pad_first, 8));
}

static bool plain_valid(const uint8_t *data, size_t size)
{
	size_t end = 54 + get16(data + 18), length = end - 62;
	const uint8_t *mld = data + 62;

	if (end > size || end < 70 ||
	    ones_sum(mld, length, pseudo_sum(data + 14, length)) != 0xffff)
		return false;
	if (mld[0] != 143 && length < 24)
		return false;
	if (mld[0] == 130 && length > 24 && length < 28)
		return false;
	return is_source(data + 22, mld[0]) && is_destination(data + 38, mld) &&
	       (mld[0] != 143 || records_fit(mld, 8, length, get16(mld + 6), true));
}

/* Is what is left to the data path no MLD message that a host could still make something of? */
static void require_other(const uint8_t *data, const struct mc_frame *frame)
{
	uint8_t type;

	if (frame->protocol != IPPROTO_ICMPV6 || frame->fragment > 1)
		return;
	REQUIRE(frame->payload < frame->end);
	type = data[frame->payload];
	REQUIRE(type != 143 && (type < 130 || type > 132));
}

/* ::ffff:a.b.c.d as source or destination: refused before MLD is looked for. */
static bool names_ipv4(const uint8_t *data)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(data + 14 + 8, mapped, 12) || !memcmp(data + 14 + 24, mapped, 12);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading r;

	check_reading(read_mld, data, size, &r);
	if (!r.reason)
		require_valid(data, size);
	if (r.reason == MC_R_NOT_OURS)
		require_other(data, &r.frame);
	if (is_plain(data, size) && !names_ipv4(data))
		REQUIRE(plain_valid(data, size) == !r.reason);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	return mutate_frame(data, size, max_size, seed);
}
