/* SPDX-License-Identifier: Apache-2.0 */
/* One port: its queriers, what they send, when. */
#include "ports.h"

#include <errno.h>
#include <string.h>

#include <bpfcast/event.h>
#include <bpfcast/log.h>
#include <maps/text.h>

#include "agent.h"
#include "ask.h"
#include "config.h"
#include "links.h"
#include "query.h"
#include "say.h"
#include "wire.h"

#define NSEC_PER_USEC 1000

const struct vni_config *port_config(const struct port *port)
{
	return config_vni(port->agent->config, port->settings.vni);
}

static struct mc_addr query_source(const struct port *port, enum family family)
{
	const struct vni_config *config = port_config(port);
	const struct link *link = link_find(port->agent, port->ifindex);

	if (family == FAMILY_IGMP && config->has_source)
		return config->source;
	if (family == FAMILY_MLD && config->has_source6)
		return config->source6;
	if (!link)
		return family == FAMILY_IGMP ? mc_addr_v4(0) : (struct mc_addr){ 0 };
	return family == FAMILY_IGMP ? link->addr : link->addr6;
}

int port_send(struct port *port, enum family family, struct query_message *query)
{
	const struct link *link = link_find(port->agent, port->ifindex);
	const struct querier *querier = &port->querier[family];
	static __u8 frame[QUERY_FRAME_MAX];
	size_t length;
	int err;

	if (!link)
		return -ENODEV;
	query->ipv6 = family == FAMILY_MLD;
	memcpy(query->mac, link->mac, sizeof(query->mac));
	query->vlan = port->settings.vlan;
	query->source = querier->address;
	query->robustness = querier->now.robustness;
	query->query_ms = querier->now.query_ms;
	length = query_build(query, frame);
	err = wire_send(port->agent->wire, port->ifindex, frame, length);
	if (err)
		port->query_errors++;
	return err;
}

static void run_querier(struct port *port, enum family family, uint64_t now)
{
	struct querier *querier = &port->querier[family];
	bool was_elected = querier_is_elected(querier);
	struct query_message query = { .response_ms = querier->now.response_ms };

	if (querier_run(querier, now))
		(void)port_send(port, family, &query);
	if (querier_is_elected(querier) != was_elected)
		say(SAY_INFO, "the other querier is gone", "{s:s, s:s}", "port",
		    port->settings.name, "family", family == FAMILY_MLD ? "mld" : "igmp");
}

static uint64_t due(const struct port *port)
{
	uint64_t first = ask_due(port);

	for (int family = 0; family < FAMILY_COUNT; family++) {
		uint64_t at = querier_due(&port->querier[family]);

		if (port->up && at < first)
			first = at;
	}
	return first;
}

static int on_time(sd_event_source *source, uint64_t usec, void *arg)
{
	struct port *port = arg;
	uint64_t now = agent_now();

	(void)source;
	(void)usec;
	for (enum family family = 0; port->up && family < FAMILY_COUNT; family++)
		run_querier(port, family, now);
	ask_run(port, now);
	port_rearm(port);
	return 0;
}

void port_rearm(struct port *port)
{
	uint64_t at = due(port);

	if (at == UINT64_MAX) {
		(void)sd_event_source_set_enabled(port->timer, SD_EVENT_OFF);
		return;
	}
	(void)sd_event_source_set_time(port->timer, at / NSEC_PER_USEC + 1);
	(void)sd_event_source_set_enabled(port->timer, SD_EVENT_ONESHOT);
}

void port_begin(struct port *port)
{
	const struct vni_config *config = port_config(port);

	for (enum family family = 0; family < FAMILY_COUNT; family++) {
		struct mc_addr address = query_source(port, family);

		querier_begin(&port->querier[family], &port->intervals, &address, agent_now());
		if (!config->querier)
			querier_disable(&port->querier[family]);
	}
}

void port_change(struct port *port)
{
	const struct vni_config *config = port_config(port);

	for (enum family family = 0; family < FAMILY_COUNT; family++) {
		struct querier *querier = &port->querier[family];
		struct mc_addr address = query_source(port, family);

		if (querier->enabled != config->querier) {
			port_begin(port);
			return;
		}
		querier_change(querier, &port->intervals, &address);
	}
}

void port_link_changed(struct port *port)
{
	const struct link *link = link_find(port->agent, port->ifindex);
	bool was_up = port->up;

	port->up = link && link->up;
	if (port->up && !was_up) /* its hosts may be others */
		port_begin(port);
	else
		port_change(port);
	port_rearm(port);
}

void port_hear(struct port *port, const struct mc_event *event)
{
	enum family family = mc_addr_is_v4(&event->source) ? FAMILY_IGMP : FAMILY_MLD;
	const struct heard heard = {
		.source = event->source,
		.robustness = event->query.robustness,
		.query_ms = event->query.interval_s * 1000u,
	};
	struct querier *querier = &port->querier[family];
	char text[MC_ADDR_TEXT];

	if (querier_hear(querier, &heard, agent_now()))
		say(SAY_INFO, "another querier", "{s:s, s:s, s:i, s:i}", "port",
		    port->settings.name, "querier", mc_addr_format(&event->source, text),
		    "robustness", querier->now.robustness, "query_interval", querier->now.query_ms);
	port_rearm(port);
}

int port_start(struct port *port)
{
	int err = sd_event_add_time(port->agent->loop, &port->timer, CLOCK_MONOTONIC, 0, 1000,
				    on_time, port);

	if (err < 0)
		return err;
	/* hosts are asked before the sweep looks who has not answered */
	(void)sd_event_source_set_priority(port->timer, SD_EVENT_PRIORITY_IMPORTANT);
	(void)sd_event_source_set_enabled(port->timer, SD_EVENT_OFF);
	port_begin(port);
	port_link_changed(port);
	return 0;
}

void port_stop(struct port *port)
{
	ask_stop(port);
	port->timer = sd_event_source_disable_unref(port->timer);
}
