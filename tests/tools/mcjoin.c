// SPDX-License-Identifier: Apache-2.0
/*
 * A host with several sockets that join, block and leave as it is told, line by line on stdin; each
 * line has its answer on stdout, "ok" or what the kernel says:
 *   NAME OPTION GROUP [SOURCE]                  setsockopt() on the socket of that name, which is
 *                                               opened by its first line and hears that group alone
 *   NAME setsourcefilter GROUP include|exclude [SOURCE ...]
 *   NAME close
 *   count                                       datagrams since 'zero', for each socket by source:
 *                                               "device:10.0.0.1=4,10.0.0.2=4 mark:10.0.0.1=1 a:"
 *   zero
 * "device" is what came in through the device, before any socket's own filter: what the network
 * delivered. "mark" has joined --mark, on the next UDP port, whose datagrams say that no more will come.
 */
#include <errno.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "args.h"
#include "clock.h"
#include "membership.h"
#include "tally.h"
#include "udp.h"

#define SOCKETS_MAX 16
#define WORDS_MAX   20
#define ROOM	    (1 << 20)

enum { DEVICE, MARK, FIRST };

struct socket {
	int fd;
	char name[16];
	struct tally tally;
};

struct host {
	struct membership_device device;
	struct sockaddr_storage mark; /* its family is everybody's */
	uint64_t port;
	struct socket sockets[SOCKETS_MAX];
	size_t count;
};

/* ---- sockets ---- */

static struct socket *socket_add(struct host *h, const char *name, int fd)
{
	struct socket *s = &h->sockets[h->count];

	if (h->count == SOCKETS_MAX)
		errx(2, "'%s': more than %d sockets", name, SOCKETS_MAX - FIRST);
	memset(s, 0, sizeof(*s));
	if ((size_t)snprintf(s->name, sizeof(s->name), "%s", name) >= sizeof(s->name))
		errx(2, "'%s': too long a name", name);
	s->fd = fd;
	h->count++;
	return s;
}

static struct socket *socket_find(struct host *h, const char *name)
{
	for (size_t i = FIRST; i < h->count; i++) {
		if (!strcmp(h->sockets[i].name, name))
			return &h->sockets[i];
	}
	return NULL;
}

static void socket_close(struct host *h, struct socket *s)
{
	close(s->fd);
	memmove(s, s + 1, (&h->sockets[--h->count] - s) * sizeof(*s));
}

/* Hears what it joins itself, and not what others on this host have joined. */
static int open_udp(const struct host *h, struct sockaddr_storage group, uint16_t port)
{
	int fd = socket(group.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		err(1, "socket");
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1, "the sharing of addresses");
	set_option(fd, SOL_SOCKET, SO_RCVBUF, ROOM, "the receive buffer");
	if (group.ss_family == AF_INET6) {
		((struct sockaddr_in6 *)&group)->sin6_scope_id = h->device.ifindex;
		set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0, "groups of others");
	} else {
		set_option(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0, "groups of others");
	}
	set_port(&group, port);
	if (bind(fd, (void *)&group, address_size(&group)))
		err(1, "cannot bind to the group");
	return fd;
}

static int open_device(const struct host *h)
{
	uint16_t protocol = htons(h->mark.ss_family == AF_INET ? ETH_P_IP : ETH_P_IPV6);
	struct sockaddr_ll local = { .sll_family = AF_PACKET,
				     .sll_protocol = protocol,
				     .sll_ifindex = (int)h->device.ifindex };
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (void *)&local, sizeof(local)))
		err(1, "cannot listen to the device");
	set_option(fd, SOL_SOCKET, SO_RCVBUF, ROOM, "the receive buffer");
	return fd;
}

/* ---- what arrives ---- */

/* The source of a packet if it is UDP for @port of a group. */
static bool packet_source(const unsigned char *p, size_t size, uint16_t port,
			  struct sockaddr_storage *source)
{
	const struct ip *ip = (const void *)p;
	const struct ip6_hdr *ip6 = (const void *)p;
	const struct udphdr *udp;

