/* SPDX-License-Identifier: Apache-2.0 */
#include "state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void state_free(struct state *state)
{
	for (size_t i = 0; i < state->count; i++)
		fact_free(&state->facts[i]);
	free(state->facts);
	*state = (struct state){ 0 };
}

static int reserve(struct state *state)
{
	size_t capacity = state->capacity ? state->capacity * 2 : 64;
	struct fact *facts;

	if (state->count < state->capacity)
		return 0;
	facts = reallocarray(state->facts, capacity, sizeof(*facts));
	if (!facts)
		return -ENOMEM;
	state->facts = facts;
	state->capacity = capacity;
	return 0;
}

int state_add(struct state *state, struct fact *fact)
{
	int err = reserve(state);

	if (err) {
		fact_free(fact);
		return err;
	}
	state->facts[state->count++] = *fact;
	return 0;
}

/* qsort() of the C library is a merge sort until memory is short: the place decides between equals. */
static int by_key(const void *a, const void *b)
{
	const struct fact *left = *(struct fact *const *)a, *right = *(struct fact *const *)b;
	int order = fact_key_compare(&left->key, &right->key);

	if (order)
		return order;
	return left < right ? -1 : left > right;
}

static bool is_sorted(const struct state *state)
{
	for (size_t i = 1; i < state->count; i++)
		if (fact_key_compare(&state->facts[i - 1].key, &state->facts[i].key) >= 0)
			return false;
	return true;
}

/* Sorts by pointers, then moves; leaves the order alone if there is no memory for it. */
static int sort_facts(struct state *state)
{
	struct fact **order = calloc(state->count, sizeof(struct fact *));
	struct fact *facts = calloc(state->capacity, sizeof(*facts));
	size_t kept = 0;

	if (!order || !facts) {
		free(order);
		free(facts);
		return -ENOMEM;
	}
	for (size_t i = 0; i < state->count; i++)
		order[i] = &state->facts[i];
	qsort(order, state->count, sizeof(struct fact *), by_key);
	for (size_t i = 0; i < state->count; i++) {
		if (kept && !fact_key_compare(&facts[kept - 1].key, &order[i]->key))
			fact_free(order[i]);
		else
			facts[kept++] = *order[i];
	}
	free(order);
	free(state->facts);
	state->facts = facts;
	state->count = kept;
	return 0;
}

int state_sort(struct state *state)
{
	int err = is_sorted(state) ? 0 : sort_facts(state);

	for (size_t i = 0; i < state->count; i++)
		fact_sort_addrs(&state->facts[i]);
	return err;
}

/* The place of @key, or where it would be. */
static size_t place_of(const struct state *state, const struct fact_key *key)
{
	size_t low = 0, high = state->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (fact_key_compare(&state->facts[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct state *state, size_t place, const struct fact_key *key)
{
	return place < state->count && !fact_key_compare(&state->facts[place].key, key);
}

const struct fact *state_find(const struct state *state, const struct fact_key *key)
{
	size_t place = place_of(state, key);

	return is_at(state, place, key) ? &state->facts[place] : NULL;
}

int state_put(struct state *state, const struct fact *fact)
{
	size_t place = place_of(state, &fact->key);
	struct fact copy;
	int err = fact_copy(&copy, fact);

	if (err)
		return err;
	fact_sort_addrs(&copy);
	if (is_at(state, place, &fact->key)) {
		fact_free(&state->facts[place]);
		state->facts[place] = copy;
		return 0;
	}
	err = reserve(state);
	if (err) {
		fact_free(&copy);
		return err;
	}
	memmove(&state->facts[place + 1], &state->facts[place],
		(state->count - place) * sizeof(*state->facts));
	state->facts[place] = copy;
	state->count++;
	return 0;
}

bool state_remove(struct state *state, const struct fact_key *key)
{
	size_t place = place_of(state, key);

	if (!is_at(state, place, key))
		return false;
	fact_free(&state->facts[place]);
	state->count--;
	memmove(&state->facts[place], &state->facts[place + 1],
		(state->count - place) * sizeof(*state->facts));
	return true;
}

static int add_copy(struct state *to, const struct fact *fact, enum fact_change change)
{
	struct fact copy;
	int err = fact_copy(&copy, fact);

	if (err)
		return err;
	copy.change = change;
	return state_add(to, &copy);
}

int state_merge(struct state *to, const struct state *from)
{
	int err = 0;

	for (size_t i = 0; !err && i < from->count; i++)
		err = add_copy(to, &from->facts[i], FACT_SAME);
	return err ? err : state_sort(to);
}

int state_diff(const struct state *observed, const struct state *wanted, struct state *difference)
{
	size_t i = 0, j = 0;
	int err = 0;

	while (!err && (i < observed->count || j < wanted->count)) {
		const struct fact *is = i < observed->count ? &observed->facts[i] : NULL;
		const struct fact *want = j < wanted->count ? &wanted->facts[j] : NULL;
		int order = !is ? 1 : !want ? -1 : fact_key_compare(&is->key, &want->key);

		if (order < 0 && is->ours)
			err = add_copy(difference, is, FACT_REMOVE);
		else if (order > 0)
			err = add_copy(difference, want, FACT_ADD);
		else if (!order && !fact_serves(is, want))
			err = add_copy(difference, want, FACT_REPLACE);
		i += order <= 0;
		j += order >= 0;
	}
	return err;
}
