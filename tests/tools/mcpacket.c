// SPDX-License-Identifier: Apache-2.0
/*
 * Builds one Ethernet frame by layers and sends it out of a device, for what no kernel would send:
 * wrong checksums, truncated reports, foreign tunnels. `mcpacket help` lists the options.
 */
#include "outer.h"
#include "packet_options.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <netinet/in.h>

/* RFC 9776 sections 4.1 and 4.2, RFC 2236 section 2; returns the destination that it asks for. */
static uint32_t build_igmp(struct frame *f)
{
	uint32_t type = value[O_IGMP], group = get(O_GROUP, 0xef010101);
	uint8_t message[12] = { type, get(O_CODE, 0), [8] = 1, 125 }; /* a query's QRV, QQIC */

	if (type == 0x22)
		put16(message + 6, get(O_COUNT_SAYS, record_count));
	else
		put32(message + 4, (type & 0xff) == 0x11 ? get(O_GROUP, 0) : group);
	frame_append(f, message, type == IGMP_QUERY3 ? 12 : 8);
	if (type == 0x22)
		frame_append(f, records.byte + records.start, frame_length(&records));
	switch (type) {
	case 0x22:
		return 0xe0000016;
	case 0x17:
		return 0xe0000002;
	case 0x11:
	case IGMP_QUERY3:
		return 0xe0000001;
	default:
		return group;
	}
}

static void finish_igmp(struct frame *f)
{
	uint8_t *at = f->byte + f->start;

	if (frame_length(f) >= 4)
		put16(at + 2, frame_fold(frame_sum(at, frame_length(f), 0)) ^
				      (value[O_BAD_IGMP] >= 0 ? 0x5555 : 0));
}

static uint32_t build_payload(struct frame *f)
{
	if (text[O_PAYLOAD])
		frame_append(f, text[O_PAYLOAD], strlen(text[O_PAYLOAD]));
	for (long i = 0; i < get(O_SIZE, 0); i++)
		frame_append(f, &(uint8_t){ i }, 1);
	return 0xef010101;
}

static struct in6_addr outer_addr(enum option_id id)
{
	const char *arg = text[id] ? text[id] : "0.0.0.0";
	char mapped[INET6_ADDRSTRLEN];
	struct in6_addr addr;

	snprintf(mapped, sizeof(mapped), "%s%s", strchr(arg, ':') ? "" : "::ffff:", arg);
	if (inet_pton(AF_INET6, mapped, &addr) != 1)
		die("'%s' is no address", arg);
	return addr;
}

static size_t read_digits(const char *digits, uint8_t *to, size_t size)
{
	size_t n = 0;

	for (; digits && digits[0] && digits[1] && n < size; digits += 2, n++)
		to[n] = strtoul((char[]){ digits[0], digits[1], '\0' }, NULL, 16);
	return n;
}

static void wrap(struct frame *f, uint64_t src_mac)
{
	bool geneve = value[O_GENEVE] >= 0;
	uint8_t geneve_options[OUTER_OPTIONS_MAX];
	struct outer outer = { .src = outer_addr(O_OUTER_SRC),
			       .dst = outer_addr(O_OUTER_DST),
			       .checksum = value[O_OUTER_SUM] >= 0,
			       .ttl = get(O_OUTER_TTL, 64),
			       .tos = get(O_OUTER_TOS, 0),
			       .port = get(O_OUTER_PORT, geneve ? 6081 : 4789),
			       .dmac = get(O_OUTER_MAC, 0xffffffffffff),
			       .smac = src_mac };

	if (geneve)
		frame_push_geneve(f, value[O_GENEVE], value[O_GENEVE_HEAD], geneve_options,
				  read_digits(text[O_GENEVE_OPTIONS], geneve_options,
					      sizeof(geneve_options)));
	else
		frame_push_vxlan(f, value[O_VXLAN], get(O_VXLAN_FLAGS, 8));
	frame_push_outer(f, &outer);
}

/* @cut: bytes of IP payload to keep, -1 for all. */
static void build(struct frame *f, uint64_t device_mac, long cut)
{
	bool igmp = value[O_IGMP] >= 0;
	struct frame_ip ip = {
		.src = get(O_SRC, 0x0a000001),
		.tos = get(O_TOS, 0),
		.id = get(O_ID, 0),
		.ttl = get(O_TTL, igmp ? 1 : 8),
		.ihl = value[O_IHL],
		.proto = get(O_PROTO, igmp ? IPPROTO_IGMP : IPPROTO_UDP),
		.total_length = value[O_TOTAL],
		.fragment = get(O_FRAGMENT, 0),
		.router_alert = igmp && value[O_NO_RA] < 0,
	};

	frame_init(f);
	ip.dst = igmp ? build_igmp(f) : build_payload(f);
	ip.dst = get(O_DST, ip.dst);
	if (!igmp && ip.proto == IPPROTO_UDP && !(ip.fragment & 0x1fff))
		frame_push_udp(f, get(O_SPORT, 40000), get(O_DPORT, 5000), ip.src, ip.dst, true);
	if (cut >= 0 && (size_t)cut < frame_length(f))
		f->end = f->start + cut;
	if (igmp)
		finish_igmp(f);
	frame_push_ip(f, &ip);
	frame_push_ethernet(f,
			    get(O_ETH_DST, ip.dst >> 28 == 0xe ? (long)frame_group_mac(ip.dst)
							       : 0xffffffffffff),
			    get(O_ETH_SRC, device_mac), value[O_VLAN], ETH_P_IP);
	if (value[O_VXLAN] >= 0 || value[O_GENEVE] >= 0)
		wrap(f, device_mac);
}

