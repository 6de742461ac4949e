// SPDX-License-Identifier: Apache-2.0
/*
 * Hands a device IGMPv3 reports as finished frames, many a second: what a hostile host would send. The
 * records are for consecutive groups, over and over. Prints {"sent":N,"seconds":S} at the end.
 */
#include <getopt.h>
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "args.h"
#include "clock.h"
#include "raw.h"

#define BATCH	    64
#define FRAME_MAX   1514
#define HEADERS	    38 /* bytes of Ethernet and IPv4 with Router Alert */
#define TO_IN	    3
#define TO_EX	    4
#define IGMP_REPORT 0x22

struct options {
	struct group_list groups; /* one: the first */
	unsigned int ifindex;
	uint64_t count, duration, rate;
	uint64_t groups_n; /* before they start again */
	uint64_t records, sources;
	bool churn;
};

struct flood {
	const struct options *o;
	int fd;
	uint32_t first;	   /* group, host order */
	uint64_t sequence; /* of records */
	size_t length;	   /* of a frame */
	uint8_t frame[BATCH][FRAME_MAX];
	struct iovec iov[BATCH];
	struct mmsghdr msg[BATCH];
};

static void build_headers(struct flood *s)
{
	struct frame_ip ip = { .dst = 0xe0000016,
			       .ttl = 1,
			       .tos = 0xc0,
			       .proto = IPPROTO_IGMP,
			       .router_alert = true,
			       .ihl = -1,
			       .total_length = -1 };
	uint64_t mac = raw_device(s->o->ifindex, &ip.src);
	static struct frame f;

	frame_init(&f);
	if (s->length > FRAME_MAX || !frame_append(&f, NULL, s->length - HEADERS))
		errx(2, "so many records and sources do not fit a frame");
	f.byte[f.start] = IGMP_REPORT;
	put16(f.byte + f.start + 6, s->o->records);
	frame_push_ip(&f, &ip);
	frame_push_ethernet(&f, frame_group_mac(ip.dst), mac, -1, ETH_P_IP);
	for (int i = 0; i < BATCH; i++) {
		memcpy(s->frame[i], f.byte + f.start, s->length);
		s->iov[i] = (struct iovec){ s->frame[i], s->length };
		s->msg[i].msg_hdr.msg_iov = &s->iov[i];
		s->msg[i].msg_hdr.msg_iovlen = 1;
	}
}

static void flood_open(struct flood *s, const struct options *o)
{
	memset(s, 0, sizeof(*s));
	s->o = o;
	s->fd = raw_open(o->ifindex);
	s->first = ntohl(((struct sockaddr_in *)&o->groups.at[0])->sin_addr.s_addr);
	s->length = HEADERS + 8 + o->records * (8 + 4 * o->sources);
	build_headers(s);
}

/* With --churn each group is joined, then left, before the next one's turn. */
static uint8_t *put_record(struct flood *s, uint8_t *at)
{
	const struct options *o = s->o;
	uint64_t n = o->churn ? s->sequence / 2 : s->sequence;

	at[0] = o->churn && s->sequence & 1 ? TO_IN : o->sources ? TO_IN : TO_EX;
	put16(at + 2, o->sources);
	put32(at + 4, s->first + n % o->groups_n);
	for (uint64_t i = 0; i < o->sources; i++)
		put32(at + 8 + 4 * i, 0x0a090000 + n % 251 * 256 + i);
	s->sequence++;
	return at + 8 + 4 * o->sources;
}

static void prepare(struct flood *s, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		uint8_t *message = s->frame[i] + HEADERS, *at = message + 8;

		for (uint64_t k = 0; k < s->o->records; k++)
			at = put_record(s, at);
		put16(message + 2, 0);
		put16(message + 2, frame_fold(frame_sum(message, at - message, 0)));
	}
}

