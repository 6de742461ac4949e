/* SPDX-License-Identifier: Apache-2.0 */
#include "observe.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/util.h>
#include <loader/attach.h>
#include <loader/underlay.h>
#include <maps/egress.h>
#include <maps/forward.h>
#include <maps/group.h>
#include <maps/m2p.h>
#include <maps/member.h>
#include <maps/port.h>
#include <maps/table.h>
#include <maps/vni.h>
#include <maps/vtep.h>

#include "overlay_facts.h"
#include "state.h"

struct port_of_index {
	__u32 ifindex;
	char name[FACT_DEV_SIZE];
	size_t fact; /* its place in `to`, plus one; 0: it is of no interest */
};

struct observation {
	struct mc_instance *in;
	const struct state *wanted, *owned;
	struct state *to;
	struct port_of_index *ports; /* ascending */
	size_t port_count;
};

static bool is_owned(const struct observation *o, const struct fact_key *key)
{
	return state_find(o->owned, key);
}

static bool is_of_interest(const struct observation *o, const struct fact_key *key)
{
	return state_find(o->wanted, key) || is_owned(o, key);
}

static int add(struct observation *o, struct fact *fact)
{
	fact->ours = is_owned(o, &fact->key);
	return state_add(o->to, fact);
}

static int add_addr(struct fact *fact, const struct mc_addr *addr)
{
	struct mc_addr *larger = reallocarray(fact->addrs, fact->count + 1, sizeof(*larger));

	if (!larger)
		return -ENOMEM;
	fact->addrs = larger;
	fact->addrs[fact->count++] = *addr;
	return 0;
}

/* ---- VNIs, underlays ---- */

/* One that is not pinned is there for those that use it: nobody has set it up. */
static int see_vni(__u32 vni, const struct mc_vni *settings, void *arg)
{
	struct observation *o = arg;
	struct fact fact = {
		.key = fact_key_vni(vni),
		.vni = { .unknown = settings->unknown,
			 .link_local = settings->link_local,
			 .storm_rate = settings->storm_rate },
	};

	return settings->pinned && is_of_interest(o, &fact.key) ? add(o, &fact) : 0;
}

static int see_underlay(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	struct observation *o = arg;
	struct fact fact = {
		.key = fact_key_dev(FACT_UNDERLAY, underlay->name),
		.underlay = { .local = underlay->local, .xdp = underlay->xdp },
		.ifindex = ifindex,
	};
	const struct fact *wanted = state_find(o->wanted, &fact.key);

	if (!is_of_interest(o, &fact.key))
		return 0;
	if (wanted && !mc_addr_is_v4(&wanted->underlay.local) &&
	    !mc_addr_is_zero(&wanted->underlay.local))
		fact.underlay.local = underlay->local6;
	fact.damaged = if_nametoindex(fact.key.dev) != ifindex ||
		       !mc_is_attached_tc(o->in, MC_PROGRAM_UNDERLAY, ifindex, underlay->attach);
	return add(o, &fact);
}

/* ---- ports ---- */

static int by_index(const void *a, const void *b)
{
	const struct port_of_index *left = a, *right = b;

	return left->ifindex < right->ifindex ? -1 : left->ifindex > right->ifindex;
}

/* NULL: no port has the index. */
static struct port_of_index *find_port(const struct observation *o, __u32 ifindex)
{
	struct port_of_index wanted = { .ifindex = ifindex };

	return o->port_count ? bsearch(&wanted, o->ports, o->port_count, sizeof(wanted), by_index)
			     : NULL;
}

static int note_name(struct observation *o, __u32 ifindex, const char *name)
{
	struct port_of_index *larger = reallocarray(o->ports, o->port_count + 1, sizeof(*larger));

	if (!larger)
		return -ENOMEM;
	o->ports = larger;
	larger[o->port_count] = (struct port_of_index){ .ifindex = ifindex };
	snprintf(larger[o->port_count++].name, FACT_DEV_SIZE, "%s", name);
	return 0;
}

