/* SPDX-License-Identifier: Apache-2.0 */
/* maps/underlay_group.h: of all multicast addresses, which may be underlay groups, and what is said of others. */
#include <errno.h>
#include <string.h>

#include <bpfcast/addr.h>
#include <bpfcast/log.h>
#include <maps/underlay_group.h>
#include <tests/kit/test.h>

/* Every combination of flags and scope: ff04 and nothing else. */
static void one_scope_without_flags(void **state)
{
	struct mc_addr addr = { .byte = { 0xff, [15] = 1 } };

	(void)state;
	for (unsigned int byte = 0; byte < 256; byte++) {
		addr.byte[1] = (__u8)byte;
		assert_int_equal(mc_underlay_group_check(&addr), byte == 0x04 ? 0 : -EINVAL);
		assert_int_equal(!*mc_log_take_error(), byte == 0x04);
	}
}

static void the_rest_of_the_address_is_free(void **state)
{
	struct mc_addr addr = { .byte = { 0xff, 0x04 } };

	(void)state;
	assert_int_equal(mc_underlay_group_check(&addr), 0);
	memset(addr.byte + 2, 0xff, 14);
	assert_int_equal(mc_underlay_group_check(&addr), 0);
	addr.byte[0] = 0xfe;
	assert_int_equal(mc_underlay_group_check(&addr), -EINVAL);
	addr = mc_addr_v4(MC_BE32(0xef010101));
	assert_int_equal(mc_underlay_group_check(&addr), -EINVAL);
}

static void each_scope_has_its_sentence(void **state)
{
	static const struct {
		__u8 byte;
		const char *words;
	} cases[] = {
		{ 0x01, "interface-local" },	{ 0x02, "link-local" },
		{ 0x03, "realm-local" },	{ 0x05, "site-local" },
		{ 0x08, "organization-local" }, { 0x0e, "global" },
		{ 0x07, "unassigned" },		{ 0x0f, "reserved" },
		{ 0x14, "flags 0x1" },
	};
	struct mc_addr addr = { .byte = { 0xff } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		addr.byte[1] = cases[i].byte;
		assert_int_equal(mc_underlay_group_check(&addr), -EINVAL);
		assert_non_null(strstr(mc_log_take_error(), cases[i].words));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_scope_without_flags),
		cmocka_unit_test(the_rest_of_the_address_is_free),
		cmocka_unit_test(each_scope_has_its_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
