/* SPDX-License-Identifier: Apache-2.0 */
#include "group_work.h"

#include <errno.h>
#include <stdlib.h>

#include <bpfcast/log.h>
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

static int count_learn(struct agent *agent, __u32 *count)
{
	*count = 0;
	for (int i = 0; i < GROUP_BUCKETS; i++)
		for (struct group *g = agent->groups->bucket[i]; g; g = g->next)
			*count += g->want == WANT_LEARN;
	return *count ? 0 : -ENOENT;
}

static void learn(struct agent *agent)
{
	struct batch batch = { 0 };
	__u32 count;

	if (count_learn(agent, &count))
		return;
	batch.groups = calloc(count, sizeof(struct group *));
	batch.keys = calloc(count, sizeof(*batch.keys));
	batch.sizes = calloc(count, sizeof(*batch.sizes));
	for (int i = 0; batch.groups && batch.keys && batch.sizes && i < GROUP_BUCKETS; i++) {
		for (struct group *g = agent->groups->bucket[i]; g; g = g->next) {
			if (g->want != WANT_LEARN)
				continue;
			if (mc_group_exists(agent->in, &g->key)) { /* by an operator, meanwhile */
				g->want = WANT_NOTHING;
				continue;
			}
			batch.groups[batch.count] = g;
			batch.keys[batch.count] = g->key;
			batch.sizes[batch.count++] = config_vni(agent->config, g->key.vni)->size;
		}
	}
	if (batch.count)
		learn_batch(agent, &batch);
	free(batch.groups);
	free(batch.keys);
	free(batch.sizes);
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

static void forget(struct agent *agent, struct group *group)
{
	struct mc_group now;
	int err = mc_group_get(agent->in, &group->key, false, &now);

	if (!err && (now.local || now.waiting || now.remote)) {
		group->want = WANT_NOTHING; /* somebody has come */
		return;
	}
	if (!err)
		err = mc_group_del(agent->in, &group->key);
	if (err && err != -ENOENT) {
		failed(group);
		return;
	}
	group->learned = false;
	done(group, "group forgotten");
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
	case WANT_DELETE:
		forget(agent, group);
		break;
	default:
		break;
	}
}

void group_work(struct agent *agent)
{
	learn(agent);
	for (int i = 0; i < GROUP_BUCKETS; i++)
		for (struct group *g = agent->groups->bucket[i]; g; g = g->next)
			do_one(agent, g);
}
