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

#define MC_VNI_OF_PACKET 0xffffffffu /* in `vni`: that of the group sent to */

enum mc_vtep_flags {
	MC_VTEP_F_GROUP = 1 << 0, /* `remote` is an underlay group: no VTEP, may not send to us */
	MC_VTEP_F_DEV = 1 << 1,	  /* by `ifindex` alone; else by the device that the routes say */
};

/* Where a copy goes, and all of its outer headers that is the same for each packet. */
struct mc_vtep {
	struct mc_addr remote; /* outer destination */
	struct mc_addr local;  /* outer source, of the same family */
	struct mc_addr
		via;   /* whose next hop is taken: `remote`, unless that is an underlay group */
	__u32 ifindex; /* egress device, an underlay, when it was added */
	__be16 port;   /* outer UDP destination port */
	__u8 encap;    /* enum mc_encap */
	__u8 flags;    /* enum mc_vtep_flags */
	__be32 tunnel; /* first word of the VXLAN or Geneve header */
	__u32 vni;     /* on the wire, or MC_VNI_OF_PACKET */
	__u16 ip_sum; /* ones' complement sum, as read in host order, of the outer IPv4 header's constant
		       * words: all but TOS, total length and the checksum itself; IPv6: 0 */
	__u8 dmac
		[6]; /* next hop when it was added, zero if unknown: used only where the kernel refuses */
	__u8 smac[6]; /* bpf_fib_lookup() since forwarding is off on the device */
	__u8 pad[18]; /* 0 */
};
MC_ABI_SIZE(mc_vtep, 96);

/* ---- next_hops: ARRAY[vteps] by VTEP id, written by the datapath, zeroed with the VTEP ----
 * What bpf_fib_lookup() said, asked again after MC_NEXT_HOP_TTL_MS, so that a neighbour that moves
 * or fails over, or a route by another underlay, is followed with no process of ours alive. */
#define MC_NEXT_HOP_TTL_MS   1000
#define MC_NEXT_HOP_RETRY_MS 10 /* while there is no neighbour */

struct mc_next_hop {
	__u64 expires; /* CLOCK_MONOTONIC, nanoseconds; 0: never asked */
	__u8 dmac[6];
	__u16 mtu; /* of the path, bytes of outer IP packet; 0: unknown */
	__u8 smac[6];
	__u8 state;    /* enum mc_next_hop_state */
	__u8 pad;      /* 0 */
	__u32 ifindex; /* egress device, an underlay */
	__u32 tick; /* the kernel's jiffies, low word, when `expires` was last looked at; 0: never */
};
MC_ABI_SIZE(mc_next_hop, 32);

