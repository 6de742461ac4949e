/* SPDX-License-Identifier: Apache-2.0 */
/* The options of mcpacket: one table, its parser, and the IGMPv3 records that options add up to. */
#pragma once

#include "frame.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum kind { FLAG, NUMBER, ADDR, MAC, TEXT, RECORD, IGMP };

#define OPTIONS(X)                                                                                 \
	X(ETH_SRC, "eth-src", MAC, "source MAC; the device's")                                     \
	X(ETH_DST, "eth-dst", MAC, "destination MAC; the group's, or broadcast")                   \
	X(VLAN, "vlan", NUMBER, "802.1Q tag to insert")                                            \
	X(SRC, "src", ADDR, "IP source; 10.0.0.1")                                                 \
	X(DST, "dst", ADDR, "IP destination; what the IGMP type asks for, or 239.1.1.1")           \
	X(TTL, "ttl", NUMBER, "TTL; 1 for IGMP, else 8")                                           \
	X(TOS, "tos", NUMBER, "TOS byte")                                                          \
	X(PROTO, "proto", NUMBER, "IP protocol; 2 for IGMP, else 17")                              \
	X(ID, "id", NUMBER, "IP identification")                                                   \
	X(FRAGMENT, "fragment", NUMBER, "flags and fragment offset as on the wire; 0x2000 is MF")  \
	X(IHL, "ihl", NUMBER, "IP header length in words, when it is to be wrong")                 \
	X(TOTAL, "total-length", NUMBER, "IP total length, when it is to be wrong")                \
	X(NO_RA, "no-router-alert", FLAG, "IGMP without Router Alert")                             \
	X(IGMP, "igmp", IGMP, "v1, v2, v3 (reports), leave, query, query3 (QRV 1), or a number")   \
	X(GROUP, "group", ADDR, "group of an IGMP message, first group of --records; 239.1.1.1")   \
	X(CODE, "code", NUMBER, "IGMP code (max response time)")                                   \
	X(RECORD, "record", RECORD,                                                                \
	  "v3 record TYPE,GROUP[,SOURCE...]: is_in is_ex to_in to_ex "                             \
	  "allow block or a number; as often as wanted")                                           \
	X(RECORDS, "records", NUMBER, "N to_ex records, for --group and the groups after it")      \
	X(AUX, "aux", NUMBER, "words of auxiliary data in every record that follows")              \
	X(COUNT_SAYS, "record-count", NUMBER, "count that the report claims; what it holds")       \
	X(BAD_IGMP, "bad-checksum", FLAG, "IGMP checksum wrong")                                   \
	X(SPORT, "sport", NUMBER, "UDP source port; 40000")                                        \
	X(DPORT, "dport", NUMBER, "UDP destination port; 5000")                                    \
	X(PAYLOAD, "payload", TEXT, "payload of UDP")                                              \
	X(SIZE, "size", NUMBER, "bytes of payload: 0, 1, 2 ...")                                   \
	X(VXLAN, "vxlan", NUMBER, "wrap all of it in VXLAN with this VNI")                         \
	X(VXLAN_FLAGS, "vxlan-flags", NUMBER, "first byte of the VXLAN header; 0x08")              \
	X(GENEVE, "geneve", NUMBER, "wrap all of it in Geneve with this VNI")                      \
	X(GENEVE_HEAD, "geneve-head", NUMBER, "first word of the Geneve header, to be wrong")      \
	X(GENEVE_OPTIONS, "geneve-options", TEXT, "options of the Geneve header as hex digits")    \
	X(OUTER_SRC, "outer-src", TEXT, "outer IP source")                                         \
	X(OUTER_DST, "outer-dst", TEXT, "outer IP destination")                                    \
	X(OUTER_TTL, "outer-ttl", NUMBER, "outer TTL or hop limit; 64")                            \
	X(OUTER_TOS, "outer-tos", NUMBER, "outer TOS or traffic class")                            \
	X(OUTER_MAC, "outer-mac", MAC, "outer destination MAC; broadcast")                         \
	X(OUTER_PORT, "outer-port", NUMBER, "outer UDP destination port; 4789 or 6081")            \
	X(OUTER_SUM, "outer-checksum", FLAG, "with an outer UDP checksum")                         \
	X(HEX, "hex", TEXT, "whole frame as hex digits from this file instead; -: stdin")          \
	X(TRUNCATE, "truncate", NUMBER, "frame cut to N bytes, lengths inside as before")          \
	X(CUT, "cut", NUMBER, "IP payload cut to N bytes, lengths and checksums made right again") \
	X(PAD, "pad", NUMBER, "frame padded with zeros to N bytes, as Ethernet does to 60")        \
	X(CUT_EACH, "cut-each", FLAG, "one frame for each --cut and --truncate that shorten it")   \
	X(COUNT, "count", NUMBER, "send N times; 1")                                               \
	X(INTERVAL, "interval", NUMBER, "microseconds between frames")                             \
	X(PRINT, "print", FLAG, "print the frame as hex instead of sending it")

