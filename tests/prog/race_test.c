/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joins and leaves from several threads at once, on ports of their own and on the same ones, by
 * reports and by the control program: afterwards each member has its slot, each slot its member.
 */
#include <pthread.h>
#include <string.h>

#include <bpf/bpf.h>

#include <bpfcast/util.h>
#include <tests/kit/expect.h>
#include <tests/kit/invariant.h>
#include <tests/kit/netns.h>
#include <tests/kit/random.h>
#include <tests/kit/scene.h>
#include <tests/kit/test.h>

#define PAIRS	5
#define PORTS	(2 * PAIRS)
#define THREADS 2
#define ROUNDS	20
#define STEPS	1000 /* of each thread in a round */
#define FIRST	IP4(239, 5, 0, 0)

static const __u32 sizes[] = { 1, 2, 3, 5, 7, 9, PORTS, 16 };
#define OF_A_SIZE 6				     /* groups that are there */
#define PRESENT	  (OF_A_SIZE * MC_ARRAY_SIZE(sizes)) /* all sizes */
#define WAITING	  3				     /* groups that are not: joins are pending */
#define GROUPS	  (PRESENT + WAITING)

struct racer {
	struct datapath *d;
	pthread_t thread;
	unsigned int first_port, ports; /* those it uses */
	bool statics;			/* by the control program instead of by reports */
	bool joins;			/* all groups on each of its ports, once, and no more */
	struct random random;
	bool joined[PORTS][GROUPS]; /* by its last step */
	int error;		    /* of the system call */
	int odd;		    /* a verdict that is none of a report */
	struct frame frame;
};

static __u32 port[PORTS];
static struct racer racers[THREADS];
static pthread_barrier_t start;

/* One report on all groups, each joined or left: threads meet at the same groups at the same time. */
static void step_report(struct racer *r, unsigned int p)
{
	const struct report report = { 0 };
	int returned;

	packet_igmp(&r->frame, ALL_V3_ROUTERS);
	frame_report(&r->frame, &report);
	for (unsigned int g = 0; g < GROUPS; g++) {
		struct record record = { .type = TO_IN, .group = FIRST + g };

		r->joined[p][g] = r->joins || random_below(&r->random, 2);
		if (r->joined[p][g])
			record.type = TO_EX;
		frame_record(&r->frame, &record);
	}
	frame_finish(&r->frame);
	r->error = datapath_try_port(r->d, port[p], &r->frame, &returned);
	if (!r->error && returned != TC_DROP)
		r->odd = returned;
}

static void step_static(struct racer *r, unsigned int p)
{
	struct mc_request request = {
		.op = random_below(&r->random, 2) ? MC_OP_JOIN : MC_OP_LEAVE,
		.origins = MC_ORIGIN_STATIC,
		.key = member_key(VNI, port[p], FIRST + random_below(&r->random, GROUPS)),
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = &request, .data_size_in = sizeof(request),
		    .repeat = 1);

	r->error = bpf_prog_test_run_opts(r->d->in.control, &opts);
}

static void *race(void *arg)
{
	struct racer *r = arg;
	unsigned int steps = r->statics ? STEPS * GROUPS : r->joins ? r->ports : STEPS;

	pthread_barrier_wait(&start);
	for (unsigned int i = 0; i < steps && !r->error && !r->odd; i++) {
		if (r->joins)
			step_report(r, r->first_port + i);
		else if (r->statics)
			step_static(r, r->first_port + random_below(&r->random, r->ports));
		else
			step_report(r, r->first_port + random_below(&r->random, r->ports));
	}
	return NULL;
}

static void prepare(struct datapath *d)
{
	for (unsigned int p = 0; p < PORTS; p++)
		add_port(d, port[p], VNI);
	for (unsigned int i = 0; i < MC_ARRAY_SIZE(sizes); i++)
		add_groups(d, VNI, FIRST + i * OF_A_SIZE, OF_A_SIZE, sizes[i]);
	for (unsigned int i = 0; i < THREADS; i++) {
		memset(&racers[i], 0, offsetof(struct racer, frame));
		racers[i].d = d;
		racers[i].ports = PORTS;
		random_start(&racers[i].random, i);
	}
}

/* Who ran is waited for before anything may fail. */
static void run_round(struct datapath *d)
{
	assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(racers[i].thread, NULL);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(racers[i].error, 0);
		assert_int_equal(racers[i].odd, 0);
	}
	check_invariants(d);
}

/* What was asked for last is so, unless the port was busy or the table full meanwhile. */
static void check_wishes(struct datapath *d, const struct racer *r)
{
	for (unsigned int p = r->first_port; p < r->first_port + r->ports; p++) {
		for (unsigned int g = 0; g < GROUPS; g++) {
			bool there = g < PRESENT ? is_member(d, VNI, port[p], FIRST + g)
						 : is_pending(d, VNI, port[p], FIRST + g);

			assert_int_equal(there, r->joined[p][g]);
		}
	}
}

static void share_ports(void)
{
	for (int i = 0; i < THREADS; i++) {
		racers[i].ports = PORTS / THREADS;
		racers[i].first_port = i * racers[i].ports;
	}
}

static void on_ports_of_their_own(void **state)
{
	struct datapath *d = *state;

	prepare(d);
	share_ports();
	for (int round = 0; round < ROUNDS; round++) {
		run_round(d);
		for (int i = 0; i < THREADS; i++)
			check_wishes(d, &racers[i]);
	}
	assert_int_equal(counted(d, MC_R_PORT_BUSY), 0); /* nobody to be waited for */
}

/* Each vector from its first slot to its last: all of a new datapath a round. */
static void into_fresh_slots(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct datapath *d = datapath_new(NULL);

		prepare(d);
		share_ports();
		for (int i = 0; i < THREADS; i++)
			racers[i].joins = true;
		run_round(d);
		for (int i = 0; i < THREADS; i++)
			check_wishes(d, &racers[i]);
		datapath_free(d);
	}
}

static void on_the_same_ports(void **state)
{
	struct datapath *d = *state;

	prepare(d);
	for (int round = 0; round < ROUNDS; round++)
		run_round(d);
}

static void on_one_port(void **state)
{
	struct datapath *d = *state;

	prepare(d);
	for (int i = 0; i < THREADS; i++)
		racers[i].ports = 1;
	for (int round = 0; round < ROUNDS; round++)
		run_round(d);
}

/* The CLI against a host, on the same ports. */
static void reports_against_the_control_program(void **state)
{
	struct datapath *d = *state;

	prepare(d);
	racers[0].statics = true;
	for (int round = 0; round < ROUNDS; round++)
		run_round(d);
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

#define race_test(function)                                                                        \
	cmocka_unit_test_setup_teardown(function, datapath_setup, datapath_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		race_test(on_ports_of_their_own),
		cmocka_unit_test(into_fresh_slots),
		race_test(on_the_same_ports),
		race_test(on_one_port),
		race_test(reports_against_the_control_program),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
