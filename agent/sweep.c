/* SPDX-License-Identifier: Apache-2.0 */
#include "sweep.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/event.h>
#include <bpfcast/log.h>
#include <bpfcast/reason.h>
#include <maps/member.h>
#include <maps/table.h>

#include "agent.h"
#include "ask.h"
#include "events.h"
#include "groups.h"
#include "ports.h"
#include "vnis.h"

#define NSEC_PER_MSEC 1000000ull
#define PERIOD	      (1000 * NSEC_PER_MSEC)
#define PAUSE	      (20 * NSEC_PER_MSEC)
#define SHARE	      10 /* at most one part in so many of the time */

struct sweep {
	sd_event_source *timer;
	uint64_t earliest; /* that the next may begin */
	uint64_t at;	   /* when it will */
	uint64_t next;	   /* first timer that runs out after this sweep */
	uint64_t now;
	struct mc_member_key ended; /* by the walk along the sources, not to be asked twice */
};

static void arm(struct sweep *sweep, uint64_t at)
{
	sweep->at = at < sweep->earliest ? sweep->earliest : at;
	(void)sd_event_source_set_time(sweep->timer, sweep->at / 1000 + 1);
	(void)sd_event_source_set_enabled(sweep->timer, SD_EVENT_ONESHOT);
}

void sweep_by(struct agent *agent, uint64_t at)
{
	if (agent->sweep && at < agent->sweep->at)
		arm(agent->sweep, at);
}

void sweep_soon(struct agent *agent)
{
	sweep_by(agent, agent->sweep ? agent->sweep->earliest : 0);
}

static const struct querier *querier_of(const struct port *port, const struct mc_member_key *key)
{
	return &port->querier[mc_addr_is_v4(&key->group) ? FAMILY_IGMP : FAMILY_MLD];
}

/* Lowered by a leave that we have seen, and asked about? */
static bool is_asked(const struct querier *querier, const struct port *port, uint64_t expires,
		     uint64_t last_report)
{
	return last_report >= querier->since &&
	       expires <= last_report + intervals_last_member(&port->intervals) * NSEC_PER_MSEC;
}

/* Is a timer over? If not, the sweep comes back when it is. */
static bool is_over(struct agent *agent, const struct port *port, const struct mc_member_key *key,
		    uint64_t expires, uint64_t last_report)
{
	const struct querier *querier = querier_of(port, key);
	uint64_t held = querier_held_until(querier);
	uint64_t at = expires;

	if (at < held && !is_asked(querier, port, expires, last_report))
		at = held;
	if (at <= agent->sweep->now)
		return true;
	if (at < agent->sweep->next)
		agent->sweep->next = at;
	return false;
}

static int look_at_member(const struct mc_member_key *key, const struct mc_member *member,
			  void *arg)
{
	struct agent *agent = arg;
	struct port *port = port_find(agent, key->ifindex);

	groups_live(agent, key);
	if (member->slot == MC_SLOT_NONE)
		groups_want(agent, key, member);
	if (!port || !(member->origins & MC_ORIGIN_REPORT))
		return 0;
	if (port->settings.kind != MC_PORT_EDGE)
		ask_for(port, key, member);
	if (member->exclude & MC_ORIGIN_REPORT && member->expires &&
	    is_over(agent, port, key, member->expires, member->last_report))
		(void)mc_member_expire(agent->in, key);
	return 0;
}

static int look_at_source(const void *k, const void *value, void *arg)
{
	const struct mc_source_key *key = k;
	const struct mc_source *entry = value;
	struct mc_member member = { 0 };
	struct agent *agent = arg;
	struct port *port;

	if (entry->state != MC_SOURCE_REQUESTED || !entry->expires)
		return 0;
	port = port_find(agent, key->member.ifindex);
	if (!port || !memcmp(&key->member, &agent->sweep->ended, sizeof(key->member)) ||
	    (entry->expires < querier_held_until(querier_of(port, &key->member)) &&
	     mc_member_get(agent->in, &key->member, &member)) ||
	    !is_over(agent, port, &key->member, entry->expires, member.last_report))
		return 0;
	agent->sweep->ended = key->member;
	(void)mc_member_expire(agent->in, &key->member);
	return 0;
}

static void sweep_tables(struct agent *agent)
{
	struct sweep *sweep = agent->sweep;
	int err;

	sweep->next = sweep->now + PERIOD;
	memset(&sweep->ended, 0, sizeof(sweep->ended));
	ports_update(agent);
	vnis_update(agent);
	groups_begin(agent);
	err = mc_member_for_each(agent->in, look_at_member, agent);
	if (!err) {
		groups_end(agent);
		err = mc_table_for_each(agent->in, MC_TABLE_SOURCES, look_at_source, agent);
	}
	if (err)
		(void)mc_error_errno(err, "cannot read the members");
}

static int on_time(sd_event_source *source, uint64_t usec, void *arg)
{
	struct agent *agent = arg;
	struct sweep *sweep = agent->sweep;
	uint64_t took;

	(void)source;
	(void)usec;
	sweep->now = agent_now();
	sweep->next = sweep->now + PERIOD;
	sweep->at =
		UINT64_MAX; /* what asks for another during this one is not heard before it ends */
	if (agent->in)
		sweep_tables(agent);
	took = agent_now() - sweep->now;
	sweep->earliest = agent_now() + (took * SHARE > PAUSE ? took * SHARE : PAUSE);
	arm(sweep, sweep->at < sweep->next ? sweep->at : sweep->next);
	return 0;
}

/* A leave that lowered timers: the querier asks at once. */
static void ask_now(struct agent *agent, const struct mc_event *event)
{
	const struct mc_member_key key = { event->vni, event->ifindex, event->group };
	struct port *port = port_find(agent, event->ifindex);
	struct mc_member member;

	if (port && !mc_member_get(agent->in, &key, &member))
		ask_for(port, &key, &member);
	sweep_soon(agent); /* to know when the timers run out */
}

static void take_event(struct agent *agent, const struct mc_event *event)
{
	switch (event->type) {
	case MC_EVENT_QUERY:
		ask_now(agent, event);
		break;
	case MC_EVENT_QUERIER: /* may have lowered timers, too */
		if (!mc_addr_is_zero(&event->group))
			sweep_soon(agent);
		break;
	case MC_EVENT_JOIN:
	case MC_EVENT_REFUSED:
		groups_take_event(agent, event);
		break;
	default:
		break;
	}
}

static int start(struct agent *agent)
{
	int err;

	agent->sweep = calloc(1, sizeof(*agent->sweep));
	if (!agent->sweep)
		return -ENOMEM;
	err = sd_event_add_time_relative(agent->loop, &agent->sweep->timer, CLOCK_MONOTONIC, 0,
					 1000, on_time, agent);
	if (err < 0)
		return mc_error_errno(err, "cannot set a timer");
	events_listen(agent, take_event);
	return 0;
}

static void stop(struct agent *agent)
{
	if (!agent->sweep)
		return;
	sd_event_source_disable_unref(agent->sweep->timer);
	free(agent->sweep);
	agent->sweep = NULL;
}

const struct part sweep_part = { "sweep", .start = start, .loaded = sweep_soon, .stop = stop };
