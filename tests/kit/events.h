/* SPDX-License-Identifier: Apache-2.0 */
/* What a datapath tells as events, kept to be looked at. */
#pragma once

#include <bpfcast/event.h>

#include "datapath.h"

#define EVENTS_MAX 512 /* those beyond are lost */

struct events {
	struct mc_event_reader *reader;
	struct mc_event event[EVENTS_MAX];
	size_t count;
};

/* What was told before is skipped. */
void events_open(struct events *events, struct datapath *d);
void events_close(struct events *events);

/* Forgets what was read before and reads all that there is: how many. */
size_t events_read(struct events *events);

/* Same, and exactly one there must be. */
const struct mc_event *events_read_one(struct events *events);