	memset(source, 0, sizeof(*source));
	if (size >= sizeof(*ip) + sizeof(*udp) && ip->ip_v == 4 && ip->ip_p == IPPROTO_UDP &&
	    IN_MULTICAST(ntohl(ip->ip_dst.s_addr))) {
		source->ss_family = AF_INET;
		((struct sockaddr_in *)source)->sin_addr = ip->ip_src;
		udp = (const void *)(p + sizeof(*ip));
	} else if (size >= sizeof(*ip6) + sizeof(*udp) && ip->ip_v == 6 &&
		   ip6->ip6_nxt == IPPROTO_UDP && IN6_IS_ADDR_MULTICAST(&ip6->ip6_dst)) {
		source->ss_family = AF_INET6;
		((struct sockaddr_in6 *)source)->sin6_addr = ip6->ip6_src;
		udp = (const void *)(p + sizeof(*ip6));
	} else {
		return false;
	}
	return udp->uh_dport == htons(port);
}

static void drain_device(struct host *h)
{
	struct socket *s = &h->sockets[DEVICE];
	struct sockaddr_storage source;
	_Alignas(8) unsigned char packet[128];
	struct sockaddr_ll from;
	socklen_t length = sizeof(from);
	ssize_t size;

	while ((size = recvfrom(s->fd, packet, sizeof(packet), 0, (void *)&from, &length)) >= 0) {
		if (from.sll_pkttype != PACKET_OUTGOING &&
		    packet_source(packet, size, h->port, &source))
			tally_add(&s->tally, &source);
		length = sizeof(from);
	}
}

static void drain(struct socket *s)
{
	struct sockaddr_storage from;
	socklen_t length = sizeof(from);
	char byte;

	while (recvfrom(s->fd, &byte, 1, 0, (void *)&from, &length) >= 0) {
		tally_add(&s->tally, &from);
		length = sizeof(from);
	}
}

/* The mark first: what came before it is then read, too. */
static void drain_all(struct host *h)
{
	drain(&h->sockets[MARK]);
	drain_device(h);
	for (size_t i = FIRST; i < h->count; i++)
		drain(&h->sockets[i]);
}

/* ---- lines ---- */

static void answer(int failed)
{
	puts(failed ? strerror(errno) : "ok");
}

static void print_counts(const struct host *h)
{
	for (size_t i = 0; i < h->count; i++) {
		printf("%s%s:", i ? " " : "", h->sockets[i].name);
		tally_print(&h->sockets[i].tally);
	}
	putchar('\n');
}

static void zero(struct host *h)
{
	for (size_t i = 0; i < h->count; i++)
		h->sockets[i].tally.sources = 0;
	answer(0);
}

static int set_filter(const struct host *h, int fd, const struct sockaddr_storage *group,
		      const char *mode, char *const *sources)
{
	struct sockaddr_storage list[WORDS_MAX];
	uint32_t count = 0;

	for (; sources[count]; count++)
		parse_address(sources[count], &list[count]);
	return setsourcefilter(fd, h->device.ifindex, (const void *)group, address_size(group),
			       strcmp(mode, "include") ? MCAST_EXCLUDE : MCAST_INCLUDE, count,
			       list);
}

/* NAME OPTION GROUP [SOURCE], NAME setsourcefilter GROUP MODE [SOURCE ...] */
static void change(struct host *h, char *const *word)
{
	const struct membership_option *option = membership_option_find(word[1]);
	const char *last = word[3];
	bool filter = last && !strcmp(word[1], "setsourcefilter");
	struct sockaddr_storage group, source = { 0 };
	struct socket *s = socket_find(h, word[0]);

	if (!filter && (!option || takes_source(option) != !!last))
		errx(2, "no such option, or not what it takes: %s %s", word[0], word[1]);
	parse_address(word[2], &group);
	if (!s)
		s = socket_add(h, word[0], open_udp(h, group, h->port));
	if (filter) {
		answer(set_filter(h, s->fd, &group, last, word + 4));
		return;
	}
	if (last)
		parse_address(last, &source);
	answer(membership_set(s->fd, option, &h->device, &group, &source));
}

