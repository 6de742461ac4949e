/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Copies to the VTEPs of a group. Room for the outer headers is made once; for each VTEP they are
 * written anew and the packet cloned to the underlay device, the last time redirected.
 *
 * A VTEP whose neighbour is not resolved cannot get a clone, since a clone needs a MAC. One such is
 * kept for the very last: bpf_redirect_neigh() makes the kernel resolve the neighbour and queue the
 * packet. So with each packet one neighbour more is resolved, and no process need do it.
 */
#pragma once

#include <bpfcast/vxlan.h>

#include "next_hop.h"

#define BPF_ENCAP_FLAGS                                                                            \
	(BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 | BPF_F_ADJ_ROOM_ENCAP_L4_UDP |   \
	 BPF_F_ADJ_ROOM_ENCAP_L2(ETH_HLEN) | BPF_F_ADJ_ROOM_ENCAP_L2_ETH)

struct remote_walk {
	struct __sk_buff *skb;
	void *vector;
	__u64 now;
	__u32 ready;	  /* VTEP id + 1 held back for the redirect; 0: none */
	__u32 unresolved; /* VTEP id + 1 without a neighbour, held back; 0: none */
	__u32 copies;
	__u32 errors;
	__u32 reason; /* of the last error */
	struct mc_vxlan4_frame frame;
};

static __always_inline void count_vtep(__u32 id, __u32 length, int sent)
{
	struct mc_vtep_counters *counter = bpf_map_lookup_elem(&vtep_counters, &id);

	if (!counter)
		return;
	counter->tx_packets += sent;
	counter->tx_bytes += sent ? length : 0;
	counter->tx_errors += !sent;
}

static __always_inline void remote_error(struct remote_walk *walk, __u32 id, __u32 reason)
{
	walk->errors++;
	walk->reason = reason;
	count_vtep(id, 0, 0);
}

/* Outer source port from the inner flow, RFC 7348 section 5; a fragment has no ports to read. */
static __always_inline __be16 source_port(struct __sk_buff *skb, const struct mc_frame *inner)
{
	__u32 hash = inner->protocol;
	__u32 ports;

	for (int i = 0; i < 4; i++)
		hash = (hash << 5 | hash >> 27) ^ inner->source.word[i] ^ inner->group.word[i] * 3;
	if (!inner->fragment && !bpf_skb_load_bytes(skb, inner->payload, &ports, sizeof(ports)))
		hash ^= ports;
	hash *= 0x9e3779b1; /* 2^32 over the golden ratio: spreads low entropy over all bits */
	return MC_BE16(0xc000 | hash >> 18);
}

/* What is the same for all VTEPs. TOS: RFC 6040 section 4.1, the inner one copied whole. */
static __always_inline void start_frame(struct mc_vxlan4_frame *frame, struct __sk_buff *skb,
					const struct mc_frame *inner, __u32 vni)
{
	__u32 length = skb->len;

	frame->align = 0;
	frame->eth.h_proto = MC_BE16(ETH_P_IP);
	frame->ip.version = 4;
	frame->ip.ihl = 5;
	frame->ip.tos = inner->tos;
	frame->ip.tot_len = MC_BE16(length + MC_VXLAN4_OVERHEAD - ETH_HLEN);
	frame->ip.id = 0;		      /* atomic, RFC 6864 section 4.1 */
	frame->ip.frag_off = MC_BE16(0x4000); /* DF */
	frame->ip.ttl = 64;
	frame->ip.protocol = IPPROTO_UDP;
	frame->udp.source = source_port(skb, inner);
	frame->udp.len = MC_BE16(length + sizeof(struct udphdr) + sizeof(struct mc_vxlan_header));
	frame->udp.check = 0;
	frame->vxlan.flags = MC_BE32(MC_VXLAN_FLAG_VNI);
	frame->vxlan.vni = MC_BE32(vni << 8);
	frame->inner = inner->eth;
}

/* What is this VTEP's own. */
static __always_inline void address_frame(struct mc_vxlan4_frame *frame, const struct mc_vtep *vtep,
					  const struct mc_next_hop *hop)
{
	__u32 sum = vtep->ip_sum + frame->ip.tos + MC_BE16(frame->ip.tot_len);

	__builtin_memcpy(frame->eth.h_dest, hop->dmac, ETH_ALEN);
	__builtin_memcpy(frame->eth.h_source, hop->smac, ETH_ALEN);
	frame->ip.saddr = vtep->local.word[3];
	frame->ip.daddr = vtep->remote.word[3];
	frame->udp.dest = vtep->port;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	frame->ip.check = MC_BE16(~sum & 0xffff);
}

