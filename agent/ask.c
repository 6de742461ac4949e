/* SPDX-License-Identifier: Apache-2.0 */
#include "ask.h"

#include <stdlib.h>
#include <string.h>

#include <bpfcast/util.h>
#include <maps/instance.h>
#include <maps/member.h>
#include <maps/text.h>

#include "agent.h"
#include "links.h"
#include "ports.h"
#include "query.h"
#include "say.h"

#define NSEC_PER_MSEC 1000000ull

struct asked_source {
	struct mc_addr source;
	uint64_t deadline; /* its lowered timer */
	__u32 left;	   /* queries still to send */
};

struct ask {
	struct ask *next;
	struct mc_addr group;
	uint64_t deadline; /* the lowered group timer; 0: the group is not asked for */
	uint64_t at;	   /* of the next queries */
	__u32 left;	   /* group-specific queries still to send */
	struct asked_source *sources;
	size_t count;
};

/* What a walk along a member's sources compares and collects. */
struct look {
	struct ask *ask;
	const struct mc_member *member;
	uint64_t now, last_member;
	__u32 times;
	bool fresh; /* something to be asked for */
};

/*
 * Lowered by a leave, and not nearly over since nobody has answered for long: the report that lowered
 * it is the last, and less than the last member query time before.
 */
static bool is_lowered(const struct look *look, uint64_t expires)
{
	return expires > look->now && expires - look->now <= look->last_member &&
	       expires - look->member->last_report <= look->last_member;
}

static struct asked_source *find_source(const struct ask *ask, const struct mc_addr *source)
{
	for (size_t i = 0; i < ask->count; i++)
		if (mc_addr_equal(&ask->sources[i].source, source))
			return &ask->sources[i];
	return NULL;
}

static struct asked_source *add_source(struct ask *ask, const struct mc_addr *source)
{
	struct asked_source *larger =
		realloc(ask->sources, (ask->count + 1) * sizeof(*ask->sources));

	if (!larger)
		return NULL;
	ask->sources = larger;
	larger[ask->count] = (struct asked_source){ .source = *source };
	return &larger[ask->count++];
}

static int look_at_source(const struct mc_addr *source, const struct mc_source *entry, void *arg)
{
	struct look *look = arg;
	struct asked_source *asked;

	if (entry->state != MC_SOURCE_REQUESTED || !is_lowered(look, entry->expires))
		return 0;
	asked = find_source(look->ask, source);
	if (asked && asked->deadline == entry->expires)
		return 0;
	if (!asked)
		asked = add_source(look->ask, source);
	if (!asked)
		return 0;
	asked->deadline = entry->expires;
	asked->left = look->times;
	look->fresh = true;
	return 0;
}

static void look_at_group(struct look *look)
{
	if (!(look->member->exclude & MC_ORIGIN_REPORT) ||
	    !is_lowered(look, look->member->expires) ||
	    look->ask->deadline == look->member->expires)
		return;
	look->ask->deadline = look->member->expires;
	look->ask->left = look->times;
	look->fresh = true;
}

static struct ask **find(struct port *port, const struct mc_addr *group)
{
	struct ask **at = &port->asks;

	while (*at && !mc_addr_equal(&(*at)->group, group))
		at = &(*at)->next;
	return at;
}

static void drop(struct ask **at)
{
	struct ask *ask = *at;

	*at = ask->next;
	free(ask->sources);
	free(ask);
}

static enum family family_of(const struct mc_addr *group)
{
	return mc_addr_is_v4(group) ? FAMILY_IGMP : FAMILY_MLD;
}

static uint64_t last_member(const struct port *port)
{
	return intervals_last_member(&port->intervals) * NSEC_PER_MSEC;
}

void ask_for(struct port *port, const struct mc_member_key *key, const struct mc_member *member)
{
	struct ask **at = find(port, &key->group);
	struct look look = { .member = member,
			     .now = agent_now(),
			     .last_member = last_member(port) };

	if (!querier_is_elected(&port->querier[family_of(&key->group)]))
		return;
	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (!*at)
			return;
		(*at)->group = key->group;
		(*at)->at = UINT64_MAX;
	}
	look.ask = *at;
	look.times = port->intervals.last_member_count;
	look_at_group(&look);
	(void)mc_member_for_each_source(port->agent->in, key, member, look_at_source, &look);
	if (look.fresh) {
		(*at)->at = look.now;
		port_rearm(port);
	} else if ((*at)->at == UINT64_MAX && look.now >= (*at)->deadline && !(*at)->count) {
		drop(at);
	}
}

