/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pinned tables of an instance as descriptors, and plain access to them. Knows names and sizes
 * (include/bpfcast/abi.h), nothing of what they mean: that is in the file of each noun.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(NAME, "name of the pin", size of key, size of value) */
#define MC_TABLES(X)                                                                               \
	X(INSTANCE, "instance", 4, sizeof(struct mc_instance_info))                                \
	X(PORTS, "ports", 4, sizeof(struct mc_port))                                               \
	X(PORT_STATE, "port_state", 4, sizeof(struct mc_port_state))                               \
	X(VNIS, "vnis", 4, sizeof(struct mc_vni))                                                  \
	X(FANOUT, "fanout", sizeof(struct mc_group_key), 4)                                        \
	X(GROUP_KEYS, "group_keys", 4, sizeof(struct mc_group_id))                                 \
	X(GROUP_COUNTERS, "group_counters", 4, sizeof(struct mc_group_counters))                   \
	X(MEMBERS, "members", sizeof(struct mc_member_key), sizeof(struct mc_member))              \
	X(SOURCES, "sources", sizeof(struct mc_source_key), sizeof(struct mc_source))              \
	X(PORT_SOURCES, "port_sources", sizeof(struct mc_port_source), 4)                          \
	X(TAILS, "tails", 4, 4)                                                                    \
	X(VTEPS, "vteps", 4, sizeof(struct mc_vtep))                                               \
	X(NEXT_HOPS, "next_hops", 4, sizeof(struct mc_next_hop))                                   \
	X(VTEP_IDS, "vtep_ids", sizeof(struct mc_addr), 4)                                         \
	X(VTEP_COUNTERS, "vtep_counters", 4, sizeof(struct mc_vtep_counters))                      \
	X(STORMS, "storms", sizeof(struct mc_storm_key), sizeof(struct mc_storm))                  \
	X(REMOTES, "remotes", sizeof(struct mc_group_key), 4)                                      \
	X(FORWARDING, "forwarding", sizeof(struct mc_addr), 4)                                     \
	X(M2P, "m2p", sizeof(struct mc_group_key), sizeof(struct mc_m2p))                          \
	X(UNDERLAY_GROUPS, "underlay_groups", sizeof(struct mc_underlay_group),                    \
	  sizeof(struct mc_underlay_vni))                                                          \
	X(UNDERLAYS, "underlays", 4, sizeof(struct mc_underlay))                                   \
	X(COUNTERS, "counters", 4, sizeof(struct mc_counter))                                      \
	X(EVENTS, "events", 0, 0)

enum mc_table {
#define X(name, text, key, value) MC_TABLE_##name,
	MC_TABLES(X)
#undef X
		MC_TABLE_COUNT
};

#define MC_PIN_ROOT	      "/sys/fs/bpf/bpfcast"
#define MC_PIN_PATH_SIZE      128
#define MC_INSTANCE_NAME_SIZE 32

/* An open instance. Not to be shared between threads. */
struct mc_instance {
	char name[MC_INSTANCE_NAME_SIZE];
	char path[MC_PIN_PATH_SIZE]; /* MC_PIN_ROOT/NAME/v1 */
	int lock;		     /* descriptor that holds the lock, or -1 */
	int table[MC_TABLE_COUNT];   /* descriptors */
	int control;		     /* of the control program, or -1 while not yet asked for */
};

/* Name of the pin below the instance's path. */
const char *mc_table_name(enum mc_table table);
size_t mc_table_key_size(enum mc_table table);
size_t mc_table_value_size(enum mc_table table); /* per CPU, where the table is per CPU */

/* Return 0 or a negative errno, silently: -ENOENT for what is not there is often no error. */
int mc_table_get(const struct mc_instance *in, enum mc_table table, const void *key, void *value);
int mc_table_set(const struct mc_instance *in, enum mc_table table, const void *key,
		 const void *value, uint64_t flags);
int mc_table_del(const struct mc_instance *in, enum mc_table table, const void *key);

/*
 * The same for @count keys in one system call where the kernel can: of a table of maps, each call makes it
 * wait for RCU (10 to 30 ms). @values: descriptors or values, back to back. *@done, also on failure: how
 * many are written. Deleting, what is not there is fine.
 */
int mc_table_set_many(const struct mc_instance *in, enum mc_table table, const void *keys,
		      const void *values, uint32_t count, uint32_t *done);
int mc_table_del_many(const struct mc_instance *in, enum mc_table table, const void *keys,
		      uint32_t count);

/* Most entries that the table can hold; 0 if the kernel does not say. */
uint32_t mc_table_capacity(const struct mc_instance *in, enum mc_table table);

/*
 * Calls @fn for each entry of a snapshot of @table, so @fn may change it. A non-zero return of @fn
 * ends the walk and is returned. For per-CPU tables @value is one value a possible CPU.
 */
typedef int (*mc_table_fn)(const void *key, const void *value, void *arg);
int mc_table_for_each(const struct mc_instance *in, enum mc_table table, mc_table_fn fn, void *arg);
