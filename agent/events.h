/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the datapath tells, to whoever listens. An event that gets lost loses no state: sweep.c finds in
 * the tables what it would have told.
 */
#pragma once

struct agent;
struct mc_event;

/* Called in the order of events_listen(), for each event; must not block. */
typedef void (*event_fn)(struct agent *agent, const struct mc_event *event);

#define EVENTS_LISTENERS 8

/* To be called from a part's start(), as often as there is room: EVENTS_LISTENERS. */
void events_listen(struct agent *agent, event_fn fn);
