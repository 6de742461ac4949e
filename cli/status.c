/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/underlay.h>
#include <maps/instance.h>
#include <maps/port.h>
#include <maps/table.h>
#include <maps/text.h>
#include <maps/vtep.h>

#include "args.h"
#include "array.h"
#include "cli.h"
#include "output.h"
#include "verb.h"
#include "warning.h"

#define NSEC_PER_SEC 1000000000ll

static const struct column columns[] = {
	{ "instance", COLUMN_PLAIN },
	{ "namespace", COLUMN_PLAIN },
	{ "version", COLUMN_PLAIN },
	{ "loaded_version", COLUMN_PLAIN },
	{ "pins", COLUMN_TEXT },
	{ "abi", COLUMN_JSON },
	{ "kernel", COLUMN_PLAIN },
	{ "loaded", COLUMN_AGE },
	{ "loads", COLUMN_JSON },
	{ "vxlan_port", COLUMN_PLAIN },
	{ "geneve_port", COLUMN_PLAIN },
	{ "fleet_vni", COLUMN_PLAIN },
	{ "attached_ports", COLUMN_PLAIN },
	{ "attached_underlays", COLUMN_PLAIN },
	{ "ports", COLUMN_PLAIN },
	{ "ports_max", COLUMN_JSON },
	{ "ports_tcx", COLUMN_JSON },
	{ "ports_clsact", COLUMN_JSON },
	{ "groups", COLUMN_PLAIN },
	{ "groups_max", COLUMN_JSON },
	{ "members", COLUMN_PLAIN },
	{ "members_max", COLUMN_JSON },
	{ "sources", COLUMN_PLAIN },
	{ "sources_max", COLUMN_JSON },
	{ "vteps", COLUMN_PLAIN },
	{ "vteps_max", COLUMN_JSON },
	{ "m2p", COLUMN_PLAIN },
	{ "m2p_max", COLUMN_JSON },
	{ "forwarding", COLUMN_PLAIN },
	{ "forwarding_max", COLUMN_JSON },
	{ "warnings", COLUMN_PLAIN },
	{},
};

struct status {
	struct mc_instance *in;
	struct output out;
	struct array ports; /* of struct port_line */
	__u32 tcx, clsact;
};

static int count_entry(const void *key, const void *value, void *arg)
{
	(void)key;
	(void)value;
	++*(__u64 *)arg;
	return 0;
}

/* Use and capacity: two numbers in JSON, "3 of 4096" in text. */
static int show_table(struct status *status, const char *name, enum mc_table table)
{
	__u32 max = mc_table_capacity(status->in, table);
	char text[48], max_name[32];
	__u64 used = 0;
	int err = mc_table_for_each(status->in, table, count_entry, &used);

	if (err)
		return err;
	snprintf(max_name, sizeof(max_name), "%s_max", name);
	output_number(&status->out, max_name, max);
	snprintf(text, sizeof(text), "%llu of %u", (unsigned long long)used, max);
	if (status->out.cli->json)
		output_number(&status->out, name, used);
	else
		output_text(&status->out, name, text);
	return 0;
}

static int show_tables(struct status *status)
{
	int err = show_table(status, "ports", MC_TABLE_PORTS);

	if (!err)
		err = show_table(status, "groups", MC_TABLE_FANOUT);
	if (!err)
		err = show_table(status, "members", MC_TABLE_MEMBERS);
	if (!err)
		err = show_table(status, "sources", MC_TABLE_SOURCES);
	if (!err)
		err = show_table(status, "vteps", MC_TABLE_VTEP_IDS);
	if (!err)
		err = show_table(status, "m2p", MC_TABLE_M2P);
	if (!err)
		err = show_table(status, "forwarding", MC_TABLE_FORWARDING);
	return err;
}

struct port_line {
	char text[96];
};

static int collect_port(__u32 ifindex, const struct mc_port *port, void *arg)
{
	struct status *status = arg;
	struct port_line line;

	(void)ifindex;
	status->tcx += port->attach == MC_ATTACH_TCX;
	status->clsact += port->attach > MC_ATTACH_TCX;
	snprintf(line.text, sizeof(line.text), "%s: vni %u, %s", port->name, port->vni,
		 mc_attach_name(port->attach));
	return array_add(&status->ports, &line);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct port_line *)a)->text, ((const struct port_line *)b)->text);
}

