/* SPDX-License-Identifier: Apache-2.0 */
/* Facts as the JSON objects that they could have been read from. */
#include "object.h"

#include <stdio.h>

#include <maps/text.h>

#define NO_LIMIT 0xffffffffu

static json_t *addr_json(const struct mc_addr *addr)
{
	char text[MC_ADDR_TEXT];

	return json_string(mc_addr_format(addr, text));
}

/* NULL: leave the field out, as "o*" of json_pack() does. */
static json_t *addr_or_none(const struct mc_addr *addr)
{
	return mc_addr_is_zero(addr) ? NULL : addr_json(addr);
}

static json_t *addrs_json(const struct fact *fact)
{
	json_t *list = json_array();

	for (__u32 i = 0; list && i < fact->count; i++)
		(void)json_array_append_new(list, addr_json(&fact->addrs[i]));
	return list;
}

static json_t *vni_json(const struct fact *fact)
{
	const struct fact_vni *vni = &fact->vni;

	json_t *json = json_pack(
		"{s:i, s:s*, s:s*}", "vni", (int)fact->key.vni, "unknown",
		vni->unknown == FACT_ANY ? NULL : mc_unknown_policy_name(vni->unknown),
		"link_local",
		vni->link_local == FACT_ANY ? NULL : mc_link_local_policy_name(vni->link_local));

	if (vni->storm_rate != FACT_ANY_RATE)
		json_object_set_new(json, "storm_rate", json_integer(vni->storm_rate));
	return json;
}

static json_t *underlay_json(const struct fact *fact)
{
	const struct fact_underlay *underlay = &fact->underlay;

	return json_pack("{s:s, s:o*, s:s*}", "underlay", fact->key.dev, "addr",
			 addr_or_none(&underlay->local), "xdp",
			 underlay->xdp == FACT_ANY ? NULL : mc_xdp_name(underlay->xdp));
}

static json_t *port_json(const struct fact *fact)
{
	const struct fact_port *port = &fact->port;
	__u32 groups = port->limit_groups == NO_LIMIT ? 0 : port->limit_groups;
	char mac[18];
	json_t *json = json_pack(
		"{s:s, s:i, s:s, s:s, s:I, s:I, s:I}", "port", fact->key.dev, "vni", (int)port->vni,
		"kind", mc_port_kind_name(port->kind), "query", port->may_query ? "allow" : "deny",
		"limit_groups", (json_int_t)groups, "limit_sources",
		(json_int_t)port->limit_sources, "limit_rate", (json_int_t)port->limit_rate);

	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", port->mac[0], port->mac[1],
		 port->mac[2], port->mac[3], port->mac[4], port->mac[5]);
	if (port->check_mac)
		json_object_set_new(json, "mac", json_string(mac));
	if (port->vlan)
		json_object_set_new(json, "vlan", json_integer(port->vlan));
	if (fact->count)
		json_object_set_new(json, "sources", addrs_json(fact));
	return json;
}

static json_t *vtep_json(const struct fact *fact)
{
	const struct fact_vtep *vtep = &fact->vtep;
	json_t *json =
		json_pack("{s:o, s:s, s:s*, s:o*}", "vtep", addr_json(&fact->key.addr), "encap",
			  mc_encap_name(vtep->encap), "dev", vtep->dev[0] ? vtep->dev : NULL, "src",
			  addr_or_none(&vtep->source));

	if (vtep->port)
		json_object_set_new(json, "port", json_integer(vtep->port));
	return json;
}

static json_t *forwarding_json(const struct fact *fact)
{
	return json_pack("{s:o, s:s, s:o}", "underlay", addr_json(&fact->key.addr), "choose",
			 fact->forwarding.choose_one ? "one" : "every", "hops",
			 object_hops_json(fact));
}

static json_t *m2p_json(const struct fact *fact)
{
	const struct fact_m2p *m2p = &fact->m2p;
	json_t *json = json_pack("{s:o, s:i, s:o}", "group", addr_json(&fact->key.addr), "vni",
				 (int)fact->key.vni, "underlay", addr_json(&m2p->underlay));

	if (m2p->dev[0]) {
		json_object_set_new(json, "dev", json_string(m2p->dev));
		json_object_set_new(json, "encap", json_string(mc_encap_name(m2p->encap)));
	}
	return json;
}

static json_t *group_json(const struct fact *fact)
{
	json_t *json = json_pack("{s:o, s:i}", "group", addr_json(&fact->key.addr), "vni",
				 (int)fact->key.vni);

	if (fact->group.size)
		json_object_set_new(json, "size", json_integer(fact->group.size));
	return json;
}

static json_t *member_json(const struct fact *fact)
{
	return json_pack("{s:o, s:i, s:s, s:s, s:o}", "group", addr_json(&fact->key.addr), "vni",
			 (int)fact->key.vni, "port", fact->key.dev, "mode",
			 mc_filter_name(!fact->member.include), "sources", addrs_json(fact));
}

json_t *object_of_fact(const struct fact *fact)
{
	switch (fact->key.kind) {
	case FACT_VNI:
		return vni_json(fact);
	case FACT_UNDERLAY:
		return underlay_json(fact);
	case FACT_PORT:
		return port_json(fact);
	case FACT_VTEP:
		return vtep_json(fact);
	case FACT_FORWARDING:
		return forwarding_json(fact);
	case FACT_M2P:
		return m2p_json(fact);
	case FACT_GROUP:
		return group_json(fact);
	case FACT_REMOTES:
		return addrs_json(fact);
	default:
		return member_json(fact);
	}
}
