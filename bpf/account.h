/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The one place that counts a packet under its reason, turns the reason into what the hook returns,
 * and tells of drops. A counter belongs to one CPU and tc and XDP run with migration off, so a plain
 * add is enough.
 */
#pragma once

#include <bpfcast/event.h>
#include <maps/maps.bpf.h>

#define MC_TC_PASS (-1) /* TC_ACT_UNSPEC: the next program, then the stack */
#define MC_TC_DROP 2	/* TC_ACT_SHOT: consumed; tcx knows no TC_ACT_STOLEN */

#define MC_NS_PER_MS 1000000ull

/*
 * A function that the verifier checks once, by itself: checked anew for each state that its callers may
 * be in, it would be too much for it. Global, that is, and weak since several programs have it; it
 * returns an int. What it is given the address of may have anything in it, and pointers are none there.
 */
#define CHECKED_ALONE __weak __noinline

/* What is known of a packet when it ends; zero where it was not read that far. */
struct facts {
	__u32 ifindex; /* where it came in */
	__u32 length;  /* L2 length there */
	struct mc_group_key key;
	struct mc_addr source;
};

static __noinline void tell_drop(const struct facts *facts, __u32 reason, __u64 count)
{
	struct mc_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return;
	event->type = reason == MC_R_UNKNOWN_GROUP ? MC_EVENT_UNKNOWN_GROUP : MC_EVENT_DROP;
	event->reason = reason;
	event->origins = 0;
	event->pad = 0;
	event->ifindex = facts->ifindex;
	event->time = bpf_ktime_get_ns();
	event->count = count;
	event->vni = facts->key.vni;
	event->length = facts->length;
	event->group = facts->key.group;
	event->source = facts->source;
	bpf_ringbuf_submit(event, 0);
}

_Static_assert(MC_REASON_COUNT <= 64, "reasons no longer fit a word");

/* Has @reason the verdict? A constant in the end: a word with a bit for each reason that has. */
static __always_inline int has_verdict(__u32 reason, enum mc_verdict verdict)
{
#define X(name, text, of_reason, help)                                                             \
	| (MC_VERDICT_##of_reason == verdict ? 1ull << MC_R_##name : 0)
	const __u64 reasons = 0 MC_REASONS(X);
#undef X

	return reasons >> reason & 1;
}

static __always_inline int is_told(__u32 reason)
{
	return has_verdict(reason, MC_VERDICT_DROP) || reason == MC_R_UNKNOWN_GROUP ||
	       reason == MC_R_SSM_GROUP; /* some application waits in vain: RFC 4604 section 2.2 */
}

static __always_inline void account(const struct facts *facts, __u32 reason)
{
	struct mc_counter *counter = bpf_map_lookup_elem(&counters, &reason);
	__u64 now, tick;

	if (!counter)
		return;
	counter->packets++;
	counter->bytes += facts->length;
	if (!is_told(reason))
		return;
	tick = bpf_jiffies64(); /* a load; and the coarse clock says the same until the next */
	if (counter->tick == tick)
		return;
	counter->tick = tick;
	now = bpf_ktime_get_coarse_ns();
	if (counter->next_event > now)
		return;
	counter->next_event = now + MC_EVENT_INTERVAL_MS * MC_NS_PER_MS;
	tell_drop(facts, reason, counter->packets);
}

/* Counts, and returns what a tc program returns for @reason. */
static __always_inline int finish(const struct facts *facts, __u32 reason)
{
	account(facts, reason);
	return has_verdict(reason, MC_VERDICT_PASS) ? MC_TC_PASS : MC_TC_DROP;
}
