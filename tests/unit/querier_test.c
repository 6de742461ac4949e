/* SPDX-License-Identifier: Apache-2.0 */
/* agent/querier.h and intervals.h: RFC 9776 sections 6.6.2 and 8, with a clock of our own. */
#include <string.h>

#include <agent/querier.h>
#include <tests/kit/frame.h>
#include <tests/kit/test.h>

#define S     1000000000ull
#define NEVER UINT64_MAX

#define LOW  IP4(192, 0, 2, 1)
#define OURS IP4(192, 0, 2, 5)
#define HIGH IP4(192, 0, 2, 9)

static struct querier q;

static struct mc_addr address(__u32 v4)
{
	return mc_addr_v4(MC_BE32(v4));
}

static void begin(__u32 own, uint64_t now)
{
	struct mc_addr addr = address(own);

	memset(&q, 0, sizeof(q));
	querier_begin(&q, &intervals_default, &addr, now);
}

static bool hear(__u32 source, __u32 robustness, __u32 query_ms, uint64_t now)
{
	const struct heard heard = { address(source), robustness, query_ms };

	return querier_hear(&q, &heard, now);
}

/* Goes from event to event up to @end: how many queries, and when the last was sent. */
static unsigned int run_until(uint64_t end, uint64_t *last)
{
	unsigned int count = 0;

	while (querier_due(&q) <= end) {
		uint64_t now = querier_due(&q);

		if (querier_run(&q, now)) {
			count++;
			*last = now;
		}
		assert_true(querier_due(&q) > now); /* or it would never end */
	}
	return count;
}

/* Section 8.6 and 8.7, then 8.2. */
static void startup_queries_come_first(void **state)
{
	uint64_t last = 0;

	(void)state;
	begin(OURS, 7 * S);
	assert_int_equal(querier_due(&q), 7 * S);
	assert_true(querier_run(&q, 7 * S));
	assert_false(querier_run(&q, 7 * S));
	assert_int_equal(querier_due(&q), 7 * S + 31250000000);
	assert_false(querier_run(&q, querier_due(&q) - 1));
	assert_true(querier_run(&q, querier_due(&q)));
	assert_int_equal(querier_due(&q), 7 * S + 31250000000 + 125 * S);
	assert_int_equal(run_until(7 * S + 31250000000 + 1250 * S, &last), 10);
	assert_int_equal(q.sent, 12);
}

static void the_lower_address_wins(void **state)
{
	uint64_t last = 0;

	(void)state;
	begin(OURS, 0);
	assert_true(querier_run(&q, 0));
	assert_false(hear(HIGH, 2, 125000, 1 * S));
	assert_true(querier_is_elected(&q));
	assert_false(hear(OURS, 2, 125000, 1 * S)); /* our own, come back */
	assert_true(querier_is_elected(&q));
	assert_true(hear(LOW, 2, 125000, 2 * S));
	assert_false(querier_is_elected(&q));
	assert_false(hear(LOW, 2, 125000, 100 * S)); /* no news, but it lives on */
	assert_int_equal(q.heard, 4);
	assert_int_equal(run_until(100 * S + 255 * S - 1, &last), 0);
	/* Section 8.5: 2 * 125 s + 10 s / 2 after its last word. */
	assert_int_equal(querier_due(&q), 355 * S);
	assert_true(querier_run(&q, 355 * S));
	assert_true(querier_is_elected(&q));
	assert_int_equal(querier_due(&q), 480 * S);
}

/* Of two that are both lower the lower is followed; the other hears of its defeat itself. */
static void of_two_winners_the_lower_is_followed(void **state)
{
	(void)state;
	begin(HIGH, 0);
	assert_true(hear(OURS, 2, 60000, 1 * S));
	assert_true(hear(LOW, 3, 30000, 2 * S));
	assert_int_equal(q.now.query_ms, 30000);
	assert_false(hear(OURS, 2, 60000, 3 * S));
	assert_int_equal(q.now.query_ms, 30000);
	assert_true(q.other.word[3] == MC_BE32(LOW));
	assert_true(hear(OURS, 2, 60000, 200 * S)); /* LOW has been silent for too long */
	assert_true(q.other.word[3] == MC_BE32(OURS));
}

static void proxies_take_no_part(void **state)
{
	(void)state;
	begin(OURS, 0);
	assert_false(hear(IP4(0, 0, 0, 0), 2, 125000, 1 * S));
	assert_true(querier_is_elected(&q));
	begin(IP4(0, 0, 0, 0), 0);
	assert_true(querier_run(&q, 0)); /* asks while there is nobody */
	assert_false(hear(IP4(0, 0, 0, 0), 2, 125000, 1 * S));
	assert_true(hear(HIGH, 2, 125000, 1 * S)); /* and yields to whoever has an address */
	assert_false(querier_is_elected(&q));
}

/* Sections 4.1.6 and 4.1.7: 0 says nothing, so one's own holds. */
static void the_winners_values_are_followed(void **state)
{
	(void)state;
	begin(OURS, 0);
	assert_true(hear(LOW, 5, 20000, 0));
	assert_int_equal(q.now.robustness, 5);
	assert_int_equal(q.now.query_ms, 20000);
	assert_int_equal(intervals_group(&q.now), 5 * 20000 + 10000);
	assert_int_equal(querier_due(&q), 105 * S); /* 5 * 20 s + 10 s / 2 */
	assert_true(hear(LOW, 0, 0, 1 * S));
	assert_int_equal(q.now.robustness, 2);
	assert_int_equal(q.now.query_ms, 125000);
	assert_true(hear(LOW, 5, 20000, 2 * S));
	(void)querier_run(&q, 2 * S + 105 * S);
	assert_int_equal(q.now.robustness, 2); /* it is gone: our own again */
	assert_int_equal(q.now.query_ms, 125000);
}

