/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Copies to the underlay: all slots of a vector. For each the outer headers are written anew and the
 * packet cloned to the underlay device, the last time redirected. Slots come sorted by form, the
 * longest first, so that the packet only ever shrinks.
 *
 * A VTEP whose neighbour is not resolved cannot get a clone, since a clone needs a MAC. One such is
 * kept for the very last: bpf_redirect_neigh() makes the kernel resolve the neighbour and queue the
 * packet. So with each packet one neighbour more is resolved, and no process need do it.
 */
#pragma once

#include "encap.h"
#include "next_hop.h"
#include "target.h"

/* What the work of one copy is done with: without pointers, see CHECKED_ALONE. */
struct sending {
	struct inner inner;
	__u32 largest;	      /* L2 length of the inner frame, or of one segment of it */
	__u32 ready;	      /* VTEP id + 1 held back for the redirect; 0: none */
	__u32 unresolved;     /* VTEP id + 1 without a neighbour, held back; 0: none */
	__u8 ready_mode;      /* enum mc_mode */
	__u8 unresolved_form; /* MC_FORM_V6 or MC_FORM_V4 */
	__u8 form;	      /* that the packet has now */
	__u8 reason;	      /* of the last error */
	__u32 copies;
	__u32 errors;
	union {
		struct outer_frame frame;
		struct choice choice; /* before there is a frame */
	};
};

