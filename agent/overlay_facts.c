/* SPDX-License-Identifier: Apache-2.0 */
#include "overlay_facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/forward.h>
#include <loader/m2p.h>
#include <maps/forward.h>
#include <maps/group.h>
#include <maps/remote_list.h>
#include <maps/remote_vector.h>
#include <maps/table.h>
#include <maps/underlay.h>
#include <maps/vtep.h>

/* The hops that its underlay group has, or its device. */
static bool is_sent(struct mc_instance *in, const struct mc_m2p *m2p)
{
	mc_autoremotes struct mc_remote_list hops = { 0 };

	return m2p->ifindex || (!mc_forward_get(in, &m2p->underlay, &hops) && hops.count);
}

static bool has_mapped_remote(struct mc_instance *in, const struct mc_group_key *key)
{
	mc_autoremotes struct mc_remote_list list = { 0 };

	if (mc_remote_vector_read(in, MC_TABLE_REMOTES, key, &list))
		return false;
	for (__u32 i = 0; i < list.count; i++)
		if (list.item[i].slot.flags & MC_REMOTE_F_M2P)
			return true;
	return false;
}

/* Is what follows from it there: the way back, and the copies of a group that has been added? */
static bool is_whole(struct mc_instance *in, const struct mc_group_key *key,
		     const struct mc_m2p *m2p)
{
	const struct mc_underlay_group pair = { m2p->underlay, key->group };
	struct mc_underlay_vni owner;

	if (mc_table_get(in, MC_TABLE_UNDERLAY_GROUPS, &pair, &owner) || owner.vni != key->vni)
		return false;
	return !mc_group_exists(in, key) || has_mapped_remote(in, key) == is_sent(in, m2p);
}

struct fact overlay_m2p(struct mc_instance *in, const struct mc_group_key *key,
			const struct mc_m2p *m2p)
{
	struct fact fact = {
		.key = fact_key_group(FACT_M2P, key->vni, &key->group),
		.m2p = { .underlay = m2p->underlay, .encap = m2p->encap },
	};
	struct mc_underlay underlay;

	fact.damaged = !is_whole(in, key, m2p);
	if (!m2p->ifindex)
		return fact;
	if (mc_underlay_get(in, m2p->ifindex, &underlay))
		fact.damaged = true;
	else
		memcpy(fact.m2p.dev, underlay.name, sizeof(fact.m2p.dev));
	return fact;
}

static int by_via(const void *a, const void *b)
{
	const struct mc_vtep *left = a, *right = b;

	return memcmp(&left->via, &right->via, sizeof(left->via));
}

/* A hop, and where it stands in the list that it is from. */
struct placed_hop {
	struct mc_vtep hop; /* first: by_via() */
	__u32 place;
};

static int add_hop(const struct placed_hop *placed, const struct mc_remote_list *hops,
		   struct fact *fact)
{
	const struct mc_remote_item *item = &hops->item[placed->place];
	struct mc_filter filter = mc_remote_filter(item);
	const struct fact_hop hop = {
		.via = placed->hop.via,
		.mode = item->slot.mode,
		.include = filter.include,
		.count = filter.count,
	};

	fact->forwarding.choose_one = item->slot.flags & MC_REMOTE_F_EQUAL;
	return fact_add_hop(fact, &hop, filter.sources);
}

int overlay_forwarding(struct mc_instance *in, const struct mc_addr *underlay,
		       const struct mc_remote_list *hops, struct fact *fact)
{
	mc_autofree struct placed_hop *placed = calloc(hops->count + 1, sizeof(*placed));
	int err = placed ? 0 : -ENOMEM;

	*fact = (struct fact){ .key = fact_key_forwarding(underlay) };
	for (__u32 i = 0; !err && i < hops->count; i++) {
		placed[i].place = i;
		if (mc_vtep_get(in, hops->item[i].slot.vtep, &placed[i].hop))
			fact->damaged = true;
	}
	if (!err)
		qsort(placed, hops->count, sizeof(*placed), by_via);
	for (__u32 i = 0; !err && i < hops->count; i++)
		err = add_hop(&placed[i], hops, fact);
	return err;
}

int overlay_apply_m2p(struct mc_instance *in, const struct fact *fact)
{
	const struct mc_group_key key = { .vni = fact->key.vni, .group = fact->key.addr };
	struct mc_m2p m2p = { .underlay = fact->m2p.underlay, .encap = MC_ENCAP_GENEVE };

	if (fact->change == FACT_REMOVE)
		return mc_mapping_del(in, &key);
	if (fact->m2p.dev[0]) {
		m2p.encap = fact->m2p.encap;
		if (mc_underlay_find(in, fact->m2p.dev, &m2p.ifindex))
			return mc_error(-ENOENT, "'%s' is no underlay: add it to \"underlays\"",
					fact->m2p.dev);
	}
	return mc_mapping_replace(in, &key, &m2p);
}

int overlay_apply_forwarding(struct mc_instance *in, const struct fact *fact)
{
	const struct fact_forwarding *wanted = &fact->forwarding;
	mc_autofree struct mc_forward_options *hops = calloc(wanted->count + 1, sizeof(*hops));
	const struct mc_addr *sources = fact->addrs;

	if (!hops)
		return -ENOMEM;
	for (__u32 i = 0; i < wanted->count; i++) {
		hops[i] = (struct mc_forward_options){
			.underlay = fact->key.addr,
			.has_via = true,
			.via = wanted->hops[i].via,
			.mode = wanted->hops[i].mode,
			.filter = { .include = wanted->hops[i].include,
				    .count = wanted->hops[i].count,
				    .sources = sources },
		};
		sources += wanted->hops[i].count;
	}
	return mc_forward_replace(in, &fact->key.addr, wanted->choose_one, hops, wanted->count);
}
