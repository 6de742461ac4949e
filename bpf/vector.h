/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The vector of a group: claiming and releasing slots. `used` is a reservation taken first, so who
 * holds one always finds a slot; a slot changes hands by compare-and-swap on its one word. Nothing
 * moves: a packet that is being walked meanwhile sees no duplicate and no gap.
 */
#pragma once

#include <maps/maps.bpf.h>

#define READ_ONCE(x) (*(volatile __typeof__(x) *)&(x))

static __always_inline struct mc_line *vector_line(void *vector, __u32 index)
{
	return bpf_map_lookup_elem(vector, &index);
}

static __always_inline struct mc_fanout_config *vector_config(void *vector)
{
	struct mc_line *line = vector_line(vector, 0);

	return line ? &line->config : NULL;
}

static __always_inline struct mc_fanout_state *vector_state(void *vector)
{
	struct mc_line *line = vector_line(vector, 1);

	return line ? &line->state : NULL;
}

/* NULL beyond the end of the vector. A lookup a slot is cheap, and verifies: a loop over the slots
 * of a line inside the bpf_loop does not, for the number of paths through it. */
static __always_inline union mc_slot *vector_slot(void *vector, __u32 slot)
{
	struct mc_line *line = vector_line(vector, MC_FANOUT_HEADER + slot / MC_LINE_SLOTS);

	return line ? &line->slot[slot % MC_LINE_SLOTS] : NULL;
}

struct slot_search {
	void *vector;
	__u64 word;  /* to put into the slot */
	__u32 first; /* to look at */
	__u32 limit; /* slots from here on are not looked at */
	__u32 found; /* MC_SLOT_NONE: not yet */
};

static long search_slot(__u32 index, struct slot_search *search)
{
	__u32 number = search->first + index;
	union mc_slot *slot;

	if (number >= search->limit)
		number -= search->limit;
	slot = vector_slot(search->vector, number);
	if (!slot)
		return 1;
	if (READ_ONCE(slot->word) || __sync_val_compare_and_swap(&slot->word, 0, search->word))
		return 0;
	search->found = number;
	return 1;
}

/* Claims a free one of the slots [0, @limit), looking from @first on and wrapping. */
static __always_inline __u32 search_slots(void *vector, __u64 word, __u32 first, __u32 limit)
{
	struct slot_search search = {
		.vector = vector,
		.word = word,
		.first = first < limit ? first : 0,
		.limit = limit,
		.found = MC_SLOT_NONE,
	};

	bpf_loop(limit, search_slot, &search, 0);
	return search.found;
}

/* Claims the next slot that was never used; MC_SLOT_NONE if none is left or another was faster. */
static __always_inline __u32 claim_fresh(void *vector, struct mc_fanout_state *state, __u32 size,
					 __u64 word)
{
	__u32 number = __sync_fetch_and_add(&state->high, 1);
	union mc_slot *slot;

	if (number >= size) {
		__sync_fetch_and_add(&state->high, -1);
		return MC_SLOT_NONE;
	}
	slot = vector_slot(vector, number);
	if (!slot || __sync_val_compare_and_swap(&slot->word, 0, word))
		return MC_SLOT_NONE;
	return number;
}

/* Returns the slot claimed for @word, or MC_SLOT_NONE when the vector is full. */
static __noinline __u32 vector_claim(void *vector, __u64 word)
{
	struct mc_fanout_config *config = vector_config(vector);
	struct mc_fanout_state *state = vector_state(vector);
	__u32 slot = MC_SLOT_NONE;
	__u32 used, high;

	if (!config || !state)
		return MC_SLOT_NONE;
	used = __sync_fetch_and_add(&state->used, 1);
	if (used >= config->size) {
		__sync_fetch_and_add(&state->used, -1);
		return MC_SLOT_NONE;
	}
	high = READ_ONCE(state->high);
	if (used < high)
		slot = search_slots(vector, word, READ_ONCE(state->hint), high);
	if (slot == MC_SLOT_NONE)
		slot = claim_fresh(vector, state, config->size, word);
	if (slot == MC_SLOT_NONE) /* lost a race for it: the reservation says that one is free */
		slot = search_slots(vector, word, 0, config->size);
	if (slot == MC_SLOT_NONE)
		__sync_fetch_and_add(&state->used, -1);
	else
		state->hint = slot;
	return slot;
}

struct owner_search {
	void *vector;
	__u32 ifindex;
	__u32 found;
};

static long search_owner(__u32 index, struct owner_search *search)
{
	union mc_slot *slot = vector_slot(search->vector, index);

	if (!slot)
		return 1;
	if (!READ_ONCE(slot->word) || slot->ifindex != search->ifindex)
		return 0;
	search->found = index;
	return 1;
}

/* The slot that holds @ifindex, or MC_SLOT_NONE: for a vector that is settling only, as it looks at all. */
static __always_inline __u32 vector_find(void *vector, __u32 ifindex)
{
	struct mc_fanout_state *state = vector_state(vector);
	struct owner_search search = {
		.vector = vector,
		.ifindex = ifindex,
		.found = MC_SLOT_NONE,
	};

	if (state)
		bpf_loop(READ_ONCE(state->high), search_owner, &search, 0);
	return search.found;
}

/* Frees slot @number if it holds @ifindex. */
static __noinline void vector_release(void *vector, __u32 number, __u32 ifindex)
{
	struct mc_fanout_state *state = vector_state(vector);
	union mc_slot *slot = vector_slot(vector, number);
	union mc_slot old;

	if (!slot || !state)
		return;
	old.word = READ_ONCE(slot->word);
	if (old.ifindex != ifindex ||
	    __sync_val_compare_and_swap(&slot->word, old.word, 0) != old.word)
		return;
	__sync_fetch_and_add(&state->used, -1);
	if (number < READ_ONCE(state->hint))
		state->hint = number;
}
