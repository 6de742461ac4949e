/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps of a load, each harmless if it is the last before a kill, and done over by the next load:
 * directories, lock, tables (pinned as they are created, reused if pinned), programs (renamed over
 * the old pins), links and filters (updated in place), and at the very end `instance`, without which
 * no other command touches the instance.
 */
#include <loader/load.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <bpfcast.skel.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/abi.h>
#include <loader/attach.h>
#include <loader/tails.h>
#include <loader/underlay.h>
#include <maps/instance.h>
#include <maps/port.h>

#define PATH_SIZE 256

static void destroy(struct bpfcast **skeleton)
{
	bpfcast__destroy(*skeleton);
}

static int make_directory(const char *path)
{
	if (!mkdir(path, 0700) || errno == EEXIST)
		return 0;
	if (errno == EPERM || errno == EACCES)
		return mc_error(-EPERM,
				"not permitted to create '%s': run as root, or with "
				"CAP_NET_ADMIN, CAP_BPF and CAP_PERFMON",
				path);
	return mc_error_errno(-errno, "cannot create '%s'", path);
}

static int make_directories(const struct mc_instance *in)
{
	static const char *const below[] = { "", "/programs", "/links" };
	char path[PATH_SIZE];
	int err = make_directory(MC_PIN_ROOT);

	snprintf(path, sizeof(path), MC_PIN_ROOT "/%s", in->name);
	if (!err)
		err = make_directory(path);
	for (size_t i = 0; !err && i < MC_ARRAY_SIZE(below); i++) {
		snprintf(path, sizeof(path), "%s%s", in->path, below[i]);
		err = make_directory(path);
	}
	return err;
}

/* Between making the directory and locking it, an unload may have taken it away again. */
static int lock_directories(struct mc_instance *in)
{
	int err;

	do {
		err = make_directories(in);
		if (err)
			return err;
		err = mc_instance_lock(in);
	} while (err == -ENOENT);
	if (!err)
		err = make_directories(in);
	return err;
}

static __u32 pinned_size(const struct mc_instance *in, enum mc_table table)
{
	struct bpf_map_info info = { 0 };
	__u32 length = sizeof(info);
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", in->path, mc_table_name(table));
	mc_autoclose int fd = bpf_obj_get(path);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &length))
		return 0;
	return info.max_entries;
}

/* Entries of a table: as pinned, which cannot change, else as asked for, else the default. */
static int choose_size(const struct mc_instance *in, enum mc_table table, const char *what,
		       __u32 wanted, __u32 otherwise, __u32 *size)
{
	__u32 pinned = pinned_size(in, table);

	if (pinned && wanted && pinned != wanted)
		return mc_error(-EBUSY,
				"instance '%s' is loaded for %u %s: 'bpfcast unload' it to load it "
				"for %u",
				in->name, pinned, what, wanted);
	*size = pinned ? pinned : wanted ? wanted : otherwise;
	return 0;
}

static int set_sizes(const struct mc_instance *in, struct bpfcast *skeleton,
		     const struct mc_load_options *options)
{
	__u32 group_count, member_count, source_count;
	int err = choose_size(in, MC_TABLE_FANOUT, "groups", options->groups, MC_DEFAULT_GROUPS,
			      &group_count);

	if (!err)
		err = choose_size(in, MC_TABLE_MEMBERS, "members", options->members,
				  MC_DEFAULT_MEMBERS, &member_count);
	if (!err)
		err = choose_size(in, MC_TABLE_SOURCES, "sources", options->sources,
				  MC_DEFAULT_SOURCES, &source_count);
	if (err)
		return err;
	bpf_map__set_max_entries(skeleton->maps.fanout, group_count);
	bpf_map__set_max_entries(skeleton->maps.remotes, group_count);
	bpf_map__set_max_entries(skeleton->maps.forwarding, group_count);
	bpf_map__set_max_entries(skeleton->maps.m2p, group_count);
	bpf_map__set_max_entries(skeleton->maps.underlay_groups, group_count);
	bpf_map__set_max_entries(skeleton->maps.group_keys, group_count);
	bpf_map__set_max_entries(skeleton->maps.group_counters, group_count);
	bpf_map__set_max_entries(skeleton->maps.members, member_count);
	bpf_map__set_max_entries(skeleton->maps.sources, source_count);
	return 0;
}

