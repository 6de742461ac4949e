/* SPDX-License-Identifier: Apache-2.0 */
#include "group_work.h"

#include <errno.h>
#include <stdlib.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/text.h>

#include "agent.h"
#include "config.h"
#include "say.h"

#define NSEC_PER_MSEC 1000000ull
#define RETRY_FIRST   (1000 * NSEC_PER_MSEC)
#define RETRY_MOST    (60000 * NSEC_PER_MSEC)

static void failed(struct group *group)
{
	group->backoff = group->backoff ? group->backoff * 2 : RETRY_FIRST;
	if (group->backoff > RETRY_MOST)
		group->backoff = RETRY_MOST;
	group->retry_at = agent_now() + group->backoff;
	group->want = WANT_NOTHING;
}

static void done(struct group *group, const char *what)
{
	char text[MC_ADDR_TEXT];

	say(SAY_INFO, what, "{s:s, s:i}", "group", mc_addr_format(&group->key.group, text), "vni",
	    (int)group->key.vni);
	group->want = WANT_NOTHING;
	group->backoff = 0;
	group->retry_at = 0;
}

static void learned(struct group *group)
{
	group->learned = true;
	group->live = true;
	group->empty = 0;
	done(group, "group learned");
}

struct batch {
	struct group **groups;
	struct mc_group_key *keys;
	__u32 *sizes;
	__u32 count;
};

static void learn_one_by_one(struct agent *agent, const struct batch *batch)
{
	for (__u32 i = 0; i < batch->count; i++) {
		if (mc_group_learn_many(agent->in, &batch->keys[i], &batch->sizes[i], 1))
			failed(batch->groups[i]);
		else
			learned(batch->groups[i]);
	}
}

/* All or none; then each for itself, so that one that cannot be does not stop the others. */
static void learn_batch(struct agent *agent, const struct batch *batch)
{
	if (batch->count == 1 ||
	    mc_group_learn_many(agent->in, batch->keys, batch->sizes, batch->count)) {
		learn_one_by_one(agent, batch);
		return;
	}
	for (__u32 i = 0; i < batch->count; i++)
		learned(batch->groups[i]);
}

static void forgotten(struct group *group)
{
	group->learned = false;
	done(group, "group forgotten");
}

static void forget_one_by_one(struct agent *agent, const struct batch *batch)
{
	for (__u32 i = 0; i < batch->count; i++) {
		if (mc_group_del(agent->in, &batch->keys[i]))
			failed(batch->groups[i]);
		else
			forgotten(batch->groups[i]);
	}
}

static void forget_batch(struct agent *agent, const struct batch *batch)
{
	if (mc_group_del_many(agent->in, batch->keys, batch->count)) {
		forget_one_by_one(agent, batch);
		return;
	}
	for (__u32 i = 0; i < batch->count; i++)
		forgotten(batch->groups[i]);
}

/* Has an operator made it meanwhile? */
static bool may_learn(struct agent *agent, struct group *group)
{
	return !mc_group_exists(agent->in, &group->key);
}

/* Is it still there and not an operator's, and has nobody come? */
static bool may_forget(struct agent *agent, struct group *group)
{
	struct mc_group now;

	if (mc_group_get(agent->in, &group->key, false, &now) ||
	    !(now.flags & MC_FANOUT_F_LEARNED)) {
		group->learned = false;
		return false;
	}
	return !now.local && !now.waiting && !now.remote;
}

static __u32 count_wanted(const struct agent *agent, enum want want)
{
	__u32 count = 0;

	for (int i = 0; i < GROUP_BUCKETS; i++)
		for (const struct group *g = agent->groups->bucket[i]; g; g = g->next)
			count += g->want == want;
	return count;
}

static void collect(struct agent *agent, enum want want, struct batch *batch)
{
	for (int i = 0; i < GROUP_BUCKETS; i++) {
		for (struct group *g = agent->groups->bucket[i]; g; g = g->next) {
			if (g->want != want)
				continue;
			if (!(want == WANT_LEARN ? may_learn : may_forget)(agent, g)) {
				g->want = WANT_NOTHING;
				continue;
			}
			batch->groups[batch->count] = g;
			batch->keys[batch->count] = g->key;
			batch->sizes[batch->count++] = config_vni(agent->config, g->key.vni)->size;
		}
	}
}

/* What costs a wait for RCU each, done with one for all. */
static void do_all(struct agent *agent, enum want want)
{
	__u32 count = count_wanted(agent, want);
	mc_autofree struct group **groups = calloc(count + 1, sizeof(struct group *));
	mc_autofree struct mc_group_key *keys = calloc(count + 1, sizeof(*keys));
	mc_autofree __u32 *sizes = calloc(count + 1, sizeof(*sizes));
	struct batch batch = { groups, keys, sizes, 0 };

	if (!count || !groups || !keys || !sizes)
		return;
	collect(agent, want, &batch);
	if (batch.count)
		(want == WANT_LEARN ? learn_batch : forget_batch)(agent, &batch);
}

/* Twice as large, or as often as it takes. */
static __u32 larger_size(const struct mc_group *group)
{
	__u32 size = group->size;

	while (size < group->local + group->waiting && size < MC_GROUP_SIZE_MAX)
		size *= 2;
	return size < MC_GROUP_SIZE_MAX ? size : MC_GROUP_SIZE_MAX;
}

static void grow(struct agent *agent, struct group *group)
{
	struct mc_group now;
	__u32 size;

	if (mc_group_get(agent->in, &group->key, false, &now) || !now.waiting) {
		group->want = WANT_NOTHING;
		return;
	}
	size = larger_size(&now);
	if (size > now.size && !mc_group_grow(agent->in, &group->key, size)) {
		done(group, "group grown");
		return;
	}
	if (size == now.size && size == MC_GROUP_SIZE_MAX)
		(void)mc_error(-ENOSPC, "a group cannot have more than %u slots", size);
	failed(group);
}

static void do_one(struct agent *agent, struct group *group)
{
	switch (group->want) {
	case WANT_GROW:
		grow(agent, group);
		break;
	case WANT_SETTLE:
		if (mc_group_settle(agent->in, &group->key))
			failed(group);
		else
			done(group, "group settled");
		break;
	default:
		break;
	}
}

void group_work(struct agent *agent)
{
	do_all(agent, WANT_LEARN);
	do_all(agent, WANT_DELETE);
	for (int i = 0; i < GROUP_BUCKETS; i++)
		for (struct group *g = agent->groups->bucket[i]; g; g = g->next)
			do_one(agent, g);
}
