/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tables of the underlay: VTEPs, next hops, remote members, devices: see abi.h. */
#pragma once

#include <bpfcast/abi_group.h>

/* ---- vteps: ARRAY[vteps] by VTEP id, written by user space ---- */
enum mc_encap {
	MC_ENCAP_NONE = 0, /* the id is free */
	MC_ENCAP_VXLAN = 1,
	MC_ENCAP_GENEVE = 2,
};

struct mc_vtep {
	struct mc_addr remote; /* outer destination */
	struct mc_addr local;  /* outer source */
	__u32 ifindex;	       /* egress device, an underlay */
	__be16 port;	       /* outer UDP destination port */
	__u8 encap;	       /* enum mc_encap */
	__u8 pad;	       /* 0 */
	__u16 ip_sum; /* ones' complement sum, as read in host order, of the outer IPv4 header's constant
		       * words: all but TOS, total length and the checksum itself */
	__u8 dmac
		[6]; /* next hop when it was added, zero if unknown: used only where the kernel refuses */
	__u8 smac[6];  /* bpf_fib_lookup() since forwarding is off on the egress device */
	__u8 pad2[10]; /* 0 */
};
MC_ABI_SIZE(mc_vtep, 64);

/* ---- next_hops: ARRAY[vteps] by VTEP id, written by the datapath, zeroed with the VTEP ----
 * What bpf_fib_lookup() said, asked again after MC_NEXT_HOP_TTL_MS, so that a neighbour that moves
 * or fails over is followed with no process of ours alive. */
#define MC_NEXT_HOP_TTL_MS   1000
#define MC_NEXT_HOP_RETRY_MS 10 /* while there is no neighbour */

struct mc_next_hop {
	__u64 expires; /* CLOCK_MONOTONIC, nanoseconds; 0: never asked */
	__u8 dmac[6];
	__u16 mtu; /* of the path, bytes of outer IP packet; 0: unknown */
	__u8 smac[6];
	__u8 state; /* enum mc_next_hop_state */
	__u8 pad;   /* 0 */
};
MC_ABI_SIZE(mc_next_hop, 24);

enum mc_next_hop_state {
	MC_NEXT_HOP_UNKNOWN = 0,
	MC_NEXT_HOP_READY = 1,
	MC_NEXT_HOP_NO_NEIGHBOUR =
		2, /* a route, but no MAC yet: copies go by bpf_redirect_neigh() */
	MC_NEXT_HOP_UNREACHABLE = 3, /* no route */
	MC_NEXT_HOP_STATIC = 4,	     /* forwarding is off: dmac and smac of struct mc_vtep */
};

/* ---- vtep_ids: HASH, key struct mc_addr -> __u32 id, written by user space: who may send to us ---- */

/* ---- vtep_counters: PERCPU_ARRAY[vteps] by VTEP id, written by the datapath ---- */
struct mc_vtep_counters {
	__u64 tx_packets; /* copies handed to the underlay */
	__u64 tx_bytes;	  /* outer L2 length of these */
	__u64 tx_errors;
	__u64 rx_packets; /* taken from it */
	__u64 rx_bytes;	  /* outer L2 length of these */
};
MC_ABI_SIZE(mc_vtep_counters, 40);

/* ---- remotes: HASH_OF_MAPS, key mc_group_key -> ARRAY of struct mc_remote_line ----
 * The VTEPs that get a copy, eight a line. User space never edits one: it builds a new vector and
 * swaps it in, so that a change is seen old or new. Created with BPF_F_INNER_MAP. */
struct mc_remote {
	__u32 vtep;  /* VTEP id + 1; 0: the end */
	__u32 flags; /* 0; replication mode and source filter come here */
};
MC_ABI_SIZE(mc_remote, 8);

struct mc_remote_line {
	struct mc_remote slot[MC_LINE_SLOTS];
};
MC_ABI_SIZE(mc_remote_line, 64);

#define MC_REMOTE_LINES(n) (((n) + MC_LINE_SLOTS - 1) / MC_LINE_SLOTS)

/* ---- underlays: HASH, key __u32 ifindex, written by user space ---- */
enum mc_xdp_mode {
	MC_XDP_OFF = 0,
	MC_XDP_GENERIC = 1,
	MC_XDP_NATIVE = 2,
};

struct mc_underlay {
	struct mc_addr local; /* our VTEP address on it */
	__be16 vxlan_port;    /* as in mc_instance_info */
	__be16 geneve_port;
	__u8 attach;   /* enum mc_attach */
	__u8 xdp;      /* enum mc_xdp_mode */
	__u16 pad;     /* 0 */
	__u32 mtu;     /* of the device when it was added, bytes */
	__u32 pad2;    /* 0 */
	char name[16]; /* of the device when it was added, NUL-terminated */
};
MC_ABI_SIZE(mc_underlay, 48);
