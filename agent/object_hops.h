/* SPDX-License-Identifier: Apache-2.0 */
/* "hops" of an object of `forwarding`: [{ "via": IP6, "mode": MODE, "include" or "exclude": [IP ...] }]. */
#pragma once

#include <jansson.h>

#include "fact.h"
#include "field.h"

struct object_hop {
	struct mc_addr via;
	struct addrs include, exclude; /* no list: not said */
	__u8 mode;		       /* enum mc_mode */
};

struct object_hops {
	struct object_hop *list; /* malloc, owned */
	__u32 count;
};

/* A reader of field.h, into struct object_hops. */
void read_hops(struct reader *reader, const json_t *value, const struct field *field, void *to);

/* What is wrong with them, each fault at its place. */
void object_hops_check(struct reader *reader, const struct object_hops *hops);

/* The hops of @fact, whose key and choice are set. -ENOMEM. */
int object_hops_to_fact(const struct object_hops *hops, struct fact *fact);

/* And back: a list. NULL: no memory. */
json_t *object_hops_json(const struct fact *fact);

/* Frees them with their addresses, and leaves none. */
void object_hops_free(struct object_hops *hops);