static void who_lost_at_the_start_does_not_start_again(void **state)
{
	(void)state;
	begin(OURS, 0);
	assert_true(querier_run(&q, 0));
	assert_true(hear(LOW, 2, 10000, 1 * S));
	assert_true(querier_run(&q, querier_due(&q)));
	assert_int_equal(querier_due(&q) - 26 * S, 125 * S); /* no startup interval */
}

/* A paused machine: whoever did not answer was not asked. */
static void who_was_stopped_begins_anew(void **state)
{
	uint64_t last = 0;

	(void)state;
	begin(OURS, 0);
	assert_int_equal(querier_held_until(&q), 2 * 31250000000ull + 10 * S);
	run_until(200 * S, &last);
	assert_true(querier_run(&q, querier_due(&q) + 10 * S)); /* hardly late */
	assert_int_equal(querier_held_until(&q), 2 * 31250000000ull + 10 * S);
	assert_true(querier_run(&q, 1000 * S));
	assert_int_equal(querier_held_until(&q), 1000 * S + 2 * 31250000000ull + 10 * S);
	assert_int_equal(querier_due(&q), 1000 * S + 31250000000);

	begin(OURS, 0);
	assert_true(hear(LOW, 2, 125000, 1 * S)); /* and so was the other one */
	assert_true(querier_run(&q, 1000 * S));
	assert_int_equal(querier_held_until(&q), 1000 * S + 2 * 31250000000ull + 10 * S);
}

static void disabled_it_only_listens(void **state)
{
	(void)state;
	begin(OURS, 0);
	querier_disable(&q);
	assert_int_equal(querier_due(&q), NEVER);
	assert_false(querier_run(&q, 1000 * S));
	assert_true(hear(LOW, 3, 50000, 1000 * S));
	assert_int_equal(q.now.query_ms, 50000);
	assert_false(querier_run(&q, 2000 * S));
	assert_false(querier_is_elected(&q));
}

static void settings_change_in_flight(void **state)
{
	struct intervals faster = intervals_default;
	struct mc_addr low = address(LOW);

	(void)state;
	faster.query_ms = 50000;
	begin(OURS, 0);
	querier_change(&q, &faster, &low);
	assert_int_equal(q.now.query_ms, 50000);
	assert_true(querier_run(&q, 0));
	assert_true(hear(IP4(192, 0, 2, 0), 2, 70000, 1 * S));
	querier_change(&q, &intervals_default, &low);
	assert_int_equal(q.now.query_ms, 70000); /* the winner's stay in force */
}

static void link_local_addresses_are_compared_whole(void **state)
{
	struct mc_addr ours = { .byte = { 0xfe, 0x80, [15] = 2 } };
	struct heard heard = { .source = { .byte = { 0xfe, 0x80, [14] = 1, [15] = 1 } } };

	(void)state;
	memset(&q, 0, sizeof(q));
	querier_begin(&q, &intervals_default, &ours, 0);
	assert_false(querier_hear(&q, &heard, 0)); /* fe80::101 is above fe80::2 */
	heard.source.byte[14] = 0;
	assert_true(querier_hear(&q, &heard, 0));
}

/* Section 8, the defaults: 260 s, 255 s, 2 s, 260 s. */
static void intervals_of_the_rfc(void **state)
{
	struct intervals in = intervals_default;

	(void)state;
	assert_int_equal(intervals_group(&in), 260000);
	assert_int_equal(intervals_other_querier(&in), 255000);
	assert_int_equal(intervals_last_member(&in), 2000);
	assert_int_equal(intervals_older_host(&in), 260000);
	assert_int_equal(intervals_startup(&in), 72500);
	in.query_ms = UINT32_MAX; /* stays the longest, and does not wrap */
	assert_int_equal(intervals_group(&in), UINT32_MAX);
}

static void intervals_that_an_operator_has_set(void **state)
{
	static const __u32 times[] = { 1, 7, 1000, 5001, 260000, 4000000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct intervals in = intervals_default;

		intervals_fit_group(&in, times[i]);
		if (times[i] >= 10) {
			assert_in_range(intervals_group(&in), times[i] - in.robustness, times[i]);
			assert_true(in.response_ms < in.query_ms);
		}
		assert_true(in.response_ms && in.query_ms && in.startup_ms);
		intervals_fit_last_member(&in, times[i]);
		assert_true(in.last_member_ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(startup_queries_come_first),
		cmocka_unit_test(the_lower_address_wins),
		cmocka_unit_test(of_two_winners_the_lower_is_followed),
		cmocka_unit_test(proxies_take_no_part),
		cmocka_unit_test(the_winners_values_are_followed),
		cmocka_unit_test(who_lost_at_the_start_does_not_start_again),
		cmocka_unit_test(who_was_stopped_begins_anew),
		cmocka_unit_test(disabled_it_only_listens),
		cmocka_unit_test(settings_change_in_flight),
		cmocka_unit_test(link_local_addresses_are_compared_whole),
		cmocka_unit_test(intervals_of_the_rfc),
		cmocka_unit_test(intervals_that_an_operator_has_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
