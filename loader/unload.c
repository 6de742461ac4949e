/* SPDX-License-Identifier: Apache-2.0 */
/* The way back: programs off the devices and underlay groups left, then the pins, the directory last. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/attach.h>
#include <loader/load.h>
#include <loader/underlay.h>
#include <loader/underlay_join.h>
#include <maps/instance.h>
#include <maps/port.h>

#define PATH_SIZE 320

static int detach_port(__u32 ifindex, const struct mc_port *port, void *arg)
{
	return mc_detach_tc(arg, MC_PROGRAM_PORT, ifindex, port->attach);
}

static int detach_underlay(__u32 ifindex, const struct mc_underlay *underlay, void *arg)
{
	int err = mc_detach_tc(arg, MC_PROGRAM_UNDERLAY, ifindex, underlay->attach);

	mc_underlay_uncut(arg, ifindex);
	return err ? err : mc_underlay_leave_device(arg, ifindex);
}

/* Filters on clsact and memberships of underlay groups are in the namespace, not among the pins. */
static int detach_devices(struct mc_instance *in)
{
	struct mc_instance_info info;
	__u64 cookie;
	int err;

	if (mc_instance_open_tables(in) || mc_instance_info(in, &info))
		return 0; /* half loaded: nothing can be attached yet */
	if (!info.loads || mc_netns_cookie(&cookie) || info.netns_cookie != cookie) {
		if (info.loads)
			mc_warn("instance '%s' serves another network namespace: filters on clsact, "
				"if any, stay there until that namespace or device goes",
				in->name);
		return 0;
	}
	err = mc_port_for_each(in, detach_port, in);
	if (!err)
		err = mc_underlay_for_each(in, detach_underlay, in);
	return err ? mc_error_errno(err, "cannot take the programs off the devices") : 0;
}

static int remove_pins(const char *directory)
{
	struct dirent *entry;
	DIR *dir = opendir(directory);
	int err = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!err && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || entry->d_type == DT_DIR)
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0))
			err = -errno;
	}
	closedir(dir);
	return err;
}

/* Of a load that was killed, they may be all there is. */
static int remove_parents(const struct mc_instance *in)
{
	char path[PATH_SIZE];
	int err;

	snprintf(path, sizeof(path), MC_PIN_ROOT "/%s", in->name);
	err = rmdir(path) ? -errno : 0;
	(void)rmdir(MC_PIN_ROOT); /* stays while other instances are there */
	return err;
}

static int remove_directories(const struct mc_instance *in)
{
	static const char *const below[] = { "/links", "/programs", "" };
	char path[PATH_SIZE];

	for (size_t i = 0; i < MC_ARRAY_SIZE(below); i++) {
		int err;

		snprintf(path, sizeof(path), "%s%s", in->path, below[i]);
		err = remove_pins(path);
		if (!err && rmdir(path) && errno != ENOENT)
			err = -errno;
		if (err)
			return mc_error_errno(err, "cannot remove '%s'", path);
	}
	(void)remove_parents(in);
	return 0;
}

int mc_unload(const char *name)
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
	if (!err)
		err = mc_instance_lock(in);
	if (err == -ENOENT)
		return remove_parents(in) ? mc_error(err, "instance '%s' is not loaded", in->name)
					  : 0;
	if (err == -EPERM || err == -EACCES)
		return mc_error(err, "not permitted: run as root");
	if (err)
		return mc_error_errno(err, "cannot open instance '%s'", name ? name : found);
	err = detach_devices(in);
	if (!err)
		err = mc_detach_all_links(in);
	return err ? err : remove_directories(in);
}
