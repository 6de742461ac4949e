/* SPDX-License-Identifier: Apache-2.0 */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <bpfcast/util.h>

#include "agent.h"
#include "request.h"

#define NSEC_PER_SEC 1000000000ull

void clients_notify(void *arg, struct MHD_Connection *connection, void **context,
		    enum MHD_ConnectionNotificationCode code)
{
	struct clients *clients = arg;
	struct client *client = *context;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (!client)
			return;
		*(client->prev ? &client->prev->next : &clients->first) = client->next;
		if (client->next)
			client->next->prev = client->prev;
		clients->count--;
		free(client);
		*context = NULL;
		return;
	}
	client = calloc(1, sizeof(*client));
	if (!client)
		return;
	client->fd =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	client->since = agent_now();
	client->next = clients->first;
	if (client->next)
		client->next->prev = client;
	clients->first = client;
	clients->count++;
	*context = client;
}

struct client *client_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
		->socket_context;
}

/* The library has no way to answer a request that is not whole yet; the socket has. */
static void say_timeout(const struct client *client)
{
	mc_autofree char *body =
		problem_text(PROBLEM_TIMEOUT, "send the whole request at once", NULL);
	mc_autofree char *whole = NULL;
	int length = -1;

	if (body)
		length = asprintf(&whole,
				  "HTTP/1.1 408 Request Timeout\r\n"
				  "Content-Type: application/problem+json\r\n"
				  "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
				  strlen(body), body);
	if (length > 0)
		(void)send(client->fd, whole, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL);
	else
		whole = NULL;
}

void clients_sweep(struct clients *clients, uint64_t now)
{
	for (struct client *client = clients->first; client; client = client->next) {
		unsigned int limit =
			client->answering ? CLIENT_ANSWER_SECONDS : CLIENT_REQUEST_SECONDS;

		if (client->streaming || now - client->since < limit * NSEC_PER_SEC)
			continue;
		if (!client->answering)
			say_timeout(client);
		(void)shutdown(client->fd, SHUT_RDWR); /* the library sees the end, and closes */
		client->since = now;
	}
}
