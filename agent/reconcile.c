/* SPDX-License-Identifier: Apache-2.0 */
#include "reconcile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>

#include "agent.h"
#include "config.h"
#include "document.h"
#include "pass.h"
#include "say.h"
#include "wanted.h"

#define PERIOD_USEC  400000 /* drift is mended within a second */
#define LOCKED_USEC  20000
#define SUSPECT_USEC 50000    /* damage that is still there after that is no change on its way */
#define SHARE	     20	      /* of the time: where looking takes long, it is done less often */
#define QUICK_NS     10000000 /* a pass that an answer of the API may wait for */

static void set_timer(struct reconcile *reconcile, uint64_t usec)
{
	(void)sd_event_source_set_time_relative(reconcile->timer, usec);
	(void)sd_event_source_set_enabled(reconcile->timer, SD_EVENT_ONESHOT);
}

/* Until the next look, by what one takes. */
static uint64_t pause_for(const struct reconcile *reconcile, uint64_t begun)
{
	uint64_t took = (agent_now() - begun) / 1000 * SHARE;

	if (reconcile->damage.count)
		return SUSPECT_USEC;
	return took > PERIOD_USEC ? took : PERIOD_USEC;
}

static void run(struct agent *agent, bool looks_for_damage)
{
	struct reconcile *reconcile = agent->reconcile;
	uint64_t usec = PERIOD_USEC, begun;

	if (agent->in) {
		switch (pass_run(agent)) {
		case PASS_MORE:
			usec = 0;
			break;
		case PASS_LOCKED:
			usec = LOCKED_USEC;
			break;
		default:
			begun = agent_now() - reconcile->counters.look_ns;
			if (looks_for_damage)
				damage_look(agent, &reconcile->damage);
			usec = pause_for(reconcile, begun);
		}
	}
	set_timer(reconcile, usec);
}

static int on_time(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	run(arg, true);
	return 0;
}

void reconcile_kick(struct agent *agent)
{
	retries_hurry(&agent->reconcile->retries);
	set_timer(agent->reconcile, 0);
}

void reconcile_now(struct agent *agent)
{
	if (agent->in && agent->reconcile->counters.last_ns < QUICK_NS)
		run(agent, false);
	else
		set_timer(agent->reconcile, 0);
}

/* ---- the two sources ---- */

/* The facts of the configuration file become ours: those that were before it, the caller's. */
static struct state take_file(struct agent *agent)
{
	struct state old = agent->reconcile->file;

	agent->reconcile->file = agent->config->facts;
	agent->config->facts = (struct state){ 0 };
	return old;
}

static int reload(struct agent *agent)
{
	struct reconcile *reconcile = agent->reconcile;
	struct state old = take_file(agent);
	int err = wanted_build(reconcile);

	if (err) {
		state_free(&reconcile->file);
		reconcile->file = old;
		return mc_error_errno(err, "cannot take the configuration over");
	}
	state_free(&old);
	reconcile_kick(agent);
	return 0;
}

/* Looks at all of @facts before it takes any. */
static int check_file(const struct reconcile *reconcile, const struct state *facts)
{
	for (size_t i = 0; i < facts->count; i++) {
		const struct fact *in_file = state_find(&reconcile->file, &facts->facts[i].key);

		if (in_file && !fact_equal(in_file, &facts->facts[i]))
			return -EEXIST;
	}
	return 0;
}

int reconcile_put(struct agent *agent, const struct state *facts, enum reconcile_told *was)
{
	struct reconcile *reconcile = agent->reconcile;
	int err = check_file(reconcile, facts);

	*was = RECONCILE_SAME;
	for (size_t i = 0; !err && i < facts->count; i++) {
		const struct fact *fact = &facts->facts[i];
		const struct fact *told = state_find(&reconcile->told, &fact->key);

		if (told && fact_equal(told, fact))
			continue;
		*was = told ? RECONCILE_OTHER : RECONCILE_NEW;
		err = journal_put(&reconcile->told_file, fact);
		if (!err)
			err = state_put(&reconcile->told, fact);
		if (!err)
			err = wanted_put(reconcile, fact);
	}
	if (!err)
		err = journal_tidy(&reconcile->told_file, &reconcile->told);
	reconcile_now(agent);
	return err;
}

