/* SPDX-License-Identifier: Apache-2.0 */
/* Words of the grammar, found by themselves or by a prefix that only one of them has. */
#pragma once

#include <stddef.h>

struct cli;

#define WORDS_MAX 32

struct words {
	const char *word[WORDS_MAX]; /* NULL: no word, keeps the index of the others */
	size_t count;
};

/* Appends a word, which is not copied; those beyond WORDS_MAX are dropped. */
void words_add(struct words *words, const char *word);

/* Index of the word meant by @text; -ENOENT: none, -ENOTUNIQ: more than one. Silent. */
int words_find(const struct words *words, const char *text, size_t *index);

/* Same, and says what is wrong; @what: the kind of word, "verb". */
int words_need(struct cli *cli, const struct words *words, const char *what, const char *text,
	       size_t *index);
