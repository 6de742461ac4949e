/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vectors that grow: members keep their slots, who waited gets one, what a kill has left is settled, and
 * with joins and leaves going on all the time each member has its slot afterwards, each slot its member.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/instance.h>
#include <maps/member.h>
#include <tests/kit/events.h>
#include <tests/kit/expect.h>
#include <tests/kit/invariant.h>
#include <tests/kit/netns.h>
#include <tests/kit/random.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#define PORTS  12
#define STAY   3 /* of these join once and for all */
#define ROUNDS 12
#define GROUP  IP4(239, 7, 0, 1)

static __u32 port[PORTS];
static struct frame frame;
static struct vector before, after;

static void join(struct datapath *d, __u32 ifindex, enum mc_reason reason)
{
	packet_join_v3(&frame, GROUP);
	expect_port(d, ifindex, &frame, reason);
}

static struct mc_group_key key(void)
{
	return group_key(VNI, GROUP);
}

static int grow(struct datapath *d, __u32 size)
{
	struct mc_group_key group = key();

	return mc_group_grow(&d->in, &group, size);
}

static void prepare(struct datapath *d, __u32 size)
{
	for (unsigned int p = 0; p < PORTS; p++)
		add_port(d, port[p], VNI);
	add_group(d, VNI, GROUP, size);
}

static void members_keep_their_slots(void **state)
{
	static struct events events;
	struct datapath *d = *state;

	prepare(d, 2);
	join(d, port[0], MC_R_REPORT);
	join(d, port[1], MC_R_REPORT);
	join(d, port[2], MC_R_GROUP_FULL);
	get_vector(d, VNI, GROUP, &before);
	events_open(&events, d);
	assert_int_equal(grow(d, 100), 0);
	get_vector(d, VNI, GROUP, &after);
	assert_int_equal(after.config.size, 100);
	assert_int_equal(after.config.id, before.config.id);
	assert_int_equal(after.config.flags, before.config.flags);
	assert_int_not_equal(after.config.generation, before.config.generation);
	for (int slot = 0; slot < 2; slot++)
		assert_int_equal(after.slot[slot].word, before.slot[slot].word);
	assert_int_equal(after.state.used, 3);
	assert_int_equal(after.state.waiting, 0);
	assert_int_equal(events_read_one(&events)->ifindex, port[2]); /* it alone has joined */
	assert_int_equal(events.event[0].type, MC_EVENT_JOIN);
	events_close(&events);
	check_invariants(d);
	join(d, port[3], MC_R_REPORT);
	check_invariants(d);
}

static void to_less_or_the_same_is_nothing(void **state)
{
	struct mc_group_key missing = group_key(VNI, UNKNOWN);
	struct datapath *d = *state;

	prepare(d, 4);
	join(d, port[0], MC_R_REPORT);
	get_vector(d, VNI, GROUP, &before);
	assert_int_equal(grow(d, 4), 0);
	assert_int_equal(grow(d, 1), 0);
	get_vector(d, VNI, GROUP, &after);
	assert_memory_equal(&before, &after, sizeof(after));
	assert_int_equal(mc_group_grow(&d->in, &missing, 8), -ENOENT);
}

/* As if killed after the swap: members know the old vector, and one has left and one come meanwhile. */
static void what_a_kill_has_left_is_settled(void **state)
{
	struct mc_member_key first = member_key(VNI, port[0], GROUP);
	struct mc_group_key group = key();
	struct datapath *d = *state;
	struct mc_member member;
	struct mc_line line = { .slot = { [0] = { .word = 0 } } };
	mc_autoclose int vector = -1;
	__u32 one = 1, slots = MC_FANOUT_HEADER;

	prepare(d, 8);
	join(d, port[0], MC_R_REPORT);
	join(d, port[1], MC_R_REPORT);
	vector = mc_group_vector(&d->in, &group);
	assert_true(vector >= 0);
	assert_int_equal(mc_group_set_flags(&d->in, &group, MC_FANOUT_F_SETTLING, 0), 0);
	get_vector(d, VNI, GROUP, &before);

	/* A stray of a port that has no membership, and one of an index that is no port's. */
	assert_int_equal(bpf_map_lookup_elem(vector, &slots, &line), 0);
	line.slot[4] = (union mc_slot){ .ifindex = port[5], .flags = MC_SLOT_F_USED };
	line.slot[6] = (union mc_slot){ .ifindex = NO_DEVICE, .flags = MC_SLOT_F_USED };
	assert_int_equal(bpf_map_update_elem(vector, &slots, &line, BPF_ANY), 0);
	assert_int_equal(bpf_map_lookup_elem(vector, &one, &line), 0);
	line.state.high = 8;
	line.state.used = 4;
	assert_int_equal(bpf_map_update_elem(vector, &one, &line, BPF_ANY), 0);
	assert_int_equal(mc_member_get(&d->in, &first, &member), 0);
	member.slot = 3; /* it had left, and come back */
	member.generation = before.config.generation + 1;
	assert_int_equal(mc_table_set(&d->in, MC_TABLE_MEMBERS, &first, &member, BPF_EXIST), 0);

	assert_int_equal(mc_group_settle(&d->in, &group), 0);
	get_vector(d, VNI, GROUP, &after);
	assert_int_equal(after.config.flags & MC_FANOUT_F_SETTLING, 0);
	for (int slot = 0; slot < 8; slot++)
		assert_int_equal(after.slot[slot].word, before.slot[slot].word);
	check_invariants(d);
	assert_int_equal(mc_group_settle(&d->in, &group), 0);
}

