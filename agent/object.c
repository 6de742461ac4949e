/* SPDX-License-Identifier: Apache-2.0 */
#include "object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/util.h>
#include <maps/text.h>

#include "fault.h"
#include "object_check.h"
#include "state.h"

#define VLAN_MAX       4094
#define RATE_MAX       1000000000 /* the datapath counts nanoseconds */
#define NO_LIMIT       0xffffffffu
#define COUNT_MAX      100
#define ROBUSTNESS_MAX 7      /* three bits in a query, RFC 9776 section 4.1.6 */
#define QUERY_MS       125000 /* RFC 9776 section 8.2 */
#define RESPONSE_MS    10000  /* section 8.3 */
#define DAY_MS	       86400000

static const char *query_name(unsigned int query)
{
	return query ? "allow" : "deny";
}

static const char *choose_name(unsigned int one)
{
	return one ? "one" : "every";
}

#define AT(name) offsetof(struct object, name)

#define IN_QUERIER(name) offsetof(struct object_querier, name)

static const struct field querier_fields[] = {
	FIELD("enabled", read_boolean, IN_QUERIER(enabled)),
	FIELD("robustness", read_number, IN_QUERIER(robustness), .min = 1, .max = ROBUSTNESS_MAX),
	FIELD("query_interval", read_number, IN_QUERIER(query_interval), .min = 1, .max = DAY_MS),
	FIELD("response_interval", read_number, IN_QUERIER(response_interval), .min = 1,
	      .max = DAY_MS),
	FIELD("startup_interval", read_number, IN_QUERIER(startup_interval), .min = 1,
	      .max = DAY_MS),
	FIELD("startup_count", read_number, IN_QUERIER(startup_count), .min = 1, .max = COUNT_MAX),
	FIELD("last_member_interval", read_number, IN_QUERIER(last_member_interval), .min = 1,
	      .max = DAY_MS),
	FIELD("last_member_count", read_number, IN_QUERIER(last_member_count), .min = 1,
	      .max = COUNT_MAX),
	FIELD("source", read_addr, IN_QUERIER(source)),
	FIELD("source6", read_addr, IN_QUERIER(source6)),
	{},
};

static const struct field vni_fields[] = {
	FIELD("vni", read_number, AT(vni), .flags = FIELD_NEEDED | FIELD_IN_PATH,
	      .max = MC_VNI_MAX),
	FIELD("unknown", read_choice, AT(unknown), .max = MC_UNKNOWN_LEARN,
	      .choice = mc_unknown_policy_name),
	FIELD("link_local", read_choice, AT(link_local), .max = MC_LINK_LOCAL_FLOOD,
	      .choice = mc_link_local_policy_name),
	FIELD("storm_rate", read_number, AT(storm_rate), .max = MC_STORM_RATE_MAX),
	FIELD("grace", read_number, AT(grace), .max = DAY_MS),
	FIELD("size", read_number, AT(size), .min = 1, .max = MC_GROUP_SIZE_MAX),
	FIELD("querier", read_nested, AT(querier), .fields = querier_fields),
	{},
};

static const struct field underlay_fields[] = {
	FIELD("underlay", read_device, AT(underlay), .flags = FIELD_NEEDED | FIELD_IN_PATH),
	FIELD("addr", read_addr, AT(addr)),
	FIELD("xdp", read_choice, AT(xdp), .max = MC_XDP_NATIVE, .choice = mc_xdp_name),
	{},
};

static const struct field port_fields[] = {
	FIELD("port", read_device, AT(port), .flags = FIELD_NEEDED | FIELD_IN_PATH),
	FIELD("vni", read_number, AT(vni), .flags = FIELD_NEEDED, .max = MC_VNI_MAX),
	FIELD("kind", read_choice, AT(kind), .max = MC_PORT_SYSTEM, .choice = mc_port_kind_name),
	FIELD("vlan", read_number, AT(vlan), .min = 1, .max = VLAN_MAX),
	FIELD("mac", read_mac, AT(mac)),
	FIELD("sources", read_addrs, AT(sources), .max = MC_SOURCES_MAX),
	FIELD("query", read_choice, AT(query), .max = 1, .choice = query_name),
	FIELD("limit_groups", read_number, AT(limit_groups), .max = NO_LIMIT),
	FIELD("limit_sources", read_number, AT(limit_sources), .min = 1, .max = MC_SOURCES_MAX),
	FIELD("limit_rate", read_number, AT(limit_rate), .max = RATE_MAX),
	{},
};

