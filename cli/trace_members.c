/* SPDX-License-Identifier: Apache-2.0 */
#include "trace.h"

#include <errno.h>
#include <stdio.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <maps/member.h>
#include <maps/table.h>
#include <maps/text.h>
#include <maps/vtep.h>

#include "array.h"
#include "device.h"
#include "member.h"
#include "member_list.h"
#include "vtep.h"

/* Does the member want the source, as wants_source() of bpf/fanout.h has it? With words. */
static bool wants(const struct trace *trace, const struct member_row *row, char *why, size_t size)
{
	const struct mc_source_key key = {
		.member = { row->key.vni, row->id, row->key.group },
		.source = trace->source,
	};
	char origins[ORIGINS_TEXT], text[MC_ADDR_TEXT];
	struct mc_source entry;
	bool named =
		row->member.sources && !mc_table_get(trace->in, MC_TABLE_SOURCES, &key, &entry);
	bool wanted = named ? entry.pass : !!row->member.exclude;

	member_origins(row->member.origins, origins);
	mc_addr_format(&trace->source, text);
	if (row->member.exclude)
		snprintf(why, size, "%s: %s%s", origins,
			 wanted ? "wants all sources" : "wants all sources but ",
			 wanted ? (row->member.sources ? " but some, not this one" : "") : text);
	else
		snprintf(why, size, "%s: wants %u sources, %s%s", origins, row->member.sources,
			 text, wanted ? " is one" : " is none of them");
	return wanted;
}

static void trace_local(struct trace *trace, const struct member_list *list,
			const struct member_row *row)
{
	const struct member_port *port = member_list_port(list, row->id);
	char step[64], why[160];

	snprintf(step, sizeof(step), "member %s", port ? port->name : "?");
	if (row->id == trace->ifindex) {
		trace_step(trace, step, "skip", "it is the sender");
		return;
	}
	if (row->member.slot == MC_SLOT_NONE || row->member.generation != trace->group.generation) {
		trace_step(trace, step, "skip", "it waits for a slot: the group has %u, all taken",
			   trace->group.size);
		return;
	}
	if (!wants(trace, row, why, sizeof(why))) {
		trace->filtered++;
		trace_step(trace, step, "skip", "%s", why);
		return;
	}
	if (!port || port->gone) {
		trace->failed++;
		trace_step(trace, step, "fails", "%s, but its device is gone", why);
		return;
	}
	trace->copies++;
	trace_step(trace, step, "copy", "%s; device %s", why, device_state(row->id));
}

static bool remote_wants(const struct trace *trace, const struct member_row *row)
{
	struct mc_filter filter = mc_remote_filter(&row->remote);

	for (__u32 i = 0; i < filter.count; i++)
		if (mc_addr_equal(&filter.sources[i], &trace->source))
			return filter.include;
	return !filter.include;
}

static void trace_remote(struct trace *trace, const struct member_row *row)
{
	char step[80], text[MC_ADDR_TEXT], dev[DEVICE_NAME_SIZE];
	struct mc_next_hop hop = { 0 };
	struct mc_vtep vtep;

	if (mc_vtep_get(trace->in, row->id, &vtep))
		return;
	(void)mc_vtep_next_hop(trace->in, row->id, &hop);
	snprintf(step, sizeof(step), "remote %s", mc_addr_format(&vtep.remote, text));
	device_name(trace->in, hop.ifindex ? hop.ifindex : vtep.ifindex, dev);
	if (!remote_wants(trace, row)) {
		trace->filtered++;
		trace_step(trace, step, "skip", "it does not want the source");
		return;
	}
	if (hop.state == MC_NEXT_HOP_UNREACHABLE) {
		trace->failed++;
		trace_step(trace, step, "fails", "no route to it by an underlay");
		return;
	}
	trace->copies++;
	trace_step(trace, step, "copy", "%s, out of %s, next hop %s, path MTU %u",
		   mc_encap_name(vtep.encap), dev, vtep_next_hop_name(hop.state), hop.mtu);
}

int trace_members(struct trace *trace)
{
	struct member_list list = MEMBER_LIST;
	int err;

	list.in = trace->in;
	list.key = trace->key;
	list.has_group = true;
	list.has_vni = true;
	err = member_list_read(&list);
	for (size_t i = 0; !err && i < list.rows.count; i++) {
		const struct member_row *row = array_at(&list.rows, i);

		if (row->kind == MEMBER_LOCAL)
			trace_local(trace, &list, row);
		else
			trace_remote(trace, row);
	}
	member_list_free(&list);
	return err;
}
