/* SPDX-License-Identifier: Apache-2.0 */
/* The control program: each operation, each answer, and that the port is unlocked after all of them. */
#include <errno.h>

#include <maps/filter.h>
#include <maps/member.h>
#include <maps/table.h>
#include <tests/kit/expect.h>
#include <tests/kit/invariant.h>
#include <tests/kit/scene.h>
#include <tests/kit/snapshot.h>
#include <tests/kit/test.h>

static __u32 port;

static int ask(struct datapath *d, enum mc_request_op op, __u32 group, __u8 origins)
{
	struct mc_member_key key = member_key(VNI, port, group);

	return datapath_control(d, op, &key, origins);
}

static __u8 origins(struct datapath *d, __u32 group)
{
	struct mc_member member;

	return get_member(d, VNI, port, group, &member) ? member.origins : 0;
}

static void origins_are_held_one_by_one(void **state)
{
	struct datapath *d = *state;

	assert_int_equal(ask(d, MC_OP_JOIN, EMPTY, MC_ORIGIN_STATIC), 0);
	assert_int_equal(ask(d, MC_OP_JOIN, EMPTY, MC_ORIGIN_STATIC), 0);
	assert_int_equal(ask(d, MC_OP_JOIN, EMPTY, MC_ORIGIN_CONTROL), 0);
	assert_int_equal(origins(d, EMPTY), MC_ORIGIN_STATIC | MC_ORIGIN_CONTROL);
	assert_int_equal(ask(d, MC_OP_LEAVE, EMPTY, MC_ORIGIN_REPORT), -ENOENT);
	assert_int_equal(ask(d, MC_OP_LEAVE, EMPTY, MC_ORIGIN_STATIC), 0);
	assert_int_equal(ask(d, MC_OP_LEAVE, EMPTY, MC_ORIGIN_STATIC), -ENOENT);
	assert_int_equal(origins(d, EMPTY), MC_ORIGIN_CONTROL);
	assert_int_equal(ask(d, MC_OP_LEAVE, EMPTY, MC_ORIGIN_ALL), 0);
	assert_false(is_member(d, VNI, port, EMPTY));
	assert_int_equal(port_state(d, port).joins, 1);
	assert_int_equal(port_state(d, port).leaves, 1);
	assert_int_equal(port_state(d, port).groups, 0);
}

static void a_static_member_has_no_report(void **state)
{
	struct datapath *d = *state;
	struct mc_member member;

	assert_int_equal(ask(d, MC_OP_JOIN, EMPTY, MC_ORIGIN_STATIC), 0);
	assert_true(get_member(d, VNI, port, EMPTY, &member));
	assert_int_equal(member.version, 0);
	assert_int_equal(member.last_report, 0);
	assert_int_equal(member.exclude, MC_ORIGIN_STATIC);
	assert_true(member.since > 0);
}

static void join_refuses(void **state)
{
	const struct mc_port limited = { .vni = VNI };
	struct mc_member_key nowhere = member_key(VNI, NO_DEVICE, EMPTY);
	struct datapath *d = *state;

	assert_int_equal(ask(d, MC_OP_JOIN, UNKNOWN, MC_ORIGIN_STATIC), -ENOENT);
	assert_false(is_pending(d, VNI, port, UNKNOWN));
	assert_int_equal(datapath_control(d, MC_OP_JOIN, &nowhere, MC_ORIGIN_STATIC), -ENOENT);
	assert_int_equal(ask(d, MC_OP_JOIN, SERVED, MC_ORIGIN_STATIC), -ENOSPC);
	set_port_lock(d, port, 1);
	assert_int_equal(ask(d, MC_OP_JOIN, EMPTY, MC_ORIGIN_STATIC), -EBUSY);
	set_port_lock(d, port, 0);
	set_port(d, port, &limited);
	assert_int_equal(ask(d, MC_OP_JOIN, EMPTY, MC_ORIGIN_STATIC), -E2BIG);
	assert_false(is_member(d, VNI, port, EMPTY));
}

static void a_full_table_refuses(void **state)
{
	const struct datapath_sizes sizes = { .members = 1 };
	struct datapath *d = scene_new(&sizes);

	(void)state;
	assert_int_equal(ask(d, MC_OP_JOIN, EMPTY, MC_ORIGIN_STATIC), -ENOSPC);
	check_invariants(d);
	datapath_free(d);
}

