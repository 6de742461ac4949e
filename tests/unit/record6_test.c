/* SPDX-License-Identifier: Apache-2.0 */
/* include/bpfcast/mld.h: the records of a v2 report, RFC 9777 section 5.2. */
#include <stdlib.h>
#include <string.h>

#include <bpfcast/mld.h>
#include <bpfcast/util.h>
#include <tests/kit/mld.h>
#include <tests/kit/packet.h>
#include <tests/kit/random.h>
#include <tests/kit/test.h>

#define GROUP	     ip6("ff15::1:2:3")
#define MESSAGE	     (14 + 40 + 8) /* offset in a frame with Router Alert */
#define FULL_REPORT  72		   /* records in an IP packet of 1500 bytes */
#define FULL_SOURCES 89		   /* sources of one */
#define RECORDS_MAX  64

static struct frame frame;
static struct mc_message mld;

/* On a copy of exactly its size, so that ASan sees a read beyond it. */
static int parse(void)
{
	__u8 *copy = malloc(frame.length);
	mc_packet packet = { copy, frame.length };
	struct mc_frame h;
	int reason;

	assert_non_null(copy);
	memcpy(copy, frame.byte, frame.length);
	reason = mc_frame_load(&packet, 0, frame.length, MC_BE16(ETHERTYPE_IPV6), &h);
	if (!reason) {
		assert_int_equal(mc_mld_find(&packet, &h), 1);
		reason = mc_mld_parse(&packet, &h, &mld);
	}
	free(copy);
	return reason;
}

static void expect_addr(const struct mc_addr *is, struct ip6 wanted)
{
	assert_memory_equal(is, &wanted, sizeof(wanted));
}

/* The walk over a parsed report finds @records one after the other. */
static void expect_walk(const struct record6 *records, unsigned int count)
{
	mc_packet packet = { frame.byte, frame.length };
	__u32 offset = mld.offset;

	assert_int_equal(mld.kind, MC_MESSAGE_REPORT);
	assert_int_equal(mld.version, 2);
	assert_int_equal(mld.records, count);
	for (unsigned int i = 0; i < count; i++) {
		struct mc_record record = { 0 };
		struct mc_addr source = { 0 };

		assert_int_equal(mc_record_load(&packet, 1, offset, mld.end, &record), 0);
		assert_int_equal(record.type, records[i].type);
		expect_addr(&record.group, records[i].group);
		assert_int_equal(record.sources, records[i].sources);
		assert_int_equal(record.offset, offset + 20);
		for (unsigned int j = 0; j < record.sources; j++) {
			assert_int_equal(
				mc_address_load(&packet, 1, record.offset + 16 * j, &source), 0);
			expect_addr(&source, source6_at(j));
		}
		offset = record.next;
	}
	assert_true(offset <= mld.end);
}

static void build(const struct record6 *records, unsigned int count)
{
	struct report6 report = { 0 };

	packet_mld(&frame, ALL_V2_ROUTERS6);
	frame_report6(&frame, &report);
	for (unsigned int i = 0; i < count; i++)
		frame_record6(&frame, &records[i]);
	frame_finish(&frame);
}

static void a_report_that_linux_sent(void **state)
{
	const struct record6 record = { .type = ALLOW, .group = ip6("ff35::5"), .sources = 2 };

	(void)state;
	frame_from_hex(
		&frame,
		"3333000000160200000a000186dd6000000000440001fe8000000000000000000000000a0001"
		"ff0200000000000000000000000000163a000502000001008f00748f0000000105000002ff35"
		"0000000000000000000000000005fd000009000000000000000000000001fd00000900000000"
		"0000000000000002");
	assert_int_equal(parse(), 0);
	expect_walk(&record, 1);
}

/* A type that is none is for the caller to skip. */
static void each_type(void **state)
{
	struct record6 record = { .group = GROUP };

	(void)state;
	for (int type = 0; type < 256; type++) {
		record.type = type;
		for (record.sources = 0; record.sources < 4; record.sources++) {
			build(&record, 1);
			assert_int_equal(parse(), 0);
			expect_walk(&record, 1);
		}
	}
}

