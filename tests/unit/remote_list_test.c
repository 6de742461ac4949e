/* SPDX-License-Identifier: Apache-2.0 */
/* maps/remote_list.h: what a list of remotes with filters becomes as a vector, and back. */
#include <errno.h>
#include <string.h>

#include <bpfcast/util.h>
#include <maps/remote_list.h>
#include <tests/kit/test.h>

/* 10.0.0.@host */
static struct mc_addr source(__u8 host)
{
	return mc_addr_v4(MC_BE32(0x0a000000 | host));
}

static void add(struct mc_remote_list *list, __u32 vtep, enum mc_form form, __u8 flags,
		bool include, const __u8 *hosts, __u32 count)
{
	struct mc_remote slot = { .vtep = vtep, .form = form, .flags = flags };
	struct mc_addr sources[64];
	struct mc_filter filter = { include, count, sources };

	for (__u32 i = 0; i < count; i++)
		sources[i] = source(hosts[i]);
	assert_int_equal(mc_remote_list_add(list, &slot, &filter), 0);
}

static const struct mc_remote *slot_at(const struct mc_remote_line *lines, __u32 i)
{
	return &lines[1 + i / MC_REMOTE_LINE_SLOTS].slot[i % MC_REMOTE_LINE_SLOTS];
}

static const struct mc_addr *source_at(const struct mc_remote_line *lines, __u32 i)
{
	return &lines[lines->head.sources + i / MC_REMOTE_LINE_SLOTS]
			.source[i % MC_REMOTE_LINE_SLOTS];
}

static void nothing_is_a_head_alone(void **state)
{
	mc_autoremotes struct mc_remote_list list = { 0 };
	mc_autofree struct mc_remote_line *lines = NULL;
	static const struct mc_remotes_head head = { .sources = 1 };
	__u32 count;

	(void)state;
	assert_int_equal(mc_remote_list_compile(&list, &lines, &count), 0);
	assert_int_equal(count, 1);
	assert_memory_equal(&lines->head, &head, sizeof(head));
	assert_int_equal(mc_remote_list_parse(&list, lines, count), 0);
	assert_int_equal(list.count, 0);
}

/* The longest form first, equals together at the end of their form, else in order. */
static void slots_are_sorted(void **state)
{
	static const __u32 expected[] = { 3, 5, 2, 4, 1, 6, 0 };
	mc_autoremotes struct mc_remote_list list = { 0 };
	mc_autofree struct mc_remote_line *lines = NULL;
	__u32 count;

	(void)state;
	add(&list, 0, MC_FORM_V4, 0, false, NULL, 0);
	add(&list, 1, MC_FORM_V6, 0, false, NULL, 0);
	add(&list, 2, MC_FORM_V6_TAGGED, MC_REMOTE_F_EQUAL, false, NULL, 0);
	add(&list, 3, MC_FORM_V6_TAGGED, 0, false, NULL, 0);
	add(&list, 4, MC_FORM_V6_TAGGED, MC_REMOTE_F_EQUAL | MC_REMOTE_F_M2P, false, NULL, 0);
	add(&list, 5, MC_FORM_V6_TAGGED, 0, false, NULL, 0);
	add(&list, 6, MC_FORM_V6, 0, false, NULL, 0);
	assert_int_equal(mc_remote_list_compile(&list, &lines, &count), 0);
	assert_int_equal(count, 3);
	assert_int_equal(lines->head.count, 7);
	assert_int_equal(lines->head.equals, 2);
	assert_int_equal(lines->head.first_equal, 2);
	assert_int_equal(lines->head.sources, 3);
	assert_true(lines->head.zero == 0);
	for (__u32 i = 0; i < MC_ARRAY_SIZE(expected); i++)
		assert_int_equal(slot_at(lines, i)->vtep, expected[i]);
	assert_int_equal(slot_at(lines, 3)->flags, MC_REMOTE_F_EQUAL | MC_REMOTE_F_M2P);
}

static void filters_are_flags_and_sources(void **state)
{
	static const __u8 three[] = { 200, 7, 9 }, five[] = { 5, 4, 3, 2, 1 };
	static const __u8 expected[] = { 7, 9, 200, 1, 2, 3, 4, 5 };
	mc_autoremotes struct mc_remote_list list = { 0 };
	mc_autofree struct mc_remote_line *lines = NULL;
	struct mc_addr wanted;
	__u32 count;

	(void)state;
	add(&list, 0, MC_FORM_V4, 0, false, NULL, 0);
	add(&list, 1, MC_FORM_V4, 0, true, three, 3);
	add(&list, 2, MC_FORM_V4, 0, false, five, 5);
	add(&list, 3, MC_FORM_V4, 0, true, NULL, 0);
	assert_int_equal(mc_remote_list_compile(&list, &lines, &count), 0);
	assert_int_equal(count, 1 + 1 + 2);
	assert_int_equal(slot_at(lines, 0)->flags, 0);
	assert_int_equal(slot_at(lines, 0)->sources, 0);
	assert_int_equal(slot_at(lines, 1)->flags, MC_REMOTE_F_FILTER | MC_REMOTE_F_DENY);
	assert_int_equal(slot_at(lines, 1)->first, 0);
	assert_int_equal(slot_at(lines, 1)->sources, 3);
	assert_int_equal(slot_at(lines, 2)->flags, MC_REMOTE_F_FILTER);
	assert_int_equal(slot_at(lines, 2)->first, 3);
	assert_int_equal(slot_at(lines, 2)->sources, 5);
	assert_int_equal(slot_at(lines, 3)->flags, MC_REMOTE_F_FILTER | MC_REMOTE_F_DENY);
	assert_int_equal(slot_at(lines, 3)->sources, 0);
	for (__u32 i = 0; i < MC_ARRAY_SIZE(expected); i++) {
		wanted = source(expected[i]);
		assert_memory_equal(source_at(lines, i), &wanted, sizeof(wanted));
	}
}

