/* SPDX-License-Identifier: Apache-2.0 */
/* One run of the tool: its global options, the instance that it works on, how it ends. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct group_queue;
struct mc_instance;
struct object;
struct verb;

struct cli {
	const char *instance; /* NULL: the one that serves this namespace */
	bool json;
	bool pretty;
	bool statistics;
	bool force; /* batch: go on after a line that failed */

	const struct object *const *objects; /* ended by NULL */
	const struct object *object;	     /* those being run, for messages */
	const struct verb *verb;
	bool usage; /* the failure is the caller's command line: exit 2 */

	struct mc_instance *in; /* open, and kept for the next command of a batch; or NULL */
	bool writable;		/* ... with the lock */

	const char *file;	   /* of the batch, NULL outside one */
	size_t line;		   /* being run */
	size_t failed;		   /* lines that did, with -f */
	struct group_queue *queue; /* groups not yet added */
	char prefix[256];	   /* of messages */
};

/*
 * Borrows the instance, opened now if it is not yet (with the lock if @write). What a batch has put
 * off is done first. Errors are said.
 */
int cli_instance(struct cli *cli, bool write, struct mc_instance **in);

/* Same, and leaves put off what is. */
int cli_open(struct cli *cli, bool write, struct mc_instance **in);

/* Closes the instance; what is put off is done first. Needed by who takes the lock by other ways. */
int cli_release(struct cli *cli);

/* Says what is wrong with the command line, and the usage of the verb. Returns -EINVAL. */
int cli_usage(struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* With -j, prints the last error as a JSON object, too. */
void cli_report(const struct cli *cli);

/* In a batch: messages are about this line; it failed, and the batch goes on. */
void cli_set_line(struct cli *cli, size_t line);
void cli_line_failed(struct cli *cli);
