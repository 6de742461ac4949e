/* SPDX-License-Identifier: Apache-2.0 */
/* include/bpfcast/igmp.h: the records of a v3 report, RFC 9776 section 4.2. */
#include <stdlib.h>
#include <string.h>

#include <bpfcast/igmp.h>
#include <bpfcast/util.h>
#include <tests/kit/packet.h>
#include <tests/kit/random.h>
#include <tests/kit/test.h>

#define GROUP	     IP4(239, 1, 2, 3)
#define MESSAGE	     (14 + 24)
#define FULL_REPORT  183 /* records in an IP packet of 1500 bytes */
#define FULL_SOURCES 366 /* sources of one, without Router Alert */
#define RECORDS_MAX  64

static struct frame frame;
static struct mc_message igmp;

/* A copy of exactly its size, so that ASan sees a read beyond it; freed by the caller. */
static mc_packet exact_copy(const struct frame *f)
{
	__u8 *copy = malloc(f->length);

	assert_non_null(copy);
	memcpy(copy, f->byte, f->length);
	return (mc_packet){ copy, f->length };
}

static int parse(const struct frame *f)
{
	mc_packet packet = exact_copy(f);
	struct mc_frame h;
	int reason = mc_frame_load(&packet, 0, f->length, MC_BE16(ETHERTYPE_IPV4), &h);

	if (!reason)
		reason = mc_igmp_parse(&packet, &h, &igmp);
	free((void *)packet.data);
	return reason;
}

/* The walk over a parsed report finds @records one after the other. */
static void expect_walk(const struct record *records, unsigned int count)
{
	mc_packet packet = { frame.byte, frame.length };
	__u32 offset = igmp.offset;

	assert_int_equal(igmp.records, count);
	for (unsigned int i = 0; i < count; i++) {
		struct mc_record record = { 0 };
		struct mc_addr source = { 0 };

		assert_int_equal(mc_record_load(&packet, 0, offset, igmp.end, &record), 0);
		assert_int_equal(record.type, records[i].type);
		assert_true(mc_addr_is_v4(&record.group));
		assert_int_equal(MC_BE32(record.group.word[3]), records[i].group);
		assert_int_equal(record.sources, records[i].sources);
		assert_int_equal(record.offset, offset + 8);
		for (unsigned int j = 0; j < record.sources; j++) {
			assert_int_equal(
				mc_address_load(&packet, 0, record.offset + 4 * j, &source), 0);
			assert_true(mc_addr_is_v4(&source));
			assert_int_equal(MC_BE32(source.word[3]), source_at(j));
		}
		offset = record.next;
	}
	assert_true(offset <= igmp.end);
}

static void build(const struct record *records, unsigned int count)
{
	struct report report = { 0 };

	packet_igmp(&frame, ALL_V3_ROUTERS);
	frame_report(&frame, &report);
	for (unsigned int i = 0; i < count; i++)
		frame_record(&frame, &records[i]);
	frame_finish(&frame);
}

/* IGMPv3mr of kit_test.c's builds_a_v3_report(), as scapy printed it. */
static void a_report_that_scapy_built(void **state)
{
	static const struct record records[] = {
		{ .type = TO_EX, .group = GROUP },
		{ .type = TO_IN, .group = IP4(232, 5, 5, 5), .sources = 2 },
		{ .type = BLOCK, .group = IP4(239, 255, 0, 1), .sources = 1 },
	};

	(void)state;
	frame_from_hex(
		&frame,
		"01005e0000160200000a0001080046c0004400000000010237e90af40101e000001694040000"
		"2200e4c90000000304000000ef01020303000002e80505050a0900010a09000206000001efff"
		"00010a090001");
	assert_int_equal(parse(&frame), 0);
	expect_walk(records, MC_ARRAY_SIZE(records));
}

static void as_many_records_as_fit(void **state)
{
	static struct record records[FULL_REPORT];

	(void)state;
	for (unsigned int i = 0; i < FULL_REPORT; i++)
		records[i] = (struct record){ .type = IS_EX, .group = GROUP + i };
	build(records, FULL_REPORT);
	assert_true(frame.length <= 1500 + 14);
	assert_int_equal(parse(&frame), 0);
	expect_walk(records, FULL_REPORT);
}

static void as_many_sources_as_fit(void **state)
{
	const struct record record = { .type = IS_IN, .group = GROUP, .sources = FULL_SOURCES };
	struct ipv4 ip = igmp_header(ALL_V3_ROUTERS);
	struct report report = { 0 };

	(void)state;
	ip.options_length = 0;
	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group(ALL_V3_ROUTERS), HOST_MAC, ETHERTYPE_IPV4);
	frame_ipv4(&frame, &ip);
	frame_report(&frame, &report);
	frame_record(&frame, &record);
	frame_finish(&frame);
	assert_int_equal(frame.length, 1500 + 14);
	assert_int_equal(parse(&frame), 0);
	expect_walk(&record, 1);
}