/* Frames to send at once so that a slow rate is smooth and the count exact. */
static unsigned int batch_size(const struct options *o, uint64_t sent)
{
	uint64_t n = o->rate ? o->rate / 1000 : BATCH;

	n = n < 1 ? 1 : n > BATCH ? BATCH : n;
	return o->count - sent < n ? o->count - sent : n;
}

static void run(struct flood *s)
{
	const struct options *o = s->o;
	uint64_t start = now(), sent = 0;

	for (;;) {
		unsigned int n = batch_size(o, sent), done = 0;

		if (stopped || !n || (o->duration != UINT64_MAX && now() - start >= o->duration))
			break;
		if (o->rate)
			wait_until(start + (double)sent / o->rate * NSEC);
		prepare(s, n);
		while (done < n) {
			int taken = sendmmsg(s->fd, s->msg + done, n - done, 0);

			if (taken > 0)
				done += taken;
			else if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
				err(1, "cannot send");
		}
		sent += n;
	}
	printf("{\"sent\":%" PRIu64 ",\"seconds\":%.6f}\n", sent, (double)(now() - start) / NSEC);
}

static const char usage[] =
	"usage: mcflood -i DEV -g GROUP [OPTION ...]\n"
	"  -i, --interface DEV    device to hand the frames to\n"
	"  -g, --group GROUP      first group\n"
	"  -n, --groups N         consecutive groups before the first comes again (1048576)\n"
	"  -R, --records N        records of a report (1)\n"
	"  -S, --sources N        sources of a record, TO_IN; without any it is TO_EX\n"
	"  -x, --churn            every other record leaves what the one before has joined\n"
	"  -c, --count N          frames to send\n"
	"  -t, --seconds S        time to send; without both, until SIGINT or SIGTERM\n"
	"  -r, --rate N           frames a second (0: as fast as they go)\n";

static const struct option long_options[] = {
	{ "interface", required_argument, NULL, 'i' },
	{ "group", required_argument, NULL, 'g' },
	{ "groups", required_argument, NULL, 'n' },
	{ "records", required_argument, NULL, 'R' },
	{ "sources", required_argument, NULL, 'S' },
	{ "churn", no_argument, NULL, 'x' },
	{ "count", required_argument, NULL, 'c' },
	{ "seconds", required_argument, NULL, 't' },
	{ "rate", required_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static const struct number numbers[] = {
	{ 'n', "number of groups", 1 << 24, offsetof(struct options, groups_n) },
	{ 'R', "number of records", 256, offsetof(struct options, records) },
	{ 'S', "number of sources", 512, offsetof(struct options, sources) },
	{ 'c', "count", INT64_MAX, offsetof(struct options, count) },
	{ 'r', "rate", NSEC, offsetof(struct options, rate) },
};

static void set(struct options *o, int letter, const char *arg)
{
	if (set_number(numbers, sizeof(numbers) / sizeof(numbers[0]), o, letter, arg)) {
		return;
	} else if (letter == 'g') {
		group_list_add(&o->groups, arg);
	} else if (letter == 'i') {
		o->ifindex = parse_device(arg);
	} else if (letter == 't') {
		o->duration = parse_seconds("time", arg);
	} else if (letter == 'x') {
		o->churn = true;
	} else {
		fputs(usage, letter == 'h' ? stdout : stderr);
		exit(letter == 'h' ? 0 : 2);
	}
}

int main(int argc, char **argv)
{
	struct options o = {
		.count = INT64_MAX, .duration = UINT64_MAX, .groups_n = 1 << 20, .records = 1
	};
	static struct flood s;
	int letter;

	while ((letter = getopt_long(argc, argv, "i:g:n:R:S:xc:t:r:h", long_options, NULL)) != -1)
		set(&o, letter, optarg);
	if (!o.ifindex || o.groups.count != 1 || o.groups.at[0].ss_family != AF_INET ||
	    !o.groups_n || !o.records)
		errx(2, "give --interface, and one IPv4 --group; --help has the options");
	stop_on_signal();
	flood_open(&s, &o);
	run(&s);
	close(s.fd);
	free(o.groups.at);
	return 0;
}
