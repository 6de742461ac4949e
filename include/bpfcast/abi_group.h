/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tables of groups, their local members and the sources that these want: see abi.h. */
#pragma once

#include <bpfcast/abi_common.h>

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
	MC_FANOUT_F_LEARNED =
		1 << 1, /* made by a join: the agent deletes it with its last member */
	MC_FANOUT_F_SETTLING = 1 << 2, /* a copy of a smaller vector: slots may be those of members
					* that do not know of it yet, or of none */
};

struct mc_fanout_config {
	__u32 id;	  /* index into group_keys and group_counters */
	__u32 size;	  /* slots */
	__u32 flags;	  /* enum mc_fanout_flags */
	__u32 generation; /* not 0; differs from that of any vector the group had before */
	__u64 zero; /* 0: where counters of a walk start, since a constant would be counted up by the
		     * verifier, one state an iteration, until it gives up; as wide as a slot's word,
		     * or it knows the upper half and drops the branches on it */
	__u32 pad[10]; /* 0 */
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
	MC_SLOT_F_UPLINK = 1u << 4, /* MC_PORT_UPLINK: routed, and external to a replication mode */
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
