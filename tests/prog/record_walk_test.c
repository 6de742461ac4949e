/* SPDX-License-Identifier: Apache-2.0 */
/* Reports with many records, with records of any shape, and with less in them than they say. */
#include <bpfcast/util.h>
#include <tests/kit/expect.h>
#include <tests/kit/scene.h>
#include <tests/kit/snapshot.h>
#include <tests/kit/test.h>

#define MANY	     IP4(239, 2, 0, 0)
#define ETHERNET     14
#define IP_AND_RA    24
#define MESSAGE	     (ETHERNET + IP_AND_RA) /* offset of the IGMP message */
#define FULL_REPORT  183		    /* records in an IP packet of 1500 bytes */
#define FULL_SOURCES 366		    /* sources of one, without Router Alert */

static __u32 port;
static struct frame frame, cut;

static unsigned int members_of(struct datapath *d, __u32 first, unsigned int count)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < count; i++)
		found += is_member(d, VNI, port, first + i);
	return found;
}

static void many_records_join_as_many_groups(void **state)
{
	const struct datapath_sizes sizes = { .groups = 256 };
	struct datapath *d = datapath_new(&sizes);

	(void)state;
	add_port(d, port, VNI);
	add_groups(d, VNI, MANY, FULL_REPORT, 1);
	packet_report(&frame, TO_EX, MANY, 180);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_int_equal(members_of(d, MANY, FULL_REPORT), 180);
	assert_int_equal(port_state(d, port).groups, 180);
	assert_int_equal(port_state(d, port).reports, 1);

	packet_report(&frame, TO_IN, MANY, 180);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_int_equal(members_of(d, MANY, FULL_REPORT), 0);

	packet_report(&frame, IS_EX, MANY, FULL_REPORT);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_int_equal(members_of(d, MANY, FULL_REPORT), FULL_REPORT);
	datapath_free(d);
}

/* Records of all shapes in one report: each found where it is, whatever stands before it. */
static void records_have_no_fixed_stride(void **state)
{
	static const struct record records[] = {
		{ .type = TO_EX, .group = EMPTY, .sources = 3, .aux_words = 2 },
		{ .type = 99, .group = UNKNOWN, .sources = 5, .aux_words = 1 },
		{ .type = BLOCK, .group = UNKNOWN, .sources = 1 },
		{ .type = TO_IN, .group = REMOTE, .sources = 1 },
		{ .type = TO_EX, .group = UNKNOWN + 1, .aux_words = 255 },
		{ .type = ALLOW, .group = UNKNOWN + 2, .sources = 7 },
		{ .type = TO_IN, .group = UNKNOWN + 3 },
	};
	struct report report = { 0 };
	struct datapath *d = *state;

	packet_igmp(&frame, ALL_V3_ROUTERS);
	frame_report(&frame, &report);
	for (size_t i = 0; i < MC_ARRAY_SIZE(records); i++)
		frame_record(&frame, &records[i]);
	frame_add_pattern(&frame, 12); /* additional data, RFC 9776 section 4.2.11 */
	frame_finish(&frame);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_true(is_member(d, VNI, port, EMPTY));
	assert_true(is_member(d, VNI, port, REMOTE));
	assert_false(is_pending(d, VNI, port, UNKNOWN));
	assert_true(is_pending(d, VNI, port, UNKNOWN + 1));
	assert_true(is_pending(d, VNI, port, UNKNOWN + 2));
	assert_false(is_pending(d, VNI, port, UNKNOWN + 3));
	assert_int_equal(port_state(d, port).groups, 4);
}

static void a_record_of_366_sources(void **state)
{
	const struct record record = { .type = TO_EX, .group = EMPTY, .sources = FULL_SOURCES };
	struct ipv4 ip = igmp_header(ALL_V3_ROUTERS);
	struct report report = { 0 };
	struct datapath *d = *state;

	ip.options_length = 0;
	frame_start(&frame);
	frame_ethernet(&frame, mac_of_group(ALL_V3_ROUTERS), HOST_MAC, ETHERTYPE_IPV4);
	frame_ipv4(&frame, &ip);
	frame_report(&frame, &report);
	frame_record(&frame, &record);
	frame_finish(&frame);
	assert_int_equal(frame.length, 1500 + ETHERNET);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_true(is_member(d, VNI, port, EMPTY));
}

