/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file, read once: a JSON object. What the querier and the timers go by is taken from it
 * here; the facts of which it is a document are reconcile.c's.
 *
 *	{"vnis": [{"vni": 77, "unknown": "learn", "grace": 10000, "size": 256, "querier": {
 *	  "enabled": true, "robustness": 2, "query_interval": 125000, "response_interval": 10000,
 *	  "startup_interval": 31250, "startup_count": 2, "last_member_interval": 1000,
 *	  "last_member_count": 2, "source": "192.0.2.1", "source6": "fe80::1"}}]}
 *
 * Times in milliseconds. What is left out has the RFC's default, or follows as the RFC says.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <bpfcast/addr.h>

#include "intervals.h"
#include "state.h"

#define CONFIG_KEEP  (-1)  /* `unknown`: as the table says */
#define CONFIG_GRACE 10000 /* ms that a learned group outlives its last member */

struct vni_config {
	__u32 vni;
	int unknown; /* enum mc_unknown_policy, or CONFIG_KEEP */
	__u32 grace_ms;
	__u32 size; /* slots of a learned group */
	bool querier;
	bool has_source, has_source6;
	struct mc_addr source; /* of IGMP queries; 0.0.0.0: takes no part in the election */
	struct mc_addr source6;
	struct intervals intervals;
};

struct config {
	struct state facts; /* of the whole file, until reconcile.c takes them */
	struct vni_config *vnis;
	size_t count;
	struct vni_config others; /* VNIs that are not named */
};

/* Reads and checks @path; NULL: an empty one. Errors are said. Free with config_free(). */
int config_load(const char *path, struct config **out);
void config_free(struct config **config);

/* Settings of a VNI; never NULL, valid as long as @config. */
const struct vni_config *config_vni(const struct config *config, __u32 vni);
