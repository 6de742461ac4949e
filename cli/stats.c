/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/counter.h>
#include <maps/group.h>
#include <maps/port.h>
#include <maps/storm.h>
#include <maps/text.h>
#include <maps/vtep.h>

#include "args.h"
#include "cli.h"
#include "group.h"
#include "output.h"
#include "port.h"
#include "verb.h"
#include "vtep.h"

static const struct column reason_columns[] = {
	{ "reason", COLUMN_PLAIN },  { "packets", COLUMN_NUMBER }, { "bytes", COLUMN_NUMBER },
	{ "verdict", COLUMN_PLAIN }, { "meaning", COLUMN_PLAIN },  {},
};

static const char *verdict_name(int verdict)
{
	switch (verdict) {
	case MC_VERDICT_DONE:
		return "done";
	case MC_VERDICT_PASS:
		return "pass";
	default:
		return "drop";
	}
}

static int show_reasons(struct cli *cli, struct mc_instance *in)
{
	struct mc_counter counters[MC_REASON_COUNT];
	struct output out;
	int err = mc_counter_get_all(in, counters);

	if (err)
		return mc_error_errno(err, "cannot read the counters");
	output_open(&out, cli, OUTPUT_TABLE, reason_columns);
	for (unsigned int i = MC_R_NONE + 1; i < MC_REASON_COUNT; i++) {
		if (!counters[i].packets && !cli->statistics)
			continue;
		output_text(&out, "reason", mc_reason_name(i));
		output_number(&out, "packets", counters[i].packets);
		output_number(&out, "bytes", counters[i].bytes);
		output_text(&out, "verdict", verdict_name(mc_reason_verdict(i)));
		output_text(&out, "meaning", mc_reason_help(i));
		output_row(&out);
	}
	return output_close(&out);
}

static const struct column group_columns[] = {
	{ "vni", COLUMN_PLAIN },
	{ "group", COLUMN_PLAIN },
	{ "port_packets", COLUMN_PLAIN },
	{ "port_bytes", COLUMN_PLAIN },
	{ "underlay_packets", COLUMN_PLAIN },
	{ "underlay_bytes", COLUMN_PLAIN },
	{ "local_copies", COLUMN_PLAIN },
	{ "remote_copies", COLUMN_PLAIN },
	{ "errors", COLUMN_PLAIN },
	{},
};

static int show_group(struct cli *cli, struct mc_instance *in, const struct mc_group_key *key)
{
	struct mc_group group;
	struct output out;
	char text[GROUP_TEXT];
	int err = mc_group_get(in, key, true, &group);

	if (err == -ENOENT)
		return mc_error(err, "no group %s; 'bpfcast group show' lists them",
				group_format(key, text));
	if (err)
		return mc_error_errno(err, "cannot read group %s", group_format(key, text));
	output_open(&out, cli, OUTPUT_RECORD, group_columns);
	output_number(&out, "vni", key->vni);
	output_text(&out, "group", group_name(&key->group, text));
	output_number(&out, "port_packets", group.counters.port_packets);
	output_number(&out, "port_bytes", group.counters.port_bytes);
	output_number(&out, "underlay_packets", group.counters.underlay_packets);
	output_number(&out, "underlay_bytes", group.counters.underlay_bytes);
	output_number(&out, "local_copies", group.counters.local_copies);
	output_number(&out, "remote_copies", group.counters.remote_copies);
	output_number(&out, "errors", group.counters.errors);
	output_row(&out);
	return output_close(&out);
}

static const struct column port_columns[] = {
	{ "port", COLUMN_PLAIN },
	{ "groups", COLUMN_PLAIN },
	{ "reports", COLUMN_PLAIN },
	{ "joins", COLUMN_PLAIN },
	{ "leaves", COLUMN_PLAIN },
	{ "refused", COLUMN_PLAIN },
	{},
};