/* Compiled, parsed and compiled again, every number of slots and sources around a line's end. */
static void both_ways(void **state)
{
	static const __u8 hosts[] = { 9, 1, 8, 2, 7, 3, 6, 4, 5 };

	(void)state;
	for (__u32 slots = 0; slots <= 9; slots++)
		for (__u32 sources = 0; sources <= 9; sources++) {
			mc_autoremotes struct mc_remote_list list = { 0 }, back = { 0 };
			mc_autofree struct mc_remote_line *lines = NULL, *again = NULL;
			__u32 count, count_again;

			for (__u32 i = 0; i < slots; i++)
				add(&list, 100 + i, i % 3, i & 1 ? MC_REMOTE_F_M2P : 0, i & 2,
				    hosts, i ? sources : 0);
			assert_int_equal(mc_remote_list_compile(&list, &lines, &count), 0);
			assert_int_equal(mc_remote_list_parse(&back, lines, count), 0);
			assert_int_equal(back.count, slots);
			assert_int_equal(mc_remote_list_compile(&back, &again, &count_again), 0);
			assert_int_equal(count, count_again);
			assert_memory_equal(lines, again, count * sizeof(*lines));
		}
}

static void a_vector_that_lies_is_refused(void **state)
{
	static const __u8 hosts[] = { 1, 2, 3, 4 };
	mc_autoremotes struct mc_remote_list list = { 0 }, back = { 0 };
	mc_autofree struct mc_remote_line *lines = NULL;
	__u32 count;

	(void)state;
	add(&list, 1, MC_FORM_V4, 0, true, hosts, 4);
	assert_int_equal(mc_remote_list_compile(&list, &lines, &count), 0);
	assert_int_equal(mc_remote_list_parse(&back, lines, 0), -EINVAL);
	assert_int_equal(mc_remote_list_parse(&back, lines, count - 1), -EINVAL);
	lines->head.sources = count + 1;
	assert_int_equal(mc_remote_list_parse(&back, lines, count), -EINVAL);
	lines->head.sources = 2;
	lines->head.count = 100;
	assert_int_equal(mc_remote_list_parse(&back, lines, count), -EINVAL);
	lines->head.count = 1;
	lines[1].slot[0].first = 0xffffffff;
	assert_int_equal(mc_remote_list_parse(&back, lines, count), -EINVAL);
	lines[1].slot[0].first = 0;
	lines[1].slot[0].sources = 5;
	assert_int_equal(mc_remote_list_parse(&back, lines, count), -EINVAL);
	lines[1].slot[0].sources = 4;
	assert_int_equal(mc_remote_list_parse(&back, lines, count), 0);
	assert_int_equal(back.count, 1);
}

static void the_same_filter_is_known(void **state)
{
	static const __u8 hosts[] = { 1, 2, 3 };
	const struct mc_addr other[] = { source(3), source(1), source(2) };
	const struct mc_addr less[] = { source(3), source(1), source(4) };
	const struct mc_filter same = { true, 3, other }, exclude = { false, 3, other };
	const struct mc_filter different = { true, 3, less }, nothing = { true, 0, NULL };
	mc_autoremotes struct mc_remote_list list = { 0 };

	(void)state;
	add(&list, 1, MC_FORM_V4, 0, true, hosts, 3);
	add(&list, 2, MC_FORM_V4, 0, false, NULL, 0);
	assert_int_equal(mc_remote_wants(&list.item[0], &same), 1);
	assert_int_equal(mc_remote_wants(&list.item[0], &exclude), 0);
	assert_int_equal(mc_remote_wants(&list.item[0], &different), 0);
	assert_int_equal(mc_remote_wants(&list.item[0], &mc_filter_all), 0);
	assert_int_equal(mc_remote_wants(&list.item[1], &mc_filter_all), 1);
	assert_int_equal(mc_remote_wants(&list.item[1], &nothing), 0);
	assert_int_equal(mc_remote_list_find(&list, 2), 1);
	assert_int_equal(mc_remote_list_find(&list, 3), 2);
	mc_remote_list_del(&list, 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.item[0].slot.vtep, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_a_head_alone),
		cmocka_unit_test(slots_are_sorted),
		cmocka_unit_test(filters_are_flags_and_sources),
		cmocka_unit_test(both_ways),
		cmocka_unit_test(a_vector_that_lies_is_refused),
		cmocka_unit_test(the_same_filter_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
