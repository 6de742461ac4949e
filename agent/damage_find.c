/* SPDX-License-Identifier: Apache-2.0 */
#include "damage_find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/derived.h>
#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/member.h>
#include <maps/port.h>
#include <maps/table.h>

#include "sight.h"

#define GROUPS_MOST 512
#define LINES_MOST  16384 /* of all vectors of a look, or of one that has more */

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

static int see_group(const void *key, const void *value, void *arg)
{
	struct look *look = arg;
	struct sight *sight = &look->sights[look->count];

	(void)value;
	if (look->number++ < look->from || look->count == GROUPS_MOST || look->lines > LINES_MOST)
		return 0;
	memcpy(&sight->key, key, sizeof(sight->key));
	look->count++;
	if (!sight_read(look->in, sight))
		look->lines += MC_FANOUT_HEADER + sight->slots / MC_LINE_SLOTS;
	return 0;
}

/* NULL: nobody looks, there is nothing to compare with, or it is known already. */
static struct sight *find_sight(struct look *look, const struct mc_member_key *member)
{
	const struct mc_group_key key = { member->vni, member->group };
	struct sight *sight =
		look->count ? bsearch(&key, look->sights, look->count, sizeof(*sight), by_key)
			    : NULL;

	return sight && sight->lines && !sight->damaged ? sight : NULL;
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
	return member->generation == sight_config(sight)->generation &&
	       member->slot < sight->slots &&
	       sight_slot(sight, member->slot)->word == mc_slot_of(port, member, key->ifindex).word;
}

/* The same of what is there now: it may have changed since it was read. */
static bool is_slot_sound_now(struct mc_instance *in, const struct mc_port *port,
			      const struct mc_member_key *key)
{
	struct sight now = { .key = { key->vni, key->group } };
	struct mc_member member;
	bool sound;

	if (sight_read(in, &now))
		return true;
	sound = mc_member_get(in, key, &member) || member.slot == MC_SLOT_NONE ||
		is_slot_sound(&now, port, key, &member);
	free(now.lines);
	return sound;
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
		sight->waiting += member->generation == sight_config(sight)->generation;
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
	for (__u32 i = 0; i < sight->slots; i++)
		if (sight_slot(sight, i)->word &&
		    !is_members(in, &sight->key, sight_slot(sight, i)->ifindex, i))
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
	if (!sight->lines)
		return false;
	return sight->damaged || sight->waiting != sight_state(sight)->waiting ||
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
