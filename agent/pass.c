/* SPDX-License-Identifier: Apache-2.0 */
#include "pass.h"

#include <errno.h>
#include <stdlib.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/vni.h>

#include "agent.h"
#include "apply.h"
#include "observe.h"
#include "reconcile.h"
#include "say.h"

#define TIME_MOST_NS 50000000ull /* in the loop, before others get their turn */
#define GROUPS_MOST  4096	 /* in one system call */

struct pass {
	struct agent *agent;
	struct reconcile *reconcile;
	struct state observed;
	struct state difference;
	uint64_t begun; /* nanoseconds */
};

static bool is_time_up(const struct pass *pass)
{
	return agent_now() - pass->begun > TIME_MOST_NS;
}

static bool may_try(const struct pass *pass, const struct fact *fact)
{
	return retries_may(&pass->reconcile->retries, &fact->key, pass->begun) && apply_can(fact);
}

/* ---- what is ours ---- */

/* Written down before it is done: what a kill interrupts is found and removed. */
static int own(struct reconcile *reconcile, const struct fact *fact)
{
	struct fact bare = { .key = fact->key };
	int err;

	if (fact->key.kind == FACT_MEMBER || state_find(&reconcile->owned, &fact->key))
		return 0;
	err = journal_put(&reconcile->owned_file, &bare);
	return err ? err : state_put(&reconcile->owned, &bare);
}

static void disown(struct reconcile *reconcile, const struct fact_key *key)
{
	if (key->kind != FACT_MEMBER && state_remove(&reconcile->owned, key))
		(void)journal_remove(&reconcile->owned_file, key);
}

/* What is ours, wanted by nobody, and not there any more. */
static void forget_what_is_gone(struct pass *pass)
{
	struct reconcile *reconcile = pass->reconcile;

	for (size_t i = reconcile->owned.count; i-- > 0;) {
		struct fact_key key = reconcile->owned.facts[i].key;

		if (!state_find(&reconcile->wanted, &key) && !state_find(&pass->observed, &key))
			disown(reconcile, &key);
	}
}

/* ---- applying ---- */

static void note(struct pass *pass, struct fact *fact, int err)
{
	struct reconcile *reconcile = pass->reconcile;
	const char *why = mc_log_take_error();

	if (err) {
		reconcile->counters.failed++;
		retries_failed(&reconcile->retries, &fact->key, err, why, agent_now());
		return;
	}
	reconcile->counters.applied++;
	retries_done(&reconcile->retries, &fact->key);
	if (fact->change == FACT_REMOVE)
		disown(reconcile, &fact->key);
	fact->change = FACT_SAME;
}

/* Hosts have joined it, and its VNI learns: it is theirs now. */
static bool is_learned(struct pass *pass, const struct fact *fact)
{
	struct mc_group_key key = { fact->key.vni, fact->key.addr };
	struct mc_group group;
	struct mc_vni vni;

	return fact->key.kind == FACT_GROUP && fact->change == FACT_REMOVE &&
	       !mc_vni_get(pass->agent->in, key.vni, &vni) && vni.unknown == MC_UNKNOWN_LEARN &&
	       !mc_group_get(pass->agent->in, &key, false, &group) &&
	       group.local + group.waiting > 0;
}

static void apply_one(struct pass *pass, struct fact *fact)
{
	int err;

	if (is_learned(pass, fact)) {
		struct mc_group_key key = { fact->key.vni, fact->key.addr };

		(void)mc_group_set_flags(pass->agent->in, &key, MC_FANOUT_F_LEARNED, 0);
		disown(pass->reconcile, &fact->key);
		return;
	}
	err = fact->change == FACT_REMOVE ? 0 : own(pass->reconcile, fact);
	if (!err)
		err = apply_fact(pass->agent->in, fact);
	note(pass, fact, err);
}

