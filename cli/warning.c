/* SPDX-License-Identifier: Apache-2.0 */
#include "warning.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <bpfcast/util.h>
#include <loader/underlay.h>
#include <maps/group.h>
#include <maps/hop.h>
#include <maps/m2p.h>
#include <maps/member.h>
#include <maps/port.h>
#include <maps/table.h>
#include <maps/text.h>
#include <maps/vtep.h>

#include "device.h"
#include "joined.h"
#include "vtep.h"

/* Inner Ethernet 14, VXLAN or Geneve 8, UDP 8, and IPv4 20 or IPv6 40; 8 for the Multicast option. */
#define OVERHEAD_V4	50
#define OVERHEAD_V6	70
#define OVERHEAD_TAGGED 78

struct sweep {
	struct mc_instance *in;
	warning_fn fn;
	void *arg;
	const struct joined *joined;
	__u32 overhead;	    /* of the outer headers that leave the least room */
	__u32 underlay_mtu; /* where they do; 0: no underlay */
	char underlay[DEVICE_NAME_SIZE];
	__u32 large_ports; /* whose packets do not fit */
	char large_port[DEVICE_NAME_SIZE];
	__u32 large_mtu;
	__u64 waiting; /* members without a slot of a group that is there */
};

__attribute__((format(printf, 2, 3))) static void say(const struct sweep *sweep, const char *fmt,
						      ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	sweep->fn(text, sweep->arg);
}

static void see_overhead(struct sweep *sweep, const struct device *device, __u32 overhead)
{
	if (sweep->underlay_mtu && device->mtu + sweep->overhead >= sweep->underlay_mtu + overhead)
		return;
	sweep->overhead = overhead;
	sweep->underlay_mtu = device->mtu;
	memcpy(sweep->underlay, device->name, sizeof(sweep->underlay));
}

static int see_underlay(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	struct sweep *sweep = arg;
	struct device device;

	if (device_get(ifindex, &device)) {
		say(sweep, "underlay '%s' is gone; 'bpfcast underlay del %s' forgets it",
		    underlay->name, underlay->name);
		return 0;
	}
	if (!device.up)
		say(sweep, "underlay '%s' is down; 'ip link set %s up'", device.name, device.name);
	see_overhead(sweep, &device, mc_addr_is_zero(&underlay->local) ? OVERHEAD_V6 : OVERHEAD_V4);
	return 0;
}

static int see_port(__u32 ifindex, const struct mc_port *port, void *arg)
{
	struct sweep *sweep = arg;
	struct device device;

	if (device_get(ifindex, &device)) {
		say(sweep, "port '%s' is gone; 'bpfcast port del %s' forgets it", port->name,
		    port->name);
		return 0;
	}
	if (strcmp(device.name, port->name) != 0)
		say(sweep, "port '%s' is called '%s' now; 'bpfcast port del %s' and add it again",
		    port->name, device.name, port->name);
	if (sweep->underlay_mtu && device.mtu + sweep->overhead > sweep->underlay_mtu) {
		if (!sweep->large_ports++)
			memcpy(sweep->large_port, device.name, sizeof(sweep->large_port));
		if (device.mtu > sweep->large_mtu)
			sweep->large_mtu = device.mtu;
	}
	return 0;
}

/* One sentence for all ports: a node's pods usually have the same MTU. */
static void say_large_ports(const struct sweep *sweep)
{
	char others[32] = "";

	if (!sweep->large_ports)
		return;
	if (sweep->large_ports > 1)
		snprintf(others, sizeof(others), " and %u more", sweep->large_ports - 1);
	say(sweep,
	    "port '%s'%s: MTU %u and %u bytes of outer headers do not fit the MTU %u of underlay "
	    "'%s': larger packets are lost to other nodes; lower the one or raise the other",
	    sweep->large_port, others, sweep->large_mtu, sweep->overhead, sweep->underlay_mtu,
	    sweep->underlay);
}

