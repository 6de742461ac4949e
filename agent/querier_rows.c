/* SPDX-License-Identifier: Apache-2.0 */
#include "querier_rows.h"

#include <maps/text.h>

#include "agent.h"
#include "metric.h"
#include "ports.h"

#define NSEC_PER_MSEC 1000000ull

static const char *const family_names[] = { "igmp", "mld" };

static json_t *time_left(uint64_t at)
{
	uint64_t now = agent_now();

	return json_integer(at > now ? (json_int_t)((at - now) / NSEC_PER_MSEC) : 0);
}

static json_t *querier_row(const struct port *port, enum family family)
{
	const struct querier *q = &port->querier[family];
	const char *state = !q->enabled ? "disabled" : querier_is_elected(q) ? "querier" : "other";
	const struct mc_addr *who = querier_is_elected(q) ? &q->address : &q->other;
	char text[MC_ADDR_TEXT];
	json_t *json = json_pack(
		"{s:s, s:i, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "port", port->settings.name,
		"vni", (int)port->settings.vni, "family", family_names[family], "state", state,
		"querier", mc_addr_format(who, text), "robustness", (json_int_t)q->now.robustness,
		"query_interval_ms", (json_int_t)q->now.query_ms, "sent", (json_int_t)q->sent,
		"heard", (json_int_t)q->heard, "errors", (json_int_t)port->query_errors);

	if (q->enabled && querier_is_elected(q))
		json_object_set_new(json, "next_query_ms", time_left(q->next));
	else if (q->other_until)
		json_object_set_new(json, "expires_ms", time_left(q->other_until));
	return json;
}

static int add_rows(struct port *port, void *arg)
{
	for (int family = 0; family < FAMILY_COUNT; family++)
		(void)json_array_append_new(arg, querier_row(port, family));
	return 0;
}

json_t *querier_rows(struct agent *agent)
{
	json_t *list = json_array();

	(void)port_for_each(agent, add_rows, list);
	return list;
}

static int sample(struct port *port, void *arg)
{
	for (int family = 0; family < FAMILY_COUNT; family++) {
		const struct querier *q = &port->querier[family];
		const char *const labels[] = { "port", port->settings.name, "family",
					       family_names[family], NULL };

		metric_sample(arg, METRIC_GAUGE, "bpfcast_querier", labels,
			      q->enabled && querier_is_elected(q));
	}
	return 0;
}

void querier_metrics(struct metrics *metrics, struct agent *agent)
{
	metric_family(
		metrics, METRIC_GAUGE, "bpfcast_querier", NULL,
		"1 where the agent asks the hosts of a port, 0 where another does, or nobody.");
	(void)port_for_each(agent, sample, metrics);
}
