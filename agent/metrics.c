/* SPDX-License-Identifier: Apache-2.0 */
/* /metrics */
#include "route.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/reason.h>
#include <bpfcast/util.h>
#include <maps/counter.h>
#include <maps/group.h>
#include <maps/instance.h>
#include <maps/member.h>
#include <maps/port.h>
#include <maps/table.h>
#include <maps/text.h>
#include <maps/vtep.h>

#include "agent.h"
#include "api.h"
#include "metric.h"
#include "querier_rows.h"
#include "reconcile.h"

#define OPEN_TYPE  "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define OLDER_TYPE "text/plain; version=0.0.4; charset=utf-8"

#define LABELS(...)                                                                                \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

static void family(struct metrics *metrics, enum metric_type type, const char *name,
		   const char *help)
{
	metric_family(metrics, type, name, NULL, help);
}

static void one(struct metrics *metrics, enum metric_type type, const char *name, const char *help,
		double value)
{
	family(metrics, type, name, help);
	metric_sample(metrics, type, name, NULL, value);
}

/* ---- packets by reason ---- */

static void write_reasons(struct metrics *metrics, struct mc_instance *in)
{
	static const char *const verdicts[] = { "done", "pass", "drop" };
	struct mc_counter counters[MC_REASON_COUNT];

	if (mc_counter_get_all(in, counters))
		return;
	family(metrics, METRIC_COUNTER, "bpfcast_packets", "Packets by what became of them.");
	for (unsigned int i = 1; i < MC_REASON_COUNT; i++)
		metric_sample(metrics, METRIC_COUNTER, "bpfcast_packets",
			      LABELS("reason", mc_reason_name(i), "verdict",
				     verdicts[mc_reason_verdict(i)]),
			      (double)counters[i].packets);
	metric_family(metrics, METRIC_COUNTER, "bpfcast_bytes", "bytes", "Bytes of these.");
	for (unsigned int i = 1; i < MC_REASON_COUNT; i++)
		metric_sample(metrics, METRIC_COUNTER, "bpfcast_bytes",
			      LABELS("reason", mc_reason_name(i), "verdict",
				     verdicts[mc_reason_verdict(i)]),
			      (double)counters[i].bytes);
}

/* ---- groups: a family is written whole, so the groups are read once and kept ---- */

struct group_list {
	struct mc_group *list;
	size_t count, capacity;
};

static int collect_group(const struct mc_group *group, void *arg)
{
	struct group_list *groups = arg;

	if (groups->count == groups->capacity) {
		size_t capacity = groups->capacity ? groups->capacity * 2 : 64;
		struct mc_group *list = reallocarray(groups->list, capacity, sizeof(*list));

		if (!list)
			return -ENOMEM;
		groups->list = list;
		groups->capacity = capacity;
	}
	groups->list[groups->count++] = *group;
	return 0;
}

static double group_value(const struct mc_group *group, int which)
{
	const struct mc_group_counters *c = &group->counters;
	const double values[] = {
		(double)c->port_packets,  (double)c->underlay_packets, (double)c->local_copies,
		(double)c->remote_copies, (double)c->errors,	       (double)group->local,
		(double)group->waiting,	  (double)group->remote,
	};

	return values[which];
}

static void write_groups(struct metrics *metrics, struct mc_instance *in)
{
	static const struct {
		enum metric_type type;
		const char *name, *help;
	} families[] = {
		{ METRIC_COUNTER, "bpfcast_group_port_packets", "Packets of a group from ports." },
		{ METRIC_COUNTER, "bpfcast_group_underlay_packets", "... from other nodes." },
		{ METRIC_COUNTER, "bpfcast_group_local_copies", "Copies to local members." },
		{ METRIC_COUNTER, "bpfcast_group_remote_copies", "Copies to other nodes." },
		{ METRIC_COUNTER, "bpfcast_group_errors", "Copies that failed." },
		{ METRIC_GAUGE, "bpfcast_group_local_members", "Ports that get the group." },
		{ METRIC_GAUGE, "bpfcast_group_waiting_members",
		  "Ports that joined and have no slot." },
		{ METRIC_GAUGE, "bpfcast_group_remote_members", "Nodes that get the group." },
	};
	struct group_list groups = { 0 };
	char vni[16], text[MC_ADDR_TEXT];

	(void)mc_group_for_each(in, collect_group, &groups);
	for (size_t i = 0; i < MC_ARRAY_SIZE(families); i++) {
		family(metrics, families[i].type, families[i].name, families[i].help);
		for (size_t j = 0; j < groups.count; j++) {
			const struct mc_group *group = &groups.list[j];

			snprintf(vni, sizeof(vni), "%u", group->key.vni);
			metric_sample(metrics, families[i].type, families[i].name,
				      LABELS("vni", vni, "group",
					     mc_addr_is_zero(&group->key.group)
						     ? "link-local"
						     : mc_addr_format(&group->key.group, text)),
				      group_value(group, (int)i));
		}
	}
	free(groups.list);
}

