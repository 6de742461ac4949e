/* SPDX-License-Identifier: Apache-2.0 */
#include "api.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>

#include "agent.h"
#include "listen.h"
#include "route.h"
#include "stream.h"

#define FILES_MOST     8192
#define FILES_OTHERS   512 /* that are no connections: tables, vectors, sockets of queriers */
#define BODY_DISCARDED (16u << 20) /* of a body that is too large; more ends the connection */
#define SWEEP_USEC     1000000

/* ---- requests ---- */

static struct request *new_request(struct api *api, struct MHD_Connection *connection,
				   const char *url)
{
	struct request *request = calloc(1, sizeof(*request));

	if (!request)
		return NULL;
	request->agent = api->agent;
	request->connection = connection;
	request->client = client_of(connection);
	snprintf(request->path, sizeof(request->path), "%s",
		 strlen(url) < sizeof(request->path) ? url : "/too-long");
	return request;
}

static enum MHD_Result refuse_large(struct request *request)
{
	return request_problem(request, PROBLEM_TOO_LARGE, "at most %d bytes", REQUEST_BODY);
}

/* Before the body comes: what is too large need not be sent. */
static enum MHD_Result begin(struct request *request)
{
	const char *length = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_CONTENT_LENGTH);
	const char *type = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
						       MHD_HTTP_HEADER_CONTENT_TYPE);

	if (length && strtoull(length, NULL, 10) > REQUEST_BODY)
		return refuse_large(request);
	if (type && strncasecmp(type, "application/json", 16) != 0 &&
	    strncasecmp(type, "application/x-www-form-urlencoded", 33) != 0) /* curl's default */
		return request_problem(request, PROBLEM_MEDIA_TYPE, "it is %.64s", type);
	return MHD_YES;
}

static enum MHD_Result take_body(struct request *request, const char *data, size_t *size)
{
	char *larger;

	if (request->length + *size > REQUEST_BODY)
		request->too_large = true;
	if (request->too_large) {
		request->length += *size;
		*size = 0;
		return request->length > BODY_DISCARDED ? MHD_NO : MHD_YES;
	}
	larger = realloc(request->body, request->length + *size + 1);
	if (!larger)
		return MHD_NO;
	request->body = larger;
	memcpy(larger + request->length, data, *size);
	request->length += *size;
	larger[request->length] = '\0';
	*size = 0;
	return MHD_YES;
}

static enum MHD_Result answer(struct request *request, const char *method)
{
	if (request->client) {
		request->client->answering = true;
		request->client->since = agent_now();
	}
	return request->too_large ? refuse_large(request) : route(request, method);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
				  const char *method, const char *version, const char *data,
				  size_t *size, void **context)
{
	struct request *request = *context;

	(void)version;
	if (!request) {
		request = new_request(arg, connection, url);
		*context = request;
		return request ? begin(request) : MHD_NO;
	}
	return *size ? take_body(request, data, size) : answer(request, method);
}

static enum MHD_Result on_metrics_request(void *arg, struct MHD_Connection *connection,
					  const char *url, const char *method, const char *version,
					  const char *data, size_t *size, void **context)
{
	if (!*context && !route_is_public(url))
		url = "/not-here";
	return on_request(arg, connection, url, method, version, data, size, context);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **context,
			 enum MHD_RequestTerminationCode code)
{
	struct client *client = client_of(connection);

	(void)arg;
	(void)code;
	if (*context)
		request_free(*context);
	*context = NULL;
	if (!client)
		return;
	client->answering = false;
	client->streaming = false;
	client->since = agent_now();
}

/* As the library's own, but for %00, which would end the text: no name has it, so it stays as it is. */
static size_t unescape(void *arg, struct MHD_Connection *connection, char *text)
{
	char *to = text;

	(void)arg;
	(void)connection;
	for (const char *from = text; *from; from++) {
		char digits[3] = { 0 };

		if (from[0] == '%' && isxdigit((unsigned char)from[1]) &&
		    isxdigit((unsigned char)from[2])) {
			memcpy(digits, from + 1, 2);
			if (strtoul(digits, NULL, 16)) {
				*to++ = (char)strtoul(digits, NULL, 16);
				from += 2;
				continue;
			}
		}
		*to++ = *from;
	}
	*to = '\0';
	return (size_t)(to - text);
}

/* ---- the loop ---- */

static uint64_t timeout_usec(struct api *api)
{
	uint64_t least = api->clients.first ? SWEEP_USEC : UINT64_MAX;
	MHD_UNSIGNED_LONG_LONG ms;

	if (MHD_get_timeout(api->daemon, &ms) == MHD_YES && ms * 1000 < least)
		least = ms * 1000;
	if (api->metrics && MHD_get_timeout(api->metrics, &ms) == MHD_YES && ms * 1000 < least)
		least = ms * 1000;
	return least;
}

