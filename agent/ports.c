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

#define BUCKETS 1024

struct ports {
	struct port *bucket[BUCKETS];
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

static void drop(struct port **at)
{
	struct port *port = *at;

	if (!port)
		return;
	*at = port->next;
	port_stop(port);
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
	err = port_start(port);
	if (err)
		drop(at);
	return err;
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
		port_begin(port); /* another port on the same device, or another VNI */
		port_rearm(port);
	} else if (memcmp(&port->intervals, &intervals, sizeof(intervals)) != 0) {
		port->intervals = intervals;
		port_change(port);
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
	port_change(port);
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
	agent->wire = wire_open();
	if (agent->wire < 0)
		return mc_error_errno(agent->wire, "cannot open a packet socket");
	events_listen(agent, take_event);
	return 0;
}

static void stop(struct agent *agent)
{
	if (!agent->ports)
		return;
	gone(agent);
	mc_close_fd(&agent->wire);
	free(agent->ports);
	agent->ports = NULL;
}

const struct part ports_part = { "ports",	   .start = start, .reload = reload,
				 .loaded = loaded, .gone = gone,   .stop = stop };