/* ---- ports, VTEPs, tables ---- */

struct port_walk {
	struct metrics *metrics;
	struct mc_instance *in;
	int which;
};

static const struct {
	enum metric_type type;
	const char *name, *help;
} port_families[] = {
	{ METRIC_GAUGE, "bpfcast_port_memberships", "Groups that a port has joined." },
	{ METRIC_COUNTER, "bpfcast_port_reports", "Membership messages accepted." },
	{ METRIC_COUNTER, "bpfcast_port_joins", "Memberships added." },
	{ METRIC_COUNTER, "bpfcast_port_leaves", "Memberships removed." },
	{ METRIC_COUNTER, "bpfcast_port_refused", "Joins refused by a limit or a full table." },
};

static int write_port(__u32 ifindex, const struct mc_port *port, void *arg)
{
	const struct port_walk *walk = arg;
	struct mc_port_state state;
	char vni[16];

	if (mc_port_state_get(walk->in, ifindex, &state))
		return 0;
	const double values[] = { state.groups, (double)state.reports, (double)state.joins,
				  (double)state.leaves, (double)state.refused };

	snprintf(vni, sizeof(vni), "%u", port->vni);
	metric_sample(walk->metrics, port_families[walk->which].type,
		      port_families[walk->which].name, LABELS("port", port->name, "vni", vni),
		      values[walk->which]);
	return 0;
}

static void write_ports(struct metrics *metrics, struct mc_instance *in)
{
	struct port_walk walk = { .metrics = metrics, .in = in };

	for (walk.which = 0; walk.which < (int)MC_ARRAY_SIZE(port_families); walk.which++) {
		family(metrics, port_families[walk.which].type, port_families[walk.which].name,
		       port_families[walk.which].help);
		(void)mc_port_for_each(in, write_port, &walk);
	}
}

static const struct {
	const char *name, *help;
} vtep_families[] = {
	{ "bpfcast_vtep_sent_packets", "Copies sent to a node." },
	{ "bpfcast_vtep_send_errors", "Copies to a node that failed." },
	{ "bpfcast_vtep_received_packets", "Packets taken from a node." },
};

static int write_vtep(__u32 id, const struct mc_vtep *vtep, void *arg)
{
	const struct port_walk *walk = arg;
	struct mc_vtep_counters counters;
	char text[MC_ADDR_TEXT];

	if (vtep->flags & MC_VTEP_F_GROUP || mc_vtep_counters_get(walk->in, id, &counters))
		return 0;
	const double values[] = { (double)counters.tx_packets, (double)counters.tx_errors,
				  (double)counters.rx_packets };

	metric_sample(walk->metrics, METRIC_COUNTER, vtep_families[walk->which].name,
		      LABELS("vtep", mc_addr_format(&vtep->remote, text)), values[walk->which]);
	return 0;
}

static void write_vteps(struct metrics *metrics, struct mc_instance *in)
{
	struct port_walk walk = { .metrics = metrics, .in = in };

	for (walk.which = 0; walk.which < (int)MC_ARRAY_SIZE(vtep_families); walk.which++) {
		family(metrics, METRIC_COUNTER, vtep_families[walk.which].name,
		       vtep_families[walk.which].help);
		(void)mc_vtep_for_each(in, write_vtep, &walk);
	}
}

static int count_entry(const void *key, const void *value, void *arg)
{
	(void)key;
	(void)value;
	++*(size_t *)arg;
	return 0;
}

