/* SPDX-License-Identifier: Apache-2.0 */
#include "damage_find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include <bpfcast/derived.h>
#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/member.h>
#include <maps/port.h>
#include <maps/table.h>
#include <maps/vector.h>

#define GROUPS_MOST 512
#define LINES_MOST  16384 /* of all vectors of a look, or of one that has more */

/* A group's vector as it was read. */
struct sight {
	struct mc_group_key key;
	struct mc_line *lines; /* NULL: not to be looked at */
	__u32 taken;	       /* slots */
	__u32 matched;	       /* of them, those that are as their members have it */
	__u32 waiting;	       /* members */
	bool damaged;
};

struct known_port {
	__u32 ifindex;
	struct mc_port settings;
};

struct look {
	struct mc_instance *in;
	size_t from, number; /* of groups */
	struct sight sights[GROUPS_MOST];
	size_t count, lines;
	struct known_port *ports; /* ascending */
	size_t port_count;
};

static const struct mc_fanout_config *config_of(const struct sight *sight)
{
	return &sight->lines[0].config;
}

static const union mc_slot *slot_at(const struct sight *sight, __u32 number)
{
	return &sight->lines[MC_FANOUT_HEADER + number / MC_LINE_SLOTS]
			.slot[number % MC_LINE_SLOTS];
}

/* ---- reading ---- */

static int note_port(__u32 ifindex, const struct mc_port *port, void *arg)
{
	struct look *look = arg;
	struct known_port *larger =
		reallocarray(look->ports, look->port_count + 1, sizeof(*larger));

	if (!larger)
		return -ENOMEM;
	look->ports = larger;
	larger[look->port_count++] = (struct known_port){ ifindex, *port };
	return 0;
}

static int by_ifindex(const void *a, const void *b)
{
	const struct known_port *left = a, *right = b;

	return left->ifindex < right->ifindex ? -1 : left->ifindex > right->ifindex;
}

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct mc_group_key)); /* which a sight begins with */
}

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

	return !mc_table_get(in, MC_TABLE_GROUP_KEYS, &config_of(sight)->id, &entry) &&
	       !memcmp(&entry.key, &sight->key, sizeof(entry.key));
}

static bool has_remotes(struct mc_instance *in, const struct mc_group_key *key)
{
	__u32 map_id;

	return !mc_table_get(in, MC_TABLE_REMOTES, key, &map_id);
}

/* The settings, as far as they follow from other tables. */
static bool is_config_sound(struct mc_instance *in, const struct sight *sight, __u32 lines)
{
	const struct mc_fanout_config *config = config_of(sight);

	return !config->zero && config->generation && config->size <= MC_GROUP_SIZE_MAX &&
	       MC_FANOUT_LINES(config->size) == lines && is_id_own(in, sight) &&
	       !!(config->flags & MC_FANOUT_F_REMOTES) == has_remotes(in, &sight->key);
}

/* The counts beside the slots; counts those that are taken. */
static bool is_state_sound(struct sight *sight, __u32 lines)
{
	const struct mc_fanout_state *state = &sight->lines[1].state;
	__u32 slots = (lines - MC_FANOUT_HEADER) * MC_LINE_SLOTS, end = 0;

	for (__u32 i = 0; i < slots; i++) {
		if (!slot_at(sight, i)->word)
			continue;
		sight->taken++;
		end = i + 1;
	}
	return state->used == sight->taken && state->high >= end &&
	       state->high <= config_of(sight)->size;
}

static void read_sight(struct look *look, struct sight *sight)
{
	mc_autoclose int vector = mc_group_vector(look->in, &sight->key);
	__u32 lines;

	if (vector < 0 || mc_vector_lines(vector, &lines))
		return;
	sight->lines = read_lines(vector, lines);
	if (!sight->lines)
		return;
	look->lines += lines;
	if (!is_config_sound(look->in, sight, lines) || !is_state_sound(sight, lines))
		sight->damaged = true;
}

static int see_group(const void *key, const void *value, void *arg)
{
	struct look *look = arg;
	struct sight *sight = &look->sights[look->count];

	(void)value;
	if (look->number++ < look->from || look->count == GROUPS_MOST || look->lines > LINES_MOST)
		return 0;
	memcpy(&sight->key, key, sizeof(sight->key));
	look->count++;
	read_sight(look, sight);
	return 0;
}

/* NULL: nobody looks, there is nothing to compare with, or it is known already. */
static struct sight *find_sight(struct look *look, const struct mc_member_key *member)
{
	const struct mc_group_key key = { member->vni, member->group };
	struct sight *sight =
		look->count ? bsearch(&key, look->sights, look->count, sizeof(*sight), by_key)
			    : NULL;

	return sight && sight->lines && !sight->damaged &&
			       !(config_of(sight)->flags & MC_FANOUT_F_SETTLING)
		       ? sight
		       : NULL;
}

static const struct mc_port *find_port(const struct look *look, __u32 ifindex)
{
	const struct known_port wanted = { .ifindex = ifindex };
	const struct known_port *found = look->port_count
						 ? bsearch(&wanted, look->ports, look->port_count,
							   sizeof(wanted), by_ifindex)
						 : NULL;

	return found ? &found->settings : NULL;
}

/* ---- members and their slots ---- */

