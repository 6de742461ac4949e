/* SPDX-License-Identifier: Apache-2.0 */
#include "sight.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/table.h>
#include <maps/vector.h>

/* All lines in one system call; NULL where that cannot be. */
static struct mc_line *read_lines(int vector, __u32 count)
{
	mc_autofree struct mc_line *lines = calloc(count, sizeof(*lines));
	mc_autofree __u32 *keys = calloc(count, sizeof(*keys));
	__u32 batch, done = count;
	int err = lines && keys
			  ? bpf_map_lookup_batch(vector, NULL, &batch, keys, lines, &done, NULL)
			  : -ENOMEM;

	return (err && err != -ENOENT) || done != count ? NULL : MC_TAKE_PTR(lines);
}

static bool is_id_own(struct mc_instance *in, const struct sight *sight)
{
	struct mc_group_id entry;

	return !mc_table_get(in, MC_TABLE_GROUP_KEYS, &sight_config(sight)->id, &entry) &&
	       !memcmp(&entry.key, &sight->key, sizeof(entry.key));
}

static bool has_remotes(struct mc_instance *in, const struct mc_group_key *key)
{
	__u32 map_id;

	return !mc_table_get(in, MC_TABLE_REMOTES, key, &map_id);
}

/* The settings, as far as they follow from other tables. Who grows a vector settles it before others look. */
static bool is_config_sound(struct mc_instance *in, const struct sight *sight, __u32 lines)
{
	const struct mc_fanout_config *config = sight_config(sight);

	return !config->zero && config->generation && config->size <= MC_GROUP_SIZE_MAX &&
	       MC_FANOUT_LINES(config->size) == lines && is_id_own(in, sight) &&
	       !!(config->flags & MC_FANOUT_F_REMOTES) == has_remotes(in, &sight->key) &&
	       !(config->flags & MC_FANOUT_F_SETTLING);
}

/* The counts beside the slots; counts those that are taken. */
static bool is_state_sound(struct sight *sight)
{
	const struct mc_fanout_state *state = sight_state(sight);
	__u32 end = 0;

	for (__u32 i = 0; i < sight->slots; i++) {
		if (!sight_slot(sight, i)->word)
			continue;
		sight->taken++;
		end = i + 1;
	}
	return state->used == sight->taken && state->high >= end &&
	       state->high <= sight_config(sight)->size;
}

int sight_read(struct mc_instance *in, struct sight *sight)
{
	mc_autoclose int vector = mc_group_vector(in, &sight->key);
	__u32 lines;
	int err = vector < 0 ? vector : mc_vector_lines(vector, &lines);

	if (err)
		return err;
	sight->lines = read_lines(vector, lines);
	if (!sight->lines)
		return -EIO;
	sight->slots = (lines - MC_FANOUT_HEADER) * MC_LINE_SLOTS;
	sight->damaged = !is_state_sound(sight) || !is_config_sound(in, sight, lines);
	return 0;
}
