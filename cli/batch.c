/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>

#include "args.h"
#include "cli.h"
#include "group_queue.h"
#include "verb.h"

#define BATCH_WORDS_MAX 64

/*
 * The next word of a line, in place, without its quotes: 1 and the word, 0 at the end or a comment,
 * -EINVAL when a quote is not closed.
 */
static int next_word(char **at, char **word)
{
	char *from = *at + strspn(*at, " \t\r\n");
	char *to = from;
	bool quoted = false;

	if (!*from || *from == '#')
		return 0;
	*word = from;
	for (; *from && (quoted || !strchr(" \t\r\n", *from)); from++) {
		if (*from == '"')
			quoted = !quoted;
		else
			*to++ = *from;
	}
	if (quoted)
		return -EINVAL;
	*at = *from ? from + 1 : from;
	*to = '\0';
	return 1;
}

static int split(char *line, char **words)
{
	int count = 0, found;

	while ((found = next_word(&line, &words[count])) > 0) {
		if (++count == BATCH_WORDS_MAX)
			return mc_error(-E2BIG, "more than %d words in a line",
					BATCH_WORDS_MAX - 1);
	}
	if (found < 0)
		return mc_error(found, "a double quote is not closed");
	words[count] = NULL;
	return count;
}

static int run_line(struct cli *cli, char *line)
{
	char *words[BATCH_WORDS_MAX];
	int count = split(line, words);

	return count > 0 ? verb_run(cli, count, words) : count;
}

/* Nothing to read for now: whoever writes waits for what the lines so far have done. */
static bool is_idle(FILE *file)
{
	struct pollfd fd = { .fd = fileno(file), .events = POLLIN };

	return poll(&fd, 1, 0) == 0;
}

static int run_lines(struct cli *cli, FILE *file)
{
	mc_autofree char *line = NULL;
	size_t size = 0, lines = 0;
	int err = 0, settled;

	for (;;) {
		if (!err && is_idle(file))
			err = group_queue_settle(cli);
		if (err || getline(&line, &size, file) < 0)
			break;
		cli_set_line(cli, ++lines);
		err = run_line(cli, line);
		if (err && cli->force) {
			cli_line_failed(cli);
			err = 0;
		}
	}
	settled = group_queue_settle(cli); /* what came before a line that failed counts */
	if (!err)
		err = settled;
	mc_log_set_prefix(NULL);
	if (!err && ferror(file))
		return mc_error_errno(-EIO, "cannot read '%s'", cli->file);
	if (cli->failed)
		return mc_error(-ECANCELED, "%s: %zu of %zu lines failed", cli->file, cli->failed,
				lines);
	return err;
}

static int batch(struct cli *cli, int argc, char **argv)
{
	const char *name = NULL;
	const struct arg args[] = { ARG_NEEDED("FILE", arg_text, &name) };
	mc_autofile FILE *opened = NULL;
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));
	bool is_stdin;

	if (err)
		return err;
	is_stdin = strcmp(name, "-") == 0;
	if (!is_stdin) {
		opened = fopen(name, "re");
		if (!opened)
			return mc_error_errno(-errno, "cannot open '%s'", name);
	}
	cli->file = is_stdin ? "stdin" : name;
	err = run_lines(cli, is_stdin ? stdin : opened);
	group_queue_free(cli);
	cli->file = NULL;
	cli->usage = false; /* that of a line, not ours */
	return err;
}

static const struct verb verbs[] = {
	{ "", "FILE|-", "run the commands of a file, one a line, without the word bpfcast",
	  "'#' starts a comment, double quotes keep a word together. The first line that fails\n"
	  "ends the batch, with -f (--force) it goes on. The instance is opened once.\n",
	  batch, true },
	{},
};

const struct object batch_object = { "batch", "many commands from a file", verbs };