static void run(struct api *api)
{
	uint64_t usec;

	(void)MHD_run(api->daemon);
	if (api->metrics)
		(void)MHD_run(api->metrics);
	clients_sweep(&api->clients, agent_now());
	usec = timeout_usec(api);
	if (usec != UINT64_MAX)
		(void)sd_event_source_set_time_relative(api->timer, usec);
	(void)sd_event_source_set_enabled(api->timer,
					  usec == UINT64_MAX ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

static int on_ready(sd_event_source *source, int fd, uint32_t events, void *arg)
{
	(void)source;
	(void)fd;
	(void)events;
	run(arg);
	return 0;
}

static int on_time(sd_event_source *source, uint64_t usec, void *arg)
{
	(void)source;
	(void)usec;
	run(arg);
	return 0;
}

static int on_soon(sd_event_source *source, void *arg)
{
	(void)source;
	run(arg);
	return 0;
}

void api_wake(struct api *api)
{
	(void)sd_event_source_set_enabled(api->soon, SD_EVENT_ONESHOT);
}

/* ---- the part ---- */

/* As many files as connections may need. */
static unsigned int raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return FILES_OTHERS;
	limit.rlim_cur = limit.rlim_max < FILES_MOST ? limit.rlim_max : FILES_MOST;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur > 2 * FILES_OTHERS ? (unsigned int)limit.rlim_cur - FILES_OTHERS
						 : FILES_OTHERS;
}

static struct MHD_Daemon *make_daemon(struct api *api, int fd, unsigned int most,
				      MHD_AccessHandlerCallback on)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on, api,
				MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, most,
				MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)CLIENT_ANSWER_SECONDS,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)16384,
				MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
				MHD_OPTION_NOTIFY_CONNECTION, clients_notify, &api->clients,
				MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL, MHD_OPTION_END);
}

static int watch(struct api *api, struct MHD_Daemon *daemon, sd_event_source **source)
{
	const union MHD_DaemonInfo *info =
		daemon ? MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;

	if (!info)
		return -EIO;
	return sd_event_add_io(api->agent->loop, source, info->epoll_fd, EPOLLIN, on_ready, api);
}

static int serve(struct api *api)
{
	const struct options *options = &api->agent->options;
	unsigned int most = raise_files();
	int fd, err;

	snprintf(api->path, sizeof(api->path), "%s/%s.sock", options->run, api->agent->name);
	fd = listen_unix(api->path, API_GROUP);
	if (fd < 0)
		return fd;
	api->daemon = make_daemon(api, fd, most, on_request);
	err = watch(api, api->daemon, &api->ready);
	if (err < 0 || !options->metrics)
		return err < 0 ? mc_error_errno(err, "cannot serve the API") : 0;
	fd = listen_tcp(options->metrics);
	if (fd < 0)
		return fd;
	api->metrics = make_daemon(api, fd, 64, on_metrics_request);
	err = watch(api, api->metrics, &api->metrics_ready);
	return err < 0 ? mc_error_errno(err, "cannot serve the metrics") : 0;
}

static int start(struct agent *agent)
{
	struct api *api = calloc(1, sizeof(*api));
	int err;

	if (!api)
		return -ENOMEM;
	agent->api = api;
	api->agent = agent;
	err = serve(api);
	if (err)
		return err;
	err = sd_event_add_time_relative(agent->loop, &api->timer, CLOCK_MONOTONIC, SWEEP_USEC, 1,
					 on_time, api);
	if (err >= 0)
		err = sd_event_add_defer(agent->loop, &api->soon, on_soon, api);
	if (err >= 0)
		err = streams_start(agent);
	return err < 0 ? mc_error_errno(err, "cannot serve the API") : 0;
}

static void stop(struct agent *agent)
{
	struct api *api = agent->api;

	if (!api)
		return;
	streams_stop(agent);
	sd_event_source_disable_unref(api->ready);
	sd_event_source_disable_unref(api->metrics_ready);
	sd_event_source_disable_unref(api->timer);
	sd_event_source_disable_unref(api->soon);
	if (api->metrics)
		MHD_stop_daemon(api->metrics);
	if (api->daemon) {
		MHD_stop_daemon(api->daemon);
		(void)unlink(api->path);
	}
	free(api);
	agent->api = NULL;
}

const struct part api_part = { "api", .start = start, .stop = stop };
