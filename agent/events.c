/* SPDX-License-Identifier: Apache-2.0 */
#include "events.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include <bpfcast/log.h>
#include <maps/event.h>

#include "agent.h"

struct events {
	struct mc_event_reader *reader;
	sd_event_source *source;
	event_fn listener[EVENTS_LISTENERS];
	size_t count;
};

void events_listen(struct agent *agent, event_fn fn)
{
	assert(agent->events->count < EVENTS_LISTENERS);
	agent->events->listener[agent->events->count++] = fn;
}

static int take(const struct mc_event *event, void *arg)
{
	struct agent *agent = arg;

	for (size_t i = 0; i < agent->events->count; i++)
		agent->events->listener[i](agent, event);
	return 0;
}

static int on_events(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct agent *agent = arg;

	(void)source;
	(void)fd;
	(void)revents;
	(void)mc_event_poll(agent->events->reader, 0);
	return 0;
}

static void close_reader(struct agent *agent)
{
	agent->events->source = sd_event_source_disable_unref(agent->events->source);
	mc_event_reader_free(&agent->events->reader);
}

static void loaded(struct agent *agent)
{
	struct events *events = agent->events;
	int err = mc_event_reader_new(agent->in, take, agent, &events->reader);

	if (!err)
		err = sd_event_add_io(agent->loop, &events->source, mc_event_fd(events->reader),
				      EPOLLIN, on_events, agent);
	if (err < 0)
		(void)mc_error_errno(err, "cannot read the events: the tables will have to do");
}

static int start(struct agent *agent)
{
	agent->events = calloc(1, sizeof(*agent->events));
	return agent->events ? 0 : -ENOMEM;
}

static void stop(struct agent *agent)
{
	if (!agent->events)
		return;
	close_reader(agent);
	free(agent->events);
	agent->events = NULL;
}

const struct part events_part = { "events", .start = start, .loaded = loaded, .gone = close_reader,
				  .stop = stop };
