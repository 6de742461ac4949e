/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The state table of RFC 9776 section 6.4 (RFC 9777 section 7.4 is the same), as data: for a filter
 * mode and a record type, what becomes of each source, by where it stands. A source that the record
 * names stands in none of the lists, in the requested one (INCLUDE's A, EXCLUDE's X) or in EXCLUDE's
 * Y; those it does not name stand in the requested one or in Y.
 *
 * QUERY is "Send Q(G,S)": the source timer is lowered to the last member query time. Behind an edge
 * port is one host, which has just said that it does not want the source: it goes at once.
 */
#pragma once

#include <bpfcast/abi.h>
#include <bpfcast/message.h>

/* What is no record, but changes a filter as one does. */
enum {
	RECORD_TIMEOUT = 7, /* timers have run out, RFC 9776 sections 6.3 and 6.5 */
	RECORD_QUERY = 8,   /* a query of another querier, section 6.6.1 */
};

enum source_action {
	SOURCE_KEEP,
	SOURCE_REQUEST,	      /* wanted, timer = group membership interval */
	SOURCE_REQUEST_QUERY, /* wanted, timer = group timer, then as SOURCE_QUERY */
	SOURCE_QUERY,	      /* lower the timer, if it runs, to the last member query time */
	SOURCE_BLOCK,	      /* not wanted, timer = 0 */
	SOURCE_REMOVE,
	SOURCE_LOWER,	/* lower the timer to the last member query time: another has asked */
	SOURCE_TIMEOUT, /* if its timer has run out */
};

enum mode_action {
	MODE_KEEP,
	MODE_EXCLUDE, /* filter mode EXCLUDE, group timer = group membership interval */
	MODE_QUERY,   /* "Send Q(G)": lower the group timer; an edge port goes to INCLUDE at once */
	MODE_LOWER,   /* lower the group timer if no source is named: another has asked */
	MODE_TIMEOUT, /* INCLUDE if the group timer has run out */
};

struct transition {
	__u8 named_none;
	__u8 named_requested;
	__u8 named_blocked;
	__u8 rest_requested;
	__u8 rest_blocked;
	__u8 mode; /* enum mode_action */
};

/* A switch and not an array: a constant array would be a table of its own in .rodata. */
static __always_inline struct transition include_transition(__u8 type)
{
	switch (type) {
	case MC_IS_EX:
		return (struct transition){ SOURCE_BLOCK,  SOURCE_KEEP, SOURCE_KEEP,
					    SOURCE_REMOVE, SOURCE_KEEP, MODE_EXCLUDE };
	case MC_TO_IN:
		return (struct transition){ SOURCE_REQUEST, SOURCE_REQUEST, SOURCE_KEEP,
					    SOURCE_QUERY,   SOURCE_KEEP,    MODE_KEEP };
	case MC_TO_EX:
		return (struct transition){ SOURCE_BLOCK,  SOURCE_QUERY, SOURCE_KEEP,
					    SOURCE_REMOVE, SOURCE_KEEP,	 MODE_EXCLUDE };
	case MC_BLOCK:
		return (struct transition){ SOURCE_KEEP, SOURCE_QUERY, SOURCE_KEEP,
					    SOURCE_KEEP, SOURCE_KEEP,  MODE_KEEP };
	default: /* IS_IN, ALLOW */
		return (struct transition){ SOURCE_REQUEST, SOURCE_REQUEST, SOURCE_KEEP,
					    SOURCE_KEEP,    SOURCE_KEEP,    MODE_KEEP };
	}
}

static __always_inline struct transition exclude_transition(__u8 type)
{
	switch (type) {
	case MC_IS_EX:
		return (struct transition){ SOURCE_REQUEST, SOURCE_KEEP,   SOURCE_KEEP,
					    SOURCE_REMOVE,  SOURCE_REMOVE, MODE_EXCLUDE };
	case MC_TO_IN:
		return (struct transition){ SOURCE_REQUEST, SOURCE_REQUEST, SOURCE_REQUEST,
					    SOURCE_QUERY,   SOURCE_KEEP,    MODE_QUERY };
	case MC_TO_EX:
		return (struct transition){ SOURCE_REQUEST_QUERY, SOURCE_QUERY,	 SOURCE_KEEP,
					    SOURCE_REMOVE,	  SOURCE_REMOVE, MODE_EXCLUDE };
	case MC_BLOCK:
		return (struct transition){ SOURCE_REQUEST_QUERY, SOURCE_QUERY, SOURCE_KEEP,
					    SOURCE_KEEP,	  SOURCE_KEEP,	MODE_KEEP };
	default: /* IS_IN, ALLOW */
		return (struct transition){ SOURCE_REQUEST, SOURCE_REQUEST, SOURCE_REQUEST,
					    SOURCE_KEEP,    SOURCE_KEEP,    MODE_KEEP };
	}
}

static __always_inline struct transition timer_transition(__u8 type)
{
	if (type == RECORD_QUERY)
		return (struct transition){ SOURCE_KEEP, SOURCE_LOWER, SOURCE_KEEP,
					    SOURCE_KEEP, SOURCE_KEEP,  MODE_LOWER };
	return (struct transition){ SOURCE_KEEP,    SOURCE_KEEP, SOURCE_KEEP,
				    SOURCE_TIMEOUT, SOURCE_KEEP, MODE_TIMEOUT };
}

/*
 * @exclude: the filter mode now. On an edge port a current-state record says as much as a change:
 * what it does not name, its one host does not want.
 */
static __always_inline struct transition find_transition(int exclude, int edge, __u8 type)
{
	if (type >= RECORD_TIMEOUT)
		return timer_transition(type);
	if (edge && type == MC_IS_EX)
		type = MC_TO_EX;
	return exclude ? exclude_transition(type) : include_transition(type);
}
