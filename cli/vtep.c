/* SPDX-License-Identifier: Apache-2.0 */
#include "vtep.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/next_hop.h>
#include <loader/underlay.h>
#include <maps/counter.h>
#include <maps/storm.h>
#include <maps/table.h>
#include <maps/text.h>
#include <maps/vtep.h>

#include "args.h"
#include "array.h"
#include "cli.h"
#include "device.h"
#include "output.h"
#include "verb.h"

int vtep_find(struct mc_instance *in, const struct mc_addr *remote, __u32 *id)
{
	int err = mc_vtep_find(in, remote, id);
	char text[MC_ADDR_TEXT];

	mc_addr_format(remote, text);
	if (err == -ENOENT)
		return mc_error(err,
				"%s is not a VTEP of instance '%s'; "
				"'bpfcast vtep add %s' makes it one",
				text, in->name, text);
	if (err)
		return mc_error_errno(err, "cannot look up VTEP %s", text);
	return 0;
}

const char *vtep_next_hop_name(unsigned int state)
{
	static const char *const names[] = {
		[MC_NEXT_HOP_UNKNOWN] = "unknown",
		[MC_NEXT_HOP_READY] = "ready",
		[MC_NEXT_HOP_NO_NEIGHBOUR] = "no-neighbour",
		[MC_NEXT_HOP_UNREACHABLE] = "unreachable",
		[MC_NEXT_HOP_STATIC] = "static",
	};

	return state < MC_ARRAY_SIZE(names) ? names[state] : "?";
}

struct settings {
	struct mc_addr remote;
	struct mc_addr source; /* zero: that of the underlay */
	bool has_source;
	__u8 encap;
	__u32 port;	 /* 0: that of the instance */
	const char *dev; /* NULL: by the routes */
};

static int parse(struct cli *cli, int argc, char **argv, struct settings *settings)
{
	const struct arg args[] = {
		ARG_NEEDED("IP", arg_host, &settings->remote),
		ARG_OPTIONAL("encap", arg_choice, &settings->encap, .min = MC_ENCAP_VXLAN,
			     .max = MC_ENCAP_GENEVE, .choice = mc_encap_name),
		ARG_OPTIONAL("port", arg_number, &settings->port, .min = 1, .max = 65535),
		ARG_OPTIONAL("dev", arg_device, &settings->dev),
		ARG_OPTIONAL("src", arg_host, &settings->source, .given = &settings->has_source),
	};

	return args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));
}

static int check_own(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	(void)ifindex;
	return mc_addr_equal(mc_underlay_local(underlay, arg), arg) ? -EADDRINUSE : 0;
}

/* A source that the host does not have would make us send as somebody else. */
static int check_source(const struct settings *settings)
{
	const struct mc_addr *source = &settings->source;
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr.s_addr = source->word[3] };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	bool is_v4 = mc_addr_is_v4(source);
	mc_autoclose int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char text[MC_ADDR_TEXT];

	mc_addr_format(source, text);
	if (is_v4 != mc_addr_is_v4(&settings->remote))
		return mc_error(-EINVAL, "src %s is not of the address family of the VTEP", text);
	memcpy(&v6.sin6_addr, source, sizeof(v6.sin6_addr));
	if (fd >= 0 && (is_v4 ? bind(fd, (struct sockaddr *)&v4, sizeof(v4))
			      : bind(fd, (struct sockaddr *)&v6, sizeof(v6))))
		return mc_error(-errno,
				"src %s is not an address of this host; 'ip addr' lists "
				"them",
				text);
	return 0;
}

static __be16 udp_port(const struct settings *settings, const struct mc_underlay *underlay)
{
	if (settings->port)
		return MC_BE16(settings->port);
	return settings->encap == MC_ENCAP_GENEVE ? underlay->geneve_port : underlay->vxlan_port;
}

