/* SPDX-License-Identifier: Apache-2.0 */
/* /v1/m2p/{vni}/{group} and /v1/forwarding/{underlay} */
#include "route.h"

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
	if (mc_addr_parse(request->part[3], &group) || !mc_addr_is_multicast(&group)) {
		*result = request_problem(
			request, PROBLEM_BAD_PATH,
			"'%.64s' is no group: a group is in 224.0.0.0/4 or ff00::/8",
			request->part[3]);
		return false;
	}
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

static enum MHD_Result look(struct request *request, const struct fact_key *key,
			    unsigned int status)
{
	struct agent *agent = request->agent;
	const struct fact *wanted = state_find(&agent->reconcile->wanted, key);
	json_t *row = key->kind == FACT_M2P ? find_m2p(agent, key) : find_forwarding(agent, key);
	char text[FACT_TEXT];

	if (!row && wanted)
		row = row_wanted(agent, wanted);
	if (row)
		return request_answer(request, status, row);
	return request_problem(request, PROBLEM_NOT_FOUND, "there is no %s",
			       fact_key_format(key, text));
}

static enum MHD_Result answer_m2p(struct request *request, unsigned int status)
{
	enum MHD_Result result;
	struct fact_key key;

	return parse_m2p(request, &key, &result) ? look(request, &key, status) : result;
}

static enum MHD_Result answer_forwarding(struct request *request, unsigned int status)
{
	enum MHD_Result result;
	struct fact_key key;

	return parse_forwarding(request, &key, &result) ? look(request, &key, status) : result;
}

enum MHD_Result m2p_get(struct request *request)
{
	return answer_m2p(request, MHD_HTTP_OK);
}

enum MHD_Result forwarding_get(struct request *request)
{
	return answer_forwarding(request, MHD_HTTP_OK);
}

enum MHD_Result m2p_put(struct request *request)
{
	autostate struct state facts = { 0 };
	struct object object;
	enum MHD_Result result;
	struct fact_key key;

	if (!parse_m2p(request, &key, &result))
		return result;
	object_init(&object);
	object.vni = key.vni;
	object.group = key.addr;
	if (!resource_read(request, object_kind_of(FACT_M2P), &object, &facts, &result))
		return result;
	return resource_put(request, &facts, answer_m2p);
}

enum MHD_Result forwarding_put(struct request *request)
{
	autostate struct state facts = { 0 };
	struct object object;
	enum MHD_Result result;
	struct fact_key key;

	if (!parse_forwarding(request, &key, &result))
		return result;
	object_init(&object);
	object.underlay_group = key.addr;
	if (!resource_read(request, object_kind_of(FACT_FORWARDING), &object, &facts, &result))
		return result;
	return resource_put(request, &facts, answer_forwarding);
}

enum MHD_Result m2p_delete(struct request *request)
{
	enum MHD_Result result;
	struct fact_key key;

	return parse_m2p(request, &key, &result) ? resource_delete(request, &key) : result;
}

enum MHD_Result forwarding_delete(struct request *request)
{
	enum MHD_Result result;
	struct fact_key key;

	return parse_forwarding(request, &key, &result) ? resource_delete(request, &key) : result;
}
