/* SPDX-License-Identifier: Apache-2.0 */
#include "route.h"

#include <stdio.h>
#include <string.h>

#include <bpfcast/util.h>

struct route_entry {
	const char *method;
	const char *path; /* "*" stands for any part */
	enum MHD_Result (*run)(struct request *request);
	const char *arguments[5]; /* of the URL, ended by NULL */
};

static const struct route_entry routes[] = {
	{ "GET", "healthz", health_get, {} },
	{ "GET", "metrics", metrics_get, {} },
	{ "GET", "v1/status", status_get, {} },
	{ "GET", "v1/events", events_get, {} },
	{ "GET", "v1/ports", ports_get, { "vni", "offset", "limit" } },
	{ "GET", "v1/groups", groups_get, { "vni", "offset", "limit" } },
	{ "GET", "v1/members", members_get, { "vni", "port", "offset", "limit" } },
	{ "GET", "v1/ports/*", port_get, {} },
	{ "PUT", "v1/ports/*", port_put, {} },
	{ "DELETE", "v1/ports/*", port_delete, {} },
	{ "GET", "v1/forwarding/*", overlay_get, {} },
	{ "PUT", "v1/forwarding/*", overlay_put, {} },
	{ "DELETE", "v1/forwarding/*", overlay_delete, {} },
	{ "GET", "v1/m2p/*/*", overlay_get, {} },
	{ "PUT", "v1/m2p/*/*", overlay_put, {} },
	{ "DELETE", "v1/m2p/*/*", overlay_delete, {} },
	{ "GET", "v1/ports/*/groups/*", member_get, { "vni" } },
	{ "PUT", "v1/ports/*/groups/*", member_put, {} },
	{ "DELETE", "v1/ports/*/groups/*", member_delete, { "vni" } },
};

/* "/v1/ports/veth1" into its parts; an empty one is a part that nothing matches. */
static void split(struct request *request)
{
	char *rest = request->path + 1, *part;

	request->parts = 0;
	while ((part = strsep(&rest, "/"))) {
		if (request->parts == REQUEST_PARTS) {
			request->parts = 0;
			return;
		}
		request->part[request->parts++] = part;
	}
}

static bool fits(const struct request *request, const char *pattern)
{
	for (size_t i = 0; i < request->parts; i++) {
		size_t length = strcspn(pattern, "/");

		if (length != 1 || *pattern != '*') {
			if (strlen(request->part[i]) != length ||
			    strncmp(request->part[i], pattern, length))
				return false;
		} else if (!*request->part[i]) {
			return false;
		}
		pattern += length;
		if (i + 1 < request->parts && *pattern++ != '/')
			return false;
	}
	return !*pattern;
}

static enum MHD_Result run(struct request *request, const struct route_entry *entry)
{
	const char *unknown;

	if (!request_arguments_known(request, entry->arguments, &unknown))
		return request_problem(request, PROBLEM_BAD_ARGUMENT, "'%.64s' is not known here",
				       unknown);
	if (request->length && strcmp(entry->method, "PUT") != 0)
		return request_problem(request, PROBLEM_BAD_OBJECT, "%s takes no body",
				       entry->method);
	return entry->run(request);
}

enum MHD_Result route(struct request *request, const char *method)
{
	size_t used = 0;

	if (!strcmp(method, "HEAD"))
		method = "GET";
	if (request->path[0] != '/')
		return request_problem(request, PROBLEM_NO_ROUTE, "a path begins with '/'");
	split(request);
	for (size_t i = 0; i < MC_ARRAY_SIZE(routes); i++) {
		if (!request->parts || !fits(request, routes[i].path))
			continue;
		if (!strcmp(routes[i].method, method))
			return run(request, &routes[i]);
		used += (size_t)snprintf(request->allow + used, sizeof(request->allow) - used,
					 "%s%s", used ? ", " : "", routes[i].method);
	}
	if (used)
		return request_problem(request, PROBLEM_METHOD, "it knows %s", request->allow);
	return request_problem(request, PROBLEM_NO_ROUTE, "docs/openapi.json lists what there is");
}

bool route_is_public(const char *path)
{
	return !strcmp(path, "/metrics") || !strcmp(path, "/healthz");
}
