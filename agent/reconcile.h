/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drives the tables towards what is wanted, again and again: observes, takes the difference, applies it.
 * What is wanted comes from the configuration file and from the API; of a fact that both name, the
 * file's is taken. What we have put into the tables is written down in RUN/NAME.owned before, so that the
 * next agent knows what is ours to remove; what the API was told is in RUN/NAME.wanted.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "journal.h"
#include "retries.h"
#include "state.h"
#include "damage.h"

struct agent;

struct reconcile_counters {
	uint64_t passes;
	uint64_t applied;  /* facts */
	uint64_t failed;   /* tries */
	uint64_t deferred; /* passes that the instance's lock kept waiting */
	uint64_t last_ns;  /* how long the last pass took */
	uint64_t look_ns;  /* of that, to read the tables */
	size_t pending;	   /* facts that differ after it */
};

struct reconcile {
	struct state file;   /* what the configuration wants */
	struct state told;   /* what the API was told */
	struct state wanted; /* both, and what follows from them */
	struct state
		owned; /* what we have put into the tables; keys count, members are not in it */
	struct journal told_file, owned_file;
	struct retries retries;
	struct damage damage;
	struct reconcile_counters counters;
	sd_event_source *timer;
};

struct mc_group_key;

/* Is the group wanted, by whomever? Then it does not go with its last member. */
bool reconcile_wants(const struct agent *agent, const struct mc_group_key *key);

/* Soon, and what has failed too: something has changed. */
void reconcile_kick(struct agent *agent);

/* At once, as far as it takes no waiting; what is left is done by the timer. */
void reconcile_now(struct agent *agent);

enum reconcile_told {
	RECONCILE_SAME,	 /* was told before */
	RECONCILE_NEW,	 /* was not */
	RECONCILE_OTHER, /* was told, but something else */
};

/*
 * The API wants the facts of @facts, or wants @key no more. Kept before they return, then reconciled.
 * -EEXIST: the configuration file has it, and otherwise; -errno of writing, said.
 */
int reconcile_put(struct agent *agent, const struct state *facts, enum reconcile_told *was);
int reconcile_remove(struct agent *agent, const struct fact_key *key, bool *was);

/* The API wants no members on a port any more. */
int reconcile_forget_members(struct agent *agent, const char *port);

/* How a fact that is wanted fares: "active", "pending", "failed"; *@why is NULL or words. */
const char *reconcile_fares(struct agent *agent, const struct fact_key *key, const char **why);
