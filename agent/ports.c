/* SPDX-License-Identifier: Apache-2.0 */
#include "ports.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/event.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/attach.h>
#include <loader/port.h>
#include <maps/port.h>
#include <maps/text.h>

#include "agent.h"
#include "ask.h"
#include "config.h"
#include "events.h"
#include "links.h"
#include "query.h"
#include "say.h"
#include "sweep.h"
#include "vnis.h"
#include "wire.h"

#define BUCKETS	      1024
#define NSEC_PER_USEC 1000

struct ports {
	struct port *bucket[BUCKETS];
	int wire; /* kept open: a socket takes a capability that the agent gives up */
	__u8 frame[QUERY_FRAME_MAX];
};

static struct port **find(struct ports *ports, __u32 ifindex)
{
	struct port **at = &ports->bucket[ifindex % BUCKETS];

	while (*at && (*at)->ifindex != ifindex)
		at = &(*at)->next;
	return at;
}

struct port *port_find(struct agent *agent, __u32 ifindex)
{
	return agent->ports ? *find(agent->ports, ifindex) : NULL;
}

int port_for_each(struct agent *agent, port_fn fn, void *arg)
{
	int err = 0;

	for (int i = 0; !err && i < BUCKETS; i++) {
		for (struct port *port = agent->ports->bucket[i], *next; !err && port;
		     port = next) {
			next = port->next;
			err = fn(port, arg);
		}
	}
	return err;
}

const struct vni_config *port_config(const struct port *port)
{
	return config_vni(port->agent->config, port->settings.vni);
}

/* ---- queries ---- */

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
	length = query_build(query, port->agent->ports->frame);
	err = wire_send(port->agent->ports->wire, port->ifindex, port->agent->ports->frame, length);
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

static void begin_queriers(struct port *port)
{
	const struct vni_config *config = port_config(port);

	for (enum family family = 0; family < FAMILY_COUNT; family++) {
		struct mc_addr address = query_source(port, family);

		querier_begin(&port->querier[family], &port->intervals, &address, agent_now());
		if (!config->querier)
			querier_disable(&port->querier[family]);
	}
}

