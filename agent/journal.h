/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A state that outlives the agent, as a file of what became of it, a line a change: so a change costs a
 * line, however large the state is. A line that a kill has cut off was not answered, and does not count.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct fact;
struct fact_key;
struct state;

struct journal {
	char path[192];
	int fd;	      /* -1: not open */
	bool keys;    /* keys alone, without what the facts say */
	size_t lines; /* in the file */
};

/* Reads the file into @state, which is empty, and writes it anew. Errors are said. */
int journal_open(struct journal *journal, const char *path, struct state *state);
void journal_close(struct journal *journal);

/* Errors are said. */
int journal_put(struct journal *journal, const struct fact *fact);
int journal_remove(struct journal *journal, const struct fact_key *key);

/* Writes the file anew if most of its lines are history. Errors are said. */
int journal_tidy(struct journal *journal, const struct state *state);