static int show_underlay(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	struct status *status = arg;
	char text[192], addrs[2 * MC_ADDR_TEXT], addr[MC_ADDR_TEXT];
	bool has_v4 = !mc_addr_is_zero(&underlay->local);
	bool has_v6 = !mc_addr_is_zero(&underlay->local6);

	(void)ifindex;
	snprintf(addrs, sizeof(addrs), "%s", has_v4 ? mc_addr_format(&underlay->local, addr) : "");
	if (has_v6)
		snprintf(addrs + strlen(addrs), sizeof(addrs) - strlen(addrs), "%s%s",
			 has_v4 ? ", " : "", mc_addr_format(&underlay->local6, addr));
	snprintf(text, sizeof(text), "%s: %s, %s, xdp %s%s", underlay->name, addrs,
		 mc_attach_name(underlay->attach), mc_xdp_name(underlay->xdp),
		 underlay->flags & MC_UNDERLAY_F_REPLICATE ? ", replicates" : "");
	output_list(&status->out, "attached_underlays", text);
	return 0;
}

static int show_devices(struct status *status)
{
	int err;

	output_list(&status->out, "attached_ports", NULL);
	output_list(&status->out, "attached_underlays", NULL);
	err = mc_port_for_each(status->in, collect_port, status);
	array_sort(&status->ports, by_text);
	for (size_t i = 0; i < status->ports.count; i++)
		output_list(&status->out, "attached_ports",
			    ((struct port_line *)array_at(&status->ports, i))->text);
	array_free(&status->ports);
	if (!err)
		err = mc_underlay_for_each(status->in, show_underlay, status);
	output_number(&status->out, "ports_tcx", status->tcx);
	output_number(&status->out, "ports_clsact", status->clsact);
	return err;
}

static void show_versions(struct status *status, const struct mc_instance_info *info)
{
	struct output *out = &status->out;
	char netns[64] = "", pins[16];
	struct utsname kernel;
	struct timespec now;

	if (readlink("/proc/self/ns/net", netns, sizeof(netns) - 1) < 0)
		snprintf(netns, sizeof(netns), "?");
	uname(&kernel);
	clock_gettime(CLOCK_BOOTTIME, &now);
	snprintf(pins, sizeof(pins), "v%u", info->abi);

	output_text(out, "instance", status->in->name);
	output_text(out, "namespace", netns);
	output_text(out, "version", MC_VERSION);
	output_text(out, "loaded_version", info->version);
	output_text(out, "pins", pins);
	output_number(out, "abi", info->abi);
	output_text(out, "kernel", kernel.release);
	output_age(out, "loaded", now.tv_sec - (int64_t)(info->loaded_at / NSEC_PER_SEC));
	output_number(out, "loads", info->loads);
	output_number(out, "vxlan_port", MC_BE16(info->vxlan_port));
	output_number(out, "geneve_port", MC_BE16(info->geneve_port));
	output_number(out, "fleet_vni", info->fleet_vni);
}

static void show_warning(const char *text, void *arg)
{
	output_list(arg, "warnings", text);
}

static int fill(struct status *status)
{
	struct mc_instance_info info;
	int err = mc_instance_info(status->in, &info);

	if (err)
		return err;
	show_versions(status, &info);
	err = show_devices(status);
	if (!err)
		err = show_tables(status);
	output_list(&status->out, "warnings", NULL);
	if (!err)
		err = warning_for_each(status->in, show_warning, &status->out);
	return err;
}

static int show(struct cli *cli, int argc, char **argv)
{
	struct status status = { .ports = ARRAY_OF(struct port_line) };
	int err = args_parse(cli, argc, argv, NULL, 0), end;

	if (!err)
		err = cli_instance(cli, false, &status.in);
	if (err)
		return err;
	output_open(&status.out, cli, OUTPUT_RECORD, columns);
	err = fill(&status);
	if (err)
		mc_error_errno(err, "cannot read the tables of instance '%s'", status.in->name);
	else
		output_row(&status.out);
	end = output_close(&status.out);
	return err ? err : end;
}

static const struct verb verbs[] = {
	{ "", "", "tell what is loaded, how full it is, and what is wrong", NULL, show, false },
	{},
};

const struct object status_object = { "status", "the instance at a glance", verbs };