static void change_queriers(struct port *port)
{
	const struct vni_config *config = port_config(port);

	for (enum family family = 0; family < FAMILY_COUNT; family++) {
		struct querier *querier = &port->querier[family];
		struct mc_addr address = query_source(port, family);

		if (querier->enabled != config->querier) {
			begin_queriers(port);
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
		begin_queriers(port);
	else
		change_queriers(port);
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

/* ---- ports that come and go ---- */

static void drop(struct port **at)
{
	struct port *port = *at;

	*at = port->next;
	ask_stop(port);
	sd_event_source_disable_unref(port->timer);
	free(port);
}

static int make(struct agent *agent, __u32 ifindex, const struct mc_port *settings)
{
	struct port **at = find(agent->ports, ifindex);
	struct port *port = calloc(1, sizeof(*port));
	int err;

	if (!port)
		return -ENOMEM;
	port->agent = agent;
	port->ifindex = ifindex;
	port->settings = *settings;
	port->intervals = vni_intervals(agent, settings->vni);
	port->seen = true;
	*at = port;
	err = sd_event_add_time(agent->loop, &port->timer, CLOCK_MONOTONIC, 0, 1000, on_time, port);
	if (err < 0) {
		drop(at);
		return err;
	}
	(void)sd_event_source_set_enabled(port->timer, SD_EVENT_OFF);
	begin_queriers(port);
	port_link_changed(port);
	return 0;
}

/* In the table and not in the kernel, or a program that is not there: left over by a device. */
static bool is_stale(const struct agent *agent, __u32 ifindex, const struct mc_port *settings)
{
	char name[IF_NAMESIZE];

	return !if_indextoname(ifindex, name) ||
	       !mc_is_attached_tc(agent->in, MC_PROGRAM_PORT, ifindex, settings->attach);
}

/* Whatever has the index next starts with nothing. If a command holds the lock, the sweep comes back. */
static void remove_stale(struct agent *agent, __u32 ifindex, const struct mc_port *settings)
{
	int err;

	if (agent_lock(agent)) {
		sweep_soon(agent);
		return;
	}
	err = is_stale(agent, ifindex, settings) ? mc_port_remove(agent->in, ifindex) : -EAGAIN;
	agent_unlock(agent);
	if (!err)
		say(SAY_INFO, "port gone with its device", "{s:s, s:i}", "port", settings->name,
		    "ifindex", (int)ifindex);
	else if (err != -ENOENT && err != -EAGAIN)
		(void)mc_error_errno(err, "cannot remove port '%s', whose device is gone",
				     settings->name);
}

void port_device_gone(struct agent *agent, __u32 ifindex)
{
	struct port *port = port_find(agent, ifindex);

	if (port)
		port->up = false;
	if (port && agent->in)
		remove_stale(agent, ifindex, &port->settings);
	if (port)
		ports_update(agent);
}

static int update(__u32 ifindex, const struct mc_port *settings, void *arg)
{
	struct agent *agent = arg;
	struct port *port = port_find(agent, ifindex);
	struct intervals intervals;

	if (!link_find(agent, ifindex) && is_stale(agent, ifindex, settings)) {
		remove_stale(agent, ifindex, settings);
		return 0;
	}
	if (!port)
		return make(agent, ifindex, settings);
	port->seen = true;
	intervals = vni_intervals(agent, settings->vni);
	if (memcmp(&port->settings, settings, sizeof(*settings)) != 0) {
		port->settings = *settings;
		port->intervals = intervals;
		begin_queriers(port); /* another port on the same device, or another VNI */
		port_rearm(port);
	} else if (memcmp(&port->intervals, &intervals, sizeof(intervals)) != 0) {
		port->intervals = intervals;
		change_queriers(port);
		port_rearm(port);
	}
	return 0;
}

static int forget_seen(struct port *port, void *arg)
{
	(void)arg;
	port->seen = false;
	return 0;
}

static int drop_unseen(struct port *port, void *arg)
{
	(void)arg;
	if (!port->seen)
		drop(find(port->agent->ports, port->ifindex));
	return 0;
}

void ports_update(struct agent *agent)
{
	int err;

	(void)port_for_each(agent, forget_seen, NULL);
	err = agent->in ? mc_port_for_each(agent->in, update, agent) : 0;
	if (err)
		(void)mc_error_errno(err, "cannot read the ports");
	else
		(void)port_for_each(agent, drop_unseen, NULL);
}

/* ---- the part ---- */

static int check_port(__u32 ifindex, const struct mc_port *settings, void *arg)
{
	struct agent *agent = arg;

	if (is_stale(agent, ifindex, settings))
		remove_stale(agent, ifindex, settings);
	return 0;
}

/* While no agent looked, an index may have got another device: its program is not there. */
static void loaded(struct agent *agent)
{
	(void)mc_port_for_each(agent->in, check_port, agent);
	ports_update(agent);
}

static int drop_port(struct port *port, void *arg)
{
	(void)arg;
	drop(find(port->agent->ports, port->ifindex));
	return 0;
}

static void gone(struct agent *agent)
{
	(void)port_for_each(agent, drop_port, NULL);
}

static int change_port(struct port *port, void *arg)
{
	(void)arg;
	port->intervals = vni_intervals(port->agent, port->settings.vni);
	change_queriers(port);
	port_rearm(port);
	return 0;
}

static int reload(struct agent *agent)
{
	return port_for_each(agent, change_port, NULL);
}

static void take_event(struct agent *agent, const struct mc_event *event)
{
	struct port *port =
		event->type == MC_EVENT_QUERIER ? port_find(agent, event->ifindex) : NULL;

	if (port)
		port_hear(port, event);
}

static int start(struct agent *agent)
{
	agent->ports = calloc(1, sizeof(*agent->ports));
	if (!agent->ports)
		return -ENOMEM;
	agent->ports->wire = wire_open();
	if (agent->ports->wire < 0)
		return mc_error_errno(agent->ports->wire, "cannot open a packet socket");
	events_listen(agent, take_event);
	return 0;
}

static void stop(struct agent *agent)
{
	if (!agent->ports)
		return;
	gone(agent);
	mc_close_fd(&agent->ports->wire);
	free(agent->ports);
	agent->ports = NULL;
}

const struct part ports_part = { "ports",	   .start = start, .reload = reload,
				 .loaded = loaded, .gone = gone,   .stop = stop };
