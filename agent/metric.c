/* SPDX-License-Identifier: Apache-2.0 */
#include "metric.h"

static const char *suffix(enum metric_type type)
{
	return type == METRIC_COUNTER ? "_total" : type == METRIC_INFO ? "_info" : "";
}

void metric_family(struct metrics *metrics, enum metric_type type, const char *name,
		   const char *unit, const char *help)
{
	static const char *const types[] = { "counter", "gauge", "info" };
	const char *end = metrics->open ? "" : suffix(type);
	const char *word = !metrics->open && type == METRIC_INFO ? "gauge" : types[type];

	fprintf(metrics->out, "# TYPE %s%s %s\n", name, end, word);
	if (unit && metrics->open)
		fprintf(metrics->out, "# UNIT %s %s\n", name, unit);
	fprintf(metrics->out, "# HELP %s%s %s\n", name, end, help);
}

static void print_value(FILE *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n')
			fputs("\\n", out);
		else if (*value == '"' || *value == '\\')
			fprintf(out, "\\%c", *value);
		else
			fputc(*value, out);
	}
}

void metric_sample(struct metrics *metrics, enum metric_type type, const char *name,
		   const char *const *labels, double value)
{
	const char *between = "{";

	fprintf(metrics->out, "%s%s", name, suffix(type));
	for (; labels && *labels; labels += 2) {
		fprintf(metrics->out, "%s%s=\"", between, labels[0]);
		print_value(metrics->out, labels[1]);
		fputc('"', metrics->out);
		between = ",";
	}
	fprintf(metrics->out, "%s %.17g\n", *between == ',' ? "}" : "", value);
}

void metric_end(struct metrics *metrics)
{
	if (metrics->open)
		fputs("# EOF\n", metrics->out);
}
