/* SPDX-License-Identifier: Apache-2.0 */
#include "member_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpfcast/log.h>
#include <maps/egress.h>
#include <maps/group.h>
#include <maps/member.h>
#include <maps/port.h>

#include "group.h"

static bool is_wanted(const struct member_list *list, __u32 vni, const struct mc_addr *group)
{
	return (!list->has_vni || vni == list->key.vni) &&
	       (!list->has_group || mc_addr_equal(group, &list->key.group));
}

static bool is_wanted_port(const struct member_list *list, const struct mc_member_key *key)
{
	return (!list->dev || key->ifindex == list->ifindex) &&
	       is_wanted(list, key->vni, &key->group);
}

static int add_member(const struct mc_member_key *key, const struct mc_member *member, void *arg)
{
	struct member_list *list = arg;
	struct member_row row = {
		.key = { key->vni, key->group },
		.id = key->ifindex,
		.kind = MEMBER_LOCAL,
		.member = *member,
	};

	return is_wanted_port(list, key) ? array_add(&list->rows, &row) : 0;
}

static int add_remotes(const struct mc_group *group, void *arg)
{
	struct member_list *list = arg;
	struct member_row row = { .key = group->key, .kind = MEMBER_REMOTE };
	struct mc_remote_list remotes = { 0 };
	int err;

	if (!group->remote || !is_wanted(list, group->key.vni, &group->key.group))
		return 0;
	err = mc_egress_members(list->in, &group->key, &remotes);
	if (!err)
		err = array_add(&list->remotes, &remotes);
	if (err) {
		mc_remote_list_free(&remotes);
		return err;
	}
	for (__u32 i = 0; !err && i < remotes.count; i++) {
		row.id = remotes.item[i].slot.vtep;
		row.remote = remotes.item[i];
		err = array_add(&list->rows, &row);
	}
	return err;
}

static int add_port(__u32 ifindex, const struct mc_port *port, void *arg)
{
	struct member_port item = { .ifindex = ifindex };
	struct member_list *list = arg;
	struct device device;

	snprintf(item.name, sizeof(item.name), "%s", port->name);
	item.gone = device_get(ifindex, &device) == -ENODEV;
	return array_add(&list->ports, &item);
}

static int by_index(const void *a, const void *b)
{
	const struct member_port *left = a, *right = b;

	return left->ifindex < right->ifindex ? -1 : left->ifindex > right->ifindex;
}

static int by_group(const void *a, const void *b)
{
	const struct member_row *left = a, *right = b;
	int order = group_compare(&left->key, &right->key);

	if (order)
		return order;
	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return left->id < right->id ? -1 : left->id > right->id;
}

int member_list_read(struct member_list *list)
{
	struct mc_group group;
	int err = mc_port_for_each(list->in, add_port, list);

	array_sort(&list->ports, by_index);
	if (!err)
		err = mc_member_for_each(list->in, add_member, list);
	if (!err && !list->dev) {
		if (!list->has_group || !list->has_vni)
			err = mc_group_for_each(list->in, add_remotes, list);
		else if (!mc_group_get(list->in, &list->key, false, &group))
			err = add_remotes(&group, list);
	}
	if (err)
		return mc_error_errno(err, "cannot read the members");
	array_sort(&list->rows, by_group);
	return 0;
}

void member_list_free(struct member_list *list)
{
	for (size_t i = 0; i < list->remotes.count; i++)
		mc_remote_list_free(array_at(&list->remotes, i));
	array_free(&list->remotes);
	array_free(&list->rows);
	array_free(&list->ports);
}

const struct member_port *member_list_port(const struct member_list *list, __u32 ifindex)
{
	const struct member_port wanted = { .ifindex = ifindex };

	return bsearch(&wanted, list->ports.items, list->ports.count, sizeof(wanted), by_index);
}
