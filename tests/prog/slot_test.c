/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ten thousand random joins and leaves, reported and static, of groups that are small, full, absent,
 * deleted and added again; after each the reason, and every now and then all tables, compared with a
 * model that is as simple as it can be.
 */
#include <errno.h>

#include <tests/kit/expect.h>
#include <tests/kit/invariant.h>
#include <tests/kit/netns.h>
#include <tests/kit/random.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#define STEPS	    10000
#define CHECK_EVERY 100
#define GROUP_EVERY 500 /* one is deleted or added */
#define PAIRS	    5
#define PORTS	    (2 * PAIRS) /* both ends of each pair */
#define FIRST	    IP4(239, 4, 0, 0)

/* Slots of each group; a group that comes and goes has room for all. */
static const __u32 sizes[] = { 1, 2, 3, 5, 8, 9, 16, PORTS, PORTS };
#define GROUPS	    (sizeof(sizes) / sizeof(sizes[0]))
#define FIRST_LOOSE 7 /* from here on they come and go */

struct model_member {
	__u8 origins; /* 0: no member */
	bool served;
	bool pending;
};

static struct {
	struct model_member member[PORTS][GROUPS];
	struct {
		bool there;
		__u32 used, high;
	} group[GROUPS];
} model;

static __u32 port[PORTS];
static struct frame frame;

/* The model's slot: a hole if there is one, else a fresh one; false: full. */
static bool model_serve(unsigned int g, struct model_member *m)
{
	if (m->served)
		return true;
	if (model.group[g].used == sizes[g])
		return false;
	if (model.group[g].used++ == model.group[g].high)
		model.group[g].high++;
	m->served = true;
	return true;
}

static enum mc_reason model_join(unsigned int p, unsigned int g, __u8 origin)
{
	struct model_member *m = &model.member[p][g];

	if (!model.group[g].there) {
		m->pending |= origin == MC_ORIGIN_REPORT;
		return MC_R_REPORT_PENDING;
	}
	m->origins |= origin;
	return model_serve(g, m) ? MC_R_REPORT : MC_R_GROUP_FULL;
}

static enum mc_reason model_leave(unsigned int p, unsigned int g, __u8 origin)
{
	struct model_member *m = &model.member[p][g];
	bool left = m->origins & origin;

	m->origins &= ~origin;
	if (!m->origins && m->served) {
		model.group[g].used--;
		m->served = false;
	}
	if (left && m->origins)
		model_serve(g, m); /* who stays and still waits is looked at again */
	return left ? MC_R_REPORT : MC_R_REPORT_IGNORED;
}

static void step_report(struct datapath *d, unsigned int p, unsigned int g, unsigned int way)
{
	static void (*const build[])(struct frame *, __u32) = {
		packet_join_v2, packet_join_v2, packet_join_v3, packet_leave_v2, packet_leave_v3,
	};
	struct model_member *m = &model.member[p][g];

	build[way](&frame, FIRST + g);
	if (way < 3) {
		expect_port(d, port[p], &frame, model_join(p, g, MC_ORIGIN_REPORT));
	} else if (m->pending) { /* under which reason, pending_test.c asks */
		m->pending = false;
		assert_int_equal(datapath_port(d, port[p], &frame, NULL), TC_DROP);
	} else {
		expect_port(d, port[p], &frame, model_leave(p, g, MC_ORIGIN_REPORT));
	}
}

static void step_control(struct datapath *d, unsigned int p, unsigned int g, unsigned int way)
{
	struct mc_member_key key = member_key(VNI, port[p], FIRST + g);
	enum mc_reason reason =
		way ? model_join(p, g, MC_ORIGIN_STATIC) : model_leave(p, g, MC_ORIGIN_STATIC);
	int wanted = reason == MC_R_REPORT ? 0 : reason == MC_R_GROUP_FULL ? -ENOSPC : -ENOENT;

	assert_int_equal(
		datapath_control(d, way ? MC_OP_JOIN : MC_OP_LEAVE, &key, MC_ORIGIN_STATIC),
		wanted);
}

static void step_group(struct datapath *d, unsigned int g)
{
	bool there = model.group[g].there;

	model.group[g].there = !there;
	model.group[g].used = model.group[g].high = 0;
	for (unsigned int p = 0; p < PORTS; p++) {
		struct model_member *m = &model.member[p][g];

		if (there) {
			*m = (struct model_member){ .pending = m->origins & MC_ORIGIN_REPORT };
		} else if (m->pending) {
			*m = (struct model_member){ .origins = MC_ORIGIN_REPORT };
			model_serve(g, m);
		}
	}
	if (there)
		del_group(d, VNI, FIRST + g);
	else
		add_group(d, VNI, FIRST + g, sizes[g]);
}

static void compare(struct datapath *d)
{
	static struct vector vector;
	struct mc_member member;

	check_invariants(d);
	for (unsigned int g = 0; g < GROUPS; g++) {
		for (unsigned int p = 0; p < PORTS; p++) {
			const struct model_member *m = &model.member[p][g];
			bool there = is_member(d, VNI, port[p], FIRST + g) &&
				     get_member(d, VNI, port[p], FIRST + g, &member);

			assert_int_equal(is_pending(d, VNI, port[p], FIRST + g), m->pending);
			assert_int_equal(there ? member.origins : 0, m->origins);
			assert_int_equal(there && member.slot != MC_SLOT_NONE, m->served);
		}
		if (!model.group[g].there)
			continue;
		get_vector(d, VNI, FIRST + g, &vector);
		assert_int_equal(vector.state.used, model.group[g].used);
		assert_int_equal(vector.state.high, model.group[g].high);
	}
}

static void ten_thousand_random_joins_and_leaves(void **state)
{
	struct datapath *d = *state;
	struct random random;

	random_start(&random, 0);
	for (unsigned int p = 0; p < PORTS; p++)
		add_port(d, port[p], VNI);
	for (unsigned int g = 0; g < FIRST_LOOSE; g++)
		step_group(d, g);
	for (unsigned int i = 1; i <= STEPS; i++) {
		unsigned int p = random_below(&random, PORTS);
		unsigned int g = random_below(&random, GROUPS);
		unsigned int way = random_below(&random, 7);

		if (way < 5)
			step_report(d, p, g, way);
		else
			step_control(d, p, g, way - 5);
		if (i % GROUP_EVERY == 0)
			step_group(d, FIRST_LOOSE + random_below(&random, GROUPS - FIRST_LOOSE));
		if (i % CHECK_EVERY == 0)
			compare(d);
	}
}

static int enter(void **state)
{
	static const char *const names[PAIRS] = { "v0", "v1", "v2", "v3", "v4" };
	static const char *const peers[PAIRS] = { "v0p", "v1p", "v2p", "v3p", "v4p" };

	(void)state;
	netns_enter();
	for (int i = 0; i < PAIRS; i++) {
		port[2 * i] = netns_veth(names[i]);
		port[2 * i + 1] = netns_index(peers[i]);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ten_thousand_random_joins_and_leaves,
						datapath_setup, datapath_teardown),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
