/* SPDX-License-Identifier: Apache-2.0 */
/* Facts that could not be applied: since when, why, and when to try again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fact.h"

#define RETRY_FIRST_MS 100
#define RETRY_MOST_MS  30000

struct retry {
	struct fact_key key;
	unsigned int failures; /* one after another */
	int err;	       /* of the last: negative errno */
	uint64_t at;	       /* CLOCK_MONOTONIC, nanoseconds: not before */
	char why[200];
	bool seen; /* of retries_sweep() */
};

struct retries {
	struct retry *list; /* ascending by key */
	size_t count;
	size_t capacity;
};

/* Forgets all. */
void retries_free(struct retries *retries);

/* NULL: it has not failed. */
const struct retry *retries_find(const struct retries *retries, const struct fact_key *key);

/* It failed with @err at @now: the next try is twice as far away as the last one was. */
void retries_failed(struct retries *retries, const struct fact_key *key, int err, const char *why,
		    uint64_t now);

/* It is done. */
void retries_done(struct retries *retries, const struct fact_key *key);

/* May it be tried at @now? Remembers that somebody asked. */
bool retries_may(struct retries *retries, const struct fact_key *key, uint64_t now);

/* Forgets those that nobody asked about since the last sweep: they are not wanted any more. */
void retries_sweep(struct retries *retries);

/* All may be tried at once: something has changed. */
void retries_hurry(struct retries *retries);
