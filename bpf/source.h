/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The sources of a membership: entries of `sources`, linked into a list by address. The port's lock is
 * held by all who change one; the datapath only looks them up.
 */
#pragma once

#include <bpfcast/derived.h>
#include <maps/maps.bpf.h>

static __always_inline struct mc_source *source_find(const struct mc_source_key *key)
{
	return bpf_map_lookup_elem(&sources, key);
}

/* The entry for another source of the same membership. */
static __always_inline struct mc_source *source_neighbour(const struct mc_source_key *key,
							  const struct mc_addr *source)
{
	struct mc_source_key other = { .member = key->member, .source = *source };

	return mc_addr_is_zero(source) ? NULL : source_find(&other);
}

/* Makes an entry that is in no list the head of the member's, if it is there. */
static __noinline void source_link(struct mc_member *member, const struct mc_source_key *key)
{
	struct mc_source *entry = source_find(key);
	struct mc_source *head = source_neighbour(key, &member->first);

	if (!entry)
		return;
	__builtin_memset(&entry->prev, 0, sizeof(entry->prev));
	entry->next = member->first;
	if (head)
		head->prev = key->source;
	member->first = key->source;
	member->sources++;
}

/* Adds an entry at the head of the list: NULL when the table is full. @fresh: memory to build it in. */
static __noinline struct mc_source *
source_add(struct mc_member *member, const struct mc_source_key *key, struct mc_source *fresh)
{
	struct mc_source *head;

	__builtin_memset(fresh, 0, sizeof(*fresh));
	fresh->next = member->first;
	if (bpf_map_update_elem(&sources, key, fresh, BPF_NOEXIST))
		return NULL;
	head = source_neighbour(key, &member->first);
	if (head)
		head->prev = key->source;
	member->first = key->source;
	member->sources++;
	return source_find(key);
}

static __noinline void source_remove(struct mc_member *member, const struct mc_source_key *key)
{
	struct mc_source *entry = source_find(key);
	struct mc_source *next, *prev;

	if (!entry)
		return;
	next = source_neighbour(key, &entry->next);
	prev = source_neighbour(key, &entry->prev);
	if (next)
		next->prev = entry->prev;
	if (prev)
		prev->next = entry->next;
	else
		member->first = entry->next;
	member->sources--;
	bpf_map_delete_elem(&sources, key);
}

/* Does anybody at the member still name it? */
static __always_inline int source_is_named(const struct mc_source *entry)
{
	return entry->state != MC_SOURCE_NONE || entry->include || entry->exclude;
}

/* A walk along the list; the entry that it stands at may be removed. */
struct source_walk {
	struct mc_source_key key;
	struct mc_addr next;
};

/* Moves @walk to the next entry; NULL at the end. */
static __always_inline struct mc_source *source_next(struct source_walk *walk)
{
	struct mc_source *entry;

	if (mc_addr_is_zero(&walk->next))
		return NULL;
	walk->key.source = walk->next;
	entry = source_find(&walk->key);
	if (entry)
		walk->next = entry->next;
	return entry;
}
