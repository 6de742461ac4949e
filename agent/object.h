/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of the configuration file and of the API, one a fact: JSON on one side, facts on the
 * other. The same fields in both, and in what the API answers.
 */
#pragma once

#include <jansson.h>

#include "fact.h"
#include "field.h"
#include "object_hops.h"

struct state;

/* How a VNI is queried, as config.c takes it from the file. */
struct object_querier {
	bool enabled;
	__u32 robustness, query_interval, response_interval; /* intervals in milliseconds */
	__u32 startup_interval, startup_count;
	__u32 last_member_interval, last_member_count;
	struct mc_addr source, source6;
};

/* What a JSON object may say, of any kind: each uses its own. */
struct object {
	char port[FACT_DEV_SIZE];
	char underlay[FACT_DEV_SIZE];
	char dev[FACT_DEV_SIZE];
	struct mc_addr vtep, group, addr, src, underlay_group;
	struct addrs sources, remotes;
	__u32 vni, size, vlan, udp_port, storm_rate;
	__u32 limit_groups, limit_sources, limit_rate;
	__u8 kind, query, xdp, encap, exclude, unknown, link_local;
	__u8 choose, m2p_encap;
	__u8 mac[6]; /* zero: none */
	struct object_hops hops;
	__u32 grace; /* milliseconds */
	struct object_querier querier;
};

/* Kinds that have objects: vnis, underlays, ports, vteps, forwarding, m2p, groups, members. */
struct object_kind {
	const char *plural; /* the list in the file, and in the URL */
	const char *one;    /* "port" */
	const struct field *fields;
	void (*check)(struct reader *reader, const struct object *object);
	int (*to_facts)(struct object *object, struct state *state);
};

#define OBJECT_KINDS 8
extern const struct object_kind object_kinds[OBJECT_KINDS];

/* NULL: none of that name. */
const struct object_kind *object_kind_of(enum fact_kind kind);

/*
 * Reads @value as an object of @kind; fields with a flag of @skip are those that @object has already.
 * Faults are noted in @reader. Free with object_free().
 */
void object_read(struct reader *reader, const struct object_kind *kind, const json_t *value,
		 unsigned int skip, struct object *object);

/* Sets what an object has that says nothing. */
void object_init(struct object *object);
void object_free(struct object *object);

/* The JSON object of a fact, but of remotes, whose addresses a group's object has; NULL: no memory. */
json_t *object_of_fact(const struct fact *fact);