static int set_pin_paths(const struct mc_instance *in, struct bpfcast *skeleton)
{
	char path[PATH_SIZE];
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, skeleton->obj) {
		snprintf(path, sizeof(path), "%s/%s", in->path, bpf_map__name(map));
		err = bpf_map__set_pin_path(map, path);
		if (err)
			break;
	}
	return err;
}

/* A new version's program takes the old one's place in one step. */
static int pin_programs(const struct mc_instance *in, struct bpfcast *skeleton)
{
	char path[PATH_SIZE], fresh[PATH_SIZE + 8];
	struct bpf_program *program;

	bpf_object__for_each_program(program, skeleton->obj) {
		int err;

		snprintf(path, sizeof(path), "%s/programs/%s", in->path,
			 bpf_program__name(program));
		snprintf(fresh, sizeof(fresh), "%s_new", path); /* bpffs takes no dots */
		(void)unlink(fresh);				/* of a load that was killed */
		err = bpf_obj_pin(bpf_program__fd(program), fresh);
		if (!err && rename(fresh, path))
			err = -errno;
		if (err)
			return mc_error_errno(err, "cannot pin program '%s'", path);
	}
	return 0;
}

static int refresh_port(__u32 ifindex, const struct mc_port *port, void *arg)
{
	int err;

	if (port->attach != MC_ATTACH_CLSACT && port->attach != MC_ATTACH_CLSACT_OURS)
		return 0;
	err = mc_attach_tc(arg, MC_PROGRAM_PORT, ifindex, port->attach);
	return err == -ENODEV ? 0 : err;
}

static int refresh_underlay(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	int err;

	if (underlay->attach != MC_ATTACH_CLSACT && underlay->attach != MC_ATTACH_CLSACT_OURS)
		return 0;
	err = mc_attach_tc(arg, MC_PROGRAM_UNDERLAY, ifindex, underlay->attach);
	return err == -ENODEV ? 0 : err;
}

static int refresh_attachments(struct mc_instance *in)
{
	int err = mc_attach_refresh_links(in);

	if (err)
		return err;
	err = mc_port_for_each(in, refresh_port, in);
	if (!err)
		err = mc_underlay_for_each(in, refresh_underlay, in);
	return err ? mc_error_errno(err, "cannot replace the programs on the devices") : 0;
}

static __u64 boottime(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (__u64)ts.tv_sec * 1000000000 + (__u64)ts.tv_nsec;
}

static __be16 choose_port(__u16 wanted, __be16 before, __u16 otherwise)
{
	if (wanted)
		return MC_BE16(wanted);
	return before ? before : MC_BE16(otherwise);
}

static int write_info(struct mc_instance *in, const struct mc_load_options *options)
{
	struct mc_instance_info info;
	__u32 zero = 0;
	int err = mc_instance_info(in, &info);

	if (!err)
		err = mc_netns_cookie(&info.netns_cookie);
	if (err)
		return mc_error_errno(err, "cannot read instance '%s'", in->name);
	info.abi = MC_ABI_VERSION;
	info.vxlan_port = choose_port(options->vxlan_port, info.vxlan_port, MC_DEFAULT_VXLAN_PORT);
	info.geneve_port =
		choose_port(options->geneve_port, info.geneve_port, MC_DEFAULT_GENEVE_PORT);
	if (options->fleet_chosen)
		info.fleet_vni = options->fleet_vni;
	else if (!info.loads)
		info.fleet_vni = MC_DEFAULT_FLEET_VNI;
	info.loads++;
	info.loaded_at = boottime();
	snprintf(info.version, sizeof(info.version), "%s", MC_VERSION);
	err = mc_table_set(in, MC_TABLE_INSTANCE, &zero, &info, BPF_ANY);
	return err ? mc_error_errno(err, "cannot write instance '%s'", in->name) : 0;
}

