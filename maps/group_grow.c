/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A larger vector for a group that is full, with packets and reports going on: a copy, slot for slot, is
 * swapped in, so that a packet sees each member once, in the old vector or the new. What came and went in
 * the old one between the copy and the swap is then settled, under the ports' locks: while the copy says
 * SETTLING, a member's slot is the one that holds its port (bpf/membership.h). A kill leaves a group that
 * is settled by the next call.
 */
#include <maps/group.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <bpf/bpf.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/instance.h>
#include <maps/member.h>
#include <maps/table.h>
#include <maps/text.h>
#include <maps/vector.h>

/* Copies the slots of @from into @to; says in @state how many are taken, and where they end. */
static int copy_lines(int from, int to, __u32 lines, struct mc_fanout_state *state)
{
	struct mc_line line;
	int err = 0;

	for (__u32 i = MC_FANOUT_HEADER; !err && i < lines; i++) {
		err = bpf_map_lookup_elem(from, &i, &line);
		for (__u32 slot = 0; !err && slot < MC_LINE_SLOTS; slot++) {
			if (!line.slot[slot].word)
				continue;
			state->used++;
			state->high = (i - MC_FANOUT_HEADER) * MC_LINE_SLOTS + slot + 1;
		}
		if (!err)
			err = bpf_map_update_elem(to, &i, &line, BPF_ANY);
	}
	return err;
}

/* Who waits, waits in the old one. */
static int copy(int from, int to, const struct mc_fanout_config *config)
{
	struct mc_line line = { 0 };
	__u32 lines = MC_FANOUT_LINES(config->size), one = 1;
	int err = copy_lines(from, to, lines, &line.state);

	return err ? err : bpf_map_update_elem(to, &one, &line, BPF_ANY);
}

static int ask(struct mc_instance *in, enum mc_request_op op, const struct mc_member_key *key,
	       __u32 slot)
{
	struct mc_request request = { .op = op, .key = *key, .slot = slot };
	int err = mc_instance_control(in, &request, sizeof(request));

	return err == -ENOENT || err == -ENOSPC ? 0 : err; /* gone meanwhile; full again */
}

struct settle {
	struct mc_instance *in;
	const struct mc_group_key *key;
};

/* Who waited for a slot has joined now; who had one is brought up to date, and that is no news. */
static int settle_member(const struct mc_member_key *key, const struct mc_member *member, void *arg)
{
	const struct settle *settle = arg;

	if (key->vni != settle->key->vni || !mc_addr_equal(&key->group, &settle->key->group))
		return 0;
	if (member->slot == MC_SLOT_NONE)
		return ask(settle->in, MC_OP_PLACE, key, 0);
	return ask(settle->in, MC_OP_VACATE, key, MC_SLOT_NONE);
}

/* Slots of ports that are no members any more, or members with another slot. */
static int vacate_strays(struct mc_instance *in, const struct mc_group_key *key, int vector,
			 __u32 size)
{
	for (__u32 i = MC_FANOUT_HEADER; i < MC_FANOUT_LINES(size); i++) {
		struct mc_line line;
		int err = bpf_map_lookup_elem(vector, &i, &line);

		for (__u32 slot = 0; !err && slot < MC_LINE_SLOTS; slot++) {
			struct mc_member_key owner = { key->vni, line.slot[slot].ifindex,
						       key->group };

			if (line.slot[slot].word)
				err = ask(in, MC_OP_VACATE, &owner,
					  (i - MC_FANOUT_HEADER) * MC_LINE_SLOTS + slot);
		}
		if (err)
			return err;
	}
	return 0;
}

int mc_group_settle(struct mc_instance *in, const struct mc_group_key *key)
{
	mc_autoclose int vector = mc_group_vector(in, key);
	struct settle settle = { in, key };
	struct mc_fanout_config config;
	int err;

	if (vector < 0)
		return vector;
	err = mc_group_config(vector, &config);
	if (err || !(config.flags & MC_FANOUT_F_SETTLING))
		return err;
	err = mc_member_for_each(in, settle_member, &settle);
	if (!err)
		err = vacate_strays(in, key, vector, config.size);
	return err ? err : mc_group_set_flags(in, key, 0, MC_FANOUT_F_SETTLING);
}

/* A vector of @size slots in place of @old, whose settings are @config. */
static int swap(struct mc_instance *in, const struct mc_group_key *key, int old,
		const struct mc_fanout_config *config, __u32 size)
{
	mc_autoclose int fresh =
		mc_vector_new(config->id, size, config->flags | MC_FANOUT_F_SETTLING);
	int err = fresh < 0 ? fresh : copy(old, fresh, config);

	return err ? err : mc_table_set(in, MC_TABLE_FANOUT, key, &fresh, BPF_EXIST);
}

static int grow(struct mc_instance *in, const struct mc_group_key *key, int old, __u32 size)
{
	struct mc_fanout_config config;
	int err = mc_group_config(old, &config);

	return err || size <= config.size ? err : swap(in, key, old, &config, size);
}

int mc_group_grow(struct mc_instance *in, const struct mc_group_key *key, __u32 size)
{
	mc_autoclose int old = mc_group_vector(in, key);
	char text[MC_ADDR_TEXT];
	int err = old < 0 ? old : mc_group_settle(in, key);

	if (!err)
		err = grow(in, key, old, size);
	if (!err)
		err = mc_group_settle(in, key);
	if (err)
		return mc_error_errno(err, "cannot make group %s vni %u larger",
				      mc_addr_format(&key->group, text), key->vni);
	return 0;
}

/* The settings as they must be, whatever the vector says: 0 or a negative errno. */
static int sound_config(struct mc_instance *in, const struct mc_group_key *key, int vector,
			struct mc_fanout_config *config)
{
	__u32 lines, map_id;
	int err = mc_group_config(vector, config), id;

	if (!err)
		err = mc_vector_lines(vector, &lines);
	if (err)
		return err;
	if (config->size > MC_GROUP_SIZE_MAX || MC_FANOUT_LINES(config->size) != lines)
		config->size = (lines - MC_FANOUT_HEADER) * MC_LINE_SLOTS;
	config->flags &= MC_FANOUT_F_LEARNED;
	if (!mc_table_get(in, MC_TABLE_REMOTES, key, &map_id))
		config->flags |= MC_FANOUT_F_REMOTES;
	id = mc_group_own_id(in, key, config->id);
	config->id = (__u32)id;
	return id < 0 ? id : 0;
}

int mc_group_rebuild(struct mc_instance *in, const struct mc_group_key *key)
{
	mc_autoclose int old = mc_group_vector(in, key);
	struct mc_fanout_config config;
	int err = old < 0 ? old : sound_config(in, key, old, &config);

	if (!err)
		err = swap(in, key, old, &config, config.size);
	return err ? err : mc_group_settle(in, key);
}