static const struct field vtep_fields[] = {
	FIELD("vtep", read_addr, AT(vtep), .flags = FIELD_NEEDED | FIELD_IN_PATH),
	FIELD("encap", read_choice, AT(encap), .min = MC_ENCAP_VXLAN, .max = MC_ENCAP_GENEVE,
	      .choice = mc_encap_name),
	FIELD("port", read_number, AT(udp_port), .min = 1, .max = 65535),
	FIELD("dev", read_device, AT(dev)),
	FIELD("src", read_addr, AT(src)),
	{},
};

static const struct field forwarding_fields[] = {
	FIELD("underlay", read_addr, AT(underlay_group), .flags = FIELD_NEEDED | FIELD_IN_PATH),
	FIELD("choose", read_choice, AT(choose), .max = 1, .choice = choose_name),
	FIELD("hops", read_hops, AT(hops)),
	{},
};

static const struct field m2p_fields[] = {
	FIELD("group", read_addr, AT(group), .flags = FIELD_NEEDED | FIELD_IN_PATH),
	FIELD("vni", read_number, AT(vni), .flags = FIELD_NEEDED | FIELD_IN_PATH,
	      .max = MC_VNI_MAX),
	FIELD("underlay", read_addr, AT(underlay_group), .flags = FIELD_NEEDED),
	FIELD("dev", read_device, AT(dev)),
	FIELD("encap", read_choice, AT(m2p_encap), .min = MC_ENCAP_VXLAN, .max = MC_ENCAP_GENEVE,
	      .choice = mc_encap_name),
	{},
};

static const struct field group_fields[] = {
	FIELD("group", read_addr, AT(group), .flags = FIELD_NEEDED | FIELD_IN_PATH),
	FIELD("vni", read_number, AT(vni), .flags = FIELD_NEEDED, .max = MC_VNI_MAX),
	FIELD("size", read_number, AT(size), .min = 1, .max = MC_GROUP_SIZE_MAX),
	FIELD("remotes", read_addrs, AT(remotes), .max = MC_DEFAULT_VTEPS),
	{},
};

static const struct field member_fields[] = {
	FIELD("group", read_addr, AT(group), .flags = FIELD_NEEDED | FIELD_IN_PATH),
	FIELD("vni", read_number, AT(vni), .flags = FIELD_NEEDED, .max = MC_VNI_MAX),
	FIELD("port", read_device, AT(port), .flags = FIELD_NEEDED | FIELD_IN_PATH),
	FIELD("mode", read_choice, AT(exclude), .max = 1, .choice = mc_filter_name),
	FIELD("sources", read_addrs, AT(sources), .max = MC_SOURCES_MAX),
	{},
};

/* ---- facts of objects ---- */

static int add_fact(struct state *state, struct fact fact, struct addrs *addrs)
{
	if (addrs) {
		fact.addrs = MC_TAKE_PTR(addrs->list);
		fact.count = MC_TAKE(addrs->count, 0);
	}
	return state_add(state, &fact);
}

static int vni_to_facts(struct object *object, struct state *state)
{
	struct fact fact = {
		.key = fact_key_vni(object->vni),
		.vni = { .unknown = object->unknown,
			 .link_local = object->link_local,
			 .storm_rate = object->storm_rate },
	};

	return add_fact(state, fact, NULL);
}

static int underlay_to_facts(struct object *object, struct state *state)
{
	struct fact fact = {
		.key = fact_key_dev(FACT_UNDERLAY, object->underlay),
		.underlay = { .local = object->addr, .xdp = object->xdp },
	};

	return add_fact(state, fact, NULL);
}

static int port_to_facts(struct object *object, struct state *state)
{
	static const __u8 none[6];
	struct fact fact = {
		.key = fact_key_dev(FACT_PORT, object->port),
		.port = { .vni = object->vni,
			  .kind = object->kind,
			  .may_query = object->query,
			  .check_mac = memcmp(object->mac, none, sizeof(none)) != 0,
			  .vlan = (__u16)object->vlan,
			  .limit_groups = object->limit_groups ? object->limit_groups : NO_LIMIT,
			  .limit_sources = object->limit_sources,
			  .limit_rate = object->limit_rate },
	};

	memcpy(fact.port.mac, object->mac, sizeof(fact.port.mac));
	return add_fact(state, fact, &object->sources);
}

