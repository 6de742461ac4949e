/* SPDX-License-Identifier: Apache-2.0 */
/* The ring buffer of events. One reader at a time: a record goes to whoever takes it first. */
#pragma once

#include <bpfcast/event.h>

struct mc_instance;

/* A non-zero return ends mc_event_poll(), which returns it. */
typedef int (*mc_event_fn)(const struct mc_event *event, void *arg);

struct mc_event_reader;
/* Hands each event to @fn during mc_event_poll(). Free with mc_event_reader_free(). Silent. */
int mc_event_reader_new(struct mc_instance *in, mc_event_fn fn, void *arg,
			struct mc_event_reader **out);

/* Waits up to @timeout_ms for events and hands over all there are. Their number or a neg. errno. */
int mc_event_poll(struct mc_event_reader *reader, int timeout_ms);

/* Readable when there are events: then mc_event_poll() with 0 does not wait. The reader's own. */
int mc_event_fd(const struct mc_event_reader *reader);

/* *@reader may be NULL. */
void mc_event_reader_free(struct mc_event_reader **reader);