/* What makes no sense changes nothing. */
static void nonsense_is_refused(void **state)
{
	struct mc_member_key key = member_key(VNI, port, EMPTY);
	struct datapath *d = *state;
	struct snapshot *before = snapshot_take(d);

	assert_int_equal(ask(d, 0, EMPTY, MC_ORIGIN_STATIC), -EINVAL);
	assert_int_equal(ask(d, MC_OP_RELINK + 1, EMPTY, MC_ORIGIN_STATIC), -EINVAL);
	assert_int_equal(ask(d, 255, EMPTY, MC_ORIGIN_STATIC), -EINVAL);
	for (size_t length = 15; length < sizeof(struct mc_request); length++)
		assert_int_equal(
			datapath_control_cut(d, MC_OP_JOIN, &key, MC_ORIGIN_STATIC, length),
			-EINVAL);
	snapshot_check(d, before, "nonsense", 0);
	snapshot_free(before);
}

static void set_sources(struct datapath *d, const struct mc_member_key *key)
{
	const struct mc_addr sources[] = { mc_addr_v4(MC_BE32(IP4(10, 9, 0, 1))),
					   mc_addr_v4(MC_BE32(IP4(10, 9, 0, 2))),
					   mc_addr_v4(MC_BE32(IP4(10, 9, 0, 3))) };
	const struct mc_filter filter = { .include = true, .count = 3, .sources = sources };
	struct mc_member member;

	assert_int_equal(mc_member_set(&d->in, key, MC_ORIGIN_STATIC, &filter), 0);
	assert_int_equal(mc_member_get(&d->in, key, &member), 0);
	assert_int_equal(member.sources, 3);
	check_invariants(d);
}

/* Someone has deleted an entry of a member's list by hand: at its head, in the middle, at its end. */
static void a_list_that_was_cut_is_linked_anew(void **state)
{
	struct mc_member_key key = member_key(VNI, port, EMPTY);
	struct datapath *d = *state;
	struct mc_member member;

	assert_int_equal(ask(d, MC_OP_RELINK, EMPTY, 0), -ENOENT);
	for (__u32 cut = 1; cut <= 3; cut++) {
		struct mc_source_key source = { key, mc_addr_v4(MC_BE32(IP4(10, 9, 0, cut))) };

		set_sources(d, &key);
		assert_int_equal(mc_table_del(&d->in, MC_TABLE_SOURCES, &source), 0);
		assert_int_equal(mc_member_mend_sources(&d->in, &key), 0);
		assert_int_equal(mc_member_get(&d->in, &key, &member), 0);
		assert_int_equal(member.sources, 2);
		check_invariants(d);
		set_sources(d, &key);
	}
}

/* A member has at least one origin, and none but the three there are. */
static void origins_that_are_none_are_refused(void **state)
{
	struct datapath *d = *state;

	assert_int_equal(ask(d, MC_OP_JOIN, EMPTY, 0), -EINVAL);
	assert_int_equal(ask(d, MC_OP_JOIN, EMPTY, 1 << 3), -EINVAL);
	assert_int_equal(ask(d, MC_OP_JOIN, EMPTY, MC_ORIGIN_REPORT), -EINVAL);
	assert_int_equal(ask(d, MC_OP_JOIN, EMPTY, MC_ORIGIN_STATIC | MC_ORIGIN_CONTROL), -EINVAL);
	assert_int_equal(ask(d, MC_OP_LEAVE, EMPTY, 0), -EINVAL);
	assert_false(is_member(d, VNI, port, EMPTY));
}

/* Tenants stay apart: a port can be a member in its own VNI only. */
static void another_vni_is_refused(void **state)
{
	struct mc_member_key key = member_key(OTHER_VNI, port, EMPTY);
	struct datapath *d = *state;

	add_group(d, OTHER_VNI, EMPTY, 4);
	assert_int_equal(datapath_control(d, MC_OP_JOIN, &key, MC_ORIGIN_STATIC), -EINVAL);
	assert_false(is_member(d, OTHER_VNI, port, EMPTY));
}

static int enter(void **state)
{
	scene_enter(state);
	port = scene.port[0];
	return 0;
}

static int leave(void **state)
{
	check_invariants(*state);
	return scene_teardown(state);
}

#define control_test(function) cmocka_unit_test_setup_teardown(function, scene_setup, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		control_test(origins_are_held_one_by_one),
		control_test(a_static_member_has_no_report),
		control_test(join_refuses),
		cmocka_unit_test(a_full_table_refuses),
		control_test(nonsense_is_refused),
		control_test(a_list_that_was_cut_is_linked_anew),
		scene_test(origins_that_are_none_are_refused),
		control_test(another_vni_is_refused),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