static int vtep_to_facts(struct object *object, struct state *state)
{
	struct fact fact = {
		.key = fact_key_vtep(&object->vtep),
		.vtep = { .source = object->src,
			  .port = (__u16)object->udp_port,
			  .encap = object->encap },
	};

	memcpy(fact.vtep.dev, object->dev, sizeof(fact.vtep.dev));
	return add_fact(state, fact, NULL);
}

static int forwarding_to_facts(struct object *object, struct state *state)
{
	struct fact fact = {
		.key = fact_key_forwarding(&object->underlay_group),
		.forwarding.choose_one = object->choose,
	};
	int err = object_hops_to_fact(&object->hops, &fact);

	if (!err)
		return state_add(state, &fact);
	fact_free(&fact);
	return err;
}

static int m2p_to_facts(struct object *object, struct state *state)
{
	struct fact fact = {
		.key = fact_key_group(FACT_M2P, object->vni, &object->group),
		.m2p = { .underlay = object->underlay_group,
			 .encap = object->m2p_encap == FACT_ANY ? MC_ENCAP_GENEVE
								: object->m2p_encap },
	};

	memcpy(fact.m2p.dev, object->dev, sizeof(fact.m2p.dev));
	return add_fact(state, fact, NULL);
}

/* A group that says nothing of remote members leaves them to others. */
static int group_to_facts(struct object *object, struct state *state)
{
	struct fact group = { .key = fact_key_group(FACT_GROUP, object->vni, &object->group),
			      .group.size = object->size };
	struct fact remotes = { .key = fact_key_group(FACT_REMOTES, object->vni, &object->group) };
	int err = add_fact(state, group, NULL);

	return err || !object->remotes.list ? err : add_fact(state, remotes, &object->remotes);
}

static int member_to_facts(struct object *object, struct state *state)
{
	struct fact fact = {
		.key = fact_key_member(object->vni, &object->group, object->port),
		.member.include = !object->exclude,
	};

	return add_fact(state, fact, &object->sources);
}

const struct object_kind object_kinds[OBJECT_KINDS] = {
	{ "vnis", "vni", vni_fields, object_check_vni, vni_to_facts },
	{ "underlays", "underlay", underlay_fields, object_check_underlay, underlay_to_facts },
	{ "ports", "port", port_fields, object_check_port, port_to_facts },
	{ "vteps", "vtep", vtep_fields, object_check_vtep, vtep_to_facts },
	{ "forwarding", "forwarding entry", forwarding_fields, object_check_forwarding,
	  forwarding_to_facts },
	{ "m2p", "mapping", m2p_fields, object_check_m2p, m2p_to_facts },
	{ "groups", "group", group_fields, object_check_group, group_to_facts },
	{ "members", "member", member_fields, object_check_member, member_to_facts },
};

const struct object_kind *object_kind_of(enum fact_kind kind)
{
	static const signed char places[FACT_KINDS] = {
		[FACT_VNI] = 0,	  [FACT_UNDERLAY] = 1,	 [FACT_PORT] = 2,
		[FACT_VTEP] = 3,  [FACT_FORWARDING] = 4, [FACT_M2P] = 5,
		[FACT_GROUP] = 6, [FACT_REMOTES] = -1,	 [FACT_MEMBER] = 7,
	};

	return places[kind] < 0 ? NULL : &object_kinds[places[kind]];
}

void object_init(struct object *object)
{
	*object = (struct object){
		.xdp = FACT_ANY,
		.unknown = FACT_ANY,
		.link_local = FACT_ANY,
		.storm_rate = FACT_ANY_RATE,
		.encap = MC_ENCAP_VXLAN,
		.m2p_encap = FACT_ANY,
		.exclude = 1,
		.limit_groups = MC_DEFAULT_LIMIT_GROUPS,
		.limit_sources = MC_DEFAULT_LIMIT_SOURCES,
		.limit_rate = MC_DEFAULT_LIMIT_RATE,
		.querier = { .query_interval = QUERY_MS, .response_interval = RESPONSE_MS },
	};
}

void object_free(struct object *object)
{
	free(object->sources.list);
	free(object->remotes.list);
	object->sources = (struct addrs){ 0 };
	object->remotes = (struct addrs){ 0 };
	object_hops_free(&object->hops);
}

void object_read(struct reader *reader, const struct object_kind *kind, const json_t *value,
		 unsigned int skip, struct object *object)
{
	size_t before = reader->faults->count;

	field_read_object(reader, value, kind->fields, skip, object);
	if (reader->faults->count == before)
		kind->check(reader, object);
}