/* A leave in a vector that is settling takes the copied slot along. */
static void a_leave_while_it_settles(void **state)
{
	struct mc_member_key first = member_key(VNI, port[0], GROUP);
	struct mc_group_key group = key();
	struct datapath *d = *state;
	struct mc_member member;

	prepare(d, 8);
	join(d, port[0], MC_R_REPORT);
	assert_int_equal(mc_group_set_flags(&d->in, &group, MC_FANOUT_F_SETTLING, 0), 0);
	assert_int_equal(mc_member_get(&d->in, &first, &member), 0);
	member.generation++;
	assert_int_equal(mc_table_set(&d->in, MC_TABLE_MEMBERS, &first, &member, BPF_EXIST), 0);
	packet_leave_v3(&frame, GROUP);
	expect_port(d, port[0], &frame, MC_R_REPORT);
	check_invariants(d);
}

/* ---- with joins and leaves going on ---- */

struct racer {
	struct datapath *d;
	pthread_t thread;
	struct random random;
	unsigned int first, count; /* ports */
	atomic_bool *stop;
	int error;
	struct frame frame;
};

static void *race(void *arg)
{
	struct racer *r = arg;
	int returned;

	while (!atomic_load(r->stop) && !r->error) {
		__u32 ifindex = port[r->first + random_below(&r->random, r->count)];

		if (random_below(&r->random, 2))
			packet_join_v3(&r->frame, GROUP);
		else
			packet_leave_v3(&r->frame, GROUP);
		r->error = datapath_try_port(r->d, ifindex, &r->frame, &returned);
	}
	return NULL;
}

/* Those that stay have exactly one slot, whenever one looks. */
static void check_stayers(struct datapath *d)
{
	get_vector(d, VNI, GROUP, &after);
	for (int p = 0; p < STAY; p++) {
		unsigned int slots = 0;

		for (__u32 i = 0; i < after.lines * MC_LINE_SLOTS; i++)
			slots += after.slot[i].ifindex == port[p];
		assert_int_equal(slots, 1);
	}
}

static void grow_under_race(struct datapath *d)
{
	static struct racer racers[2];
	atomic_bool stop = false;
	int error = 0;

	for (unsigned int i = 0; i < MC_ARRAY_SIZE(racers); i++) {
		racers[i] = (struct racer){
			.d = d, .stop = &stop, .first = STAY, .count = PORTS - STAY
		};
		random_start(&racers[i].random, i);
		assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
	}
	for (__u32 size = 5; !error && size <= 640; size *= 2)
		error = grow(d, size);
	atomic_store(&stop, true);
	for (unsigned int i = 0; i < MC_ARRAY_SIZE(racers); i++) {
		pthread_join(racers[i].thread, NULL);
		error = error ? error : racers[i].error;
	}
	assert_int_equal(error, 0);
}

static void joins_and_leaves_go_on(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct datapath *d = scene_new(NULL);

		prepare(d, STAY);
		for (int p = 0; p < STAY; p++)
			join(d, port[p], MC_R_REPORT);
		grow_under_race(d);
		check_invariants(d);
		check_stayers(d);
		datapath_free(d);
	}
}

static int enter(void **state)
{
	char name[8];

	scene_enter(state);
	for (unsigned int p = 0; p < PORTS; p++) {
		snprintf(name, sizeof(name), "g%u", p);
		port[p] = netns_veth(name);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(members_keep_their_slots),
		scene_test(to_less_or_the_same_is_nothing),
		scene_test(what_a_kill_has_left_is_settled),
		scene_test(a_leave_while_it_settles),
		cmocka_unit_test(joins_and_leaves_go_on),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
