/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Put before each of the programs when they are compiled for cost_test.c: counts what they call, by
 * kinds, whatever kernel, verifier and compiler make of the rest. A helper that is not here is not
 * counted: who calls a new one adds it.
 */
#pragma once

/* Kinds of calls, in the order of cost_test.c's table. */
enum cost {
	COST_LOOKUP,   /* in a table */
	COST_UPDATE,   /* of a table: an element put in or taken out */
	COST_LOAD,     /* of bytes of the packet */
	COST_WRITE,    /* to the packet: its bytes, its room, its tag, its type */
	COST_CLONE,    /* and its sending */
	COST_REDIRECT, /* of the packet itself */
	COST_OTHER,    /* loops, times, MTU, FIB, events, tail calls */
	COST_COUNT
};

#ifdef __bpf__

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u64 cost_calls[COST_COUNT] __weak = {};

#define COST(kind, call)                                                                           \
	({                                                                                         \
		cost_calls[kind]++;                                                                \
		call;                                                                              \
	}) /* a macro is not expanded within itself */

#define bpf_map_lookup_elem(...)     COST(COST_LOOKUP, bpf_map_lookup_elem(__VA_ARGS__))
#define bpf_map_update_elem(...)     COST(COST_UPDATE, bpf_map_update_elem(__VA_ARGS__))
#define bpf_map_delete_elem(...)     COST(COST_UPDATE, bpf_map_delete_elem(__VA_ARGS__))
#define bpf_skb_load_bytes(...)	     COST(COST_LOAD, bpf_skb_load_bytes(__VA_ARGS__))
#define bpf_xdp_load_bytes(...)	     COST(COST_LOAD, bpf_xdp_load_bytes(__VA_ARGS__))
#define bpf_skb_pull_data(...)	     COST(COST_LOAD, bpf_skb_pull_data(__VA_ARGS__))
#define bpf_skb_store_bytes(...)     COST(COST_WRITE, bpf_skb_store_bytes(__VA_ARGS__))
#define bpf_skb_adjust_room(...)     COST(COST_WRITE, bpf_skb_adjust_room(__VA_ARGS__))
#define bpf_skb_change_head(...)     COST(COST_WRITE, bpf_skb_change_head(__VA_ARGS__))
#define bpf_skb_change_tail(...)     COST(COST_WRITE, bpf_skb_change_tail(__VA_ARGS__))
#define bpf_skb_change_type(...)     COST(COST_WRITE, bpf_skb_change_type(__VA_ARGS__))
#define bpf_skb_vlan_push(...)	     COST(COST_WRITE, bpf_skb_vlan_push(__VA_ARGS__))
#define bpf_skb_vlan_pop(...)	     COST(COST_WRITE, bpf_skb_vlan_pop(__VA_ARGS__))
#define bpf_clone_redirect(...)	     COST(COST_CLONE, bpf_clone_redirect(__VA_ARGS__))
#define bpf_redirect(...)	     COST(COST_REDIRECT, bpf_redirect(__VA_ARGS__))
#define bpf_redirect_peer(...)	     COST(COST_REDIRECT, bpf_redirect_peer(__VA_ARGS__))
#define bpf_redirect_neigh(...)	     COST(COST_REDIRECT, bpf_redirect_neigh(__VA_ARGS__))
#define bpf_redirect_map(...)	     COST(COST_REDIRECT, bpf_redirect_map(__VA_ARGS__))
#define bpf_loop(...)		     COST(COST_OTHER, bpf_loop(__VA_ARGS__))
#define bpf_for_each_map_elem(...)   COST(COST_OTHER, bpf_for_each_map_elem(__VA_ARGS__))
#define bpf_tail_call(...)	     COST(COST_OTHER, bpf_tail_call(__VA_ARGS__))
#define bpf_ktime_get_ns(...)	     COST(COST_OTHER, bpf_ktime_get_ns(__VA_ARGS__))
#define bpf_ktime_get_coarse_ns(...) COST(COST_OTHER, bpf_ktime_get_coarse_ns(__VA_ARGS__))
#define bpf_jiffies64(...)	     COST(COST_OTHER, bpf_jiffies64(__VA_ARGS__))
#define bpf_check_mtu(...)	     COST(COST_OTHER, bpf_check_mtu(__VA_ARGS__))
#define bpf_fib_lookup(...)	     COST(COST_OTHER, bpf_fib_lookup(__VA_ARGS__))
#define bpf_ringbuf_reserve(...)     COST(COST_OTHER, bpf_ringbuf_reserve(__VA_ARGS__))
#define bpf_ringbuf_submit(...)	     COST(COST_OTHER, bpf_ringbuf_submit(__VA_ARGS__))
#define bpf_ringbuf_output(...)	     COST(COST_OTHER, bpf_ringbuf_output(__VA_ARGS__))
#define bpf_get_prandom_u32(...)     COST(COST_OTHER, bpf_get_prandom_u32(__VA_ARGS__))
#define bpf_get_hash_recalc(...)     COST(COST_OTHER, bpf_get_hash_recalc(__VA_ARGS__))
#define bpf_csum_diff(...)	     COST(COST_OTHER, bpf_csum_diff(__VA_ARGS__))
#define bpf_l3_csum_replace(...)     COST(COST_WRITE, bpf_l3_csum_replace(__VA_ARGS__))
#define bpf_l4_csum_replace(...)     COST(COST_WRITE, bpf_l4_csum_replace(__VA_ARGS__))
#define bpf_xdp_store_bytes(...)     COST(COST_WRITE, bpf_xdp_store_bytes(__VA_ARGS__))
#define bpf_xdp_adjust_head(...)     COST(COST_WRITE, bpf_xdp_adjust_head(__VA_ARGS__))
#define bpf_skb_set_tunnel_key(...)  COST(COST_OTHER, bpf_skb_set_tunnel_key(__VA_ARGS__))

#endif
