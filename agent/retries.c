/* SPDX-License-Identifier: Apache-2.0 */
#include "retries.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NSEC_PER_MSEC 1000000ull
#define DOUBLINGS     9 /* until RETRY_MOST_MS */

void retries_free(struct retries *retries)
{
	free(retries->list);
	*retries = (struct retries){ 0 };
}

static size_t place_of(const struct retries *retries, const struct fact_key *key)
{
	size_t low = 0, high = retries->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (fact_key_compare(&retries->list[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct retry *find(const struct retries *retries, const struct fact_key *key)
{
	size_t place = place_of(retries, key);

	if (place == retries->count || fact_key_compare(&retries->list[place].key, key))
		return NULL;
	return &retries->list[place];
}

const struct retry *retries_find(const struct retries *retries, const struct fact_key *key)
{
	return find(retries, key);
}

/* NULL: no memory, and so it is tried again at once. */
static struct retry *insert(struct retries *retries, const struct fact_key *key)
{
	size_t place = place_of(retries, key);

	if (!retries->list || retries->count == retries->capacity) {
		size_t capacity = retries->capacity ? retries->capacity * 2 : 16;
		struct retry *list = reallocarray(retries->list, capacity, sizeof(*list));

		if (!list)
			return NULL;
		retries->list = list;
		retries->capacity = capacity;
	}
	memmove(&retries->list[place + 1], &retries->list[place],
		(retries->count - place) * sizeof(*retries->list));
	retries->list[place] = (struct retry){ .key = *key, .seen = true };
	retries->count++;
	return &retries->list[place];
}

void retries_failed(struct retries *retries, const struct fact_key *key, int err, const char *why,
		    uint64_t now)
{
	struct retry *retry = find(retries, key);
	uint64_t wait = RETRY_FIRST_MS;

	if (!retry)
		retry = insert(retries, key);
	if (!retry)
		return;
	wait <<= retry->failures < DOUBLINGS ? retry->failures : DOUBLINGS;
	if (wait > RETRY_MOST_MS)
		wait = RETRY_MOST_MS;
	retry->failures++;
	retry->err = err;
	retry->at = now + wait * NSEC_PER_MSEC;
	snprintf(retry->why, sizeof(retry->why), "%s", why);
}

void retries_done(struct retries *retries, const struct fact_key *key)
{
	struct retry *retry = find(retries, key);

	if (!retry)
		return;
	retries->count--;
	memmove(retry, retry + 1,
		(size_t)(&retries->list[retries->count] - retry) * sizeof(*retry));
}

bool retries_may(struct retries *retries, const struct fact_key *key, uint64_t now)
{
	struct retry *retry = find(retries, key);

	if (!retry)
		return true;
	retry->seen = true;
	return now >= retry->at;
}

void retries_sweep(struct retries *retries)
{
	size_t kept = 0;

	for (size_t i = 0; i < retries->count; i++) {
		if (!retries->list[i].seen)
			continue;
		retries->list[kept] = retries->list[i];
		retries->list[kept++].seen = false;
	}
	retries->count = kept;
}

void retries_hurry(struct retries *retries)
{
	for (size_t i = 0; i < retries->count; i++)
		retries->list[i].at = 0;
}
