// SPDX-License-Identifier: Apache-2.0
/*
 * Sends UDP to multicast groups, as fast as the kernel takes it or at a rate, and says how much it
 * sent: {"sent":DATAGRAMS,"refused":DATAGRAMS,"seconds":S}. With --sequence each group has its own
 * numbers from 0 (be64 at offset 0) and a payload that mcrecv can check.
 */
#include <errno.h>
#include <getopt.h>
#include <endian.h>
#include <inttypes.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "args.h"
#include "clock.h"
#include "raw.h"
#include "udp.h"

#define BATCH	     64
#define DATAGRAM_MAX 65507 /* UDP over IPv4 */
#define SEGMENTS_MAX 128

struct options {
	struct group_list groups;
	struct sockaddr_storage source; /* ss_family 0: the kernel chooses */
	unsigned int ifindex;		/* 0: the route's */
	uint64_t port;
	uint64_t size;	   /* of a datagram's payload */
	uint64_t segments; /* datagrams in a GSO super-frame; 1: no GSO */
	uint64_t count;	   /* datagrams */
	uint64_t duration; /* nanoseconds; UINT64_MAX: no end */
	uint64_t rate;	   /* datagrams a second; 0: no limit */
	uint64_t ttl;
	uint64_t tos;
	bool sequence;
	bool raw;
};

struct sender {
	const struct options *o;
	int fd;
	size_t group;	    /* whose turn it is */
	uint64_t *sequence; /* by group */
	unsigned char *buffer;
	size_t header; /* bytes before the payload of each message */
	struct iovec iov[BATCH];
	struct mmsghdr msg[BATCH];
};

static int open_socket(struct options *o)
{
	struct sockaddr_storage *first = &o->groups.at[0];
	int family = first->ss_family;
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket");
	if (family == AF_INET) {
		set_option(fd, IPPROTO_IP, IP_MULTICAST_TTL, o->ttl, "the TTL");
		set_option(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0, "loopback");
		set_option(fd, IPPROTO_IP, IP_TOS, o->tos, "the TOS");
	} else {
		set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, o->ttl, "the hop limit");
		set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0, "loopback");
		set_option(fd, IPPROTO_IPV6, IPV6_TCLASS, o->tos, "the traffic class");
	}
	if (o->ifindex)
		set_interface(fd, family, o->ifindex);
	if (o->segments > 1)
		set_option(fd, IPPROTO_UDP, UDP_SEGMENT, o->size, "the GSO segment size");
	if (o->source.ss_family && bind(fd, (void *)&o->source, address_size(&o->source)))
		err(1, "cannot bind to the source address");
	/* Connected, the kernel looks the route up once and not for every packet. */
	if (o->groups.count == 1 && connect(fd, (void *)first, address_size(first)))
		err(1, "no way to the group");
	return fd;
}

static void sender_open(struct sender *s, struct options *o)
{
	size_t length;

	memset(s, 0, sizeof(*s));
	s->o = o;
	s->fd = o->raw ? raw_open(o->ifindex) : open_socket(o);
	s->header = o->raw ? RAW_HEADER : 0;
	length = s->header + o->size * o->segments;
	s->sequence = calloc(o->groups.count, sizeof(*s->sequence));
	s->buffer = calloc(BATCH, length ? length : 1);
	if (!s->sequence || !s->buffer)
		err(1, "no memory");
	for (size_t i = 0; i < BATCH; i++) {
		s->iov[i].iov_base = s->buffer + i * length;
		s->iov[i].iov_len = length;
		s->msg[i].msg_hdr.msg_iov = &s->iov[i];
		s->msg[i].msg_hdr.msg_iovlen = 1;
		if (o->raw)
			raw_header(s->iov[i].iov_base, o->ifindex, (void *)&o->groups.at[0],
				   o->size, o->ttl, o->tos);
	}
}

static void fill_payload(unsigned char *p, size_t size, uint64_t sequence)
{
	uint64_t be = htobe64(sequence);

	memcpy(p, &be, sizeof(be));
	for (size_t i = sizeof(be); i < size; i++)
		p[i] = sequence + i;
}

/* Prepares @n messages for the groups whose turn it is. */
static void prepare(struct sender *s, unsigned int n)
{
	const struct options *o = s->o;
	size_t group = s->group;

	for (unsigned int i = 0; i < n; i++) {
		unsigned char *payload = (unsigned char *)s->iov[i].iov_base + s->header;

		if (o->groups.count > 1) {
			s->msg[i].msg_hdr.msg_name = &o->groups.at[group];
			s->msg[i].msg_hdr.msg_namelen = address_size(&o->groups.at[group]);
		}
		for (size_t k = 0; o->sequence && k < o->segments; k++)
			fill_payload(payload + k * o->size, o->size, s->sequence[group]++);
		group = group + 1 == o->groups.count ? 0 : group + 1;
	}
}

/* The kernel took the first @taken of @n prepared messages: the others' numbers come again. */
static void settle(struct sender *s, unsigned int n, unsigned int taken)
{
	size_t group = s->group;

	for (unsigned int i = 0; i < n; i++) {
		if (i == taken)
			s->group = group;
		if (i >= taken && s->o->sequence)
			s->sequence[group] -= s->o->segments;
		group = group + 1 == s->o->groups.count ? 0 : group + 1;
	}
	if (taken == n)
		s->group = group;
}

/* Messages to send at once so that a slow rate is smooth and the count exact. */
static unsigned int batch_size(const struct options *o, uint64_t sent)
{
	uint64_t n = o->rate ? o->rate / 1000 / o->segments : BATCH;
	uint64_t left = (o->count - sent + o->segments - 1) / o->segments;

	n = n < 1 ? 1 : n > BATCH ? BATCH : n;
	return left < n ? left : n;
}

