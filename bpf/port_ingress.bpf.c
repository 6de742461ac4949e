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

struct remote_result {
	__u32 copies;
	__u32 errors;
	__u32 reason; /* of the last error */
};

/*
 * Copies to other nodes: what the program returns, or 0. A function of its own, so that a packet without
 * remote members neither clears nor carries the outer frame.
 */
static __noinline int forward_remote(struct __sk_buff *skb, const struct mc_frame *frame,
				     const struct mc_group_key *key, struct remote_result *result)
{
	struct remote_walk walk = {};
	int action;

	walk.skb = skb;
	walk.vector = bpf_map_lookup_elem(&remotes, key);
	if (!walk.vector)
		return 0;
	/* zeros that the verifier does not know: see fanout_start() */
	walk.ready = result->copies;
	walk.unresolved = result->copies;
	walk.reason = result->copies;
	walk.copies = result->copies;
	walk.errors = result->errors;
	action = remote_send(&walk, frame, key->vni);
	result->copies = walk.copies;
	result->errors = walk.errors;
	result->reason = walk.reason;
	return action;
}

/* Copies to members here and on other nodes: what the program returns. */
static __always_inline int forward(struct __sk_buff *skb, struct facts *facts, void *vector,
				   const struct mc_frame *frame)
{
	struct mc_fanout_config *config = vector_config(vector);
	struct fanout_walk local = {};
	struct remote_result remote = {};
	struct mc_group_counters *count;
	int has_remotes, action;

	if (!config)
		return finish(facts, MC_R_UNKNOWN_GROUP);
	has_remotes = config->flags & MC_FANOUT_F_REMOTES;
	fanout_start(&local, skb, vector, config, facts);
	local.ingress = facts->ifindex;
	action = replicate_local(&local, has_remotes);
	if (has_remotes) {
		remote.copies = config->zero;
		remote.errors = config->zero;
		action = forward_remote(skb, frame, &facts->key, &remote);
	}
	count = group_count(config);
	if (count) {
		count->port_packets++;
		count->port_bytes += facts->length;
		count->local_copies += local.copies;
		count->remote_copies += remote.copies;
		count->errors += local.errors + remote.errors;
	}
	account(facts,
		replication_reason(local.copies + remote.copies, local.errors + remote.errors,
				   local.filtered, remote.reason));
	return action ?: MC_TC_DROP;
}

/* Functions of their own, for their stack is free again when the copies are made. */
static __noinline int load_frame(struct __sk_buff *skb, struct mc_frame *frame)
{
	return mc_frame_load(skb, 0, skb->len, skb->protocol, frame);
}

/* Is it IGMP or MLD? 1 yes, 0 no, or minus a reason. */
static __noinline int is_membership(struct __sk_buff *skb, struct mc_frame *frame)
{
	if (!frame->ipv6)
		return frame->protocol == IPPROTO_IGMP;
	if (frame->protocol == IPPROTO_UDP) /* nearly always: nothing to look through */
		return 0;
	return mc_mld_find(skb, frame);
}

static __always_inline int ip_input(struct __sk_buff *skb, struct mc_port *port,
				    struct facts *facts)
{
	struct mc_frame frame = {};
	void *vector;
	int reason = load_frame(skb, &frame);

	if (reason)
		return finish(facts, reason);
	facts->source = frame.source;
	facts->key.group = frame.group;
	if (!mc_addr_is_multicast(&frame.group)) /* a broadcast, or unicast under a group's MAC */
		return finish(facts, MC_R_NOT_OURS);
	reason = is_membership(skb, &frame);
	if (reason < 0)
		return finish(facts, -reason);
	if (reason) {
		bpf_tail_call(skb, &tails, MC_TAIL_MEMBERSHIP);
		return finish(facts, MC_R_PORT_BUSY); /* not reached: the loader fills `tails` */
	}
	vector = find_vector(&facts->key, &reason);
	if (!vector)
		return finish(facts, reason);
	reason = mc_frame_check_data(&frame) ?: check_data_source(port, facts->ifindex, &frame);
	if (reason)
		return finish(facts, reason);
	return forward(skb, facts, vector, &frame);
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
	int reason;

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
	if (reason)
		return finish(&facts, reason);
	if (port->vlan)
		bpf_skb_vlan_pop(skb); /* copies get the tag of the port they go to */
	return ip_input(skb, port, &facts);
}

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";
