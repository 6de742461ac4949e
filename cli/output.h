/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows for people or for programs, described once: a table of columns, then for each row its values
 * by the names of their columns. Printed as aligned text or, with -j, as a JSON array of flat
 * objects; row by row, so that a million rows need no memory. A value that is not set is null.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

struct array;
struct cli;

enum output_form {
	OUTPUT_TABLE,  /* text: a header, then a line a row */
	OUTPUT_RECORD, /* text: a line a value */
	OUTPUT_LINES,  /* text: 'name value' for all but the columns without label; JSON: an object
			* a line, no array; each line goes out at once */
};

enum column_flags {
	COLUMN_PLAIN = 0,
	COLUMN_STATS = 1 << 0,	/* with -s only */
	COLUMN_TEXT = 1 << 1,	/* not in JSON */
	COLUMN_JSON = 1 << 2,	/* in JSON only */
	COLUMN_NUMBER = 1 << 3, /* text: to the right */
	COLUMN_AGE = 1 << 4,	/* seconds; text: "3d4h" */
	COLUMN_BARE = 1 << 5,	/* OUTPUT_LINES: without label */
};

struct column {
	const char *name; /* as in JSON: snake_case */
	unsigned int flags;
};

#define OUTPUT_COLUMNS_MAX 32

struct output {
	const struct cli *cli;
	enum output_form form;
	const struct column *column[OUTPUT_COLUMNS_MAX]; /* those to be seen */
	size_t count;
	int width[OUTPUT_COLUMNS_MAX];
	json_t *row;  /* being filled */
	json_t *held; /* text: first rows, kept back until the widths are known */
	size_t rows;
};

/* @columns end with one without a name and must outlive the output. */
void output_open(struct output *out, const struct cli *cli, enum output_form form,
		 const struct column *columns);

/* A value of the row; dropped silently if its column is not to be seen. NULL and age < 0: null. */
void output_text(struct output *out, const char *name, const char *value);
void output_number(struct output *out, const char *name, uint64_t value);
void output_age(struct output *out, const char *name, int64_t seconds);

/* Adds @value to a list. */
void output_list(struct output *out, const char *name, const char *value);

/*
 * The addresses of an array of struct mc_addr: in JSON a list; in text the first @most with commas between
 * them, and "+N" for the others.
 */
void output_addrs(struct output *out, const char *name, const struct array *addrs, size_t most);

/* Ends a row. */
void output_row(struct output *out);

/* Ends the output; -errno if it could not be written, said. */
int output_close(struct output *out);
