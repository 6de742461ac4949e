/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Tables of ports and of the tenants that they are in: see abi.h. */
#pragma once

#include <bpfcast/abi_common.h>

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

enum mc_vni_derived { /* intervals that an agent has set, for want of an operator's */
		      MC_VNI_D_GROUP_INTERVAL = 1 << 0,
		      MC_VNI_D_LAST_MEMBER = 1 << 1,
		      MC_VNI_D_OLDER_HOST = 1 << 2,
};

struct mc_vni {
	__u8 unknown;		 /* enum mc_unknown_policy */
	__u8 link_local;	 /* enum mc_link_local_policy */
	__u8 pinned;		 /* 1: configured by an operator, kept though nothing uses it */
	__u8 derived;		 /* enum mc_vni_derived */
	__u32 group_interval_ms; /* group membership interval, RFC 9776 section 8.4; 0: default */
	__u32 last_member_ms;	 /* last member query time, section 8.10; 0: default */
	__u32 older_host_ms;	 /* older host present interval, section 8.13; 0: default */
	__u32 storm_rate;	 /* packets a second that a VTEP may send to the VNI; 0: no limit */
};
MC_ABI_SIZE(mc_vni, 20);

#define MC_STORM_RATE_MAX 100000000 /* of a second's nanoseconds each packet takes 10 */

/* RFC 9776 section 8, in milliseconds */
#define MC_GROUP_INTERVAL_MS 260000
#define MC_LAST_MEMBER_MS    2000
#define MC_OLDER_HOST_MS     260000
