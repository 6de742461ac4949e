/* SPDX-License-Identifier: Apache-2.0 */
#include <maps/hop.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/util.h>
#include <maps/instance.h>
#include <maps/remote_vector.h>
#include <maps/table.h>
#include <maps/underlay.h>
#include <maps/vtep.h>

/* RFC 8926 section 3.4: two words of options (the Multicast option), Ethernet inside. */
#define TUNNEL_TAGGED 0x02006558

struct hop_walk {
	mc_hop_fn fn;
	void *arg;
};

static int visit(const void *key, const void *value, void *arg)
{
	const struct mc_vtep *hop = value;
	struct hop_walk *walk = arg;

	if (hop->encap == MC_ENCAP_NONE || !(hop->flags & MC_VTEP_F_GROUP))
		return 0;
	return walk->fn(*(const __u32 *)key, hop, walk->arg);
}

int mc_hop_for_each(struct mc_instance *in, mc_hop_fn fn, void *arg)
{
	struct hop_walk walk = { fn, arg };

	return mc_table_for_each(in, MC_TABLE_VTEPS, visit, &walk);
}

struct search {
	const struct mc_vtep *wanted;
	__u32 id;
	struct mc_vtep found;
};

/* What tells one from another: a next hop, or a device and an encapsulation. */
static int is_same(__u32 id, const struct mc_vtep *hop, void *arg)
{
	struct search *search = arg;
	const struct mc_vtep *wanted = search->wanted;

	if (!mc_addr_equal(&hop->remote, &wanted->remote) ||
	    !mc_addr_equal(&hop->via, &wanted->via))
		return 0;
	if (mc_addr_is_multicast(&wanted->via) &&
	    (hop->ifindex != wanted->ifindex || hop->encap != wanted->encap))
		return 0;
	search->id = id;
	search->found = *hop;
	return 1;
}

static int take(struct mc_instance *in, const struct mc_vtep *hop, __u32 *id)
{
	struct search search = { .wanted = hop };
	int err = mc_hop_for_each(in, is_same, &search);

	if (err > 0 && !memcmp(&search.found, hop, sizeof(*hop))) {
		*id = search.id;
		return 0;
	}
	if (!err)
		err = mc_vtep_find_free(in, &search.id);
	if (err < 0)
		return err;
	err = mc_vtep_write(in, search.id, hop);
	if (!err)
		*id = search.id;
	return err;
}

/* The Ethernet addresses: the group's own, and the device's. */
static int complete(struct mc_instance *in, struct mc_vtep *hop, struct mc_underlay *underlay)
{
	int err = mc_underlay_get(in, hop->ifindex, underlay);

	if (err)
		return err;
	hop->flags |= MC_VTEP_F_GROUP;
	hop->local = underlay->local6;
	mc_addr_group_mac(&hop->remote, hop->dmac);
	memcpy(hop->smac, underlay->mac, sizeof(hop->smac));
	return mc_addr_is_zero(&hop->local) ? -ENOENT : 0;
}

int mc_hop_take(struct mc_instance *in, const struct mc_vtep *hop, __u32 *id)
{
	struct mc_vtep entry = *hop;
	struct mc_underlay underlay;
	int err = complete(in, &entry, &underlay);

	if (err)
		return err;
	entry.encap = MC_ENCAP_GENEVE;
	entry.port = underlay.geneve_port;
	entry.tunnel = MC_BE32(TUNNEL_TAGGED);
	entry.vni = underlay.fleet_vni;
	return take(in, &entry, id);
}

int mc_hop_take_device(struct mc_instance *in, const struct mc_m2p *m2p, __u32 *id)
{
	struct mc_vtep entry = {
		.remote = m2p->underlay,
		.via = m2p->underlay,
		.ifindex = m2p->ifindex,
		.encap = m2p->encap,
		.flags = MC_VTEP_F_DEV,
		.vni = MC_VNI_OF_PACKET,
	};
	struct mc_underlay underlay;
	int err = complete(in, &entry, &underlay);

	if (err)
		return err;
	entry.port = m2p->encap == MC_ENCAP_GENEVE ? underlay.geneve_port : underlay.vxlan_port;
	entry.tunnel = mc_vtep_tunnel(m2p->encap);
	return take(in, &entry, id);
}

/* Which ids no vector has named so far. */
struct sweep {
	struct mc_instance *in;
	enum mc_table table;
	bool *unused;
	__u32 capacity;
	__u32 left;
};

static int see_hop(__u32 id, const struct mc_vtep *hop, void *arg)
{
	struct sweep *sweep = arg;

	(void)hop;
	sweep->unused[id] = true;
	sweep->left++;
	return 0;
}

static int see_vector(const void *key, const void *value, void *arg)
{
	mc_autoremotes struct mc_remote_list list = { 0 };
	struct sweep *sweep = arg;
	int err = mc_remote_vector_read(sweep->in, sweep->table, key, &list);

	(void)value;
	for (__u32 i = 0; !err && i < list.count; i++) {
		__u32 id = list.item[i].slot.vtep;

		if (id >= sweep->capacity || !sweep->unused[id])
			continue;
		sweep->unused[id] = false;
		sweep->left--;
	}
	return err;
}

static int see_table(struct sweep *sweep, enum mc_table table)
{
	sweep->table = table;
	return sweep->left ? mc_table_for_each(sweep->in, table, see_vector, sweep) : 0;
}

int mc_hop_sweep(struct mc_instance *in)
{
	struct sweep sweep = { .in = in, .capacity = mc_table_capacity(in, MC_TABLE_VTEPS) };
	mc_autofree bool *unused = calloc(sweep.capacity + 1, sizeof(*unused));
	int err;

	if (!unused)
		return -ENOMEM;
	sweep.unused = unused;
	err = mc_hop_for_each(in, see_hop, &sweep);
	if (!err)
		err = see_table(&sweep, MC_TABLE_FORWARDING);
	if (!err)
		err = see_table(&sweep, MC_TABLE_REMOTES);
	for (__u32 id = 0; !err && sweep.left && id < sweep.capacity; id++)
		if (unused[id])
			err = mc_vtep_free(in, id);
	return err;
}