enum mc_next_hop_state {
	MC_NEXT_HOP_UNKNOWN = 0,
	MC_NEXT_HOP_READY =
		1, /* also where the device has no MACs, or the MAC is an underlay group's */
	MC_NEXT_HOP_NO_NEIGHBOUR =
		2, /* a route, but no MAC yet: copies go by bpf_redirect_neigh() */
	MC_NEXT_HOP_UNREACHABLE = 3, /* no route, or none by an underlay */
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

/* ---- storms: HASH, key mc_storm_key, written by the datapath; deleted by user space with the VTEP or
 * the limit of the VNI: what a VTEP has sent to a VNI that has a limit (mc_vni.storm_rate). Who
 * has no entry while the table is full sends too much. ---- */
struct mc_storm_key {
	__u32 vni;
	__u32 vtep; /* VTEP id */
};
MC_ABI_SIZE(mc_storm_key, 8);

struct mc_storm {
	__u64 tokens_at; /* CLOCK_MONOTONIC at which the token bucket was last full, nanoseconds */
	__u64 dropped;	 /* packets above the limit */
};
MC_ABI_SIZE(mc_storm, 16);

/* ---- remotes: HASH_OF_MAPS, key mc_group_key -> ARRAY of struct mc_remote_line ----
 * Where the copies of a group go: its remote members, and what `m2p` and `forwarding` make of it. A
 * vector: line 0 says what follows, then the slots, sorted by form, then the sources of all filters.
 * User space never edits one: it builds a new vector and swaps it in, so that a change is seen old or
 * new, filters included. Created with BPF_F_INNER_MAP.
 */
enum mc_form {			      /* of outer headers, the longest first */
	       MC_FORM_V6_TAGGED = 0, /* IPv6, Geneve with the Multicast option */
	       MC_FORM_V6 = 1,
	       MC_FORM_V4 = 2,
};

enum mc_mode { /* replication mode: the top two bits of the Multicast option's body */
	       MC_MODE_EXTERNAL = 0,
	       MC_MODE_UNDERLAY = 1,
	       MC_MODE_BOTH = 2,
	       MC_MODE_RESERVED = 3,
};

enum mc_remote_flags {
	MC_REMOTE_F_FILTER = 1 << 0, /* a packet's source decides: look for it in the sources */
	MC_REMOTE_F_DENY = 1 << 1,   /* a source that is not there is not wanted (INCLUDE) */
	MC_REMOTE_F_M2P = 1 << 2,    /* follows from `m2p`: no member that anybody added */
	MC_REMOTE_F_EQUAL = 1 << 3,  /* one of several, of which a flow takes one (struct header) */
};

struct mc_remote {
	__u32 vtep;    /* VTEP id */
	__u8 flags;    /* enum mc_remote_flags */
	__u8 form;     /* enum mc_form */
	__u8 mode;     /* enum mc_mode, of the form MC_FORM_V6_TAGGED */
	__u8 pad;      /* 0 */
	__u32 first;   /* its sources are those from here, ascending as memcmp() has it */
	__u32 sources; /* how many; 0 with INCLUDE: wants nothing */
};
MC_ABI_SIZE(mc_remote, 16);

#define MC_REMOTE_LINE_SLOTS 4 /* slots or sources a line */

struct mc_remotes_head {
	__u32 count;  /* slots, from line 1 on */
	__u32 equals; /* how many of them have MC_REMOTE_F_EQUAL; they come one after another */
	__u32 first_equal; /* number of the first */
	__u32 sources;	   /* line where the sources begin */
	__u64 zero;	   /* 0, see struct mc_fanout_config */
	__u32 pad[10];	   /* 0 */
};

struct mc_remote_line {
	union {
		struct mc_remotes_head head; /* line 0 */
		struct mc_remote slot[MC_REMOTE_LINE_SLOTS];
		struct mc_addr source[MC_REMOTE_LINE_SLOTS];
	};
};
MC_ABI_SIZE(mc_remotes_head, 64);
MC_ABI_SIZE(mc_remote_line, 64);

#define MC_REMOTE_LINES(n) (((n) + MC_REMOTE_LINE_SLOTS - 1) / MC_REMOTE_LINE_SLOTS)

/* ---- forwarding: HASH_OF_MAPS, key struct mc_addr, an underlay group -> vector as in `remotes` ----
 * The next hops of an underlay group, all of form MC_FORM_V6_TAGGED. Written by user space. What is
 * sent from here follows `remotes`, made from this; a replicator sends on what came to the group.
 */

/* ---- m2p: HASH, key mc_group_key -> struct mc_m2p, written by user space: overlay group to underlay
 * group. Sent by the next hops of the group in `forwarding`, or untagged out of one device. ---- */
struct mc_m2p {
	struct mc_addr underlay; /* ff04::/16 */
	__u32 ifindex; /* send one copy, untagged, out of this underlay; 0: as `forwarding` says */
	__u8 encap;    /* enum mc_encap of that copy */
	__u8 pad[3];   /* 0 */
};
MC_ABI_SIZE(mc_m2p, 24);

/* ---- underlay_groups: HASH, written by user space: what `m2p` says, the other way ----
 * A packet to the underlay group that carries the group is the VNI's, whether its header has that VNI
 * or the fleet's. No two VNIs have the same key: tenants would mix. */
struct mc_underlay_group {
	struct mc_addr underlay;
	struct mc_addr group;
};
MC_ABI_SIZE(mc_underlay_group, 32);

struct mc_underlay_vni {
	__u32 vni;
	__u32 pad; /* 0 */
};
MC_ABI_SIZE(mc_underlay_vni, 8);

#define MC_DEFAULT_FLEET_VNI 77 /* what copies sent by `forwarding` have for a VNI */

/* ---- underlays: ARRAY[MC_UNDERLAY_MAX], written by user space ----
 * A device is at ifindex modulo the size, or where that is taken at the next free place of the
 * MC_UNDERLAY_PLACES from there: every packet from the underlay asks for it, and an array answers in a
 * tenth of the time of a hash. */
#define MC_UNDERLAY_PLACES 8

enum mc_xdp_mode {
	MC_XDP_OFF = 0,
	MC_XDP_GENERIC = 1,
	MC_XDP_NATIVE = 2,
};

enum mc_underlay_flags {
	MC_UNDERLAY_F_NO_MAC = 1 << 0,	  /* no link layer: WireGuard, tun */
	MC_UNDERLAY_F_REPLICATE = 1 << 1, /* what comes in to an underlay group is sent on */
	MC_UNDERLAY_F_CUT = 1 << 2,	  /* super-frames are cut before it: offload is off */
};

struct mc_underlay {
	struct mc_addr local;  /* our IPv4 VTEP address on it, zero: none */
	struct mc_addr local6; /* our IPv6 VTEP address on it, zero: none */
	__be16 vxlan_port;     /* as in mc_instance_info */
	__be16 geneve_port;
	__u8 attach;	 /* enum mc_attach */
	__u8 xdp;	 /* enum mc_xdp_mode */
	__u16 flags;	 /* enum mc_underlay_flags */
	__u32 mtu;	 /* of the device when it was added, bytes */
	__u32 fleet_vni; /* as in mc_instance_info */
	char name[16];	 /* of the device when it was added, NUL-terminated */
	__u8 mac[6];	 /* of the device when it was added, zero if it has none */
	__u8 pad[2];	 /* 0 */
	__u32 ifindex;	 /* 0: the place is free */
	__u32 pad2;	 /* 0 */
};
MC_ABI_SIZE(mc_underlay, 80);
