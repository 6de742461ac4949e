/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metrics as text: OpenMetrics 1.0, or Prometheus' older format 0.0.4, in which a counter's family has the
 * name of its samples.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct metrics {
	FILE *out;
	bool open; /* OpenMetrics */
};

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_INFO };

/* Begins a family. @name is without _total or _info; @unit NULL or its last word. */
void metric_family(struct metrics *metrics, enum metric_type type, const char *name,
		   const char *unit, const char *help);

/* A sample of the family: @labels as "a", "x", "b", "y", NULL; their values are escaped. */
void metric_sample(struct metrics *metrics, enum metric_type type, const char *name,
		   const char *const *labels, double value);

/* What must stand at the end. */
void metric_end(struct metrics *metrics);
