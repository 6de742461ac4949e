/* SPDX-License-Identifier: Apache-2.0 */
/* The queriers as a part of /v1/status. */
#pragma once

#include <jansson.h>

struct agent;
struct metrics;

/* A list, an object a port and family; NULL: no memory. */
json_t *querier_rows(struct agent *agent);

/* The same for /metrics. */
void querier_metrics(struct metrics *metrics, struct agent *agent);
