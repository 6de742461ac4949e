/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc ingress of a port: what a pod sends. Multicast of ours is consumed here: membership messages
 * go into the tables, data to the members of its group. All else passes untouched.
 */
#include <linux/bpf.h>
#include <linux/if_packet.h>

#include "igmp_input.h"
#include "replicate.h"

/* Copies to members here and on other nodes: what the program returns. */
static __always_inline int forward(struct __sk_buff *skb, struct facts *facts, void *vector,
				   const struct mc_headers *h)
{
	struct mc_fanout_config *config = vector_config(vector);
	struct fanout_walk local = {};
	struct remote_walk remote = {};
	struct mc_group_counters *count;
	int action;

	if (!config)
		return finish(facts, MC_R_UNKNOWN_GROUP);
	fanout_start(&local, skb, vector, config, facts);
	local.ingress = facts->ifindex;
	remote.skb = skb;
	remote.copies = config->zero;
	remote.errors = config->zero;
	if (config->flags & MC_FANOUT_F_REMOTES)
		remote.vector = bpf_map_lookup_elem(&remotes, &facts->key);
	action = replicate_local(&local, !!remote.vector);
	if (remote.vector)
		action = remote_send(&remote, h, facts->key.vni);

	count = group_count(config);
	if (count) {
		count->port_packets++;
		count->port_bytes += facts->length;
		count->local_copies += local.copies;
		count->remote_copies += remote.copies;
		count->errors += local.errors + remote.errors;
	}
	account(facts, replication_reason(local.copies + remote.copies,
					  local.errors + remote.errors, remote.reason));
	return action ?: MC_TC_DROP;
}

static __always_inline int ipv4_input(struct __sk_buff *skb, struct mc_port *port,
				      struct facts *facts)
{
	struct mc_headers h;
	void *vector;
	int reason = mc_ipv4_load(skb, 0, facts->length, &h);

	if (reason)
		return finish(facts, reason);
	facts->saddr = h.ip.saddr;
	facts->key.group = mc_addr_v4(h.ip.daddr);
	if (!mc_v4_is_multicast(h.ip.daddr)) /* a broadcast, or unicast under a group's MAC */
		return finish(facts, MC_R_NOT_OURS);
	if (h.ip.protocol == IPPROTO_IGMP) {
		reason = mc_ipv4_group_mac_matches(&h) ? igmp_input(skb, port, &h) :
							 MC_R_WRONG_MAC;
		return finish(facts, reason);
	}
	if (mc_v4_is_link_local_group(h.ip.daddr))
		return finish(facts, MC_R_LINK_LOCAL);
	vector = bpf_map_lookup_elem(&fanout, &facts->key);
	if (!vector)
		return finish(facts, MC_R_UNKNOWN_GROUP);
	reason = mc_ipv4_check_data(&h);
	if (reason)
		return finish(facts, reason);
	return forward(skb, facts, vector, &h);
}

SEC("tc")
int port_ingress(struct __sk_buff *skb)
{
	struct facts facts = {};
	struct mc_port *port;
	__u16 protocol;

	if (skb->pkt_type != PACKET_MULTICAST)
		return MC_TC_PASS;
	facts.ifindex = skb->ifindex;
	port = bpf_map_lookup_elem(&ports, &facts.ifindex);
	if (!port)
		return MC_TC_PASS;
	facts.length = skb->len;
	facts.key.vni = port->vni;
	protocol = skb->protocol;
	if (protocol == MC_BE16(ETH_P_8021Q) || protocol == MC_BE16(ETH_P_8021AD))
		return finish(&facts, MC_R_VLAN);
	if (protocol != MC_BE16(ETH_P_IP))
		return MC_TC_PASS;
	if (skb->vlan_present)
		return finish(&facts, MC_R_VLAN);
	return ipv4_input(skb, port, &facts);
}

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";
