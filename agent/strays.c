/* SPDX-License-Identifier: Apache-2.0 */
#include "strays.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/member.h>
#include <maps/table.h>
#include <maps/text.h>

#include "agent.h"
#include "say.h"

#define GROUPS_A_LOOK 512

/* Is the slot that of a member? */
static bool is_members(struct mc_instance *in, const struct mc_group_key *group, __u32 ifindex,
		       __u32 slot)
{
	const struct mc_member_key key = { group->vni, ifindex, group->group };
	struct mc_member member;

	return !mc_member_get(in, &key, &member) && member.slot == slot;
}

static bool line_has_stray(struct mc_instance *in, const struct mc_group_key *group,
			   const struct mc_line *line, __u32 first)
{
	for (__u32 i = 0; i < MC_LINE_SLOTS; i++)
		if (line->slot[i].word && !is_members(in, group, line->slot[i].ifindex, first + i))
			return true;
	return false;
}

/* All lines of the vector in one system call, up to its high-water mark. */
static bool has_stray(struct mc_instance *in, const struct mc_group_key *group)
{
	mc_autoclose int vector = mc_group_vector(in, group);
	mc_autofree struct mc_line *lines = NULL;
	mc_autofree __u32 *keys = NULL;
	struct mc_fanout_config config;
	__u32 batch, count;
	int err;

	if (vector < 0 || mc_group_config(vector, &config) || config.flags & MC_FANOUT_F_SETTLING ||
	    config.size > MC_GROUP_SIZE_MAX)
		return false;
	count = MC_FANOUT_LINES(config.size);
	lines = calloc(count, sizeof(*lines));
	keys = calloc(count, sizeof(*keys));
	if (!lines || !keys)
		return false;
	err = bpf_map_lookup_batch(vector, NULL, &batch, keys, lines, &count, NULL);
	if (err && err != -ENOENT) /* no batches here: another kernel, another day */
		return false;
	for (__u32 i = MC_FANOUT_HEADER; i < count; i++)
		if (line_has_stray(in, group, &lines[i], (i - MC_FANOUT_HEADER) * MC_LINE_SLOTS))
			return true;
	return false;
}

static bool was_suspect(const struct strays *strays, const struct mc_group_key *group)
{
	for (size_t i = 0; i < strays->count; i++)
		if (!memcmp(&strays->suspects[i], group, sizeof(*group)))
			return true;
	return false;
}

/* What a vector that has just grown goes through: each slot asks for its member, under the port's lock. */
static void settle(struct agent *agent, const struct mc_group_key *group)
{
	char text[MC_ADDR_TEXT];
	int err = agent_lock(agent);

	if (err)
		return;
	err = mc_group_set_flags(agent->in, group, MC_FANOUT_F_SETTLING, 0);
	if (!err)
		err = mc_group_settle(agent->in, group);
	agent_unlock(agent);
	mc_addr_format(&group->group, text);
	if (err)
		(void)mc_error_errno(err, "cannot mend group %s vni %u", text, group->vni);
	else
		say(SAY_WARNING, "a slot was no member's: mended", "{s:s, s:i}", "group", text,
		    "vni", (int)group->vni);
}

struct look {
	struct agent *agent;
	struct strays *strays, found;
	size_t number;
};

static int look_at(const void *key, const void *value, void *arg)
{
	const struct mc_group_key *group = key;
	struct look *look = arg;
	size_t number = look->number++;

	(void)value;
	if (number < look->strays->next || number >= look->strays->next + GROUPS_A_LOOK ||
	    !has_stray(look->agent->in, group))
		return 0;
	if (was_suspect(look->strays, group))
		settle(look->agent, group);
	else if (look->found.count < STRAYS_SUSPECTS)
		look->found.suspects[look->found.count++] = *group;
	return 0;
}

void strays_look(struct agent *agent, struct strays *strays)
{
	struct look look = { .agent = agent, .strays = strays };
	int err = mc_table_for_each(agent->in, MC_TABLE_FANOUT, look_at, &look);

	if (err)
		(void)mc_error_errno(err, "cannot read the groups");
	look.found.next = strays->next;
	if (!look.found.count) /* else the same ones are looked at once more */
		look.found.next = strays->next + GROUPS_A_LOOK < look.number
					  ? strays->next + GROUPS_A_LOOK
					  : 0;
	*strays = look.found;
}
