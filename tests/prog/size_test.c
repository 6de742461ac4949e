/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs do not grow unseen: instructions of each as it is loaded, its subprograms included. Clang 14
 * and 19 differ by two in a hundred, so a bound is what the larger makes and a tenth; what it catches is a
 * loop unrolled, or a function inlined in many places. Who means the growth raises the bound.
 */
#include <string.h>

#include <bpf/libbpf.h>
#include <bpfcast.skel.h>
#include <bpfcast/util.h>
#include <tests/kit/datapath.h>
#include <tests/kit/test.h>

static const struct {
	const char *name;
	size_t most;
} bounds[] = {
	{ "port_ingress", 3300 },     { "port_membership", 4140 }, { "control", 2350 },
	{ "underlay_ingress", 3730 }, { "underlay_guard", 2000 },
};

static size_t bound(const char *name)
{
	for (size_t i = 0; i < MC_ARRAY_SIZE(bounds); i++)
		if (!strcmp(bounds[i].name, name))
			return bounds[i].most;
	print_message("%s has no bound here\n", name);
	return 0;
}

static void no_program_outgrows_its_bound(void **state)
{
	struct datapath *d = *state;
	struct bpf_program *program;
	int above = 0, count = 0;

	bpf_object__for_each_program(program, d->skeleton->obj) {
		size_t size = bpf_program__insn_cnt(program);
		size_t most = bound(bpf_program__name(program));

		print_message("%s: %zu instructions, at most %zu\n", bpf_program__name(program),
			      size, most);
		above += size > most;
		count++;
	}
	assert_int_equal(above, 0);
	assert_int_equal(count, MC_ARRAY_SIZE(bounds));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_program_outgrows_its_bound, datapath_setup,
						datapath_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
