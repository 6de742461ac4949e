/* SPDX-License-Identifier: Apache-2.0 */
/* What the tables hold, as JSON objects of the API: those of the configuration, and how they fare. */
#pragma once

#include <jansson.h>
#include <bpfcast/abi.h>

struct agent;
struct fact;
struct fact_key;
struct mc_group;

/* NULL: no memory. */
json_t *row_port(struct agent *agent, __u32 ifindex, const struct mc_port *port);
json_t *row_group(struct agent *agent, const struct mc_group *group);
json_t *row_member(struct agent *agent, const struct mc_member_key *key,
		   const struct mc_member *member, const char *port);

/* Of an entry of `forwarding` or `m2p`. */
json_t *row_overlay(struct agent *agent, const struct fact *fact);

/* The list of the names of enum mc_origin; NULL: no memory. */
json_t *row_origins(__u8 origins);

/* Of a fact that is wanted, and not in the tables (yet). */
json_t *row_wanted(struct agent *agent, const struct fact *fact);
