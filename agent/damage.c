/* SPDX-License-Identifier: Apache-2.0 */
#include "damage.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <bpfcast/log.h>
#include <loader/tails.h>
#include <maps/group.h>
#include <maps/member.h>
#include <maps/table.h>
#include <maps/text.h>

#include "agent.h"
#include "damage_find.h"
#include "say.h"

struct mending {
	struct mc_instance *in;
	const struct mc_group_key *group;
};

static bool is_of(const struct mc_member_key *key, const struct mc_group_key *group)
{
	return key->vni == group->vni && mc_addr_equal(&key->group, &group->group);
}

static int mend_list(const struct mc_member_key *key, const struct mc_member *member, void *arg)
{
	const struct mending *mending = arg;

	(void)member;
	if (is_of(key, mending->group))
		(void)mc_member_mend_sources(mending->in, key);
	return 0;
}

/* One that is in no list comes into it, or goes where there is no member. */
static int mend_source(const void *value, const void *entry, void *arg)
{
	const struct mc_source_key *key = value;
	const struct mending *mending = arg;
	struct mc_member member;

	(void)entry;
	if (!is_of(&key->member, mending->group) || damage_source_is_sound(mending->in, key))
		return 0;
	if (mc_member_get(mending->in, &key->member, &member))
		(void)mc_table_del(mending->in, MC_TABLE_SOURCES, key);
	else
		(void)mc_member_relink(mending->in, &key->member);
	return 0;
}

static int mend_group(struct mc_instance *in, const struct mc_group_key *group)
{
	struct mending mending = { in, group };
	int err = mc_member_for_each(in, mend_list, &mending);

	if (!err)
		err = mc_table_for_each(in, MC_TABLE_SOURCES, mend_source, &mending);
	return err ? err : mc_group_rebuild(in, group);
}

static void mend(struct agent *agent, const struct mc_group_key *group)
{
	char text[MC_ADDR_TEXT];
	int err = agent_lock(agent);

	if (err)
		return;
	err = mend_group(agent->in, group);
	agent_unlock(agent);
	mc_addr_format(&group->group, text);
	if (err == -ENOENT) /* gone meanwhile */
		return;
	if (err)
		(void)mc_error_errno(err, "cannot mend group %s vni %u", text, group->vni);
	else
		say(SAY_WARNING, "entries of a group did not fit together: mended", "{s:s, s:i}",
		    "group", text, "vni", (int)group->vni);
}

static bool was_suspect(const struct damage *damage, const struct mc_group_key *group)
{
	for (size_t i = 0; i < damage->count; i++)
		if (!memcmp(&damage->suspects[i], group, sizeof(*group)))
			return true;
	return false;
}

/* Without them no join is heard any more. */
static void mend_tails(struct agent *agent)
{
	int err;

	if (mc_tails_are_set(agent->in) || agent_lock(agent))
		return;
	err = mc_tails_set(agent->in);
	agent_unlock(agent);
	if (err)
		(void)mc_error_errno(err, "cannot put a program where others jump to");
	else
		say(SAY_WARNING, "a program was not where others jump to: mended", NULL);
}

void damage_look(struct agent *agent, struct damage *damage)
{
	struct damage found = { .next = damage->next };
	size_t suspects = 0;
	bool full;
	int err;

	mend_tails(agent);
	err = damage_find(agent->in, &found);
	full = found.count == DAMAGE_SUSPECTS;
	if (err)
		(void)mc_error_errno(err, "cannot look for damage");
	for (size_t i = 0; i < found.count; i++) {
		if (was_suspect(damage, &found.suspects[i]))
			mend(agent, &found.suspects[i]);
		else
			found.suspects[suspects++] = found.suspects[i];
	}
	found.count = suspects;
	if (suspects || full) /* the same ones once more, and others beside them */
		found.next = damage->next;
	*damage = found;
}