static bool is_slot_sound(const struct sight *sight, const struct mc_port *port,
			  const struct mc_member_key *key, const struct mc_member *member)
{
	const struct mc_fanout_config *config = config_of(sight);

	return member->generation == config->generation && member->slot < config->size &&
	       slot_at(sight, member->slot)->word == mc_slot_of(port, member, key->ifindex).word;
}

/* The same of what is there now: it may have changed since it was read. */
static bool is_slot_sound_now(struct mc_instance *in, const struct mc_port *port,
			      const struct mc_member_key *key)
{
	const struct mc_group_key group = { key->vni, key->group };
	mc_autoclose int vector = mc_group_vector(in, &group);
	mc_autofree struct mc_line *lines = NULL;
	struct sight now = { .key = group };
	struct mc_member member;
	__u32 count;

	if (vector < 0 || mc_vector_lines(vector, &count))
		return true;
	lines = read_lines(vector, count);
	now.lines = lines;
	if (!lines || mc_member_get(in, key, &member) || member.slot == MC_SLOT_NONE)
		return true;
	return MC_FANOUT_LINES(config_of(&now)->size) == count &&
	       is_slot_sound(&now, port, key, &member);
}

static int see_member(const struct mc_member_key *key, const struct mc_member *member, void *arg)
{
	struct look *look = arg;
	struct sight *sight = find_sight(look, key);
	const struct mc_port *port = sight ? find_port(look, key->ifindex) : NULL;

	if (!port)
		return 0;
	if (member->sources && !mc_member_is_whole(look->in, key)) {
		sight->damaged = true;
		return 0;
	}
	if (member->slot == MC_SLOT_NONE)
		sight->waiting += member->generation == config_of(sight)->generation;
	else if (is_slot_sound(sight, port, key, member))
		sight->matched++;
	else if (!is_slot_sound_now(look->in, port, key))
		sight->damaged = true;
	return 0;
}

/* Is the slot that of a member? */
static bool is_members(struct mc_instance *in, const struct mc_group_key *group, __u32 ifindex,
		       __u32 slot)
{
	const struct mc_member_key key = { group->vni, ifindex, group->group };
	struct mc_member member;

	return !mc_member_get(in, &key, &member) && member.slot == slot;
}

static bool has_stray(struct mc_instance *in, const struct sight *sight)
{
	for (__u32 i = 0; i < config_of(sight)->size; i++)
		if (slot_at(sight, i)->word &&
		    !is_members(in, &sight->key, slot_at(sight, i)->ifindex, i))
			return true;
	return false;
}

/* ---- sources ---- */

static bool is_linked(struct mc_instance *in, const struct mc_source_key *key,
		      const struct mc_member *member, const struct mc_source *entry)
{
	const struct mc_source_key before = { key->member, entry->prev };
	struct mc_source prev;

	if (mc_addr_is_zero(&entry->prev))
		return mc_addr_equal(&member->first, &key->source);
	return !mc_table_get(in, MC_TABLE_SOURCES, &before, &prev) &&
	       mc_addr_equal(&prev.next, &key->source);
}

bool damage_source_is_sound(struct mc_instance *in, const struct mc_source_key *key)
{
	struct mc_member member;
	struct mc_source entry;

	if (mc_table_get(in, MC_TABLE_SOURCES, key, &entry))
		return true;
	return !mc_member_get(in, &key->member, &member) &&
	       entry.pass == mc_source_passes(&member, &entry) &&
	       is_linked(in, key, &member, &entry);
}

static int see_source(const void *value, const void *entry, void *arg)
{
	const struct mc_source_key *key = value;
	struct look *look = arg;
	struct sight *sight = find_sight(look, &key->member);

	(void)entry;
	if (sight && !damage_source_is_sound(look->in, key))
		sight->damaged = true;
	return 0;
}

/* ---- all together ---- */

static int read_all(struct look *look)
{
	int err = mc_port_for_each(look->in, note_port, look);

	if (err)
		return err;
	if (look->port_count)
		qsort(look->ports, look->port_count, sizeof(*look->ports), by_ifindex);
	err = mc_table_for_each(look->in, MC_TABLE_FANOUT, see_group, look);
	if (err || !look->count)
		return err;
	qsort(look->sights, look->count, sizeof(*look->sights), by_key);
	err = mc_member_for_each(look->in, see_member, look);
	return err ? err : mc_table_for_each(look->in, MC_TABLE_SOURCES, see_source, look);
}

static bool is_damaged(struct mc_instance *in, const struct sight *sight)
{
	if (!sight->lines || config_of(sight)->flags & MC_FANOUT_F_SETTLING)
		return false;
	return sight->damaged || sight->waiting != sight->lines[1].state.waiting ||
	       (sight->matched != sight->taken && has_stray(in, sight));
}

int damage_find(struct mc_instance *in, struct damage *found)
{
	mc_autofree struct look *look = calloc(1, sizeof(*look));
	int err;

	if (!look)
		return -ENOMEM;
	look->in = in;
	look->from = found->next;
	err = read_all(look);
	for (size_t i = 0; i < look->count; i++) {
		if (!err && found->count < DAMAGE_SUSPECTS && is_damaged(in, &look->sights[i]))
			found->suspects[found->count++] = look->sights[i].key;
		free(look->sights[i].lines);
	}
	free(look->ports);
	found->next = look->from + look->count < look->number ? look->from + look->count : 0;
	return err;
}
