/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The querier of one family on one port: general queries, the election (RFC 9776 section 6.6.2). Pure:
 * no clock, no system call; times are CLOCK_MONOTONIC nanoseconds that the caller gives.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <bpfcast/addr.h>

#include "intervals.h"

struct querier {
	struct intervals own; /* as configured */
	struct intervals now; /* in force: those of the querier that won (sections 4.1.6, 4.1.7) */
	struct mc_addr address; /* our own; zero: takes no part, whoever has an address wins */
	struct mc_addr other;	/* who won, zero: we */
	uint64_t other_until;	/* when it counts as gone; 0: we are the querier */
	uint64_t next;		/* general query, if we are */
	uint64_t since;		/* when it began, or was last too late to ask */
	bool enabled;
	__u32 startup_left; /* of the startup queries */
	uint64_t sent;	    /* general queries */
	uint64_t heard;	    /* queries of others */
};

/* What a query of another says that matters here. */
struct heard {
	struct mc_addr source;
	__u32 robustness; /* QRV; 0: none */
	__u32 query_ms;	  /* QQI; 0: none */
};

/* Begins anew: startup queries at once. @own, @address: copied. */
void querier_begin(struct querier *q, const struct intervals *own, const struct mc_addr *address,
		   uint64_t now);

/* Other settings or another address, with nothing begun anew. */
void querier_change(struct querier *q, const struct intervals *own, const struct mc_addr *address);

/* Sends nothing, and follows others' queries as before. */
void querier_disable(struct querier *q);

/* Is it for us to ask? */
bool querier_is_elected(const struct querier *q);

/* Another's query has come in. True if who is the querier has changed, or what it says. */
bool querier_hear(struct querier *q, const struct heard *heard, uint64_t now);

/*
 * Until then nothing ends that nobody was asked for: by then everybody has been asked for all, and could
 * answer. Anew after each beginning.
 */
uint64_t querier_held_until(const struct querier *q);

/* When querier_run() has something to do; UINT64_MAX: never. */
uint64_t querier_due(const struct querier *q);

/*
 * To be called at that time: true if a general query is to be sent now. Who comes so late that hosts
 * would have answered a query in time (a stopped process, a paused machine) begins anew.
 */
bool querier_run(struct querier *q, uint64_t now);
