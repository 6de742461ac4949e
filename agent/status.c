/* SPDX-License-Identifier: Apache-2.0 */
/* /v1/status and /healthz */
#include "route.h"

#include <maps/instance.h>
#include <maps/text.h>

#include "agent.h"
#include "api.h"
#include "querier_rows.h"
#include "reconcile.h"

#define NSEC_PER_MSEC 1000000

enum MHD_Result health_get(struct request *request)
{
	if (!request->agent->in)
		return request_problem(request, PROBLEM_NOT_LOADED, "run 'bpfcast load'");
	return request_answer(request, MHD_HTTP_OK, json_pack("{s:s}", "status", "ok"));
}

static json_t *failures_json(const struct reconcile *reconcile)
{
	uint64_t now = agent_now();
	json_t *list = json_array();
	char text[FACT_TEXT];

	for (size_t i = 0; i < reconcile->retries.count; i++) {
		const struct retry *retry = &reconcile->retries.list[i];
		uint64_t wait = retry->at > now ? retry->at - now : 0;

		(void)json_array_append_new(
			list, json_pack("{s:s, s:s, s:I, s:I}", "what",
					fact_key_format(&retry->key, text), "why", retry->why,
					"failures", (json_int_t)retry->failures, "next_try_ms",
					(json_int_t)(wait / NSEC_PER_MSEC)));
	}
	return list;
}

static json_t *reconcile_json(const struct reconcile *reconcile)
{
	const struct reconcile_counters *counters = &reconcile->counters;

	return json_pack(
		"{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "wanted",
		(json_int_t)reconcile->wanted.count, "owned", (json_int_t)reconcile->owned.count,
		"pending", (json_int_t)counters->pending, "passes", (json_int_t)counters->passes,
		"applied", (json_int_t)counters->applied, "failed", (json_int_t)counters->failed,
		"deferred", (json_int_t)counters->deferred, "last_pass_us",
		(json_int_t)(counters->last_ns / 1000), "failures", failures_json(reconcile));
}

enum MHD_Result status_get(struct request *request)
{
	struct agent *agent = request->agent;
	struct mc_instance_info info = { 0 };
	bool loaded = agent->in && !mc_instance_info(agent->in, &info);
	json_t *json;

	json = json_pack("{s:s, s:s, s:b, s:s?, s:I, s:s?, s:I, s:I, s:o, s:o}", "instance",
			 agent->name, "version", MC_VERSION, "loaded", loaded, "datapath_version",
			 loaded ? info.version : NULL, "uptime_ms",
			 (json_int_t)((agent_now() - agent->started) / NSEC_PER_MSEC), "config",
			 agent->options.config, "clients", (json_int_t)agent->api->clients.count,
			 "streams", (json_int_t)agent->api->stream_count, "reconcile",
			 reconcile_json(agent->reconcile), "queriers", querier_rows(agent));
	return request_answer(request, MHD_HTTP_OK, json);
}
