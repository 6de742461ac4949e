/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <bpfcast/util.h>
#include <loader/load.h>

#include "args.h"
#include "cli.h"
#include "verb.h"

#define GROUPS_MAX  (1 << 20)
#define MEMBERS_MAX (1 << 24)
#define SOURCES_MAX (1 << 24)

static int load(struct cli *cli, int argc, char **argv)
{
	struct mc_load_options options = {};
	__u32 vxlan_port = 0, geneve_port = 0;
	const struct arg args[] = {
		ARG_OPTIONAL("groups", arg_number, &options.groups, .min = 1, .max = GROUPS_MAX),
		ARG_OPTIONAL("members", arg_number, &options.members, .min = 1, .max = MEMBERS_MAX),
		ARG_OPTIONAL("sources", arg_number, &options.sources, .min = 1, .max = SOURCES_MAX),
		ARG_OPTIONAL("vxlan-port", arg_number, &vxlan_port, .min = 1, .max = 65535),
		ARG_OPTIONAL("geneve-port", arg_number, &geneve_port, .min = 1, .max = 65535),
		ARG_OPTIONAL("fleet-vni", arg_number, &options.fleet_vni,
			     .given = &options.fleet_chosen, .max = MC_VNI_MAX),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (err)
		return err;
	if (vxlan_port && vxlan_port == geneve_port)
		return cli_usage(cli, "vxlan-port and geneve-port cannot both be %u", vxlan_port);
	options.vxlan_port = (__u16)vxlan_port;
	options.geneve_port = (__u16)geneve_port;
	err = cli_release(cli);
	return err ? err : mc_load(cli->instance, &options);
}

static int unload(struct cli *cli, int argc, char **argv)
{
	int err = args_parse(cli, argc, argv, NULL, 0);

	if (!err)
		err = cli_release(cli);
	return err ? err : mc_unload(cli->instance);
}

static const struct verb load_verbs[] = {
	{ "", "[groups N] [members N] [sources N] [vxlan-port N] [geneve-port N] [fleet-vni N]",
	  "load the datapath, or replace its programs and keep its tables",
	  "  groups N       most groups of the instance; 4096 unless said\n"
	  "  members N      most local members; 65536 unless said\n"
	  "  sources N      most sources that members name; 65536 unless said\n"
	  "  vxlan-port N   UDP port of VXLAN; 4789 unless said\n"
	  "  geneve-port N  UDP port of Geneve; 6081 unless said\n"
	  "  fleet-vni N    the VNI of copies to underlay groups; 77 unless said\n",
	  load, false },
	{},
};

static const struct verb unload_verbs[] = {
	{ "", "", "detach all programs and forget all tables", NULL, unload, false },
	{},
};

const struct object load_object = { "load", "put the datapath into the kernel", load_verbs };
const struct object unload_object = { "unload", "take it out again", unload_verbs };