static int see_port(__u32 ifindex, const struct mc_port *port, void *arg)
{
	struct observation *o = arg;
	struct fact fact = fact_of_port(port);
	struct mc_port_state unused;
	int err = note_name(o, ifindex, port->name);

	if (err || !is_of_interest(o, &fact.key))
		return err;
	fact.ifindex = ifindex;
	fact.damaged = if_nametoindex(fact.key.dev) != ifindex ||
		       mc_port_state_get(o->in, ifindex, &unused) ||
		       !mc_is_attached_tc(o->in, MC_PROGRAM_PORT, ifindex, port->attach);
	return add(o, &fact);
}

static int see_port_source(__u32 ifindex, const struct mc_addr *source, void *arg)
{
	struct observation *o = arg;

	const struct port_of_index *port = find_port(o, ifindex);

	return port && port->fact ? add_addr(&o->to->facts[port->fact - 1], source) : 0;
}

/* Of two entries with one name, that of the device that has it now goes first, and so stays. */
static void prefer_present(struct state *to, size_t first)
{
	size_t place = first;

	for (size_t i = first; i < to->count; i++) {
		struct fact fact = to->facts[i];

		if (fact.damaged)
			continue;
		to->facts[i] = to->facts[place];
		to->facts[place++] = fact;
	}
}

static int see_ports(struct observation *o)
{
	size_t first = o->to->count;
	int err = mc_port_for_each(o->in, see_port, o);

	if (err)
		return err;
	prefer_present(o->to, first);
	if (o->port_count)
		qsort(o->ports, o->port_count, sizeof(*o->ports), by_index);
	for (size_t i = first; i < o->to->count; i++)
		find_port(o, o->to->facts[i].ifindex)->fact = i + 1;
	return mc_port_for_each_source(o->in, see_port_source, o);
}

/* ---- VTEPs, forwarding, mappings, groups, remotes ---- */

static int see_vtep(__u32 id, const struct mc_vtep *vtep, void *arg)
{
	struct observation *o = arg;
	struct fact fact = {
		.key = fact_key_vtep(&vtep->remote),
		.vtep = { .source = vtep->local,
			  .port = MC_BE16(vtep->port),
			  .encap = vtep->encap },
		.ifindex = vtep->ifindex,
	};
	char dev[IF_NAMESIZE] = "";
	__u32 found;

	if (vtep->flags & MC_VTEP_F_GROUP || !is_of_interest(o, &fact.key))
		return 0;
	if (vtep->flags & MC_VTEP_F_DEV) { /* else by whatever the routes say */
		(void)if_indextoname(vtep->ifindex, dev);
		fact.damaged = !dev[0];
	}
	memcpy(fact.vtep.dev, dev, sizeof(fact.vtep.dev));
	fact.damaged |= mc_vtep_find(o->in, &vtep->remote, &found) || found != id;
	return add(o, &fact);
}

static int see_forwarding(const struct mc_addr *underlay, const struct mc_remote_list *hops,
			  void *arg)
{
	struct observation *o = arg;
	struct fact fact = { .key = fact_key_forwarding(underlay) };
	int err;

	if (!is_of_interest(o, &fact.key))
		return 0;
	err = overlay_forwarding(o->in, underlay, hops, &fact);
	if (!err)
		return add(o, &fact);
	fact_free(&fact);
	return err;
}

static int see_m2p(const struct mc_group_key *key, const struct mc_m2p *m2p, void *arg)
{
	struct observation *o = arg;
	struct fact fact = { .key = fact_key_group(FACT_M2P, key->vni, &key->group) };

	if (!is_of_interest(o, &fact.key))
		return 0;
	fact = overlay_m2p(o->in, key, m2p);
	return add(o, &fact);
}