uint64_t ask_due(const struct port *port)
{
	uint64_t due = UINT64_MAX;

	for (const struct ask *ask = port->asks; ask; ask = ask->next)
		if (ask->at < due)
			due = ask->at;
	return due;
}

struct timers {
	const struct ask *ask;
	struct mc_addr
		*set[2]; /* by S flag: those not lowered any more, since somebody has answered */
	__u32 count[2];
	uint64_t now, last_member;
};

/* Section 6.6.3.2: two queries, for those whose timer is larger than the last member query time. */
static int sort_source(const struct mc_addr *source, const struct mc_source *entry, void *arg)
{
	struct timers *timers = arg;
	struct asked_source *asked = find_source(timers->ask, source);
	bool suppress;

	if (!asked || !asked->left || entry->state != MC_SOURCE_REQUESTED)
		return 0;
	asked->left--;
	suppress = entry->expires > timers->now + timers->last_member;
	timers->set[suppress][timers->count[suppress]++] = *source;
	return 0;
}

static void send_sources(struct port *port, const struct ask *ask, bool suppress,
			 const struct mc_addr *sources, __u32 count)
{
	enum family family = family_of(&ask->group);
	const struct link *link = link_find(port->agent, port->ifindex);
	__u32 most = query_sources_max(family == FAMILY_MLD, link ? link->mtu : 1280);

	for (__u32 done = 0; most && done < count; done += most) {
		struct query_message query = {
			.group = ask->group,
			.suppress = suppress,
			.sources = sources + done,
			.count = count - done < most ? count - done : most,
			.response_ms = port->intervals.last_member_ms,
		};

		(void)port_send(port, family, &query);
	}
}

static void ask_sources(struct port *port, const struct ask *ask, const struct mc_member_key *key,
			const struct mc_member *member, uint64_t now)
{
	mc_autofree struct mc_addr *space = calloc(2 * ask->count + 1, sizeof(*space));
	struct timers timers = { .ask = ask,
				 .set = { space, space + ask->count },
				 .now = now,
				 .last_member = last_member(port) };

	if (!space)
		return;
	(void)mc_member_for_each_source(port->agent->in, key, member, sort_source, &timers);
	send_sources(port, ask, false, timers.set[false], timers.count[false]);
	send_sources(port, ask, true, timers.set[true], timers.count[true]);
}

/* Section 6.6.3.1: the S flag says that somebody has answered meanwhile. */
static void ask_group(struct port *port, struct ask *ask, const struct mc_member *member,
		      uint64_t now)
{
	struct query_message query = {
		.group = ask->group,
		.suppress = member->expires > now + last_member(port),
		.response_ms = port->intervals.last_member_ms,
	};

	if (!ask->left || !(member->exclude & MC_ORIGIN_REPORT))
		return;
	ask->left--;
	(void)port_send(port, family_of(&ask->group), &query);
}

static bool has_more(const struct ask *ask)
{
	for (size_t i = 0; i < ask->count; i++)
		if (ask->sources[i].left)
			return true;
	return ask->left;
}

/* What is over need not be remembered. */
static void forget_sources(struct ask *ask, uint64_t now)
{
	size_t kept = 0;

	for (size_t i = 0; i < ask->count; i++)
		if (ask->sources[i].left || ask->sources[i].deadline > now)
			ask->sources[kept++] = ask->sources[i];
	ask->count = kept;
}

/* False: nothing of it is left. */
static bool run(struct port *port, struct ask *ask, uint64_t now)
{
	struct mc_member_key key = { port->settings.vni, port->ifindex, ask->group };
	struct mc_member member;

	if (!port->agent->in || mc_member_get(port->agent->in, &key, &member) ||
	    !querier_is_elected(&port->querier[family_of(&ask->group)]))
		return false;
	ask_group(port, ask, &member, now);
	ask_sources(port, ask, &key, &member, now);
	forget_sources(ask, now);
	if (has_more(ask))
		ask->at = now + port->intervals.last_member_ms * NSEC_PER_MSEC;
	else
		ask->at = now +
			  last_member(port); /* until then its deadlines tell it from a new one */
	return has_more(ask) || ask->count || ask->deadline > now;
}

void ask_run(struct port *port, uint64_t now)
{
	struct ask **at = &port->asks;

	while (*at) {
		if ((*at)->at <= now && !run(port, *at, now))
			drop(at);
		else
			at = &(*at)->next;
	}
}

void ask_stop(struct port *port)
{
	while (port->asks)
		drop(&port->asks);
}
