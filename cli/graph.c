/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets what, as a picture: Graphviz' language. */
#include <errno.h>
#include <stdio.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/group.h>
#include <maps/table.h>
#include <maps/text.h>
#include <maps/vtep.h>

#include "args.h"
#include "array.h"
#include "cli.h"
#include "group.h"
#include "member.h"
#include "member_list.h"
#include "verb.h"

/* Nobody has added it, or nobody is a member: both are worth a look, so they are drawn apart. */
static void print_group(const struct mc_group_key *key, bool added)
{
	char name[MC_ADDR_TEXT];

	printf("  \"g %u %s\" [shape=ellipse,label=\"%s\\nvni %u\"%s];\n", key->vni,
	       group_name(&key->group, name), group_name(&key->group, name), key->vni,
	       added ? "" : ",style=dashed");
}

/* Names of devices may have anything in them. */
static void print_quoted(const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
}

static void print_local(const struct member_list *list, const struct member_row *row)
{
	const struct member_port *port = member_list_port(list, row->id);
	char name[MC_ADDR_TEXT], origins[ORIGINS_TEXT], number[16];
	bool gets = port && !port->gone && row->member.slot != MC_SLOT_NONE;

	snprintf(number, sizeof(number), "%u", row->id);
	printf("  \"g %u %s\" -> \"p ", row->key.vni, group_name(&row->key.group, name));
	print_quoted(port ? port->name : number);
	printf("\" [label=\"%s", member_origins(row->member.origins, origins));
	if (!row->member.exclude || row->member.sources)
		printf("\\n%s %u", mc_filter_name(row->member.exclude), row->member.sources);
	printf("\"%s];\n", gets ? "" : ",style=dashed");
}

static void print_remote(const struct member_list *list, const struct member_row *row)
{
	char name[MC_ADDR_TEXT], text[MC_ADDR_TEXT];
	struct mc_vtep vtep;

	if (mc_vtep_get(list->in, row->id, &vtep))
		return;
	printf("  \"g %u %s\" -> \"v %s\";\n", row->key.vni, group_name(&row->key.group, name),
	       mc_addr_format(&vtep.remote, text));
}

static void print_ports(const struct member_list *list)
{
	for (size_t i = 0; i < list->ports.count; i++) {
		const struct member_port *port = array_at(&list->ports, i);

		printf("    \"p ");
		print_quoted(port->name);
		printf("\" [shape=box,label=\"");
		print_quoted(port->name);
		printf("\"%s];\n", port->gone ? ",style=dashed" : "");
	}
}

static int print_vtep(__u32 id, const struct mc_vtep *vtep, void *arg)
{
	char text[MC_ADDR_TEXT];

	(void)id;
	(void)arg;
	mc_addr_format(&vtep->remote, text);
	printf("  \"v %s\" [shape=box3d,label=\"%s\"];\n", text, text);
	return 0;
}

static int print_added(const void *key, const void *value, void *arg)
{
	const struct member_list *list = arg;
	const struct mc_group_key *group = key;

	(void)value;
	if ((list->has_vni && group->vni != list->key.vni) ||
	    (list->has_group && !mc_addr_equal(&group->group, &list->key.group)))
		return 0;
	print_group(group, true);
	return 0;
}

static void print_rows(const struct member_list *list)
{
	for (size_t i = 0; i < list->rows.count; i++) {
		const struct member_row *row = array_at(&list->rows, i);

		if (row->kind == MEMBER_REMOTE) {
			print_remote(list, row);
			continue;
		}
		if (!mc_group_exists(list->in, &row->key))
			print_group(&row->key, false);
		print_local(list, row);
	}
}

static int print(const struct member_list *list)
{
	int err;

	printf("digraph bpfcast {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n"
	       "  edge [fontname=\"sans-serif\",fontsize=10];\n"
	       "  subgraph cluster_node {\n    label=\"node %s\";\n",
	       list->in->name);
	print_ports(list);
	printf("  }\n");
	err = mc_vtep_for_each(list->in, print_vtep, NULL);
	if (!err)
		err = mc_table_for_each(list->in, MC_TABLE_FANOUT, print_added, (void *)list);
	if (err)
		return mc_error_errno(err, "cannot read the tables");
	print_rows(list);
	printf("}\n");
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct member_list list = MEMBER_LIST;
	const struct arg args[] = {
		ARG_OPTIONAL("GROUP", arg_known_group, &list.key.group, .given = &list.has_group),
		ARG_OPTIONAL("vni", arg_number, &list.key.vni, .given = &list.has_vni,
			     .max = MC_VNI_MAX),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err && cli->json)
		return cli_usage(cli,
				 "a graph is no JSON; 'bpfcast -j member show' has what is in it");
	if (!err)
		err = cli_instance(cli, false, &list.in);
	if (!err)
		err = member_list_read(&list);
	if (!err)
		err = print(&list);
	member_list_free(&list);
	return err;
}

static const struct verb verbs[] = {
	{ "", "[GROUP] [vni N]", "print who gets what, for Graphviz: bpfcast graph | dot -Tsvg",
	  "Dashed: not carried now. A join whose group nobody has added, a device that is gone.\n",
	  run, false },
	{},
};

const struct object graph_object = { "graph", "groups and members as a picture", verbs };
