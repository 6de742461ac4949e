/* SPDX-License-Identifier: Apache-2.0 */
#include "word.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

void words_add(struct words *words, const char *word)
{
	if (words->count < WORDS_MAX)
		words->word[words->count++] = word;
}

int words_find(const struct words *words, const char *text, size_t *index)
{
	size_t length = strlen(text), found = 0, matches = 0;

	if (!length)
		return -ENOENT;
	for (size_t i = 0; i < words->count; i++) {
		if (!words->word[i] || strncmp(words->word[i], text, length) != 0)
			continue;
		found = i;
		if (!words->word[i][length]) { /* the whole word wins over longer ones */
			matches = 1;
			break;
		}
		matches++;
	}
	if (matches != 1)
		return matches ? -ENOTUNIQ : -ENOENT;
	*index = found;
	return 0;
}

/* The words that start with @prefix as "a, b, c". */
static const char *list(const struct words *words, const char *prefix, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < words->count && used < size; i++) {
		if (!words->word[i] || strncmp(words->word[i], prefix, strlen(prefix)) != 0)
			continue;
		used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? ", " : "",
					 words->word[i]);
	}
	return buf;
}

int words_need(struct cli *cli, const struct words *words, const char *what, const char *text,
	       size_t *index)
{
	int err = words_find(words, text, index);
	char buf[256];

	if (err == -ENOTUNIQ)
		return cli_usage(cli, "%s '%s' may mean any of: %s", what, text,
				 list(words, text, buf, sizeof(buf)));
	if (err)
		return cli_usage(cli, "no %s '%s', there is: %s", what, text,
				 list(words, "", buf, sizeof(buf)));
	return 0;
}
