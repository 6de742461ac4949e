/* SPDX-License-Identifier: Apache-2.0 */
#include "apply.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/port.h>
#include <loader/underlay.h>
#include <maps/forward.h>
#include <maps/group.h>
#include <maps/member.h>
#include <maps/port.h>
#include <maps/remote.h>
#include <maps/text.h>
#include <maps/vni.h>
#include <maps/vtep.h>

#include "apply_vtep.h"
#include "fact.h"
#include "overlay_facts.h"

bool apply_can(const struct fact *fact)
{
	bool needs_device = fact->key.kind == FACT_PORT || fact->key.kind == FACT_UNDERLAY;

	return fact->change == FACT_REMOVE || !needs_device || if_nametoindex(fact->key.dev);
}

/* What the fact leaves open stays, and so do the intervals, which follow the querier in force. */
static int apply_vni(struct mc_instance *in, const struct fact *fact)
{
	struct mc_vni settings = { 0 };
	int err = mc_vni_get(in, fact->key.vni, &settings);

	if (err && err != -ENOENT)
		return mc_error_errno(err, "cannot read VNI %u", fact->key.vni);
	if (fact->vni.unknown != FACT_ANY)
		settings.unknown = fact->vni.unknown;
	if (fact->vni.link_local != FACT_ANY)
		settings.link_local = fact->vni.link_local;
	if (fact->vni.storm_rate != FACT_ANY_RATE)
		settings.storm_rate = fact->vni.storm_rate;
	settings.pinned = 1;
	return mc_vni_set(in, fact->key.vni, &settings);
}

static int remove_vni(struct mc_instance *in, const struct fact *fact)
{
	const struct mc_vni unset = { 0 };
	int err = mc_vni_set(in, fact->key.vni, &unset);

	if (err)
		return err;
	err = mc_vni_release(in, fact->key.vni);
	return err ? mc_error_errno(err, "cannot release VNI %u", fact->key.vni) : 0;
}

static int apply_underlay(struct mc_instance *in, const struct fact *fact)
{
	bool v6 = !mc_addr_is_v4(&fact->underlay.local);
	const struct mc_addr none = { 0 };
	const struct mc_underlay_options options = {
		.local = v6 ? none : fact->underlay.local,
		.local6 = v6 ? fact->underlay.local : none,
		.xdp_chosen = fact->underlay.xdp != FACT_ANY,
		.xdp = fact->underlay.xdp == FACT_ANY ? 0 : fact->underlay.xdp,
	};
	struct mc_underlay unused;
	__u32 ifindex;
	int err = 0;

	if (fact->change == FACT_REPLACE && !mc_underlay_find(in, fact->key.dev, &ifindex) &&
	    ifindex == if_nametoindex(fact->key.dev) && !mc_underlay_get(in, ifindex, &unused))
		err = mc_underlay_del(in, fact->key.dev);
	return err ? err : mc_underlay_add(in, fact->key.dev, &options);
}

static struct mc_port_options port_options(const struct fact *fact)
{
	struct mc_port_options options = {
		.vni = fact->port.vni,
		.kind = fact->port.kind,
		.limit_groups = fact->port.limit_groups,
		.limit_sources = fact->port.limit_sources,
		.rate_chosen = true,
		.limit_rate = fact->port.limit_rate,
		.vlan = fact->port.vlan,
		.may_query = fact->port.may_query,
		.check_mac = fact->port.check_mac,
		.sources = fact->addrs,
		.source_count = fact->count,
	};

	memcpy(options.mac, fact->port.mac, sizeof(options.mac));
	return options;
}

/* A name that another device has now: what was the old one's is not inherited. */
static int apply_port(struct mc_instance *in, const struct fact *fact)
{
	struct mc_port_options options = port_options(fact);
	__u32 ifindex;
	int err = 0;

	while (!err && !mc_port_find(in, fact->key.dev, &ifindex) &&
	       ifindex != if_nametoindex(fact->key.dev))
		err = mc_port_del(in, fact->key.dev);
	return err ? err : mc_port_replace(in, fact->key.dev, &options);
}

