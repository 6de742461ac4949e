/* SPDX-License-Identifier: Apache-2.0 */
/* include/bpfcast/checksum.h against vectors from elsewhere, and the kit's own sum at each length. */
#include <string.h>

#include <bpfcast/checksum.h>
#include <bpfcast/util.h>
#include <tests/kit/frame.h>
#include <tests/kit/random.h>
#include <tests/kit/test.h>

static struct frame frame;

static bool is_valid(const struct frame *f, __u32 offset, __u32 length)
{
	mc_packet packet = { f->byte, f->length };

	return mc_checksum_valid(&packet, offset, length, 0);
}

static void vectors_from_elsewhere(void **state)
{
	static const char *const valid[] = {
		/* RFC 1071 section 3: the sum is ddf2, so the checksum 220d */
		"0001 f203 f4f5 f6f7 220d",
		/* an IPv4 header, as often printed: 192.168.0.1 to 192.168.0.199 */
		"4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7",
		/* scapy 2.5.0: IGMP(type=0x16, gaddr='239.1.2.3', mrcode=0) */
		"1600 f8fa ef01 0203",
		/* ... IGMPv3(type=0x11, mrcode=100)/IGMPv3mq(gaddr='0.0.0.0', qrv=2, qqic=125) */
		"1164 ec1e 0000 0000 027d 0000", "ffff", "ffff 0000", "ffff ffff",
		"00ff ff", /* of odd length: 00ff + ff00 */
	};

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(valid); i++) {
		frame_from_hex(&frame, valid[i]);
		assert_true(is_valid(&frame, 0, frame.length));
		for (size_t bit = 0; bit < 8 * frame.length; bit++) {
			frame.byte[bit / 8] ^= 1 << bit % 8;
			assert_false(is_valid(&frame, 0, frame.length));
			frame.byte[bit / 8] ^= 1 << bit % 8;
		}
	}
	frame_from_hex(&frame, "0000 0000"); /* a sum of zero: only all zeros have it */
	assert_false(is_valid(&frame, 0, 4));
}

/* The checksum in the first two bytes of a message of random bytes behind @offset others. */
static void check_length(struct random *random, size_t offset, size_t length)
{
	frame_start(&frame);
	for (size_t i = 0; i < offset + length + 3; i++)
		frame_add8(&frame, random_below(random, 256));
	frame_set16(&frame, offset, 0);
	frame_set16(&frame, offset, frame_fold(frame_sum(&frame, offset, length, 0)));
	assert_true(is_valid(&frame, offset, length));
	frame.byte[offset + length - 1] ^= 0x10;
	assert_false(is_valid(&frame, offset, length));
	frame.byte[offset + length - 1] ^= 0x10;
	frame.byte[offset + length] ^= 0xff; /* what is behind it does not count */
	assert_true(is_valid(&frame, offset, length));
}

static void each_length(void **state)
{
	struct random random;

	(void)state;
	random_start(&random, 0);
	for (size_t length = 2; length < 400; length++)
		for (size_t offset = 0; offset < 68; offset += 17)
			check_length(&random, offset, length);
	check_length(&random, 34, 1480);
	check_length(&random, 34, 1481);
}

/* Sums of ones only, which carry most: the largest message there is. */
static void carries(void **state)
{
	(void)state;
	frame_start(&frame);
	frame_add(&frame, NULL, 65535);
	memset(frame.byte, 0xff, frame.length);
	assert_true(is_valid(&frame, 0, 65534));
	assert_false(is_valid(&frame, 0, 65535));
	assert_false(is_valid(&frame, 1, 65533));
	assert_true(is_valid(&frame, 1, 65534));
}

static void a_range_beyond_the_packet_is_not_valid(void **state)
{
	(void)state;
	frame_from_hex(&frame, "1600 f8fa ef01 0203");
	assert_false(is_valid(&frame, 0, 9));
	assert_false(is_valid(&frame, 1, 8));
	assert_false(is_valid(&frame, 8, 1));
	assert_false(is_valid(&frame, 9, 1));
	assert_false(is_valid(&frame, 0xffffffff, 8));
	assert_false(is_valid(&frame, 0, 65535));
	assert_false(is_valid(&frame, 0, 0)); /* of nothing there is no checksum */
}

/* The start of a pseudo header counts as its words in front of the range would. */
static void the_sum_starts_with_a_pseudo_header(void **state)
{
	struct random random;

	(void)state;
	random_start(&random, 0);
	for (int i = 0; i < 1000; i++) {
		mc_packet packet = { frame.byte, 0 };
		__u32 word[10];
		__u64 start = 0;

		frame_start(&frame);
		for (int j = 0; j < 40 + 33; j++)
			frame_add8(&frame, i ? random_below(&random, 256) : 0xff);
		packet.length = frame.length;
		memcpy(word, frame.byte, sizeof(word));
		for (int j = 0; j < 10; j++)
			start += word[j];
		frame_set16(&frame, 42, 0);
		frame_set16(&frame, 42, frame_fold(frame_sum(&frame, 0, 73, 0)));
		assert_true(mc_checksum_valid(&packet, 40, 33, start));
		assert_true(mc_checksum_valid(&packet, 0, 73, 0));
		assert_false(mc_checksum_valid(&packet, 40, 33, start + 1));
	}
}

static void fold(void **state)
{
	struct random random;

	(void)state;
	assert_int_equal(mc_checksum_fold(0), 0);
	assert_int_equal(mc_checksum_fold(0xffff), 0xffff);
	assert_int_equal(mc_checksum_fold(0x10000), 1);
	assert_int_equal(mc_checksum_fold(0xffffffff), 0xffff);
	assert_int_equal(mc_checksum_fold(0x100000000), 1);
	assert_int_equal(mc_checksum_fold(0xffffffffffffffff), 0xffff);
	random_start(&random, 0);
	for (int i = 0; i < 100000; i++) {
		__u64 sum = (__u64)random_below(&random, 0xffffffff) << 32 |
			    random_below(&random, 0xffffffff);

		assert_int_equal(mc_checksum_fold(sum) % 0xffff, sum % 0xffff);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_from_elsewhere),
		cmocka_unit_test(each_length),
		cmocka_unit_test(carries),
		cmocka_unit_test(a_range_beyond_the_packet_is_not_valid),
		cmocka_unit_test(the_sum_starts_with_a_pseudo_header),
		cmocka_unit_test(fold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
