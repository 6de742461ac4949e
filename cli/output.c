/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>

#include "cli.h"

#define CELL_SIZE 128
#define HELD_ROWS 1024 /* the widths of a table are those of its first rows */

static bool is_seen(const struct cli *cli, const struct column *column)
{
	if ((column->flags & COLUMN_STATS) && !cli->statistics)
		return false;
	return !(column->flags & (cli->json ? COLUMN_TEXT : COLUMN_JSON));
}

static void start_row(struct output *out)
{
	out->row = json_object();
	for (size_t i = 0; i < out->count; i++)
		json_object_set_new_nocheck(out->row, out->column[i]->name, json_null());
}

void output_open(struct output *out, const struct cli *cli, enum output_form form,
		 const struct column *columns)
{
	*out = (struct output){ .cli = cli, .form = form };
	for (; columns->name && out->count < OUTPUT_COLUMNS_MAX; columns++) {
		if (!is_seen(cli, columns))
			continue;
		out->column[out->count] = columns;
		out->width[out->count] = (int)strlen(columns->name);
		out->count++;
	}
	if (!cli->json && form == OUTPUT_TABLE)
		out->held = json_array();
	start_row(out);
}

static void set(struct output *out, const char *name, json_t *value)
{
	if (value && json_object_get(out->row, name))
		json_object_set_new_nocheck(out->row, name, value);
	else
		json_decref(value);
}

void output_text(struct output *out, const char *name, const char *value)
{
	if (value)
		set(out, name, json_string(value));
}

void output_number(struct output *out, const char *name, uint64_t value)
{
	set(out, name, json_integer((json_int_t)value));
}

void output_age(struct output *out, const char *name, int64_t seconds)
{
	if (seconds >= 0)
		set(out, name, json_integer(seconds));
}

void output_list(struct output *out, const char *name, const char *value)
{
	json_t *list = json_object_get(out->row, name);

	if (!list)
		return;
	if (!json_is_array(list)) {
		list = json_array();
		json_object_set_new_nocheck(out->row, name, list);
	}
	if (value)
		json_array_append_new(list, json_string(value));
}

static void format_age(json_int_t seconds, char cell[CELL_SIZE])
{
	static const struct {
		json_int_t seconds;
		char name;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	size_t i = 0;
	int used;

	while (i < MC_ARRAY_SIZE(units) - 1 && seconds < units[i].seconds)
		i++;
	used = snprintf(cell, CELL_SIZE, "%" JSON_INTEGER_FORMAT "%c", seconds / units[i].seconds,
			units[i].name);
	seconds %= units[i].seconds;
	if (i < MC_ARRAY_SIZE(units) - 1 && seconds >= units[i + 1].seconds)
		snprintf(cell + used, CELL_SIZE - (size_t)used, "%" JSON_INTEGER_FORMAT "%c",
			 seconds / units[i + 1].seconds, units[i + 1].name);
}

static const char *format_cell(const json_t *value, const struct column *column,
			       char cell[CELL_SIZE])
{
	if (json_is_string(value))
		return json_string_value(value);
	if (!json_is_integer(value))
		return "-";
	if (column->flags & COLUMN_AGE)
		format_age(json_integer_value(value), cell);
	else
		snprintf(cell, CELL_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return cell;
}

static void print_cell(const struct output *out, size_t i, const char *text)
{
	const char *end = i + 1 < out->count ? "  " : "\n";

	if (out->column[i]->flags & (COLUMN_NUMBER | COLUMN_AGE))
		printf("%*s%s", out->width[i], text, end);
	else if (i + 1 < out->count)
		printf("%-*s%s", out->width[i], text, end);
	else
		printf("%s%s", text, end);
}

static void print_row(const struct output *out, const json_t *row)
{
	char cell[CELL_SIZE];

	for (size_t i = 0; i < out->count; i++)
		print_cell(out, i,
			   format_cell(json_object_get(row, out->column[i]->name), out->column[i],
				       cell));
}

static void print_header(const struct output *out)
{
	char cell[CELL_SIZE];

	for (size_t i = 0; i < out->count; i++) {
		size_t j = 0;

		for (; j < sizeof(cell) - 1 && out->column[i]->name[j]; j++)
			cell[j] = (char)toupper((unsigned char)out->column[i]->name[j]);
		cell[j] = '\0';
		print_cell(out, i, cell);
	}
}

/* Prints the header and the rows kept back; from now on rows go out as they come. */
static void release_held(struct output *out)
{
	char cell[CELL_SIZE];
	json_t *row;
	size_t at;

	json_array_foreach(out->held, at, row)
	{
		for (size_t i = 0; i < out->count; i++) {
			const char *text = format_cell(json_object_get(row, out->column[i]->name),
						       out->column[i], cell);

			if (out->width[i] < (int)strlen(text))
				out->width[i] = (int)strlen(text);
		}
	}
	print_header(out);
	json_array_foreach(out->held, at, row) print_row(out, row);
	json_decref(out->held);
	out->held = NULL;
}

static void print_labelled(const char *name, const char *value)
{
	char label[CELL_SIZE];

	snprintf(label, sizeof(label), "%s", name);
	for (char *c = label; *c; c++)
		*c = *c == '_' ? ' ' : *c;
	printf("%-18s %s\n", label, value);
}

static void print_record(const struct output *out)
{
	char cell[CELL_SIZE];

	for (size_t i = 0; i < out->count; i++) {
		const json_t *value = json_object_get(out->row, out->column[i]->name);
		size_t items = json_array_size(value);

		if (!json_is_array(value))
			print_labelled(out->column[i]->name,
				       format_cell(value, out->column[i], cell));
		for (size_t j = 0; j < items; j++)
			print_labelled(out->column[i]->name,
				       json_string_value(json_array_get(value, j)));
	}
}

static void print_line(const struct output *out)
{
	char cell[CELL_SIZE];

	for (size_t i = 0; i < out->count; i++) {
		const json_t *value = json_object_get(out->row, out->column[i]->name);

		if (json_is_null(value))
			continue;
		printf("%s%s%s%s", i ? " " : "",
		       out->column[i]->flags & COLUMN_BARE ? "" : out->column[i]->name,
		       out->column[i]->flags & COLUMN_BARE ? "" : " ",
		       format_cell(value, out->column[i], cell));
	}
	putchar('\n');
}

static void print_json(const struct output *out)
{
	size_t flags = out->cli->pretty ? JSON_INDENT(2) : JSON_COMPACT;

	if (out->form != OUTPUT_LINES)
		fputs(out->rows ? ",\n" : "[", stdout);
	json_dumpf(out->row, stdout, flags);
	if (out->form == OUTPUT_LINES)
		putchar('\n');
}

void output_row(struct output *out)
{
	if (out->cli->json)
		print_json(out);
	else if (out->held)
		json_array_append(out->held, out->row);
	else if (out->form == OUTPUT_RECORD)
		print_record(out);
	else if (out->form == OUTPUT_LINES)
		print_line(out);
	else
		print_row(out, out->row);
	out->rows++;

	if (out->held && out->rows == HELD_ROWS)
		release_held(out);
	if (out->form == OUTPUT_LINES)
		fflush(stdout);
	json_decref(out->row);
	start_row(out);
}

int output_close(struct output *out)
{
	if (out->cli->json && out->form != OUTPUT_LINES)
		puts(out->rows ? "]" : "[]");
	if (out->held)
		release_held(out);
	json_decref(out->row);
	out->row = NULL;
	if (fflush(stdout) || ferror(stdout))
		return mc_error_errno(errno ? -errno : -EIO, "cannot write to stdout");
	return 0;
}