/* Groups to be changed in the same way, that have not failed: one system call for all of them. */
static size_t collect_groups(struct pass *pass, enum fact_change change, struct fact **groups)
{
	size_t count = 0;

	for (size_t i = 0; i < pass->difference.count && count < GROUPS_MOST; i++) {
		struct fact *fact = &pass->difference.facts[i];

		if (fact->key.kind == FACT_GROUP && fact->change == change &&
		    !retries_find(&pass->reconcile->retries, &fact->key) && !is_learned(pass, fact))
			groups[count++] = fact;
	}
	return count;
}

/* False: not done, so one by one. */
static bool apply_many_groups(struct pass *pass, enum fact_change change)
{
	mc_autofree struct fact **groups = calloc(GROUPS_MOST, sizeof(struct fact *));
	size_t count = groups ? collect_groups(pass, change, groups) : 0;
	int err = 0;

	if (count < 2)
		return false;
	for (size_t i = 0; !err && i < count && change == FACT_ADD; i++)
		err = own(pass->reconcile, groups[i]);
	if (!err)
		err = apply_groups(pass->agent->in, (const struct fact *const *)groups, count);
	if (err) { /* one of them is at fault, which the way one by one shows */
		(void)mc_log_take_error();
		return false;
	}
	for (size_t i = 0; i < count; i++)
		note(pass, groups[i], 0);
	return true;
}

static void apply_at(struct pass *pass, size_t i)
{
	struct fact *fact = &pass->difference.facts[i];

	if (fact->change == FACT_SAME || !may_try(pass, fact))
		return;
	if (fact->key.kind != FACT_GROUP || !apply_many_groups(pass, fact->change))
		apply_one(pass, fact);
}

/* What goes, goes first and in the reverse order of its making; then what comes. */
static bool apply_all(struct pass *pass)
{
	const struct state *difference = &pass->difference;

	for (size_t i = difference->count; i-- > 0;) {
		if (difference->facts[i].change != FACT_REMOVE)
			continue;
		if (is_time_up(pass))
			return false;
		apply_at(pass, i);
	}
	for (size_t i = 0; i < difference->count; i++) {
		if (difference->facts[i].change == FACT_REMOVE)
			continue;
		if (is_time_up(pass))
			return false;
		apply_at(pass, i);
	}
	return true;
}

static bool anything_to_do(const struct pass *pass)
{
	bool found = false;

	for (size_t i = 0; i < pass->difference.count;
	     i++) /* all are asked about: retries_sweep() */
		found |= may_try(pass, &pass->difference.facts[i]);
	return found;
}

static int look(struct pass *pass)
{
	struct reconcile *reconcile = pass->reconcile;
	int err = observe(pass->agent->in, &reconcile->wanted, &reconcile->owned, &pass->observed);

	return err ? err : state_diff(&pass->observed, &reconcile->wanted, &pass->difference);
}

static enum pass_result change(struct pass *pass)
{
	bool all;

	if (agent_lock(pass->agent)) {
		pass->reconcile->counters.deferred++;
		return PASS_LOCKED;
	}
	(void)mc_log_take_error();
	all = apply_all(pass);
	agent_unlock(pass->agent);
	return all ? PASS_DONE : PASS_MORE;
}

enum pass_result pass_run(struct agent *agent)
{
	struct pass pass = {
		.agent = agent,
		.reconcile = agent->reconcile,
		.begun = agent_now(),
	};
	struct reconcile_counters *counters = &pass.reconcile->counters;
	enum pass_result result = PASS_DONE;
	int err = look(&pass);

	counters->look_ns = agent_now() - pass.begun;
	if (err) {
		say(SAY_WARNING, "cannot read the tables", "{s:i}", "errno", -err);
	} else {
		if (anything_to_do(&pass))
			result = change(&pass);
		forget_what_is_gone(&pass);
		retries_sweep(&pass.reconcile->retries);
		(void)journal_tidy(&pass.reconcile->owned_file, &pass.reconcile->owned);
	}
	counters->passes++;
	counters->pending = pass.difference.count;
	counters->last_ns = agent_now() - pass.begun;
	state_free(&pass.observed);
	state_free(&pass.difference);
	return result;
}
