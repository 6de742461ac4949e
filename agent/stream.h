/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /v1/events: what happens, as it happens, a JSON object a line, to each who listens. Who reads too slowly
 * loses the newest, and is told how many.
 */
#pragma once

struct agent;

/* 0 or a negative errno, silently. The API calls them. */
int streams_start(struct agent *agent);
void streams_stop(struct agent *agent);
