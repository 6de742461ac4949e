/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc ingress of an underlay device: what other nodes send. A leaf: a packet from the underlay goes to
 * local members only, never back. What is not ours goes on to the host's own tunnel devices.
 */
#include <linux/bpf.h>
#include <linux/if_packet.h>

#include <bpfcast/mld.h>

#include "outer.h"
#include "replicate.h"

static __always_inline void count_vtep_rx(__u32 id, __u32 length)
{
	struct mc_vtep_counters *counter = bpf_map_lookup_elem(&vtep_counters, &id);

	if (!counter)
		return;
	counter->rx_packets++;
	counter->rx_bytes += length;
}

/* Is the inner frame, IP to a group's MAC, data that we carry? 0 or a reason. */
static __always_inline int inner_check(struct __sk_buff *skb, const struct mc_outer *outer,
				       struct facts *facts, struct mc_frame *frame)
{
	__be16 ethertype;
	int reason;

	if (mc_load(skb, outer->inner + 12, &ethertype, sizeof(ethertype)))
		return MC_R_MALFORMED;
	reason = mc_frame_load(skb, outer->inner, outer->end, ethertype, frame);
	if (reason)
		return reason;
	facts->source = frame->source;
	facts->key.group = frame->group;
	if (!mc_addr_is_multicast(&frame->group))
		return MC_R_NOT_OURS;
	if (frame->ipv6 && frame->protocol != IPPROTO_UDP) {
		reason = mc_mld_find(skb, frame);
		if (reason)
			return reason < 0 ? -reason : MC_R_INNER_MEMBERSHIP;
	} else if (!frame->ipv6 && frame->protocol == IPPROTO_IGMP) {
		return MC_R_INNER_MEMBERSHIP; /* a membership belongs to a port */
	}
	return mc_frame_check_data(frame);
}

#ifndef BPF_F_ADJ_ROOM_DECAP_L3_IPV6 /* kernel 6.3 */
#define BPF_F_ADJ_ROOM_DECAP_L3_IPV6 (1ULL << 8)
#endif

/*
 * Takes @offset bytes of outer headers off. Where no driver sets skb->protocol anew the kernel goes by
 * it, so IPv6 in IPv4 needs a flag; without it (*@no_peer) a driver must come between.
 */
static __always_inline long shrink(struct __sk_buff *skb, __u32 offset, int ipv6, __u32 *no_peer)
{
	__u64 flags = BPF_F_ADJ_ROOM_FIXED_GSO;

	if (!ipv6)
		return bpf_skb_adjust_room(skb, -(__s32)offset, BPF_ADJ_ROOM_MAC, flags);
	if (!bpf_skb_adjust_room(skb, -(__s32)offset, BPF_ADJ_ROOM_MAC,
				 flags | BPF_F_ADJ_ROOM_DECAP_L3_IPV6))
		return 0;
	*no_peer = 1;
	return bpf_skb_adjust_room(skb, -(__s32)offset, BPF_ADJ_ROOM_MAC, flags);
}

/* The packet is the inner frame afterwards. 0 or a reason. */
static __always_inline int decapsulate(struct __sk_buff *skb, const struct mc_outer *outer,
				       const struct mc_frame *frame, __u32 *no_peer)
{
	if (skb->len > outer->end && bpf_skb_change_tail(skb, outer->end, 0)) /* padding */
		return MC_R_NO_ROOM;
	if (shrink(skb, outer->inner, frame->ipv6, no_peer) ||
	    bpf_skb_store_bytes(skb, 0, &frame->eth, ETH_HLEN, 0) ||
	    bpf_skb_change_type(skb, PACKET_MULTICAST))
		return MC_R_NO_ROOM;
	return 0;
}

static __always_inline int deliver(struct __sk_buff *skb, struct facts *facts, void *vector,
				   __u32 length, __u32 no_peer)
{
	struct mc_fanout_config *config = vector_config(vector);
	struct fanout_walk local = {};
	struct mc_group_counters *count;
	int action;

	if (!config)
		return finish(facts, MC_R_NO_MEMBER);
	fanout_start(&local, skb, vector, config, facts);
	local.no_peer = no_peer;
	action = replicate_local(&local, 0);
	count = group_count(config);
	if (count) {
		count->underlay_packets++;
		count->underlay_bytes += length;
		count->local_copies += local.copies;
		count->errors += local.errors;
	}
	account(facts, replication_reason(local.copies, local.errors, local.filtered, 0));
	return action ?: MC_TC_DROP;
}

SEC("tc")
int underlay_ingress(struct __sk_buff *skb)
{
	struct facts facts = { .ifindex = skb->ifindex, .length = skb->len };
	struct mc_underlay *underlay;
	struct mc_outer outer = {};
	struct mc_frame frame = {};
	void *vector;
	__u32 vtep = 0, no_peer = 0;
	int reason;

	if (skb->protocol != MC_BE16(ETH_P_IP))
		return MC_TC_PASS;
	underlay = bpf_map_lookup_elem(&underlays, &facts.ifindex);
	if (!underlay)
		return MC_TC_PASS;
	reason = outer_check(skb, facts.length, underlay, &outer, &vtep);
	if (reason == MC_R_NOT_OURS)
		return MC_TC_PASS;
	facts.key.vni = outer.vni;
	if (reason)
		return finish(&facts, reason);
	reason = inner_check(skb, &outer, &facts, &frame);
	if (reason)
		return finish(&facts, reason);
	vector = find_vector(&facts.key, &reason);
	if (!vector)
		return finish(&facts, reason);
	count_vtep_rx(vtep, facts.length);
	reason = decapsulate(skb, &outer, &frame, &no_peer);
	if (reason)
		return finish(&facts, reason);
	return deliver(skb, &facts, vector, outer.end - outer.inner, no_peer);
}
