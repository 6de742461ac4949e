// SPDX-License-Identifier: Apache-2.0
/*
 * Attaches a program of the benchmark (tests/bench/NAME.bpf.c) to the ingress of a device, fills its
 * tables, says "ready" on stderr and keeps it there until a signal. What it fills goes by the tables
 * that the program has.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "args.h"
#include "../bench/rival.h"

#define TCX_INGRESS 46 /* BPF_TCX_INGRESS, Linux 6.6 */

static const char usage[] =
	"usage: mcrival OBJECT DEV [ARGUMENT ...]\n"
	"  cilium_shape.bpf.o    each ARGUMENT is GROUP=PORT,PORT,...\n"
	"  bare_loop.bpf.o       PORT,PORT,...\n"
	"  xdp_broadcast.bpf.o   PORT,PORT,...\n"
	"  vxlan_metadata.bpf.o  DEV VNI VTEP,VTEP,...   DEV: a vxlan device, 'external'\n"
	"  vtep_sink.bpf.o, xdp_drop.bpf.o   none; says 'ready ID', that of the map with the counts\n";

static struct bpf_object *object;

static int map_fd(const char *name)
{
	return bpf_object__find_map_fd_by_name(object, name);
}

/* Calls @take with each word of "WORD,WORD,...", its number, and @fd. */
static void for_each_word(char *words, int fd, void (*take)(int fd, __u32 i, const char *word))
{
	__u32 i = 0;

	for (char *save, *word = strtok_r(words, ",", &save); word;
	     word = strtok_r(NULL, ",", &save))
		take(fd, i++, word);
}

static void set_element(int fd, const void *key, const void *value, const char *what)
{
	if (bpf_map_update_elem(fd, key, value, BPF_ANY))
		err(1, "cannot add '%s'", what);
}

static void take_member(int fd, __u32 i, const char *port)
{
	struct rival_member member = { .address = htonl(0x0a000001 + i),
				       .ifindex = parse_device(port) };

	set_element(fd, &member.address, &member, port);
}

static void take_port(int fd, __u32 i, const char *port)
{
	__u32 ifindex = parse_device(port);

	set_element(fd, &i, &ifindex, port);
}

static void take_vtep(int fd, __u32 i, const char *vtep)
{
	struct in_addr address;
	__u32 host;

	if (inet_pton(AF_INET, vtep, &address) != 1)
		errx(2, "'%s' is no IPv4 address", vtep);
	host = ntohl(address.s_addr);
	set_element(fd, &i, &host, vtep);
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
	for_each_word(ports, fd, take_member);
	set_element(groups, &group, &fd, arg);
	close(fd);
}

static __u32 count_words(const char *text)
{
	__u32 count = 1;

	for (; *text; text++)
		count += *text == ',';
	return count;
}

static void set_constants(const void *value, size_t size)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, ".rodata");

	if (!map || bpf_map__set_initial_value(map, value, size))
		errx(1, "the program's constants are not as expected");
}

/* Before the program is loaded. */
static void prepare(int count, char **args)
{
	if (bpf_object__find_map_by_name(object, "vteps")) {
		struct rival_tunnel tunnel;

		if (count != 3)
			errx(2, "%s", usage);
		tunnel.device = parse_device(args[0]);
		tunnel.vni = parse_number("VNI", args[1], 0xffffff);
		tunnel.vteps = count_words(args[2]);
		set_constants(&tunnel, sizeof(tunnel));
	} else if (bpf_object__find_map_by_name(object, "ports") &&
		   bpf_object__find_map_by_name(object, ".rodata")) {
		__u32 ports = count ? count_words(args[0]) : 0;

		set_constants(&ports, sizeof(ports));
	}
}

static void fill(int count, char **args)
{
	int groups = map_fd("groups"), ports = map_fd("ports"), vteps = map_fd("vteps");

	for (int i = 0; groups >= 0 && i < count; i++)
		add_group(groups, args[i]);
	if (ports >= 0 && count)
		for_each_word(args[0], ports, take_port);
	if (vteps >= 0)
		for_each_word(args[2], vteps, take_vtep);
}

/* A link ends with this process; a filter, on kernels without tcx, with the device. */
static void attach(const char *dev)
{
	struct bpf_program *prog = bpf_object__next_program(object, NULL);
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = parse_device(dev),
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .prog_fd = bpf_program__fd(prog));
	bool xdp = bpf_program__type(prog) == BPF_PROG_TYPE_XDP;
	int error;

	if (bpf_link_create(filter.prog_fd, hook.ifindex, xdp ? BPF_XDP : TCX_INGRESS, NULL) >= 0)
		return;
	error = xdp ? -errno : bpf_tc_hook_create(&hook);
	if (xdp || (error && error != -EEXIST) || bpf_tc_attach(&hook, &filter))
		errx(1, "cannot attach to %s", dev);
}

static __u32 counts_id(void)
{
	struct bpf_map_info info;
	__u32 size = sizeof(info);
	int fd = map_fd("counts");

	memset(&info, 0, sizeof(info));
	return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size) ? info.id : 0;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs(usage, stderr);
		return 2;
	}
	object = bpf_object__open(argv[1]);
	if (!object)
		err(1, "cannot open %s", argv[1]);
	prepare(argc - 3, argv + 3);
	if (bpf_object__load(object))
		err(1, "cannot load %s", argv[1]);
	fill(argc - 3, argv + 3);
	attach(argv[2]);
	fprintf(stderr, "ready %u\n", counts_id());
	pause();
	return 0;
}
