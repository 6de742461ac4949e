/* SPDX-License-Identifier: Apache-2.0 */
#include "igmp.h"

/* The checksum is over all that follows the IP header. */
static void finish_igmp(struct frame *f, struct layer *layer)
{
	size_t at = layer->start;

	frame_set16(f, at + 2, 0);
	frame_set16(f, at + 2,
		    frame_fold(frame_sum(f, at, f->length - at, 0)) + layer->checksum_off);
}

void frame_igmp(struct frame *f, const struct igmp *igmp)
{
	struct layer *layer = frame_layer(f, finish_igmp);

	layer->checksum_off = igmp->checksum_off;
	frame_add8(f, igmp->type);
	frame_add8(f, igmp->code);
	frame_add16(f, 0); /* checksum */
	frame_add32(f, igmp->group);
}

static void finish_report(struct frame *f, struct layer *layer)
{
	frame_set16(f, layer->start + 6, layer->count + layer->count_off);
	finish_igmp(f, layer);
}

void frame_report(struct frame *f, const struct report *report)
{
	struct layer *layer = frame_layer(f, finish_report);

	layer->count_off = report->records_off;
	layer->checksum_off = report->checksum_off;
	frame_add8(f, IGMP_V3_REPORT);
	frame_add8(f, 0);
	frame_add16(f, 0); /* checksum */
	frame_add16(f, 0); /* reserved */
	frame_add16(f, 0); /* number of records */
}

__u32 source_at(unsigned int index)
{
	return IP4(10, 9, 0, 1) + index;
}

static void add_sources(struct frame *f, const __u32 *source, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		frame_add32(f, source ? source[i] : source_at(i));
}

void frame_record(struct frame *f, const struct record *record)
{
	frame_top(f)->count++;
	frame_add8(f, record->type);
	frame_add8(f, record->aux_words + record->aux_off);
	frame_add16(f, record->sources + record->sources_off);
	frame_add32(f, record->group);
	add_sources(f, record->source, record->sources);
	frame_add_pattern(f, record->aux_words * 4);
}

void frame_query(struct frame *f, const struct query *query)
{
	struct layer *layer = frame_layer(f, finish_igmp);

	layer->checksum_off = query->checksum_off;
	frame_add8(f, IGMP_QUERY);
	frame_add8(f, query->code);
	frame_add16(f, 0); /* checksum */
	frame_add32(f, query->group);
	frame_add8(f, (query->suppress ? 8 : 0) | (query->robustness & 7));
	frame_add8(f, query->interval);
	frame_add16(f, query->sources + query->sources_off);
	add_sources(f, query->source, query->sources);
}
