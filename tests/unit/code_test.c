/* SPDX-License-Identifier: Apache-2.0 */
/* include/bpfcast/message.h: times of queries, as coded. */
#include <bpfcast/message.h>
#include <bpfcast/util.h>
#include <tests/kit/test.h>

/* RFC 9776 section 4.1.1: linear below 128, then (mant | 0x10) << (exp + 3). */
static void codes_of_8_bits(void **state)
{
	static const struct {
		__u8 code;
		__u32 value;
	} cases[] = {
		{ 0, 0 },      { 1, 1 },       { 100, 100 },	{ 125, 125 },	 { 127, 127 },
		{ 0x80, 128 }, { 0x81, 136 },  { 0x8f, 248 },	{ 0x90, 256 },	 { 0x9f, 496 },
		{ 0xa0, 512 }, { 0xbc, 1792 }, { 0xf0, 16384 }, { 0xfe, 30720 }, { 0xff, 31744 },
	};

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++)
		assert_int_equal(mc_code8_value(cases[i].code), cases[i].value);
	for (unsigned int code = 0; code < 255; code++)
		assert_true(mc_code8_value(code) < mc_code8_value(code + 1));
}

/* RFC 9777 section 5.1.3: linear below 32768, then (mant | 0x1000) << (exp + 3). */
static void codes_of_16_bits(void **state)
{
	static const struct {
		__u16 code;
		__u32 value;
	} cases[] = {
		{ 0, 0 },	   { 1000, 1000 },	{ 10000, 10000 },    { 32767, 32767 },
		{ 0x8000, 32768 }, { 0x8001, 32776 },	{ 0x8fff, 65528 },   { 0x9000, 65536 },
		{ 0x9001, 65552 }, { 0xf000, 4194304 }, { 0xfffe, 8386560 }, { 0xffff, 8387584 },
	};

	(void)state;
	for (size_t i = 0; i < MC_ARRAY_SIZE(cases); i++)
		assert_int_equal(mc_code16_value(cases[i].code), cases[i].value);
	for (unsigned int code = 0; code < 0xffff; code++)
		assert_true(mc_code16_value(code) < mc_code16_value(code + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_of_8_bits),
		cmocka_unit_test(codes_of_16_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