static void as_many_as_fit(void **state)
{
	static struct record6 records[FULL_REPORT];

	(void)state;
	for (unsigned int i = 0; i < FULL_REPORT; i++)
		records[i] = (struct record6){ .type = IS_EX, .group = ip6_plus(GROUP, i) };
	build(records, FULL_REPORT);
	assert_true(frame.length <= 1500 + 14 && frame.length > 1500 + 14 - 20);
	assert_int_equal(parse(), 0);
	expect_walk(records, FULL_REPORT);
	records[0].type = IS_IN;
	records[0].sources = FULL_SOURCES;
	build(records, 1);
	assert_true(frame.length <= 1500 + 14 && frame.length > 1500 + 14 - 16);
	assert_int_equal(parse(), 0);
	expect_walk(records, 1);
}

static void auxiliary_data_is_stepped_over(void **state)
{
	(void)state;
	for (unsigned int aux = 0; aux < 256; aux++) {
		const struct record6 records[] = {
			{ .type = TO_EX, .group = GROUP, .aux_words = aux },
			{ .type = TO_IN, .group = GROUP, .sources = 2, .aux_words = 255 - aux },
			{ .type = ALLOW, .group = ip6_plus(GROUP, 2), .sources = 1 },
		};

		build(records, 3);
		assert_int_equal(parse(), 0);
		expect_walk(records, 3);
	}
}

static void records_of_any_shape(void **state)
{
	static struct record6 records[RECORDS_MAX];
	struct random random;

	(void)state;
	random_start(&random, 0);
	for (int i = 0; i < 2000; i++) {
		unsigned int count = random_below(&random, RECORDS_MAX);

		for (unsigned int j = 0; j < count; j++)
			records[j] = (struct record6){
				.type = random_below(&random, 256),
				.group = ip6_plus(GROUP, random_below(&random, 0xffffffff)),
				.sources = random_below(&random, 9),
				.aux_words = random_below(&random, 5),
			};
		build(records, count);
		assert_int_equal(parse(), 0);
		expect_walk(records, count);
	}
}

static int parse_lie(int records_off, const struct record6 *last)
{
	const struct record6 first = { .type = TO_EX, .group = GROUP, .sources = 2 };
	const struct report6 report = { .records_off = records_off };

	packet_mld(&frame, ALL_V2_ROUTERS6);
	frame_report6(&frame, &report);
	frame_record6(&frame, &first);
	frame_record6(&frame, last);
	frame_finish(&frame);
	return parse();
}

static void counts_that_lie(void **state)
{
	const struct record6 record = {
		.type = TO_EX, .group = GROUP, .sources = 3, .aux_words = 2
	};
	struct record6 last = record;

	(void)state;
	for (int off = -2; off <= 0xffff - 2; off++)
		assert_int_equal(parse_lie(off, &record), off > 0 ? MC_R_MLD_TRUNCATED : 0);
	for (int off = -3; off <= 0xffff - 3; off++) {
		last.sources_off = off;
		assert_int_equal(parse_lie(0, &last), off > 0 ? MC_R_MLD_TRUNCATED : 0);
	}
	last = record;
	for (int off = -2; off <= 255 - 2; off++) {
		last.aux_off = off;
		assert_int_equal(parse_lie(0, &last), off > 0 ? MC_R_MLD_TRUNCATED : 0);
	}
}

static void a_record_at_the_very_end(void **state)
{
	struct mc_record record = { 0 };
	mc_packet packet;

	(void)state;
	packet_record6(&frame, TO_EX, GROUP, 1);
	packet = (mc_packet){ frame.byte, frame.length };
	for (__u32 end = 0; end <= frame.length; end++)
		assert_int_equal(!!mc_record_load(&packet, 1, MESSAGE + 8, end, &record),
				 end < frame.length);
	for (__u32 offset = frame.length - 19; offset < frame.length + 9; offset++)
		assert_int_not_equal(mc_record_load(&packet, 1, offset, frame.length, &record), 0);
	/* the end that the message claims is not believed beyond the packet */
	assert_int_not_equal(
		mc_record_load(&packet, 1, frame.length - 19, frame.length + 99, &record), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_that_linux_sent),
		cmocka_unit_test(each_type),
		cmocka_unit_test(as_many_as_fit),
		cmocka_unit_test(auxiliary_data_is_stepped_over),
		cmocka_unit_test(records_of_any_shape),
		cmocka_unit_test(counts_that_lie),
		cmocka_unit_test(a_record_at_the_very_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
