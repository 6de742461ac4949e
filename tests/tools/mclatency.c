// SPDX-License-Identifier: Apache-2.0
/*
 * Joins groups, one after the other, by a socket of this namespace, and measures how long after the join
 * the first datagram comes that a socket of another namespace sends, which it does all the time from the
 * report on. Needs IGMPv2 here (force_igmp_version), whose reports go to the group. Prints, in microseconds:
 *   {"joins":N,"lost":N,"report":{"p50":U,"p99":U,"max":U},"socket":{"p50":U,"p99":U,"max":U}}
 * report: from where the kernel hands the report to the device; socket: from the system call, so with the
 * kernel's own timer. lost: nothing within a second.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "args.h"
#include "clock.h"

#define PORT	  5001
#define JOINS_MAX 1000000
#define TIMEOUT	  NSEC
#define IP_AT	  14 /* offset of the IPv4 header in a frame */
#define IP_PROTO  9
#define IP_DST	  16

struct options {
	struct group_list groups; /* one: the first */
	const char *device;
	const char *netns; /* of the sender, a path */
	uint64_t count;
};

struct join {
	const struct options *o;
	int sender, receiver, tap;
	uint64_t *report, *socket; /* nanoseconds, of each join that was answered */
	uint64_t done, lost;
};

static int udp_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		err(1, "socket");
	return fd;
}

/* A socket of the namespace at @path, which sends multicast out of its device of our device's name. */
static int open_sender(const struct options *o)
{
	int ours = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int theirs = open(o->netns, O_RDONLY | O_CLOEXEC);
	struct ip_mreqn from = { 0 };
	int fd;

	if (ours < 0 || theirs < 0 || setns(theirs, CLONE_NEWNET))
		err(1, "cannot enter '%s'", o->netns);
	fd = udp_socket();
	from.imr_ifindex = (int)parse_device(o->device);
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &from, sizeof(from)))
		err(1, "cannot send from '%s'", o->device);
	if (setns(ours, CLONE_NEWNET))
		err(1, "cannot leave '%s'", o->netns);
	close(ours);
	close(theirs);
	return fd;
}

static int open_receiver(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = udp_socket();

	if (bind(fd, (void *)&any, sizeof(any)))
		err(1, "cannot bind");
	return fd;
}

/* Sees what the device sends, too. */
static int open_tap(unsigned int ifindex)
{
	struct sockaddr_ll device = { .sll_family = AF_PACKET,
				      .sll_protocol = htons(ETH_P_ALL),
				      .sll_ifindex = (int)ifindex };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));

	if (fd < 0 || bind(fd, (void *)&device, sizeof(device)))
		err(1, "cannot open a packet socket");
	return fd;
}

/* The next of the packets that the tap has: is it the report of @group? -1: there is none. */
static int next_is_report(int tap, const struct sockaddr_in *group)
{
	struct sockaddr_ll from;
	socklen_t length = sizeof(from);
	uint8_t frame[64] = { 0 };

	if (recvfrom(tap, frame, sizeof(frame), 0, (void *)&from, &length) < 0)
		return -1;
	return from.sll_pkttype == PACKET_OUTGOING && from.sll_protocol == htons(ETH_P_IP) &&
	       frame[IP_AT + IP_PROTO] == IPPROTO_IGMP &&
	       !memcmp(frame + IP_AT + IP_DST, &group->sin_addr, sizeof(group->sin_addr));
}

static bool wait_for_report(int tap, const struct sockaddr_in *group, uint64_t start)
{
	int is;

	do {
		is = next_is_report(tap, group);
		if (is < 0 && now() - start > TIMEOUT)
			return false;
	} while (is != 1);
	return true;
}

/* Sends until a datagram of this @number comes. */
static bool wait_for_data(const struct join *j, const struct sockaddr_in *group, uint64_t number,
			  uint64_t start)
{
	uint64_t got;

	do {
		if (sendto(j->sender, &number, sizeof(number), 0, (const void *)group,
			   sizeof(*group)) < 0 &&
		    errno != EAGAIN && errno != ENOBUFS)
			err(1, "cannot send");
		while (recv(j->receiver, &got, sizeof(got), 0) == sizeof(got))
			if (got == number)
				return true;
	} while (now() - start < TIMEOUT);
	return false;
}