static void obey(struct host *h, char *line)
{
	char *word[WORDS_MAX + 1] = { 0 };
	struct socket *s;
	size_t words = 0;

	for (char *w = strtok(line, " \n"); w && words < WORDS_MAX; w = strtok(NULL, " \n"))
		word[words++] = w;
	if (words == 1 && !strcmp(word[0], "count")) {
		print_counts(h);
	} else if (words == 1 && !strcmp(word[0], "zero")) {
		zero(h);
	} else if (words == 2 && !strcmp(word[1], "close")) {
		s = socket_find(h, word[0]);
		if (s)
			socket_close(h, s);
		answer(0);
	} else if (words > 2) {
		change(h, word);
	} else {
		errx(2, "what does '%s' mean?", words ? word[0] : "");
	}
	fflush(stdout);
}

/* ---- the host ---- */

static void find_address(struct host *h, const char *device)
{
	struct ifreq request = { .ifr_addr.sa_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strncpy(request.ifr_name, device, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, SIOCGIFADDR, &request))
		err(1, "no IPv4 address on '%s'", device);
	h->device.address = ((struct sockaddr_in *)&request.ifr_addr)->sin_addr;
	close(fd);
}

static void host_open(struct host *h)
{
	struct group_list any = { 0 };

	socket_add(h, "device", open_device(h));
	socket_add(h, "mark", open_udp(h, h->mark, h->port + 1));
	join(h->sockets[MARK].fd, &h->mark, &any, h->device.ifindex);
	fprintf(stderr, "ready\n");
}

/* Until the end of stdin or a signal. Unbuffered, so that no line waits in stdio behind poll(). */
static void run(struct host *h)
{
	char *line = NULL;
	size_t room = 0;

	setvbuf(stdin, NULL, _IONBF, 0);
	while (!stopped) {
		struct pollfd fds[SOCKETS_MAX + 1] = { { .fd = STDIN_FILENO, .events = POLLIN } };

		for (size_t i = 0; i < h->count; i++)
			fds[i + 1] = (struct pollfd){ .fd = h->sockets[i].fd, .events = POLLIN };
		if (poll(fds, h->count + 1, -1) < 0)
			break;
		drain_all(h);
		if (!fds[0].revents)
			continue;
		if (getline(&line, &room, stdin) < 0)
			break;
		obey(h, line);
	}
	free(line);
}

static const char usage[] =
	"usage: mcjoin -i DEV -m GROUP [-p PORT]\n"
	"  -i, --interface DEV    device to join on\n"
	"  -m, --mark GROUP       group whose datagrams say that no more will come\n"
	"  -p, --port N           UDP port (5001), and the next one for the mark\n"
	"What to join comes line by line on stdin: NAME MCAST_JOIN_GROUP GROUP, count ...\n";

static const struct option long_options[] = {
	{ "interface", required_argument, NULL, 'i' },
	{ "mark", required_argument, NULL, 'm' },
	{ "port", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

int main(int argc, char **argv)
{
	static struct host h = { .port = 5001 };
	int letter;

	while ((letter = getopt_long(argc, argv, "i:m:p:h", long_options, NULL)) != -1) {
		if (letter == 'i') {
			h.device.ifindex = parse_device(optarg);
			find_address(&h, optarg);
		} else if (letter == 'm') {
			parse_address(optarg, &h.mark);
		} else if (letter == 'p') {
			h.port = parse_number("port", optarg, UINT16_MAX - 1);
		} else {
			fputs(usage, letter == 'h' ? stdout : stderr);
			return letter == 'h' ? 0 : 2;
		}
	}
	if (!h.device.ifindex || !h.mark.ss_family || optind < argc)
		errx(2, "give --interface and --mark, and no more; --help has the options");
	stop_on_signal();
	host_open(&h);
	run(&h);
	return 0;
}
