/* SPDX-License-Identifier: Apache-2.0 */
#include "events.h"

#include <maps/event.h>

#include "test.h"

static int keep(const struct mc_event *event, void *arg)
{
	struct events *events = arg;

	if (events->count < EVENTS_MAX)
		events->event[events->count++] = *event;
	return 0;
}

void events_open(struct events *events, struct datapath *d)
{
	assert_int_equal(mc_event_reader_new(&d->in, keep, events, &events->reader), 0);
	events_read(events);
}

void events_close(struct events *events)
{
	mc_event_reader_free(&events->reader);
}

/* Until nothing is left: a poll hands over what one ring had when it looked. */
size_t events_read(struct events *events)
{
	events->count = 0;
	while (mc_event_poll(events->reader, 0) > 0)
		;
	return events->count;
}

const struct mc_event *events_read_one(struct events *events)
{
	size_t count = events_read(events);

	for (size_t i = 0; count != 1 && i < count; i++)
		print_error("event of type %u, reason %u\n", events->event[i].type,
			    events->event[i].reason);
	assert_int_equal(count, 1);
	return events->event;
}
