/* SPDX-License-Identifier: Apache-2.0 */
/* GET of what there are many of: a page at a time, in no order but a stable one. */
#include "route.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <maps/group.h>
#include <maps/member.h>
#include <maps/port.h>
#include <maps/table.h>

#include "agent.h"
#include "reconcile.h"
#include "rows.h"

#define PAGE_MOST 10000

struct list {
	struct request *request;
	struct agent *agent;
	json_t *rows;
	bool has_vni;
	unsigned long vni, offset, limit;
	const char *port;    /* NULL: any */
	__u32 ifindex;	     /* of the port; 0: not asked for */
	unsigned long count; /* that fit, seen so far */
};

/* False: said. */
static bool number_argument(struct list *list, const char *name, unsigned long most,
			    unsigned long *value, bool *given, enum MHD_Result *result)
{
	const char *text = request_argument(list->request, name);
	char *end;
	unsigned long number;

	if (!text)
		return true;
	errno = 0;
	number = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end || errno || number > most) {
		*result = request_problem(list->request, PROBLEM_BAD_ARGUMENT,
					  "%s is a number from 0 to %lu", name, most);
		return false;
	}
	*value = number;
	if (given)
		*given = true;
	return true;
}

/* False: said. */
static bool begin(struct list *list, struct request *request, enum MHD_Result *result)
{
	*list = (struct list){ .request = request, .agent = request->agent, .limit = PAGE_MOST };
	if (!request->agent->in) {
		*result = request_problem(request, PROBLEM_NOT_LOADED, "run 'bpfcast load'");
		return false;
	}
	if (!number_argument(list, "vni", MC_VNI_MAX, &list->vni, &list->has_vni, result) ||
	    !number_argument(list, "offset", UINT32_MAX, &list->offset, NULL, result) ||
	    !number_argument(list, "limit", PAGE_MOST, &list->limit, NULL, result))
		return false;
	list->rows = json_array();
	return true;
}

/* Is the row that comes now one of the page? */
static bool is_wanted(struct list *list, __u32 vni)
{
	if (list->has_vni && vni != list->vni)
		return false;
	list->count++;
	return list->count > list->offset && list->count <= list->offset + list->limit;
}

static enum MHD_Result end(struct list *list, int err)
{
	if (!err)
		return request_answer(list->request, MHD_HTTP_OK, list->rows);
	json_decref(list->rows);
	return request_problem(list->request, PROBLEM_INTERNAL, "cannot read the tables: %s",
			       strerror(-err));
}

static int add_port(__u32 ifindex, const struct mc_port *port, void *arg)
{
	struct list *list = arg;

	if (is_wanted(list, port->vni))
		(void)json_array_append_new(list->rows, row_port(list->agent, ifindex, port));
	return 0;
}

/* Ports whose devices are not there yet, and such. */
static void add_wanted_ports(struct list *list)
{
	const struct state *wanted = &list->agent->reconcile->wanted;
	__u32 ifindex;

	for (size_t i = 0; i < wanted->count; i++) {
		const struct fact *fact = &wanted->facts[i];

		if (fact->key.kind == FACT_PORT &&
		    mc_port_find(list->agent->in, fact->key.dev, &ifindex) == -ENOENT &&
		    is_wanted(list, fact->port.vni))
			(void)json_array_append_new(list->rows, row_wanted(list->agent, fact));
	}
}

enum MHD_Result ports_get(struct request *request)
{
	enum MHD_Result result;
	struct list list;
	int err;

	if (!begin(&list, request, &result))
		return result;
	err = mc_port_for_each(request->agent->in, add_port, &list);
	add_wanted_ports(&list);
	return end(&list, err);
}

static int add_group(const void *key, const void *value, void *arg)
{
	const struct mc_group_key *group_key = key;
	struct list *list = arg;
	struct mc_group group;

	(void)value;
	if (is_wanted(list, group_key->vni) &&
	    !mc_group_get(list->agent->in, group_key, true, &group))
		(void)json_array_append_new(list->rows, row_group(list->agent, &group));
	return 0;
}

enum MHD_Result groups_get(struct request *request)
{
	enum MHD_Result result;
	struct list list;

	if (!begin(&list, request, &result))
		return result;
	return end(&list, mc_table_for_each(request->agent->in, MC_TABLE_FANOUT, add_group, &list));
}

static int add_member(const struct mc_member_key *key, const struct mc_member *member, void *arg)
{
	struct list *list = arg;
	struct mc_port port = { .name = "?" };

	if (mc_addr_is_zero(&key->group) || (list->port && key->ifindex != list->ifindex) ||
	    !is_wanted(list, key->vni))
		return 0;
	(void)mc_port_get(list->agent->in, key->ifindex, &port);
	(void)json_array_append_new(list->rows, row_member(list->agent, key, member, port.name));
	return 0;
}

enum MHD_Result members_get(struct request *request)
{
	enum MHD_Result result;
	struct list list;

	if (!begin(&list, request, &result))
		return result;
	list.port = request_argument(request, "port");
	if (list.port && mc_port_find(request->agent->in, list.port, &list.ifindex)) {
		json_decref(list.rows);
		return request_problem(request, PROBLEM_NOT_FOUND, "'%.64s' is no port", list.port);
	}
	return end(&list, mc_member_for_each(request->agent->in, add_member, &list));
}
