// SPDX-License-Identifier: Apache-2.0
/*
 * Joins multicast groups, says "ready" on stderr, and counts what comes until a time, a silence, a
 * number of datagrams or a signal ends it. With --sequence it checks mcsend's numbers, apart for
 * each group and sender ("stream"):
 *   {"packets":N,"bytes":N,"lost":N,"duplicated":N,"reordered":N,"corrupt":N,"overflow":N,
 *    "seconds":S,"streams":[{"group":..,"source":..,"port":N,"packets":N,"first":N,"last":N,..}]}
 * lost: missing between the stream's first and last number. overflow: dropped at our own sockets
 * because we were slow, so no fault of the network. Exit status 0 whatever was received.
 */
#include <endian.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "args.h"
#include "clock.h"
#include "stream.h"
#include "udp.h"

#define BATCH	      64
#define DATAGRAM_MAX  65536
#define RECEIVE_BYTES (16 << 20)

struct options {
	struct group_list groups;
	struct group_list sources; /* empty: any source */
	unsigned int ifindex;	   /* 0: the route's */
	uint64_t port;
	uint64_t count;	  /* end after so many datagrams */
	uint64_t timeout; /* nanoseconds from the start; UINT64_MAX: none */
	uint64_t idle;	  /* nanoseconds without a datagram, once one has come */
	bool sequence;
};

/* One group: a socket of its own, so that the group of a datagram is known. */
struct socket {
	int fd;
	uint32_t overflow;
};

struct receiver {
	const struct options *o;
	int epoll;
	struct socket *sockets; /* by group */
	struct stream_list streams;
	uint64_t packets, bytes, corrupt;
	uint64_t last; /* time of the last datagram; 0: none yet */
	unsigned char *payload;
	struct iovec iov[BATCH];
	struct sockaddr_storage from[BATCH];
	char control[BATCH][CMSG_SPACE(sizeof(uint32_t))];
	struct mmsghdr msg[BATCH];
};

static int open_socket(const struct options *o, const struct sockaddr_storage *group)
{
	int fd = socket(group->ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_storage local = *group;
	int one = 1, room = RECEIVE_BYTES;

	if (fd < 0)
		err(1, "socket");
	if (group->ss_family == AF_INET6)
		((struct sockaddr_in6 *)&local)->sin6_scope_id = o->ifindex;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof(one)))
		err(1, "cannot set up a socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (bind(fd, (void *)&local, address_size(&local)))
		err(1, "cannot bind to the group");
	join(fd, group, &o->sources, o->ifindex);
	return fd;
}

static void receiver_open(struct receiver *r, const struct options *o)
{
	struct rlimit files;

	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	memset(r, 0, sizeof(*r));
	r->o = o;
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	r->sockets = calloc(o->groups.count, sizeof(*r->sockets));
	r->payload = malloc((size_t)BATCH * DATAGRAM_MAX);
	if (r->epoll < 0 || !r->sockets || !r->payload)
		err(1, "no memory");
	for (size_t i = 0; i < BATCH; i++) {
		r->iov[i].iov_base = r->payload + i * DATAGRAM_MAX;
		r->iov[i].iov_len = DATAGRAM_MAX;
		r->msg[i].msg_hdr.msg_iov = &r->iov[i];
		r->msg[i].msg_hdr.msg_iovlen = 1;
		r->msg[i].msg_hdr.msg_name = &r->from[i];
		r->msg[i].msg_hdr.msg_control = r->control[i];
	}
	for (size_t i = 0; i < o->groups.count; i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.u64 = i };

		r->sockets[i].fd = open_socket(o, &o->groups.at[i]);
		if (epoll_ctl(r->epoll, EPOLL_CTL_ADD, r->sockets[i].fd, &event))
			err(1, "epoll");
	}
}

static void receiver_close(struct receiver *r)
{
	for (size_t i = 0; i < r->o->groups.count; i++)
		close(r->sockets[i].fd);
	close(r->epoll);
	free(r->sockets);
	free(r->payload);
	stream_list_free(&r->streams);
}

static bool payload_read(const unsigned char *p, size_t size, uint64_t *sequence)
{
	uint64_t be;

	if (size < sizeof(be))
		return false;
	memcpy(&be, p, sizeof(be));
	*sequence = be64toh(be);
	for (size_t i = sizeof(be); i < size; i++) {
		if (p[i] != (unsigned char)(*sequence + i))
			return false;
	}
	return true;
}

static void take(struct receiver *r, size_t group, unsigned int i)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(&r->msg[i].msg_hdr);
	size_t size = r->msg[i].msg_len;
	uint64_t sequence;

	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
		memcpy(&r->sockets[group].overflow, CMSG_DATA(c), sizeof(uint32_t));
	r->packets++;
	r->bytes += size;
	if (!r->o->sequence)
		return;
	if (payload_read(r->payload + i * DATAGRAM_MAX, size, &sequence))
		stream_add(stream_get(&r->streams, group, &r->from[i]), sequence);
	else
		r->corrupt++;
}