static int see_group(const void *key, const void *value, void *arg)
{
	const struct mc_group_key *group_key = key;
	struct observation *o = arg;
	struct fact fact = { .key = fact_key_group(FACT_GROUP, group_key->vni, &group_key->group) };

	(void)value;
	return is_of_interest(o, &fact.key) ? add(o, &fact) : 0;
}

static int see_remotes(struct observation *o, const struct fact_key *key)
{
	struct mc_group_key group = { .vni = key->vni, .group = key->addr };
	struct fact fact = { .key = *key };
	mc_autoremotes struct mc_remote_list remotes = { 0 };
	struct mc_vtep vtep;
	int err = mc_egress_members(o->in, &group, &remotes);

	for (__u32 i = 0; !err && i < remotes.count; i++) {
		struct mc_filter filter = mc_remote_filter(&remotes.item[i]);

		if (mc_vtep_get(o->in, remotes.item[i].slot.vtep, &vtep) || filter.include ||
		    filter.count)
			fact.damaged = true;
		else
			err = add_addr(&fact, &vtep.remote);
	}
	if (!err)
		return add(o, &fact);
	fact_free(&fact);
	return err;
}

/* A group that is there has remote members, be it none; one that is not there has no such fact. */
static int see_all_remotes(struct observation *o, const struct state *of)
{
	int err = 0;

	for (size_t i = 0; !err && i < of->count; i++) {
		struct fact_key key = of->facts[i].key;
		struct mc_group_key group = { .vni = key.vni, .group = key.addr };

		if (key.kind != FACT_REMOTES || !mc_group_exists(o->in, &group))
			continue;
		if (of != o->wanted && state_find(o->wanted, &key))
			continue; /* seen */
		err = see_remotes(o, &key);
	}
	return err;
}

/* ---- members ---- */

static int see_source(const struct mc_addr *source, const struct mc_source *entry, void *arg)
{
	struct fact *fact = arg;
	__u8 named = fact->member.include ? entry->include : entry->exclude;

	return named & MC_ORIGIN_CONTROL ? add_addr(fact, source) : 0;
}

static int see_member(const struct mc_member_key *key, const struct mc_member *member, void *arg)
{
	struct observation *o = arg;
	const struct port_of_index *port = find_port(o, key->ifindex);
	struct fact fact = {
		.key = fact_key_member(key->vni, &key->group, port ? port->name : "?"),
		.member.include = !(member->exclude & MC_ORIGIN_CONTROL),
		.ifindex = key->ifindex,
	};
	int err = 0;

	if (!(member->origins & MC_ORIGIN_CONTROL) || mc_addr_is_zero(&key->group))
		return 0;
	if (member->sources)
		err = mc_member_for_each_source(o->in, key, member, see_source, &fact);
	if (err) {
		fact_free(&fact);
		return err;
	}
	fact.ours = true;
	return state_add(o->to, &fact);
}

int observe(struct mc_instance *in, const struct state *wanted, const struct state *owned,
	    struct state *observed)
{
	struct observation o = { .in = in, .wanted = wanted, .owned = owned, .to = observed };
	int err = mc_vni_for_each(in, see_vni, &o);

	if (!err)
		err = mc_underlay_for_each(in, see_underlay, &o);
	if (!err)
		err = see_ports(&o);
	if (!err)
		err = mc_vtep_for_each(in, see_vtep, &o);
	if (!err)
		err = mc_forward_for_each(in, see_forwarding, &o);
	if (!err)
		err = mc_m2p_for_each(in, see_m2p, &o);
	if (!err)
		err = mc_table_for_each(in, MC_TABLE_FANOUT, see_group, &o);
	if (!err)
		err = see_all_remotes(&o, wanted);
	if (!err)
		err = see_all_remotes(&o, owned);
	if (!err)
		err = mc_member_for_each(in, see_member, &o);
	if (!err)
		err = state_sort(observed);
	free(o.ports);
	return err;
}
