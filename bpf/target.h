/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The slots of a vector of `remotes` or `forwarding` that a packet goes to: those whose filter lets its
 * source pass, and of equals as many as it takes to serve both replication targets once.
 */
#pragma once

#include <maps/maps.bpf.h>

#define SEARCH_STEPS 17 /* of a binary search: more sources than a vector can have */

struct targets {
	void *vector;
	const struct mc_addr *source;
	__u32 sources;	/* line where the sources begin */
	__u32 pick[2];	/* slots + 1 of equals that the flow takes; 0: none */
	__u32 filtered; /* slots whose filter does not let it pass */
};

static __always_inline struct mc_remote_line *target_line(void *vector, __u32 number)
{
	return bpf_map_lookup_elem(vector, &number);
}

/* NULL beyond the end of the vector. */
static __always_inline struct mc_remote *target_slot(void *vector, __u32 number)
{
	struct mc_remote_line *line = target_line(vector, 1 + number / MC_REMOTE_LINE_SLOTS);

	return line ? &line->slot[number % MC_REMOTE_LINE_SLOTS] : NULL;
}

struct source_search {
	const struct targets *targets;
	__u32 low; /* it is one of [low, high), if it is there */
	__u32 high;
	__u32 found;
};

/* As memcmp() does: below, at or above 0. */
static __always_inline int compare_sources(const struct mc_addr *a, const struct mc_addr *b)
{
	for (int i = 0; i < 4; i++)
		if (a->word[i] != b->word[i])
			return MC_BE32(a->word[i]) < MC_BE32(b->word[i]) ? -1 : 1;
	return 0;
}

static long search_source(__u32 index, struct source_search *search)
{
	__u32 middle = search->low + (search->high - search->low) / 2;
	struct mc_remote_line *line;
	int order;

	if (search->low >= search->high)
		return 1;
	line = target_line(search->targets->vector,
			   search->targets->sources + middle / MC_REMOTE_LINE_SLOTS);
	if (!line)
		return 1;
	order = compare_sources(search->targets->source,
				&line->source[middle % MC_REMOTE_LINE_SLOTS]);
	search->found = !order;
	if (order < 0)
		search->high = middle;
	else
		search->low = middle + 1;
	return !order;
}

/* Does the filter of a slot that has one let the packet's source pass? */
static __noinline int target_passes(const struct targets *targets, const struct mc_remote *slot)
{
	struct source_search search = {
		.targets = targets,
		.low = slot->first,
		.high = slot->first + slot->sources,
		.found = slot->pad, /* 0, but the verifier does not know: see fanout_start() */
	};

	bpf_loop(SEARCH_STEPS, search_source, &search, 0);
	return search.found == !!(slot->flags & MC_REMOTE_F_DENY);
}

/* Is a copy due to slot @number? */
static __always_inline int target_wants(struct targets *targets, const struct mc_remote *slot,
					__u32 number)
{
	if (slot->flags & MC_REMOTE_F_EQUAL)
		return number + 1 == targets->pick[0] || number + 1 == targets->pick[1];
	if (!(slot->flags & MC_REMOTE_F_FILTER) || target_passes(targets, slot))
		return 1;
	targets->filtered++;
	return 0;
}

enum { OUTWARD, INWARD, BOTH_WAYS, WAYS };

struct choice {
	struct targets *targets;
	__u32 hash;	    /* of the flow */
	__u32 first;	    /* slot */
	__u32 weight[WAYS]; /* of the best so far that serves External, Underlay, both */
	__u32 best[WAYS];   /* its slot + 1; 0: none */
};

static __noinline void prefer(struct choice *choice, int way, __u32 number, __u32 weight)
{
	if (choice->best[way] && choice->weight[way] >= weight)
		return;
	choice->best[way] = number + 1;
	choice->weight[way] = weight;
}

/*
 * The flow prefers the slot of the highest weight (rendezvous hashing): all flows spread, each stays
 * where it is, and when a hop goes only its flows move.
 */
static long weigh_slot(__u32 index, struct choice *choice)
{
	__u32 number = choice->first + index;
	struct mc_remote *slot = target_slot(choice->targets->vector, number);
	__u32 weight;

	if (!slot)
		return 1;
	if (slot->flags & MC_REMOTE_F_FILTER && !target_passes(choice->targets, slot)) {
		choice->targets->filtered++;
		return 0;
	}
	weight = (choice->hash ^ slot->vtep * 0x9e3779b1) * 0x85ebca6b;
	weight = (weight ^ weight >> 15) * 0xc2b2ae35;
	if (slot->mode == MC_MODE_UNDERLAY) {
		prefer(choice, INWARD, number, weight);
		return 0;
	}
	prefer(choice, OUTWARD, number, weight);
	if (slot->mode == MC_MODE_BOTH)
		prefer(choice, BOTH_WAYS, number, weight);
	return 0;
}

/* At most one equal for External and one for Underlay: one alone where it serves both. */
static __always_inline void choose_equals(struct targets *targets,
					  const struct mc_remotes_head *head, __u32 hash,
					  struct choice *choice)
{
	choice->targets = targets;
	choice->hash = hash;
	choice->first = head->first_equal;
	for (int way = 0; way < WAYS; way++) {
		choice->weight[way] = head->zero;
		choice->best[way] = head->zero;
	}
	bpf_loop(head->equals, weigh_slot, choice, 0);
	targets->pick[0] = choice->best[OUTWARD];
	targets->pick[1] = choice->best[INWARD];
	if (!choice->best[OUTWARD] || !choice->best[BOTH_WAYS])
		return;
	if (choice->best[OUTWARD] == choice->best[BOTH_WAYS])
		targets->pick[1] = 0;
	else if (!choice->best[INWARD])
		targets->pick[0] = choice->best[BOTH_WAYS];
}

/* The slots of @head's vector for a packet from @source. @choice: memory to choose with. */
static __always_inline void targets_start(struct targets *targets, void *vector,
					  const struct mc_remotes_head *head,
					  const struct mc_addr *source, __u32 hash,
					  struct choice *choice)
{
	targets->vector = vector;
	targets->source = source;
	targets->sources = head->sources;
	targets->pick[0] = head->zero;
	targets->pick[1] = head->zero;
	targets->filtered = head->zero;
	if (head->equals)
		choose_equals(targets, head, hash, choice);
}