struct remote_walk {
	struct __sk_buff *skb;
	struct targets targets;
	struct sending sending;
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

static __always_inline void remote_error(struct sending *s, __u32 id, __u32 reason)
{
	s->errors++;
	s->reason = reason;
	count_vtep(id, 0, 0);
}

/*
 * Writes the outer headers for VTEP @id: its egress device, or 0 when that failed (counted). Inlined,
 * as what is done for every copy is: with its mitigations on, the kernel pays for each return.
 */
static __always_inline __u32 write_frame(struct __sk_buff *skb, struct sending *s, __u32 id,
					 __u32 mode)
{
	struct mc_vtep *vtep = bpf_map_lookup_elem(&vteps, &id);
	struct mc_next_hop *hop = bpf_map_lookup_elem(&next_hops, &id);
	struct outer_frame *frame = &s->frame;
	long err;

	if (!vtep || !hop || vtep->encap == MC_ENCAP_NONE)
		return 0;
	__builtin_memcpy(frame->eth.h_dest, hop->dmac, ETH_ALEN);
	__builtin_memcpy(frame->eth.h_source, hop->smac, ETH_ALEN);
	if (s->form == MC_FORM_V4) {
		address_v4(frame, &s->inner, vtep);
		err = bpf_skb_store_bytes(skb, 0, &frame->eth, V4_LENGTH + ETH_HLEN, 0);
	} else {
		address_v6(frame, &s->inner, vtep);
		if (s->form == MC_FORM_V6) {
			err = bpf_skb_store_bytes(skb, 0, &frame->eth, V6_LENGTH + ETH_HLEN, 0);
		} else {
			frame->v6.tagged.body = MC_BE32(mode << MC_MODE_SHIFT);
			err = bpf_skb_store_bytes(skb, 0, &frame->eth, TAGGED_LENGTH + ETH_HLEN, 0);
		}
	}
	if (!err)
		return hop->ifindex;
	remote_error(s, id, MC_R_NO_ROOM);
	return 0;
}

/* A clone to who is held back. */
static __always_inline void clone_to_ready(struct __sk_buff *skb, struct sending *s)
{
	__u32 id = s->ready - 1;
	__u32 ifindex;

	s->ready = 0;
	ifindex = write_frame(skb, s, id, s->ready_mode);
	if (!ifindex)
		return;
	if (bpf_clone_redirect(skb, ifindex, 0)) {
		remote_error(s, id, MC_R_NO_COPY);
		return;
	}
	s->copies++;
	count_vtep(id, skb->len, 1);
}

static __noinline void flush_ready(struct __sk_buff *skb, struct sending *s)
{
	clone_to_ready(skb, s);
}

/* The headers of the form that the packet has now, once for all of its copies. */
static __always_inline void start_form(struct sending *s)
{
	if (s->form == MC_FORM_V4)
		start_v4(&s->frame, &s->inner);
	else
		start_v6(&s->frame, &s->inner, s->form);
}

/* Gives the packet another form; who is held back has the one that it has now. Not 0 if that fails. */
static __always_inline long enter_form(struct __sk_buff *skb, struct sending *s, __u32 form)
{
	if (s->ready)
		flush_ready(skb, s);
	if (change_form(skb, &s->form, form))
		return -1;
	start_form(s);
	return 0;
}

static __always_inline int is_too_big(const struct sending *s, __u32 form,
				      const struct mc_next_hop *hop)
{
	return hop->mtu && s->largest + form_length(form) - ETH_HLEN > hop->mtu;
}

/* Keeps who has no neighbour for the end. One with an option cannot: the option has gone by then. */
static __always_inline void hold_unresolved(struct sending *s, __u32 id, __u32 form)
{
	if (s->unresolved || form == MC_FORM_V6_TAGGED) {
		remote_error(s, id, MC_R_NO_NEXT_HOP);
		return;
	}
	s->unresolved = id + 1;
	s->unresolved_form = form;
}

/* Sends to VTEP @id, or keeps it for the end and sends to the one kept so far. */
CHECKED_ALONE int remote_visit(struct __sk_buff *skb, struct sending *s, __u32 id, __u32 form,
			       __u32 mode)
{
	struct mc_next_hop *hop = bpf_map_lookup_elem(&next_hops, &id);

	if (!s || !hop)
		return 0;
	if (hop->state == MC_NEXT_HOP_UNREACHABLE) {
		remote_error(s, id, MC_R_NO_NEXT_HOP);
	} else if (is_too_big(s, form, hop)) {
		remote_error(s, id, MC_R_TOO_BIG);
	} else if (s->form != form && enter_form(skb, s, form)) {
		remote_error(s, id, MC_R_NO_ROOM);
	} else if (is_next_hop_usable(hop)) {
		if (s->ready)
			clone_to_ready(skb, s);
		s->ready = id + 1;
		s->ready_mode = mode;
	} else {
		hold_unresolved(s, id, form);
	}
	return 0;
}

static long remote_slot(__u32 index, struct remote_walk *walk)
{
	struct mc_remote *slot = target_slot(walk->targets.vector, index);

	if (!slot)
		return 1;
	if (!target_wants(&walk->targets, slot, index))
		return 0;
	if (is_fresh(slot->vtep) || refresh_next_hop(walk->skb, slot->vtep))
		remote_visit(walk->skb, &walk->sending, slot->vtep, slot->form, slot->mode);
	return 0;
}

/*
 * The packet itself to VTEP @id without a neighbour. If it has become IPv4 for others meanwhile, it
 * grows again where it was shrunk. What the program returns, or 0.
 */
static __noinline int send_unresolved(struct __sk_buff *skb, struct sending *s, __u32 id)
{
	__u32 ifindex;

	if (s->form != s->unresolved_form) {
		if (bpf_skb_change_proto(skb, MC_BE16(ETH_P_IPV6), 0)) {
			remote_error(s, id, MC_R_NO_ROOM);
			return 0;
		}
		s->form = MC_FORM_V6;
		start_form(s);
	}
	ifindex = write_frame(skb, s, id, 0);
	if (!ifindex)
		return 0;
	s->copies++;
	count_vtep(id, skb->len, 1);
	return bpf_redirect_neigh(ifindex, NULL, 0, 0);
}

/* The packet itself, to who is held back: what the program returns, or 0 if there was none. */
CHECKED_ALONE int remote_last(struct __sk_buff *skb, struct sending *s)
{
	__u32 ifindex;

	if (!s)
		return 0;
	if (s->unresolved) {
		if (s->ready)
			flush_ready(skb, s);
		return send_unresolved(skb, s, s->unresolved - 1);
	}
	if (!s->ready)
		return 0;
	ifindex = write_frame(skb, s, s->ready - 1, s->ready_mode);
	if (!ifindex)
		return 0;
	s->copies++;
	count_vtep(s->ready - 1, skb->len, 1);
	return bpf_redirect(ifindex, 0);
}

/* A super-frame is cut to gso_size only below us: what matters is its largest segment. */
static __always_inline __u32 largest_segment(const struct __sk_buff *skb,
					     const struct mc_frame *inner)
{
	return skb->gso_size ? inner->payload + sizeof(struct udphdr) + skb->gso_size : skb->len;
}

/*
 * Encapsulates the packet and sends it to all that @vector says. Returns what the program returns, 0 if
 * the packet was not redirected. The packet is an outer frame afterwards. *@walk: zero, but for `skb`.
 */
static __always_inline int remote_send(struct remote_walk *walk, void *vector,
				       const struct mc_frame *inner, __u32 vni)
{
	struct mc_remote_line *line = target_line(vector, 0);
	struct sending *s = &walk->sending;
	struct __sk_buff *skb = walk->skb;

	if (!line)
		return 0;
	s->inner.length = skb->len;
	s->inner.eth = inner->eth;
	s->inner.hash = flow_hash(skb, inner);
	s->inner.vni = vni;
	s->inner.tos = inner->tos;
	s->form = MC_FORM_NONE;
	s->largest = largest_segment(skb, inner);
	targets_start(&walk->targets, vector, &line->head, &inner->source, s->inner.hash,
		      &s->choice);
	bpf_loop(line->head.count, remote_slot, walk, 0);
	return remote_last(skb, s);
}