static const enum mc_table filling_tables[] = {
	MC_TABLE_PORTS,	  MC_TABLE_VNIS,    MC_TABLE_FANOUT,
	MC_TABLE_MEMBERS, MC_TABLE_SOURCES, MC_TABLE_VTEP_IDS,
};

static void write_tables(struct metrics *metrics, struct mc_instance *in)
{
	family(metrics, METRIC_GAUGE, "bpfcast_table_entries", "Entries of a table.");
	for (size_t i = 0; i < MC_ARRAY_SIZE(filling_tables); i++) {
		size_t count = 0;

		(void)mc_table_for_each(in, filling_tables[i], count_entry, &count);
		metric_sample(metrics, METRIC_GAUGE, "bpfcast_table_entries",
			      LABELS("table", mc_table_name(filling_tables[i])), (double)count);
	}
	family(metrics, METRIC_GAUGE, "bpfcast_table_capacity", "Most entries of a table.");
	for (size_t i = 0; i < MC_ARRAY_SIZE(filling_tables); i++)
		metric_sample(metrics, METRIC_GAUGE, "bpfcast_table_capacity",
			      LABELS("table", mc_table_name(filling_tables[i])),
			      mc_table_capacity(in, filling_tables[i]));
}

/* ---- the agent ---- */

static void write_agent(struct metrics *metrics, const struct agent *agent)
{
	const struct reconcile *reconcile = agent->reconcile;
	const struct reconcile_counters *c = &reconcile->counters;

	family(metrics, METRIC_INFO, "bpfcast_agent", "The agent that speaks here.");
	metric_sample(metrics, METRIC_INFO, "bpfcast_agent",
		      LABELS("instance", agent->name, "version", MC_VERSION), 1);
	one(metrics, METRIC_GAUGE, "bpfcast_loaded", "1 while the instance is loaded.",
	    !!agent->in);
	one(metrics, METRIC_GAUGE, "bpfcast_wanted_facts", "Facts that are wanted.",
	    (double)reconcile->wanted.count);
	one(metrics, METRIC_GAUGE, "bpfcast_pending_facts", "Facts that differed in the last pass.",
	    (double)c->pending);
	one(metrics, METRIC_GAUGE, "bpfcast_failing_facts", "Facts whose last try failed.",
	    (double)reconcile->retries.count);
	one(metrics, METRIC_COUNTER, "bpfcast_reconcile_passes", "Passes over the tables.",
	    (double)c->passes);
	one(metrics, METRIC_COUNTER, "bpfcast_reconcile_applied", "Facts put or removed.",
	    (double)c->applied);
	one(metrics, METRIC_COUNTER, "bpfcast_reconcile_failures", "Tries that failed.",
	    (double)c->failed);
	metric_family(metrics, METRIC_GAUGE, "bpfcast_reconcile_last_pass_seconds", "seconds",
		      "How long the last pass took.");
	metric_sample(metrics, METRIC_GAUGE, "bpfcast_reconcile_last_pass_seconds", NULL,
		      (double)c->last_ns / 1e9);
	one(metrics, METRIC_GAUGE, "bpfcast_api_clients", "Connections to the API.",
	    (double)agent->api->clients.count);
	one(metrics, METRIC_GAUGE, "bpfcast_api_streams", "Streams of events.",
	    (double)agent->api->stream_count);
}

static void write_all(struct metrics *metrics, struct agent *agent)
{
	write_agent(metrics, agent);
	if (agent->in) {
		write_reasons(metrics, agent->in);
		write_groups(metrics, agent->in);
		write_ports(metrics, agent->in);
		write_vteps(metrics, agent->in);
		write_tables(metrics, agent->in);
		querier_metrics(metrics, agent);
	}
	metric_end(metrics);
}

enum MHD_Result metrics_get(struct request *request)
{
	const char *accept = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_ACCEPT);
	struct metrics metrics = {
		.open = !accept || !strstr(accept, "text/plain") ||
			strstr(accept, "application/openmetrics-text"),
	};
	char *text = NULL;
	size_t length = 0;

	metrics.out = open_memstream(&text, &length);
	if (!metrics.out)
		return MHD_NO;
	write_all(&metrics, request->agent);
	if (fclose(metrics.out)) {
		free(text);
		return MHD_NO;
	}
	return request_answer_text(request, metrics.open ? OPEN_TYPE : OLDER_TYPE, text, length);
}
