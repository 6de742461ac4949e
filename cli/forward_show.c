/* SPDX-License-Identifier: Apache-2.0 */
#include "forward.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/counter.h>
#include <maps/forward.h>
#include <maps/table.h>
#include <maps/text.h>
#include <maps/vtep.h>

#include "args.h"
#include "array.h"
#include "cli.h"
#include "device.h"
#include "output.h"
#include "vtep.h"

#define SOURCES_SHOWN 3 /* without -s */

static const struct column columns[] = {
	{ "underlay", COLUMN_PLAIN },
	{ "via", COLUMN_PLAIN },
	{ "mode", COLUMN_PLAIN },
	{ "vni", COLUMN_NUMBER },
	{ "choose", COLUMN_PLAIN },
	{ "dev", COLUMN_PLAIN },
	{ "src", COLUMN_PLAIN },
	{ "next_hop", COLUMN_PLAIN },
	{ "mtu", COLUMN_NUMBER },
	{ "tx_packets", COLUMN_NUMBER | COLUMN_STATS },
	{ "tx_bytes", COLUMN_NUMBER | COLUMN_STATS },
	{ "tx_errors", COLUMN_NUMBER | COLUMN_STATS },
	{ "filter", COLUMN_PLAIN },
	{ "sources", COLUMN_PLAIN }, /* last: as wide as there are */
	{},
};

static void show_counters(struct output *out, struct mc_instance *in, __u32 id)
{
	struct mc_vtep_counters counters;

	if (mc_vtep_counters_get(in, id, &counters))
		return;
	output_number(out, "tx_packets", counters.tx_packets);
	output_number(out, "tx_bytes", counters.tx_bytes);
	output_number(out, "tx_errors", counters.tx_errors);
}

static void show_way(struct output *out, struct mc_instance *in, __u32 id)
{
	char text[MC_ADDR_TEXT], dev[DEVICE_NAME_SIZE];
	struct mc_next_hop next_hop;
	struct mc_vtep hop;

	if (mc_vtep_get(in, id, &hop))
		return;
	output_text(out, "via", mc_addr_format(&hop.via, text));
	output_number(out, "vni", hop.vni);
	output_text(out, "src", mc_addr_format(&hop.local, text));
	if (mc_vtep_next_hop(in, id, &next_hop))
		return;
	output_text(out, "dev",
		    device_name(in, next_hop.ifindex ? next_hop.ifindex : hop.ifindex, dev));
	output_text(out, "next_hop", vtep_next_hop_name(next_hop.state));
	if (next_hop.mtu)
		output_number(out, "mtu", next_hop.mtu);
}

static int show_filter(struct output *out, const struct mc_remote_item *item)
{
	autoarray struct array sources = ARRAY_OF(struct mc_addr);
	struct mc_filter filter = mc_remote_filter(item);
	int err = 0;

	output_text(out, "filter", mc_filter_name(!filter.include));
	for (__u32 i = 0; !err && i < filter.count; i++)
		err = array_add(&sources, &filter.sources[i]);
	output_addrs(out, "sources", &sources, out->cli->statistics ? SIZE_MAX : SOURCES_SHOWN);
	return err;
}

static int show_hop(struct output *out, struct mc_instance *in, const struct mc_addr *underlay,
		    const struct mc_remote_item *item)
{
	char text[MC_ADDR_TEXT];
	int err;

	output_text(out, "underlay", mc_addr_format(underlay, text));
	output_text(out, "mode", mc_mode_name(item->slot.mode));
	output_text(out, "choose", forward_choose_name(!!(item->slot.flags & MC_REMOTE_F_EQUAL)));
	show_way(out, in, item->slot.vtep);
	if (out->cli->statistics)
		show_counters(out, in, item->slot.vtep);
	err = show_filter(out, item);
	output_row(out);
	return err;
}

/* An entry without a hop is a row, too. */
static int show_entry(struct output *out, struct mc_instance *in, const struct mc_addr *underlay)
{
	mc_autoremotes struct mc_remote_list hops = { 0 };
	char text[MC_ADDR_TEXT];
	int err = mc_forward_get(in, underlay, &hops);

	if (err)
		return err == -ENOENT ? 0 : err;
	if (!hops.count) {
		output_text(out, "underlay", mc_addr_format(underlay, text));
		output_row(out);
	}
	for (__u32 i = 0; !err && i < hops.count; i++)
		err = show_hop(out, in, underlay, &hops.item[i]);
	return err;
}

/* The entries asked for. */
struct list {
	struct mc_addr underlay;
	bool has_underlay;
	struct array entries; /* struct mc_addr */
};

static int collect(const struct mc_addr *underlay, const struct mc_remote_list *hops, void *arg)
{
	struct list *list = arg;

	(void)hops;
	if (list->has_underlay && !mc_addr_equal(underlay, &list->underlay))
		return 0;
	return array_add(&list->entries, underlay);
}

static int by_address(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct mc_addr));
}

static int print(const struct cli *cli, struct mc_instance *in, const struct list *list)
{
	struct output out;
	int err = 0, end;

	output_open(&out, cli, OUTPUT_TABLE, columns);
	for (size_t i = 0; !err && i < list->entries.count; i++)
		err = show_entry(&out, in, array_at(&list->entries, i));
	end = output_close(&out);
	return err ? mc_error_errno(err, "cannot read the forwarding entries") : end;
}

int forward_show(struct cli *cli, int argc, char **argv)
{
	struct list list = { .entries = ARRAY_OF(struct mc_addr) };
	struct mc_instance *in = NULL;
	const struct arg args[] = {
		ARG_OPTIONAL("UNDERLAY", arg_underlay_group, &list.underlay,
			     .given = &list.has_underlay),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, false, &in);
	if (err)
		return err;
	err = mc_forward_for_each(in, collect, &list);
	array_sort(&list.entries, by_address);
	err = err ? mc_error_errno(err, "cannot read the forwarding entries")
		  : print(cli, in, &list);
	array_free(&list.entries);
	return err;
}
