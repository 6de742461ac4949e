/* SPDX-License-Identifier: Apache-2.0 */
#include "object_check.h"

#include <stdlib.h>
#include <string.h>

#include <bpfcast/util.h>
#include <maps/text.h>

#include "fault.h"
#include "object.h"

static void check_unicast(struct reader *reader, const char *name, const struct mc_addr *addr)
{
	char text[MC_ADDR_TEXT];

	if (mc_addr_is_bad_source(addr))
		SENSE_AT(reader, name,
			 "%s cannot be the address of a node: name one that is unicast, and not "
			 "loopback or zero",
			 mc_addr_format(addr, text));
}

static int by_address(const void *a, const void *b)
{
	return memcmp(*(const struct mc_addr *const *)a, *(const struct mc_addr *const *)b,
		      sizeof(struct mc_addr));
}

void object_check_unique(struct reader *reader, const char *name, const struct addrs *addrs)
{
	mc_autofree const struct mc_addr **sorted =
		calloc(addrs->count + 1, sizeof(struct mc_addr *));
	char text[MC_ADDR_TEXT];

	for (__u32 i = 0; sorted && i < addrs->count; i++)
		sorted[i] = &addrs->list[i];
	if (sorted)
		qsort(sorted, addrs->count, sizeof(struct mc_addr *), by_address);
	for (__u32 i = 1; sorted && i < addrs->count; i++)
		if (mc_addr_equal(sorted[i - 1], sorted[i]))
			SENSE_AT(reader, name, "%s is named twice: leave one out",
				 mc_addr_format(sorted[i], text));
}

void object_check_vni(struct reader *reader, const struct object *object)
{
	const struct object_querier *querier = &object->querier;
	size_t length = reader_enter(reader, "querier");

	if (querier->response_interval >= querier->query_interval) /* RFC 9776 section 8.3 */
		SENSE_AT(reader, "response_interval",
			 "%u ms is not less than query_interval, %u ms: change one of them",
			 querier->response_interval, querier->query_interval);
	if (!mc_addr_is_zero(&querier->source) &&
	    (!mc_addr_is_v4(&querier->source) || mc_addr_is_multicast(&querier->source)))
		SENSE_AT(reader, "source",
			 "cannot be the source of an IGMP query: name an IPv4 unicast address, or "
			 "0.0.0.0");
	/* RFC 9777 section 5.1.14: hosts ignore a query from any other */
	if (!mc_addr_is_zero(&querier->source6) && !mc_addr_is_v6_link_local(&querier->source6))
		SENSE_AT(
			reader, "source6",
			"cannot be the source of an MLD query: name an address in fe80::/10, or ::");
	reader_leave(reader, length);
}

void object_check_underlay(struct reader *reader, const struct object *object)
{
	if (!mc_addr_is_zero(&object->addr))
		check_unicast(reader, "addr", &object->addr);
}

void object_check_port(struct reader *reader, const struct object *object)
{
	char text[MC_ADDR_TEXT];

	for (__u32 i = 0; i < object->sources.count; i++)
		if (mc_addr_is_bad_source(&object->sources.list[i]))
			SENSE_AT(reader, "sources", "%s cannot be a host's address: leave it out",
				 mc_addr_format(&object->sources.list[i], text));
	object_check_unique(reader, "sources", &object->sources);
}

void object_check_vtep(struct reader *reader, const struct object *object)
{
	check_unicast(reader, "vtep", &object->vtep);
	if (mc_addr_is_zero(&object->src))
		return;
	check_unicast(reader, "src", &object->src);
	if (mc_addr_is_v4(&object->src) != mc_addr_is_v4(&object->vtep))
		SENSE_AT(reader, "src", "is not of the VTEP's address family: name one that is");
}

static void check_group(struct reader *reader, const struct object *object)
{
	const struct mc_addr *group = &object->group;
	char text[MC_ADDR_TEXT];

	mc_addr_format(group, text);
	if (!mc_addr_is_multicast(group))
		SENSE_AT(reader, "group",
			 "%s is no multicast address: a group is in 224.0.0.0/4 or ff00::/8", text);
	else if (mc_addr_is_link_local_group(group))
		SENSE_AT(
			reader, "group",
			"%s stays on the link, where it is never pruned: set \"link_local\" of the "
			"VNI to \"flood\"",
			text);
}

void object_check_group(struct reader *reader, const struct object *object)
{
	check_group(reader, object);
	for (__u32 i = 0; i < object->remotes.count; i++)
		check_unicast(reader, "remotes", &object->remotes.list[i]);
	object_check_unique(reader, "remotes", &object->remotes);
}

static void check_source(struct reader *reader, const struct object *object,
			 const struct mc_addr *source)
{
	char text[MC_ADDR_TEXT];

	mc_addr_format(source, text);
	if (mc_addr_is_v4(source) != mc_addr_is_v4(&object->group))
		SENSE_AT(reader, "sources", "%s is not of the group's address family", text);
	else if (mc_addr_is_bad_source(source) || mc_addr_is_v6_link_local(source) ||
		 mc_addr_is_v4_link_local(source))
		SENSE_AT(
			reader, "sources",
			"%s cannot be a source: name a unicast address that is not zero, loopback, "
			"broadcast or link-local",
			text);
}

void object_check_member(struct reader *reader, const struct object *object)
{
	check_group(reader, object);
	if (object->exclude && mc_addr_is_ssm(&object->group))
		SENSE_AT(
			reader, "mode",
			"the group is source-specific (232.0.0.0/8, ff3x::/32): say \"include\", and "
			"name the sources");
	else if (!object->exclude && !object->sources.count)
		SENSE_AT(reader, "sources", "include without a source wants nothing: name one");
	for (__u32 i = 0; i < object->sources.count; i++)
		check_source(reader, object, &object->sources.list[i]);
	object_check_unique(reader, "sources", &object->sources);
}

/* The scope that the kernel's routers and switches are asked to carry between nodes: maps/underlay_group.h. */
static void check_underlay_group(struct reader *reader, const struct mc_addr *underlay)
{
	char text[MC_ADDR_TEXT];

	if (underlay->byte[0] != 0xff || underlay->byte[1] != 0x04)
		SENSE_AT(reader, "underlay",
			 "%s is no underlay group: name an address in ff04::/16",
			 mc_addr_format(underlay, text));
}

void object_check_forwarding(struct reader *reader, const struct object *object)
{
	check_underlay_group(reader, &object->underlay_group);
	object_hops_check(reader, &object->hops);
}

void object_check_m2p(struct reader *reader, const struct object *object)
{
	check_group(reader, object);
	check_underlay_group(reader, &object->underlay_group);
	if (object->m2p_encap != FACT_ANY && !object->dev[0])
		SENSE_AT(reader, "encap",
			 "goes with dev: what next hops get is always Geneve. Leave it out");
}
