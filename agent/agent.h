/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bpfcastd, the agent of one node. One thread, one event loop, and one file a noun:
 *
 *   main.c       options; the parts, in the order in which they start
 *   life.c       signals, systemd, one agent an instance, privileges
 *   say.c        what it says: text or JSON, a line each
 *   config.c     the configuration file; settings of VNIs
 *   datapath.c   the instance that it looks after: not loaded, loaded, replaced
 *   events.c     the ring buffer, handed to whoever listens
 *   sweep.c      the tables, again and again: what no event has told, and what is over
 *   links.c      rtnetlink: devices, their addresses, who has gone and come
 *   next_hops.c  neighbours of the VTEPs, kept resolved
 *   ports.c      the ports; port.c: one of them, with querier.c (election and general queries, no
 *                system calls), ask.c (specific queries), query.c (a query as bytes), wire.c
 *   intervals.c  RFC 9776 section 8 as arithmetic
 *   groups.c     groups that are learned, vectors that grow; group_work.c does it
 *   vnis.c       intervals that the datapath is to go by
 *
 * Desired state (reconcile.c, with document.c, state.c, observe.c, apply.c), the API (api.c, with listen.c,
 * request.c, route.c), metrics.c and the event stream (stream.c) are parts of their own, on top of these.
 *
 * Ownership: main() owns struct agent. What a part keeps is in a structure of its own, which its
 * start() makes and its stop() frees; the pointer here belongs to the part that is named with it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include <bpfcast/abi.h>

struct mc_instance;
struct mc_event;

#define AGENT_RUN "/run/bpfcast" /* locks and sockets: NAME.lock, NAME.sock */

struct options {
	const char *instance; /* NULL: the one of the caller's namespace */
	const char *config;   /* path; NULL: none */
	const char *run;      /* directory, AGENT_RUN */
	const char *metrics;  /* ADDRESS:PORT of the metrics; NULL: on the socket only */
	bool json;	      /* logs */
	bool debug;
	bool check; /* only look at the configuration */
};

struct agent {
	struct options options;
	sd_event *loop;
	char name[32];		/* of the instance */
	struct mc_instance *in; /* datapath.c: open for reading; NULL while none is loaded */
	int wire;		/* wire.c, opened by ports.c: takes a capability that is given up */
	uint64_t started; /* CLOCK_MONOTONIC of the start, or of a new datapath; nanoseconds */

	struct config *config;	      /* config.c: never NULL once started, replaced on reload */
	struct life *life;	      /* life.c */
	struct events *events;	      /* events.c */
	struct links *links;	      /* links.c */
	struct ports *ports;	      /* ports.c */
	struct groups *groups;	      /* groups.c */
	struct sweep *sweep;	      /* sweep.c */
	struct next_hops *next_hops;  /* next_hops.c */
	struct datapath_watch *watch; /* datapath.c */
	struct api *api;	      /* api.c */
	struct reconcile *reconcile;  /* reconcile.c */
};

/*
 * A part of the agent. start() and reload() say their errors; a start that fails ends the agent, a
 * reload that fails leaves what was. loaded() is told when the instance is there, at the start too,
 * and gone() when it is not any more; stop() comes after a start that failed, too. Each may be NULL.
 */
struct part {
	const char *name;
	int (*start)(struct agent *agent);
	int (*reload)(struct agent *agent); /* the new configuration is in place */
	void (*loaded)(struct agent *agent);
	void (*gone)(struct agent *agent);
	void (*stop)(struct agent *agent);
};

extern const struct part datapath_part, events_part, links_part, next_hops_part, ports_part,
	groups_part, sweep_part, reconcile_part, api_part;

/* All of them, ended by NULL, in the order of the start: main.c. */
extern const struct part *const agent_parts[];

/* CLOCK_MONOTONIC in nanoseconds, as the tables have it. */
uint64_t agent_now(void);

/*
 * The instance's lock, for a change of more than a membership: -EBUSY at once when a command holds it,
 * and the caller comes back later; -ENOENT when no instance is loaded. Silent. Held for one change, so
 * that commands work beside the agent.
 */
int agent_lock(struct agent *agent);
void agent_unlock(struct agent *agent);

/* Stops the loop; @err is what main() ends with: 0 or a negative errno that has been said. */
void agent_end(struct agent *agent, int err);
