/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpfcast/event.h>
#include <bpfcast/reason.h>
#include <bpfcast/util.h>
#include <maps/port.h>
#include <maps/text.h>

#include "agent.h"
#include "api.h"
#include "events.h"
#include "route.h"
#include "rows.h"

#define STREAMS_MOST   64
#define BUFFER	       65536 /* bytes a listener may be behind */
#define HEARTBEAT_SECS 5     /* and so a listener that is gone is noticed */
#define NSEC_PER_SEC   1000000000ll

struct stream {
	struct api *api;
	struct MHD_Connection *connection;
	bool suspended, ending;
	char buffer[BUFFER];
	size_t used;
	unsigned long lost; /* since the listener was last told */
	uint64_t told;	    /* CLOCK_MONOTONIC of the last line, nanoseconds */
	struct stream *next, *prev;
};

/* ---- one listener ---- */

static void wake(struct stream *stream)
{
	if (!stream->suspended)
		return;
	stream->suspended = false;
	MHD_resume_connection(stream->connection);
	api_wake(stream->api);
}

static bool append(struct stream *stream, const char *line, size_t length)
{
	if (stream->used + length > sizeof(stream->buffer))
		return false;
	memcpy(stream->buffer + stream->used, line, length);
	stream->used += length;
	stream->told = agent_now();
	return true;
}

static void tell(struct stream *stream, const char *line, size_t length)
{
	char lost[64];
	int size =
		snprintf(lost, sizeof(lost), "{\"event\":\"lost\",\"count\":%lu}\n", stream->lost);

	if (stream->lost && append(stream, lost, (size_t)size))
		stream->lost = 0;
	if (stream->lost || !append(stream, line, length))
		stream->lost++;
	wake(stream);
}

static ssize_t read_stream(void *arg, uint64_t position, char *buffer, size_t most)
{
	struct stream *stream = arg;
	size_t length = stream->used < most ? stream->used : most;

	(void)position;
	if (stream->ending)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (!length) {
		stream->suspended = true;
		MHD_suspend_connection(stream->connection);
		return 0;
	}
	memcpy(buffer, stream->buffer, length);
	stream->used -= length;
	memmove(stream->buffer, stream->buffer + length, stream->used);
	return (ssize_t)length;
}

static void free_stream(void *arg)
{
	struct stream *stream = arg;

	*(stream->prev ? &stream->prev->next : &stream->api->streams) = stream->next;
	if (stream->next)
		stream->next->prev = stream->prev;
	stream->api->stream_count--;
	free(stream);
}

static struct stream *new_stream(struct request *request)
{
	struct api *api = request->agent->api;
	struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return NULL;
	stream->api = api;
	stream->connection = request->connection;
	stream->told = agent_now();
	stream->next = api->streams;
	if (stream->next)
		stream->next->prev = stream;
	api->streams = stream;
	api->stream_count++;
	return stream;
}

enum MHD_Result events_get(struct request *request)
{
	static const char hello[] = "{\"event\":\"listening\"}\n";
	struct MHD_Response *response;
	struct stream *stream;
	enum MHD_Result result;

	if (request->agent->api->stream_count >= STREAMS_MOST)
		return request_problem(request, PROBLEM_TOO_MANY, "at most %d", STREAMS_MOST);
	stream = new_stream(request);
	if (!stream)
		return MHD_NO;
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, stream,
						     free_stream);
	if (!response) {
		free_stream(stream);
		return MHD_NO;
	}
	tell(stream, hello, sizeof(hello) - 1);
	if (request->client)
		request->client->streaming = true;
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				      "application/x-ndjson");
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	result = MHD_queue_response(request->connection, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

/* ---- all of them ---- */

static int64_t wall_offset(void)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	return wall.tv_sec * NSEC_PER_SEC + wall.tv_nsec - (int64_t)agent_now();
}

static void set(json_t *json, const char *name, json_t *value)
{
	(void)json_object_set_new(json, name, value);
}

static json_t *event_json(struct agent *agent, const struct mc_event *event)
{
	char text[MC_TIME_TEXT], addr[MC_ADDR_TEXT];
	struct mc_port port;
	json_t *json = json_pack("{s:s, s:s}", "time",
				 mc_time_format((int64_t)event->time + wall_offset(), text),
				 "event", mc_event_name(event->type));

	if (event->reason != MC_R_REPORT)
		set(json, "reason", json_string(mc_reason_name(event->reason)));
	set(json, "vni", json_integer(event->vni));
	if (!mc_addr_is_zero(&event->group))
		set(json, "group", json_string(mc_addr_format(&event->group, addr)));
	if (!mc_addr_is_zero(&event->source))
		set(json, "source", json_string(mc_addr_format(&event->source, addr)));
	if (event->ifindex)
		set(json, "ifindex", json_integer(event->ifindex));
	if (event->ifindex && agent->in && !mc_port_get(agent->in, event->ifindex, &port))
		set(json, "port", json_string(port.name));
	if (event->origins)
		set(json, "origins", row_origins(event->origins));
	if (event->type == MC_EVENT_DROP) {
		set(json, "packets", json_integer((json_int_t)event->count));
		set(json, "length", json_integer(event->length));
	}
	return json;
}

static void publish(struct agent *agent, const struct mc_event *event)
{
	mc_autofree char *text = NULL, *line = NULL;
	json_t *json;
	int length;

	if (!agent->api || !agent->api->streams)
		return;
	json = event_json(agent, event);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	length = text ? asprintf(&line, "%s\n", text) : -1;
	if (length < 0) {
		line = NULL;
		return;
	}
	for (struct stream *stream = agent->api->streams; stream; stream = stream->next)
		tell(stream, line, (size_t)length);
}

/* A line now and then: the socket of a listener that has gone says so only when it is written to. */
static int on_heartbeat(sd_event_source *source, uint64_t usec, void *arg)
{
	static const char line[] = "{\"event\":\"heartbeat\"}\n";
	struct api *api = arg;

	(void)usec;
	for (struct stream *stream = api->streams; stream; stream = stream->next)
		if (agent_now() - stream->told > HEARTBEAT_SECS * (uint64_t)NSEC_PER_SEC / 2)
			tell(stream, line, sizeof(line) - 1);
	(void)sd_event_source_set_time_relative(source, HEARTBEAT_SECS * 1000000ull);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int streams_start(struct agent *agent)
{
	events_listen(agent, publish);
	return sd_event_add_time_relative(agent->loop, &agent->api->heartbeat, CLOCK_MONOTONIC,
					  HEARTBEAT_SECS * 1000000ull, 0, on_heartbeat, agent->api);
}

void streams_stop(struct agent *agent)
{
	struct api *api = agent->api;

	sd_event_source_disable_unref(api->heartbeat);
	for (struct stream *stream = api->streams; stream; stream = stream->next) {
		stream->ending = true;
		wake(stream);
	}
	if (api->daemon)
		(void)MHD_run(api->daemon);
}
