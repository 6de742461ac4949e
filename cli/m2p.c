/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/m2p.h>
#include <loader/underlay.h>
#include <maps/m2p.h>
#include <maps/text.h>

#include "args.h"
#include "array.h"
#include "cli.h"
#include "device.h"
#include "group.h"
#include "joined.h"
#include "output.h"
#include "verb.h"

static int find_device(struct mc_instance *in, const char *dev, __u32 *ifindex)
{
	if (!dev || !mc_underlay_find(in, dev, ifindex))
		return 0;
	return mc_error(-ENOENT, "'%s' is no underlay; 'bpfcast underlay add' it first", dev);
}

static int change(struct cli *cli, int argc, char **argv,
		  int (*apply)(struct mc_instance *in, const struct mc_group_key *key,
			       const struct mc_m2p *m2p))
{
	struct mc_group_key key = {};
	struct mc_m2p m2p = { .encap = MC_ENCAP_GENEVE };
	struct mc_instance *in = NULL;
	const char *dev = NULL;
	bool has_encap = false;
	const struct arg args[] = {
		ARG_NEEDED("GROUP", arg_group, &key.group),
		ARG_NEEDED("vni", arg_number, &key.vni, .max = MC_VNI_MAX),
		ARG_NEEDED("underlay", arg_underlay_group, &m2p.underlay),
		ARG_OPTIONAL("dev", arg_device, &dev),
		ARG_OPTIONAL("encap", arg_choice, &m2p.encap, .given = &has_encap,
			     .min = MC_ENCAP_VXLAN, .max = MC_ENCAP_GENEVE,
			     .choice = mc_encap_name),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err && has_encap && !dev)
		return cli_usage(cli, "encap goes with dev: what next hops get is always Geneve");
	if (!err)
		err = cli_instance(cli, true, &in);
	if (!err)
		err = find_device(in, dev, &m2p.ifindex);
	return err ? err : apply(in, &key, &m2p);
}

static int add(struct cli *cli, int argc, char **argv)
{
	return change(cli, argc, argv, mc_mapping_add);
}

static int replace(struct cli *cli, int argc, char **argv)
{
	return change(cli, argc, argv, mc_mapping_replace);
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
		err = cli_instance(cli, true, &in);
	return err ? err : mc_mapping_del(in, &key);
}

struct row {
	struct mc_group_key key;
	struct mc_m2p m2p;
};

/* The mappings asked for. */
struct list {
	struct mc_group_key key;
	bool has_group, has_vni;
	struct array rows;
};

static int collect(const struct mc_group_key *key, const struct mc_m2p *m2p, void *arg)
{
	struct row row = { *key, *m2p };
	struct list *list = arg;

	if ((list->has_vni && key->vni != list->key.vni) ||
	    (list->has_group && !mc_addr_equal(&key->group, &list->key.group)))
		return 0;
	return array_add(&list->rows, &row);
}

static int by_group(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	return group_compare(&left->key, &right->key);
}

static int read_list(struct mc_instance *in, struct list *list)
{
	int err = mc_m2p_for_each(in, collect, list);

	if (err)
		return mc_error_errno(err, "cannot read the mappings");
	array_sort(&list->rows, by_group);
	return 0;
}

static int flush(struct cli *cli, int argc, char **argv)
{
	struct list list = { .rows = ARRAY_OF(struct row) };
	struct mc_instance *in = NULL;
	const struct arg args[] = {
		ARG_OPTIONAL("vni", arg_number, &list.key.vni, .given = &list.has_vni,
			     .max = MC_VNI_MAX),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, true, &in);
	if (!err)
		err = read_list(in, &list);
	for (size_t i = 0; !err && i < list.rows.count; i++)
		err = mc_mapping_del(in, &((struct row *)array_at(&list.rows, i))->key);
	array_free(&list.rows);
	return err;
}

static const struct column columns[] = {
	{ "vni", COLUMN_NUMBER },
	{ "group", COLUMN_PLAIN },
	{ "underlay", COLUMN_PLAIN },
	{ "dev", COLUMN_PLAIN },
	{ "encap", COLUMN_PLAIN },
	{ "joined", COLUMN_PLAIN },
	{},
};

