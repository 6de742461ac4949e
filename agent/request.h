/* SPDX-License-Identifier: Apache-2.0 */
/* One request of the API, and the ways to answer it: JSON, text, or a problem object (RFC 9457). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>
#include <microhttpd.h>

struct agent;
struct faults;

#define REQUEST_PARTS 8	     /* of a path, between its slashes */
#define REQUEST_BODY  131072 /* bytes: a member with as many sources as it may have fits twice */

/* X(NAME, status, "name in the type", "title") */
#define PROBLEMS(X)                                                                                \
	X(BAD_JSON, 400, "bad-json", "The body is not JSON")                                       \
	X(BAD_OBJECT, 422, "bad-object", "The object is not as it should be")                      \
	X(BAD_PATH, 400, "bad-path", "The URL names what cannot be")                               \
	X(BAD_ARGUMENT, 400, "bad-argument", "An argument of the URL is not known, or wrong")      \
	X(NO_ROUTE, 404, "no-route", "There is no such resource")                                  \
	X(NOT_FOUND, 404, "not-found", "There is no such thing")                                   \
	X(METHOD, 405, "method-not-allowed", "The resource does not know the method")              \
	X(TIMEOUT, 408, "timeout", "The request took too long")                                    \
	X(CONFIGURED, 409, "configured", "The configuration file says otherwise")                  \
	X(TOO_LARGE, 413, "body-too-large", "The body is too large")                               \
	X(MEDIA_TYPE, 415, "media-type", "The body is not application/json")                       \
	X(INTERNAL, 500, "internal", "The agent could not do it")                                  \
	X(NOT_LOADED, 503, "not-loaded", "The instance is not loaded")                             \
	X(TOO_MANY, 503, "too-many-streams", "There are as many event streams as there may be")

enum problem {
#define X(name, status, text, title) PROBLEM_##name,
	PROBLEMS(X)
#undef X
};

struct client;

struct request {
	struct agent *agent;
	struct MHD_Connection *connection;
	struct client *client;
	char path[512];
	const char *part[REQUEST_PARTS];
	size_t parts;
	char *body; /* malloc; NUL-terminated */
	size_t length;
	bool too_large;
	char allow[40]; /* methods, of an answer that refuses one */
};

/* "body-too-large", the status, the title of a problem. */
const char *problem_name(enum problem problem);
unsigned int problem_status(enum problem problem);
const char *problem_title(enum problem problem);

/* The problem object as text (malloc); @faults may be NULL. */
char *problem_text(enum problem problem, const char *detail, const struct faults *faults);

/* Each queues the answer. @json is given away. MHD_NO: the connection is of no use any more. */
enum MHD_Result request_answer(struct request *request, unsigned int status, json_t *json);
enum MHD_Result request_answer_text(struct request *request, const char *type, char *text,
				    size_t length);
enum MHD_Result request_answer_empty(struct request *request, unsigned int status);
enum MHD_Result request_problem(struct request *request, enum problem problem, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
enum MHD_Result request_problem_faults(struct request *request, enum problem problem,
				       const struct faults *faults);

/* A value of the URL's query; NULL: not there. */
const char *request_argument(const struct request *request, const char *name);

/* Are all of the URL's arguments among @names, ended by NULL? If not, *@unknown is the first. */
bool request_arguments_known(const struct request *request, const char *const *names,
			     const char **unknown);

/* With its body. */
void request_free(struct request *request);