static void no_records_at_all(void **state)
{
	packet_report(&frame, TO_EX, EMPTY, 0);
	expect_port(*state, port, &frame, MC_R_REPORT_IGNORED);
}

/* A leave, a join, a join to come, one that is refused: each has its way, one reason is counted. */
static void what_was_refused_counts_most(void **state)
{
	static const struct record records[] = {
		{ .type = TO_EX, .group = EMPTY },
		{ .type = TO_EX, .group = SERVED }, /* its one slot is taken */
		{ .type = TO_EX, .group = UNKNOWN },
		{ .type = TO_EX, .group = IP4(224, 0, 0, 5) },
		{ .type = TO_EX, .group = IP4(10, 0, 0, 5) },
		{ .type = TO_EX, .group = REMOTE },
	};
	struct report report = { 0 };
	struct datapath *d = *state;

	packet_igmp(&frame, ALL_V3_ROUTERS);
	frame_report(&frame, &report);
	for (size_t i = 0; i < MC_ARRAY_SIZE(records); i++)
		frame_record(&frame, &records[i]);
	frame_finish(&frame);
	expect_port(d, port, &frame, MC_R_GROUP_FULL);
	assert_true(is_member(d, VNI, port, EMPTY));
	assert_true(is_pending(d, VNI, port, UNKNOWN));
	assert_true(is_member(d, VNI, port, REMOTE));
	assert_false(is_member(d, VNI, port, IP4(10, 0, 0, 5)));
	assert_false(is_member(d, VNI, port, IP4(224, 0, 0, 5)));
}

/* Records with and without sources and auxiliary data, of groups that are there and that are not. */
static void build_mixture(void)
{
	static const struct record records[] = {
		{ .type = TO_EX, .group = EMPTY },
		{ .type = TO_IN, .group = REMOTE, .sources = 3, .aux_words = 1 },
		{ .type = TO_EX, .group = UNKNOWN, .sources = 1 },
		{ .type = TO_IN, .group = SERVED },
	};
	struct report report = { 0 };

	packet_igmp(&frame, ALL_V3_ROUTERS);
	frame_report(&frame, &report);
	for (size_t i = 0; i < MC_ARRAY_SIZE(records); i++)
		frame_record(&frame, &records[i]);
	frame_finish(&frame);
}

/* Sets the IP packet's length and checksum, and the message's, right for a frame that was cut. */
static void mend_headers(struct frame *f)
{
	frame_set16(f, ETHERNET + 2, f->length - ETHERNET);
	frame_set16(f, ETHERNET + 10, 0);
	frame_set16(f, ETHERNET + 10, frame_fold(frame_sum(f, ETHERNET, IP_AND_RA, 0)));
	if (f->length < MESSAGE + 4)
		return;
	frame_set16(f, MESSAGE + 2, 0);
	frame_set16(f, MESSAGE + 2, frame_fold(frame_sum(f, MESSAGE, f->length - MESSAGE, 0)));
}

/* Bytes lost on the way: the IP header says more than there is. BPF_PROG_RUN takes no less than an
 * Ethernet and an IP header; shorter frames come by a device, in device_test.c. */
static void cut_at_each_byte_on_the_wire(void **state)
{
	struct datapath *d = *state;
	struct snapshot *before = snapshot_take(d);

	build_mixture();
	for (size_t length = ETHERNET + 20; length < frame.length; length++) {
		frame_copy(&cut, &frame);
		frame_cut(&cut, length);
		expect_port(d, port, &cut, MC_R_MALFORMED);
		snapshot_check(d, before, "cut on the wire at", length);
	}
	snapshot_free(before);
	expect_port(d, port, &frame, MC_R_REPORT);
}

