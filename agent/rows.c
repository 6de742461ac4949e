/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <net/if.h>
#include <string.h>

#include <bpfcast/util.h>
#include <maps/egress.h>
#include <maps/group.h>
#include <maps/member.h>
#include <maps/port.h>
#include <maps/text.h>
#include <maps/vtep.h>

#include "agent.h"
#include "object.h"
#include "reconcile.h"

#define NSEC_PER_MSEC 1000000ull

static void set(json_t *json, const char *name, json_t *value)
{
	(void)json_object_set_new(json, name, value);
}

static void set_number(json_t *json, const char *name, __u64 value)
{
	set(json, name, json_integer((json_int_t)value));
}

static void set_addr(json_t *json, const char *name, const struct mc_addr *addr)
{
	char text[MC_ADDR_TEXT];

	set(json, name, json_string(mc_addr_format(addr, text)));
}

/* Who wants it: the file, the API, or nobody but whoever put it there. */
static void set_wanted(json_t *json, struct agent *agent, const struct fact_key *key)
{
	const struct reconcile *reconcile = agent->reconcile;
	bool in_file = state_find(&reconcile->file, key), told = state_find(&reconcile->told, key);

	set(json, "wanted",
	    in_file ? json_string("file")
	    : told  ? json_string("api")
		    : json_null());
}

static void set_state(json_t *json, struct agent *agent, const struct fact_key *key,
		      const char *state)
{
	const char *why, *fares = reconcile_fares(agent, key, &why);

	set(json, "state", json_string(why ? fares : state));
	if (why)
		set(json, "why", json_string(why));
}

json_t *row_wanted(struct agent *agent, const struct fact *fact)
{
	json_t *json = object_of_fact(fact);

	set_wanted(json, agent, &fact->key);
	set_state(json, agent, &fact->key, "pending");
	return json;
}

json_t *row_overlay(struct agent *agent, const struct fact *fact)
{
	const struct fact *wanted = state_find(&agent->reconcile->wanted, &fact->key);
	json_t *json = object_of_fact(fact);

	set_wanted(json, agent, &fact->key);
	set_state(json, agent, &fact->key,
		  wanted && !fact_serves(fact, wanted) ? "pending" : "active");
	return json;
}

/* ---- ports ---- */

struct source_search {
	__u32 ifindex;
	json_t *list;
};

static int add_port_source(__u32 ifindex, const struct mc_addr *source, void *arg)
{
	struct source_search *search = arg;
	char text[MC_ADDR_TEXT];

	if (ifindex == search->ifindex)
		(void)json_array_append_new(search->list,
					    json_string(mc_addr_format(source, text)));
	return 0;
}

static void set_port_counters(json_t *json, struct agent *agent, __u32 ifindex)
{
	struct mc_port_state state;

	if (mc_port_state_get(agent->in, ifindex, &state))
		return;
	set_number(json, "groups", state.groups);
	set_number(json, "reports", state.reports);
	set_number(json, "joins", state.joins);
	set_number(json, "leaves", state.leaves);
	set_number(json, "refused", state.refused);
}

json_t *row_port(struct agent *agent, __u32 ifindex, const struct mc_port *port)
{
	struct fact fact = fact_of_port(port);
	bool is_there = if_nametoindex(fact.key.dev) == ifindex;
	json_t *json;

	json = object_of_fact(&fact);
	if (port->flags & MC_PORT_F_CHECK_SOURCE) {
		struct source_search search = { ifindex, json_array() };

		(void)mc_port_for_each_source(agent->in, add_port_source, &search);
		set(json, "sources", search.list);
	}
	set_number(json, "ifindex", ifindex);
	set(json, "attach", json_string(mc_attach_name(port->attach)));
	set_port_counters(json, agent, ifindex);
	set_wanted(json, agent, &fact.key);
	set_state(json, agent, &fact.key, is_there ? "active" : "no-device");
	return json;
}

