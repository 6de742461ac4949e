/* SPDX-License-Identifier: Apache-2.0 */
#include "member.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/member.h>
#include <maps/port.h>
#include <maps/remote.h>
#include <maps/vtep.h>

#include "args.h"
#include "array.h"
#include "cli.h"
#include "device.h"
#include "group.h"
#include "output.h"
#include "port.h"

#define NSEC_PER_SEC 1000000000ull

enum row_kind { LOCAL, PENDING, REMOTE };

/* A member of either kind, or a pending join. */
struct row {
	struct mc_group_key key;
	enum row_kind kind;
	__u32 id; /* ifindex, or id of a VTEP */
	__u8 origins;
	__u8 filter;
	bool waiting;
	__u64 since; /* CLOCK_MONOTONIC, nanoseconds; 0: unknown */
	__u64 errors;
};

struct port_name {
	__u32 ifindex;
	char name[DEVICE_NAME_SIZE];
	bool gone;
};

struct listing {
	struct mc_instance *in;
	struct mc_group_key key; /* what is asked for */
	bool has_group, has_vni;
	const char *dev;
	__u32 ifindex;
	struct array rows;
	struct array ports; /* by index: read once, whatever the number of members */
};

static bool is_wanted(const struct listing *list, __u32 vni, const struct mc_addr *group)
{
	return (!list->has_vni || vni == list->key.vni) &&
	       (!list->has_group || mc_addr_equal(group, &list->key.group));
}

static bool is_wanted_port(const struct listing *list, const struct mc_member_key *key)
{
	return (!list->dev || key->ifindex == list->ifindex) &&
	       is_wanted(list, key->vni, &key->group);
}

static int add_member(const struct mc_member_key *key, const struct mc_member *member, void *arg)
{
	struct listing *list = arg;
	struct row row = {
		.key = { key->vni, key->group },
		.kind = LOCAL,
		.id = key->ifindex,
		.origins = member->origins,
		.filter = member->filter,
		.waiting = member->slot == MC_SLOT_NONE,
		.since = member->since,
		.errors = member->errors,
	};

	return is_wanted_port(list, key) ? array_add(&list->rows, &row) : 0;
}

static int add_pending(const struct mc_member_key *key, const struct mc_pending *pending, void *arg)
{
	struct listing *list = arg;
	struct row row = {
		.key = { key->vni, key->group },
		.kind = PENDING,
		.id = key->ifindex,
		.origins = MC_ORIGIN_REPORT,
		.filter = pending->filter,
		.since = pending->since,
	};

	return is_wanted_port(list, key) ? array_add(&list->rows, &row) : 0;
}

static int add_remotes(const struct mc_group *group, void *arg)
{
	struct listing *list = arg;
	struct row row = { .key = group->key, .kind = REMOTE, .origins = MC_ORIGIN_STATIC };
	mc_autofree __u32 *vteps = NULL;
	__u32 count = 0;
	int err;

	if (!group->remote || !is_wanted(list, group->key.vni, &group->key.group))
		return 0;
	err = mc_remote_get(list->in, &group->key, &vteps, &count);
	if (err == -ENOENT) /* deleted since */
		return 0;
	for (__u32 i = 0; !err && i < count; i++) {
		row.id = vteps[i];
		err = array_add(&list->rows, &row);
	}
	return err;
}

static int add_port(__u32 ifindex, const struct mc_port *port, void *arg)
{
	struct port_name item = { .ifindex = ifindex };
	struct listing *list = arg;
	struct device device;

	snprintf(item.name, sizeof(item.name), "%s", port->name);
	item.gone = device_get(ifindex, &device) == -ENODEV;
	return array_add(&list->ports, &item);
}

static int by_index(const void *a, const void *b)
{
	const struct port_name *left = a, *right = b;

	return left->ifindex < right->ifindex ? -1 : left->ifindex > right->ifindex;
}

static int by_group(const void *a, const void *b)
{
	const struct row *left = a, *right = b;
	int order = group_compare(&left->key, &right->key);

	if (order)
		return order;
	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return left->id < right->id ? -1 : left->id > right->id;
}

