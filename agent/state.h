/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts together: what is wanted of a node, what its tables hold, or the difference. All three are this
 * type; the difference is a pure function of the other two, whatever order they were collected in.
 */
#pragma once

#include <stddef.h>

#include "fact.h"

struct state {
	struct fact *facts; /* each key once, ascending, once sorted */
	size_t count;
	size_t capacity;
};

/* Empties it. */
#define autostate __attribute__((cleanup(state_free)))
void state_free(struct state *state);

/*
 * Appends @fact, whose addresses become the state's, also when this fails (-ENOMEM). To be sorted
 * before any of the functions below.
 */
int state_add(struct state *state, struct fact *fact);

/* Puts the facts and their addresses in order; of those with one key, the first stays. -ENOMEM. */
int state_sort(struct state *state);

/* NULL: not there. */
const struct fact *state_find(const struct state *state, const struct fact_key *key);

/* Puts a copy of @fact in the place of one with its key. -ENOMEM, @state untouched. */
int state_put(struct state *state, const struct fact *fact);

/* False: was not there. */
bool state_remove(struct state *state, const struct fact_key *key);

/* Adds copies of the facts of @from whose keys @to has not. */
int state_merge(struct state *to, const struct state *from);

/*
 * What must change to make @observed serve for @wanted: facts of @wanted to be added or to replace what
 * is there; and facts of @observed, if they are ours, to be removed. Others that nobody wants are
 * left alone. @difference is empty, and sorted afterwards. -ENOMEM.
 */
int state_diff(const struct state *observed, const struct state *wanted, struct state *difference);
