/* SPDX-License-Identifier: Apache-2.0 */
#include "args.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "device.h"
#include "word.h"

static bool is_positional(const struct arg *arg)
{
	return isupper((unsigned char)arg->name[0]);
}

static int take(struct cli *cli, const struct arg *arg, const char *text, bool *seen)
{
	if (*seen)
		return cli_usage(cli, "'%s' is given twice", arg->name);
	*seen = true;
	if (arg->given)
		*arg->given = true;
	return arg->parse(cli, arg, text);
}

/* The first value without a keyword that is still missing, or count. */
static size_t next_positional(const struct arg *args, size_t count, const bool *seen)
{
	size_t i = 0;

	while (i < count && (seen[i] || !is_positional(&args[i])))
		i++;
	return i;
}

static int check_required(struct cli *cli, const struct arg *args, size_t count, const bool *seen)
{
	for (size_t i = 0; i < count; i++) {
		if (args[i].needed && !seen[i])
			return cli_usage(cli, "%s is missing", args[i].name);
	}
	return 0;
}

/* Which argument @word is for: the next value without a keyword (@value, or count), or a keyword. */
static int choose(struct cli *cli, const struct arg *args, const struct words *keywords,
		  size_t value, const char *word, size_t *at)
{
	size_t i = 0;

	/* A keyword may stand where an optional value could, not where a needed one must. */
	if (value < keywords->count &&
	    (args[value].needed || words_find(keywords, word, at) == -ENOENT)) {
		*at = value;
		return 0;
	}
	while (i < keywords->count && !keywords->word[i])
		i++;
	if (i == keywords->count)
		return cli_usage(cli, "'%s' is one word too many", word);
	return words_need(cli, keywords, "argument", word, at);
}

int args_parse(struct cli *cli, int argc, char **argv, const struct arg *args, size_t count)
{
	bool seen[WORDS_MAX] = {};
	struct words keywords = {};
	size_t at;
	int err;

	for (size_t i = 0; i < count; i++)
		words_add(&keywords, is_positional(&args[i]) ? NULL : args[i].name);

	for (int i = 0; i < argc; i++) {
		err = choose(cli, args, &keywords, next_positional(args, count, seen), argv[i],
			     &at);
		if (err)
			return err;
		if (!is_positional(&args[at]) && ++i == argc)
			return cli_usage(cli, "'%s' needs a value", args[at].name);
		err = take(cli, &args[at], argv[i], &seen[at]);
		if (err)
			return err;
	}
	return check_required(cli, args, count, seen);
}

int arg_number(struct cli *cli, const struct arg *arg, const char *text)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, hex ? 16 : 10);
	if (!isdigit((unsigned char)text[0]) || *end)
		return cli_usage(cli, "%s '%s' is not a number", arg->name, text);
	if (errno || value < arg->min || value > arg->max)
		return cli_usage(cli, "%s %s is out of range: %u to %u", arg->name, text, arg->min,
				 arg->max);
	*(__u32 *)arg->to = (__u32)value;
	return 0;
}

int arg_choice(struct cli *cli, const struct arg *arg, const char *text)
{
	struct words words = {};
	size_t index;
	int err;

	for (__u32 i = arg->min; i <= arg->max; i++)
		words_add(&words, arg->choice(i));
	err = words_need(cli, &words, arg->name, text, &index);
	if (err)
		return err;
	*(__u8 *)arg->to = (__u8)(arg->min + index);
	return 0;
}

int arg_text(struct cli *cli, const struct arg *arg, const char *text)
{
	if (!*text)
		return cli_usage(cli, "%s is empty", arg->name);
	*(const char **)arg->to = text;
	return 0;
}

int arg_device(struct cli *cli, const struct arg *arg, const char *text)
{
	size_t length = strlen(text);

	if (!length || length >= DEVICE_NAME_SIZE || strpbrk(text, "/ \t\n"))
		return cli_usage(cli,
				 "%s '%s' cannot be a device: 1 to %d characters, no '/' or "
				 "space",
				 arg->name, text, DEVICE_NAME_SIZE - 1);
	*(const char **)arg->to = text;
	return 0;
}

int arg_interval(struct cli *cli, const struct arg *arg, const char *text)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || value > UINT32_MAX)
		value = UINT32_MAX; /* out of range in any unit */
	value *= 1000;
	if (*end == '.' && isdigit((unsigned char)end[1])) {
		end++;
		for (unsigned int unit = 100; unit && isdigit((unsigned char)*end); unit /= 10)
			value += (unsigned int)(*end++ - '0') * unit;
	}
	if (!isdigit((unsigned char)text[0]) || *end)
		return cli_usage(cli,
				 "%s '%s' is not a time: say seconds, at most three "
				 "decimals, such as 2.5",
				 arg->name, text);
	if (value < arg->min || value > arg->max)
		return cli_usage(cli, "%s %s is out of range: %u.%03u to %u seconds", arg->name,
				 text, arg->min / 1000, arg->min % 1000, arg->max / 1000);
	*(__u32 *)arg->to = (__u32)value;
	return 0;
}
