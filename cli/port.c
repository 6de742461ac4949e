/* SPDX-License-Identifier: Apache-2.0 */
#include "port.h"

#include <errno.h>
#include <stdint.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/port.h>
#include <maps/port.h>
#include <maps/table.h>
#include <maps/text.h>

#include "args.h"
#include "array.h"
#include "cli.h"
#include "verb.h"

#define VLAN_MAX 4094
#define RATE_MAX 1000000000 /* the datapath counts nanoseconds */

enum { QUERY_DENY, QUERY_ALLOW };

const char *port_query_name(unsigned int query)
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

/* 0 is no limit to those who type it, and the default to mc_port_add(). */
static void set_limits(struct mc_port_options *options, bool has_groups, bool has_sources)
{
	if (has_groups && !options->limit_groups)
		options->limit_groups = PORT_NO_LIMIT;
	if (has_sources && !options->limit_sources)
		options->limit_sources = MC_SOURCES_MAX;
}

static int parse_add(struct cli *cli, int argc, char **argv, const char **dev,
		     struct mc_port_options *options, struct array *sources)
{
	bool has_groups = false, has_sources = false;
	__u8 query = QUERY_DENY;
	__u32 vlan = 0;
	const struct arg args[] = {
		ARG_NEEDED("DEV", arg_device, dev),
		ARG_NEEDED("vni", arg_number, &options->vni, .max = MC_VNI_MAX),
		ARG_OPTIONAL("kind", arg_choice, &options->kind, .min = MC_PORT_EDGE,
			     .max = MC_PORT_SYSTEM, .choice = mc_port_kind_name),
		ARG_OPTIONAL("source", arg_addrs, sources),
		ARG_OPTIONAL("mac", arg_mac, options->mac, .given = &options->check_mac),
		ARG_OPTIONAL("vlan", arg_number, &vlan, .min = 1, .max = VLAN_MAX),
		ARG_OPTIONAL("query", arg_choice, &query, .max = QUERY_ALLOW,
			     .choice = port_query_name),
		ARG_OPTIONAL("limit-groups", arg_number, &options->limit_groups,
			     .given = &has_groups, .max = UINT32_MAX),
		ARG_OPTIONAL("limit-sources", arg_number, &options->limit_sources,
			     .given = &has_sources, .max = MC_SOURCES_MAX),
		ARG_OPTIONAL("limit-rate", arg_number, &options->limit_rate,
			     .given = &options->rate_chosen, .max = RATE_MAX),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (err)
		return err;
	set_limits(options, has_groups, has_sources);
	options->vlan = (__u16)vlan;
	options->may_query = query == QUERY_ALLOW;
	options->sources = sources->items;
	options->source_count = (__u32)sources->count;
	return 0;
}

static int add(struct cli *cli, int argc, char **argv)
{
	autoarray struct array sources = ARRAY_OF(struct mc_addr);
	struct mc_port_options options = { .kind = MC_PORT_EDGE };
	struct mc_instance *in = NULL;
	const char *dev = NULL;
	int err = parse_add(cli, argc, argv, &dev, &options, &sources);

	if (!err)
		err = cli_instance(cli, true, &in);
	return err ? err : mc_port_add(in, dev, &options);
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

static const struct verb verbs[] = {
	{ "show", "[DEV]", "list the ports", NULL, port_show, false },
	{ "add",
	  "DEV vni N [kind edge|shared|uplink|system] [source IP[,IP...]] [mac MAC] [vlan N] "
	  "[query allow|deny] [limit-groups N] [limit-sources N] [limit-rate N]",
	  "serve this device: hear its joins, carry its groups",
	  "  vni N            the tenant, 0 to 16777215\n"
	  "  kind edge        one host behind it, a leave acts at once; the default\n"
	  "       shared      a segment with several hosts\n"
	  "       uplink      an external, routed network\n"
	  "       system      the host itself\n"
	  "  source IP,...    drop what comes from other addresses, of either family\n"
	  "  mac MAC          drop what comes from another MAC address\n"
	  "  vlan N           its packets have this 802.1Q tag, 1 to 4094; none unless said\n"
	  "  query allow      let IGMP and MLD queries in; denied unless said\n"
	  "  limit-groups N   most memberships; 4096 unless said, 0: no limit\n"
	  "  limit-sources N  most sources of a membership; 512 unless said, 0: the most, 1024\n"
	  "  limit-rate N     most membership messages a second; 20000 unless said, 0: no limit\n",
	  add, false },
	{ "del", "DEV", "serve it no more; its memberships go with it", NULL, del, false },
	{},
};

const struct object port_object = { "port", "devices served: a pod's veth, a tap", verbs };