static int resolve(struct mc_instance *in, struct settings *settings, struct mc_vtep *vtep)
{
	struct mc_underlay underlay;
	char text[MC_ADDR_TEXT];
	__u32 ifindex;
	int err = mc_underlay_for_each(in, check_own, &settings->remote);

	if (err == -EADDRINUSE)
		return mc_error(err,
				"%s is our own address on the underlay; a VTEP is another node",
				mc_addr_format(&settings->remote, text));
	if (!err && settings->has_source)
		err = check_source(settings);
	if (!err)
		err = mc_underlay_route(in, &settings->remote, settings->dev, &ifindex, &underlay);
	if (err)
		return err;
	*vtep = (struct mc_vtep){
		.remote = settings->remote,
		.local = settings->has_source ? settings->source
					      : *mc_underlay_local(&underlay, &settings->remote),
		.ifindex = ifindex,
		.port = udp_port(settings, &underlay),
		.encap = settings->encap,
		.flags = settings->dev ? MC_VTEP_F_DEV : 0,
	};
	mc_next_hop_seed(vtep);
	return 0;
}

static int change(struct cli *cli, int argc, char **argv, bool replace)
{
	struct settings settings = { .encap = MC_ENCAP_VXLAN };
	struct mc_instance *in = NULL;
	struct mc_vtep vtep;
	int err = parse(cli, argc, argv, &settings);

	if (!err)
		err = cli_instance(cli, true, &in);
	if (!err)
		err = resolve(in, &settings, &vtep);
	if (err)
		return err;
	return replace ? mc_vtep_replace(in, &vtep) : mc_vtep_add(in, &vtep, NULL);
}

static int add(struct cli *cli, int argc, char **argv)
{
	return change(cli, argc, argv, false);
}

static int replace(struct cli *cli, int argc, char **argv)
{
	return change(cli, argc, argv, true);
}

static int del(struct cli *cli, int argc, char **argv)
{
	struct mc_instance *in = NULL;
	struct mc_addr remote;
	const struct arg args[] = { ARG_NEEDED("IP", arg_host, &remote) };
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args));

	if (!err)
		err = cli_instance(cli, true, &in);
	if (err)
		return err;
	return mc_vtep_del(in, &remote);
}

static const struct column columns[] = {
	{ "vtep", COLUMN_PLAIN },
	{ "id", COLUMN_NUMBER | COLUMN_JSON },
	{ "encap", COLUMN_PLAIN },
	{ "port", COLUMN_NUMBER },
	{ "dev", COLUMN_PLAIN },
	{ "src", COLUMN_PLAIN },
	{ "next_hop", COLUMN_PLAIN },
	{ "mac", COLUMN_PLAIN },
	{ "mtu", COLUMN_NUMBER },
	{ "tx_packets", COLUMN_NUMBER | COLUMN_STATS },
	{ "tx_bytes", COLUMN_NUMBER | COLUMN_STATS },
	{ "tx_errors", COLUMN_NUMBER | COLUMN_STATS },
	{ "rx_packets", COLUMN_NUMBER | COLUMN_STATS },
	{ "rx_bytes", COLUMN_NUMBER | COLUMN_STATS },
	{ "storm_drops", COLUMN_NUMBER | COLUMN_STATS },
	{},
};

struct row {
	__u32 id;
	struct mc_vtep vtep;
};

static int collect(__u32 id, const struct mc_vtep *vtep, void *arg)
{
	struct row row = { .id = id, .vtep = *vtep };

	return array_add(arg, &row);
}

static int by_address(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	return memcmp(&left->vtep.remote, &right->vtep.remote, sizeof(left->vtep.remote));
}

static void show_next_hop(struct output *out, struct mc_instance *in, const struct row *row)
{
	const __u8 *mac = row->vtep.dmac; /* what there is where the kernel is not asked */
	struct mc_next_hop hop;
	char text[MAC_TEXT];

	if (mc_vtep_next_hop(in, row->id, &hop))
		return;
	output_text(out, "next_hop", vtep_next_hop_name(hop.state));
	if (hop.state == MC_NEXT_HOP_READY)
		mac = hop.dmac;
	if (hop.state == MC_NEXT_HOP_READY || hop.state == MC_NEXT_HOP_STATIC)
		output_text(out, "mac", device_mac(mac, text));
	if (hop.mtu)
		output_number(out, "mtu", hop.mtu);
}

