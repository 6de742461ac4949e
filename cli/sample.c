/* SPDX-License-Identifier: Apache-2.0 */
#include "sample.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <bpfcast/log.h>
#include <maps/counter.h>
#include <maps/text.h>

#include "array.h"
#include "group.h"
#include "output.h"

uint64_t sample_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static int collect(const struct mc_group *group, void *arg)
{
	return array_add(arg, group);
}

static int by_key(const void *a, const void *b)
{
	const struct mc_group *left = a, *right = b;

	return group_compare(&left->key, &right->key);
}

int sample_take(struct mc_instance *in, struct sample *sample)
{
	struct array groups = ARRAY_OF(struct mc_group);
	int err = mc_group_for_each(in, collect, &groups);

	if (!err)
		err = mc_counter_get_all(in, sample->reasons);
	if (err) {
		array_free(&groups);
		return mc_error_errno(err, "cannot read the counters");
	}
	array_sort(&groups, by_key);
	sample->time = sample_clock();
	sample->groups = groups.items;
	sample->group_count = groups.count;
	return 0;
}

void sample_free(struct sample *sample)
{
	free(sample->groups);
	sample->groups = NULL;
	sample->group_count = 0;
}

/* A counter that went down began anew: a group that was deleted and added. */
static double rate(__u64 before, __u64 after, double seconds)
{
	return (double)(after >= before ? after - before : after) / seconds;
}

static struct sample_rate group_rate(const struct sample *last, const struct mc_group *group,
				     double seconds)
{
	static const struct mc_group none;
	const struct mc_group *before =
		last->group_count
			? bsearch(group, last->groups, last->group_count, sizeof(*group), by_key)
			: NULL;
	const struct mc_group_counters *a = before ? &before->counters : &none.counters;
	const struct mc_group_counters *b = &group->counters;

	return (struct sample_rate){
		.group = group,
		.packets = rate(a->port_packets + a->underlay_packets,
				b->port_packets + b->underlay_packets, seconds),
		.bytes = rate(a->port_bytes + a->underlay_bytes, b->port_bytes + b->underlay_bytes,
			      seconds),
		.local = rate(a->local_copies, b->local_copies, seconds),
		.remote = rate(a->remote_copies, b->remote_copies, seconds),
		.errors = rate(a->errors, b->errors, seconds),
	};
}

static int busiest_first(const void *a, const void *b)
{
	const struct sample_rate *left = a, *right = b;

	if (left->packets != right->packets)
		return left->packets > right->packets ? -1 : 1;
	return group_compare(&left->group->key, &right->group->key);
}

static void compare_reasons(const struct sample *last, const struct sample *now, double seconds,
			    struct sample_rates *rates)
{
	for (unsigned int i = 1; i < MC_REASON_COUNT; i++) {
		double value = rate(last->reasons[i].packets, now->reasons[i].packets, seconds);
		size_t place = rates->reason_count;

		if (mc_reason_verdict(i) != MC_VERDICT_DROP || value == 0)
			continue;
		rates->dropped += value;
		rates->reason_count++;
		for (; place && rates->reason[place - 1].rate < value; place--)
			rates->reason[place] = rates->reason[place - 1];
		rates->reason[place].name = mc_reason_name(i);
		rates->reason[place].rate = value;
	}
}

int sample_compare(const struct sample *last, const struct sample *now, struct sample_rates *rates,
		   struct sample_rate **groups)
{
	double seconds = (double)(now->time - last->time) / 1e9;
	struct sample_rate *list = calloc(now->group_count + 1, sizeof(*list));

	if (!list)
		return mc_error_errno(-ENOMEM, "cannot compare %zu groups", now->group_count);
	*rates = (struct sample_rates){ 0 };
	for (size_t i = 0; i < now->group_count; i++) {
		list[i] = group_rate(last, &now->groups[i], seconds);
		rates->in += list[i].packets;
		rates->out += list[i].local + list[i].remote;
	}
	compare_reasons(last, now, seconds, rates);
	qsort(list, now->group_count, sizeof(*list), busiest_first);
	*groups = list;
	return 0;
}

void sample_print(struct output *out, const struct sample_rate *rate_of)
{
	const struct mc_group *group = rate_of->group;
	char text[MC_ADDR_TEXT];

	output_number(out, "vni", group->key.vni);
	output_text(out, "group", group_name(&group->key.group, text));
	output_number(out, "packets_s", (uint64_t)(rate_of->packets + 0.5));
	output_number(out, "bytes_s", (uint64_t)(rate_of->bytes + 0.5));
	output_number(out, "local_s", (uint64_t)(rate_of->local + 0.5));
	output_number(out, "remote_s", (uint64_t)(rate_of->remote + 0.5));
	output_number(out, "errors_s", (uint64_t)(rate_of->errors + 0.5));
	output_number(out, "local", group->local);
	output_number(out, "waiting", group->waiting);
	output_number(out, "remote", group->remote);
	output_row(out);
}
