/* SPDX-License-Identifier: Apache-2.0 */
/* /v1/ports/{port}/groups/{group} */
#include "route.h"

#include <errno.h>
#include <string.h>

#include <maps/member.h>
#include <maps/port.h>

#include "agent.h"
#include "reconcile.h"
#include "resource.h"
#include "rows.h"

/* The member that the URL names; VNI: that of ?vni=, or of the port. */
struct target {
	struct fact_key key;
	__u32 ifindex; /* 0: no such port in the tables */
};

/* False: answered. */
static bool parse_names(struct request *request, struct mc_addr *group, enum MHD_Result *result)
{
	if (!field_is_device(request->part[2])) {
		*result = request_problem(request, PROBLEM_BAD_PATH,
					  "'%.64s' cannot be a device: 1 to %d characters, no '/', "
					  "':' or space",
					  request->part[2], FACT_DEV_SIZE - 1);
		return false;
	}
	return resource_group(request, request->part[4], group, result);
}

/* False: answered. */
static bool parse_vni(struct request *request, bool *given, __u32 *vni, enum MHD_Result *result)
{
	const char *text = request_argument(request, "vni");

	*given = text;
	if (!text || resource_number(text, MC_VNI_MAX, vni))
		return true;
	*result = request_problem(request, PROBLEM_BAD_ARGUMENT, "vni is a number from 0 to %d",
				  MC_VNI_MAX);
	return false;
}

/* The VNI in which the API wants a member of these names, where it does. */
static bool find_told(const struct request *request, const struct mc_addr *group, __u32 *vni)
{
	const struct state *told = &request->agent->reconcile->told;

	for (size_t i = 0; i < told->count; i++) {
		const struct fact_key *key = &told->facts[i].key;

		if (key->kind == FACT_MEMBER && mc_addr_equal(&key->addr, group) &&
		    !strcmp(key->dev, request->part[2])) {
			*vni = key->vni;
			return true;
		}
	}
	return false;
}

/* False: answered. */
static bool parse(struct request *request, struct target *target, enum MHD_Result *result)
{
	struct agent *agent = request->agent;
	struct mc_port port = { 0 };
	struct mc_addr group;
	bool given;
	__u32 vni = 0;

	*target = (struct target){ 0 };
	if (!parse_names(request, &group, result) || !parse_vni(request, &given, &vni, result))
		return false;
	if (agent->in && !mc_port_find(agent->in, request->part[2], &target->ifindex) &&
	    !mc_port_get(agent->in, target->ifindex, &port) && !given)
		vni = port.vni;
	if (!given)
		(void)find_told(request, &group, &vni);
	target->key = fact_key_member(vni, &group, request->part[2]);
	return true;
}

static enum MHD_Result look(struct request *request, const struct target *target,
			    unsigned int status)
{
	struct mc_member_key key = { target->key.vni, target->ifindex, target->key.addr };
	struct agent *agent = request->agent;
	const struct fact *wanted = state_find(&agent->reconcile->wanted, &target->key);
	struct mc_member member;

	if (target->ifindex && !mc_member_get(agent->in, &key, &member))
		return request_answer(request, status,
				      row_member(agent, &key, &member, target->key.dev));
	if (wanted)
		return request_answer(request, status, row_wanted(agent, wanted));
	return request_problem(request, PROBLEM_NOT_FOUND, "port '%s' is no member of it in VNI %u",
			       target->key.dev, target->key.vni);
}

enum MHD_Result member_get(struct request *request)
{
	enum MHD_Result result;
	struct target target;

	return parse(request, &target, &result) ? look(request, &target, MHD_HTTP_OK) : result;
}

static enum MHD_Result answer_put(struct request *request, unsigned int status)
{
	enum MHD_Result result;
	struct target target;

	return parse(request, &target, &result) ? look(request, &target, status) : result;
}

/* The port is wanted, or there, in another VNI: that can never be. False: answered. */
static bool check_vni(struct request *request, const struct fact *member, enum MHD_Result *result)
{
	struct fact_key key = fact_key_dev(FACT_PORT, member->key.dev);
	const struct fact *wanted = state_find(&request->agent->reconcile->wanted, &key);
	struct mc_port port;
	__u32 ifindex, vni = member->key.vni;

	if (wanted)
		vni = wanted->port.vni;
	else if (request->agent->in &&
		 !mc_port_find(request->agent->in, member->key.dev, &ifindex) &&
		 !mc_port_get(request->agent->in, ifindex, &port))
		vni = port.vni;
	if (vni == member->key.vni)
		return true;
	*result = request_problem(request, PROBLEM_BAD_OBJECT, "port '%s' is in VNI %u, not %u",
				  member->key.dev, vni, member->key.vni);
	return false;
}

enum MHD_Result member_put(struct request *request)
{
	autostate struct state facts = { 0 };
	struct object object;
	struct mc_addr group;
	enum MHD_Result result;

	if (!parse_names(request, &group, &result))
		return result;
	object_init(&object);
	memcpy(object.port, request->part[2], strlen(request->part[2]));
	object.group = group;
	if (!resource_read(request, object_kind_of(FACT_MEMBER), &object, &facts, &result) ||
	    !check_vni(request, &facts.facts[0], &result))
		return result;
	return resource_put(request, &facts, answer_put);
}

enum MHD_Result member_delete(struct request *request)
{
	enum MHD_Result result;
	struct target target;
	__u32 vni;

	if (!parse(request, &target, &result))
		return result;
	if (!request_argument(request, "vni") && find_told(request, &target.key.addr, &vni))
		target.key.vni = vni;
	return resource_delete(request, &target.key);
}
