/* SPDX-License-Identifier: Apache-2.0 */
#include "group.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/table.h>

#include "args.h"
#include "array.h"
#include "cli.h"
#include "group_queue.h"
#include "output.h"
#include "verb.h"

const char *group_name(const struct mc_addr *group, char *buf)
{
	if (!mc_addr_is_zero(group))
		return mc_addr_format(group, buf);
	snprintf(buf, MC_ADDR_TEXT, "%s", GROUP_LINK_LOCAL);
	return buf;
}

const char *group_format(const struct mc_group_key *key, char *buf)
{
	char text[MC_ADDR_TEXT];

	snprintf(buf, GROUP_TEXT, "%s vni %u", group_name(&key->group, text), key->vni);
	return buf;
}

int group_compare(const struct mc_group_key *a, const struct mc_group_key *b)
{
	if (a->vni != b->vni)
		return a->vni < b->vni ? -1 : 1;
	return memcmp(&a->group, &b->group, sizeof(a->group));
}

static int add(struct cli *cli, int argc, char **argv)
{
	struct mc_group_key key = {};
	struct mc_instance *in = NULL;
	__u32 size = MC_DEFAULT_GROUP_SIZE;
	const struct arg args[] = {
		ARG_NEEDED("GROUP", arg_group, &key.group),
		ARG_NEEDED("vni", arg_number, &key.vni, .max = MC_VNI_MAX),
		ARG_OPTIONAL("size", arg_number, &size, .min = 1, .max = MC_GROUP_SIZE_MAX),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_open(cli, true, &in);
	if (err)
		return err;
	return cli->file ? group_queue_add(cli, &key, size) : mc_group_add(in, &key, size);
}

static int del(struct cli *cli, int argc, char **argv)
{
	struct mc_group_key key = {};
	struct mc_instance *in = NULL;
	const struct arg args[] = {
		ARG_NEEDED("GROUP", arg_group, &key.group),
		ARG_NEEDED("vni", arg_number, &key.vni, .max = MC_VNI_MAX),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_open(cli, true, &in);
	if (err)
		return err;
	return cli->file ? group_queue_del(cli, &key) : mc_group_del(in, &key);
}

/* Which groups are meant. */
struct filter {
	struct mc_group_key key;
	bool has_group, has_vni;
	struct array *found; /* of struct mc_group */
};

static int collect(const struct mc_group *group, void *arg)
{
	struct filter *filter = arg;

	if (filter->has_vni && group->key.vni != filter->key.vni)
		return 0;
	if (filter->has_group && !mc_addr_equal(&group->key.group, &filter->key.group))
		return 0;
	return array_add(filter->found, group);
}

static int by_key(const void *a, const void *b)
{
	const struct mc_group *left = a, *right = b;

	return group_compare(&left->key, &right->key);
}

static int find(struct mc_instance *in, struct filter *filter)
{
	struct mc_group group;
	char text[MC_ADDR_TEXT];
	int err;

	if (filter->has_group && filter->has_vni) {
		err = mc_group_get(in, &filter->key, true, &group);
		if (!err)
			return array_add(filter->found, &group);
	} else {
		err = mc_group_for_each(in, collect, filter);
	}
	if (err && err != -ENOENT)
		return mc_error_errno(err, "cannot read the groups");
	if (filter->has_group && !filter->found->count)
		return mc_error(-ENOENT, "no group %s here; 'bpfcast group show' lists them",
				group_name(&filter->key.group, text));
	array_sort(filter->found, by_key);
	return 0;
}

/* All but the flood groups, which the settings of their VNIs make. */
static int collect_key(const struct mc_group *group, void *arg)
{
	return mc_addr_is_zero(&group->key.group) ? 0 : array_add(arg, &group->key);
}

static int flush(struct cli *cli, int argc, char **argv)
{
	autoarray struct array groups = ARRAY_OF(struct mc_group);
	autoarray struct array keys = ARRAY_OF(struct mc_group_key);
	struct filter filter = { .found = &groups };
	struct mc_instance *in = NULL;
	const struct arg args[] = {
		ARG_OPTIONAL("vni", arg_number, &filter.key.vni, .given = &filter.has_vni,
			     .max = MC_VNI_MAX),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, true, &in);
	if (!err)
		err = find(in, &filter);
	for (size_t i = 0; !err && i < groups.count; i++)
		err = collect_key(array_at(&groups, i), &keys);
	return err ? err : mc_group_del_many(in, keys.items, (__u32)keys.count);
}

static const struct column columns[] = {
	{ "vni", COLUMN_NUMBER },
	{ "group", COLUMN_PLAIN },
	{ "size", COLUMN_NUMBER },
	{ "local", COLUMN_NUMBER },
	{ "waiting", COLUMN_NUMBER },
	{ "remote", COLUMN_NUMBER },
	{ "packets", COLUMN_NUMBER | COLUMN_STATS },
	{ "bytes", COLUMN_NUMBER | COLUMN_STATS },
	{ "copies", COLUMN_NUMBER | COLUMN_STATS },
	{ "errors", COLUMN_NUMBER | COLUMN_STATS },
	{},
};

static void show_row(struct output *out, const struct mc_group *group)
{
	const struct mc_group_counters *counters = &group->counters;
	char text[MC_ADDR_TEXT];

	output_number(out, "vni", group->key.vni);
	output_text(out, "group", group_name(&group->key.group, text));
	output_number(out, "size", group->size);
	output_number(out, "local", group->local);
	output_number(out, "waiting", group->waiting);
	output_number(out, "remote", group->remote);
	output_number(out, "packets", counters->port_packets + counters->underlay_packets);
	output_number(out, "bytes", counters->port_bytes + counters->underlay_bytes);
	output_number(out, "copies", counters->local_copies + counters->remote_copies);
	output_number(out, "errors", counters->errors);
	output_row(out);
}

static int show(struct cli *cli, int argc, char **argv)
{
	autoarray struct array groups = ARRAY_OF(struct mc_group);
	struct filter filter = { .found = &groups };
	struct mc_instance *in = NULL;
	struct output out;
	const struct arg args[] = {
		ARG_OPTIONAL("GROUP", arg_known_group, &filter.key.group,
			     .given = &filter.has_group),
		ARG_OPTIONAL("vni", arg_number, &filter.key.vni, .given = &filter.has_vni,
			     .max = MC_VNI_MAX),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, false, &in);
	if (!err)
		err = find(in, &filter);
	if (err)
		return err;
	output_open(&out, cli, OUTPUT_TABLE, columns);
	for (size_t i = 0; i < groups.count; i++)
		show_row(&out, array_at(&groups, i));
	return output_close(&out);
}

static const struct verb verbs[] = {
	{ "show", "[GROUP] [vni N]", "list the groups",
	  "The group 'link-local' carries all link-local groups of its VNI: see 'bpfcast vni help'.\n",
	  show, false },
	{ "add", "GROUP vni N [size N]", "carry this group; joins that waited for it count",
	  "  vni N   the tenant, 0 to 16777215\n"
	  "  size N  most local members; 256 unless said\n",
	  add, false },
	{ "del", "GROUP vni N", "carry it no more; hosts that joined it stay known as pending",
	  NULL, del, false },
	{ "flush", "[vni N]", "delete all groups, or those of a VNI", NULL, flush, false },
	{},
};

const struct object group_object = { "group", "the groups that are carried", verbs };
