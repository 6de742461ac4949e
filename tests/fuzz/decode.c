/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints what our parsers read from each Ethernet frame of a pcap file (classic, written on this
 * machine), a JSON object a line. For tests/fuzz/differential.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <jansson.h>

#include <bpfcast/util.h>
#include <maps/text.h>

#include "reading.h"

#define PCAP_MAGIC    0xa1b2c3d4
#define PCAP_ETHERNET 1
#define FRAME_MAX     65536

struct pcap_file {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, snap_length, link_type;
};

struct pcap_record {
	uint32_t seconds, micros, captured, length;
};

static void add_address(json_t *list, const struct mc_addr *addr)
{
	char text[MC_ADDR_TEXT];

	json_array_append_new(list, json_string(mc_addr_format(addr, text)));
}

static json_t *read_record(mc_packet *packet, const struct mc_message *m, uint32_t *offset)
{
	json_t *sources = json_array();
	struct mc_record record;
	struct mc_addr source;
	char text[MC_ADDR_TEXT];

	if (mc_record_load(packet, m->ipv6, *offset, m->end, &record))
		return sources; /* an array where an object is due: differs from whatever is right */
	for (uint32_t i = 0; i < record.sources; i++) {
		if (mc_address_load(packet, m->ipv6, record.offset + i * mc_source_size(m->ipv6),
				    &source))
			break;
		add_address(sources, &source);
	}
	*offset = record.next;
	return json_pack("{s:i, s:s, s:o}", "type", record.type, "group",
			 mc_addr_format(&record.group, text), "sources", sources);
}

static json_t *read_records(mc_packet *packet, const struct mc_message *m)
{
	json_t *list = json_array();
	uint32_t offset = m->offset;

	for (unsigned int i = 0; i < m->records; i++)
		json_array_append_new(list, read_record(packet, m, &offset));
	return list;
}

/* Maximum response time: tenths of a second of IGMP, milliseconds of MLD. */
static uint32_t response_time(mc_packet *packet, const struct reading *r)
{
	uint8_t head[8] = { 0 };

	if (mc_load(packet, r->frame.payload, head, sizeof(head)))
		return 0;
	if (!r->message.ipv6) /* RFC 2236 has no floating point */
		return r->message.version < 3 ? head[1] : mc_code8_value(head[1]);
	if (r->message.version < 2)
		return (uint32_t)head[4] << 8 | head[5];
	return mc_code16_value((__u16)(head[4] << 8 | head[5]));
}

static json_t *describe(mc_packet *packet, const struct reading *r)
{
	static const char *const kinds[] = { "query", "join", "leave", "report" };
	const struct mc_message *m = &r->message;
	char text[MC_ADDR_TEXT];
	json_t *object;

	if (r->reason)
		return json_pack("{s:s}", "reason", mc_reason_name((unsigned int)r->reason));
	object = json_pack("{s:s, s:i, s:b}", "kind", kinds[m->kind], "version", m->version, "ipv6",
			   m->ipv6);
	if (m->kind == MC_MESSAGE_REPORT)
		json_object_set_new(object, "records", read_records(packet, m));
	else
		json_object_set_new(object, "group", json_string(mc_addr_format(&m->group, text)));
	if (m->kind == MC_MESSAGE_QUERY)
		json_object_set_new(object, "response", json_integer(response_time(packet, r)));
	return object;
}

static int print_frame(const void *data, size_t length)
{
	mc_packet packet = { .data = data, .length = length };
	struct reading r = { 0 };
	json_t *object;
	int err;

	read_frame(&packet, 0, &r);
	object = describe(&packet, &r);
	err = object ? json_dumpf(object, stdout, JSON_COMPACT) : -1;
	json_decref(object);
	putchar('\n');
	return err;
}

static int decode(FILE *file)
{
	struct pcap_file head;
	struct pcap_record record;
	mc_autofree char *data = malloc(FRAME_MAX);
	int err = 0;

	if (!data || fread(&head, sizeof(head), 1, file) != 1 || head.magic != PCAP_MAGIC ||
	    head.link_type != PCAP_ETHERNET)
		return -EINVAL;
	while (!err && fread(&record, sizeof(record), 1, file) == 1) {
		if (record.captured > FRAME_MAX ||
		    fread(data, 1, record.captured, file) != record.captured)
			return -EINVAL;
		err = print_frame(data, record.captured);
	}
	return err || ferror(file) ? -EIO : 0;
}

int main(int argc, char **argv)
{
	mc_autofile FILE *file = argc == 2 ? fopen(argv[1], "re") : NULL;

	if (!file || decode(file)) {
		fprintf(stderr, "decode: usage: decode FILE, a pcap file of Ethernet frames\n");
		return 2;
	}
	return fflush(stdout) ? 1 : 0;
}