static int apply_remotes(struct mc_instance *in, const struct fact *fact)
{
	struct mc_group_key key = { .vni = fact->key.vni, .group = fact->key.addr };
	mc_autofree __u32 *ids = calloc(fact->count + 1, sizeof(*ids));
	char text[MC_ADDR_TEXT];

	if (!ids)
		return -ENOMEM;
	for (__u32 i = 0; i < fact->count; i++)
		if (mc_vtep_find(in, &fact->addrs[i], &ids[i]))
			return mc_error(-ENOENT, "%s is no VTEP: add it to \"vteps\"",
					mc_addr_format(&fact->addrs[i], text));
	return mc_remote_set(in, &key, ids, fact->count, &mc_filter_all);
}

static int apply_member(struct mc_instance *in, const struct fact *fact)
{
	struct mc_member_key key = { .vni = fact->key.vni, .group = fact->key.addr };
	const struct mc_filter filter = {
		.include = fact->member.include,
		.count = fact->count,
		.sources = fact->addrs,
	};

	if (mc_port_find(in, fact->key.dev, &key.ifindex))
		return mc_error(-ENOENT, "'%s' is no port: add it to \"ports\"", fact->key.dev);
	(void)mc_member_mend_sources(in, &key);
	return mc_member_set(in, &key, MC_ORIGIN_CONTROL, &filter);
}

static int put_in(struct mc_instance *in, const struct fact *fact)
{
	switch (fact->key.kind) {
	case FACT_VNI:
		return apply_vni(in, fact);
	case FACT_UNDERLAY:
		return apply_underlay(in, fact);
	case FACT_PORT:
		return apply_port(in, fact);
	case FACT_VTEP:
		return apply_vtep(in, fact);
	case FACT_FORWARDING:
		return overlay_apply_forwarding(in, fact);
	case FACT_M2P:
		return overlay_apply_m2p(in, fact);
	case FACT_GROUP:
		return apply_groups(in, &fact, 1);
	case FACT_REMOTES:
		return apply_remotes(in, fact);
	default:
		return apply_member(in, fact);
	}
}

static int remove_member(struct mc_instance *in, const struct fact *fact)
{
	const struct mc_member_key key = { fact->key.vni, fact->ifindex, fact->key.addr };

	return mc_member_del(in, &key, MC_ORIGIN_CONTROL);
}

static int take_out(struct mc_instance *in, const struct fact *fact)
{
	const struct mc_group_key group = { .vni = fact->key.vni, .group = fact->key.addr };

	switch (fact->key.kind) {
	case FACT_VNI:
		return remove_vni(in, fact);
	case FACT_UNDERLAY:
		return mc_underlay_del(in, fact->key.dev);
	case FACT_PORT:
		return mc_port_del(in, fact->key.dev);
	case FACT_VTEP:
		return mc_vtep_del(in, &fact->key.addr);
	case FACT_FORWARDING:
		return mc_forward_del(in, &fact->key.addr);
	case FACT_M2P:
		return overlay_apply_m2p(in, fact);
	case FACT_GROUP:
		return apply_groups(in, &fact, 1);
	case FACT_REMOTES:
		return mc_group_exists(in, &group)
			       ? mc_remote_set(in, &group, NULL, 0, &mc_filter_all)
			       : 0;
	default:
		return remove_member(in, fact);
	}
}

int apply_fact(struct mc_instance *in, const struct fact *fact)
{
	return fact->change == FACT_REMOVE ? take_out(in, fact) : put_in(in, fact);
}

int apply_groups(struct mc_instance *in, const struct fact *const *groups, size_t count)
{
	mc_autofree struct mc_group_key *keys = calloc(count + 1, sizeof(*keys));
	mc_autofree __u32 *sizes = calloc(count + 1, sizeof(*sizes));

	if (!keys || !sizes)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		keys[i] = (struct mc_group_key){ groups[i]->key.vni, groups[i]->key.addr };
		sizes[i] = groups[i]->group.size ? groups[i]->group.size : MC_DEFAULT_GROUP_SIZE;
	}
	if (groups[0]->change == FACT_REMOVE)
		return mc_group_del_many(in, keys, (__u32)count);
	return mc_group_add_many(in, keys, sizes, (__u32)count);
}
