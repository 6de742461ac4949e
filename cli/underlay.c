/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/underlay.h>
#include <maps/text.h>

#include "args.h"
#include "array.h"
#include "cli.h"
#include "device.h"
#include "output.h"
#include "verb.h"

static const char *switch_name(unsigned int on)
{
	return on ? "on" : "off";
}

static int set_addresses(struct cli *cli, const struct array *addresses,
			 struct mc_underlay_options *options)
{
	for (size_t i = 0; i < addresses->count; i++) {
		const struct mc_addr *addr = array_at(addresses, i);
		struct mc_addr *local = mc_addr_is_v4(addr) ? &options->local : &options->local6;

		if (!mc_addr_is_zero(local))
			return cli_usage(cli, "addr takes one address of each family");
		*local = *addr;
	}
	return 0;
}

static int add(struct cli *cli, int argc, char **argv)
{
	autoarray struct array addresses = ARRAY_OF(struct mc_addr);
	struct mc_underlay_options options = {};
	__u8 replicate = 0;
	struct mc_instance *in = NULL;
	const char *dev = NULL;
	const struct arg args[] = {
		ARG_NEEDED("DEV", arg_device, &dev),
		ARG_OPTIONAL("addr", arg_hosts, &addresses),
		ARG_OPTIONAL("xdp", arg_choice, &options.xdp, .given = &options.xdp_chosen,
			     .min = MC_XDP_OFF, .max = MC_XDP_NATIVE, .choice = mc_xdp_name),
		ARG_OPTIONAL("replicate", arg_choice, &replicate, .max = 1, .choice = switch_name),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = set_addresses(cli, &addresses, &options);
	if (!err)
		err = cli_instance(cli, true, &in);
	if (err)
		return err;
	options.replicate = replicate;
	return mc_underlay_add(in, dev, &options);
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
	return mc_underlay_del(in, dev);
}

static const struct column columns[] = {
	{ "underlay", COLUMN_PLAIN },
	{ "ifindex", COLUMN_NUMBER },
	{ "addr", COLUMN_PLAIN },
	{ "addr6", COLUMN_PLAIN },
	{ "mac", COLUMN_PLAIN },
	{ "attach", COLUMN_PLAIN },
	{ "xdp", COLUMN_PLAIN },
	{ "replicate", COLUMN_PLAIN },
	{ "vxlan_port", COLUMN_NUMBER },
	{ "geneve_port", COLUMN_NUMBER },
	{ "mtu", COLUMN_NUMBER },
	{ "state", COLUMN_PLAIN },
	{},
};

static int show_one(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	struct output *out = arg;
	struct device device;
	char text[MC_ADDR_TEXT], mac[MAC_TEXT];

	output_text(out, "underlay", underlay->name);
	output_number(out, "ifindex", ifindex);
	if (!mc_addr_is_zero(&underlay->local))
		output_text(out, "addr", mc_addr_format(&underlay->local, text));
	if (!mc_addr_is_zero(&underlay->local6))
		output_text(out, "addr6", mc_addr_format(&underlay->local6, text));
	if (!(underlay->flags & MC_UNDERLAY_F_NO_MAC))
		output_text(out, "mac", device_mac(underlay->mac, mac));
	output_text(out, "attach", mc_attach_name(underlay->attach));
	output_text(out, "xdp", mc_xdp_name(underlay->xdp));
	output_text(out, "replicate", switch_name(!!(underlay->flags & MC_UNDERLAY_F_REPLICATE)));
	output_number(out, "vxlan_port", MC_BE16(underlay->vxlan_port));
	output_number(out, "geneve_port", MC_BE16(underlay->geneve_port));
	output_number(out, "mtu", device_get(ifindex, &device) ? underlay->mtu : device.mtu);
	output_text(out, "state", device_state(ifindex));
	output_row(out);
	return 0;
}

static int show(struct cli *cli, int argc, char **argv)
{
	struct mc_instance *in = NULL;
	struct output out;
	int err = args_parse(cli, argc, argv, NULL, 0), end;

	if (!err)
		err = cli_instance(cli, false, &in);
	if (err)
		return err;
	output_open(&out, cli, OUTPUT_TABLE, columns);
	err = mc_underlay_for_each(in, show_one, &out);
	end = output_close(&out);
	return err ? mc_error_errno(err, "cannot read the underlays") : end;
}

static const struct verb verbs[] = {
	{ "show", "", "list the underlay devices", NULL, show, false },
	{ "add", "DEV [addr IP[,IP]] [xdp native|generic|off] [replicate on|off]",
	  "take encapsulated packets from this device, and send them by it",
	  "  addr IP[,IP]  our addresses as a VTEP, one of each family at most; unless said,\n"
	  "                the first global ones of the device; loopback's will do\n"
	  "  xdp ...       where the guard runs; unless said, native if the driver can, else\n"
	  "                generic; off on devices without a link layer\n"
	  "  replicate on  send on what comes in to an underlay group, as 'bpfcast forward' says;\n"
	  "                off unless said\n",
	  add, false },
	{ "del", "DEV", "take the programs off the device", NULL, del, false },
	{},
};

const struct object underlay_object = { "underlay", "devices towards the other nodes", verbs };
