/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Keys and values of the tables pinned under /sys/fs/bpf/bpfcast/INSTANCE/v1/, one section a table,
 * each headed by its map type and by who writes it. This is the contract between the datapath, the
 * CLI and any control-plane agent: fixed widths, no implicit padding, padding always zero.
 *
 * Byte order: addresses, MACs and UDP ports (__be16) are in network order, all else in host order.
 * Atomicity: a field that the datapath and user space both change is only ever changed by the
 * `control` program (struct mc_request), so that no bpf_map_update_elem() from user space can
 * overwrite what the datapath has just written.
 */
#pragma once

#include <bpfcast/addr.h>

#define MC_ABI_VERSION 1 /* the `v1` of the pin path: changes with any struct below */

#define MC_VNI_MAX 0xffffff /* 24 bits, RFC 7348 section 5 */

#define MC_ABI_SIZE(type, size) _Static_assert(sizeof(struct type) == (size), "ABI: size of " #type)
#define MC_ABI_OFFSET(type, field, offset)                                                         \
	_Static_assert(__builtin_offsetof(struct type, field) == (offset),                         \
		       "ABI: offset of " #type "." #field)

/* Largest number of entries for each table; the loader may set less or more at load. */
#define MC_DEFAULT_GROUPS  4096
#define MC_DEFAULT_MEMBERS 65536
#define MC_DEFAULT_SOURCES 65536
#define MC_DEFAULT_PORTS   4096
#define MC_DEFAULT_VTEPS   4096
#define MC_DEFAULT_VNIS	   4096
#define MC_UNDERLAY_MAX	   64
#define MC_EVENT_BYTES	   (1 << 20)

#define MC_DEFAULT_VXLAN_PORT  4789 /* RFC 7348 section 5 */
#define MC_DEFAULT_GENEVE_PORT 6081 /* RFC 8926 section 3.3 */
#define MC_DEFAULT_GROUP_SIZE  256  /* slots of a new group */
#define MC_GROUP_SIZE_MAX      65536

#define MC_DEFAULT_LIMIT_GROUPS	 4096  /* memberships of a port */
#define MC_DEFAULT_LIMIT_SOURCES 512   /* sources of a membership; a report of 1500 bytes has 366 */
#define MC_SOURCES_MAX		 1024  /* that a membership may have at most */
#define MC_DEFAULT_LIMIT_RATE	 20000 /* membership messages a second of a port */

/* ---- instance: ARRAY[1], written by the loader ---- */
struct mc_instance_info {
	__u32 abi;	    /* MC_ABI_VERSION */
	__u32 pad;	    /* 0 */
	__u64 netns_cookie; /* SO_NETNS_COOKIE of the namespace that the instance serves */
	__be16 vxlan_port;
	__be16 geneve_port;
	__u32 loads;	  /* how many times load has run to its end; 0: never yet */
	__u64 loaded_at;  /* CLOCK_BOOTTIME of the last, nanoseconds */
	char version[32]; /* of the program that loaded, NUL-terminated */
};
MC_ABI_SIZE(mc_instance_info, 64);

/* ---- ports: HASH, key __u32 ifindex, written by user space ---- */
enum mc_port_kind {
	MC_PORT_EDGE = 0,   /* one host behind it: tracked exactly, a leave acts at once */
	MC_PORT_SHARED = 1, /* a segment with several hosts */
	MC_PORT_UPLINK = 2, /* an external, routed network */
	MC_PORT_SYSTEM = 3, /* the host itself */
};

enum mc_port_flags {
	MC_PORT_F_PEER = 1 << 0, /* a veth whose peer is in another netns: redirect_peer works */
	MC_PORT_F_MAY_QUERY = 1 << 1,	 /* queries from here are not dropped */
	MC_PORT_F_CHECK_MAC = 1 << 2,	 /* a source MAC other than `mac` is dropped */
	MC_PORT_F_CHECK_SOURCE = 1 << 3, /* a source not in port_sources is dropped */
};

struct mc_port {
	__u32 vni;
	__u8 kind;	     /* enum mc_port_kind */
	__u8 attach;	     /* enum mc_attach, how the program hangs on the device */
	__u16 flags;	     /* enum mc_port_flags */
	__u32 limit_groups;  /* memberships that this port may hold */
	__u32 limit_sources; /* sources that a membership may have */
	__u32 limit_rate; /* membership messages a second, a second's worth at once; 0: no limit */
	__u32 mtu;	  /* of the device when the port was added, bytes; for `status` */
	__u16 vlan;	  /* 802.1Q tag that its packets must have; 0: none */
	__u8 mac[6];	  /* of the host behind the port, zero if not known */
	char name[16];	  /* of the device when the port was added, NUL-terminated */
};
MC_ABI_SIZE(mc_port, 48);

/* ---- port_sources: HASH, key mc_port_source -> __u32 0, written by user space: addresses that a
 * port with MC_PORT_F_CHECK_SOURCE may send from ---- */
struct mc_port_source {
	__u32 ifindex;
	struct mc_addr source;
};
MC_ABI_SIZE(mc_port_source, 20);

enum mc_attach {
	MC_ATTACH_NONE = 0,
	MC_ATTACH_TCX = 1,	   /* a pinned tcx link, kernel 6.6 and newer */
	MC_ATTACH_CLSACT = 2,	   /* a filter on a clsact qdisc that was there before us */
	MC_ATTACH_CLSACT_OURS = 3, /* ... on one that we created, so we remove it too */
};

#define MC_PORT_WORK 256 /* bytes */

/* ---- port_state: HASH, key __u32 ifindex, created by user space, written by the datapath ---- */
struct mc_port_state {
	__u32 lock; /* 0 free, 1 taken: who changes memberships of the port; see bpf/port_lock.h */
	__u32 groups;	 /* memberships held now */
	__u64 reports;	 /* membership messages accepted */
	__u64 joins;	 /* memberships added */
	__u64 leaves;	 /* memberships removed */
	__u64 refused;	 /* joins refused by a limit or a full table */
	__u64 tokens_at; /* CLOCK_MONOTONIC at which the token bucket was last full, nanoseconds */
	__u64 mark; /* number of the record last applied, to tell its sources from older ones */
	__u64 work[MC_PORT_WORK /
		   8]; /* of the datapath while it holds the lock; means nothing else */
};
MC_ABI_SIZE(mc_port_state, 56 + MC_PORT_WORK);

/* ---- vnis: HASH, key __u32 vni, written by user space: the VNIs that are ours ---- */
enum mc_unknown_policy {		      /* data to a group that nobody configured */
			 MC_UNKNOWN_HOST = 0, /* left to the host */
			 MC_UNKNOWN_DROP = 1,
			 MC_UNKNOWN_LEARN = 2, /* dropped until a join has created the group */
};

enum mc_link_local_policy {			    /* groups that are never pruned */
			    MC_LINK_LOCAL_HOST = 0, /* left to the host */
			    MC_LINK_LOCAL_FLOOD =
				    1, /* to all members of the VNI's flood group: all ports, all VTEPs */
};

struct mc_vni {
	__u8 unknown;		 /* enum mc_unknown_policy */
	__u8 link_local;	 /* enum mc_link_local_policy */
	__u8 pinned;		 /* 1: configured by an operator, kept though nothing uses it */
	__u8 pad;		 /* 0 */
	__u32 group_interval_ms; /* group membership interval, RFC 9776 section 8.4; 0: default */
	__u32 last_member_ms;	 /* last member query time, section 8.10; 0: default */
	__u32 older_host_ms;	 /* older host present interval, section 8.13; 0: default */
};
MC_ABI_SIZE(mc_vni, 16);

/* RFC 9776 section 8, in milliseconds */
#define MC_GROUP_INTERVAL_MS 260000
#define MC_LAST_MEMBER_MS    2000
#define MC_OLDER_HOST_MS     260000

/* ---- fanout: HASH_OF_MAPS, key mc_group_key -> ARRAY of struct mc_line ----
 * The vector of a group: line 0 its settings (user space), line 1 its state (datapath), the others
 * MC_LINE_SLOTS slots each, claimed and cleared by compare-and-swap in the datapath. A line is a
 * cache line. `size` slots need MC_FANOUT_LINES(size) lines; the map is created with
 * BPF_F_INNER_MAP so that it may differ. The group :: of a VNI is its flood group.
 */
struct mc_group_key {
	__u32 vni;
	struct mc_addr group;
};
MC_ABI_SIZE(mc_group_key, 20);

#define MC_LINE_SLOTS	    8
#define MC_FANOUT_HEADER    2 /* lines before the first slot */
#define MC_FANOUT_LINES(sz) (MC_FANOUT_HEADER + ((sz) + MC_LINE_SLOTS - 1) / MC_LINE_SLOTS)

enum mc_fanout_flags {
	MC_FANOUT_F_REMOTES = 1 << 0, /* `remotes` has an entry: set after it, cleared before it */
};

struct mc_fanout_config {
	__u32 id;	  /* index into group_keys and group_counters */
	__u32 size;	  /* slots */
	__u32 flags;	  /* enum mc_fanout_flags */
	__u32 generation; /* not 0; differs from that of any vector the group had before */
	__u32 zero; /* 0: where counters of a walk start, since a constant would be counted up by the
		      * verifier, one state an iteration, until it gives up */
	__u32 pad[11]; /* 0 */
};

struct mc_fanout_state {
	__u32 high;    /* slots from here on have never been used: the walk ends here */
	__u32 used;    /* slots claimed or about to be: never more than size */
	__u32 hint;    /* where to look for a free slot below high first */
	__u32 waiting; /* members without a slot since the vector was full */
	__u32 pad[12]; /* 0 */
};

enum mc_slot_flags {
	MC_SLOT_F_USED = 1u << 31,  /* a slot without it is free */
	MC_SLOT_F_PEER = 1u << 0,   /* see MC_PORT_F_PEER */
	MC_SLOT_F_FILTER = 1u << 1, /* a packet's source decides: look it up in `sources` */
	MC_SLOT_F_DENY = 1u << 2,   /* a source that is not there is not wanted (INCLUDE) */
	MC_SLOT_F_VLAN = 1u << 3,   /* copies need the port's tag */
};

/* One local member. Changed as one 64-bit word: always whole. */
union mc_slot {
	struct {
		__u32 ifindex;
		__u32 flags; /* enum mc_slot_flags */
	};
	__u64 word; /* 0: free */
};

struct mc_line {
	union {
		struct mc_fanout_config config; /* line 0 */
		struct mc_fanout_state state;	/* line 1 */
		union mc_slot slot[MC_LINE_SLOTS];
	};
};
MC_ABI_SIZE(mc_fanout_config, 64);
MC_ABI_SIZE(mc_fanout_state, 64);
MC_ABI_SIZE(mc_line, 64);

/* ---- group_keys: ARRAY[groups], written by user space: which group has which id ----
 * An entry whose group is not in `fanout` is a left-over of a run that was killed, and free. */
struct mc_group_id {
	struct mc_group_key key; /* all zero: free */
	__u32 pad;		 /* 0 */
};
MC_ABI_SIZE(mc_group_id, 24);

/* ---- group_counters: PERCPU_ARRAY[groups] by group id, written by the datapath ---- */
struct mc_group_counters {
	__u64 port_packets;	/* received from ports */
	__u64 port_bytes;	/* L2 length of these */
	__u64 underlay_packets; /* received from VTEPs */
	__u64 underlay_bytes;	/* inner L2 length of these */
	__u64 local_copies;	/* handed to local members */
	__u64 remote_copies;	/* handed to the underlay */
	__u64 errors;		/* copies that failed */
};
MC_ABI_SIZE(mc_group_counters, 56);

/* ---- members: HASH, key mc_member_key, written by the datapath's `control` and report paths ----
 * The arbiter of membership: whoever inserts the key has joined, and owns the slot it names. */
struct mc_member_key {
	__u32 vni;
	__u32 ifindex; /* of the port */
	struct mc_addr group;
};
MC_ABI_SIZE(mc_member_key, 24);

enum mc_origin {
	MC_ORIGIN_REPORT = 1 << 0,  /* the host behind the port, by IGMP or MLD */
	MC_ORIGIN_STATIC = 1 << 1,  /* an operator, by the CLI */
	MC_ORIGIN_CONTROL = 1 << 2, /* a control plane */
};
#define MC_ORIGIN_ALL (MC_ORIGIN_REPORT | MC_ORIGIN_STATIC | MC_ORIGIN_CONTROL)

#define MC_SLOT_NONE 0xffffffffu /* no slot: the group is not there yet, or its vector is full */

/*
 * A port's wish for a group. Kept whether or not the group has been added: a join that comes first is
 * a member without a slot, and gets one when the group comes.
 */
struct mc_member {
	__u32 slot;   /* index into the group's vector, or MC_SLOT_NONE */
	__u8 origins; /* enum mc_origin, at least one bit */
	__u8 exclude; /* those of them in filter mode EXCLUDE (RFC 9776 section 6.2.1) */
	__u8 version; /* of the last report: IGMP 1, 2, 3 or MLD 1, 2; 0 when no host reported */
	__u8 pad;     /* 0 */
	__u64 since;  /* CLOCK_MONOTONIC of the join, nanoseconds */
	__u64 last_report; /* CLOCK_MONOTONIC of the last report, nanoseconds; 0: none */
	__u64 errors;	   /* copies to this member that failed */
	__u64 expires;	   /* group timer, CLOCK_MONOTONIC nanoseconds; 0: not running (INCLUDE) */
	__u64 v1_until;	   /* IGMPv1 host present until; 0: none (RFC 9776 section 7.3.2) */
	__u64 v2_until;	   /* IGMPv2 or MLDv1 host present until; 0: none */
	struct mc_addr first; /* head of the list of its sources, zero: none */
	__u32 sources;	      /* length of that list */
	__u32 generation;     /* of the vector that `slot` is in, or that was full; 0: of none */
};
MC_ABI_SIZE(mc_member, 80);

/* ---- sources: HASH, key mc_source_key, written like members ----
 * A source that a membership names, wanted or not. Those of a membership are a list, so that a report
 * can tell which it did not name. The order of the keys' fields is that of struct mc_member_key. */
struct mc_source_key {
	struct mc_member_key member;
	struct mc_addr source;
};
MC_ABI_SIZE(mc_source_key, 40);

enum mc_source_state { /* what the host behind the port said (RFC 9776 section 6.2.3) */
		       MC_SOURCE_NONE = 0, /* nothing: there for other origins */
		       MC_SOURCE_REQUESTED =
			       1, /* wanted: INCLUDE, or the requested list of EXCLUDE */
		       MC_SOURCE_BLOCKED = 2, /* not wanted: the exclude list */
};

struct mc_source {
	struct mc_addr next; /* in the list, zero: the end */
	struct mc_addr prev; /* zero: the first */
	__u64 expires;	     /* source timer, CLOCK_MONOTONIC nanoseconds; 0: not running */
	__u8 state;	     /* enum mc_source_state */
	__u8 include;	     /* origins, but the host, that include it */
	__u8 exclude;	     /* same, that exclude it */
	__u8 pass;	     /* what follows from all this: 1 forward, 0 do not */
	__u32 pad;	     /* 0 */
	__u64 mark;	     /* mc_port_state.mark of the record that named it last */
};
MC_ABI_SIZE(mc_source, 56);

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

/* ---- counters: PERCPU_ARRAY by enum mc_reason, written by the datapath ---- */
struct mc_counter {
	__u64 packets;
	__u64 bytes;	  /* L2 length */
	__u64 next_event; /* CLOCK_MONOTONIC before which this CPU sends no event of it, ns */
};
MC_ABI_SIZE(mc_counter, 24);

/* ---- tails: PROG_ARRAY by enum mc_tail, written by the loader ---- */
enum mc_tail {
	MC_TAIL_MEMBERSHIP =
		0, /* port_membership: what port_ingress leaves membership messages to */
	MC_TAIL_COUNT = 1,
};

/* ---- the `control` program: BPF_PROG_RUN with a struct mc_request as packet ----
 * User space changes memberships only through it: the same code, lock and checks as a report.
 * The return value is 0 or a negative errno. */
enum mc_request_op {
	MC_OP_JOIN =
		1, /* put the origin in filter mode EXCLUDE with the sources given (none: all) */
	MC_OP_INCLUDE = 2, /* ... INCLUDE; with no sources it is a leave */
	MC_OP_LEAVE = 3,   /* take `origins` off the member, removing it with the last; ENOENT */
	MC_OP_PLACE = 4,   /* give a member without a slot one if the group is there; ENOENT */
};

struct mc_request {
	__u8 ethernet[14]; /* zero: BPF_PROG_RUN wants a frame */
	__u8 op;	   /* enum mc_request_op */
	__u8 origins;	   /* enum mc_origin bits; JOIN and INCLUDE: one, and not REPORT */
	struct mc_member_key key;
	__u32 sources; /* how many struct mc_addr follow; they replace those of the origin */
	__u32 pad;     /* 0 */
};
MC_ABI_SIZE(mc_request, 48);
MC_ABI_OFFSET(mc_request, key, 16);