static int collect(struct listing *list)
{
	struct mc_group group;
	int err = mc_port_for_each(list->in, add_port, list);

	array_sort(&list->ports, by_index);
	if (!err)
		err = mc_member_for_each(list->in, add_member, list);
	if (!err)
		err = mc_pending_for_each(list->in, add_pending, list);
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

static const struct column columns[] = {
	{ "vni", COLUMN_NUMBER },    { "group", COLUMN_PLAIN },
	{ "member", COLUMN_PLAIN },  { "kind", COLUMN_PLAIN },
	{ "origin", COLUMN_PLAIN },  { "filter", COLUMN_PLAIN },
	{ "state", COLUMN_PLAIN },   { "age", COLUMN_AGE },
	{ "errors", COLUMN_NUMBER }, {},
};

const char *member_origins(__u8 origins, char buf[ORIGINS_TEXT])
{
	static const char *const names[] = { "report", "static", "control" };
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < MC_ARRAY_SIZE(names); i++) {
		if (origins & (1u << i))
			used += (size_t)snprintf(buf + used, ORIGINS_TEXT - used, "%s%s",
						 used ? "," : "", names[i]);
	}
	return buf;
}

static void show_local(struct output *out, const struct listing *list, const struct row *row)
{
	const struct port_name wanted = { .ifindex = row->id };
	const struct port_name *port =
		bsearch(&wanted, list->ports.items, list->ports.count, sizeof(wanted), by_index);
	char number[DEVICE_NAME_SIZE];
	const char *state = "active";

	snprintf(number, sizeof(number), "%u", row->id);
	if (row->kind == PENDING)
		state = "pending";
	else if (row->waiting)
		state = "waiting";
	if (!port || port->gone)
		state = "no-device";
	output_text(out, "member", port ? port->name : number);
	output_text(out, "filter", mc_filter_name(row->filter));
	output_text(out, "state", state);
	if (row->kind == LOCAL)
		output_number(out, "errors", row->errors);
}

static void show_remote(struct output *out, const struct listing *list, const struct row *row)
{
	struct mc_vtep vtep;
	struct device device;
	char text[MC_ADDR_TEXT];

	if (mc_vtep_get(list->in, row->id, &vtep)) {
		output_text(out, "state", "no-device");
		return;
	}
	output_text(out, "member", mc_addr_format(&vtep.remote, text));
	output_text(out, "state", device_get(vtep.ifindex, &device) ? "no-device" : "active");
}

static void show_row(struct output *out, const struct listing *list, const struct row *row,
		     __u64 now)
{
	char text[MC_ADDR_TEXT], origins[ORIGINS_TEXT];

	output_number(out, "vni", row->key.vni);
	output_text(out, "group", mc_addr_format(&row->key.group, text));
	output_text(out, "kind", row->kind == REMOTE ? "remote" : "local");
	output_text(out, "origin", member_origins(row->origins, origins));
	if (row->since && row->since <= now)
		output_age(out, "age", (int64_t)((now - row->since) / NSEC_PER_SEC));
	if (row->kind == REMOTE)
		show_remote(out, list, row);
	else
		show_local(out, list, row);
	output_row(out);
}

static int print(const struct cli *cli, const struct listing *list)
{
	struct timespec ts;
	struct output out;
	__u64 now;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = (__u64)ts.tv_sec * NSEC_PER_SEC + (__u64)ts.tv_nsec;
	output_open(&out, cli, OUTPUT_TABLE, columns);
	for (size_t i = 0; i < list->rows.count; i++)
		show_row(&out, list, array_at(&list->rows, i), now);
	return output_close(&out);
}

int member_show(struct cli *cli, int argc, char **argv)
{
	struct listing list = { .rows = ARRAY_OF(struct row), .ports = ARRAY_OF(struct port_name) };
	const struct arg args[] = {
		ARG_OPTIONAL("GROUP", arg_group, &list.key.group, .given = &list.has_group),
		ARG_OPTIONAL("vni", arg_number, &list.key.vni, .given = &list.has_vni,
			     .max = MC_VNI_MAX),
		ARG_OPTIONAL("port", arg_device, &list.dev),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, false, &list.in);
	if (!err && list.dev)
		err = port_find(list.in, list.dev, &list.ifindex);
	if (!err)
		err = collect(&list);
	if (!err)
		err = print(cli, &list);
	array_free(&list.rows);
	array_free(&list.ports);
	return err;
}
