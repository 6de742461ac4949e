/* SPDX-License-Identifier: Apache-2.0 */
#include "object_hops.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpfcast/util.h>
#include <maps/text.h>

#include "fault.h"
#include "object_check.h"

#define HOPS_MOST 64 /* of one underlay group */

#define IN_HOP(name) offsetof(struct object_hop, name)

static const struct field hop_fields[] = {
	FIELD("via", read_addr, IN_HOP(via), .flags = FIELD_NEEDED),
	FIELD("mode", read_choice, IN_HOP(mode), .flags = FIELD_NEEDED, .max = MC_MODE_BOTH,
	      .choice = mc_mode_name),
	FIELD("include", read_addrs, IN_HOP(include), .max = MC_SOURCES_MAX),
	FIELD("exclude", read_addrs, IN_HOP(exclude), .max = MC_SOURCES_MAX),
	{},
};

void read_hops(struct reader *reader, const json_t *value, const struct field *field, void *to)
{
	struct object_hops *hops = to;
	json_t *entry;
	size_t i;

	(void)field;
	if (!json_is_array(value) || json_array_size(value) > HOPS_MOST) {
		fault_add(reader->faults, FAULT_SHAPE, reader->path,
			  "is not a list of at most %d hops: write [ ... ]", HOPS_MOST);
		return;
	}
	hops->list = calloc(json_array_size(value) + 1, sizeof(*hops->list));
	if (!hops->list) {
		fault_add(reader->faults, FAULT_SENSE, reader->path, "no memory for its hops");
		return;
	}
	json_array_foreach(value, i, entry)
	{
		size_t length = reader_enter_element(reader, i);

		field_read_object(reader, entry, hop_fields, 0, &hops->list[hops->count++]);
		reader_leave(reader, length);
	}
}

static void check_via(struct reader *reader, const struct mc_addr *via)
{
	char text[MC_ADDR_TEXT];

	if (mc_addr_is_v4(via) || mc_addr_is_multicast(via) || mc_addr_is_bad_source(via) ||
	    mc_addr_is_v6_link_local(via))
		SENSE_AT(
			reader, "via",
			"%s cannot be a next hop: name an IPv6 address that is unicast and global, "
			"by whose route packets go",
			mc_addr_format(via, text));
}

static void check_hop(struct reader *reader, const struct object_hop *hop)
{
	const struct addrs *sources = hop->include.list ? &hop->include : &hop->exclude;
	const char *name = hop->include.list ? "include" : "exclude";
	char text[MC_ADDR_TEXT];

	check_via(reader, &hop->via);
	if (hop->include.list && hop->exclude.list)
		SENSE_AT(reader, "exclude", "stands beside include: say one of them");
	for (__u32 i = 0; i < sources->count; i++)
		if (mc_addr_is_bad_source(&sources->list[i]))
			SENSE_AT(reader, name, "%s cannot be a source: leave it out",
				 mc_addr_format(&sources->list[i], text));
	object_check_unique(reader, name, sources);
}

void object_hops_check(struct reader *reader, const struct object_hops *hops)
{
	size_t length = reader_enter(reader, "hops");
	char text[MC_ADDR_TEXT];

	for (__u32 i = 0; i < hops->count; i++) {
		size_t inner = reader_enter_element(reader, i);

		check_hop(reader, &hops->list[i]);
		for (__u32 j = 0; j < i; j++)
			if (mc_addr_equal(&hops->list[i].via, &hops->list[j].via))
				SENSE_AT(reader, "via", "%s is named twice: leave one out",
					 mc_addr_format(&hops->list[i].via, text));
		reader_leave(reader, inner);
	}
	reader_leave(reader, length);
}

static int by_via(const void *a, const void *b)
{
	const struct object_hop *left = *(const struct object_hop *const *)a;
	const struct object_hop *right = *(const struct object_hop *const *)b;

	return memcmp(&left->via, &right->via, sizeof(left->via));
}

int object_hops_to_fact(const struct object_hops *hops, struct fact *fact)
{
	mc_autofree const struct object_hop **order =
		calloc(hops->count + 1, sizeof(struct object_hop *));
	int err = order ? 0 : -ENOMEM;

	for (__u32 i = 0; !err && i < hops->count; i++)
		order[i] = &hops->list[i];
	if (!err)
		qsort(order, hops->count, sizeof(struct object_hop *), by_via);
	for (__u32 i = 0; !err && i < hops->count; i++) {
		const struct addrs *sources =
			order[i]->include.list ? &order[i]->include : &order[i]->exclude;
		struct fact_hop hop = {
			.via = order[i]->via,
			.mode = order[i]->mode,
			.include = order[i]->include.list,
			.count = sources->count,
		};

		err = fact_add_hop(fact, &hop, sources->list);
	}
	return err;
}

static json_t *hop_json(const struct fact_hop *hop, const struct mc_addr *sources)
{
	json_t *list = json_array(), *json;
	char text[MC_ADDR_TEXT];

	for (__u32 i = 0; i < hop->count; i++)
		(void)json_array_append_new(list, json_string(mc_addr_format(&sources[i], text)));
	json = json_pack("{s:s, s:s}", "via", mc_addr_format(&hop->via, text), "mode",
			 mc_mode_name(hop->mode));
	if (hop->include || hop->count)
		(void)json_object_set(json, hop->include ? "include" : "exclude", list);
	json_decref(list);
	return json;
}

json_t *object_hops_json(const struct fact *fact)
{
	const struct mc_addr *sources = fact->addrs;
	json_t *list = json_array();

	for (__u32 i = 0; i < fact->forwarding.count; i++) {
		const struct fact_hop *hop = &fact->forwarding.hops[i];

		(void)json_array_append_new(list, hop_json(hop, sources));
		sources += hop->count;
	}
	return list;
}

void object_hops_free(struct object_hops *hops)
{
	for (__u32 i = 0; i < hops->count; i++) {
		free(hops->list[i].include.list);
		free(hops->list[i].exclude.list);
	}
	free(hops->list);
	*hops = (struct object_hops){ 0 };
}
