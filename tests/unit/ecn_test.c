/* SPDX-License-Identifier: Apache-2.0 */
/* include/bpfcast/ecn.h against RFC 6040 section 4.2, figure 4. */
#include <bpfcast/ecn.h>
#include <tests/kit/test.h>

#define NOT_ECT 0
#define ECT0	2
#define ECT1	1
#define CE	3
#define DROP	(-1)

static void the_whole_table(void **state)
{
	static const int order[4] = { NOT_ECT, ECT0, ECT1, CE }; /* of rows and columns */
	static const int table[4][4] = {			 /* inner down, outer across */
					 { NOT_ECT, NOT_ECT, NOT_ECT, DROP },
					 { ECT0, ECT0, ECT1, CE },
					 { ECT1, ECT1, ECT1, CE },
					 { CE, CE, CE, CE }
	};

	(void)state;
	for (int inner = 0; inner < 4; inner++)
		for (int outer = 0; outer < 4; outer++)
			assert_int_equal(mc_ecn_decapsulate(order[outer], order[inner]),
					 table[inner][outer]);
}

/* DSCP is no business of it. */
static void only_two_bits_count(void **state)
{
	(void)state;
	for (int outer = 0; outer < 256; outer++)
		for (int inner = 0; inner < 256; inner++)
			assert_int_equal(mc_ecn_decapsulate(outer, inner),
					 mc_ecn_decapsulate(outer & 3, inner & 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_whole_table),
		cmocka_unit_test(only_two_bits_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