/* Refuses a reload from another namespace, or one that would change what live underlays are set to. */
static int check_reload(struct mc_instance *in, const struct mc_load_options *options)
{
	struct mc_instance_info info;
	__u64 cookie;

	if (mc_instance_open_tables(in) || mc_instance_info(in, &info) || !info.loads)
		return 0;
	if (!mc_netns_cookie(&cookie) && info.netns_cookie != cookie)
		return mc_error(
			-EXDEV,
			"instance '%s' serves another network namespace: choose another name "
			"with -n",
			in->name);
	if ((options->vxlan_port && MC_BE16(options->vxlan_port) != info.vxlan_port) ||
	    (options->geneve_port && MC_BE16(options->geneve_port) != info.geneve_port))
		return mc_error(
			-EBUSY,
			"instance '%s' is loaded with UDP ports %u and %u: 'bpfcast unload' it "
			"to change them",
			in->name, MC_BE16(info.vxlan_port), MC_BE16(info.geneve_port));
	if (options->fleet_chosen && options->fleet_vni != info.fleet_vni)
		return mc_error(-EBUSY,
				"instance '%s' is loaded with %u as the fleet's VNI: 'bpfcast "
				"unload' it to change it",
				in->name, info.fleet_vni);
	return 0;
}

static void close_tables(struct mc_instance *in)
{
	for (int i = 0; i < MC_TABLE_COUNT; i++)
		mc_close_fd(&in->table[i]);
}

static int load_programs(struct mc_instance *in, const struct mc_load_options *options)
{
	__attribute__((cleanup(destroy))) struct bpfcast *skeleton = bpfcast__open();
	int err;

	if (!skeleton)
		return mc_error_errno(-errno, "cannot read the BPF object");
	err = set_sizes(in, skeleton, options);
	if (err)
		return err;
	err = mc_abi_check(in, skeleton->obj);
	if (!err)
		err = set_pin_paths(in, skeleton);
	if (err)
		return err;
	err = bpfcast__load(skeleton);
	if (err == -EPERM)
		return mc_error(err, "not permitted to load BPF programs: run as root, or with "
				     "CAP_NET_ADMIN, CAP_BPF and CAP_PERFMON");
	if (err)
		return mc_error_errno(err, "the kernel does not take the programs or tables; "
					   "'bpfcast -d load' shows what it says");
	return pin_programs(in, skeleton);
}

static int load_instance(struct mc_instance *in, const struct mc_load_options *options)
{
	int err = lock_directories(in);

	if (err)
		return err;
	err = check_reload(in, options);
	close_tables(in);
	if (!err)
		err = load_programs(in, options);
	if (err)
		return err;
	err = mc_instance_open_tables(in);
	if (err)
		return mc_error_errno(err, "cannot open the tables of '%s'", in->name);
	/* Before any link: a new port_ingress jumps to a new port_membership, never to an old one. */
	err = mc_tails_set(in);
	if (err)
		return mc_error_errno(err, "cannot set up the tail calls");
	err = refresh_attachments(in);
	return err ? err : write_info(in, options);
}

int mc_load(const char *name, const struct mc_load_options *options)
{
	mc_autoinstance struct mc_instance *in = NULL;
	char found[MC_INSTANCE_NAME_SIZE] = MC_INSTANCE_DEFAULT;
	int err = name ? mc_instance_check_name(name) : 0;

	if (!err)
		err = mc_instance_check_system();
	if (err)
		return err;
	if (!name)
		(void)mc_instance_find(found);
	err = mc_instance_new(name ? name : found, &in);
	return err ? err : load_instance(in, options);
}