/* A mapping on its way to the output. */
struct view {
	struct output *out;
	const struct joined *joined;
	const struct mc_m2p *m2p;
	char devices[MC_UNDERLAY_MAX * DEVICE_NAME_SIZE]; /* "eth0,eth1" */
};

static int show_joined(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	struct view *view = arg;
	size_t used = strlen(view->devices);

	if (!joined_has(view->joined, ifindex, &view->m2p->underlay))
		return 0;
	if (view->out->cli->json)
		output_list(view->out, "joined", underlay->name);
	else
		snprintf(view->devices + used, sizeof(view->devices) - used, "%s%s",
			 used ? "," : "", underlay->name);
	return 0;
}

static int show_row(struct output *out, struct mc_instance *in, const struct joined *joined,
		    const struct row *row)
{
	struct view view = { .out = out, .joined = joined, .m2p = &row->m2p };
	char text[MC_ADDR_TEXT], dev[DEVICE_NAME_SIZE];
	int err;

	output_number(out, "vni", row->key.vni);
	output_text(out, "group", mc_addr_format(&row->key.group, text));
	output_text(out, "underlay", mc_addr_format(&row->m2p.underlay, text));
	if (row->m2p.ifindex)
		output_text(out, "dev", device_name(in, row->m2p.ifindex, dev));
	output_text(out, "encap", mc_encap_name(row->m2p.encap));
	if (out->cli->json)
		output_list(out, "joined", NULL);
	err = mc_underlay_for_each(in, show_joined, &view);
	if (*view.devices)
		output_text(out, "joined", view.devices);
	return err;
}

static int print(const struct cli *cli, struct mc_instance *in, const struct list *list)
{
	autojoined struct joined joined = {};
	struct output out;
	int err = joined_read(&joined), end;

	if (err)
		return err;
	output_open(&out, cli, OUTPUT_TABLE, columns);
	for (size_t i = 0; !err && i < list->rows.count; i++) {
		err = show_row(&out, in, &joined, array_at(&list->rows, i));
		output_row(&out);
	}
	end = output_close(&out);
	return err ? mc_error_errno(err, "cannot read the underlays") : end;
}

static int show(struct cli *cli, int argc, char **argv)
{
	struct list list = { .rows = ARRAY_OF(struct row) };
	struct mc_instance *in = NULL;
	const struct arg args[] = {
		ARG_OPTIONAL("GROUP", arg_group, &list.key.group, .given = &list.has_group),
		ARG_OPTIONAL("vni", arg_number, &list.key.vni, .given = &list.has_vni,
			     .max = MC_VNI_MAX),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, false, &in);
	if (!err)
		err = read_list(in, &list);
	if (!err)
		err = print(cli, in, &list);
	array_free(&list.rows);
	return err;
}

#define SETTINGS "GROUP vni N underlay IP6 [dev DEV [encap geneve|vxlan]]"

static const struct verb verbs[] = {
	{ "show", "[GROUP] [vni N]", "list the groups that are mapped, and where that is joined",
	  NULL, show, false },
	{ "add", SETTINGS, "send the group to an underlay group, and take it from there",
	  "  underlay IP6  the underlay group, in ff04::/16; joined on the underlays\n"
	  "  dev DEV       send one copy out of this underlay, and join on this one alone; unless\n"
	  "                said, send to the next hops that 'bpfcast forward' knows\n"
	  "  encap ...     the encapsulation of that copy; geneve unless said\n",
	  add, false },
	{ "replace", SETTINGS, "same, whatever it was mapped to", NULL, replace, false },
	{ "del", "GROUP vni N", "send it there no more; the underlay group is left with its last",
	  NULL, del, false },
	{ "flush", "[vni N]", "forget all mappings, or those of a VNI", NULL, flush, false },
	{},
};

const struct object m2p_object = { "m2p", "groups that are sent to underlay groups", verbs };