static void run(struct sender *s)
{
	const struct options *o = s->o;
	uint64_t start = now(), sent = 0, refused = 0, end;

	for (;;) {
		unsigned int n = batch_size(o, sent);
		int taken;

		if (stopped || !n || (o->duration != UINT64_MAX && now() - start >= o->duration))
			break;
		if (o->rate)
			wait_until(start + (double)sent / o->rate * NSEC);
		prepare(s, n);
		taken = sendmmsg(s->fd, s->msg, n, 0);
		settle(s, n, taken > 0 ? taken : 0);
		if (taken > 0)
			sent += (uint64_t)taken * o->segments;
		else if (errno == ENOBUFS || errno == EAGAIN)
			refused += o->segments;
		else if (errno != EINTR)
			err(1, "cannot send");
	}
	end = now();
	printf("{\"sent\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"seconds\":%.6f}\n", sent, refused,
	       (double)(end - start) / NSEC);
}

static const char usage[] =
	"usage: mcsend -g GROUP[+COUNT] ... [OPTION ...]\n"
	"  -g, --group GROUP      group, again for more: they take turns; +COUNT: consecutive ones\n"
	"  -p, --port N           UDP port (5001)\n"
	"  -s, --size N           bytes of payload (100)\n"
	"  -c, --count N          datagrams to send, over all groups\n"
	"  -t, --seconds S        time to send; without both, until SIGINT or SIGTERM\n"
	"  -r, --rate N           datagrams a second (0: as fast as they go)\n"
	"  -i, --interface DEV    device to send from\n"
	"  -b, --bind ADDR        source address\n"
	"  -T, --ttl N            TTL or hop limit (8)\n"
	"  -O, --tos N            TOS or traffic class (0)\n"
	"  -q, --sequence         number the datagrams of each group and fill them for mcrecv\n"
	"  -G, --segments N       datagrams in one UDP GSO super-frame (1: no GSO)\n"
	"  -R, --raw              hand the device finished frames, past UDP and IP\n";

static const struct option long_options[] = {
	{ "group", required_argument, NULL, 'g' },
	{ "port", required_argument, NULL, 'p' },
	{ "size", required_argument, NULL, 's' },
	{ "count", required_argument, NULL, 'c' },
	{ "seconds", required_argument, NULL, 't' },
	{ "rate", required_argument, NULL, 'r' },
	{ "interface", required_argument, NULL, 'i' },
	{ "bind", required_argument, NULL, 'b' },
	{ "ttl", required_argument, NULL, 'T' },
	{ "tos", required_argument, NULL, 'O' },
	{ "sequence", no_argument, NULL, 'q' },
	{ "segments", required_argument, NULL, 'G' },
	{ "raw", no_argument, NULL, 'R' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static const struct number numbers[] = {
	{ 'p', "port", UINT16_MAX, offsetof(struct options, port) },
	{ 's', "size", DATAGRAM_MAX, offsetof(struct options, size) },
	{ 'c', "count", INT64_MAX, offsetof(struct options, count) },
	{ 'r', "rate", NSEC, offsetof(struct options, rate) },
	{ 'T', "TTL", UINT8_MAX, offsetof(struct options, ttl) },
	{ 'O', "TOS", UINT8_MAX, offsetof(struct options, tos) },
	{ 'G', "segments", SEGMENTS_MAX, offsetof(struct options, segments) },
};

static void set(struct options *o, int letter, const char *arg)
{
	if (set_number(numbers, sizeof(numbers) / sizeof(numbers[0]), o, letter, arg)) {
		return;
	} else if (letter == 'g') {
		group_list_add(&o->groups, arg);
	} else if (letter == 't') {
		o->duration = parse_seconds("time", arg);
	} else if (letter == 'b') {
		parse_address(arg, &o->source);
	} else if (letter == 'q') {
		o->sequence = true;
	} else if (letter == 'R') {
		o->raw = true;
	} else if (letter == 'i') {
		o->ifindex = parse_device(arg);
	} else {
		fputs(usage, letter == 'h' ? stdout : stderr);
		exit(letter == 'h' ? 0 : 2);
	}
}

static void check(struct options *o)
{
	if (!o->groups.count)
		errx(2, "give a group with --group; --help has the options");
	if (o->sequence && o->size < sizeof(uint64_t))
		errx(2, "--sequence needs 8 bytes of payload");
	if (!o->segments || (o->segments > 1 && o->size * o->segments > DATAGRAM_MAX))
		errx(2, "--segments times --size must be at most %d", DATAGRAM_MAX);
	if (o->raw && (!o->ifindex || o->groups.count > 1 || o->segments > 1 ||
		       o->source.ss_family || o->groups.at[0].ss_family != AF_INET))
		errx(2, "--raw needs --interface and one IPv4 group, without --bind or --segments");
	for (size_t i = 0; i < o->groups.count; i++) {
		if (o->groups.at[i].ss_family != o->groups.at[0].ss_family)
			errx(2, "all groups must be of one address family");
		set_port(&o->groups.at[i], o->port);
	}
}

int main(int argc, char **argv)
{
	struct options o = { .port = 5001,
			     .size = 100,
			     .segments = 1,
			     .ttl = 8,
			     .count = INT64_MAX,
			     .duration = UINT64_MAX };
	struct sender s;
	int letter;

	while ((letter = getopt_long(argc, argv, "g:p:s:c:t:r:i:b:T:O:qG:Rh", long_options,
				     NULL)) != -1)
		set(&o, letter, optarg);
	check(&o);
	stop_on_signal();
	sender_open(&s, &o);
	run(&s);
	close(s.fd);
	free(s.sequence);
	free(s.buffer);
	free(o.groups.at);
	return 0;
}