/* A host that sends less than it says, with headers and checksum that fit what it sends. */
static void cut_at_each_byte_by_the_host(void **state)
{
	struct datapath *d = *state;
	struct snapshot *before = snapshot_take(d);

	build_mixture();
	for (size_t length = MESSAGE; length < frame.length; length++) {
		frame_copy(&cut, &frame);
		frame_cut(&cut, length);
		mend_headers(&cut);
		expect_port(d, port, &cut, MC_R_IGMP_TRUNCATED);
		snapshot_check(d, before, "cut by the host at", length);
	}
	snapshot_free(before);
}

/* The largest report, cut by the host within each of its records. */
static void cut_within_each_of_180_records(void **state)
{
	struct datapath *d = *state;
	struct snapshot *before = snapshot_take(d);

	packet_report(&frame, TO_EX, UNKNOWN, 180);
	for (size_t length = MESSAGE + 8 + 7; length < frame.length; length += 8) {
		frame_copy(&cut, &frame);
		frame_cut(&cut, length);
		mend_headers(&cut);
		expect_port(d, port, &cut, MC_R_IGMP_TRUNCATED);
		snapshot_check(d, before, "cut at", length);
	}
	snapshot_free(before);
}

static void expect_lie(struct datapath *d, const struct snapshot *before, struct report report,
		       struct record last, enum mc_reason reason, size_t number)
{
	static const struct record first = { .type = TO_EX, .group = EMPTY, .sources = 2 };

	packet_igmp(&frame, ALL_V3_ROUTERS);
	frame_report(&frame, &report);
	frame_record(&frame, &first);
	frame_record(&frame, &last);
	frame_finish(&frame);
	expect_port(d, port, &frame, reason);
	snapshot_check(d, before, "lie", number);
}

static void counts_that_lie_change_nothing(void **state)
{
	const struct record join = { .type = TO_EX, .group = REMOTE, .sources = 1 };
	struct datapath *d = *state;
	struct snapshot *before = snapshot_take(d);
	struct record last;

	expect_lie(d, before, (struct report){ .records_off = 1 }, join, MC_R_IGMP_TRUNCATED, 1);
	expect_lie(d, before, (struct report){ .records_off = 65533 }, join, MC_R_IGMP_TRUNCATED,
		   2);
	expect_lie(d, before, (struct report){ .checksum_off = 1 }, join, MC_R_IGMP_CHECKSUM, 3);
	for (int i = 0; i < 16; i++) {
		last = join;
		last.sources_off = 1 << i;
		expect_lie(d, before, (struct report){ 0 }, last, MC_R_IGMP_TRUNCATED, 100 + i);
	}
	for (int i = 0; i < 8; i++) {
		last = join;
		last.aux_off = 1 << i;
		expect_lie(d, before, (struct report){ 0 }, last, MC_R_IGMP_TRUNCATED, 200 + i);
	}
	snapshot_free(before);
}

/* One record fewer than there are: the rest is additional data. */
static void records_beyond_the_count_are_not_read(void **state)
{
	const struct report report = { .records_off = -1 };
	const struct record records[] = {
		{ .type = TO_EX, .group = EMPTY },
		{ .type = TO_EX, .group = REMOTE },
	};
	struct datapath *d = *state;

	packet_igmp(&frame, ALL_V3_ROUTERS);
	frame_report(&frame, &report);
	frame_record(&frame, &records[0]);
	frame_record(&frame, &records[1]);
	frame_finish(&frame);
	expect_port(d, port, &frame, MC_R_REPORT);
	assert_true(is_member(d, VNI, port, EMPTY));
	assert_false(is_member(d, VNI, port, REMOTE));
}

static int enter(void **state)
{
	scene_enter(state);
	port = scene.port[0];
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_records_join_as_many_groups),
		scene_test(records_have_no_fixed_stride),
		scene_test(a_record_of_366_sources),
		scene_test(no_records_at_all),
		scene_test(what_was_refused_counts_most),
		scene_test(cut_at_each_byte_on_the_wire),
		scene_test(cut_at_each_byte_by_the_host),
		scene_test(cut_within_each_of_180_records),
		scene_test(counts_that_lie_change_nothing),
		scene_test(records_beyond_the_count_are_not_read),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
