/* SPDX-License-Identifier: Apache-2.0 */
/* agent/: documents, journals, what is wanted, retries, metrics. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <agent/document.h>
#include <agent/fault.h>
#include <agent/journal.h>
#include <agent/metric.h>
#include <agent/reconcile.h>
#include <agent/wanted.h>
#include <bpfcast/util.h>
#include <tests/kit/test.h>

static const char document[] =
	"{\"vnis\": [{\"vni\": 7, \"unknown\": \"learn\"}],"
	" \"underlays\": [{\"underlay\": \"eth0\", \"xdp\": \"generic\"}],"
	" \"vteps\": [{\"vtep\": \"192.0.2.2\", \"port\": 4790, \"dev\": \"eth0\"}],"
	" \"ports\": [{\"port\": \"b\", \"vni\": 7, \"sources\": [\"10.0.0.2\", \"10.0.0.1\"],"
	"              \"mac\": \"02:00:00:00:00:01\", \"limit_groups\": 0, \"query\": \"allow\"}],"
	" \"groups\": [{\"group\": \"239.1.1.1\", \"vni\": 7, \"remotes\": [\"192.0.2.2\"]}],"
	" \"members\": [{\"group\": \"232.1.1.1\", \"vni\": 7, \"port\": \"b\", \"mode\": \"include\","
	"               \"sources\": [\"10.0.0.9\"]}]}";

static void read_text(const char *text, struct state *state)
{
	autofaults struct faults faults = { 0 };

	assert_int_equal(document_read(text, strlen(text), state, &faults), 0);
	assert_int_equal(faults.count, 0);
}

static void assert_equal_states(const struct state *a, const struct state *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_int_equal(fact_key_compare(&a->facts[i].key, &b->facts[i].key), 0);
		assert_true(fact_equal(&a->facts[i], &b->facts[i]));
	}
}

/* What is written is read back as the same facts. */
static void a_document_both_ways(void **state)
{
	autostate struct state first = { 0 }, second = { 0 };
	json_t *json;
	char *text;

	(void)state;
	read_text(document, &first);
	assert_int_equal(first.count, 7);
	json = document_write(&first);
	text = json_dumps(json, 0);
	read_text(text, &second);
	assert_equal_states(&first, &second);
	free(text);
	json_decref(json);
}

/* Faults are found all at once, and nothing is taken. */
static void faults_all_at_once(void **state)
{
	static const char text[] =
		"{\"ports\": [{\"port\": \"a b\", \"vni\": -1, \"x\": 1}, 5], \"y\": 1}";
	autofaults struct faults faults = { 0 };
	autostate struct state it = { 0 };
	static const char *const paths[] = { "$.ports[0].port", "$.ports[0].vni", "$.ports[0].x",
					     "$.ports[1]", "$.y" };

	(void)state;
	assert_int_equal(document_read(text, strlen(text), &it, &faults), -EINVAL);
	assert_int_equal(it.count, 0);
	assert_int_equal(faults.count, MC_ARRAY_SIZE(paths));
	for (size_t i = 0; i < MC_ARRAY_SIZE(paths); i++)
		assert_string_equal(faults.list[i].path, paths[i]);
}

static void a_member_brings_its_group(void **state)
{
	struct mc_addr group = mc_addr_v4(MC_BE32(0xe8010101));
	struct fact_key key = fact_key_group(FACT_GROUP, 7, &group);
	struct reconcile it = { 0 };
	struct fact_key member = fact_key_member(7, &group, "b");
	struct fact other = { .key = fact_key_member(7, &group, "c") };

	(void)state;
	read_text(document, &it.file);
	assert_int_equal(wanted_build(&it), 0);
	assert_non_null(state_find(&it.wanted, &key));
	assert_int_equal(wanted_put(&it, &other), 0);
	wanted_remove(&it, &member);
	assert_non_null(state_find(&it.wanted, &key));
	wanted_remove(&it, &other.key);
	assert_null(state_find(&it.wanted, &key));
	assert_non_null(state_find(&it.wanted, &(struct fact_key){ .kind = FACT_VNI, .vni = 7 }));
	state_free(&it.file);
	state_free(&it.wanted);
}

static char journal_path[64];

static void open_journal(struct journal *journal, struct state *state)
{
	assert_int_equal(journal_open(journal, journal_path, state), 0);
}