static void show_counters(struct output *out, struct mc_instance *in, __u32 id, __u64 storm_drops)
{
	struct mc_vtep_counters counters;

	if (mc_vtep_counters_get(in, id, &counters))
		return;
	output_number(out, "tx_packets", counters.tx_packets);
	output_number(out, "tx_bytes", counters.tx_bytes);
	output_number(out, "tx_errors", counters.tx_errors);
	output_number(out, "rx_packets", counters.rx_packets);
	output_number(out, "rx_bytes", counters.rx_bytes);
	output_number(out, "storm_drops", storm_drops);
}

/* By VTEP id, for all there can be; the caller frees. */
static int get_storm_drops(struct mc_instance *in, __u64 **drops)
{
	__u32 count = mc_table_capacity(in, MC_TABLE_VTEPS);
	mc_autofree __u64 *sums = calloc(count, sizeof(*sums));
	int err = sums ? mc_storm_dropped(in, 0, count, sums) : -ENOMEM;

	if (err)
		return mc_error_errno(err, "cannot read what storms of VTEPs were dropped");
	*drops = MC_TAKE_PTR(sums);
	return 0;
}

static int show(struct cli *cli, int argc, char **argv)
{
	autoarray struct array vteps = ARRAY_OF(struct row);
	mc_autofree __u64 *storm_drops = NULL;
	char text[MC_ADDR_TEXT], dev[DEVICE_NAME_SIZE];
	struct mc_instance *in = NULL;
	struct output out;
	int err = args_parse(cli, argc, argv, NULL, 0);

	if (!err)
		err = cli_instance(cli, false, &in);
	if (err)
		return err;
	err = mc_vtep_for_each(in, collect, &vteps);
	if (err)
		return mc_error_errno(err, "cannot read the VTEPs");
	if (cli->statistics)
		err = get_storm_drops(in, &storm_drops);
	if (err)
		return err;
	array_sort(&vteps, by_address);

	output_open(&out, cli, OUTPUT_TABLE, columns);
	for (size_t i = 0; i < vteps.count; i++) {
		const struct row *row = array_at(&vteps, i);

		output_text(&out, "vtep", mc_addr_format(&row->vtep.remote, text));
		output_number(&out, "id", row->id);
		output_text(&out, "encap", mc_encap_name(row->vtep.encap));
		output_number(&out, "port", MC_BE16(row->vtep.port));
		output_text(&out, "dev", device_name(in, row->vtep.ifindex, dev));
		output_text(&out, "src", mc_addr_format(&row->vtep.local, text));
		show_next_hop(&out, in, row);
		if (storm_drops)
			show_counters(&out, in, row->id, storm_drops[row->id]);
		output_row(&out);
	}
	return output_close(&out);
}

#define SETTINGS "IP [encap vxlan|geneve] [port N] [dev DEV] [src IP]"

static const struct verb verbs[] = {
	{ "show", "", "list the VTEPs and how they are reached", NULL, show, false },
	{ "add", SETTINGS, "know another node: send to it, take packets from it",
	  "  encap vxlan   the encapsulation; the default\n"
	  "        geneve  same, in Geneve\n"
	  "  port N        its UDP port; that of the encapsulation in this instance unless said\n"
	  "  dev DEV       the underlay to reach it by, always; unless said, the one that the\n"
	  "                routes say, each time\n"
	  "  src IP        the outer source; our address on that underlay unless said\n",
	  add, false },
	{ "replace", SETTINGS, "same, and change it if it is known", NULL, replace, false },
	{ "del", "IP", "forget it; it leaves all groups first", NULL, del, false },
	{},
};

const struct object vtep_object = { "vtep", "the other nodes, by underlay address", verbs };
