/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The tables, defined once for all programs; keys, values and writers are described in
 * include/bpfcast/abi.h. Weak: every attach point's object has them, the linker makes them one.
 * Sizes here are the defaults, the loader sets those of the instance.
 */
#pragma once

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include <bpfcast/abi.h>
#include <bpfcast/reason.h>

#define MC_TABLE_DEF SEC(".maps") __weak

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct mc_instance_info);
} instance MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MC_DEFAULT_PORTS);
	__type(key, __u32);
	__type(value, struct mc_port);
} ports MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MC_DEFAULT_PORTS);
	__type(key, __u32);
	__type(value, struct mc_port_state);
} port_state MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MC_DEFAULT_VNIS);
	__type(key, __u32);
	__type(value, struct mc_vni);
} vnis MC_TABLE_DEF;

/* Inner maps by size, not type: clang 14 emits only a forward declaration for an inner value. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, MC_DEFAULT_GROUPS);
	__type(key, struct mc_group_key);
	__uint(value_size, sizeof(__u32));
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_ARRAY);
			__uint(map_flags, BPF_F_INNER_MAP);
			__uint(max_entries, MC_FANOUT_LINES(MC_DEFAULT_GROUP_SIZE));
			__uint(key_size, sizeof(__u32));
			__uint(value_size, sizeof(struct mc_line));
		});
} fanout MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MC_DEFAULT_GROUPS);
	__type(key, __u32);
	__type(value, struct mc_group_id);
} group_keys MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, MC_DEFAULT_GROUPS);
	__type(key, __u32);
	__type(value, struct mc_group_counters);
} group_counters MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MC_DEFAULT_MEMBERS);
	__type(key, struct mc_member_key);
	__type(value, struct mc_member);
} members MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MC_DEFAULT_SOURCES);
	__type(key, struct mc_source_key);
	__type(value, struct mc_source);
} sources MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MC_DEFAULT_PORTS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct mc_port_source);
	__type(value, __u32);
} port_sources MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, MC_TAIL_COUNT);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} tails MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MC_DEFAULT_VTEPS);
	__type(key, __u32);
	__type(value, struct mc_vtep);
} vteps MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MC_DEFAULT_VTEPS);
	__type(key, __u32);
	__type(value, struct mc_next_hop);
} next_hops MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MC_DEFAULT_VTEPS);
	__type(key, struct mc_addr);
	__type(value, __u32);
} vtep_ids MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, MC_DEFAULT_VTEPS);
	__type(key, __u32);
	__type(value, struct mc_vtep_counters);
} vtep_counters MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MC_DEFAULT_STORMS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct mc_storm_key);
	__type(value, struct mc_storm);
} storms MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, MC_DEFAULT_GROUPS);
	__type(key, struct mc_group_key);
	__uint(value_size, sizeof(__u32));
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_ARRAY);
			__uint(map_flags, BPF_F_INNER_MAP);
			__uint(max_entries, 1);
			__uint(key_size, sizeof(__u32));
			__uint(value_size, sizeof(struct mc_remote_line));
		});
} remotes MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, MC_DEFAULT_GROUPS);
	__type(key, struct mc_addr);
	__uint(value_size, sizeof(__u32));
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_ARRAY);
			__uint(map_flags, BPF_F_INNER_MAP);
			__uint(max_entries, 1);
			__uint(key_size, sizeof(__u32));
			__uint(value_size, sizeof(struct mc_remote_line));
		});
} forwarding MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MC_DEFAULT_GROUPS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct mc_group_key);
	__type(value, struct mc_m2p);
} m2p MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MC_DEFAULT_GROUPS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct mc_underlay_group);
	__type(value, struct mc_underlay_vni);
} underlay_groups MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MC_UNDERLAY_MAX);
	__type(key, __u32);
	__type(value, struct mc_underlay);
} underlays MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, MC_REASON_MAX);
	__type(key, __u32);
	__type(value, struct mc_counter);
} counters MC_TABLE_DEF;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, MC_EVENT_BYTES);
} events MC_TABLE_DEF;