static int see_vtep(__u32 id, const struct mc_vtep *vtep, void *arg)
{
	struct sweep *sweep = arg;
	struct mc_next_hop hop;
	struct device device;
	char text[MC_ADDR_TEXT];
	bool has_hop = !mc_vtep_next_hop(sweep->in, id, &hop);

	mc_addr_format(&vtep->remote, text);
	if (device_get(vtep->ifindex, &device))
		say(sweep, "VTEP %s: its underlay device is gone; 'bpfcast vtep replace %s'", text,
		    text);
	else if (has_hop &&
		 (hop.state == MC_NEXT_HOP_NO_NEIGHBOUR || hop.state == MC_NEXT_HOP_UNREACHABLE))
		say(sweep,
		    "VTEP %s had no next hop when a packet last asked (%s); 'ip route get %s' and 'ip neigh' tell why",
		    text, vtep_next_hop_name(hop.state), text);
	if (!device_get(vtep->ifindex, &device))
		see_overhead(sweep, &device,
			     mc_addr_is_v4(&vtep->remote) ? OVERHEAD_V4 : OVERHEAD_V6);
	return 0;
}

/* A hop that nobody answers at still sends, since the group gives the MAC: a route is enough. */
static int see_hop(__u32 id, const struct mc_vtep *hop, void *arg)
{
	char via[MC_ADDR_TEXT], underlay[MC_ADDR_TEXT];
	struct sweep *sweep = arg;
	struct mc_next_hop next_hop;
	struct device device;

	if (!mc_vtep_next_hop(sweep->in, id, &next_hop) &&
	    next_hop.state == MC_NEXT_HOP_UNREACHABLE)
		say(sweep,
		    "next hop %s of %s had no route by an underlay when a packet last asked; 'ip route "
		    "get %s' tells why",
		    mc_addr_format(&hop->via, via), mc_addr_format(&hop->remote, underlay), via);
	if (!device_get(hop->ifindex, &device))
		see_overhead(sweep, &device,
			     mc_addr_is_multicast(&hop->via) ? OVERHEAD_V6 : OVERHEAD_TAGGED);
	return 0;
}

/* A mapping whose underlay group is not joined on an underlay where it should be. */
struct mapping {
	struct sweep *sweep;
	const struct mc_m2p *m2p;
};

static int see_joined(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	struct mapping *mapping = arg;
	char text[MC_ADDR_TEXT];
	struct device device;

	if (mc_addr_is_zero(&underlay->local6) || device_get(ifindex, &device) || !device.up ||
	    (mapping->m2p->ifindex && mapping->m2p->ifindex != ifindex) ||
	    joined_has(mapping->sweep->joined, ifindex, &mapping->m2p->underlay))
		return 0;
	say(mapping->sweep,
	    "underlay group %s is not joined on '%s' any more; 'bpfcast m2p replace' joins it again",
	    mc_addr_format(&mapping->m2p->underlay, text), underlay->name);
	return 0;
}

static int see_mapping(const struct mc_group_key *key, const struct mc_m2p *m2p, void *arg)
{
	struct mapping mapping = { arg, m2p };

	(void)key;
	return mc_underlay_for_each(mapping.sweep->in, see_joined, &mapping);
}

static int see_member(const struct mc_member_key *key, const struct mc_member *member, void *arg)
{
	struct mc_group_key group = { key->vni, key->group };
	struct sweep *sweep = arg;

	/* While nobody has added the group there is no slot either: no fault of the instance. */
	sweep->waiting += member->slot == MC_SLOT_NONE && mc_group_exists(sweep->in, &group);
	return 0;
}

int warning_for_each(struct mc_instance *in, warning_fn fn, void *arg)
{
	autojoined struct joined joined = {};
	struct sweep sweep = { .in = in, .fn = fn, .arg = arg, .joined = &joined };
	int err = joined_read(&joined);

	if (!err)
		err = mc_underlay_for_each(in, see_underlay, &sweep);
	if (!err)
		err = mc_vtep_for_each(in, see_vtep, &sweep);
	if (!err)
		err = mc_hop_for_each(in, see_hop, &sweep);
	if (!err)
		err = mc_m2p_for_each(in, see_mapping, &sweep);
	if (!err)
		err = mc_port_for_each(in, see_port, &sweep);
	if (err)
		return err;
	say_large_ports(&sweep);
	err = mc_member_for_each(in, see_member, &sweep);
	if (!err && sweep.waiting)
		say(&sweep,
		    "members that wait for a slot in a full group: %llu; 'bpfcast group show' "
		    "tells which: delete it and add it with a larger size",
		    (unsigned long long)sweep.waiting);
	return err;
}