/* A super-frame is cut to gso_size only below us, so its length says nothing. */
static __always_inline int is_too_big(struct remote_walk *walk, const struct mc_next_hop *hop)
{
	return hop->mtu && !walk->skb->gso_size && MC_BE16(walk->frame.ip.tot_len) > hop->mtu;
}

/* Writes the outer headers for VTEP @id: its egress device, or 0 when that failed (counted). */
static __always_inline __u32 write_frame(struct remote_walk *walk, __u32 id)
{
	struct mc_vtep *vtep = bpf_map_lookup_elem(&vteps, &id);
	struct mc_next_hop *hop = bpf_map_lookup_elem(&next_hops, &id);

	if (!vtep || !hop)
		return 0;
	address_frame(&walk->frame, vtep, hop);
	if (bpf_skb_store_bytes(walk->skb, 0, &walk->frame.eth, MC_VXLAN4_LENGTH, 0)) {
		remote_error(walk, id, MC_R_NO_ROOM);
		return 0;
	}
	return vtep->ifindex;
}

static __always_inline void remote_clone(struct remote_walk *walk, __u32 id)
{
	__u32 ifindex = write_frame(walk, id);

	if (!ifindex)
		return;
	if (bpf_clone_redirect(walk->skb, ifindex, 0)) {
		remote_error(walk, id, MC_R_NO_COPY);
		return;
	}
	walk->copies++;
	count_vtep(id, walk->skb->len, 1);
}

/* Sends to VTEP @id, or keeps it for the end and sends to the one kept so far. */
static __always_inline void remote_visit(struct remote_walk *walk, __u32 id)
{
	struct mc_vtep *vtep = bpf_map_lookup_elem(&vteps, &id);
	struct mc_next_hop *hop;

	if (!vtep || vtep->encap != MC_ENCAP_VXLAN)
		return;
	hop = next_hop(walk->skb, id, vtep, walk->now);
	if (!hop || hop->state == MC_NEXT_HOP_UNREACHABLE) {
		remote_error(walk, id, MC_R_NO_NEXT_HOP);
	} else if (is_too_big(walk, hop)) {
		remote_error(walk, id, MC_R_TOO_BIG);
	} else if (is_next_hop_usable(hop)) {
		if (walk->ready)
			remote_clone(walk, walk->ready - 1);
		walk->ready = id + 1;
	} else if (walk->unresolved) {
		remote_error(walk, id, MC_R_NO_NEXT_HOP);
	} else {
		walk->unresolved = id + 1;
	}
}

static long remote_slot(__u32 index, struct remote_walk *walk)
{
	__u32 number = 1 + index / MC_REMOTE_LINE_SLOTS;
	struct mc_remote_line *line = bpf_map_lookup_elem(walk->vector, &number);

	if (!line)
		return 1;
	remote_visit(walk, line->slot[index % MC_REMOTE_LINE_SLOTS].vtep);
	return 0;
}

/* The packet itself, to the VTEP held back: what the program returns, or 0 if there was none. */
static __always_inline int remote_last(struct remote_walk *walk)
{
	__u32 id = walk->unresolved ?: walk->ready;
	__u32 ifindex;

	if (walk->unresolved && walk->ready)
		remote_clone(walk, walk->ready - 1);
	if (!id)
		return 0;
	id--;
	ifindex = write_frame(walk, id);
	if (!ifindex)
		return 0;
	walk->copies++;
	count_vtep(id, walk->skb->len, 1);
	if (walk->unresolved)
		return bpf_redirect_neigh(ifindex, NULL, 0, 0);
	return bpf_redirect(ifindex, 0);
}

/*
 * Encapsulates @skb and sends it to all VTEPs in @walk->vector. Returns what the program returns,
 * 0 if the packet was not redirected. The packet is an outer frame afterwards.
 */
static __always_inline int remote_send(struct remote_walk *walk, const struct mc_frame *inner,
				       __u32 vni)
{
	struct __sk_buff *skb = walk->skb;
	__u32 first = 0;
	struct mc_remote_line *line = bpf_map_lookup_elem(walk->vector, &first);

	if (!line)
		return 0;
	start_frame(&walk->frame, skb, inner, vni);
	if (bpf_skb_adjust_room(skb, MC_VXLAN4_OVERHEAD, BPF_ADJ_ROOM_MAC, BPF_ENCAP_FLAGS)) {
		walk->errors++;
		walk->reason = MC_R_NO_ROOM;
		return 0;
	}
	walk->now = bpf_ktime_get_coarse_ns();
	bpf_loop(line->head.count, remote_slot, walk, 0);
	return remote_last(walk);
}
