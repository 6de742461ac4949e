/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <bpfcast/log.h>
#include <bpfcast/reason.h>
#include <bpfcast/util.h>
#include <loader/underlay.h>
#include <maps/event.h>
#include <maps/table.h>
#include <maps/text.h>

#include "args.h"
#include "cli.h"
#include "device.h"
#include "group.h"
#include "member.h"
#include "output.h"
#include "verb.h"

#define NSEC_PER_SEC 1000000000ll
#define SLICE_MS     200 /* a signal that comes just before the wait is seen this much later */
#define FOREVER	     INT64_MAX

struct monitor {
	struct mc_instance *in;
	struct output out;
	int64_t wall_offset; /* CLOCK_REALTIME - CLOCK_MONOTONIC, nanoseconds */
	__u32 limit;	     /* events; 0: none */
	__u32 seen;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static int64_t now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static const struct column columns[] = {
	{ "time", COLUMN_BARE },     { "event", COLUMN_BARE },	   { "reason", COLUMN_PLAIN },
	{ "vni", COLUMN_PLAIN },     { "group", COLUMN_PLAIN },	   { "source", COLUMN_PLAIN },
	{ "port", COLUMN_PLAIN },    { "underlay", COLUMN_PLAIN }, { "origin", COLUMN_PLAIN },
	{ "packets", COLUMN_PLAIN }, { "length", COLUMN_PLAIN },   {},
};

/* Of a member: then no address means the flood group. */
static bool is_of_member(const struct mc_event *event)
{
	return event->type == MC_EVENT_JOIN || event->type == MC_EVENT_LEAVE ||
	       event->type == MC_EVENT_REFUSED;
}

static void show_addresses(struct output *out, const struct mc_event *event)
{
	char text[MC_ADDR_TEXT];
	bool has_group = is_of_member(event) || !mc_addr_is_zero(&event->group);

	if (event->vni || has_group)
		output_number(out, "vni", event->vni);
	if (has_group)
		output_text(out, "group", group_name(&event->group, text));
	if (!mc_addr_is_zero(&event->source))
		output_text(out, "source", mc_addr_format(&event->source, text));
}

static void show_device(struct output *out, struct mc_instance *in, __u32 ifindex)
{
	char name[DEVICE_NAME_SIZE];
	struct mc_underlay underlay;
	bool is_underlay = !mc_underlay_get(in, ifindex, &underlay);

	if (ifindex)
		output_text(out, is_underlay ? "underlay" : "port", device_name(in, ifindex, name));
}

static int show_event(const struct mc_event *event, void *arg)
{
	struct monitor *monitor = arg;
	struct output *out = &monitor->out;
	char text[MC_TIME_TEXT], origins[ORIGINS_TEXT];

	output_text(out, "time", mc_time_format((int64_t)event->time + monitor->wall_offset, text));
	output_text(out, "event", mc_event_name(event->type));
	if (event->reason != MC_R_REPORT)
		output_text(out, "reason", mc_reason_name(event->reason));
	show_addresses(out, event);
	show_device(out, monitor->in, event->ifindex);
	if (event->origins)
		output_text(out, "origin", member_origins(event->origins, origins));
	if (event->type == MC_EVENT_DROP) {
		output_number(out, "packets", event->count);
		output_number(out, "length", event->length);
	}
	output_row(out);

	monitor->seen++;
	if (monitor->limit && monitor->seen >= monitor->limit)
		return -ECANCELED;
	return ferror(stdout) ? -EPIPE : 0;
}

static int wait_events(struct monitor *monitor, struct mc_event_reader *reader, int64_t deadline)
{
	while (!stopped) {
		int64_t left = deadline == FOREVER ? FOREVER : deadline - now(CLOCK_MONOTONIC);
		int timeout = SLICE_MS;
		int err;

		if (left <= 0)
			return 0;
		if (left < SLICE_MS * (NSEC_PER_SEC / 1000))
			timeout = (int)(left / (NSEC_PER_SEC / 1000)) + 1;
		err = mc_event_poll(reader, timeout);
		if (monitor->limit && monitor->seen >= monitor->limit)
			return 0;
		if (err == -EPIPE)
			return 0; /* said when the output is closed */
		if (err < 0 && err != -EINTR)
			return mc_error_errno(err, "cannot read events");
	}
	return 0;
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop }; /* no SA_RESTART: ends the wait */

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct mc_event_reader *reader = NULL;
	struct monitor monitor = {};
	int64_t deadline = FOREVER;
	__u32 seconds = 0;
	const struct arg args[] = {
		ARG_OPTIONAL("count", arg_number, &monitor.limit, .min = 1, .max = UINT32_MAX),
		ARG_OPTIONAL("timeout", arg_number, &seconds, .min = 1, .max = UINT32_MAX),
	};
	int err = args_parse(cli, argc, argv, args, MC_ARRAY_SIZE(args)), end;

	if (!err)
		err = cli_instance(cli, false, &monitor.in);
	if (err)
		return err;
	err = mc_event_reader_new(monitor.in, show_event, &monitor, &reader);
	if (err)
		return mc_error_errno(err, "cannot read the events of instance '%s'",
				      monitor.in->name);
	catch_signals();
	monitor.wall_offset = now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC);
	if (seconds)
		deadline = now(CLOCK_MONOTONIC) + seconds * NSEC_PER_SEC;
	output_open(&monitor.out, cli, OUTPUT_LINES, columns);
	err = wait_events(&monitor, reader, deadline);
	end = output_close(&monitor.out);
	mc_event_reader_free(&reader);
	return err ? err : end;
}

static const struct verb verbs[] = {
	{ "", "[count N] [timeout SECONDS]",
	  "print joins, leaves, changed filters, refusals and drops as they happen",
	  "'query' says that the group should be asked for: a host of several on the port has left;\n"
	  "'querier' that somebody else has asked, on a port that may query.\n"
	  "Drops are sampled: 'packets' is what was counted under the reason on one CPU so far.\n"
	  "An event goes to one reader only.\n"
	  "  count N          end after so many events\n"
	  "  timeout SECONDS  end after so much time\n",
	  run, true },
	{},
};

const struct object monitor_object = { "monitor", "what happens, as it happens", verbs };
