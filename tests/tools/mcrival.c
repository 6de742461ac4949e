// SPDX-License-Identifier: Apache-2.0
/*
 * Attaches a rival of the benchmark (tests/bench/NAME.bpf.c) to the tc ingress of a device, fills its
 * tables, says "ready" on stderr and keeps it there until a signal.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "args.h"
#include "../bench/cilium_shape.h"

#define TCX_INGRESS 46 /* BPF_TCX_INGRESS, Linux 6.6 */

static const char usage[] = "usage: mcrival OBJECT DEV MEMBERS ...\n"
			    "  cilium_shape.bpf.o  each MEMBERS is GROUP=PORT,PORT,...\n"
			    "  bare_loop.bpf.o     MEMBERS is PORT,PORT,...\n";

/* Adds "PORT,PORT,..." to the inner hash @fd. */
static void fill_members(int fd, char *ports)
{
	__u32 i = 0;

	for (char *save, *port = strtok_r(ports, ",", &save); port;
	     port = strtok_r(NULL, ",", &save)) {
		struct rival_member member = { .address = htonl(0x0a000000 + ++i),
					       .ifindex = parse_device(port) };

		if (bpf_map_update_elem(fd, &member.address, &member, BPF_NOEXIST))
			err(1, "cannot add the member %s", port);
	}
}

static void add_group(int groups, char *arg)
{
	char *ports = strchr(arg, '=');
	struct in_addr group;
	int fd;

	if (!ports)
		errx(2, "'%s': write GROUP=PORT,...", arg);
	*ports++ = '\0';
	if (inet_pton(AF_INET, arg, &group) != 1)
		errx(2, "'%s' is no IPv4 group", arg);
	fd = bpf_map_create(BPF_MAP_TYPE_HASH, "members", sizeof(__be32),
			    sizeof(struct rival_member), RIVAL_MEMBERS, NULL);
	if (fd < 0)
		err(1, "cannot create the members of %s", arg);
	fill_members(fd, ports);
	if (bpf_map_update_elem(groups, &group, &fd, BPF_NOEXIST))
		err(1, "cannot add the group %s", arg);
	close(fd);
}

static __u32 count_words(const char *text)
{
	__u32 count = 1;

	for (; *text; text++)
		count += *text == ',';
	return count;
}

static void fill_ports(int fd, char *ports)
{
	__u32 i = 0;

	for (char *save, *port = strtok_r(ports, ",", &save); port;
	     port = strtok_r(NULL, ",", &save)) {
		__u32 ifindex = parse_device(port);

		if (bpf_map_update_elem(fd, &i, &ifindex, BPF_ANY))
			err(1, "cannot add the port %s", port);
		i++;
	}
}

/* A link ends with this process; a filter, on kernels without tcx, with the device. */
static void attach(int prog, const char *dev)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = parse_device(dev),
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .prog_fd = prog);
	int error;

	if (bpf_link_create(prog, hook.ifindex, TCX_INGRESS, NULL) >= 0)
		return;
	error = bpf_tc_hook_create(&hook);
	if ((error && error != -EEXIST) || bpf_tc_attach(&hook, &filter))
		errx(1, "cannot attach to %s", dev);
}

int main(int argc, char **argv)
{
	struct bpf_map *groups, *ports, *rodata;
	struct bpf_object *object;
	__u32 count;

	if (argc < 4) {
		fputs(usage, stderr);
		return 2;
	}
	object = bpf_object__open(argv[1]);
	if (!object)
		err(1, "cannot open %s", argv[1]);
	groups = bpf_object__find_map_by_name(object, "groups");
	ports = bpf_object__find_map_by_name(object, "ports");
	rodata = bpf_object__find_map_by_name(object, ".rodata");
	count = count_words(argv[3]);
	if (ports && (!rodata || bpf_map__set_initial_value(rodata, &count, sizeof(count))))
		errx(1, "%s has no port_count", argv[1]);
	if (bpf_object__load(object))
		err(1, "cannot load %s", argv[1]);
	for (int i = 3; groups && i < argc; i++)
		add_group(bpf_map__fd(groups), argv[i]);
	if (ports)
		fill_ports(bpf_map__fd(ports), argv[3]);
	attach(bpf_program__fd(bpf_object__next_program(object, NULL)), argv[2]);
	fprintf(stderr, "ready\n");
	pause();
	return 0;
}
