/* SPDX-License-Identifier: Apache-2.0 */
#include "port.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/port.h>
#include <maps/text.h>

#include "args.h"
#include "array.h"
#include "cli.h"
#include "device.h"
#include "output.h"
#include "verb.h"

static const struct column columns[] = {
	{ "port", COLUMN_PLAIN },
	{ "ifindex", COLUMN_NUMBER },
	{ "vni", COLUMN_NUMBER },
	{ "kind", COLUMN_PLAIN },
	{ "attach", COLUMN_PLAIN },
	{ "mtu", COLUMN_NUMBER },
	{ "vlan", COLUMN_NUMBER },
	{ "mac", COLUMN_PLAIN },
	{ "query", COLUMN_PLAIN },
	{ "limit_groups", COLUMN_NUMBER },
	{ "limit_sources", COLUMN_NUMBER },
	{ "limit_rate", COLUMN_NUMBER },
	{ "state", COLUMN_PLAIN },
	{ "groups", COLUMN_NUMBER | COLUMN_STATS },
	{ "reports", COLUMN_NUMBER | COLUMN_STATS },
	{ "joins", COLUMN_NUMBER | COLUMN_STATS },
	{ "leaves", COLUMN_NUMBER | COLUMN_STATS },
	{ "refused", COLUMN_NUMBER | COLUMN_STATS },
	{ "sources", COLUMN_PLAIN }, /* last: as wide as there are */
	{},
};

#define SOURCES_SHOWN 2 /* without -s */

struct row {
	__u32 ifindex;
	struct mc_port port;
};

struct listing {
	struct mc_instance *in;
	struct array rows;
	struct array sources; /* struct mc_port_source of all ports, sorted */
};

static int collect(__u32 ifindex, const struct mc_port *port, void *arg)
{
	struct row row = { .ifindex = ifindex, .port = *port };

	return array_add(&((struct listing *)arg)->rows, &row);
}

static int collect_source(__u32 ifindex, const struct mc_addr *source, void *arg)
{
	struct mc_port_source entry = { ifindex, *source };

	return array_add(&((struct listing *)arg)->sources, &entry);
}

static int by_name(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	return strcmp(left->port.name, right->port.name);
}

static int by_port(const void *a, const void *b)
{
	const struct mc_port_source *left = a, *right = b;

	if (left->ifindex != right->ifindex)
		return left->ifindex < right->ifindex ? -1 : 1;
	return memcmp(&left->source, &right->source, sizeof(left->source));
}

/* The place of the first address of the port or, if it has none, of a later port. */
static size_t find_sources(const struct array *sources, __u32 ifindex)
{
	size_t low = 0, high = sources->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (((struct mc_port_source *)array_at(sources, middle))->ifindex < ifindex)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int show_sources(struct output *out, const struct listing *list, __u32 ifindex)
{
	autoarray struct array addrs = ARRAY_OF(struct mc_addr);
	size_t i = find_sources(&list->sources, ifindex);
	int err = 0;

	for (; !err && i < list->sources.count; i++) {
		const struct mc_port_source *entry = array_at(&list->sources, i);

		if (entry->ifindex != ifindex)
			break;
		err = array_add(&addrs, &entry->source);
	}
	output_addrs(out, "sources", &addrs, out->cli->statistics ? SIZE_MAX : SOURCES_SHOWN);
	return err;
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

static void show_settings(struct output *out, const struct mc_port *port)
{
	char mac[MAC_TEXT];

	output_text(out, "kind", mc_port_kind_name(port->kind));
	output_text(out, "attach", mc_attach_name(port->attach));
	if (port->vlan)
		output_number(out, "vlan", port->vlan);
	if (port->flags & MC_PORT_F_CHECK_MAC)
		output_text(out, "mac", device_mac(port->mac, mac));
	output_text(out, "query", port_query_name(!!(port->flags & MC_PORT_F_MAY_QUERY)));
	output_number(out, "limit_groups",
		      port->limit_groups == PORT_NO_LIMIT ? 0 : port->limit_groups);
	output_number(out, "limit_sources", port->limit_sources);
	output_number(out, "limit_rate", port->limit_rate);
}

static int show_row(struct output *out, const struct listing *list, const struct row *row)
{
	const struct mc_port *port = &row->port;
	struct device device;
	int err;

	output_text(out, "port", port->name);
	output_number(out, "ifindex", row->ifindex);
	output_number(out, "vni", port->vni);
	output_number(out, "mtu", device_get(row->ifindex, &device) ? port->mtu : device.mtu);
	output_text(out, "state", device_state(row->ifindex));
	show_settings(out, port);
	if (out->cli->statistics)
		show_counters(out, list->in, row->ifindex);
	err = show_sources(out, list, row->ifindex);
	output_row(out);
	return err;
}

static int print(const struct cli *cli, const struct listing *list, __u32 only)
{
	struct output out;
	int err = 0, end;

	output_open(&out, cli, OUTPUT_TABLE, columns);
	for (size_t i = 0; !err && i < list->rows.count; i++) {
		const struct row *row = array_at(&list->rows, i);

		if (!only || row->ifindex == only)
			err = show_row(&out, list, row);
	}
	end = output_close(&out);
	return err ? err : end;
}

int port_show(struct cli *cli, int argc, char **argv)
{
	struct listing list = { .rows = ARRAY_OF(struct row),
				.sources = ARRAY_OF(struct mc_port_source) };
	const char *dev = NULL;
	__u32 only = 0;
	const struct arg args[] = { ARG_OPTIONAL("DEV", arg_device, &dev) };
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, false, &list.in);
	if (!err && dev)
		err = port_find(list.in, dev, &only);
	if (err)
		return err;
	err = mc_port_for_each(list.in, collect, &list);
	if (!err)
		err = mc_port_for_each_source(list.in, collect_source, &list);
	if (err) {
		mc_error_errno(err, "cannot read the ports");
	} else {
		array_sort(&list.rows, by_name);
		array_sort(&list.sources, by_port);
		err = print(cli, &list, only);
	}
	array_free(&list.rows);
	array_free(&list.sources);
	return err;
}
