/* SPDX-License-Identifier: Apache-2.0 */
#include "request.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/util.h>

#include "fault.h"

static const struct {
	unsigned int status;
	const char *name;
	const char *title;
} problems[] = {
#define X(name, status, text, title) [PROBLEM_##name] = { status, text, title },
	PROBLEMS(X)
#undef X
};

const char *problem_name(enum problem problem)
{
	return problems[problem].name;
}

unsigned int problem_status(enum problem problem)
{
	return problems[problem].status;
}

const char *problem_title(enum problem problem)
{
	return problems[problem].title;
}

static json_t *faults_json(const struct faults *faults)
{
	json_t *list = json_array();

	for (size_t i = 0; i < faults_listed(faults); i++)
		(void)json_array_append_new(list,
					    json_pack("{s:s, s:s}", "path", faults->list[i].path,
						      "detail", faults->list[i].text));
	return list;
}

char *problem_text(enum problem problem, const char *detail, const struct faults *faults)
{
	char type[64];
	json_t *json;
	char *text;

	snprintf(type, sizeof(type), "urn:bpfcast:problem:%s", problem_name(problem));
	json = json_pack("{s:s, s:s, s:i, s:s*, s:o*}", "type", type, "title",
			 problem_title(problem), "status", (int)problem_status(problem), "detail",
			 detail, "errors", faults ? faults_json(faults) : NULL);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return text;
}

/* @text is given away; NULL: no memory. */
static enum MHD_Result send_text(struct request *request, unsigned int status, const char *type,
				 char *text, size_t length)
{
	struct MHD_Response *response =
		text ? MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE) : NULL;
	enum MHD_Result result;

	if (!response) {
		free(text);
		return MHD_NO;
	}
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (request->allow[0])
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, request->allow);
	result = MHD_queue_response(request->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

enum MHD_Result request_answer(struct request *request, unsigned int status, json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return send_text(request, status, "application/json", text, text ? strlen(text) : 0);
}

enum MHD_Result request_answer_text(struct request *request, const char *type, char *text,
				    size_t length)
{
	return send_text(request, MHD_HTTP_OK, type, text, length);
}

enum MHD_Result request_answer_empty(struct request *request, unsigned int status)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result result = MHD_NO;

	if (response)
		result = MHD_queue_response(request->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result send_problem(struct request *request, enum problem problem,
				    const char *detail, const struct faults *faults)
{
	char *text = problem_text(problem, detail, faults);

	if (!text) /* the detail was not UTF-8 */
		text = problem_text(problem, NULL, NULL);
	return send_text(request, problem_status(problem), "application/problem+json", text,
			 text ? strlen(text) : 0);
}

enum MHD_Result request_problem(struct request *request, enum problem problem, const char *fmt, ...)
{
	char detail[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(detail, sizeof(detail), fmt, args);
	va_end(args);
	return send_problem(request, problem, detail, NULL);
}

enum MHD_Result request_problem_faults(struct request *request, enum problem problem,
				       const struct faults *faults)
{
	char detail[512] = "";

	if (faults_listed(faults))
		snprintf(detail, sizeof(detail), "%s: %s", faults->list[0].path,
			 faults->list[0].text);
	return send_problem(request, problem, detail, faults);
}

const char *request_argument(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

struct argument_search {
	const char *const *names;
	const char *unknown;
};

static enum MHD_Result look_at(void *arg, enum MHD_ValueKind kind, const char *name,
			       const char *value)
{
	struct argument_search *search = arg;

	(void)kind;
	(void)value;
	for (const char *const *known = search->names; *known; known++)
		if (!strcmp(*known, name))
			return MHD_YES;
	search->unknown = name;
	return MHD_NO;
}

bool request_arguments_known(const struct request *request, const char *const *names,
			     const char **unknown)
{
	struct argument_search search = { .names = names };

	(void)MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, look_at,
					&search);
	*unknown = search.unknown;
	return !search.unknown;
}

void request_free(struct request *request)
{
	free(request->body);
	free(request);
}
