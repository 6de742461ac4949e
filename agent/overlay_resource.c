/* SPDX-License-Identifier: Apache-2.0 */
/* /v1/m2p/{vni}/{group} and /v1/forwarding/{underlay} */
#include "route.h"

#include <string.h>

#include <maps/forward.h>
#include <maps/m2p.h>
#include <maps/remote_list.h>
#include <maps/text.h>

#include "agent.h"
#include "overlay_facts.h"
#include "reconcile.h"
#include "resource.h"
#include "rows.h"

/* False: answered. */
static bool parse_m2p(struct request *request, struct fact_key *key, enum MHD_Result *result)
{
	struct mc_addr group;
	__u32 vni;

	if (!resource_number(request->part[2], MC_VNI_MAX, &vni)) {
		*result = request_problem(request, PROBLEM_BAD_PATH,
					  "'%.64s' is no VNI: a number from 0 to %d",
					  request->part[2], MC_VNI_MAX);
		return false;
	}
	if (!resource_group(request, request->part[3], &group, result))
		return false;
	*key = fact_key_group(FACT_M2P, vni, &group);
	return true;
}

static bool parse_forwarding(struct request *request, struct fact_key *key, enum MHD_Result *result)
{
	struct mc_addr underlay;

	if (!mc_addr_parse(request->part[2], &underlay) && mc_addr_is_multicast(&underlay)) {
		*key = fact_key_forwarding(&underlay);
		return true;
	}
	*result = request_problem(request, PROBLEM_BAD_PATH,
				  "'%.64s' is no underlay group: one is in ff04::/16",
				  request->part[2]);
	return false;
}

static bool parse(struct request *request, struct fact_key *key, enum MHD_Result *result)
{
	return !strcmp(request->part[1], "m2p") ? parse_m2p(request, key, result)
						: parse_forwarding(request, key, result);
}

/* NULL: not in the tables. */
static json_t *find_m2p(struct agent *agent, const struct fact_key *key)
{
	const struct mc_group_key group = { .vni = key->vni, .group = key->addr };
	struct mc_m2p m2p;
	struct fact fact;

	if (!agent->in || mc_m2p_get(agent->in, &group, &m2p))
		return NULL;
	fact = overlay_m2p(agent->in, &group, &m2p);
	return row_overlay(agent, &fact);
}

static json_t *find_forwarding(struct agent *agent, const struct fact_key *key)
{
	mc_autoremotes struct mc_remote_list hops = { 0 };
	struct fact fact;
	json_t *row = NULL;

	if (!agent->in || mc_forward_get(agent->in, &key->addr, &hops))
		return NULL;
	if (!overlay_forwarding(agent->in, &key->addr, &hops, &fact))
		row = row_overlay(agent, &fact);
	fact_free(&fact);
	return row;
}

static enum MHD_Result look(struct request *request, unsigned int status)
{
	struct agent *agent = request->agent;
	const struct fact *wanted;
	enum MHD_Result result;
	struct fact_key key;
	char text[FACT_TEXT];
	json_t *row;

	if (!parse(request, &key, &result))
		return result;
	row = key.kind == FACT_M2P ? find_m2p(agent, &key) : find_forwarding(agent, &key);
	wanted = state_find(&agent->reconcile->wanted, &key);
	if (!row && wanted)
		row = row_wanted(agent, wanted);
	if (row)
		return request_answer(request, status, row);
	return request_problem(request, PROBLEM_NOT_FOUND, "there is no %s",
			       fact_key_format(&key, text));
}

enum MHD_Result overlay_get(struct request *request)
{
	return look(request, MHD_HTTP_OK);
}

enum MHD_Result overlay_put(struct request *request)
{
	autostate struct state facts = { 0 };
	struct object object;
	enum MHD_Result result;
	struct fact_key key;

	if (!parse(request, &key, &result))
		return result;
	object_init(&object);
	if (key.kind == FACT_M2P) {
		object.vni = key.vni;
		object.group = key.addr;
	} else {
		object.underlay_group = key.addr;
	}
	if (!resource_read(request, object_kind_of(key.kind), &object, &facts, &result))
		return result;
	return resource_put(request, &facts, look);
}

enum MHD_Result overlay_delete(struct request *request)
{
	enum MHD_Result result;
	struct fact_key key;

	return parse(request, &key, &result) ? resource_delete(request, &key) : result;
}
