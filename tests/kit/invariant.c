/* SPDX-License-Identifier: Apache-2.0 */
#include "invariant.h"

#include "fill.h"
#include "test.h"

struct count {
	struct datapath *d;
	const struct mc_group_key *group; /* NULL: of a port */
	__u32 ifindex;
	__u32 members, waiting;
	const struct vector *vector;
};

static bool same_group(const struct mc_member_key *key, const struct mc_group_key *group)
{
	return key->vni == group->vni && mc_addr_equal(&key->group, &group->group);
}

static int visit_member(const void *k, const void *v, void *arg)
{
	const struct mc_member_key *key = k;
	const struct mc_member *member = v;
	struct count *count = arg;

	if (!same_group(key, count->group))
		return 0;
	count->members++;
	assert_int_not_equal(member->origins, 0);
	if (member->slot == MC_SLOT_NONE) {
		count->waiting++;
		return 0;
	}
	assert_true(member->slot < count->vector->config.size);
	assert_true(member->slot < count->vector->state.high);
	assert_int_equal(count->vector->slot[member->slot].ifindex, key->ifindex);
	assert_true(count->vector->slot[member->slot].flags & MC_SLOT_F_USED);
	return 0;
}

static int visit_group(const void *k, const void *v, void *arg)
{
	static struct vector vector;
	struct datapath *d = arg;
	struct count count = { .d = d, .group = k, .vector = &vector };
	__u32 group = MC_BE32(count.group->group.word[3]);
	__u32 used = 0;

	(void)v;
	get_vector(d, count.group->vni, group, &vector);
	for (__u32 i = 0; i < vector.lines * MC_LINE_SLOTS; i++) {
		struct mc_member member;

		if (!vector.slot[i].word)
			continue;
		used++;
		assert_true(
			get_member(d, count.group->vni, vector.slot[i].ifindex, group, &member));
		assert_int_equal(member.slot, i);
	}
	assert_true(vector.state.high <= vector.config.size);
	assert_int_equal(vector.state.used, used);
	assert_int_equal(mc_table_for_each(&d->in, MC_TABLE_MEMBERS, visit_member, &count), 0);
	assert_int_equal(vector.state.waiting, count.waiting);
	assert_int_equal(count.members, used + count.waiting);
	return 0;
}

static int count_of_port(const void *k, const void *v, void *arg)
{
	const struct mc_member_key *key = k;
	struct count *count = arg;

	(void)v;
	count->members += key->ifindex == count->ifindex;
	return 0;
}

static int visit_port(const void *k, const void *v, void *arg)
{
	const struct mc_port_state *state = v;
	struct datapath *d = arg;
	struct count count = { .ifindex = *(const __u32 *)k };

	assert_int_equal(mc_table_for_each(&d->in, MC_TABLE_MEMBERS, count_of_port, &count), 0);
	assert_int_equal(state->groups, count.members);
	assert_int_equal(state->lock, 0);
	return 0;
}

void check_invariants(struct datapath *d)
{
	assert_int_equal(mc_table_for_each(&d->in, MC_TABLE_FANOUT, visit_group, d), 0);
	assert_int_equal(mc_table_for_each(&d->in, MC_TABLE_PORT_STATE, visit_port, d), 0);
}
