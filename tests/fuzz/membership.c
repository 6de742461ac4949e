/* SPDX-License-Identifier: Apache-2.0 */
#include "membership.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define INNER 50 /* where an inner frame lies behind the outer headers of VXLAN */

unsigned int get16(const uint8_t *at)
{
	return (unsigned int)at[0] << 8 | at[1];
}

unsigned int ones_sum(const uint8_t *data, size_t size, unsigned int sum)
{
	for (size_t i = 0; i < size; i++) {
		sum += i % 2 ? data[i] : (unsigned int)data[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

unsigned int pseudo_sum(const uint8_t *ip, size_t size)
{
	return ones_sum(ip + 8, 32, (unsigned int)size + IPPROTO_ICMPV6);
}

bool records_fit(const uint8_t *data, size_t at, size_t end, unsigned int records, bool ipv6)
{
	size_t address = ipv6 ? 16 : 4;

	while (records--) {
		if (at + 4 + address > end)
			return false;
		at += 4 + address + get16(data + at + 2) * address + data[at + 1] * (size_t)4;
	}
	return at <= end;
}

static void require_address(const struct mc_addr *addr, const uint8_t *at, bool ipv6)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (ipv6) {
		REQUIRE(!memcmp(addr, at, 16));
		return;
	}
	REQUIRE(!memcmp(addr, mapped, 12));
	REQUIRE(!memcmp(addr->byte + 12, at, 4));
}

/* Walks a valid report as the datapath does, and beside it by the lengths in its bytes. */
static void check_records(mc_packet *packet, const uint8_t *data, const struct mc_message *m)
{
	size_t size = m->ipv6 ? 16 : 4, at = m->offset, next;
	__u32 offset = m->offset;
	struct mc_record record;
	struct mc_addr source;

	REQUIRE(records_fit(data, at, m->end, m->records, m->ipv6));
	for (unsigned int i = 0; i < m->records; i++, at = next) {
		REQUIRE(!mc_record_load(packet, m->ipv6, offset, m->end, &record));
		REQUIRE(record.type == data[at] && record.sources == get16(data + at + 2));
		REQUIRE(record.offset == at + 4 + size);
		require_address(&record.group, data + at + 4, m->ipv6);
		next = at + 4 + size + record.sources * size + data[at + 1] * (size_t)4;
		REQUIRE(record.next == next && next <= m->end);
		for (size_t s = 0; s < record.sources; s++) {
			REQUIRE(record.offset + (s + 1) * size <= next);
			REQUIRE(!mc_address_load(packet, m->ipv6, record.offset + s * size,
						 &source));
			require_address(&source, data + record.offset + s * size, m->ipv6);
		}
		offset = record.next;
	}
	REQUIRE(offset == at && at <= m->end);
	REQUIRE(m->records || at == m->offset);
}

static void check_message(mc_packet *packet, const uint8_t *data, const struct reading *r)
{
	const struct mc_message *m = &r->message;
	const struct mc_frame *f = &r->frame;
	size_t length = f->end - f->payload;

	REQUIRE(m->end == f->end && m->end <= packet->length);
	REQUIRE(m->ipv6 == f->ipv6 && m->kind <= MC_MESSAGE_REPORT);
	REQUIRE(m->version >= 1 && m->version <= (m->ipv6 ? 2 : 3));
	REQUIRE(m->offset == f->payload + 8 &&
		length >= (m->ipv6 && m->kind != MC_MESSAGE_REPORT ? 24u : 8u));
	REQUIRE((m->kind == MC_MESSAGE_REPORT) ==
		(data[f->payload] == (m->ipv6 ? MC_MLD_V2_REPORT : MC_IGMP_V3_REPORT)));
	if (m->kind == MC_MESSAGE_REPORT) {
		REQUIRE(m->records == get16(data + f->payload + 6));
		check_records(packet, data, m);
		return;
	}
	REQUIRE(!m->records);
	require_address(&m->group, data + f->payload + (m->ipv6 ? 8 : 4), m->ipv6);
}

/* The same reading of the same frame that begins @moved bytes later. */
static void require_same(const struct reading *a, const struct reading *b, __u32 moved)
{
	REQUIRE(a->reason == b->reason && a->loaded == b->loaded);
	if (a->loaded) {
		REQUIRE(a->frame.payload + moved == b->frame.payload);
		REQUIRE(a->frame.end + moved == b->frame.end);
		REQUIRE(mc_addr_equal(&a->frame.source, &b->frame.source));
		REQUIRE(mc_addr_equal(&a->frame.group, &b->frame.group));
		REQUIRE(a->frame.protocol == b->frame.protocol);
		REQUIRE(a->frame.ttl == b->frame.ttl && a->frame.tos == b->frame.tos);
		REQUIRE(a->frame.fragment == b->frame.fragment);
		REQUIRE(a->frame.ipv6 == b->frame.ipv6);
	}
	if (a->reason)
		return;
	REQUIRE(a->message.kind == b->message.kind && a->message.version == b->message.version);
	REQUIRE(a->message.ipv6 == b->message.ipv6 && a->message.records == b->message.records);
	REQUIRE(a->message.offset + moved == b->message.offset);
	REQUIRE(a->message.end + moved == b->message.end);
	if (a->message.kind != MC_MESSAGE_REPORT)
		REQUIRE(mc_addr_equal(&a->message.group, &b->message.group));
}

/* With @fill in all that is not read. */
static void read_filled(read_fn read, const uint8_t *data, size_t size, __u32 offset, int fill,
			struct reading *r)
{
	mc_packet packet = { .data = data, .length = size };

	memset(r, fill, sizeof(*r));
	read(&packet, offset, r);
	REQUIRE(r->reason >= 0 && r->reason < MC_REASON_COUNT);
}

/* Alone, without what follows the IP packet; and behind other headers. */
static void check_elsewhere(read_fn read, const uint8_t *data, size_t size,
			    const struct reading *first)
{
	struct reading r;
	uint8_t *copy;

	if (first->loaded) {
		copy = fuzz_copy(data, first->frame.end);
		read_filled(read, copy, first->frame.end, 0, 0xa5, &r);
		require_same(first, &r, 0);
		free(copy);
	}
	copy = malloc(INNER + size);
	if (!copy)
		abort();
	memset(copy, 0x5a, INNER);
	if (size)
		memcpy(copy + INNER, data, size);
	read_filled(read, copy, INNER + size, INNER, 0, &r);
	require_same(first, &r, INNER);
	free(copy);
}

/* Replaces the 16 bits at @at, or the last 8: the message is valid no more. */
static void check_flip(read_fn read, uint8_t *data, size_t size, size_t at, size_t end,
		       unsigned int mask)
{
	unsigned int low = at + 1 < end ? mask & 0xff : 0;
	unsigned int old = (unsigned int)data[at] << 8 | (at + 1 < end ? data[at + 1] : 0);
	unsigned int new = old ^ ((mask & 0xff00) | low);
	struct reading r;

	/* 0x0000 and 0xffff are the two zeros of ones' complement */
	if (new == old || (old == 0 && new == 0xffff) || (old == 0xffff && new == 0))
		return;
	data[at] ^= mask >> 8;
	if (low)
		data[at + 1] ^= low;
	read_filled(read, data, size, 0, 0, &r);
	REQUIRE(r.reason);
	data[at] ^= mask >> 8;
	if (low)
		data[at + 1] ^= low;
}

static void check_flips(read_fn read, const uint8_t *data, size_t size, const struct reading *r)
{
	uint8_t *copy = fuzz_copy(data, size);
	uint32_t hash = fuzz_hash(data, size);
	size_t words = (r->frame.end - r->frame.payload + 1) / 2;
	size_t at = r->frame.payload + 2 * ((hash >> 16) % words);

	check_flip(read, copy, size, at, r->frame.end, hash & 0xffff);
	check_flip(read, copy, size, at, r->frame.end, 0x0100 << (hash & 7));
	check_flip(read, copy, size, at, r->frame.end, 1 << (hash & 7));
	if (r->frame.ipv6) /* the addresses are in the pseudo-header */
		check_flip(read, copy, size, 22 + 2 * ((hash >> 4) % 16), size, hash >> 16);
	free(copy);
}

void check_reading(read_fn read, const uint8_t *data, size_t size, struct reading *r)
{
	mc_packet packet = { .data = data, .length = size };
	struct reading again;

	read_filled(read, data, size, 0, 0, r);
	read_filled(read, data, size, 0, 0xff, &again);
	require_same(r, &again, 0);
	if (r->loaded)
		REQUIRE(r->frame.end <= size);
	check_elsewhere(read, data, size, r);
	if (r->reason)
		return;
	REQUIRE(r->loaded && r->frame.payload <= r->frame.end);
	check_message(&packet, data, r);
	check_flips(read, data, size, r);
}