static int show_port(struct cli *cli, struct mc_instance *in, const char *dev)
{
	struct mc_port_state state;
	struct output out;
	__u32 ifindex;
	int err = port_find(in, dev, &ifindex);

	if (err)
		return err;
	err = mc_port_state_get(in, ifindex, &state);
	if (err)
		return mc_error_errno(err, "cannot read the counters of port '%s'", dev);
	output_open(&out, cli, OUTPUT_RECORD, port_columns);
	output_text(&out, "port", dev);
	output_number(&out, "groups", state.groups);
	output_number(&out, "reports", state.reports);
	output_number(&out, "joins", state.joins);
	output_number(&out, "leaves", state.leaves);
	output_number(&out, "refused", state.refused);
	output_row(&out);
	return output_close(&out);
}

static const struct column vtep_columns[] = {
	{ "vtep", COLUMN_PLAIN },	 { "tx_packets", COLUMN_PLAIN },
	{ "tx_bytes", COLUMN_PLAIN },	 { "tx_errors", COLUMN_PLAIN },
	{ "rx_packets", COLUMN_PLAIN },	 { "rx_bytes", COLUMN_PLAIN },
	{ "storm_drops", COLUMN_PLAIN }, {},
};

static int show_vtep(struct cli *cli, struct mc_instance *in, const struct mc_addr *remote)
{
	struct mc_vtep_counters counters;
	struct output out;
	char text[MC_ADDR_TEXT];
	__u64 storm_drops = 0;
	__u32 id;
	int err = vtep_find(in, remote, &id);

	if (err)
		return err;
	mc_addr_format(remote, text);
	err = mc_vtep_counters_get(in, id, &counters);
	if (!err)
		err = mc_storm_dropped(in, id, 1, &storm_drops);
	if (err)
		return mc_error_errno(err, "cannot read the counters of VTEP %s", text);
	output_open(&out, cli, OUTPUT_RECORD, vtep_columns);
	output_text(&out, "vtep", text);
	output_number(&out, "tx_packets", counters.tx_packets);
	output_number(&out, "tx_bytes", counters.tx_bytes);
	output_number(&out, "tx_errors", counters.tx_errors);
	output_number(&out, "rx_packets", counters.rx_packets);
	output_number(&out, "rx_bytes", counters.rx_bytes);
	output_number(&out, "storm_drops", storm_drops);
	output_row(&out);
	return output_close(&out);
}

static int show(struct cli *cli, int argc, char **argv)
{
	bool has_group = false, has_vni = false, has_vtep = false;
	struct mc_group_key key = {};
	struct mc_instance *in = NULL;
	struct mc_addr remote;
	const char *dev = NULL;
	const struct arg args[] = {
		ARG_OPTIONAL("group", arg_known_group, &key.group, .given = &has_group),
		ARG_OPTIONAL("vni", arg_number, &key.vni, .given = &has_vni, .max = MC_VNI_MAX),
		ARG_OPTIONAL("port", arg_device, &dev),
		ARG_OPTIONAL("vtep", arg_host, &remote, .given = &has_vtep),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (err)
		return err;
	if (has_group != has_vni)
		return cli_usage(cli, "a group and a vni go together");
	if (has_group + has_vtep + !!dev > 1)
		return cli_usage(cli, "say one of group, port and vtep");
	err = cli_instance(cli, false, &in);
	if (err)
		return err;
	if (has_group)
		return show_group(cli, in, &key);
	if (dev)
		return show_port(cli, in, dev);
	return has_vtep ? show_vtep(cli, in, &remote) : show_reasons(cli, in);
}

static const struct verb verbs[] = {
	{ "show", "[group GROUP vni N | port DEV | vtep IP]",
	  "what became of packets, by reason; or the counters of one noun",
	  "Reasons that never happened are shown with -s only.\n"
	  "verdict  done  consumed, and its purpose was served\n"
	  "         pass  left to the host\n"
	  "         drop  consumed, and lost\n",
	  show, false },
	{},
};

const struct object stats_object = { "stats", "counters", verbs };
