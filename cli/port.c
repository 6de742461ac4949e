/* SPDX-License-Identifier: Apache-2.0 */
#include "port.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/port.h>
#include <maps/port.h>
#include <maps/table.h>
#include <maps/text.h>

#include "args.h"
#include "array.h"
#include "cli.h"
#include "device.h"
#include "output.h"
#include "verb.h"

enum { QUERY_DENY, QUERY_ALLOW };

static const char *query_name(unsigned int query)
{
	return query == QUERY_ALLOW ? "allow" : "deny";
}

int port_find(struct mc_instance *in, const char *dev, __u32 *ifindex)
{
	int err = mc_port_find(in, dev, ifindex);

	if (err == -ENOENT)
		return mc_error(err,
				"'%s' is not a port of instance '%s'; "
				"'bpfcast port add %s vni N' makes it one",
				dev, in->name, dev);
	if (err)
		return mc_error_errno(err, "cannot look up port '%s'", dev);
	return 0;
}

static int add(struct cli *cli, int argc, char **argv)
{
	struct mc_port_options options = { .kind = MC_PORT_EDGE };
	__u8 query = QUERY_DENY;
	struct mc_instance *in = NULL;
	const char *dev = NULL;
	const struct arg args[] = {
		ARG_NEEDED("DEV", arg_device, &dev),
		ARG_NEEDED("vni", arg_number, &options.vni, .max = MC_VNI_MAX),
		ARG_OPTIONAL("kind", arg_choice, &options.kind, .min = MC_PORT_EDGE,
			     .max = MC_PORT_SYSTEM, .choice = mc_port_kind_name),
		ARG_OPTIONAL("limit-groups", arg_number, &options.limit_groups, .min = 1,
			     .max = UINT32_MAX),
		ARG_OPTIONAL("query", arg_choice, &query, .max = QUERY_ALLOW, .choice = query_name),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, true, &in);
	if (err)
		return err;
	options.may_query = query == QUERY_ALLOW;
	return mc_port_add(in, dev, &options);
}

static int del(struct cli *cli, int argc, char **argv)
{
	struct mc_instance *in = NULL;
	const char *dev = NULL;
	const struct arg args[] = { ARG_NEEDED("DEV", arg_device, &dev) };
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, true, &in);
	if (err)
		return err;
	return mc_port_del(in, dev);
}

static const struct column columns[] = {
	{ "port", COLUMN_PLAIN },
	{ "ifindex", COLUMN_NUMBER },
	{ "vni", COLUMN_NUMBER },
	{ "kind", COLUMN_PLAIN },
	{ "attach", COLUMN_PLAIN },
	{ "mtu", COLUMN_NUMBER },
	{ "limit_groups", COLUMN_NUMBER },
	{ "query", COLUMN_PLAIN },
	{ "state", COLUMN_PLAIN },
	{ "groups", COLUMN_NUMBER | COLUMN_STATS },
	{ "reports", COLUMN_NUMBER | COLUMN_STATS },
	{ "joins", COLUMN_NUMBER | COLUMN_STATS },
	{ "leaves", COLUMN_NUMBER | COLUMN_STATS },
	{ "refused", COLUMN_NUMBER | COLUMN_STATS },
	{},
};

struct row {
	__u32 ifindex;
	struct mc_port port;
};

static int collect(__u32 ifindex, const struct mc_port *port, void *arg)
{
	struct row row = { .ifindex = ifindex, .port = *port };

	return array_add(arg, &row);
}

static int by_name(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	return strcmp(left->port.name, right->port.name);
}

static void show_counters(struct output *out, struct mc_instance *in, __u32 ifindex)
{
	struct mc_port_state state;

	if (mc_port_state_get(in, ifindex, &state))
		return;
	output_number(out, "groups", state.groups);
	output_number(out, "reports", state.reports);
	output_number(out, "joins", state.joins);
	output_number(out, "leaves", state.leaves);
	output_number(out, "refused", state.refused);
}

static void show_row(struct output *out, struct mc_instance *in, const struct row *row)
{
	const struct mc_port *port = &row->port;
	struct device device;

	output_text(out, "port", port->name);
	output_number(out, "ifindex", row->ifindex);
	output_number(out, "vni", port->vni);
	output_text(out, "kind", mc_port_kind_name(port->kind));
	output_text(out, "attach", mc_attach_name(port->attach));
	output_number(out, "mtu", device_get(row->ifindex, &device) ? port->mtu : device.mtu);
	output_number(out, "limit_groups", port->limit_groups);
	output_text(out, "query", query_name(!!(port->flags & MC_PORT_F_MAY_QUERY)));
	output_text(out, "state", device_state(row->ifindex));
	if (out->cli->statistics)
		show_counters(out, in, row->ifindex);
	output_row(out);
}

static int show(struct cli *cli, int argc, char **argv)
{
	autoarray struct array ports = ARRAY_OF(struct row);
	struct mc_instance *in = NULL;
	const char *dev = NULL;
	struct output out;
	__u32 only = 0;
	const struct arg args[] = { ARG_OPTIONAL("DEV", arg_device, &dev) };
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, false, &in);
	if (!err && dev)
		err = port_find(in, dev, &only);
	if (err)
		return err;
	err = mc_port_for_each(in, collect, &ports);
	if (err)
		return mc_error_errno(err, "cannot read the ports");
	array_sort(&ports, by_name);

	output_open(&out, cli, OUTPUT_TABLE, columns);
	for (size_t i = 0; i < ports.count; i++) {
		const struct row *row = array_at(&ports, i);

		if (!dev || row->ifindex == only)
			show_row(&out, in, row);
	}
	return output_close(&out);
}

static const struct verb verbs[] = {
	{ "show", "[DEV]", "list the ports", NULL, show, false },
	{ "add", "DEV vni N [kind edge|shared|uplink|system] [limit-groups N] [query allow|deny]",
	  "serve this device: hear its joins, carry its groups",
	  "  vni N           the tenant, 0 to 16777215\n"
	  "  kind edge       one host behind it, a leave acts at once; the default\n"
	  "       shared     a segment with several hosts\n"
	  "       uplink     an external, routed network\n"
	  "       system     the host itself\n"
	  "  limit-groups N  most memberships and pending joins; 4096 unless said\n"
	  "  query allow     let IGMP queries in; denied unless said\n",
	  add, false },
	{ "del", "DEV", "serve it no more; its memberships go with it", NULL, del, false },
	{},
};

const struct object port_object = { "port", "devices served: a pod's veth, a tap", verbs };