static void auxiliary_data_is_stepped_over(void **state)
{
	static struct record records[RECORDS_MAX];

	(void)state;
	for (unsigned int aux = 0; aux < 256; aux++) {
		records[0] = (struct record){ .type = TO_EX, .group = GROUP, .aux_words = aux };
		records[1] = (struct record){
			.type = TO_IN, .group = GROUP + 1, .sources = 2, .aux_words = 255 - aux
		};
		records[2] = (struct record){ .type = ALLOW, .group = GROUP + 2, .sources = 1 };
		build(records, 3);
		assert_int_equal(parse(&frame), 0);
		expect_walk(records, 3);
	}
}

static void records_of_any_shape(void **state)
{
	static struct record records[RECORDS_MAX];
	struct random random;

	(void)state;
	random_start(&random, 0);
	for (int i = 0; i < 2000; i++) {
		unsigned int count = random_below(&random, RECORDS_MAX);

		for (unsigned int j = 0; j < count; j++)
			records[j] = (struct record){
				.type = random_below(&random, 256),
				.group = random_below(&random, 0xffffffff),
				.sources = random_below(&random, 9),
				.aux_words = random_below(&random, 5),
			};
		build(records, count);
		assert_int_equal(parse(&frame), 0);
		expect_walk(records, count);
	}
}

/* Sets lengths and checksums right again after a cut. */
static void mend(struct frame *f)
{
	frame_set16(f, 14 + 2, f->length - 14);
	frame_set16(f, MESSAGE + 2, 0);
	frame_set16(f, MESSAGE + 2, frame_fold(frame_sum(f, MESSAGE, f->length - MESSAGE, 0)));
}

static void a_report_cut_at_each_byte(void **state)
{
	static const struct record records[] = {
		{ .type = TO_EX, .group = GROUP },
		{ .type = TO_IN, .group = GROUP + 1, .sources = 3, .aux_words = 2 },
		{ .type = ALLOW, .group = GROUP + 2, .sources = 1 },
		{ .type = 99, .group = GROUP + 3, .aux_words = 1 },
	};

	(void)state;
	build(records, MC_ARRAY_SIZE(records));
	assert_int_equal(parse(&frame), 0);
	for (size_t length = frame.length; length-- > MESSAGE + 8;) {
		frame_cut(&frame, length);
		assert_int_equal(parse(&frame), MC_R_MALFORMED); /* on the way */
		mend(&frame);
		assert_int_equal(parse(&frame), MC_R_IGMP_TRUNCATED); /* by the sender */
	}
}

static int parse_lie(struct report report, struct record last)
{
	static const struct record first = { .type = TO_EX, .group = GROUP, .sources = 2 };

	packet_igmp(&frame, ALL_V3_ROUTERS);
	frame_report(&frame, &report);
	frame_record(&frame, &first);
	frame_record(&frame, &last);
	frame_finish(&frame);
	return parse(&frame);
}

static void counts_that_lie(void **state)
{
	const struct record record = {
		.type = TO_EX, .group = GROUP, .sources = 3, .aux_words = 2
	};
	struct record last = record;

	(void)state;
	assert_int_equal(parse_lie((struct report){ 0 }, record), 0);
	for (int off = 1; off <= 0xffff - 2; off++)
		assert_int_equal(parse_lie((struct report){ .records_off = off }, record),
				 MC_R_IGMP_TRUNCATED);
	assert_int_equal(parse_lie((struct report){ .records_off = -1 }, record), 0);
	assert_int_equal(parse_lie((struct report){ .records_off = -2 }, record), 0);
	for (int off = -3; off <= 0xffff - 3; off++) {
		last.sources_off = off;
		assert_int_equal(parse_lie((struct report){ 0 }, last),
				 off > 0 ? MC_R_IGMP_TRUNCATED : 0);
	}
	last = record;
	for (int off = -2; off <= 255 - 2; off++) {
		last.aux_off = off;
		assert_int_equal(parse_lie((struct report){ 0 }, last),
				 off > 0 ? MC_R_IGMP_TRUNCATED : 0);
	}
}

static void a_record_at_the_very_end(void **state)
{
	struct mc_record record = { 0 };
	mc_packet packet;

	(void)state;
	packet_record(&frame, TO_EX, GROUP, 1);
	packet = (mc_packet){ frame.byte, frame.length };
	for (__u32 end = 0; end <= frame.length; end++)
		assert_int_equal(!!mc_record_load(&packet, 0, MESSAGE + 8, end, &record),
				 end < frame.length);
	for (__u32 offset = MESSAGE + 9; offset < frame.length + 9; offset++)
		assert_int_not_equal(mc_record_load(&packet, 0, offset, frame.length, &record), 0);
	/* the end that the message claims is not believed beyond the packet */
	assert_int_not_equal(
		mc_record_load(&packet, 0, frame.length - 7, frame.length + 99, &record), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_that_scapy_built),
		cmocka_unit_test(as_many_records_as_fit),
		cmocka_unit_test(as_many_sources_as_fit),
		cmocka_unit_test(auxiliary_data_is_stepped_over),
		cmocka_unit_test(records_of_any_shape),
		cmocka_unit_test(a_report_cut_at_each_byte),
		cmocka_unit_test(counts_that_lie),
		cmocka_unit_test(a_record_at_the_very_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
