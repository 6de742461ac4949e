/* SPDX-License-Identifier: Apache-2.0 */
#include "querier.h"

#include <string.h>

#define NSEC_PER_MSEC 1000000ull

static uint64_t after(uint64_t now, __u32 ms)
{
	return now + ms * NSEC_PER_MSEC;
}

/* The lower address wins; who has none never does. */
static bool beats(const struct mc_addr *a, const struct mc_addr *b)
{
	if (mc_addr_is_zero(b) || (mc_addr_is_v4(b) && !b->word[3]))
		return true;
	return memcmp(a, b, sizeof(*a)) < 0;
}

void querier_begin(struct querier *q, const struct intervals *own, const struct mc_addr *address,
		   uint64_t now)
{
	*q = (struct querier){
		.own = *own,
		.now = *own,
		.address = *address,
		.enabled = true,
		.next = now,
		.since = now,
		.startup_left = own->startup_count,
		.sent = q->sent,
		.heard = q->heard,
	};
}

void querier_change(struct querier *q, const struct intervals *own, const struct mc_addr *address)
{
	q->own = *own;
	if (querier_is_elected(q))
		q->now = *own;
	q->address = *address;
}

void querier_disable(struct querier *q)
{
	q->enabled = false;
}

static bool has_other(const struct querier *q)
{
	return q->other_until != 0;
}

bool querier_is_elected(const struct querier *q)
{
	return q->enabled && !has_other(q);
}

bool querier_hear(struct querier *q, const struct heard *heard, uint64_t now)
{
	struct intervals before = q->now;
	bool is_new;

	q->heard++;
	if (mc_addr_is_zero(&heard->source) ||
	    (mc_addr_is_v4(&heard->source) && !heard->source.word[3]))
		return false; /* a proxy's */
	if (!beats(&heard->source, &q->address))
		return false;
	if (has_other(q) && now < q->other_until && beats(&q->other, &heard->source))
		return false; /* will hear of its defeat itself */
	is_new = !has_other(q) || !mc_addr_equal(&q->other, &heard->source);
	q->other = heard->source;
	q->now = intervals_followed(&q->own, heard->robustness, heard->query_ms);
	q->other_until = after(now, intervals_other_querier(&q->now));
	q->startup_left = 0;
	return is_new || memcmp(&before, &q->now, sizeof(before)) != 0;
}

uint64_t querier_due(const struct querier *q)
{
	if (has_other(q))
		return q->other_until;
	return q->enabled ? q->next : UINT64_MAX;
}

uint64_t querier_held_until(const struct querier *q)
{
	return after(q->since, intervals_startup(&q->own));
}

bool querier_run(struct querier *q, uint64_t now)
{
	if (has_other(q) && now >= q->other_until) {
		q->next = q->other_until;
		q->other = (struct mc_addr){ 0 };
		q->other_until = 0;
		q->now = q->own;
	}
	if (!querier_is_elected(q) || now < q->next)
		return false;
	if (now > after(q->next, q->now.response_ms)) {
		q->since = now;
		q->startup_left = q->own.startup_count;
	}
	q->sent++;
	if (q->startup_left)
		q->startup_left--;
	q->next = after(now, q->startup_left ? q->now.startup_ms : q->now.query_ms);
	return true;
}
