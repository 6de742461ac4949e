/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc ingress of a port: what a pod sends. Multicast of ours is consumed here: membership messages
 * go into the tables, data to the members of its group. All else passes untouched.
 */
#include <linux/bpf.h>
#include <linux/if_packet.h>

#include <bpfcast/mld.h>

#include "replicate.h"
#include "source_check.h"

/* One after the other: the stack is too short for both. */
union walks {
	struct fanout_walk local;
	struct remote_walk remote;
};

/* Copies to members here, the packet itself to the last unless @keep: what the program returns, or 0. */
static __always_inline int forward_local(struct fanout_walk *walk, struct __sk_buff *skb,
					 void *vector, const struct mc_fanout_config *config,
					 const struct facts *facts, int keep, struct tally *tally)
{
	int action;

	__builtin_memset(walk, 0, sizeof(*walk));
	fanout_start(walk, skb, vector, config, facts);
	walk->ingress = facts->ifindex;
	action = replicate_local(walk, keep);
	tally->local = walk->copies;
	tally->errors = walk->errors;
	tally->filtered = walk->filtered;
	return action;
}

/* Copies to other nodes: what the program returns, or 0. */
static __always_inline int forward_remote(struct remote_walk *walk, struct __sk_buff *skb,
					  const struct mc_frame *frame,
					  const struct mc_group_key *key, struct tally *tally)
{
	void *vector = bpf_map_lookup_elem(&remotes, key);
	int action;

	if (!vector)
		return 0;
	__builtin_memset(walk, 0, sizeof(*walk));
	walk->skb = skb;
	action = remote_send(walk, vector, frame, key->vni);
	tally->remote = walk->sending.copies;
	tally->errors += walk->sending.errors;
	tally->filtered += walk->targets.filtered;
	tally->reason = walk->sending.reason;
	return action;
}

/* Copies to members here and on other nodes: what it counts under; *@action as forward_local() has it. */
static __always_inline int forward(struct __sk_buff *skb, struct facts *facts, void *vector,
				   const struct mc_frame *frame, int *action)
{
	struct mc_fanout_config *config = vector_config(vector);
	struct mc_group_counters *count;
	struct tally tally = {};
	union walks walks;
	int has_remotes;

	if (!config)
		return MC_R_UNKNOWN_GROUP;
	has_remotes = config->flags & MC_FANOUT_F_REMOTES;
	*action = forward_local(&walks.local, skb, vector, config, facts, has_remotes, &tally);
	if (has_remotes)
		*action = forward_remote(&walks.remote, skb, frame, &facts->key, &tally);
	count = group_count(config);
	if (count) {
		count->port_packets++;
		count->port_bytes += facts->length;
		count->local_copies += tally.local;
		count->remote_copies += tally.remote;
		count->errors += tally.errors;
	}
	return tally_reason(&tally);
}

/*
 * Not inlined: its stack is free again when the copies are made, and what it writes is read in words
 * of the same width, or the processor would have to wait for each store.
 */
static __noinline int load_frame(struct __sk_buff *skb, struct facts *facts, struct mc_frame *frame)
{
	int reason = mc_frame_load(skb, 0, skb->len, skb->protocol, frame);

	if (reason)
		return reason;
	facts->source = frame->source;
	facts->key.group = frame->group;
	return 0;
}

static __noinline int is_mld(struct __sk_buff *skb, struct mc_frame *frame)
{
	return mc_mld_find(skb, frame);
}

/* Is it IGMP or MLD? 1 yes, 0 no, or minus a reason. */
static __always_inline int is_membership(struct __sk_buff *skb, struct mc_frame *frame)
{
	if (!frame->ipv6)
		return frame->protocol == IPPROTO_IGMP;
	if (frame->protocol == IPPROTO_UDP) /* nearly always: nothing to look through */
		return 0;
	return is_mld(skb, frame);
}

/* What the packet counts under; in *@action what the program returns, or 0 for what the reason says. */
static __always_inline int ip_input(struct __sk_buff *skb, struct mc_port *port,
				    struct facts *facts, int *action)
{
	struct mc_frame frame = {};
	void *vector;
	int reason = load_frame(skb, facts, &frame);

	if (reason)
		return reason;
	if (!mc_addr_is_multicast(&frame.group)) /* a broadcast, or unicast under a group's MAC */
		return MC_R_NOT_OURS;
	reason = is_membership(skb, &frame);
	if (reason < 0)
		return -reason;
	if (reason) {
		bpf_tail_call(skb, &tails, MC_TAIL_MEMBERSHIP);
		return MC_R_PORT_BUSY; /* not reached: the loader fills `tails` */
	}
	vector = find_vector(&facts->key, &reason);
	if (!vector)
		return reason;
	reason = mc_frame_check_data(&frame) ?: check_data_source(port, facts->ifindex, &frame);
	if (reason)
		return reason;
	if (port->kind == MC_PORT_UPLINK && change_ttl(skb, frame.ipv6, -1))
		return MC_R_TTL;
	return forward(skb, facts, vector, &frame, action);
}

/* 0 or a reason: a port has no tag, or exactly the one that it was added with. */
static __always_inline int check_vlan(const struct __sk_buff *skb, const struct mc_port *port)
{
	__u16 vlan = skb->vlan_present ? skb->vlan_tci & 0xfff : 0;

	if (skb->protocol == MC_BE16(ETH_P_8021Q) || skb->protocol == MC_BE16(ETH_P_8021AD))
		return MC_R_VLAN; /* a second tag, behind the one that the kernel has taken off */
	if (skb->protocol != MC_BE16(ETH_P_IP) && skb->protocol != MC_BE16(ETH_P_IPV6))
		return MC_R_NOT_OURS;
	return vlan == port->vlan ? 0 : MC_R_VLAN;
}

SEC("tc")
int port_ingress(struct __sk_buff *skb)
{
	struct facts facts = {};
	struct mc_port *port;
	int reason, verdict, action = 0;

	if (skb->pkt_type != PACKET_MULTICAST)
		return MC_TC_PASS;
	facts.ifindex = skb->ifindex;
	port = bpf_map_lookup_elem(&ports, &facts.ifindex);
	if (!port)
		return MC_TC_PASS;
	facts.length = skb->len;
	facts.key.vni = port->vni;
	reason = check_vlan(skb, port);
	if (reason == MC_R_NOT_OURS)
		return MC_TC_PASS;
	if (!reason) {
		if (port->vlan)
			bpf_skb_vlan_pop(skb); /* copies get the tag of the port they go to */
		reason = ip_input(skb, port, &facts, &action);
	}
	verdict = finish(&facts, reason);
	return action ?: verdict;
}

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";
