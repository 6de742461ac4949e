/* SPDX-License-Identifier: Apache-2.0 */
/* Timers and counters of a querier, RFC 9776 section 8 (RFC 9777 section 9 has the same), in ms. */
#pragma once

#include <linux/types.h>

struct intervals {
	__u32 robustness;	 /* 8.1; not 0 */
	__u32 query_ms;		 /* 8.2 */
	__u32 response_ms;	 /* 8.3; less than query_ms */
	__u32 startup_ms;	 /* 8.6 */
	__u32 startup_count;	 /* 8.7 */
	__u32 last_member_ms;	 /* 8.8 */
	__u32 last_member_count; /* 8.9 */
};

/* The RFC's defaults. */
extern const struct intervals intervals_default;

/* 8.4: how long a membership lives without a report. */
__u32 intervals_group(const struct intervals *in);

/* 8.5: how long another querier counts as there without a query. */
__u32 intervals_other_querier(const struct intervals *in);

/* 8.10: how long after a leave, if nobody objects. */
__u32 intervals_last_member(const struct intervals *in);

/* 8.13: how long a host of an older version counts. */
__u32 intervals_older_host(const struct intervals *in);

/* How long until every host has been asked, and has had time to answer, after a start. */
__u32 intervals_startup(const struct intervals *in);

/* Bends the intervals so that intervals_group() or intervals_last_member() is @ms, or nearly so. */
void intervals_fit_group(struct intervals *in, __u32 ms);
void intervals_fit_last_member(struct intervals *in, __u32 ms);

/*
 * What @own becomes while another querier's queries say @robustness (QRV) and @query_ms (QQI), 0 for
 * none: RFC 9776 sections 4.1.6 and 4.1.7.
 */
struct intervals intervals_followed(const struct intervals *own, __u32 robustness, __u32 query_ms);
