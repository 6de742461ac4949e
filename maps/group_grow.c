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

/* Copies the lines of @from but the first into @to; counts the slots that are taken. */
static int copy_lines(int from, int to, __u32 lines, struct mc_fanout_state *state)
{
	struct mc_line line;
	__u32 used = 0;
	int err = 0;

	for (__u32 i = 1; !err && i < lines; i++) {
		err = bpf_map_lookup_elem(from, &i, &line);
		if (err)
			break;
		if (i == 1) {
			*state = line.state;
			continue;
		}
		for (int slot = 0; slot < MC_LINE_SLOTS; slot++)
			used += line.slot[slot].word != 0;
		err = bpf_map_update_elem(to, &i, &line, BPF_ANY);
	}
	state->used = used;
	state->waiting = 0; /* who waits, waits in the old one */
	state->hint = 0;
	return err;
}

static int copy(int from, int to, const struct mc_fanout_config *config)
{
	struct mc_line line = { 0 };
	__u32 lines = MC_FANOUT_LINES(config->size), one = 1;
	int err = copy_lines(from, to, lines, &line.state);

	line.state.high = config->size; /* where slots were claimed meanwhile, too */
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

static int swap(struct mc_instance *in, const struct mc_group_key *key, int old, __u32 size)
{
	struct mc_fanout_config config;
	mc_autoclose int fresh = -1;
	int err = mc_group_config(old, &config);

	if (err || size <= config.size)
		return err;
	fresh = mc_vector_new(config.id, size, config.flags | MC_FANOUT_F_SETTLING);
	if (fresh < 0)
		return fresh;
	err = copy(old, fresh, &config);
	return err ? err : mc_table_set(in, MC_TABLE_FANOUT, key, &fresh, BPF_EXIST);
}

int mc_group_grow(struct mc_instance *in, const struct mc_group_key *key, __u32 size)
{
	mc_autoclose int old = mc_group_vector(in, key);
	char text[MC_ADDR_TEXT];
	int err = old < 0 ? old : mc_group_settle(in, key);

	if (!err)
		err = swap(in, key, old, size);
	if (!err)
		err = mc_group_settle(in, key);
	if (err)
		return mc_error_errno(err, "cannot make group %s vni %u larger",
				      mc_addr_format(&key->group, text), key->vni);
	return 0;
}
