/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fact: one thing that a node's tables hold, or shall hold. What is wanted, what is there and the
 * difference between the two are made of the same facts (state.h).
 */
#pragma once

#include <stdbool.h>
#include <bpfcast/abi.h>

/* In the order in which they can be made: each needs only those before it. */
enum fact_kind {
	FACT_VNI,
	FACT_UNDERLAY,
	FACT_PORT,
	FACT_VTEP,
	FACT_FORWARDING,
	FACT_M2P,
	FACT_GROUP,
	FACT_REMOTES,
	FACT_MEMBER,
	FACT_KINDS
};

#define FACT_DEV_SIZE 16 /* IFNAMSIZ */

/* What a kind does not use is zero. Devices go by name: an index may come to mean another device. */
struct fact_key {
	__u32 kind;		 /* enum fact_kind */
	__u32 vni;		 /* VNI, M2P, group, remotes, member */
	struct mc_addr addr;	 /* group; VTEP: its address; forwarding: underlay group */
	char dev[FACT_DEV_SIZE]; /* underlay, port, member: zero-padded */
};

enum { FACT_ANY = 0xff };	  /* of a choice: whatever there is */
#define FACT_ANY_RATE 0xffffffffu /* of a rate */

/* Intervals follow the querier in force, so they are not wanted: vnis.c. */
struct fact_vni {
	__u8 unknown;	  /* enum mc_unknown_policy, or FACT_ANY */
	__u8 link_local;  /* enum mc_link_local_policy, or FACT_ANY */
	__u32 storm_rate; /* packets a second of a VTEP, 0: no limit; or FACT_ANY_RATE */
};

struct fact_underlay {
	struct mc_addr local; /* zero: any */
	__u8 xdp;	      /* enum mc_xdp_mode, or FACT_ANY */
};

struct fact_port {
	__u32 vni;
	__u8 kind; /* enum mc_port_kind */
	bool may_query;
	bool check_mac;
	__u8 mac[6]; /* with check_mac */
	__u16 vlan;  /* 0: untagged */
	__u32 limit_groups;
	__u32 limit_sources;
	__u32 limit_rate; /* 0: none */
};

struct fact_vtep {
	struct mc_addr source;	 /* zero: any */
	char dev[FACT_DEV_SIZE]; /* "": any */
	__u16 port;		 /* UDP, host order; 0: any */
	__u8 encap;		 /* enum mc_encap */
};

/* A next hop of an underlay group, and the sources that are sent to it. */
struct fact_hop {
	struct mc_addr via;
	__u8 mode; /* enum mc_mode */
	bool include;
	__u32 count; /* of the fact's addresses: those of the first hop come first */
};

struct fact_forwarding {
	struct fact_hop *hops; /* ascending by `via`; malloc, owned */
	__u32 count;
	bool choose_one; /* each flow takes one hop for a target, else every hop */
};

struct fact_m2p {
	struct mc_addr underlay;
	char dev[FACT_DEV_SIZE]; /* "": by the hops of the underlay group */
	__u8 encap;		 /* enum mc_encap of what goes out of the device */
};

struct fact_group {
	__u32 size; /* slots to begin with; 0: the default */
};

struct fact_member {
	bool include;
};

enum fact_change {
	FACT_SAME, /* in a difference: not there */
	FACT_ADD,
	FACT_REPLACE,
	FACT_REMOVE,
};

struct fact {
	struct fact_key key;
	union {
		struct fact_vni vni;
		struct fact_underlay underlay;
		struct fact_port port;
		struct fact_vtep vtep;
		struct fact_forwarding forwarding;
		struct fact_m2p m2p;
		struct fact_group group;
		struct fact_member member;
	};
	struct mc_addr *addrs; /* ascending: of a port, a hop, remotes, a member; malloc, owned */
	__u32 count;
	__u8 change;   /* of a difference: enum fact_change */
	bool ours;     /* observed: put there by us, so it goes when nobody wants it */
	bool damaged;  /* observed: not as it was put there, whatever its settings say */
	__u32 ifindex; /* observed: of the device, as the tables have it */
};

/* Order of the kinds, then of the other fields. */
int fact_key_compare(const struct fact_key *a, const struct fact_key *b);

/* "port 'veth1'", "member 'veth1' of group 239.1.1.1 vni 77" ...; @buf has FACT_TEXT bytes. */
#define FACT_TEXT 112
const char *fact_key_format(const struct fact_key *key, char *buf);

/* Does what is there serve for what is wanted? What @wanted leaves open, anything serves for. */
bool fact_serves(const struct fact *is, const struct fact *wanted);

/* Same settings, open ones included. */
bool fact_equal(const struct fact *a, const struct fact *b);

/* Makes @to a copy of @from. -ENOMEM, @to untouched. */
int fact_copy(struct fact *to, const struct fact *from);
void fact_free(struct fact *fact);

/* Appends a copy of @hop to those of a forwarding entry, with its @sources, which it sorts. -ENOMEM. */
int fact_add_hop(struct fact *fact, const struct fact_hop *hop, const struct mc_addr *sources);

/* Puts the addresses in order; those of hops are. */
void fact_sort_addrs(struct fact *fact);

/* A key by its parts. */
struct fact_key fact_key_vni(__u32 vni);
struct fact_key fact_key_dev(enum fact_kind kind, const char *dev);
struct fact_key fact_key_vtep(const struct mc_addr *remote);
struct fact_key fact_key_forwarding(const struct mc_addr *underlay);
struct fact_key fact_key_group(enum fact_kind kind, __u32 vni, const struct mc_addr *group);
struct fact_key fact_key_member(__u32 vni, const struct mc_addr *group, const char *port);

/* What an entry of `ports` says, without its addresses. */
struct fact fact_of_port(const struct mc_port *port);
