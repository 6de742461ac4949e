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

#include <bpfcast/abi_common.h>
#include <bpfcast/abi_group.h>
#include <bpfcast/abi_port.h>
#include <bpfcast/abi_underlay.h>

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
	__u32 fleet_vni;  /* of copies that replicators send on */
	__u32 pad2;	  /* 0 */
};
MC_ABI_SIZE(mc_instance_info, 72);

/* ---- counters: PERCPU_ARRAY by enum mc_reason, written by the datapath ---- */
struct mc_counter {
	__u64 packets;
	__u64 bytes;	  /* L2 length */
	__u64 next_event; /* CLOCK_MONOTONIC before which this CPU sends no event of it, ns */
	__u64 tick;	  /* jiffies at which this CPU last compared that with the clock */
};
MC_ABI_SIZE(mc_counter, 32);

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
	MC_OP_EXPIRE =
		5, /* end what a host's report has been too long ago for (RFC 9776 section 6.5), by
			    * the timers as they are now; ENOENT */
	MC_OP_VACATE = 6, /* free `slot` of the group's vector unless it is the member's; ENOENT */
	MC_OP_RELINK =
		7, /* make the sources given, where there are entries for them, the member's list; ENOENT */
};

struct mc_request {
	__u8 ethernet[14]; /* zero: BPF_PROG_RUN wants a frame */
	__u8 op;	   /* enum mc_request_op */
	__u8 origins;	   /* enum mc_origin bits; JOIN and INCLUDE: one, and not REPORT */
	struct mc_member_key key;
	__u32 sources; /* how many struct mc_addr follow; but for RELINK they replace those of the origin */
	__u32 slot; /* VACATE; else 0 */
};
MC_ABI_SIZE(mc_request, 48);
MC_ABI_OFFSET(mc_request, key, 16);
