/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/text.h>
#include <maps/vni.h>

#include "args.h"
#include "array.h"
#include "cli.h"
#include "output.h"
#include "verb.h"

/* What a VNI is told, over what it has. */
struct change {
	__u32 vni;
	struct mc_vni settings;
	bool has_unknown, has_link_local, has_group_interval, has_last_member, has_older_host;
	bool has_storm_rate;
};

static int parse_set(struct cli *cli, int argc, char **argv, struct change *change)
{
	struct mc_vni *to = &change->settings;
	const struct arg args[] = {
		ARG_NEEDED("VNI", arg_number, &change->vni, .max = MC_VNI_MAX),
		ARG_OPTIONAL("link-local", arg_choice, &to->link_local,
			     .given = &change->has_link_local, .max = MC_LINK_LOCAL_FLOOD,
			     .choice = mc_link_local_policy_name),
		ARG_OPTIONAL("unknown", arg_choice, &to->unknown, .given = &change->has_unknown,
			     .max = MC_UNKNOWN_LEARN, .choice = mc_unknown_policy_name),
		ARG_OPTIONAL("group-interval", arg_interval, &to->group_interval_ms,
			     .given = &change->has_group_interval, .min = 1, .max = UINT32_MAX),
		ARG_OPTIONAL("last-member", arg_interval, &to->last_member_ms,
			     .given = &change->has_last_member, .min = 1, .max = UINT32_MAX),
		ARG_OPTIONAL("older-host", arg_interval, &to->older_host_ms,
			     .given = &change->has_older_host, .min = 1, .max = UINT32_MAX),
		ARG_OPTIONAL("storm-rate", arg_number, &to->storm_rate,
			     .given = &change->has_storm_rate, .max = MC_STORM_RATE_MAX),
	};

	return args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));
}

/* From now on it is the operator's, whatever an agent had put there. */
static void set_interval(struct mc_vni *settings, __u32 *interval, __u32 ms, __u8 derived)
{
	*interval = ms;
	settings->derived &= (__u8)~derived;
}

static void apply(const struct change *change, struct mc_vni *settings)
{
	const struct mc_vni *from = &change->settings;

	if (change->has_unknown)
		settings->unknown = from->unknown;
	if (change->has_link_local)
		settings->link_local = from->link_local;
	if (change->has_group_interval)
		set_interval(settings, &settings->group_interval_ms, from->group_interval_ms,
			     MC_VNI_D_GROUP_INTERVAL);
	if (change->has_last_member)
		set_interval(settings, &settings->last_member_ms, from->last_member_ms,
			     MC_VNI_D_LAST_MEMBER);
	if (change->has_older_host)
		set_interval(settings, &settings->older_host_ms, from->older_host_ms,
			     MC_VNI_D_OLDER_HOST);
	if (change->has_storm_rate)
		settings->storm_rate = from->storm_rate;
	settings->pinned = 1;
}

static int set(struct cli *cli, int argc, char **argv)
{
	struct change change = {};
	struct mc_vni settings = {};
	struct mc_instance *in = NULL;
	int err = parse_set(cli, argc, argv, &change);

	if (!err)
		err = cli_instance(cli, true, &in);
	if (err)
		return err;
	err = mc_vni_get(in, change.vni, &settings);
	if (err && err != -ENOENT)
		return mc_error_errno(err, "cannot read VNI %u", change.vni);
	apply(&change, &settings);
	return mc_vni_set(in, change.vni, &settings);
}

static int need(struct mc_instance *in, __u32 vni, struct mc_vni *settings)
{
	int err = mc_vni_get(in, vni, settings);

	if (err == -ENOENT)
		return mc_error(err,
				"VNI %u has no port, no group and no settings; 'bpfcast vni "
				"show' lists those that have",
				vni);
	return err ? mc_error_errno(err, "cannot read VNI %u", vni) : 0;
}

static int reset(struct cli *cli, int argc, char **argv)
{
	struct mc_vni settings, unset = {};
	struct mc_instance *in = NULL;
	__u32 vni = 0;
	const struct arg args[] = { ARG_NEEDED("VNI", arg_number, &vni, .max = MC_VNI_MAX) };
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, true, &in);
	if (!err)
		err = need(in, vni, &settings);
	if (!err)
		err = mc_vni_set(in, vni, &unset);
	if (err)
		return err;
	err = mc_vni_release(in, vni);
	return err ? mc_error_errno(err, "cannot release VNI %u", vni) : 0;
}

