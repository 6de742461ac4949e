/* SPDX-License-Identifier: Apache-2.0 */
#include "resource.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <maps/text.h>

#include "agent.h"
#include "fault.h"
#include "reconcile.h"

bool resource_read(struct request *request, const struct object_kind *kind, struct object *object,
		   struct state *facts, enum MHD_Result *result)
{
	autofaults struct faults faults = { 0 };
	struct reader reader = { .faults = &faults, .path = "$" };
	json_error_t error;
	json_t *json = json_loadb(request->body ? request->body : "", request->length,
				  JSON_REJECT_DUPLICATES, &error);
	int err = 0;

	if (!json) {
		object_free(object);
		*result = request_problem(request, PROBLEM_BAD_JSON, "line %d, column %d: %s",
					  error.line, error.column, error.text);
		return false;
	}
	object_read(&reader, kind, json, FIELD_IN_PATH, object);
	json_decref(json);
	if (!faults.count)
		err = kind->to_facts(object, facts);
	object_free(object);
	if (!faults.count && !err)
		return true;
	*result = err ? MHD_NO : request_problem_faults(request, PROBLEM_BAD_OBJECT, &faults);
	return false;
}

bool resource_number(const char *text, __u32 most, __u32 *value)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (!isdigit((unsigned char)text[0]) || *end || number > most)
		return false;
	*value = (__u32)number;
	return true;
}

bool resource_group(struct request *request, const char *text, struct mc_addr *group,
		    enum MHD_Result *result)
{
	if (!mc_addr_parse(text, group) && mc_addr_is_multicast(group))
		return true;
	*result =
		request_problem(request, PROBLEM_BAD_PATH,
				"'%.64s' is no group: a group is in 224.0.0.0/4 or ff00::/8", text);
	return false;
}

enum MHD_Result resource_put(struct request *request, const struct state *facts,
			     enum MHD_Result (*answer)(struct request *request,
						       unsigned int status))
{
	enum reconcile_told was;
	int err = reconcile_put(request->agent, facts, &was);

	if (err == -EEXIST)
		return request_problem(request, PROBLEM_CONFIGURED,
				       "change it there, and reload the agent");
	if (err)
		return request_problem(request, PROBLEM_INTERNAL, "cannot keep it: %s",
				       strerror(-err));
	return answer(request, was == RECONCILE_NEW ? MHD_HTTP_CREATED : MHD_HTTP_OK);
}

enum MHD_Result resource_delete(struct request *request, const struct fact_key *key)
{
	bool was;
	int err = reconcile_remove(request->agent, key, &was);

	if (err == -EEXIST)
		return request_problem(request, PROBLEM_CONFIGURED,
				       "the configuration file wants it: change it there, and "
				       "reload the agent");
	if (err)
		return request_problem(request, PROBLEM_INTERNAL, "cannot keep it: %s",
				       strerror(-err));
	return request_answer_empty(request, MHD_HTTP_NO_CONTENT);
}
