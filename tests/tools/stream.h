/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What mcrecv knows of the numbered datagrams of one sender to one group: which numbers came, twice,
 * late or never. A window of the last numbers tells a late datagram from a second copy.
 */
#pragma once

#include <err.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"

#define STREAM_WINDOW 65536 /* numbers remembered; what is older counts as reordered */
#define STREAM_MAX    65536

struct stream {
	size_t group;
	struct sockaddr_storage from;
	uint64_t packets;
	uint64_t first, last; /* lowest and highest number */
	uint64_t duplicated, reordered;
	uint64_t
		seen[STREAM_WINDOW / 64]; /* bit n % STREAM_WINDOW for each n above last - window */
};

struct stream_list {
	struct stream **at;
	size_t count;
	struct stream *recent; /* most datagrams are of the same stream as the one before */
};

struct stream_sum {
	uint64_t lost, duplicated, reordered;
};

static inline bool stream_is(const struct stream *s, size_t group,
			     const struct sockaddr_storage *from)
{
	return s && s->group == group && !memcmp(&s->from, from, address_size(from));
}

static inline struct stream *stream_get(struct stream_list *list, size_t group,
					const struct sockaddr_storage *from)
{
	if (stream_is(list->recent, group, from))
		return list->recent;
	for (size_t i = 0; i < list->count; i++) {
		if (stream_is(list->at[i], group, from))
			return list->recent = list->at[i];
	}
	if (list->count == STREAM_MAX)
		errx(1, "more than %d streams", STREAM_MAX);
	list->at = reallocarray(list->at, list->count + 1, sizeof(*list->at));
	if (!list->at)
		err(1, "no memory");
	list->recent = calloc(1, sizeof(*list->recent));
	if (!list->recent)
		err(1, "no memory");
	list->recent->group = group;
	list->recent->from = *from;
	list->at[list->count++] = list->recent;
	return list->recent;
}

/* Marks @n as seen; false if it was. */
static inline bool stream_mark(struct stream *s, uint64_t n)
{
	uint64_t *word = &s->seen[n % STREAM_WINDOW / 64];
	uint64_t bit = 1ULL << n % 64;
	bool fresh = !(*word & bit);

	*word |= bit;
	return fresh;
}

/* Forgets the numbers that leave the window as its end moves from @s->last to @n. */
static inline void stream_slide(struct stream *s, uint64_t n)
{
	if (n - s->last >= STREAM_WINDOW) {
		memset(s->seen, 0, sizeof(s->seen));
		return;
	}
	for (uint64_t i = s->last + 1; i <= n; i++)
		s->seen[i % STREAM_WINDOW / 64] &= ~(1ULL << i % 64);
}

static inline void stream_add(struct stream *s, uint64_t n)
{
	if (!s->packets) {
		s->first = s->last = n;
		stream_mark(s, n);
	} else if (n > s->last) {
		stream_slide(s, n);
		stream_mark(s, n);
		s->last = n;
	} else if (s->last - n >= STREAM_WINDOW) {
		s->reordered++;
	} else if (stream_mark(s, n)) {
		s->reordered++;
	} else {
		s->duplicated++;
	}
	if (n < s->first)
		s->first = n;
	s->packets++;
}

static inline uint64_t stream_lost(const struct stream *s)
{
	return s->last - s->first + 1 - (s->packets - s->duplicated);
}

static inline struct stream_sum stream_list_sum(const struct stream_list *list)
{
	struct stream_sum sum = { 0 };

	for (size_t i = 0; i < list->count; i++) {
		sum.lost += stream_lost(list->at[i]);
		sum.duplicated += list->at[i]->duplicated;
		sum.reordered += list->at[i]->reordered;
	}
	return sum;
}

static inline void stream_list_print(const struct stream_list *list,
				     const struct group_list *groups)
{
	char group[INET6_ADDRSTRLEN], source[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < list->count; i++) {
		const struct stream *s = list->at[i];

		printf("%s{\"group\":\"%s\",\"source\":\"%s\",\"port\":%u,\"packets\":%" PRIu64
		       ",\"first\":%" PRIu64 ",\"last\":%" PRIu64 ",\"lost\":%" PRIu64
		       ",\"duplicated\":%" PRIu64 ",\"reordered\":%" PRIu64 "}",
		       i ? "," : "", format_address(&groups->at[s->group], group, sizeof(group)),
		       format_address(&s->from, source, sizeof(source)), get_port(&s->from),
		       s->packets, s->first, s->last, stream_lost(s), s->duplicated, s->reordered);
	}
}

static inline void stream_list_free(struct stream_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->at[i]);
	free(list->at);
}