static void drain(struct receiver *r, size_t group)
{
	int n;

	do {
		for (size_t i = 0; i < BATCH; i++) {
			r->msg[i].msg_hdr.msg_namelen = sizeof(r->from[i]);
			r->msg[i].msg_hdr.msg_controllen = sizeof(r->control[i]);
		}
		n = recvmmsg(r->sockets[group].fd, r->msg, BATCH, 0, NULL);
		for (int i = 0; i < n; i++)
			take(r, group, i);
		if (n > 0)
			r->last = now();
	} while (n == BATCH && r->packets < r->o->count);
}

static bool ended(const struct receiver *r, uint64_t start)
{
	const struct options *o = r->o;

	return stopped || r->packets >= o->count ||
	       (o->timeout != UINT64_MAX && now() - start >= o->timeout) ||
	       (o->idle != UINT64_MAX && r->last && now() - r->last >= o->idle);
}

static void report(const struct receiver *r, uint64_t start)
{
	struct stream_sum sum = stream_list_sum(&r->streams);
	uint64_t overflow = 0;

	for (size_t i = 0; i < r->o->groups.count; i++)
		overflow += r->sockets[i].overflow;
	printf("{\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"lost\":%" PRIu64
	       ",\"duplicated\":%" PRIu64 ",\"reordered\":%" PRIu64 ",\"corrupt\":%" PRIu64
	       ",\"overflow\":%" PRIu64 ",\"seconds\":%.6f,\"streams\":[",
	       r->packets, r->bytes, sum.lost, sum.duplicated, sum.reordered, r->corrupt, overflow,
	       (double)(now() - start) / NSEC);
	stream_list_print(&r->streams, &r->o->groups);
	printf("]}\n");
}

static void run(struct receiver *r)
{
	struct epoll_event events[BATCH];
	uint64_t start = now();

	while (!ended(r, start)) {
		int n = epoll_wait(r->epoll, events, BATCH, 10);

		for (int i = 0; i < n; i++)
			drain(r, events[i].data.u64);
	}
	report(r, start);
}

static const char usage[] =
	"usage: mcrecv -g GROUP[+COUNT] ... [OPTION ...]\n"
	"  -g, --group GROUP      group to join, again for more; +COUNT: consecutive ones\n"
	"  -S, --source ADDR      receive from this source only, again for more\n"
	"  -p, --port N           UDP port (5001)\n"
	"  -i, --interface DEV    device to join on\n"
	"  -q, --sequence         check the numbers and payload of mcsend --sequence\n"
	"  -c, --count N          end after N datagrams\n"
	"  -t, --timeout S        end after S seconds\n"
	"  -I, --idle S           end after S seconds without a datagram, once one has come\n";

static const struct option long_options[] = {
	{ "group", required_argument, NULL, 'g' },   { "source", required_argument, NULL, 'S' },
	{ "port", required_argument, NULL, 'p' },    { "interface", required_argument, NULL, 'i' },
	{ "sequence", no_argument, NULL, 'q' },	     { "count", required_argument, NULL, 'c' },
	{ "timeout", required_argument, NULL, 't' }, { "idle", required_argument, NULL, 'I' },
	{ "help", no_argument, NULL, 'h' },	     { 0 },
};

static const struct number numbers[] = {
	{ 'p', "port", UINT16_MAX, offsetof(struct options, port) },
	{ 'c', "count", INT64_MAX, offsetof(struct options, count) },
};

static void set(struct options *o, int letter, const char *arg)
{
	if (set_number(numbers, sizeof(numbers) / sizeof(numbers[0]), o, letter, arg)) {
		return;
	} else if (letter == 'g') {
		group_list_add(&o->groups, arg);
	} else if (letter == 'S') {
		group_list_add(&o->sources, arg);
	} else if (letter == 'i') {
		o->ifindex = parse_device(arg);
	} else if (letter == 'q') {
		o->sequence = true;
	} else if (letter == 't') {
		o->timeout = parse_seconds("timeout", arg);
	} else if (letter == 'I') {
		o->idle = parse_seconds("idle time", arg);
	} else {
		fputs(usage, letter == 'h' ? stdout : stderr);
		exit(letter == 'h' ? 0 : 2);
	}
}

int main(int argc, char **argv)
{
	struct options o = {
		.port = 5001, .count = UINT64_MAX, .timeout = UINT64_MAX, .idle = UINT64_MAX
	};
	static struct receiver r;
	int letter;

	while ((letter = getopt_long(argc, argv, "g:S:p:i:qc:t:I:h", long_options, NULL)) != -1)
		set(&o, letter, optarg);
	if (!o.groups.count)
		errx(2, "give a group with --group; --help has the options");
	for (size_t i = 0; i < o.groups.count; i++)
		set_port(&o.groups.at[i], o.port);
	stop_on_signal();
	receiver_open(&r, &o);
	fprintf(stderr, "ready\n");
	run(&r);
	receiver_close(&r);
	free(o.groups.at);
	free(o.sources.at);
	return 0;
}