static void read_hex(struct frame *f)
{
	FILE *in = strcmp(text[O_HEX], "-") ? fopen(text[O_HEX], "r") : stdin;
	char digits[3] = "";
	int c;

	if (!in)
		die("cannot open '%s': %s", text[O_HEX], strerror(errno));
	frame_init(f);
	while ((c = fgetc(in)) != EOF) {
		if (!isxdigit(c))
			continue;
		digits[digits[0] != 0] = (char)c;
		if (digits[1]) {
			frame_append(f, &(uint8_t){ strtoul(digits, NULL, 16) }, 1);
			memset(digits, 0, sizeof(digits));
		}
	}
	if (in != stdin)
		fclose(in);
}

static int open_device(const char *device, uint64_t *mac)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET, .sll_protocol = 0 };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	struct ifreq ifr = {};

	addr.sll_ifindex = if_nametoindex(device);
	if (fd < 0 || !addr.sll_ifindex)
		die("cannot open '%s': %s", device, strerror(errno));
	strncpy(ifr.ifr_name, device, IFNAMSIZ - 1);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || ioctl(fd, SIOCGIFHWADDR, &ifr))
		die("cannot use '%s': %s", device, strerror(errno));
	for (int i = 0; i < 6; i++)
		*mac = *mac << 8 | (uint8_t)ifr.ifr_hwaddr.sa_data[i];
	return fd;
}

static void emit(int fd, const struct frame *f, size_t length)
{
	if (value[O_PRINT] >= 0) {
		for (size_t i = 0; i < length; i++)
			printf("%02x", f->byte[f->start + i]);
		putchar('\n');
		return;
	}
	for (long i = 0; i < get(O_COUNT, 1); i++) {
		while (send(fd, f->byte + f->start, length, 0) < 0)
			if (errno != ENOBUFS && errno != EAGAIN)
				die("cannot send: %s", strerror(errno));
		if (value[O_INTERVAL] > 0)
			usleep(value[O_INTERVAL]);
	}
}

static void emit_padded(int fd, struct frame *f)
{
	if (get(O_PAD, 0) > (long)frame_length(f))
		frame_append(f, NULL, get(O_PAD, 0) - frame_length(f));
	emit(fd, f, frame_length(f));
}

/* Cut both ways: as if the sender had ended there, and, unless padded, as if the wire had. */
static void emit_each(int fd, uint64_t mac)
{
	static struct frame whole, part;
	size_t header;

	build(&whole, mac, -1);
	build(&part, mac, 0);
	header = frame_length(&part);
	for (size_t cut = 0; header + cut < frame_length(&whole); cut++) {
		build(&part, mac, cut);
		emit_padded(fd, &part);
	}
	for (size_t cut = ETH_HLEN; value[O_PAD] < 0 && cut < frame_length(&whole); cut++)
		emit(fd, &whole, cut);
}

static void usage(void)
{
	puts("usage: mcpacket DEV [--OPTION VALUE]...   one frame, built by layers, out of DEV\n");
	for (int i = 0; i < O_COUNT_OF; i++)
		printf("  --%-16s %s\n", options[i].name, options[i].help);
	exit(0);
}

int main(int argc, char **argv)
{
	static struct frame frame;
	uint64_t mac = 0x020000000001;
	size_t length;
	int fd = -1;

	if (argc < 2 || !strcmp(argv[1], "help") || !strcmp(argv[1], "--help"))
		usage();
	frame_init(&records);
	parse_options(argv + 2);
	if (value[O_PRINT] < 0 || strcmp(argv[1], "-"))
		fd = open_device(argv[1], &mac);
	if (value[O_CUT_EACH] >= 0) {
		emit_each(fd, mac);
		return 0;
	}
	if (text[O_HEX])
		read_hex(&frame);
	else
		build(&frame, mac, value[O_CUT]);
	length = frame_length(&frame);
	if (value[O_TRUNCATE] >= 0 && (size_t)value[O_TRUNCATE] < length)
		emit(fd, &frame, value[O_TRUNCATE]);
	else
		emit_padded(fd, &frame);
	return 0;
}
