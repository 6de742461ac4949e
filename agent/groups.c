/* SPDX-License-Identifier: Apache-2.0 */
#include "groups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/event.h>
#include <bpfcast/log.h>
#include <bpfcast/reason.h>
#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/instance.h>
#include <maps/table.h>
#include <maps/text.h>
#include <maps/vni.h>

#include "agent.h"
#include "config.h"
#include "group_work.h"
#include "reconcile.h"

#define NSEC_PER_MSEC 1000000ull
#define GATHER_USEC   1000  /* what comes together is done together: one wait for RCU */
#define BUSY_USEC     20000 /* until a command that holds the lock may be done */

static struct group **find(const struct groups *groups, const struct mc_group_key *key)
{
	const __u32 *group = key->group.word;
	__u32 hash = (group[0] ^ group[1] ^ group[2] ^ MC_BE32(group[3]) ^ key->vni * 2654435761u);
	struct group **at = (struct group **)&groups->bucket[(hash ^ hash >> 16) % GROUP_BUCKETS];

	while (*at && memcmp(&(*at)->key, key, sizeof(*key)) != 0)
		at = &(*at)->next;
	return at;
}

static struct group *make(struct groups *groups, const struct mc_group_key *key)
{
	struct group **at = find(groups, key);

	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (*at)
			(*at)->key = *key;
	}
	return *at;
}

static void arm(struct groups *groups, uint64_t usec)
{
	(void)sd_event_source_set_time_relative(groups->timer, usec);
	(void)sd_event_source_set_enabled(groups->timer, SD_EVENT_ONESHOT);
}

static void want(struct agent *agent, struct group *group, enum want what)
{
	if (!group || agent_now() < group->retry_at)
		return;
	group->want = what;
	if (sd_event_source_get_enabled(agent->groups->timer, NULL) <= 0)
		arm(agent->groups, GATHER_USEC);
}

static int on_time(sd_event_source *source, uint64_t usec, void *arg)
{
	struct agent *agent = arg;
	int err = agent_lock(agent);

	(void)source;
	(void)usec;
	if (err) {
		if (err == -EBUSY)
			arm(agent->groups, BUSY_USEC);
		return 0;
	}
	group_work(agent);
	agent_unlock(agent);
	return 0;
}

static bool learns(struct agent *agent, __u32 vni)
{
	struct mc_vni settings;

	return !mc_vni_get(agent->in, vni, &settings) && settings.unknown == MC_UNKNOWN_LEARN;
}

void groups_take_event(struct agent *agent, const struct mc_event *event)
{
	const struct mc_group_key key = { event->vni, event->group };

	if (!agent->in)
		return;
	if (event->type == MC_EVENT_REFUSED && event->reason == MC_R_GROUP_FULL)
		want(agent, make(agent->groups, &key), WANT_GROW);
	else if (event->type == MC_EVENT_JOIN && event->reason == MC_R_REPORT_PENDING &&
		 learns(agent, event->vni))
		want(agent, make(agent->groups, &key), WANT_LEARN);
}

void groups_begin(struct agent *agent)
{
	agent->groups->sweep++;
	for (int i = 0; i < GROUP_BUCKETS; i++)
		for (struct group *g = agent->groups->bucket[i]; g; g = g->next)
			g->live = false;
}

void groups_live(struct agent *agent, const struct mc_member_key *key)
{
	const struct mc_group_key group_key = { key->vni, key->group };
	struct group *group = *find(agent->groups, &group_key);

	if (group)
		group->live = true;
}

/* Gives the member its slot, as far as there are some, since whoever should have done it was killed. */
static void place(struct agent *agent, struct group *group, const struct mc_member_key *key)
{
	struct mc_request request = { .op = MC_OP_PLACE, .key = *key };
	struct mc_group now;

	if (group->swept != agent->groups->sweep) {
		if (mc_group_get(agent->in, &group->key, false, &now))
			return;
		group->swept = agent->groups->sweep;
		group->free = now.size - now.local;
	}
	if (!group->free) {
		want(agent, group, WANT_GROW);
		return;
	}
	group->free--;
	(void)mc_instance_control(agent->in, &request, sizeof(request));
}

void groups_want(struct agent *agent, const struct mc_member_key *key,
		 const struct mc_member *member)
{
	const struct mc_group_key group_key = { key->vni, key->group };
	bool exists = mc_group_exists(agent->in, &group_key);

	(void)member;
	if (exists)
		place(agent, make(agent->groups, &group_key), key);
	else if (learns(agent, key->vni))
		want(agent, make(agent->groups, &group_key), WANT_LEARN);
}

static void age(struct agent *agent, struct group *group)
{
	const struct vni_config *config = config_vni(agent->config, group->key.vni);
	uint64_t now = agent_now();

	if (group->live || !group->learned || reconcile_wants(agent, &group->key)) {
		group->empty = 0;
		return;
	}
	if (!group->empty)
		group->empty = now;
	if (now - group->empty >= config->grace_ms * NSEC_PER_MSEC)
		want(agent, group, WANT_DELETE);
}

void groups_end(struct agent *agent)
{
	for (int i = 0; i < GROUP_BUCKETS; i++) {
		for (struct group **at = &agent->groups->bucket[i], *g; (g = *at);) {
			age(agent, g);
			if (g->learned || g->want || agent_now() < g->retry_at) {
				at = &g->next;
				continue;
			}
			*at = g->next;
			free(g);
		}
	}
}

/* What an earlier agent has learned, and what it did not come to finish. */
static int read_group(const void *key, const void *value, void *arg)
{
	struct agent *agent = arg;
	struct mc_group now;
	struct group *group;

	(void)value;
	if (mc_group_get(agent->in, key, false, &now) ||
	    !(now.flags & (MC_FANOUT_F_LEARNED | MC_FANOUT_F_SETTLING)))
		return 0;
	group = make(agent->groups, key);
	if (!group)
		return -ENOMEM;
	group->learned = now.flags & MC_FANOUT_F_LEARNED;
	group->live = true;
	if (now.flags & MC_FANOUT_F_SETTLING)
		want(agent, group, WANT_SETTLE);
	return 0;
}

static void loaded(struct agent *agent)
{
	int err = mc_table_for_each(agent->in, MC_TABLE_FANOUT, read_group, agent);

	if (err)
		(void)mc_error_errno(err, "cannot read the groups");
}

static void gone(struct agent *agent)
{
	for (int i = 0; i < GROUP_BUCKETS; i++) {
		for (struct group *g = agent->groups->bucket[i], *next; g; g = next) {
			next = g->next;
			free(g);
		}
		agent->groups->bucket[i] = NULL;
	}
}

static int start(struct agent *agent)
{
	int err;

	agent->groups = calloc(1, sizeof(*agent->groups));
	if (!agent->groups)
		return -ENOMEM;
	err = sd_event_add_time_relative(agent->loop, &agent->groups->timer, CLOCK_MONOTONIC, 0,
					 1000, on_time, agent);
	return err < 0 ? mc_error_errno(err, "cannot set a timer") : 0;
}

static void stop(struct agent *agent)
{
	if (!agent->groups)
		return;
	gone(agent);
	sd_event_source_disable_unref(agent->groups->timer);
	free(agent->groups);
	agent->groups = NULL;
}

const struct part groups_part = { "groups", .start = start, .loaded = loaded, .gone = gone,
				  .stop = stop };