/* ---- groups ---- */

static json_t *remotes_json(struct agent *agent, const struct mc_group *group)
{
	json_t *list = json_array();
	mc_autoremotes struct mc_remote_list remotes = { 0 };
	struct mc_vtep vtep;
	char text[MC_ADDR_TEXT];

	if (group->remote)
		(void)mc_egress_members(agent->in, &group->key, &remotes);
	for (__u32 i = 0; i < remotes.count; i++)
		if (!mc_vtep_get(agent->in, remotes.item[i].slot.vtep, &vtep))
			(void)json_array_append_new(
				list, json_string(mc_addr_format(&vtep.remote, text)));
	return list;
}

json_t *row_group(struct agent *agent, const struct mc_group *group)
{
	const struct mc_group_counters *counters = &group->counters;
	struct fact_key key = fact_key_group(FACT_GROUP, group->key.vni, &group->key.group);
	json_t *json = json_object();

	if (mc_addr_is_zero(&group->key.group))
		set(json, "group", json_string("link-local"));
	else
		set_addr(json, "group", &group->key.group);
	set_number(json, "vni", group->key.vni);
	set_number(json, "size", group->size);
	set_number(json, "local", group->local);
	set_number(json, "waiting", group->waiting);
	set(json, "remotes", remotes_json(agent, group));
	set_number(json, "packets", counters->port_packets + counters->underlay_packets);
	set_number(json, "bytes", counters->port_bytes + counters->underlay_bytes);
	set_number(json, "local_copies", counters->local_copies);
	set_number(json, "remote_copies", counters->remote_copies);
	set_number(json, "errors", counters->errors);
	set_wanted(json, agent, &key);
	set_state(json, agent, &key, "active");
	return json;
}

/* ---- members ---- */

struct passing {
	bool pass; /* take those that are forwarded, else those that are not */
	json_t *list;
};

static int add_member_source(const struct mc_addr *source, const struct mc_source *entry, void *arg)
{
	struct passing *passing = arg;
	char text[MC_ADDR_TEXT];

	if (!!entry->pass == passing->pass)
		(void)json_array_append_new(passing->list,
					    json_string(mc_addr_format(source, text)));
	return 0;
}

json_t *row_origins(__u8 origins)
{
	static const char *const names[] = { "report", "static", "control" };
	json_t *list = json_array();

	for (size_t i = 0; i < MC_ARRAY_SIZE(names); i++)
		if (origins & (1u << i))
			(void)json_array_append_new(list, json_string(names[i]));
	return list;
}

json_t *row_member(struct agent *agent, const struct mc_member_key *key,
		   const struct mc_member *member, const char *port)
{
	struct fact_key fact_key = fact_key_member(key->vni, &key->group, port);
	struct mc_group_key group = { key->vni, key->group };
	struct passing passing = { .pass = !member->exclude, .list = json_array() };
	bool awaited = state_find(&agent->reconcile->wanted, &fact_key) &&
		       !(member->origins & MC_ORIGIN_CONTROL);
	uint64_t now = agent_now();
	json_t *json = json_object();

	(void)mc_member_for_each_source(agent->in, key, member, add_member_source, &passing);
	set_addr(json, "group", &key->group);
	set_number(json, "vni", key->vni);
	set(json, "port", json_string(port));
	set(json, "mode", json_string(mc_filter_name(member->exclude)));
	set(json, "sources", passing.list);
	set(json, "origins", row_origins(member->origins));
	set_number(json, "version", member->version);
	set_number(json, "errors", member->errors);
	set_number(json, "age_ms", member->since < now ? (now - member->since) / NSEC_PER_MSEC : 0);
	set_wanted(json, agent, &fact_key);
	set_state(json, agent, &fact_key,
		  awaited || !mc_group_exists(agent->in, &group) ? "pending"
		  : member->slot == MC_SLOT_NONE		 ? "waiting"
								 : "active");
	return json;
}