static void measure(struct join *j, uint64_t number)
{
	struct sockaddr_storage group = j->o->groups.at[0];
	struct sockaddr_in *in = (struct sockaddr_in *)&group;
	struct ip_mreqn member = { .imr_ifindex = (int)parse_device(j->o->device) };
	uint64_t start, report;
	bool is_joined;

	address_advance(&group, number);
	in->sin_port = htons(PORT);
	member.imr_multiaddr = in->sin_addr;
	while (next_is_report(j->tap, in) >= 0)
		; /* of what was before */
	start = now();
	if (setsockopt(j->receiver, IPPROTO_IP, IP_ADD_MEMBERSHIP, &member, sizeof(member)))
		err(1, "cannot join");
	is_joined = wait_for_report(j->tap, in, start);
	report = now();
	if (is_joined && wait_for_data(j, in, number, report)) {
		j->report[j->done] = now() - report;
		j->socket[j->done++] = now() - start;
	} else {
		j->lost++;
	}
	setsockopt(j->receiver, IPPROTO_IP, IP_DROP_MEMBERSHIP, &member, sizeof(member));
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void print(const char *name, uint64_t *of, uint64_t count)
{
	const uint64_t middle = count / 2, rare = count * 99 / 100;

	qsort(of, count, sizeof(*of), compare);
	printf(",\"%s\":{\"p50\":%.1f,\"p99\":%.1f,\"max\":%.1f}", name,
	       count ? (double)of[middle] / 1e3 : 0, count ? (double)of[rare] / 1e3 : 0,
	       count ? (double)of[count - 1] / 1e3 : 0);
}

static const char usage[] =
	"usage: mclatency -i DEV -g GROUP -f NETNS [-c N]\n"
	"  -i, --interface DEV  device to join on; the sender's has the same name\n"
	"  -g, --group GROUP    first group, each join takes the next\n"
	"  -f, --from NETNS     namespace of the sender, a path\n"
	"  -c, --count N        joins (1000)\n";

static const struct option long_options[] = {
	{ "interface", required_argument, NULL, 'i' },
	{ "group", required_argument, NULL, 'g' },
	{ "from", required_argument, NULL, 'f' },
	{ "count", required_argument, NULL, 'c' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void set(struct options *o, int letter, const char *arg)
{
	if (letter == 'i') {
		o->device = arg;
	} else if (letter == 'g') {
		group_list_add(&o->groups, arg);
	} else if (letter == 'f') {
		o->netns = arg;
	} else if (letter == 'c') {
		o->count = parse_number("count", arg, JOINS_MAX);
	} else {
		fputs(usage, letter == 'h' ? stdout : stderr);
		exit(letter == 'h' ? 0 : 2);
	}
}

int main(int argc, char **argv)
{
	struct options o = { .count = 1000 };
	struct join j = { .o = &o };
	int letter;

	while ((letter = getopt_long(argc, argv, "i:g:f:c:h", long_options, NULL)) != -1)
		set(&o, letter, optarg);
	if (!o.device || !o.netns || o.groups.count != 1 || o.groups.at[0].ss_family != AF_INET)
		errx(2, "give --interface, --from and one IPv4 --group; --help has the options");
	stop_on_signal();
	j.report = calloc(o.count + 1, sizeof(*j.report));
	j.socket = calloc(o.count + 1, sizeof(*j.socket));
	if (!j.report || !j.socket)
		err(1, "no memory");
	j.sender = open_sender(&o);
	j.receiver = open_receiver();
	j.tap = open_tap(parse_device(o.device));
	for (uint64_t i = 0; i < o.count && !stopped; i++)
		measure(&j, i);
	printf("{\"joins\":%" PRIu64 ",\"lost\":%" PRIu64, j.done, j.lost);
	print("report", j.report, j.done);
	print("socket", j.socket, j.done);
	puts("}");
	free(j.report);
	free(j.socket);
	free(o.groups.at);
	return 0;
}