/* @key: a copy, not of a state that it is removed from. */
static int forget(struct reconcile *reconcile, struct fact_key key)
{
	int err = journal_remove(&reconcile->told_file, &key);

	if (err)
		return err;
	(void)state_remove(&reconcile->told, &key);
	if (!state_find(&reconcile->file, &key))
		wanted_remove(reconcile, &key);
	return 0;
}

int reconcile_remove(struct agent *agent, const struct fact_key *key, bool *was)
{
	struct reconcile *reconcile = agent->reconcile;
	int err;

	*was = state_find(&reconcile->told, key);
	if (!*was)
		return state_find(&reconcile->file, key) ? -EEXIST : 0;
	err = forget(reconcile, *key);
	if (!err)
		err = journal_tidy(&reconcile->told_file, &reconcile->told);
	reconcile_now(agent);
	return err;
}

int reconcile_forget_members(struct agent *agent, const char *port)
{
	struct reconcile *reconcile = agent->reconcile;
	struct fact_key wanted = fact_key_member(0, &(struct mc_addr){ 0 }, port);
	int err = 0;

	for (size_t i = reconcile->told.count; !err && i-- > 0;) {
		const struct fact_key *key = &reconcile->told.facts[i].key;

		if (key->kind == FACT_MEMBER && !memcmp(key->dev, wanted.dev, sizeof(key->dev)))
			err = forget(reconcile, *key);
	}
	return err;
}

bool reconcile_wants(const struct agent *agent, const struct mc_group_key *key)
{
	struct fact_key group = fact_key_group(FACT_GROUP, key->vni, &key->group);

	return agent->reconcile && state_find(&agent->reconcile->wanted, &group);
}

const char *reconcile_fares(struct agent *agent, const struct fact_key *key, const char **why)
{
	const struct retry *retry = retries_find(&agent->reconcile->retries, key);

	*why = retry ? retry->why : NULL;
	return retry ? "failed" : "active";
}

/* ---- the part ---- */

static int open_journals(struct agent *agent)
{
	struct reconcile *reconcile = agent->reconcile;
	char path[192];
	int err;

	snprintf(path, sizeof(path), "%s/%s.wanted", agent->options.run, agent->name);
	err = journal_open(&reconcile->told_file, path, &reconcile->told);
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/%s.owned", agent->options.run, agent->name);
	return journal_open(&reconcile->owned_file, path, &reconcile->owned);
}

static int start(struct agent *agent)
{
	struct reconcile *reconcile = calloc(1, sizeof(*reconcile));
	int err;

	if (!reconcile)
		return -ENOMEM;
	reconcile->told_file.fd = -1;
	reconcile->owned_file.fd = -1;
	reconcile->owned_file.keys = true;
	agent->reconcile = reconcile;
	(void)take_file(agent);
	err = open_journals(agent);
	if (!err)
		err = wanted_build(reconcile);
	if (err)
		return err;
	err = sd_event_add_time_relative(agent->loop, &reconcile->timer, CLOCK_MONOTONIC, 0, 1,
					 on_time, agent);
	return err < 0 ? mc_error_errno(err, "cannot set a timer") : 0;
}

static void stop(struct agent *agent)
{
	struct reconcile *reconcile = agent->reconcile;

	if (!reconcile)
		return;
	sd_event_source_disable_unref(reconcile->timer);
	journal_close(&reconcile->told_file);
	journal_close(&reconcile->owned_file);
	state_free(&reconcile->file);
	state_free(&reconcile->told);
	state_free(&reconcile->wanted);
	state_free(&reconcile->owned);
	retries_free(&reconcile->retries);
	free(reconcile);
	agent->reconcile = NULL;
}

const struct part reconcile_part = {
	"reconcile", .start = start, .reload = reload, .loaded = reconcile_kick, .stop = stop,
};
