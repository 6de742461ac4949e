/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would become of a packet, step by step, as bpf/port_ingress.bpf.c would take them: by the tables as
 * they are now. Nothing is sent.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <bpfcast/log.h>
#include <bpfcast/reason.h>
#include <bpfcast/util.h>
#include <loader/attach.h>
#include <maps/group.h>
#include <maps/port.h>
#include <maps/text.h>
#include <maps/vni.h>

#include "args.h"
#include "cli.h"
#include "device.h"
#include "group.h"
#include "output.h"
#include "port.h"
#include "trace.h"
#include "verb.h"

static const struct column columns[] = {
	{ "step", COLUMN_PLAIN },
	{ "result", COLUMN_PLAIN },
	{ "why", COLUMN_PLAIN },
	{},
};

void trace_step(struct trace *trace, const char *step, const char *result, const char *fmt, ...)
{
	char why[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	output_text(&trace->out, "step", step);
	output_text(&trace->out, "result", result);
	output_text(&trace->out, "why", why);
	output_row(&trace->out);
}

/* Where it ends; always true, which means so. */
static bool end(struct trace *trace, unsigned int reason)
{
	static const char *const words[] = {
		[MC_VERDICT_DONE] = "done",
		[MC_VERDICT_PASS] = "left to the host",
		[MC_VERDICT_DROP] = "dropped",
	};

	trace_step(trace, "end", words[mc_reason_verdict(reason)], "%s: %s", mc_reason_name(reason),
		   mc_reason_help(reason));
	return true;
}

/* Each returns true if the packet's way ends there. */
static bool check_port(struct trace *trace)
{
	const struct mc_port *port = &trace->port;

	if (port->vni != trace->key.vni) {
		trace_step(trace, "port", "differs",
			   "'%s' is in VNI %u: what comes in there is never VNI %u's", port->name,
			   port->vni, trace->key.vni);
		trace->key.vni = port->vni;
	}
	if (!mc_is_attached_tc(trace->in, MC_PROGRAM_PORT, trace->ifindex, port->attach)) {
		trace_step(
			trace, "port", "stops",
			"no program of ours on '%s', %s: 'bpfcast port del %s', then add it again",
			port->name, device_state(trace->ifindex), port->name);
		return true;
	}
	trace_step(trace, "port", "passes", "'%s', interface %u, %s, VNI %u, kind %s", port->name,
		   trace->ifindex, device_state(trace->ifindex), port->vni,
		   mc_port_kind_name(port->kind));
	if (port->vlan)
		trace_step(trace, "vlan", "passes", "with 802.1Q tag %u only; else vlan: dropped",
			   port->vlan);
	else
		trace_step(trace, "vlan", "passes", "untagged only; else vlan: dropped");
	return false;
}

static bool check_link_local(struct trace *trace, const struct mc_vni *vni)
{
	static const struct mc_addr flood;

	if (!mc_addr_is_link_local_group(&trace->key.group))
		return false;
	if (vni->link_local != MC_LINK_LOCAL_FLOOD) {
		trace_step(trace, "group", "stops",
			   "it stays on the link, and VNI %u floods none such ('bpfcast vni set')",
			   trace->key.vni);
		return end(trace, MC_R_LINK_LOCAL);
	}
	trace_step(trace, "group", "passes", "it stays on the link: by the flood group of VNI %u",
		   trace->key.vni);
	trace->key.group = flood;
	return false;
}

static bool check_group(struct trace *trace)
{
	static const unsigned int reasons[] = {
		[MC_UNKNOWN_HOST] = MC_R_UNKNOWN_GROUP,
		[MC_UNKNOWN_DROP] = MC_R_UNKNOWN_DROPPED,
		[MC_UNKNOWN_LEARN] = MC_R_UNKNOWN_DROPPED,
	};
	struct mc_vni vni = { 0 };
	char text[GROUP_TEXT];

	(void)mc_vni_get(trace->in, trace->key.vni, &vni);
	if (check_link_local(trace, &vni))
		return true;
	if (mc_group_get(trace->in, &trace->key, false, &trace->group)) {
		trace_step(trace, "group", "stops",
			   "nobody has added %s; the VNI's policy for such is '%s'",
			   group_format(&trace->key, text), mc_unknown_policy_name(vni.unknown));
		return end(trace, reasons[vni.unknown <= MC_UNKNOWN_LEARN ? vni.unknown : 0]);
	}
	trace_step(trace, "group", "passes", "%s: %u local members, %u without a slot, %u remote",
		   group_format(&trace->key, text), trace->group.local, trace->group.waiting,
		   trace->group.remote);
	return false;
}

static int match_source(__u32 ifindex, const struct mc_addr *source, void *arg)
{
	const struct trace *trace = arg;

	return ifindex == trace->ifindex && mc_addr_equal(source, &trace->source);
}

static bool check_source(struct trace *trace)
{
	const struct mc_port *port = &trace->port;
	char text[MC_ADDR_TEXT], mac[MAC_TEXT];

	mc_addr_format(&trace->source, text);
	if (mc_addr_is_bad_source(&trace->source)) {
		trace_step(trace, "source", "stops", "%s can be no host's", text);
		return end(trace, MC_R_BAD_SOURCE);
	}
	if (port->flags & MC_PORT_F_CHECK_MAC)
		trace_step(trace, "source MAC", "passes", "%s only; else spoofed_mac: dropped",
			   device_mac(port->mac, mac));
	if (port->flags & MC_PORT_F_CHECK_SOURCE &&
	    mc_port_for_each_source(trace->in, match_source, trace) <= 0) {
		trace_step(trace, "source", "stops", "%s is not among the port's addresses", text);
		return end(trace, MC_R_SPOOFED_SOURCE);
	}
	trace_step(trace, "source", "passes",
		   port->flags & MC_PORT_F_CHECK_SOURCE ? "%s is one of the port's addresses"
							: "%s; the port may send from any",
		   text);
	return false;
}

static bool check_headers(struct trace *trace)
{
	char mac[MAC_TEXT];
	__u8 wanted[6];

	mc_addr_group_mac(&trace->destination, wanted);
	trace_step(trace, "destination MAC", "passes", "%s only; else wrong_mac: dropped",
		   device_mac(wanted, mac));
	return false;
}

static int follow(struct trace *trace)
{
	int err;

	if (check_port(trace) || check_group(trace) || check_headers(trace) || check_source(trace))
		return 0;
	err = trace_members(trace);
	if (err)
		return err;
	if (trace->copies)
		(void)end(trace, MC_R_FORWARDED);
	else if (trace->failed)
		(void)end(trace, MC_R_NO_COPY);
	else
		(void)end(trace, trace->filtered ? MC_R_FILTERED : MC_R_NO_MEMBER);
	return 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct trace trace = { 0 };
	const char *dev = NULL;
	const struct arg args[] = {
		ARG_NEEDED("SOURCE", arg_addr, &trace.source),
		ARG_NEEDED("GROUP", arg_any_group, &trace.destination),
		ARG_NEEDED("vni", arg_number, &trace.key.vni, .max = MC_VNI_MAX),
		ARG_NEEDED("port", arg_device, &dev),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args)), closed;

	if (!err && mc_addr_is_v4(&trace.source) != mc_addr_is_v4(&trace.destination))
		return cli_usage(cli, "source and group are of two address families");
	if (!err)
		err = cli_instance(cli, false, &trace.in);
	if (!err)
		err = port_find(trace.in, dev, &trace.ifindex);
	if (!err && mc_port_get(trace.in, trace.ifindex, &trace.port))
		err = mc_error(-ENOENT, "port '%s' has gone this moment", dev);
	if (err)
		return err;
	trace.key.group = trace.destination;
	output_open(&trace.out, cli, OUTPUT_TABLE, columns);
	err = follow(&trace);
	closed = output_close(&trace.out);
	return err ? err : closed;
}

static const struct verb verbs[] = {
	{ "", "SOURCE GROUP vni N port DEV",
	  "explain what would become of a packet that comes in there",
	  "By the tables as they are now, in the order in which the datapath goes; nothing is sent.\n"
	  "result  passes, copy  it goes on; a member gets it\n"
	  "        skip          a member does not get it\n"
	  "        stops, end    it goes no further; what it is counted as\n",
	  run, false },
	{},
};

const struct object trace_object = { "trace", "what would become of a packet, and why", verbs };