static const struct column columns[] = {
	{ "vni", COLUMN_NUMBER },
	{ "link_local", COLUMN_PLAIN },
	{ "unknown", COLUMN_PLAIN },
	{ "group_interval", COLUMN_NUMBER | COLUMN_TEXT },
	{ "last_member", COLUMN_NUMBER | COLUMN_TEXT },
	{ "older_host", COLUMN_NUMBER | COLUMN_TEXT },
	{ "group_interval_ms", COLUMN_JSON },
	{ "last_member_ms", COLUMN_JSON },
	{ "older_host_ms", COLUMN_JSON },
	{ "storm_rate", COLUMN_NUMBER },
	{ "settings", COLUMN_PLAIN },
	{},
};

struct row {
	__u32 vni;
	struct mc_vni settings;
};

static int collect(__u32 vni, const struct mc_vni *settings, void *arg)
{
	struct row row = { vni, *settings };

	return array_add(arg, &row);
}

static int by_number(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	return left->vni < right->vni ? -1 : left->vni > right->vni;
}

/* Seconds for people, milliseconds for programs. */
static void show_interval(struct output *out, const char *name, __u32 set_ms, __u32 default_ms)
{
	__u32 ms = set_ms ? set_ms : default_ms;
	char text[32], json_name[32];

	if (ms % 1000)
		snprintf(text, sizeof(text), "%u.%03us", ms / 1000, ms % 1000);
	else
		snprintf(text, sizeof(text), "%us", ms / 1000);
	snprintf(json_name, sizeof(json_name), "%s_ms", name);
	output_text(out, name, text);
	output_number(out, json_name, ms);
}

static void show_row(struct output *out, const struct row *row)
{
	const struct mc_vni *settings = &row->settings;

	output_number(out, "vni", row->vni);
	output_text(out, "link_local", mc_link_local_policy_name(settings->link_local));
	output_text(out, "unknown", mc_unknown_policy_name(settings->unknown));
	show_interval(out, "group_interval", settings->group_interval_ms, MC_GROUP_INTERVAL_MS);
	show_interval(out, "last_member", settings->last_member_ms, MC_LAST_MEMBER_MS);
	show_interval(out, "older_host", settings->older_host_ms, MC_OLDER_HOST_MS);
	output_number(out, "storm_rate", settings->storm_rate);
	output_text(out, "settings", settings->pinned ? "set" : "default");
	output_row(out);
}

static int show(struct cli *cli, int argc, char **argv)
{
	autoarray struct array rows = ARRAY_OF(struct row);
	struct row only = {};
	struct mc_instance *in = NULL;
	bool has_vni = false;
	struct output out;
	const struct arg args[] = {
		ARG_OPTIONAL("VNI", arg_number, &only.vni, .given = &has_vni, .max = MC_VNI_MAX),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, false, &in);
	if (!err && has_vni)
		err = need(in, only.vni, &only.settings);
	if (err)
		return err;
	err = has_vni ? array_add(&rows, &only) : mc_vni_for_each(in, collect, &rows);
	if (err)
		return mc_error_errno(err, "cannot read the VNIs");
	array_sort(&rows, by_number);
	output_open(&out, cli, OUTPUT_TABLE, columns);
	for (size_t i = 0; i < rows.count; i++)
		show_row(&out, array_at(&rows, i));
	return output_close(&out);
}

static const struct verb verbs[] = {
	{ "show", "[VNI]", "list the VNIs that are in use or set up, and how they work", NULL, show,
	  false },
	{ "set",
	  "VNI [link-local host|flood] [unknown host|drop|learn] [group-interval SECONDS] "
	  "[last-member SECONDS] [older-host SECONDS] [storm-rate N]",
	  "change how a VNI works; what is not named stays",
	  "  link-local host   leave groups of 224.0.0.0/24 and ff02::/16 to the host; the default\n"
	  "             flood  copy them to all ports of the VNI and to all VTEPs\n"
	  "  unknown host      leave data to groups that nobody added to the host; the default\n"
	  "          drop      drop it\n"
	  "          learn     drop it until a join has added the group, which takes an agent\n"
	  "Times in seconds with up to three decimals; it takes an agent to end what is over:\n"
	  "  group-interval    how long a membership lives without a report; 260 unless said\n"
	  "  last-member       how long after a leave, on a port of several hosts; 2 unless said\n"
	  "  older-host        how long a host of an older version counts; 260 unless said\n"
	  "Packets a second:\n"
	  "  storm-rate N      what a VTEP may send to the VNI, a second's worth at once; what is\n"
	  "                    above is dropped; 0, the default, for no limit\n",
	  set, false },
	{ "reset", "VNI", "back to the defaults; forgotten if nothing uses it", NULL, reset,
	  false },
	{},
};

const struct object vni_object = { "vni", "the tenants, and how they work", verbs };
