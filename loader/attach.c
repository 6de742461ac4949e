/* SPDX-License-Identifier: Apache-2.0 */
#include <loader/attach.h>

#include <dirent.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <bpfcast/abi.h>
#include <bpfcast/log.h>
#include <bpfcast/util.h>
#include <loader/clsact.h>
#include <loader/compat.h>
#include <maps/table.h>

#define PATH_SIZE 320

static int open_program(const struct mc_instance *in, const char *program)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/programs/%s", in->path, program);
	return bpf_obj_get(path);
}

static void link_path(const struct mc_instance *in, const char *program, __u32 ifindex, char *path)
{
	snprintf(path, PATH_SIZE, "%s/links/%s-%u", in->path, program, ifindex);
}

/* The pinned link as a descriptor; -ENOLINK for one whose device is gone. */
static int open_link(const char *path)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);
	mc_autoclose int fd = bpf_obj_get(path);
	int err;

	if (fd < 0)
		return fd;
	err = bpf_obj_get_info_by_fd(fd, &info, &size);
	if (err)
		return err;
	/* tcx and xdp both have the ifindex first; 0 once the device is gone */
	return info.xdp.ifindex ? MC_TAKE_FD(fd) : -ENOLINK;
}

/* Attaches by a pinned link, or puts the program behind the link that is there. */
static int attach_link(const struct mc_instance *in, const char *program, __u32 ifindex,
		       enum bpf_attach_type type, __u32 flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = flags);
	mc_autoclose int prog = open_program(in, program);
	mc_autoclose int link = -1;
	char path[PATH_SIZE];

	if (prog < 0)
		return prog;
	link_path(in, program, ifindex, path);
	link = open_link(path);
	if (link >= 0)
		return bpf_link_update(link, prog, NULL);
	if (link == -ENOLINK && unlink(path))
		return -errno;
	link = bpf_link_create(prog, (int)ifindex, type, &options);
	if (link < 0)
		return link;
	return bpf_obj_pin(link, path);
}

static int detach_path(const char *path)
{
	mc_autoclose int link = bpf_obj_get(path);

	if (link >= 0)
		(void)bpf_link_detach(link); /* at once, whoever else holds it; fails if gone */
	if (unlink(path) && errno != ENOENT)
		return -errno;
	return 0;
}

static int detach_link(const struct mc_instance *in, const char *program, __u32 ifindex)
{
	char path[PATH_SIZE];

	link_path(in, program, ifindex, path);
	return detach_path(path);
}

int mc_attach_plan(struct mc_instance *in, const char *program, __u32 ifindex)
{
	mc_autoclose int prog = open_program(in, program);
	mc_autoclose int link = -1;

	if (prog < 0)
		return prog;
	link = bpf_link_create(prog, (int)ifindex, MC_BPF_TCX_INGRESS, NULL);
	if (link >= 0) /* closing it takes it off again */
		return MC_ATTACH_TCX;
	if (link ==
	    -EEXIST) /* by the pinned link of an entry that is gone: it will be taken over */
		return MC_ATTACH_TCX;
	if (link != -EINVAL)
		return link;
	return mc_clsact_exists(ifindex) ? MC_ATTACH_CLSACT : MC_ATTACH_CLSACT_OURS;
}

int mc_attach_tc(struct mc_instance *in, const char *program, __u32 ifindex, __u8 attach)
{
	mc_autoclose int prog = -1;

	if (attach == MC_ATTACH_TCX)
		return attach_link(in, program, ifindex, MC_BPF_TCX_INGRESS, 0);
	prog = open_program(in, program);
	return prog < 0 ? prog : mc_clsact_attach(ifindex, prog);
}

int mc_detach_tc(struct mc_instance *in, const char *program, __u32 ifindex, __u8 attach)
{
	if (attach == MC_ATTACH_TCX)
		return detach_link(in, program, ifindex);
	if (attach == MC_ATTACH_NONE)
		return 0;
	return mc_clsact_detach(ifindex, attach == MC_ATTACH_CLSACT_OURS);
}

bool mc_is_attached_tc(struct mc_instance *in, const char *program, __u32 ifindex, __u8 attach)
{
	mc_autoclose int link = -1;
	char path[PATH_SIZE];

	if (attach != MC_ATTACH_TCX)
		return mc_clsact_is_attached(ifindex);
	link_path(in, program, ifindex, path);
	link = open_link(path);
	return link >= 0;
}

int mc_attach_xdp(struct mc_instance *in, __u32 ifindex, __u8 mode)
{
	return attach_link(in, MC_PROGRAM_GUARD, ifindex, BPF_XDP,
			   mode == MC_XDP_NATIVE ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
}

int mc_detach_xdp(struct mc_instance *in, __u32 ifindex)
{
	return detach_link(in, MC_PROGRAM_GUARD, ifindex);
}

static int refresh(const struct mc_instance *in, const char *path, const char *name)
{
	mc_autoclose int link = open_link(path);
	mc_autoclose int prog = -1;
	char program[64];

	if (link == -ENOLINK)
		return 0;
	if (link < 0)
		return link;
	snprintf(program, sizeof(program), "%.*s", (int)strcspn(name, "-"), name);
	prog = open_program(in, program);
	return prog < 0 ? prog : bpf_link_update(link, prog, NULL);
}

static int detach(const struct mc_instance *in, const char *path, const char *name)
{
	(void)in;
	(void)name;
	return detach_path(path);
}

typedef int (*link_fn)(const struct mc_instance *in, const char *path, const char *name);

static int for_each_link(const struct mc_instance *in, link_fn fn)
{
	struct dirent *entry;
	char path[PATH_SIZE];
	int err = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/links", in->path);
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!err && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/links/%.64s", in->path, entry->d_name);
		err = fn(in, path, entry->d_name);
		if (err)
			mc_error_errno(err, "cannot change link '%s'", path);
	}
	closedir(dir);
	return err;
}

int mc_attach_refresh_links(struct mc_instance *in)
{
	return for_each_link(in, refresh);
}

int mc_detach_all_links(struct mc_instance *in)
{
	return for_each_link(in, detach);
}
