/* SPDX-License-Identifier: Apache-2.0 */
/* /v1/ports/{port} */
#include "route.h"

#include <string.h>

#include <maps/port.h>

#include "agent.h"
#include "reconcile.h"
#include "resource.h"
#include "rows.h"

static enum MHD_Result refuse_name(struct request *request)
{
	return request_problem(
		request, PROBLEM_BAD_PATH,
		"'%.64s' cannot be a device: 1 to %d characters, no '/', ':' or space",
		request->part[2], FACT_DEV_SIZE - 1);
}

static enum MHD_Result look(struct request *request, unsigned int status)
{
	struct agent *agent = request->agent;
	struct fact_key key = fact_key_dev(FACT_PORT, request->part[2]);
	const struct fact *wanted = state_find(&agent->reconcile->wanted, &key);
	struct mc_port port;
	__u32 ifindex;

	if (agent->in && !mc_port_find(agent->in, request->part[2], &ifindex) &&
	    !mc_port_get(agent->in, ifindex, &port))
		return request_answer(request, status, row_port(agent, ifindex, &port));
	if (wanted)
		return request_answer(request, status, row_wanted(agent, wanted));
	return request_problem(request, PROBLEM_NOT_FOUND, "'%s' is no port", request->part[2]);
}

enum MHD_Result port_get(struct request *request)
{
	return field_is_device(request->part[2]) ? look(request, MHD_HTTP_OK)
						 : refuse_name(request);
}

enum MHD_Result port_put(struct request *request)
{
	autostate struct state facts = { 0 };
	struct object object;
	enum MHD_Result result;

	if (!field_is_device(request->part[2]))
		return refuse_name(request);
	object_init(&object);
	memcpy(object.port, request->part[2], strlen(request->part[2]));
	if (!resource_read(request, object_kind_of(FACT_PORT), &object, &facts, &result))
		return result;
	return resource_put(request, &facts, look);
}

/* Its members go with it. */
enum MHD_Result port_delete(struct request *request)
{
	struct fact_key key = fact_key_dev(FACT_PORT, request->part[2]);
	int err = 0;

	if (!field_is_device(request->part[2]))
		return refuse_name(request);
	if (!state_find(&request->agent->reconcile->file, &key))
		err = reconcile_forget_members(request->agent, request->part[2]);
	if (err)
		return request_problem(request, PROBLEM_INTERNAL, "cannot keep it: %s",
				       strerror(-err));
	return resource_delete(request, &key);
}
