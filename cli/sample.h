/* SPDX-License-Identifier: Apache-2.0 */
/* Counters at a moment, and what they were a second later: rates. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <bpfcast/abi.h>
#include <bpfcast/reason.h>
#include <maps/group.h>

struct mc_instance;
struct output;

struct sample {
	uint64_t time;		 /* CLOCK_MONOTONIC, nanoseconds */
	struct mc_group *groups; /* ascending by key; malloc */
	size_t group_count;
	struct mc_counter reasons[MC_REASON_COUNT];
};

/* Of one group, a second. */
struct sample_rate {
	const struct mc_group *group; /* of the later sample */
	double packets, bytes, local, remote, errors;
};

struct sample_rates {
	double in, out, dropped; /* of all */
	struct {
		const char *name;
		double rate;
	} reason[MC_REASON_COUNT]; /* why packets were dropped: the most first */
	size_t reason_count;
};

/* CLOCK_MONOTONIC, nanoseconds. */
uint64_t sample_clock(void);

/* Free with sample_free(). Errors are said. */
int sample_take(struct mc_instance *in, struct sample *sample);
void sample_free(struct sample *sample);

/*
 * What happened between the two: of all in *@rates, of each group of @now, the busiest first, in *@groups
 * (malloc). -ENOMEM, said.
 */
int sample_compare(const struct sample *last, const struct sample *now, struct sample_rates *rates,
		   struct sample_rate **groups);

/* A row of @out. */
void sample_print(struct output *out, const struct sample_rate *rate);