enum option_id {
#define X(name, text, kind, help) O_##name,
	OPTIONS(X)
#undef X
		O_COUNT_OF
};

static const struct {
	const char *name, *help;
	enum kind kind;
} options[] = {
#define X(name, text, kind, help) { text, help, kind },
	OPTIONS(X)
#undef X
};

static long value[O_COUNT_OF]; /* -1: not given; addresses and MACs in host order */
static const char *text[O_COUNT_OF];
static struct frame records; /* v3 records in the order given */
static unsigned int record_count;

#define IGMP_QUERY3 0x111 /* type 0x11, with the fields of version 3 */

static __attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("mcpacket: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(2);
}

static long get(enum option_id id, long otherwise)
{
	return value[id] >= 0 ? value[id] : otherwise;
}

static long parse_addr(const char *arg)
{
	struct in_addr addr;

	if (inet_pton(AF_INET, arg, &addr) != 1)
		die("'%s' is no IPv4 address", arg);
	return ntohl(addr.s_addr);
}

static long parse_mac(const char *arg)
{
	unsigned int b[6];

	if (sscanf(arg, "%x:%x:%x:%x:%x:%x", b, b + 1, b + 2, b + 3, b + 4, b + 5) != 6)
		die("'%s' is no MAC", arg);
	return (long)b[0] << 40 | (long)b[1] << 32 | (long)b[2] << 24 | b[3] << 16 | b[4] << 8 |
	       b[5];
}

static long parse_name(const char *arg, const char *const *names, const long *values)
{
	for (int i = 0; names[i]; i++)
		if (!strcmp(arg, names[i]))
			return values ? values[i] : i + 1;
	return strtol(arg, NULL, 0);
}

static void add_record(uint8_t type, uint32_t group, uint32_t *sources, unsigned int count)
{
	unsigned int aux = get(O_AUX, 0);
	uint8_t *at = frame_append(&records, NULL, 8 + 4 * (count + aux));

	if (!at)
		die("too many records for one frame");
	at[0] = type;
	at[1] = aux;
	put16(at + 2, count);
	put32(at + 4, group);
	for (unsigned int i = 0; i < count; i++)
		put32(at + 8 + 4 * i, sources[i]);
	memset(at + 8 + 4 * count, 0xa5, 4 * aux);
	record_count++;
}

/* TYPE,GROUP[,SOURCE...] */
static void parse_record(char *arg)
{
	static const char *const names[] = { "is_in", "is_ex", "to_in", "to_ex",
					     "allow", "block", NULL };
	char *type = strtok(arg, ","), *group = strtok(NULL, ","), *source;
	uint32_t sources[512];
	unsigned int count = 0;

	if (!type || !group)
		die("a record is TYPE,GROUP[,SOURCE...]");
	while ((source = strtok(NULL, ",")) && count < 512)
		sources[count++] = parse_addr(source);
	add_record(parse_name(type, names, NULL), parse_addr(group), sources, count);
}

static long parse_igmp(const char *arg)
{
	static const char *const names[] = { "v1", "v2", "v3", "leave", "query", "query3", NULL };
	static const long values[] = { 0x12, 0x16, 0x22, 0x17, 0x11, IGMP_QUERY3 };

	return parse_name(arg, names, values);
}

static void parse_option(enum option_id id, char *arg)
{
	switch (options[id].kind) {
	case FLAG:
		value[id] = 1;
		break;
	case NUMBER:
		value[id] = strtol(arg, NULL, 0);
		break;
	case ADDR:
		value[id] = parse_addr(arg);
		break;
	case MAC:
		value[id] = parse_mac(arg);
		break;
	case TEXT:
		text[id] = arg;
		break;
	case RECORD:
		parse_record(arg);
		break;
	case IGMP:
		value[id] = parse_igmp(arg);
		break;
	}
}

static void parse_options(char **argv)
{
	memset(value, 0xff, sizeof(value));
	for (; *argv; argv++) {
		int id = 0;

		while (id < O_COUNT_OF &&
		       (strncmp(*argv, "--", 2) || strcmp(*argv + 2, options[id].name)))
			id++;
		if (id == O_COUNT_OF)
			die("no option '%s'; 'mcpacket help' lists them", *argv);
		if (options[id].kind != FLAG && !argv[1])
			die("%s wants a value", *argv);
		parse_option(id, argv[1]);
		if (options[id].kind != FLAG)
			argv++;
	}
	for (long i = 0, first = get(O_GROUP, 0xef010101); i < get(O_RECORDS, 0); i++)
		add_record(4, first + i, NULL, 0);
}
