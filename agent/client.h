/* SPDX-License-Identifier: Apache-2.0 */
/* Connections of the API, each with the time that it may take. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <microhttpd.h>

#define CLIENT_REQUEST_SECONDS 10 /* from the connection, or the last answer, to a whole request */
#define CLIENT_ANSWER_SECONDS  30 /* to take an answer */

struct client {
	int fd;		/* not ours */
	uint64_t since; /* CLOCK_MONOTONIC, nanoseconds */
	bool answering;
	bool streaming; /* as long as it likes */
	struct client *next, *prev;
};

struct clients {
	struct client *first;
	size_t count;
};

/* For MHD_OPTION_NOTIFY_CONNECTION, with a struct clients. */
void clients_notify(void *arg, struct MHD_Connection *connection, void **context,
		    enum MHD_ConnectionNotificationCode code);

/* The one of a connection; NULL: none, for want of memory. */
struct client *client_of(struct MHD_Connection *connection);

/* Cuts off whoever takes longer than he may: with a problem object, if that can still be said. */
void clients_sweep(struct clients *clients, uint64_t now);
