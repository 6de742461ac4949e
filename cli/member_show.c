/* SPDX-License-Identifier: Apache-2.0 */
#include "member.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/member.h>
#include <maps/vtep.h>

#include "args.h"
#include "array.h"
#include "cli.h"
#include "device.h"
#include "group.h"
#include "member_list.h"
#include "output.h"
#include "port.h"

#define NSEC_PER_SEC  1000000000ull
#define SOURCES_SHOWN 3 /* without -s */

static const struct column columns[] = {
	{ "vni", COLUMN_NUMBER },
	{ "group", COLUMN_PLAIN },
	{ "member", COLUMN_PLAIN },
	{ "kind", COLUMN_PLAIN },
	{ "origin", COLUMN_PLAIN },
	{ "version", COLUMN_PLAIN },
	{ "state", COLUMN_PLAIN },
	{ "age", COLUMN_AGE },
	{ "expires", COLUMN_AGE },
	{ "errors", COLUMN_NUMBER },
	{ "filter", COLUMN_PLAIN },
	{ "sources", COLUMN_PLAIN }, /* last: as wide as there are */
	{},
};

/* The listing on its way to the output. */
struct view {
	const struct member_list *list;
	struct output out;
	__u64 now; /* CLOCK_MONOTONIC, nanoseconds */

	bool has_group; /* what follows is about the group of the last row */
	struct mc_group_key group;
	__u32 generation; /* of its vector; 0: nobody has added it */
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

/* Whether the row's group is there, asked once for the rows of a group, which stand together. */
static __u32 generation(struct view *view, const struct member_row *row)
{
	struct mc_group group;

	if (view->has_group && !group_compare(&view->group, &row->key))
		return view->generation;
	view->has_group = true;
	view->group = row->key;
	view->generation =
		mc_group_get(view->list->in, &row->key, false, &group) ? 0 : group.generation;
	return view->generation;
}

static const char *state(struct view *view, const struct member_row *row)
{
	__u32 current = generation(view, row);

	if (!current)
		return "pending";
	if (row->member.slot == MC_SLOT_NONE || row->member.generation != current)
		return "waiting";
	return "active";
}

static const char *version(const struct member_row *row)
{
	static const char *const igmp[] = { NULL, "igmpv1", "igmpv2", "igmpv3" };
	static const char *const mld[] = { NULL, "mldv1", "mldv2" };
	__u8 number = row->member.version;

	if (mc_addr_is_v4(&row->key.group))
		return number < MC_ARRAY_SIZE(igmp) ? igmp[number] : NULL;
	return number < MC_ARRAY_SIZE(mld) ? mld[number] : NULL;
}

struct source_list {
	bool pass; /* take those that are forwarded, else those that are not */
	struct array addrs;
};

static int add_source(const struct mc_addr *source, const struct mc_source *entry, void *arg)
{
	struct source_list *sources = arg;

	return !!entry->pass == sources->pass ? array_add(&sources->addrs, source) : 0;
}

static int by_address(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct mc_addr));
}

/* What INCLUDE wants, what EXCLUDE does not: of all origins together. */
static int show_sources(struct view *view, const struct member_row *row)
{
	const struct mc_member_key key = { row->key.vni, row->id, row->key.group };
	struct source_list sources = {
		.pass = !row->member.exclude,
		.addrs = ARRAY_OF(struct mc_addr),
	};
	int err = 0;

	if (row->kind == MEMBER_LOCAL && row->member.sources)
		err = mc_member_for_each_source(view->list->in, &key, &row->member, add_source,
						&sources);
	for (__u32 i = 0; !err && row->kind == MEMBER_REMOTE && i < row->remote.slot.sources; i++)
		err = array_add(&sources.addrs, &row->remote.sources[i]);
	array_sort(&sources.addrs, by_address);
	output_addrs(&view->out, "sources", &sources.addrs,
		     view->out.cli->statistics ? SIZE_MAX : SOURCES_SHOWN);
	array_free(&sources.addrs);
	return err;
}

static void show_local(struct view *view, const struct member_row *row)
{
	const struct member_port *port = member_list_port(view->list, row->id);
	const struct mc_member *member = &row->member;
	char number[DEVICE_NAME_SIZE], origins[ORIGINS_TEXT];
	struct output *out = &view->out;

	snprintf(number, sizeof(number), "%u", row->id);
	output_text(out, "member", port ? port->name : number);
	output_text(out, "origin", member_origins(member->origins, origins));
	output_text(out, "version", version(row));
	output_text(out, "filter", mc_filter_name(member->exclude));
	output_text(out, "state", port && !port->gone ? state(view, row) : "no-device");
	if (member->since && member->since <= view->now)
		output_age(out, "age", (int64_t)((view->now - member->since) / NSEC_PER_SEC));
	if (member->expires)
		output_age(out, "expires",
			   member->expires <= view->now
				   ? 0
				   : (int64_t)((member->expires - view->now) / NSEC_PER_SEC));
	output_number(out, "errors", member->errors);
}

static void show_remote(struct view *view, const struct member_row *row)
{
	struct output *out = &view->out;
	struct mc_vtep vtep;
	struct device device;
	char text[MC_ADDR_TEXT];

	output_text(out, "origin", mc_addr_is_zero(&row->key.group) ? "control" : "static");
	output_text(out, "filter", mc_filter_name(!(row->remote.slot.flags & MC_REMOTE_F_DENY)));
	if (mc_vtep_get(view->list->in, row->id, &vtep)) {
		output_text(out, "state", "no-device");
		return;
	}
	output_text(out, "member", mc_addr_format(&vtep.remote, text));
	output_text(out, "state", device_get(vtep.ifindex, &device) ? "no-device" : "active");
}

static int show_row(struct view *view, const struct member_row *row)
{
	struct output *out = &view->out;
	char text[MC_ADDR_TEXT];
	int err;

	output_number(out, "vni", row->key.vni);
	output_text(out, "group", group_name(&row->key.group, text));
	output_text(out, "kind", row->kind == MEMBER_REMOTE ? "remote" : "local");
	if (row->kind == MEMBER_REMOTE)
		show_remote(view, row);
	else
		show_local(view, row);
	err = show_sources(view, row);
	output_row(out);
	return err;
}

static int print(const struct cli *cli, const struct member_list *list)
{
	struct view view = { .list = list };
	struct timespec ts;
	int err = 0, end;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	view.now = (__u64)ts.tv_sec * NSEC_PER_SEC + (__u64)ts.tv_nsec;
	output_open(&view.out, cli, OUTPUT_TABLE, columns);
	for (size_t i = 0; !err && i < list->rows.count; i++)
		err = show_row(&view, array_at(&list->rows, i));
	end = output_close(&view.out);
	return err ? err : end;
}

int member_show(struct cli *cli, int argc, char **argv)
{
	__attribute__((cleanup(member_list_free))) struct member_list list = MEMBER_LIST;
	const struct arg args[] = {
		ARG_OPTIONAL("GROUP", arg_known_group, &list.key.group, .given = &list.has_group),
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
		err = member_list_read(&list);
	if (!err)
		err = print(cli, &list);
	return err;
}