/* A change is a line; a line that a kill has cut off does not count; what is history goes. */
static void a_journal_outlives(void **state)
{
	autostate struct state first = { 0 }, second = { 0 }, third = { 0 };
	struct journal journal = { .fd = -1 };
	struct fact_key gone;
	FILE *file;

	(void)state;
	snprintf(journal_path, sizeof(journal_path), "/tmp/bpfcast-journal-%d", (int)getpid());
	open_journal(&journal, &second);
	assert_int_equal(second.count, 0);
	read_text(document, &first);
	for (size_t i = 0; i < first.count; i++)
		if (first.facts[i].key.kind != FACT_REMOTES)
			assert_int_equal(journal_put(&journal, &first.facts[i]), 0);
	gone = first.facts[0].key;
	assert_int_equal(journal_remove(&journal, &gone), 0);
	journal_close(&journal);
	file = fopen(journal_path, "a");
	assert_non_null(file);
	assert_true(fputs("{\"remove\":{\"kind\":2,\"vni\"", file) >= 0);
	assert_int_equal(fclose(file), 0);

	open_journal(&journal, &second);
	assert_int_equal(second.count, first.count - 2);
	assert_null(state_find(&second, &gone));
	for (size_t i = 0; i < second.count; i++)
		assert_true(fact_equal(&second.facts[i], state_find(&first, &second.facts[i].key)));
	for (int i = 0; i < 1200; i++)
		assert_int_equal(journal_put(&journal, &second.facts[0]), 0);
	assert_int_equal(journal.lines, second.count + 1200);
	assert_int_equal(journal_tidy(&journal, &second), 0);
	assert_int_equal(journal.lines, second.count);
	journal_close(&journal);
	open_journal(&journal, &third);
	assert_equal_states(&second, &third);
	journal_close(&journal);
	assert_int_equal(unlink(journal_path), 0);
}

#define MS 1000000ull

static void retries_back_off(void **state)
{
	struct fact_key a = fact_key_vni(1), b = fact_key_vni(2);
	struct retries retries = { 0 };
	uint64_t now = 1000 * MS, wait = RETRY_FIRST_MS;

	(void)state;
	assert_true(retries_may(&retries, &a, now));
	for (int i = 0; i < 12; i++) {
		retries_failed(&retries, &a, -ENODEV, "no device", now);
		assert_true(retries_may(&retries, &b, now));
		assert_false(retries_may(&retries, &a, now + wait * MS - 1));
		assert_true(retries_may(&retries, &a, now + wait * MS));
		now += wait * MS;
		wait = wait * 2 < RETRY_MOST_MS ? wait * 2 : RETRY_MOST_MS;
	}
	assert_int_equal(wait, RETRY_MOST_MS);
	retries_failed(&retries, &a, -ENODEV, "no device", now);
	retries_failed(&retries, &b, -ENOSPC, "full", now);
	retries_hurry(&retries);
	assert_true(retries_may(&retries, &a, now));
	retries_sweep(&retries);
	assert_non_null(retries_find(&retries, &b));
	assert_true(retries_may(&retries, &a, now));
	retries_sweep(&retries); /* nobody has asked about b */
	assert_null(retries_find(&retries, &b));
	assert_string_equal(retries_find(&retries, &a)->why, "no device");
	retries_done(&retries, &a);
	assert_int_equal(retries.count, 0);
	retries_free(&retries);
}

static void metrics_are_escaped(void **state)
{
	static const char *const labels[] = { "a", "x\"y\\z\n", "b", "", NULL };
	struct metrics metrics = { .open = true };
	char *text = NULL;
	size_t length;

	(void)state;
	for (int open = 0; open < 2; open++) {
		metrics.open = open;
		metrics.out = open_memstream(&text, &length);
		metric_family(&metrics, METRIC_COUNTER, "c", NULL, "Help.");
		metric_sample(&metrics, METRIC_COUNTER, "c", labels, 18014398509481984.0);
		metric_sample(&metrics, METRIC_GAUGE, "g", NULL, 0.5);
		metric_end(&metrics);
		assert_int_equal(fclose(metrics.out), 0);
		assert_string_equal(
			text, open ? "# TYPE c counter\n# HELP c Help.\n"
				     "c_total{a=\"x\\\"y\\\\z\\n\",b=\"\"} 18014398509481984\n"
				     "g 0.5\n# EOF\n"
				   : "# TYPE c_total counter\n# HELP c_total Help.\n"
				     "c_total{a=\"x\\\"y\\\\z\\n\",b=\"\"} 18014398509481984\n"
				     "g 0.5\n");
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_both_ways),	     cmocka_unit_test(faults_all_at_once),
		cmocka_unit_test(a_member_brings_its_group), cmocka_unit_test(a_journal_outlives),
		cmocka_unit_test(retries_back_off),	     cmocka_unit_test(metrics_are_escaped),
	};

	return cmocka_run_group_tests_name("desired", tests, NULL, NULL);
}
