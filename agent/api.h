/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP API, on RUN/NAME.sock for who is root or of the group "bpfcast". It runs in the agent's loop:
 * libmicrohttpd keeps its connections in an epoll of its own, which the loop watches.
 */
#pragma once

#include <microhttpd.h>
#include <systemd/sd-event.h>

#include "client.h"

struct agent;
struct stream;

#define API_GROUP "bpfcast" /* of the socket, where there is one of that name */

struct api {
	struct agent *agent;
	struct MHD_Daemon *daemon;
	struct MHD_Daemon *metrics; /* on a TCP address; NULL: none */
	sd_event_source *ready, *metrics_ready;
	sd_event_source *timer; /* of libmicrohttpd, and of who takes too long */
	sd_event_source *soon;	/* runs it in the next turn of the loop */
	sd_event_source *heartbeat;
	struct clients clients;
	struct stream *streams;
	size_t stream_count;
	char path[108];
};

/* Lets it do what is to be done, soon. */
void api_wake(struct api *api);
